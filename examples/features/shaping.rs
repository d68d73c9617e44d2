//! A namespace that is shaped: prepared for each client, with a way of its own from packets to
//! handlers, and with a layer around all of them.

use std::sync::atomic::{AtomicU32, Ordering};

use socketio_server::{
    Dispatch, EventContext, EventName, Extension, HandlerError, HandlerOutcome, Namespace, Next,
    RawArgs, RawPacket, Socket,
};

/// How often a client has called, kept with it.
#[derive(Default)]
struct Calls(AtomicU32);

pub(crate) fn shaped() -> Namespace {
    Namespace::new("/shaped")
        .initialize(async |socket: Socket| {
            socket.extensions().insert(Calls::default());
        })
        .dispatch(pass_under_new_names)
        .layer(keep_details_private)
        .blacklist(["ignored"])
        .on("call", async |Extension(calls): Extension<Calls>| {
            calls.0.fetch_add(1, Ordering::Relaxed) + 1
        })
        .on("break", async || {
            Err::<(), _>(HandlerError::new("disk_full", "/dev/sda1 is full"))
        })
        .on_any(async |EventName(name): EventName, args: RawArgs| {
            (name, String::from(args.as_str()))
        })
}

/// Clients of long ago call it otherwise.
async fn pass_under_new_names(packet: RawPacket) -> Dispatch {
    match packet.name() {
        Some("telephone") => Dispatch::PassAs("call".into()),
        _ => Dispatch::Pass,
    }
}

/// Clients are told that something failed, and not what.
async fn keep_details_private(context: EventContext, next: Next) -> HandlerOutcome {
    let outcome = next.run(context).await;
    outcome.map_err(|_| HandlerError::new("internal", "something went wrong"))
}
