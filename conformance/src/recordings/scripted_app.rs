//! The scripted application of the recordings, written against the public API of the server.

use std::collections::BTreeMap;
use std::future::{IntoFuture, poll_fn};
use std::sync::Arc;
use std::task::Poll;

use serde_json::value::RawValue;
use serde_json::{Value, json};
use socketio_server::{
    Ack, AckError, AckMode, AckRequest, Admission, ConnectQuery, ErrorReason, EventArgs, EventName,
    HandlerError, Handshake, Namespace, RawArgs, RawJson, Socket, Text,
};

use crate::replay::{AppLog, EventScript, LogEntry, NamespaceScript, Operation};

/// What the operations of a handler refer to.
#[derive(Default)]
struct Received {
    event: Option<String>,
    /// The arguments as a JSON array; those of a message are the message.
    args: String,
    ack: Option<Ack>,
}

/// The namespace that does what the script says.
pub(crate) fn namespace(name: &str, script: &NamespaceScript, log: &AppLog) -> Namespace {
    let mut namespace = Namespace::new(name);
    for (event, what) in &script.events {
        namespace = with_event(namespace, event, what, log);
    }
    if let Some(operations) = &script.message {
        namespace = with_messages(namespace, operations, log);
    }
    if let Some(decision) = &script.auth {
        namespace = with_authorization(namespace, decision);
    }
    let (seen, operations) = (log.clone(), Arc::new(script.connect.clone()));
    let namespace = namespace.on_connect(move |socket: Socket| {
        let (log, operations) = (seen.clone(), Arc::clone(&operations));
        async move {
            run(&socket, Received::default(), &operations, &log).await?;
            log.record(line("connection", &socket));
            Ok::<_, HandlerError>(())
        }
    });
    let seen = log.clone();
    namespace.on_disconnect(move |socket: Socket| {
        seen.record(line("disconnect", &socket));
        async {}
    })
}

fn with_event(namespace: Namespace, name: &str, what: &EventScript, log: &AppLog) -> Namespace {
    let (what, log) = (Arc::new(what.clone()), log.clone());
    namespace.on(
        name,
        move |socket: Socket, EventName(event): EventName, args: RawArgs, ack: Ack| {
            let (what, log) = (Arc::clone(&what), log.clone());
            async move {
                let mut entry = line("event", &socket);
                entry.name = Some(event.clone());
                entry.wants_ack = Some(ack.is_wanted());
                entry.args = Some(seen(args.as_str())?);
                let operations: Vec<Operation> = match &*what {
                    EventScript::FromArguments(_) => serde_json::from_str(args.as_str())?,
                    EventScript::Operations(operations) => operations.clone(),
                };
                let received = Received {
                    event: Some(event),
                    args: args.as_str().to_owned(),
                    ack: Some(ack),
                };
                run(&socket, received, &operations, &log).await?;
                log.record(entry);
                Ok::<_, HandlerError>(())
            }
        },
    )
}

fn with_messages(namespace: Namespace, operations: &[Operation], log: &AppLog) -> Namespace {
    let (seen, script) = (log.clone(), Arc::new(operations.to_vec()));
    let namespace = namespace.on_message(move |socket: Socket, Text(text): Text, ack: Ack| {
        let (log, script) = (seen.clone(), Arc::clone(&script));
        async move { message(socket, json!([text]).to_string(), ack, &script, &log).await }
    });
    let (seen, script) = (log.clone(), Arc::new(operations.to_vec()));
    namespace.on_json(move |socket: Socket, value: RawJson, ack: Ack| {
        let (log, script) = (seen.clone(), Arc::clone(&script));
        async move { message(socket, format!("[{}]", value.as_str()), ack, &script, &log).await }
    })
}

async fn message(
    socket: Socket,
    args: String,
    ack: Ack,
    script: &[Operation],
    log: &AppLog,
) -> Result<(), HandlerError> {
    let mut entry = line("message", &socket);
    entry.wants_ack = Some(ack.is_wanted());
    entry.args = Some(seen(&args)?);
    run(
        &socket,
        Received {
            event: None,
            args,
            ack: Some(ack),
        },
        script,
        log,
    )
    .await?;
    log.record(entry);
    Ok(())
}

