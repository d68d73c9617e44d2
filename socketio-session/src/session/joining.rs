//! The way into a namespace.

use alloc::boxed::Box;

use socketio_proto::{Body, ErrorReason};

use super::Session;
use super::membership::{MembershipChange, Standing};
use crate::acl::CONNECT_METHOD;
use crate::config::NamespaceId;
use crate::error::Misuse;
use crate::event::{AskedBy, Event, JoinRequest};
use crate::fault::FaultKind;
use crate::inbox::{Arrival, ReceivedPacket};

impl Session {
    /// A client asks to join.
    pub(super) fn judge_join(&mut self, namespace: NamespaceId, query: Box<str>) -> Option<Event> {
        let member = self.memberships.find(namespace);
        match member.map(|member| member.standing) {
            Some(Standing::In) => {
                self.confirm_join(namespace);
                return None;
            }
            // The server just sent it away; it does not know yet.
            Some(Standing::Dismissed) => return None,
            Some(Standing::Asking | Standing::Out) | None => {}
        }
        if self.is_in_too_many() {
            let fault = self.fault(namespace, FaultKind::TooManyNamespaces);
            return self.tell(fault, None);
        }
        if self.asks(namespace) && self.is_closed() {
            // The answer would come too late.
            return None;
        }
        Some(self.begin_join(JoinRequest {
            namespace,
            query,
            asked_by: AskedBy::Connect,
        }))
    }

    /// Whether the client's first packet for the namespace joins it, if it is no connect
    /// packet. Who has been there before, or was refused, has to ask.
    pub(super) fn may_join_by_packet(&self, namespace: NamespaceId) -> bool {
        let config = self.config.namespace(namespace);
        config.is_some_and(|config| !config.requires_connect)
            && !(self.asks(namespace) && self.is_closed())
    }

    /// Lets the client join before its packet is looked at.
    pub(super) fn join_first(&mut self, packet: ReceivedPacket) -> Option<Event> {
        let namespace = packet.namespace;
        if self.is_in_too_many() {
            let fault = self.fault(namespace, FaultKind::TooManyNamespaces);
            return self.tell(fault, packet.reply_to.map(|reply| reply.id));
        }
        if self.inbox.push_front(Arrival::Packet(packet)).is_err() {
            self.run_out_of_memory();
            return None;
        }
        Some(self.begin_join(JoinRequest {
            namespace,
            query: Box::default(),
            asked_by: AskedBy::OtherPacket,
        }))
    }

    fn is_in_too_many(&self) -> bool {
        self.memberships.iter_joined().count() >= self.config.limits.namespaces
    }

    fn asks(&self, namespace: NamespaceId) -> bool {
        let config = self.config.namespace(namespace);
        config.is_some_and(|config| config.asks_before_join)
    }

    fn begin_join(&mut self, join: JoinRequest) -> Event {
        let config = self.config.namespace(join.namespace);
        let acl = config
            .map(|config| config.initial_acl.clone())
            .unwrap_or_default();
        self.memberships.begin(join.namespace, acl);
        if self.asks(join.namespace) {
            self.join_pending = true;
            return Event::Joining(join);
        }
        self.enter_namespace(join)
    }

    /// Makes the client a member, if its access control list lets it connect.
    fn enter_namespace(&mut self, join: JoinRequest) -> Event {
        let JoinRequest {
            namespace,
            query,
            asked_by,
        } = join;
        // Who is connected is in the global one; there is nothing to be refused.
        let is_global = self.config.endpoint(namespace).is_empty();
        if let Some(member) = self.memberships.find_mut(namespace) {
            if !is_global && !member.acl.is_allowed(CONNECT_METHOD) {
                member.standing = Standing::Out;
                self.tell_refused(namespace, Some(ErrorReason::Unauthorized));
                let kind = FaultKind::AccessDenied(Box::from(CONNECT_METHOD));
                return Event::Fault(self.fault(namespace, kind));
            }
            member.standing = Standing::In;
        }
        self.note_change(MembershipChange::Joined(namespace));
        if asked_by == AskedBy::Connect {
            self.confirm_join(namespace);
        }
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

    fn tell_refused(&mut self, namespace: NamespaceId, reason: Option<ErrorReason>) {
        let body = Body::Error {
            reason,
            advice: None,
        };
        let packet = self.encode(self.config.endpoint(namespace), body);
        self.reply(packet);
    }

    /// The application lets the client into the namespace that it asked for. Its access control
    /// list, as it is now, has the last word ([`is_joined`](Self::is_joined) tells).
    ///
    /// # Errors
    /// [`Misuse::Closed`] if the session has ended meanwhile.
    pub fn admit(&mut self, join: JoinRequest) -> Result<(), Misuse> {
        self.join_pending = false;
        self.check_open()?;
        let event = self.enter_namespace(join);
        self.inbox.push_news_front(Arrival::News(event));
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
        if let Some(member) = self.memberships.find_mut(join.namespace) {
            member.standing = Standing::Out;
        }
        self.tell_refused(join.namespace, reason);
        Ok(())
    }
}
