//! Events, messages and acknowledgements, both ways.

use std::time::Duration;

use socketio_server::{Ack, Args, HandlerError, Namespace, RawArgs, RawJson, Socket, Text};

/// What a client may ask for at most in one go.
const MOST: u32 = 500;

/// Between the ticks of a background job.
const TICK: Duration = Duration::from_millis(40);

pub(crate) fn with_answers(namespace: Namespace) -> Namespace {
    namespace
        .on("echo", echo)
        .on("count", count)
        .on("ticks", ticks)
        .on("perhaps", perhaps)
        // While a question is open, the client may go on.
        .on_concurrently("ask", async |socket: Socket, args: RawArgs| {
            let answer = socket.emit_with_ack("question", args).await?;
            socket.emit("answered", answer)?;
            Ok(())
        })
        .on_concurrently(
            "ask for receipt",
            async |socket: Socket, Args((text,)): Args<(String,)>| {
                socket.send_with_ack(&text).await?;
                socket.emit("received", (text,))?;
                Ok(())
            },
        )
        .on_message(async |socket: Socket, Text(text): Text| {
            socket.send(&text)?;
            Ok(())
        })
        .on_json(async |socket: Socket, json: RawJson| {
            socket.send_json(&json)?;
            Ok(())
        })
}

/// By an acknowledgement if one is asked for, otherwise by an event.
async fn echo(socket: Socket, args: RawArgs, ack: Ack) -> Result<(), HandlerError> {
    if ack.is_wanted() {
        ack.send(args)?;
    } else {
        socket.emit("echo", args)?;
    }
    Ok(())
}

async fn count(socket: Socket, Args((numbers,)): Args<(u32,)>) -> Result<(), HandlerError> {
    for number in 0..numbers.min(MOST) {
        socket.emit("number", (number,))?;
    }
    Ok(())
}

/// A job that goes on when its handler has returned.
async fn ticks(socket: Socket, Args((numbers,)): Args<(u32,)>) -> Result<(), HandlerError> {
    let ticking = socket.clone();
    socket.spawn(async move {
        for number in 0..numbers.min(MOST) {
            ticking.sleep(TICK).await;
            if ticking.emit("tick", (number,)).is_err() {
                return;
            }
        }
    })?;
    Ok(())
}

/// Volatile events, of which some may get lost, and one behind them that does not.
async fn perhaps(socket: Socket, Args((numbers,)): Args<(u32,)>) -> Result<(), HandlerError> {
    for number in 0..numbers.min(MOST) {
        socket.volatile().emit("perhaps", (number,))?;
    }
    socket.emit("for sure", ())?;
    Ok(())
}
