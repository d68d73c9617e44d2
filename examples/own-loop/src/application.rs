//! What the server is for: it sends back what it gets, and passes on what is for everybody.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::from_str;
use socketio_proto::{AckMode, Arguments, Body, ErrorReason, Packet, query_param};
use socketio_session::{
    AckOutcome, Broadcast, Content, Delivery, DisconnectReason, Event, FaultKind, Hub, Instant,
    Misuse, NamedArguments, NamespaceConfig, NamespaceId, SendOptions, SessionConfig, SessionKey,
    SessionMut, SharedPacket,
};

use crate::sessions::Carriers;

/// Namespaces for everybody.
const OPEN: [&str; 3] = ["", "/chat", "/news"];

/// A namespace for nobody.
const PRIVATE: &str = "/private";

/// How long a client may think about a question.
const QUESTION_TIME: Duration = Duration::from_secs(60);

/// No arguments, as JSON.
const NOTHING: &str = "[]";

/// The application. All that it knows is who is let in; the rest is the sessions' affair.
#[derive(Debug)]
pub(crate) struct Application {
    token: Option<String>,
}

impl Application {
    /// Lets only those in who know the token, if there is one.
    pub(crate) const fn new(token: Option<String>) -> Self {
        Self { token }
    }

    /// The settings of its sessions.
    pub(crate) fn config() -> SessionConfig {
        let mut private = NamespaceConfig::new(PRIVATE);
        private.asks_before_join = true;
        private.requires_connect = true;
        let mut config = SessionConfig::default();
        config.namespaces = OPEN.map(NamespaceConfig::new).into();
        config.namespaces.push(private);
        config
    }

    /// Whether a client may have a session, by the query of its handshake.
    pub(crate) fn admits(&self, query: &str) -> bool {
        self.token.is_none() || query_param(query, "token") == self.token.as_deref()
    }

    /// Handles one event of a client.
    pub(crate) fn handle(&self, hub: &mut Hub<Carriers>, at: Place, event: Event) {
        match event {
            Event::Joining(request) => {
                // Only the private namespace asks.
                if let Some(mut session) = hub.session(at.client) {
                    let _ = session.refuse(request, Some(ErrorReason::Unauthorized));
                }
            }
            Event::Received {
                namespace,
                content,
                reply_to,
                ..
            } => {
                let mut scene = Scene { hub, at, namespace };
                let answer = scene.play(&content, reply_to.is_some());
                let Some(mut session) = scene.client() else {
                    return;
                };
                match (answer, reply_to) {
                    (Err(kind), reply_to) => {
                        let _ = session.answer_fault(namespace, kind, reply_to);
                    }
                    // No callback of a client is left hanging.
                    (Ok(answer), Some(reply_to)) => {
                        let _ = session.acknowledge(reply_to, Arguments::from_checked(answer));
                    }
                    (Ok(_), None) => {}
                }
            }
            // Clients are told by themselves what they did wrong, and nobody is kept by name.
            Event::Fault(_) | Event::Joined { .. } | Event::Left { .. } | Event::Closed { .. } => {}
        }
    }

    /// A client has answered a question; or it will not, and then nobody hears of it.
    pub(crate) fn answered(&self, hub: &mut Hub<Carriers>, at: Place, outcome: &AckOutcome) {
        let namespace = outcome.ack.namespace;
        if let Ok(answer) = &outcome.result {
            let _ = Scene { hub, at, namespace }.emit("answered", answer);
        }
    }
}

/// Whom something is about, and when it happens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) client: SessionKey,
    pub(crate) now: Instant,
}

/// A client in a namespace does something. That it may be gone before it is done harms nobody.
struct Scene<'a> {
    hub: &'a mut Hub<Carriers>,
    at: Place,
    namespace: NamespaceId,
}

impl Scene<'_> {
    /// Does what the client wants. The result is what it is answered if it asked for an answer,
    /// or what was wrong with its wish.
    fn play<'c>(&mut self, content: &'c Content, is_asked: bool) -> Result<&'c str, FaultKind> {
        match content {
            Content::Event(event) => return self.play_event(event, is_asked),
            Content::Message(text) => drop(self.send(Body::Message(text))),
            Content::Json(json) => {
                if let Ok(value) = from_str(json) {
                    let _ = self.send(Body::Json(value));
                }
            }
            Content::Error { .. } => {}
        }
        Ok(NOTHING)
    }

    fn play_event<'c>(
        &mut self,
        event: &'c NamedArguments,
        is_asked: bool,
    ) -> Result<&'c str, FaultKind> {
        match event.name() {
            "echo" if is_asked => return Ok(event.arguments()),
            "echo" => drop(self.emit("echo", event.arguments())),
            "all" => self.emit_to_all("all", event.arguments()),
            "ask" => self.ask(emission("question", event.arguments()), AckMode::Data),
            "ask message" => {
                let (text,): (String,) = arguments(event)?;
                self.ask(Body::Message(&text), AckMode::Automatic);
            }
            "count" => {
                let (numbers,): (u32,) = arguments(event)?;
                let mut left = 0..numbers;
                while left
                    .next()
                    .is_some_and(|n| self.emit("number", &format!("[{n}]")).is_ok())
                {
                }
            }
            "leave me" => {
                let (now, namespace) = (self.at.now, self.namespace);
                let _ = self.client().map(|mut it| it.leave(now, namespace));
            }
            "drop me" => {
                let (now, reason) = (self.at.now, DisconnectReason::ServerDisconnected);
                let _ = self
                    .client()
                    .map(|mut it| it.disconnect_silently(now, reason));
            }
            unknown => return Err(FaultKind::NoSuchMethod(unknown.into())),
        }
        Ok(NOTHING)
    }

    fn client(&mut self) -> Option<SessionMut<'_, Carriers>> {
        self.hub.session(self.at.client)
    }

    fn emit(&mut self, name: &str, args: &str) -> Result<Delivery, Misuse> {
        self.send(emission(name, args))
    }

    fn send(&mut self, body: Body<'_>) -> Result<Delivery, Misuse> {
        let (namespace, packet) = (self.namespace, self.packet(body));
        let mut session = self.client().ok_or(Misuse::NoSuchSession)?;
        session.send(namespace, &packet, SendOptions::RELIABLE)
    }

    /// The answer, when it comes, is for [`Application::answered`].
    fn ask(&mut self, body: Body<'_>, mode: AckMode) {
        let (now, namespace) = (self.at.now, self.namespace);
        if let Some(mut session) = self.client() {
            let _ = session.send_with_ack(now, namespace, body, mode, QUESTION_TIME);
        }
    }

    fn emit_to_all(&mut self, name: &str, args: &str) {
        let packet = self.packet(emission(name, args));
        self.hub.broadcast(&Broadcast {
            namespace: self.namespace,
            rooms: Vec::new(),
            except_rooms: Vec::new(),
            except_sessions: Vec::new(),
            options: SendOptions::RELIABLE,
            packet,
        });
    }

    /// A packet of this namespace, encoded once for whomever it is for.
    fn packet(&self, body: Body<'_>) -> SharedPacket {
        SharedPacket::new(&Packet::new(
            self.hub.config().endpoint(self.namespace),
            body,
        ))
    }
}

fn emission<'a>(name: &'a str, args: &'a str) -> Body<'a> {
    Body::Event {
        name: name.into(),
        args: Arguments::from_checked(args),
    }
}

fn arguments<T: DeserializeOwned>(event: &NamedArguments) -> Result<T, FaultKind> {
    from_str(event.arguments()).map_err(|error| FaultKind::InvalidArguments {
        event: event.name().into(),
        why: error.to_string().into(),
    })
}
