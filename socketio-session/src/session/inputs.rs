//! Inputs: what the wire and the clock say.

use alloc::boxed::Box;

use socketio_proto::dialect::{LivenessSign, RootNamespace};
use socketio_proto::{AckMode, AckRequest, Arguments, Body, DecodeError, Packet};

use super::closing::Goodbye;
use super::link::Link;
use super::{Phase, Session};
use crate::acks::{AckFailure, AckOutcome, AwaitedAck, ReplyTo};
use crate::config::NamespaceId;
use crate::error::PeerError;
use crate::event::{Content, NamedArguments};
use crate::fault::{Fault, FaultKind};
use crate::heartbeat::Heartbeat;
use crate::inbox::{Arrival, ReceivedPacket};
use crate::incoming::Incoming;
use crate::reason::DisconnectReason;
use crate::time::Instant;

impl Session {
    /// The first sign of life after the handshake brings the session to life.
    pub(super) fn connect(&mut self) {
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

    /// A request brings packets without being a transport: a post.
    pub fn receive_upload(&mut self) {
        self.counters.requests += 1;
    }

    /// The text of a packet had so many bytes. Nothing follows from it; it is only counted.
    pub const fn receive_bytes(&mut self, bytes: usize) {
        self.counters.bytes_received += bytes as u64;
    }

    /// A packet came, on whatever transport or upload of this session. Most drivers have its text,
    /// and call [`take_in`](Self::take_in).
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
            Body::Error { reason, advice } => {
                let (reason, advice) = (*reason, *advice);
                self.arrive_packet(packet, |_| Content::Error { reason, advice });
            }
            // Neither has a meaning beyond being a sign of life.
            Body::Noop | Body::Heartbeat => {}
        }
        self.check_heard()
    }

    /// Whether there was memory for what came.
    fn check_heard(&self) -> Result<(), PeerError> {
        self.close_reason()
            .map_or(Ok(()), |reason| Err(PeerError::Closed(reason)))
    }

    /// Something came where a packet is expected, on whatever transport or upload of this session.
    /// What is no packet is answered, and the session goes on.
    ///
    /// # Errors
    /// [`PeerError::Closed`] if the session is over.
    pub fn take_in(&mut self, now: Instant, incoming: &Incoming<'_>) -> Result<(), PeerError> {
        match incoming {
            Incoming::Packet(packet) => self.receive(now, packet),
            Incoming::Undecodable { head, error } => {
                self.receive_undecodable(now, head.endpoint, head.ack_request, *error)
            }
            Incoming::Nothing => Ok(()),
        }
    }

    /// `endpoint` and `asked` are what could be read of something that is no packet.
    fn receive_undecodable(
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
        self.check_heard()
    }

    /// What a packet means whatever it says: the client is there.
    fn show_life(&mut self, now: Instant, sign: LivenessSign) -> Result<(), PeerError> {
        let now = self.advance(now);
        if let Phase::Closed { reason, .. } = self.phase {
            return Err(PeerError::Closed(reason));
        }
        self.counters.packets_received += 1;
        if sign == LivenessSign::HeartbeatOnly {
            self.counters.heartbeats += 1;
        } else {
            self.count_packet()?;
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
            self.heartbeat.alive(now, self.config.heartbeat_times());
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
        self.check_heard()
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
            Some(namespace) => Arrival::Packet(ReceivedPacket {
                namespace,
                content: content(namespace),
                acknowledged: match asked {
                    Some(_) => None,
                    None => packet.ack_request.map(|asked| Box::from(asked.id)),
                },
                reply_to: asked.map(|id| ReplyTo { namespace, id }),
            }),
            // Who has nothing to say but that something is wrong there needs no answer.
            None if matches!(packet.body, Body::Error { .. }) => return,
            None => Arrival::UnknownPacket {
                endpoint: Box::from(packet.endpoint),
                asked,
            },
        });
    }

    /// The client ends the session: by a disconnect packet for the global namespace, or by a
    /// request with `disconnect` in its query. The goodbye is returned if a transport is open.
    pub fn end_by_client(&mut self, now: Instant) {
        self.advance(now);
        let goodbye = match self.link {
            Link::Open(_) => Goodbye::Send,
            Link::None | Link::Finishing { .. } | Link::Gone { .. } => Goodbye::Omit,
        };
        self.close(DisconnectReason::ClientDisconnected, goodbye);
    }

    /// The client broke a rule below the level of packets, or cannot be served any further; the
    /// session ends without a goodbye.
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
        // Last, because until now nobody was heard.
        self.listen_again();
    }

    fn beat(&mut self, now: Instant) {
        if self.heartbeat_deadline().is_none_or(|at| at > now) {
            return;
        }
        // Its answer may stand among what nobody reads, and not by the client's doing.
        if self.heartbeat.is_awaited() && !self.is_left_unheard() {
            self.close(DisconnectReason::HeartbeatTimeout, Goodbye::Omit);
        } else {
            self.send_heartbeat(now);
        }
    }

    fn send_heartbeat(&mut self, now: Instant) {
        self.heartbeat = Heartbeat::sent(now, self.config.heartbeat_times());
        let packet = self.encode("", Body::Heartbeat);
        self.outbox.push_heartbeat(packet);
        self.order_flush();
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
        // A driver that does not let go of what it was given holds up what comes after it.
        if (self.predecessors.deadline()).is_some_and(|until| until <= now) {
            self.close(DisconnectReason::CloseTimeout, Goodbye::Omit);
        }
    }
}

/// The id to answer, if the application is to answer it.
fn data_ack_id(asked: Option<AckRequest<'_>>) -> Option<Box<str>> {
    asked
        .filter(|asked| asked.mode == AckMode::Data)
        .map(|asked| Box::from(asked.id))
}
