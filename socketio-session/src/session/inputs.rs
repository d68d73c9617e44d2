//! Inputs: what the wire and the clock say.

use alloc::boxed::Box;
use core::time::Duration;

use socketio_proto::dialect::{LivenessSign, RootNamespace};
use socketio_proto::{
    AckMode, AckRequest, Arguments, Body, DecodeError, Packet, TransportKind, TransportName,
};

use super::closing::Goodbye;
use super::link::{Link, Loss, OpenTransport};
use super::{Phase, Session};
use crate::acks::{AckFailure, AckOutcome, AwaitedAck, ReplyTo};
use crate::action::{Action, TransportId};
use crate::config::NamespaceId;
use crate::error::PeerError;
use crate::event::{Content, NamedArguments};
use crate::fault::{Fault, FaultKind};
use crate::heartbeat::Heartbeat;
use crate::inbox::Arrival;
use crate::reason::DisconnectReason;
use crate::time::Instant;

impl Session {
    /// A transport of the client asks to carry the session. It replaces the one before: an
    /// older poll is answered, an older websocket or stream is closed.
    ///
    /// The session greets the client when it is taken up for the first time and when it is
    /// taken up on a transport of another name: the real client, falling back from a transport
    /// that seemed dead, waits for a second greeting (the reference server never sends one).
    ///
    /// # Errors
    /// [`PeerError::Closed`] if the session is over and nothing is left to fetch.
    pub fn open_transport(
        &mut self,
        now: Instant,
        id: TransportId,
        name: TransportName,
    ) -> Result<(), PeerError> {
        let now = self.advance(now);
        if let (Phase::Closed { reason, .. }, true) = (self.phase, self.outbox.is_empty()) {
            return Err(PeerError::Closed(reason));
        }
        self.connect();
        self.replace_transport();
        if self.predecessors.is_change(name) {
            self.greeting_due = true;
        }
        let kind = name.kind();
        let hold_until = match kind {
            TransportKind::LongPoll if !self.is_closed() => {
                Some(now + self.config.polling_duration)
            }
            _ => None,
        };
        self.link = Link::Open(OpenTransport {
            id,
            kind,
            hold_until,
            released: false,
        });
        self.start_heartbeat(kind);
        self.flush_ordered = false;
        if self.has_output() {
            self.order_flush();
        }
        Ok(())
    }

    fn replace_transport(&mut self) {
        if let Link::Open(old) = &self.link {
            self.predecessors.add(old.id, old.kind);
            self.actions.push_back(Action::Flush(old.id));
        }
    }

    fn start_heartbeat(&mut self, kind: TransportKind) {
        self.heartbeat = match (kind, self.config.heartbeat_interval, self.phase) {
            (TransportKind::LongPoll, _, _) | (_, None, _) | (_, _, Phase::Closed { .. }) => {
                Heartbeat::Off
            }
            (_, Some(interval), _) => Heartbeat::DueAt(self.now + interval),
        };
    }

    /// The first sign of life after the handshake brings the session to life.
    fn connect(&mut self) {
        if !matches!(self.phase, Phase::Handshaken { .. }) {
            return;
        }
        self.phase = Phase::Connected;
        if self.dialect.rules().root_namespace == RootNamespace::JoinedFromStart {
            if let Some(root) = self.config.namespace_id("") {
                self.arrive(Arrival::Join {
                    namespace: root,
                    query: Box::default(),
                });
            }
        }
    }

    /// A packet came, on whatever transport or upload of this session.
    ///
    /// # Errors
    /// [`PeerError::Closed`] if the session is over.
    pub fn receive(&mut self, now: Instant, packet: &Packet<'_>) -> Result<(), PeerError> {
        let sign = match &packet.body {
            Body::Heartbeat => LivenessSign::HeartbeatOnly,
            _ => LivenessSign::AnyPacket,
        };
        self.show_life(now, sign)?;
        let endpoint = packet.endpoint;
        match &packet.body {
            Body::Disconnect if endpoint.is_empty() => {
                self.end_by_client(now);
                return Ok(());
            }
            Body::Heartbeat => return Ok(()),
            _ => self.acknowledge_automatically(endpoint, packet.ack_request)?,
        }
        match &packet.body {
            Body::Ack { id, args } => self.resolve_ack(endpoint, id, *args),
            Body::Connect { query } => self.arrive_join(endpoint, query),
            Body::Disconnect => {
                if let Some(namespace) = self.config.namespace_id(endpoint) {
                    self.arrive(Arrival::Leave { namespace });
                }
            }
            Body::Message(text) => {
                self.arrive_packet(packet, |_| Content::Message(Box::from(*text)));
            }
            Body::Json(json) => {
                self.arrive_packet(packet, |_| Content::Json(Box::from(json.get())));
            }
            Body::Event { name, args } => self.arrive_packet(packet, |_| {
                Content::Event(NamedArguments::new(name, args.as_str()))
            }),
            // Neither has a meaning from a client; both count as signs of life.
            Body::Error { .. } | Body::Noop | Body::Heartbeat => {}
        }
        Ok(())
    }

