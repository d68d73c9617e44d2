//! The namespace: a stream for each client, which it can slow down and stop.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use event_listener::Event;
use futures_lite::future::or;
use serde_json::{Value, json};
use socketio_server::{Args, HandlerError, Json, Namespace, Socket, State};

use crate::load::LoadSource;

/// Between samples, in milliseconds. The kernel counts in hundredths of a second, so shorter
/// intervals would show steps.
const SHORTEST_INTERVAL: u64 = 200;
const LONGEST_INTERVAL: u64 = 10_000;
const INTERVAL: u64 = 500;

/// What a client wants of its stream.
#[derive(Debug, Clone, Copy)]
struct Wish {
    interval: Duration,
    running: bool,
}

/// Kept with the socket: what its job is to do now, and where it hears of a new wish.
struct Wishes {
    latest: Mutex<Wish>,
    changed: Event,
}

pub(crate) fn cpu() -> Namespace {
    Namespace::new("/cpu")
        .on_connect(begin)
        .on("interval", choose_interval)
        .on("pause", async |socket: Socket| set_running(&socket, false))
        .on("resume", async |socket: Socket| set_running(&socket, true))
}

async fn begin(socket: Socket, State(source): State<LoadSource>) -> Result<(), HandlerError> {
    let about = json!({
        "source": source.describe(),
        "cores": source.read().cores(),
        "interval": INTERVAL,
    });
    socket.emit("machine", (about,))?;
    socket.extensions().insert(Wishes {
        latest: Mutex::new(Wish {
            interval: Duration::from_millis(INTERVAL),
            running: true,
        }),
        changed: Event::new(),
    });
    socket.spawn_fallible(stream(socket.clone(), source))?;
    Ok(())
}

/// Sends samples until the socket ends, which cancels it.
async fn stream(socket: Socket, source: LoadSource) -> Result<(), HandlerError> {
    let wishes = wishes(&socket)?;
    let start = Instant::now();
    let mut before = source.read();
    loop {
        // Listens before it looks, so that no wish falls between.
        let changed = wishes.changed.listen();
        let wish = *wishes.latest();
        if !wish.running {
            changed.await;
            before = source.read();
            continue;
        }
        let due = async {
            socket.sleep(wish.interval).await;
            true
        };
        let earlier = async {
            changed.await;
            false
        };
        if or(due, earlier).await {
            let now = source.read();
            let load: Vec<f64> = now.load_since(&before).into_iter().map(tenths).collect();
            let at = start.elapsed().as_millis() as u64;
            // A sample that a slow client misses is not worth sending later.
            socket.volatile().emit("load", (at, load))?;
            before = now;
        }
    }
}

/// The answer tells the interval that holds, which may not be the one asked for.
async fn choose_interval(
    socket: Socket,
    Args((milliseconds,)): Args<(u64,)>,
) -> Result<Json<Value>, HandlerError> {
    let interval = milliseconds.clamp(SHORTEST_INTERVAL, LONGEST_INTERVAL);
    change(&socket, |wish| {
        wish.interval = Duration::from_millis(interval);
    })?;
    Ok(Json(json!({ "interval": interval })))
}

fn set_running(socket: &Socket, running: bool) -> Result<Json<Value>, HandlerError> {
    change(socket, |wish| wish.running = running)?;
    Ok(Json(json!({ "running": running })))
}

fn change(socket: &Socket, change: impl FnOnce(&mut Wish)) -> Result<(), HandlerError> {
    let wishes = wishes(socket)?;
    change(&mut wishes.latest());
    wishes.changed.notify(usize::MAX);
    Ok(())
}

fn wishes(socket: &Socket) -> Result<Arc<Wishes>, HandlerError> {
    let wishes = socket.extensions().get::<Wishes>();
    wishes.ok_or_else(|| HandlerError::new("no_stream", "there is no stream to change"))
}

impl Wishes {
    fn latest(&self) -> MutexGuard<'_, Wish> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Rounded, because nobody sees more.
fn tenths(percent: f64) -> f64 {
    (percent * 10.0).round() / 10.0
}
