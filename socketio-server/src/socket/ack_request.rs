//! Packets that ask the client for an answer.

use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use socketio_proto::{AckMode, Arguments, Body};
use socketio_session::{AckFailure, AwaitedAck, Misuse};

use super::Socket;
use super::encoding::raw_json;
use crate::engine::{AckArrival, AckWait, SessionData};
use crate::error::{AckError, SendError};
use crate::handlers::{EventArgs, FromArgs, RawArgs};

/// How long an answer is awaited, unless [`AckRequest::within`] says otherwise.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// A packet that asks for an answer. Awaiting it sends the packet and waits; a handler may do
/// so, because answers are taken in while it waits. Without being awaited it does nothing. Who
/// stops waiting gives its place among the awaited acknowledgements
/// ([`SessionLimits::awaited_acks`](crate::SessionLimits::awaited_acks)) back at once.
///
/// ```
/// # use socketio_server::{AckError, Socket};
/// # async fn ask(socket: Socket) -> Result<(), AckError> {
/// use std::time::Duration;
///
/// let (age,) = socket
///     .emit_with_ack("how old are you", ())
///     .within(Duration::from_secs(5))
///     .args::<(u8,)>()
///     .await?;
/// # let _ = age; Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct AckRequest {
    socket: Socket,
    what: Result<Question, serde_json::Error>,
    mode: AckMode,
    within: Duration,
}

#[derive(Debug)]
enum Question {
    Event { name: String, args: String },
    Message(String),
    Json(String),
}

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, AckError>> + Send>>;

impl AckRequest {
    pub(super) fn event(socket: Socket, name: &str, args: &impl EventArgs) -> Self {
        let mut text = Vec::new();
        let what = args.write_args(&mut text).map(|()| Question::Event {
            name: name.into(),
            args: String::from_utf8(text).unwrap_or_default(),
        });
        Self {
            socket,
            what,
            mode: AckMode::Data,
            within: DEFAULT_TIMEOUT,
        }
    }

    pub(super) fn message(socket: Socket, text: &str) -> Self {
        let what = Ok(Question::Message(text.into()));
        Self {
            socket,
            what,
            mode: AckMode::Automatic,
            within: DEFAULT_TIMEOUT,
        }
    }

    pub(super) fn json<T: serde::Serialize + ?Sized>(socket: Socket, value: &T) -> Self {
        let what = serde_json::to_string(value).map(Question::Json);
        Self {
            socket,
            what,
            mode: AckMode::Automatic,
            within: DEFAULT_TIMEOUT,
        }
    }

    /// Waits for `time` at most. Default 30 s.
    pub const fn within(mut self, time: Duration) -> Self {
        self.within = time;
        self
    }

    /// Asks for another kind of answer than usual: [`AckMode::Data`] of an application for
    /// events, [`AckMode::Automatic`] of the library for messages. Real clients give no
    /// automatic answer to events.
    pub const fn mode(mut self, mode: AckMode) -> Self {
        self.mode = mode;
        self
    }

    /// Sends, waits, and reads the answer's arguments into a tuple.
    pub fn args<T: FromArgs>(self) -> Answer<T> {
        Box::pin(async move {
            let args = self.ask().await?;
            Ok(args.parse()?)
        })
    }

    async fn ask(self) -> Result<RawArgs, AckError> {
        let arrival = self.send()?;
        match arrival.await {
            Ok(args) => Ok(RawArgs(args)),
            Err(AckFailure::Disconnected(reason)) => Err(AckError::Disconnected(reason)),
            Err(_) => Err(AckError::TimedOut),
        }
    }

    fn send(self) -> Result<AckArrival, SendError> {
        let what = self.what?;
        let body = match &what {
            Question::Event { name, args } if args.is_empty() => Body::Event {
                name: name.into(),
                args: Arguments::NONE,
            },
            Question::Event { name, args } => Body::Event {
                name: name.into(),
                args: Arguments::from_checked(args),
            },
            Question::Message(text) => Body::Message(text),
            Question::Json(text) => Body::Json(raw_json(text)?),
        };
        let now = self.socket.engine.now();
        let namespace = self.socket.membership.namespace;
        let (wait, ack, fed) = self.socket.on_session(|mut session| {
            let ack = session.send_with_ack(now, namespace, body, self.mode, self.within)?;
            // While an answer is awaited there is more room for input: it may stand behind what
            // was left unread.
            let fed = match session.wants_input() {
                true => session.data().links.feed(),
                false => Vec::new(),
            };
            Ok::<_, Misuse>((session.data().await_ack(ack), ack, fed))
        })?;
        for waker in fed {
            waker.wake();
        }
        let Socket { engine, membership } = self.socket;
        Ok(AckArrival::new(engine, membership.at, ack, wait))
    }
}

impl IntoFuture for AckRequest {
    type Output = Result<RawArgs, AckError>;
    type IntoFuture = Answer<RawArgs>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.ask())
    }
}

impl SessionData {
    fn await_ack(&mut self, ack: AwaitedAck) -> Arc<AckWait> {
        Arc::clone(self.ack_waits.entry(ack).or_default())
    }
}