    /// Something came that is no packet. `endpoint` and `asked` are what could be read of it.
    ///
    /// # Errors
    /// [`PeerError::Closed`] if the session is over.
    pub fn receive_undecodable(
        &mut self,
        now: Instant,
        endpoint: &str,
        asked: Option<AckRequest<'_>>,
        error: DecodeError,
    ) -> Result<(), PeerError> {
        self.show_life(now, LivenessSign::AnyPacket)?;
        self.acknowledge_automatically(endpoint, asked)?;
        let fault = Fault {
            namespace: self.config.namespace_id(endpoint),
            endpoint: Box::from(endpoint),
            kind: FaultKind::InvalidPacket(error),
        };
        self.arrive(Arrival::Undecodable {
            fault,
            asked: data_ack_id(asked),
        });
        Ok(())
    }

    /// What a packet means whatever it says: the client is there.
    fn show_life(&mut self, now: Instant, sign: LivenessSign) -> Result<(), PeerError> {
        let now = self.advance(now);
        if let Phase::Closed { reason, .. } = self.phase {
            return Err(PeerError::Closed(reason));
        }
        if let Phase::Handshaken { .. } = self.phase {
            self.connect();
            self.link = Link::Gone {
                until: now + self.config.close_timeout,
            };
        }
        if sign == LivenessSign::HeartbeatOnly
            || self.dialect.rules().alive_on == LivenessSign::AnyPacket
        {
            self.heartbeat.alive(now, self.config.heartbeat_interval);
        }
        Ok(())
    }

    /// A bare id is answered by the library itself, before the application sees the packet,
    /// and whether or not there is such an endpoint. A client that lets its answers pile up
    /// can end the session so.
    fn acknowledge_automatically(
        &mut self,
        endpoint: &str,
        asked: Option<AckRequest<'_>>,
    ) -> Result<(), PeerError> {
        if let Some(AckRequest {
            id,
            mode: AckMode::Automatic,
        }) = asked
        {
            let ack = self.encode(
                endpoint,
                Body::Ack {
                    id,
                    args: Arguments::NONE,
                },
            );
            self.reply(ack);
        }
        self.close_reason()
            .map_or(Ok(()), |reason| Err(PeerError::Closed(reason)))
    }

    fn resolve_ack(&mut self, endpoint: &str, id: &str, args: Arguments<'_>) {
        let (Some(namespace), Ok(id)) = (self.config.namespace_id(endpoint), id.parse()) else {
            return;
        };
        let ack = AwaitedAck { namespace, id };
        if self.acks.remove(ack) {
            let result = Ok(Box::from(args.as_str()));
            self.ack_outcomes.push_back(AckOutcome { ack, result });
        }
    }

    fn arrive_join(&mut self, endpoint: &str, query: &str) {
        self.arrive(match self.config.namespace_id(endpoint) {
            // Everybody is in the global namespace already.
            Some(_) if endpoint.is_empty() => return,
            Some(namespace) => Arrival::Join {
                namespace,
                query: Box::from(query),
            },
            None => Arrival::UnknownJoin {
                endpoint: Box::from(endpoint),
            },
        });
    }

    fn arrive_packet(&mut self, packet: &Packet<'_>, content: impl FnOnce(NamespaceId) -> Content) {
        let asked = data_ack_id(packet.ack_request);
        self.arrive(match self.config.namespace_id(packet.endpoint) {
            Some(namespace) => Arrival::Packet {
                namespace,
                content: content(namespace),
                reply_to: asked.map(|id| ReplyTo { namespace, id }),
            },
            None => Arrival::UnknownPacket {
                endpoint: Box::from(packet.endpoint),
                asked,
            },
        });
    }

