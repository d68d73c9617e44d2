//! The application's turn: arrivals are judged when they are taken out, one after another.

use alloc::boxed::Box;

use socketio_proto::{Arguments, Body, ErrorReason};

use super::Session;
use super::membership::{MembershipChange, Standing};
use crate::acks::{AckFailure, AckOutcome, ReplyTo};
use crate::acl::{JSON_METHOD, MESSAGE_METHOD};
use crate::config::NamespaceId;
use crate::error::Misuse;
use crate::event::{Content, Event, JoinRequest};
use crate::fault::{Fault, FaultKind};
use crate::inbox::Arrival;
use crate::reason::DisconnectReason;

impl Session {
    /// The next news for the application.
    ///
    /// A driver that wants packets handled in order and one at a time takes out one event, lets
    /// its handler finish, and only then takes out the next. Until then, a client that has left
    /// a namespace still counts as a member of its rooms, though nothing can be sent to it: its
    /// disconnect handler knows where it was.
    #[must_use]
    pub fn poll_event(&mut self) -> Option<Event> {
        if let Some(namespace) = self.parting_from.take() {
            self.note_change(MembershipChange::Left(namespace));
        }
        while !self.join_pending {
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
            Arrival::Packet {
                namespace,
                content,
                reply_to,
            } => self.judge_packet(namespace, content, reply_to),
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
        self.inbox.push_front(Arrival::End { reason });
        self.forget(namespace, reason)
    }

    fn judge_join(&mut self, namespace: NamespaceId, query: Box<str>) -> Option<Event> {
        let member = self.memberships.find(namespace);
        match member.map(|member| member.standing) {
            Some(Standing::In) => {
                self.confirm_join(namespace);
                return None;
            }
            // The server just sent it away; it does not know yet.
            Some(Standing::Dismissed) => return None,
            Some(Standing::Out) | None => {}
        }
        if self.memberships.iter_joined().count() >= self.config.limits.namespaces {
            let endpoint = Box::from(self.config.endpoint(namespace));
            let kind = FaultKind::TooManyNamespaces;
            return self.tell(
                Fault {
                    namespace: Some(namespace),
                    endpoint,
                    kind,
                },
                None,
            );
        }
        if self
            .config
            .namespace(namespace)
            .is_some_and(|config| config.asks_before_join)
        {
            if self.is_closed() {
                // The answer would come too late.
                return None;
            }
            self.join_pending = true;
            return Some(Event::Joining(JoinRequest { namespace, query }));
        }
        Some(self.enter_namespace(namespace, query))
    }

    /// Makes the client a member and, but for the global namespace, tells it so.
    fn enter_namespace(&mut self, namespace: NamespaceId, query: Box<str>) -> Event {
        let config = self.config.namespace(namespace);
        let acl = config
            .map(|config| config.initial_acl.clone())
            .unwrap_or_default();
        self.memberships.join(namespace, acl);
        self.note_change(MembershipChange::Joined(namespace));
        self.confirm_join(namespace);
        Event::Joined { namespace, query }
    }

    /// Repeats the connect packet to the client, without its query, as the reference does. The
    /// global namespace is confirmed by the greeting.
    fn confirm_join(&mut self, namespace: NamespaceId) {
        let endpoint = self.config.endpoint(namespace);
        if !endpoint.is_empty() {
            let echo = self.encode(endpoint, Body::Connect { query: "" });
            self.reply(echo);
        }
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

    fn judge_packet(
        &mut self,
        namespace: NamespaceId,
        content: Content,
        reply_to: Option<ReplyTo>,
    ) -> Option<Event> {
        match self
            .memberships
            .find(namespace)
            .map(|member| member.standing)
        {
            Some(Standing::In) => {}
            // The server just sent it away; it does not know yet.
            Some(Standing::Dismissed) => return None,
            Some(Standing::Out) | None => {
                let endpoint = Box::from(self.config.endpoint(namespace));
                return self.no_such_namespace(endpoint, reply_to.map(|reply| reply.id));
            }
        }
        let method = match &content {
            Content::Event(event) => event.name(),
            Content::Message(_) => MESSAGE_METHOD,
            Content::Json(_) => JSON_METHOD,
        };
        let is_event = matches!(content, Content::Event(_));
        let config = self.config.namespace(namespace);
        if is_event && config.is_some_and(|config| config.ignores(method)) {
            return None;
        }
        let Some(kind) = self.objection(namespace, method, is_event) else {
            return Some(Event::Received {
                namespace,
                content,
                reply_to,
            });
        };
        let endpoint = Box::from(self.config.endpoint(namespace));
        self.tell(
            Fault {
                namespace: Some(namespace),
                endpoint,
                kind,
            },
            reply_to.map(|reply| reply.id),
        )
    }

    fn objection(&self, namespace: NamespaceId, method: &str, is_event: bool) -> Option<FaultKind> {
        let config = self.config.namespace(namespace)?;
        if is_event && !config.event_names.allows(method) {
            return Some(FaultKind::UnallowedEventName(Box::from(method)));
        }
        let member = self.memberships.joined(namespace)?;
        (!member.acl.is_allowed(method)).then(|| FaultKind::AccessDenied(Box::from(method)))
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
    fn tell(&mut self, fault: Fault, asked: Option<Box<str>>) -> Option<Event> {
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

    /// The application lets the client into the namespace that it asked for.
    ///
    /// # Errors
    /// [`Misuse::Closed`] if the session has ended meanwhile.
    pub fn admit(&mut self, join: JoinRequest) -> Result<(), Misuse> {
        self.join_pending = false;
        self.check_open()?;
        let event = self.enter_namespace(join.namespace, join.query);
        self.inbox.push_front(Arrival::News(event));
        Ok(())
    }

    /// The application keeps the client out, which is told so, with `reason` if there is one
    /// among those that the wire knows.
    ///
    /// # Errors
    /// [`Misuse::Closed`] if the session has ended meanwhile.
    pub fn refuse(&mut self, join: JoinRequest, reason: Option<ErrorReason>) -> Result<(), Misuse> {
        self.join_pending = false;
        self.check_open()?;
        let body = Body::Error {
            reason,
            advice: None,
        };
        let packet = self.encode(self.config.endpoint(join.namespace), body);
        self.reply(packet);
        Ok(())
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
