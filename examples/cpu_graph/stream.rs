//! The namespace: a stream for each client, which it can slow down and stop.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use socketio_driver_tokio::{Args, HandlerError, Json, Namespace, Socket, State};
use tokio::sync::watch;
use tokio::time::sleep;

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

/// Kept with the socket: where its job hears of a new wish.
struct Wishes(watch::Sender<Wish>);

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
    let wish = Wish {
        interval: Duration::from_millis(INTERVAL),
        running: true,
    };
    let (wishes, heard) = watch::channel(wish);
    socket.extensions().insert(Wishes(wishes));
    socket.spawn(stream(socket.clone(), source, heard))?;
    Ok(())
}

/// Sends samples until the socket ends, which cancels it.
async fn stream(socket: Socket, source: LoadSource, mut wishes: watch::Receiver<Wish>) {
    let start = Instant::now();
    let mut before = source.read();
    loop {
        let wish = *wishes.borrow_and_update();
        if !wish.running {
            if wishes.changed().await.is_err() {
                return;
            }
            before = source.read();
            continue;
        }
        tokio::select! {
            () = sleep(wish.interval) => {
                let now = source.read();
                let load: Vec<f64> = now.load_since(&before).into_iter().map(tenths).collect();
                let at = start.elapsed().as_millis() as u64;
                // A sample that a slow client misses is not worth sending later.
                if socket.volatile().emit("load", (at, load)).is_err() {
                    return;
                }
                before = now;
            }
            heard = wishes.changed() => if heard.is_err() {
                return;
            },
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
    let wishes = socket
        .extensions()
        .get::<Wishes>()
        .ok_or_else(|| HandlerError::new("no_stream", "there is no stream to change"))?;
    wishes.0.send_modify(change);
    Ok(())
}

/// Rounded, because nobody sees more.
fn tenths(percent: f64) -> f64 {
    (percent * 10.0).round() / 10.0
}