    /// A transport is gone: its connection ended, or its response could not be finished.
    pub fn lose_transport(&mut self, now: Instant, id: TransportId, loss: Loss) {
        let now = self.advance(now);
        if self.predecessors.remove(id).is_some() {
            return;
        }
        let Link::Open(open) = &self.link else { return };
        if open.id != id {
            return;
        }
        let farewell = open.kind != TransportKind::LongPoll && loss == Loss::Ended;
        self.link = Link::Gone {
            until: now + self.config.close_timeout,
        };
        self.heartbeat = Heartbeat::Off;
        match self.phase {
            // Who has said goodbye in one way or the other comes back for nothing.
            Phase::Closed { reason, .. }
                if farewell || reason == DisconnectReason::ClientDisconnected =>
            {
                self.outbox.clear();
                self.link = Link::None;
            }
            Phase::Closed { drain_by, .. } if !self.outbox.is_empty() => {
                self.link = Link::Gone { until: drain_by };
            }
            Phase::Closed { .. } => self.link = Link::None,
            _ if farewell => self.close(DisconnectReason::TransportClosed, Goodbye::Omit),
            _ => {}
        }
    }

    /// The client ends the session: by a disconnect packet for the global namespace, or by a
    /// request with `disconnect` in its query. The goodbye is returned if a transport is open.
    pub fn end_by_client(&mut self, now: Instant) {
        self.advance(now);
        let goodbye = match self.link {
            Link::Open(_) => Goodbye::Send,
            Link::None | Link::Gone { .. } => Goodbye::Omit,
        };
        self.close(DisconnectReason::ClientDisconnected, goodbye);
    }

    /// The client broke a rule below the level of packets; the session ends without a goodbye.
    pub fn fail(&mut self, now: Instant, reason: DisconnectReason) {
        self.advance(now);
        self.close(reason, Goodbye::Omit);
    }

    /// Time has passed. Calling it early, late or repeatedly does no harm. Afterwards
    /// [`poll_timeout`](Self::poll_timeout) lies ahead.
    pub fn handle_timeout(&mut self, now: Instant) {
        let now = self.advance(now);
        // Each round moves every deadline that has come, though maybe only to another one that
        // has come as well, when the settings leave no time in between.
        while self.poll_timeout().is_some_and(|at| at <= now) {
            self.expire(now);
        }
    }

    fn expire(&mut self, now: Instant) {
        let outcomes = &mut self.ack_outcomes;
        self.acks.take_due(now, |ack| {
            outcomes.push_back(AckOutcome {
                ack,
                result: Err(AckFailure::TimedOut),
            });
        });
        match self.phase {
            Phase::Handshaken { expires } if expires <= now => {
                self.close(DisconnectReason::HandshakeUnused, Goodbye::Omit);
            }
            Phase::Handshaken { .. } => {}
            Phase::Connected => {
                self.beat(now);
                self.check_link(now);
            }
            Phase::Closed { drain_by, .. } if drain_by <= now => self.give_up_draining(),
            Phase::Closed { .. } => {}
        }
    }

    fn beat(&mut self, now: Instant) {
        match self.heartbeat {
            Heartbeat::DueAt(at) if at <= now => {
                self.heartbeat = Heartbeat::AwaitedBy(now + self.config.heartbeat_timeout);
                let packet = self.encode("", Body::Heartbeat);
                self.outbox.push_heartbeat(packet);
                self.order_flush();
            }
            // Its answer may stand among what nobody reads because the application is behind.
            Heartbeat::AwaitedBy(by) if by <= now && !self.wants_input() => {
                let patience = self.config.heartbeat_timeout.max(Duration::from_secs(1));
                self.heartbeat = Heartbeat::AwaitedBy(now + patience);
            }
            Heartbeat::AwaitedBy(by) if by <= now => {
                self.close(DisconnectReason::HeartbeatTimeout, Goodbye::Omit);
            }
            _ => {}
        }
    }

    fn check_link(&mut self, now: Instant) {
        match &mut self.link {
            Link::Open(open)
                if !open.released && open.hold_until.is_some_and(|until| until <= now) =>
            {
                open.released = true;
                // From here on the driver is at work; if it never comes back, neither does the
                // client.
                open.hold_until = Some(now + self.config.close_timeout);
                self.order_flush();
            }
            link if link.deadline().is_some_and(|until| until <= now) => {
                self.close(DisconnectReason::CloseTimeout, Goodbye::Omit);
            }
            _ => {}
        }
    }
}

/// The id to answer, if the application is to answer it.
fn data_ack_id(asked: Option<AckRequest<'_>>) -> Option<Box<str>> {
    asked
        .filter(|asked| asked.mode == AckMode::Data)
        .map(|asked| Box::from(asked.id))
}