fn with_authorization(namespace: Namespace, decision: &Value) -> Namespace {
    let decision = decision.clone();
    namespace.authorize(move |_socket: Socket, _query: ConnectQuery| {
        let decision = match &decision {
            Value::Bool(true) => Ok(Admission::Admit),
            Value::Bool(false) => Ok(Admission::Refuse),
            Value::String(text) if text == "client not handshaken" => {
                Ok(Admission::RefuseBecause(ErrorReason::ClientNotHandshaken))
            }
            other => Err(HandlerError::new("authorization failed", other)),
        };
        async move { decision }
    })
}

async fn run(
    socket: &Socket,
    mut received: Received,
    operations: &[Operation],
    log: &AppLog,
) -> Result<(), HandlerError> {
    for operation in operations {
        let (name, args) = operation
            .split_first()
            .ok_or_else(|| unknown(&Value::Null))?;
        let name = name.as_str().ok_or_else(|| unknown(name))?;
        if name.contains("_cb") {
            ask(socket, name, args, log).await?;
        } else if name.starts_with("ack") {
            answer(&mut received, name, args)?;
        } else if matches!(name, "echo" | "resend") {
            repeat(socket, &received)?;
        } else {
            act(socket, name, args)?;
        }
    }
    Ok(())
}

/// The operations that send or change something at once.
fn act(socket: &Socket, name: &str, args: &[Value]) -> Result<(), HandlerError> {
    let text = |at: usize| {
        args.get(at)
            .and_then(Value::as_str)
            .ok_or_else(|| unknown(&json!(args)))
    };
    match name {
        "emit" => drop(socket.emit(text(0)?, Listed(&args[1..]))?),
        "send" => drop(socket.send(text(0)?)?),
        "json" => drop(socket.send_json(&args[0])?),
        "volatile_emit" => drop(socket.volatile().emit(text(0)?, Listed(&args[1..]))?),
        "volatile_send" => drop(socket.volatile().send(text(0)?)?),
        "broadcast" => drop(socket.broadcast().emit(text(0)?, Listed(&args[1..]))?),
        "room_emit" => drop(
            socket
                .everybody()
                .to(text(0)?)
                .emit(text(1)?, Listed(&args[2..]))?,
        ),
        "join" => socket.join(text(0)?)?,
        "leave" => socket.leave(text(0)?),
        "disconnect" => socket.disconnect()?,
        "emit_handshake" => {
            let field = handshake_field(socket.handshake(), text(0)?);
            let _ = socket.emit("handshake", RawArgs::new(format!("[{field}]"))?)?;
        }
        _ => return Err(unknown(&json!(name))),
    }
    Ok(())
}

/// Sends the same event or message back, its JSON untouched.
fn repeat(socket: &Socket, received: &Received) -> Result<(), HandlerError> {
    if let Some(event) = &received.event {
        let _ = socket.emit(event, RawArgs::new(received.args.as_str())?)?;
        return Ok(());
    }
    let (value,): (Value,) = serde_json::from_str(&received.args)?;
    match value {
        Value::String(text) => {
            let _ = socket.send(&text)?;
        }
        // Between the brackets stands the one value.
        _ => {
            let text = &received.args[1..received.args.len() - 1];
            let _ = socket.send_json(&RawValue::from_string(text.to_owned())?)?;
        }
    }
    Ok(())
}

fn answer(received: &mut Received, name: &str, args: &[Value]) -> Result<(), HandlerError> {
    let Some(ack) = received.ack.take() else {
        return Ok(());
    };
    match name {
        "ack" => ack.send(Listed(args))?,
        _ => ack.send(RawArgs::new(received.args.as_str())?)?,
    }
    Ok(())
}

