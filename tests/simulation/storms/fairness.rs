//! Nobody who says much at once keeps the others waiting for long.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_lite::future::{block_on, poll_once, yield_now};
use socketio_server::{Listen, Server};
use socketio_simulation::{Line, ServerSide, Side, World};

use crate::plain_client::open_websocket;

/// Pings that are all there at once: masked, and empty.
const PINGS: usize = 700_000;
const PING: [u8; 6] = [0x89, 0x80, 1, 2, 3, 4];

/// What one of them is answered with.
const PONG_BYTES: usize = 2;

/// The least number of turns that others must have had meanwhile: one for every 64 KiB would be 64
/// on average.
const FAIR: usize = 32;

/// Counts the turns of a task for as long as a flood is answered.
async fn flood(world: World, turns: Arc<AtomicUsize>) {
    let line = Line {
        room: 2 * PINGS * PING.len(),
        ..Line::default()
    };
    let mut websocket = open_websocket(&world, &line).await;
    let pings = PING.repeat(PINGS);
    websocket.write_all(&pings).await.expect("it is open");
    let mut pongs = vec![0; PONG_BYTES * PINGS];
    let mut read = 0;
    while read < pongs.len() {
        // Whatever is there is read in one turn.
        match poll_once(websocket.read(&mut pongs[read..])).await {
            Some(more) => read += more.expect("it is open"),
            None => {
                turns.fetch_add(1, Ordering::Relaxed);
                yield_now().await;
            }
        }
    }
}

#[test]
fn a_flood_of_frames_leaves_others_their_turns() {
    for seed in 1..=3 {
        let world = World::new(seed);
        let builder = Server::<ServerSide>::builder().listen(Listen::tcp("127.0.0.1:0"));
        let server = block_on(builder.build_on(ServerSide(world.clone())));
        world.spawn(Side::Server, server.expect("a server").run());
        world.run_for(Duration::from_secs(1));
        let turns = Arc::new(AtomicUsize::new(0));
        world.spawn(Side::Clients, flood(world.clone(), Arc::clone(&turns)));
        world.run_for(Duration::from_secs(1));
        assert_eq!(world.tasks_of(Side::Clients), 0, "the flood was not read");
        let turns = turns.load(Ordering::Relaxed);
        assert!(turns >= FAIR, "with seed {seed}: {turns} turns");
        world.end();
    }
}
