//! The one task that publishes, for everybody.

use std::time::Duration;

use socketio_server::ServerHandle;

use crate::newsroom::Newsroom;
use crate::subscriptions;

/// Pauses between items, in milliseconds.
const SHORTEST_PAUSE: u64 = 250;
const LONGEST_PAUSE: u64 = 1500;

/// Publishes item after item to the readers of their topics.
pub(crate) async fn publish_forever(io: ServerHandle, newsroom: Newsroom) {
    let Some(feed) = io.of(subscriptions::NAME) else {
        return;
    };
    let mut chance = Chance(0x5eed);
    loop {
        let pause = SHORTEST_PAUSE + chance.next() % (LONGEST_PAUSE - SHORTEST_PAUSE);
        io.sleep(Duration::from_millis(pause)).await;
        let item = newsroom.publish_next(chance.next() as usize);
        let news = feed.to(item.topic.as_str()).emit("item", (&item,));
        // Said again and again, so it does not matter who misses it once.
        let counts = feed.everybody().volatile();
        let counts = counts.emit("readers", (newsroom.readers(),));
        if let Err(error) = news.and(counts) {
            eprintln!("an item was not published: {error}");
        }
    }
}

/// Looks random and is the same in every run (a linear congruential generator).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }
}
