//! The application's turn: arrivals are judged when they are taken out, one after another.

use alloc::boxed::Box;

use socketio_proto::{Arguments, Body};

use super::Session;
use super::membership::{MembershipChange, Standing};
use crate::acks::{AckFailure, AckOutcome};
use crate::config::NamespaceId;
use crate::event::{Content, Event};
use crate::fault::{Fault, FaultKind};
use crate::inbox::{Arrival, ReceivedPacket};
use crate::reason::DisconnectReason;

/// What becomes of a packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// It is handled.
    Granted,
    /// It is not; the client is to be told why.
    Denied(FaultKind),
    /// The client has been sent out of the namespace since; there is nobody to be told.
    Dismissed,
}

impl Session {
    /// The next news for the application.
    ///
    /// A driver that wants packets handled in order and one at a time takes out one event, lets
    /// its handler finish, and only then takes out the next. Until then, a client that has left
    /// a namespace still counts as a member of its rooms, though nothing can be sent to it: its
    /// disconnect handler knows where it was. So a driver always asks until there is nothing more.
    ///
    /// While the outbox is more than half full there is none: what the client said waits until the
    /// client has taken the answers to what it said before.
    #[must_use]
    pub fn poll_event(&mut self) -> Option<Event> {
        if let Some(namespace) = self.parting_from.take() {
            self.note_change(MembershipChange::Left(namespace));
        }
        while self.has_events() {
            let arrival = self.inbox.pop()?;
            if let Some(event) = self.judge(arrival) {
                return Some(event);
            }
        }
        None
    }

    fn judge(&mut self, arrival: Arrival) -> Option<Event> {
        match arrival {
            Arrival::News(Event::Left { namespace, reason }) => self.forget(namespace, reason),
            Arrival::News(event) => Some(event),
            Arrival::End { reason } => self.judge_end(reason),
            Arrival::Join { namespace, query } => self.judge_join(namespace, query),
            Arrival::Leave { namespace } => {
                self.memberships.joined(namespace)?;
                self.forget(namespace, DisconnectReason::ClientDisconnected)
            }
            Arrival::Packet(packet) => self.judge_packet(packet),
            Arrival::UnknownJoin { endpoint } => self.no_such_namespace(endpoint, None),
            Arrival::UnknownPacket { endpoint, asked } => self.no_such_namespace(endpoint, asked),
            Arrival::Undecodable { fault, asked } => self.tell(fault, asked),
        }
    }

    /// Ends one membership after another, and then the session.
    fn judge_end(&mut self, reason: DisconnectReason) -> Option<Event> {
        let Some(namespace) = self.memberships.first_believed() else {
            return Some(Event::Closed { reason });
        };
        self.inbox.push_news_front(Arrival::End { reason });
        self.forget(namespace, reason)
    }

    fn forget(&mut self, namespace: NamespaceId, reason: DisconnectReason) -> Option<Event> {
        let member = self.memberships.find_mut(namespace)?;
        if member.standing == Standing::Out {
            return None;
        }
        member.standing = Standing::Out;
        self.parting_from = Some(namespace);
        let outcomes = &mut self.ack_outcomes;
        self.acks.take_in(Some(namespace), |ack| {
            outcomes.push_back(AckOutcome {
                ack,
                result: Err(AckFailure::Disconnected(reason)),
            });
        });
        Some(Event::Left { namespace, reason })
    }

    fn judge_packet(&mut self, packet: ReceivedPacket) -> Option<Event> {
        let namespace = packet.namespace;
        let member = self.memberships.find(namespace);
        match (member.map(|member| member.standing), &packet.content) {
            (Some(Standing::In), _) => {}
            // The server just sent it away; it does not know yet.
            (Some(Standing::Dismissed), _) => return None,
            // Who has nothing to say but that something is wrong there needs no answer.
            (_, Content::Error { .. }) => return None,
            (None, _) if self.may_join_by_packet(namespace) => return self.join_first(packet),
            (Some(Standing::Asking | Standing::Out) | None, _) => {
                let endpoint = Box::from(self.config.endpoint(namespace));
                return self.no_such_namespace(endpoint, packet.reply_to.map(|reply| reply.id));
            }
        }
        let config = self.config.namespace(namespace)?;
        let method = packet.content.method();
        let is_event = matches!(packet.content, Content::Event(_));
        if is_event && config.ignores(method) {
            return None;
        }
        let access = if config.defers_judgement {
            Access::Granted
        } else if is_event && !config.event_names.allows(method) {
            Access::Denied(FaultKind::UnallowedEventName(Box::from(method)))
        } else {
            self.access(namespace, method)
        };
        match access {
            Access::Granted => Some(Event::Received {
                namespace,
                content: packet.content,
                reply_to: packet.reply_to,
                acknowledged: packet.acknowledged,
            }),
            Access::Denied(kind) => {
                let fault = self.fault(namespace, kind);
                self.tell(fault, packet.reply_to.map(|reply| reply.id))
            }
            Access::Dismissed => None,
        }
    }

    /// Whether the client may call `method`: for an application that judges packets itself.
    /// Which names of events are let through stands in the settings.
    #[must_use]
    pub fn access(&self, namespace: NamespaceId, method: &str) -> Access {
        match self.memberships.joined(namespace) {
            None => Access::Dismissed,
            Some(member) if member.acl.is_allowed(method) => Access::Granted,
            Some(_) => Access::Denied(FaultKind::AccessDenied(Box::from(method))),
        }
    }

    pub(super) fn fault(&self, namespace: NamespaceId, kind: FaultKind) -> Fault {
        Fault {
            namespace: Some(namespace),
            endpoint: Box::from(self.config.endpoint(namespace)),
            kind,
        }
    }

    fn no_such_namespace(&mut self, endpoint: Box<str>, asked: Option<Box<str>>) -> Option<Event> {
        let namespace = self.config.namespace_id(&endpoint);
        self.tell(
            Fault {
                namespace,
                endpoint,
                kind: FaultKind::NoSuchNamespace,
            },
            asked,
        )
    }

    /// Tells the client about its fault, and then the application.
    pub(super) fn tell(&mut self, fault: Fault, asked: Option<Box<str>>) -> Option<Event> {
        self.tell_client(&fault, asked.as_deref());
        Some(Event::Fault(fault))
    }

    /// The fault as an `error` event and, if an answer was asked for, as that answer.
    pub(super) fn tell_client(&mut self, fault: &Fault, asked: Option<&str>) {
        let code = fault.kind.code();
        let text = fault.kind.text(&fault.endpoint);
        let args = json_array(&[code, &text]);
        let event = Body::Event {
            name: "error".into(),
            args: Arguments::from_checked(&args),
        };
        let packet = self.encode(&fault.endpoint, event);
        self.reply(packet);
        if let Some(id) = asked {
            let answer = json_error(code, &text);
            let ack = Body::Ack {
                id,
                args: Arguments::from_checked(&answer),
            };
            let packet = self.encode(&fault.endpoint, ack);
            self.reply(packet);
        }
    }
}

/// The JSON array of some strings.
fn json_array(texts: &[&str]) -> alloc::string::String {
    // Strings always serialize.
    serde_json::to_string(texts).unwrap_or_default()
}

/// How an acknowledgement says that there is nothing to acknowledge.
fn json_error(code: &str, message: &str) -> alloc::string::String {
    let error = alloc::collections::BTreeMap::from([("error", code), ("message", message)]);
    serde_json::to_string(&[error]).unwrap_or_default()
}
