//! Commands: what the application wants.

use alloc::boxed::Box;
use core::time::Duration;

use alloc::string::ToString;
use socketio_proto::{AckMode, AckRequest, Arguments, Body, Packet, TransportKind};

use super::closing::Goodbye;
use super::link::Link;
use super::membership::{Membership, Standing};
use super::{Phase, Session};
use crate::acks::{AwaitedAck, ReplyTo};
use crate::acl::Acl;
use crate::config::{NamespaceId, OverflowPolicy};
use crate::error::Misuse;
use crate::event::Event;
use crate::fault::{Fault, FaultKind};
use crate::outbox::{OutgoingPacket, Pushed, Worth};
use crate::reason::DisconnectReason;
use crate::shared_packet::SharedPacket;
use crate::time::Instant;

/// How a packet is to be sent.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SendOptions {
    /// Drop it rather than keep it, if the client cannot take it right now: no transport is
    /// open, or the client is behind in reading.
    pub volatile: bool,
    /// What to do if the outbox is full; `None` does what the session's settings say.
    pub overflow: Option<OverflowPolicy>,
}

impl SendOptions {
    /// Not volatile, and otherwise as the session's settings say.
    pub const RELIABLE: Self = Self {
        volatile: false,
        overflow: None,
    };

    /// Volatile, and otherwise as the session's settings say.
    pub const VOLATILE: Self = Self {
        volatile: true,
        overflow: None,
    };

    /// The same, with this policy where the outbox is full. Of volatile packets it is not asked: they
    /// give way to everything.
    #[must_use]
    pub const fn overflow(self, policy: OverflowPolicy) -> Self {
        Self {
            overflow: Some(policy),
            ..self
        }
    }
}

/// What became of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It will be sent in its turn, as long as the client stays and no policy drops it.
    Queued,
    /// It was dropped: it was volatile, or the outbox was full and the policy says so.
    Dropped,
}

impl Session {
    /// Sends an encoded packet of `namespace`.
    ///
    /// # Errors
    /// [`Misuse::Closed`] and [`Misuse::NotJoined`]. If the packet ran the outbox over and the
    /// policy is to disconnect, the session is closed now, and so says the error.
    pub fn send(
        &mut self,
        namespace: NamespaceId,
        packet: &SharedPacket,
        options: SendOptions,
    ) -> Result<Delivery, Misuse> {
        self.check_joined(namespace)?;
        if options.volatile && !self.takes_volatile() {
            self.counters.volatile_dropped += 1;
            return Ok(Delivery::Dropped);
        }
        let policy = if options.volatile {
            // It gives way to everything.
            OverflowPolicy::DropNewest
        } else {
            options.overflow.unwrap_or(self.config.overflow)
        };
        let bytes = packet.encoded(self.dialect).clone();
        let packet = OutgoingPacket::shared(bytes, Worth::Droppable, packet.reservation());
        self.push(packet, policy)
    }

    /// Sends `body` and asks for an acknowledgement, which
    /// [`poll_ack`](Self::poll_ack) will bring, or its failure after `within`.
    ///
    /// Real clients answer an [`AckMode::Automatic`] request on messages and JSON messages, but
    /// not on events (`socket.io-client` 0.9 `lib/namespace.js`).
    ///
    /// # Errors
    /// As [`send`](Self::send), and [`Misuse::TooManyAcks`].
    pub fn send_with_ack(
        &mut self,
        now: Instant,
        namespace: NamespaceId,
        body: Body<'_>,
        mode: AckMode,
        within: Duration,
    ) -> Result<AwaitedAck, Misuse> {
        let now = self.advance(now);
        self.check_joined(namespace)?;
        if self.acks.len() >= self.config.limits.awaited_acks || self.acks.make_room().is_err() {
            return Err(Misuse::TooManyAcks);
        }
        let member = self
            .memberships
            .joined_mut(namespace)
            .ok_or(Misuse::NotJoined)?;
        member.last_ack += 1;
        let ack = AwaitedAck {
            namespace,
            id: member.last_ack,
        };
        let digits = ack.id.to_string();
        let packet = self.encode_packet(&Packet {
            ack_request: Some(AckRequest { id: &digits, mode }),
            endpoint: self.config.endpoint(namespace),
            body,
        });
        // A packet whose answer is awaited is not dropped for others, nor are others for it.
        let packet = OutgoingPacket::new(packet, Worth::Essential);
        let _ = self.push(packet, OverflowPolicy::Disconnect)?;
        self.acks.insert(ack, now + within);
        Ok(ack)
    }

    /// Answers a packet of the client with `args`.
    ///
    /// # Errors
    /// [`Misuse::Closed`]. A client that has left the namespace meanwhile still gets the answer.
    pub fn acknowledge(&mut self, reply_to: ReplyTo, args: Arguments<'_>) -> Result<(), Misuse> {
        self.check_open()?;
        let endpoint = self.config.endpoint(reply_to.namespace);
        let packet = self.encode(
            endpoint,
            Body::Ack {
                id: &reply_to.id,
                args,
            },
        );
        let packet = OutgoingPacket::new(packet, Worth::Essential);
        self.push(packet, self.config.overflow).map(|_| ())
    }