/// The operations that ask the client for an answer and go on without it.
async fn ask(
    socket: &Socket,
    name: &str,
    args: &[Value],
    log: &AppLog,
) -> Result<(), HandlerError> {
    let text = || {
        args.first()
            .and_then(Value::as_str)
            .ok_or_else(|| unknown(&json!(args)))
    };
    let request: AckRequest = match name {
        "emit_cb" => socket.emit_with_ack(text()?, Listed(&args[1..])),
        "emit_cb0" => socket
            .emit_with_ack(text()?, Listed(&args[1..]))
            .mode(AckMode::Automatic),
        "send_cb" => socket.send_with_ack(text()?),
        "json_cb" => socket.send_json_with_ack(&args[0]),
        _ => return Err(unknown(&json!(name))),
    };
    let mut answer = request.into_future();
    // Polled once now, because that sends it: the next operation's packet must come after this one.
    let at_once = poll_fn(|context| Poll::Ready(answer.as_mut().poll(context))).await;
    let (asker, log) = (socket.clone(), log.clone());
    socket.spawn(async move {
        let answered = match at_once {
            Poll::Ready(answered) => answered,
            Poll::Pending => answer.await,
        };
        // Without an answer nothing is recorded, and the replay notices.
        let _ = acked(&asker, answered, &log);
    })?;
    Ok(())
}

fn acked(
    socket: &Socket,
    answered: Result<RawArgs, AckError>,
    log: &AppLog,
) -> Result<(), HandlerError> {
    let args = answered?;
    let args = if args.as_str().is_empty() {
        "[]"
    } else {
        args.as_str()
    };
    let mut entry = line("acked", socket);
    entry.args = Some(seen(args)?);
    let _ = socket.emit("acked", RawArgs::new(format!("[{args}]"))?)?;
    log.record(entry);
    Ok(())
}

/// The arguments as JavaScript sees them: a number too large for it is infinite, which it logs as `null`.
fn seen(args: &str) -> Result<Vec<Value>, HandlerError> {
    let args: Vec<&RawValue> = serde_json::from_str(args)?;
    Ok(args
        .iter()
        .map(|arg| serde_json::from_str(arg.get()).unwrap_or(Value::Null))
        .collect())
}

/// The named part of the handshake as JSON, the query's parameters in their order.
fn handshake_field(handshake: &Handshake, name: &str) -> String {
    match name {
        "query" => {
            let pairs = handshake.query_params();
            let pairs: Vec<_> = pairs
                .map(|(key, value)| format!("{}:{}", json!(key), json!(value)))
                .collect();
            format!("{{{}}}", pairs.join(","))
        }
        "xdomain" => json!(is_cross_domain(handshake)).to_string(),
        _ => json!(handshake.target()).to_string(),
    }
}

/// What the reference calls a handshake with an `Origin` header.
pub(crate) fn is_cross_domain(handshake: &Handshake) -> bool {
    handshake.header("origin").is_some()
}

/// The line about an authorization.
pub(crate) fn authorization_line(handshake: &Handshake) -> LogEntry {
    let query: BTreeMap<_, _> = handshake.query_params().collect();
    LogEntry {
        query: Some(json!(query)),
        xdomain: Some(is_cross_domain(handshake)),
        ..empty_line("authorization", "")
    }
}

fn line(what: &str, socket: &Socket) -> LogEntry {
    empty_line(what, socket.namespace())
}

fn empty_line(what: &str, namespace: &str) -> LogEntry {
    LogEntry {
        t: 0,
        ev: what.to_owned(),
        ns: namespace.to_owned(),
        name: None,
        args: None,
        wants_ack: None,
        query: None,
        xdomain: None,
    }
}

fn unknown(operation: &Value) -> HandlerError {
    HandlerError::new("unknown operation", operation)
}

/// Arguments that stand in a list.
struct Listed<'a>(&'a [Value]);

impl EventArgs for Listed<'_> {
    fn write_args(&self, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        if self.0.is_empty() {
            Ok(())
        } else {
            serde_json::to_writer(out, self.0)
        }
    }
}