    /// Tells the client what was wrong with a packet that the application could not handle,
    /// and gives the fault back for the application's error hook.
    pub fn answer_fault(
        &mut self,
        namespace: NamespaceId,
        kind: FaultKind,
        reply_to: Option<ReplyTo>,
    ) -> Fault {
        let endpoint = Box::from(self.config.endpoint(namespace));
        let fault = Fault {
            namespace: Some(namespace),
            endpoint,
            kind,
        };
        if self.check_open().is_ok() {
            self.tell_client(&fault, reply_to.as_ref().map(|reply| &*reply.id));
        }
        fault
    }

    /// Nobody waits for the acknowledgement any more: its place is free for another.
    pub fn forget_ack(&mut self, ack: AwaitedAck) {
        self.acks.remove(ack);
    }

    /// The client's access control list in `namespace`, also while the application decides
    /// about its join.
    ///
    /// # Errors
    /// [`Misuse::Closed`] and [`Misuse::NotJoined`].
    pub fn acl(&mut self, namespace: NamespaceId) -> Result<&mut Acl, Misuse> {
        self.check_open()?;
        self.memberships
            .governed_mut(namespace)
            .map(|member: &mut Membership| &mut member.acl)
            .ok_or(Misuse::NotJoined)
    }

    /// Sends the client out of a namespace. Leaving the global one ends the session.
    ///
    /// # Errors
    /// [`Misuse::Closed`] and [`Misuse::NotJoined`].
    pub fn leave(&mut self, now: Instant, namespace: NamespaceId) -> Result<(), Misuse> {
        self.dismiss(now, namespace, Goodbye::Send)
    }

    /// Likewise, without telling the client.
    ///
    /// # Errors
    /// [`Misuse::Closed`] and [`Misuse::NotJoined`].
    pub fn leave_silently(&mut self, now: Instant, namespace: NamespaceId) -> Result<(), Misuse> {
        self.dismiss(now, namespace, Goodbye::Silent)
    }

    fn dismiss(
        &mut self,
        now: Instant,
        namespace: NamespaceId,
        goodbye: Goodbye,
    ) -> Result<(), Misuse> {
        self.advance(now);
        self.check_joined(namespace)?;
        let reason = DisconnectReason::ServerDisconnected;
        if self.config.endpoint(namespace).is_empty() {
            self.close(reason, goodbye);
            return Ok(());
        }
        if let Some(member) = self.memberships.joined_mut(namespace) {
            member.standing = Standing::Dismissed;
        }
        self.announce(Event::Left { namespace, reason });
        if goodbye == Goodbye::Send {
            let packet = self.encode(self.config.endpoint(namespace), Body::Disconnect);
            self.reply(packet);
        }
        Ok(())
    }

    /// Ends the session with a goodbye. If it is over already, nothing happens.
    pub fn disconnect(&mut self, now: Instant, reason: DisconnectReason) {
        self.end(now, reason, Goodbye::Send);
    }

    /// Likewise, without a goodbye: what is queued is still sent, and then the transport ends.
    /// Real clients take that for a lost connection and connect again.
    pub fn disconnect_silently(&mut self, now: Instant, reason: DisconnectReason) {
        self.end(now, reason, Goodbye::Silent);
    }

    fn end(&mut self, now: Instant, reason: DisconnectReason, goodbye: Goodbye) {
        self.advance(now);
        let goodbye = match self.phase {
            // Nobody was there yet.
            Phase::Handshaken { .. } => Goodbye::Omit,
            _ => goodbye,
        };
        self.close(reason, goodbye);
    }

    /// Ends the session without a goodbye, and throws away what has not been fetched.
    pub fn abandon(&mut self, now: Instant, reason: DisconnectReason) {
        self.advance(now);
        self.close(reason, Goodbye::Omit);
        self.give_up_draining();
    }

    fn push(&mut self, packet: OutgoingPacket, policy: OverflowPolicy) -> Result<Delivery, Misuse> {
        match self.enqueue(packet, policy) {
            Pushed::Queued => Ok(Delivery::Queued),
            Pushed::Dropped => Ok(Delivery::Dropped),
            Pushed::Overflowed(shortage) => Err(Misuse::Closed(shortage.reason())),
        }
    }

    fn takes_volatile(&self) -> bool {
        let greeting_first = self.greeting_due
            && matches!(&self.link, Link::Open(open) if open.kind == TransportKind::LongPoll);
        self.link.open_id().is_some()
            && !self.predecessors.is_unsettled()
            && !greeting_first
            && self.outbox.bytes() <= self.config.limits.volatile_backlog_bytes
    }

    pub(super) fn check_open(&self) -> Result<(), Misuse> {
        match self.phase {
            Phase::Closed { reason, .. } => Err(Misuse::Closed(reason)),
            Phase::Handshaken { .. } | Phase::Connected => Ok(()),
        }
    }

    fn check_joined(&self, namespace: NamespaceId) -> Result<(), Misuse> {
        self.check_open()?;
        self.memberships
            .joined(namespace)
            .map(|_| ())
            .ok_or(Misuse::NotJoined)
    }
}
