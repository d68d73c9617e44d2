//! The life of a connection, from its first request to its last byte.

use std::io;
use std::time::Duration;

use mio::Token;
use mio::net::TcpStream;
use socketio_proto::Dialect;
use socketio_session::{Action, AfterTransmit, CarriedPackets, Instant, Loss};
use tungstenite::protocol::frame::coding::CloseCode;

use crate::framing::{Framing, Inbound, frame_bytes, write_close, write_packet};
use crate::request::{MAX_HEAD_BYTES, Request};
use crate::response::{Refusal, Response, switch_protocols};
use crate::routes::{Answer, Service};
use crate::sessions::{Sessions, Transport, Wish};
use crate::wire::{Came, Wire};

/// How long a client may take for its next request, to the last byte.
const REQUEST_TIME: Duration = Duration::from_secs(60);

/// How long a client may take to read a response.
const RESPONSE_TIME: Duration = Duration::from_secs(30);

/// How long a client may take to close a connection that is at its end.
const ENDING_TIME: Duration = Duration::from_secs(5);

/// The largest body: the largest packet, and what framing may add to it; 1.07 MB. It is kept until
/// it is complete.
const MAX_BODY_BYTES: usize = Sessions::LIMITS.max_packet_bytes + (64 << 10);

/// Steps before other connections get their turn. No more than half of them read.
const STEPS: usize = 8;

/// A connection, and the session's transport that it carries, if any.
pub(crate) struct Connection {
    token: Token,
    wire: Wire,
    stage: Stage,
    deadline: Option<Instant>,
    transport: Option<Transport>,
    /// What the transport was handed, until it is written.
    carried: CarriedPackets,
    /// How many packets of the request's body were taken, if the others have to wait.
    taken: usize,
}

/// What a connection is at.
enum Stage {
    /// A request is to come. It has a deadline.
    Request,
    /// A poll is held. The session has the deadline.
    Poll { keep_alive: bool },
    /// A response is being written. It has a deadline.
    Response { keep_alive: bool },
    /// A websocket is open. The session has the deadline.
    WebSocket(Box<Framing>),
    /// Nothing more is read; what is left is written. It has a deadline.
    Ending,
}

/// What a step came to.
enum Step {
    /// Something was done; there may be more.
    Progress,
    /// Nothing can be done before the socket or the session says so.
    Idle,
    /// The connection is over, and how its transport was lost if it carried one.
    Over(Loss),
}

/// What becomes of a connection for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Waits,
    /// It had its turn, and wants another one.
    ComesAgain,
    IsOver,
}

impl Connection {
    pub(crate) fn new(now: Instant, token: Token, stream: TcpStream) -> Self {
        let mut connection = Self {
            token,
            wire: Wire::new(stream),
            stage: Stage::Request,
            deadline: None,
            transport: None,
            carried: CarriedPackets::default(),
            taken: 0,
        };
        connection.enter(now, Stage::Request);
        connection
    }

    /// When [`expire`](Self::expire) is to be called.
    pub(crate) const fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Whether nobody misses it.
    pub(crate) fn is_idle(&self) -> bool {
        matches!(self.stage, Stage::Request) && self.wire.input.is_empty()
    }

    fn enter(&mut self, now: Instant, stage: Stage) {
        let time = match &stage {
            Stage::Request => Some(REQUEST_TIME),
            Stage::Response { .. } => Some(RESPONSE_TIME),
            Stage::Ending => Some(ENDING_TIME),
            Stage::Poll { .. } | Stage::WebSocket(_) => None,
        };
        self.deadline = time.map(|time| now + time);
        self.stage = stage;
    }

    /// Writes and reads what can be written and read now.
    pub(crate) fn run(&mut self, now: Instant, service: &mut Service) -> Fate {
        for _ in 0..STEPS {
            let step = self.step(now, service).unwrap_or(Step::Over(Loss::Broken));
            match step {
                Step::Progress => {}
                Step::Idle => return Fate::Waits,
                Step::Over(loss) => return self.end(now, service, loss),
            }
        }
        Fate::ComesAgain
    }

    /// Does what a session wants, and reads nothing: what comes in is what orders come from, so
    /// whoever read here would not get to their end while a client sends.
    pub(crate) fn obey(&mut self, now: Instant, service: &mut Service, wish: Wish) -> Fate {
        let Wish::Action(action) = wish else {
            return Fate::ComesAgain;
        };
        let Some(transport) = self.transport.filter(|it| it.is_meant(action)) else {
            return Fate::Waits;
        };
        if let Action::Close(_) = action {
            return self.end(now, service, Loss::Broken);
        }
        let fate = self.flush(now, service);
        let is_stuck = fate == Fate::Waits && !self.wire.output.is_empty();
        let is_current = service.sessions.is_current(transport);
        if is_stuck && self.transport == Some(transport) && !is_current {
            // Another one has taken over, and waits for what this one cannot write.
            return self.end(now, service, Loss::Broken);
        }
        fate
    }

    /// Writes what can be written now. If that was something, there may be something to read.
    fn flush(&mut self, now: Instant, service: &mut Service) -> Fate {
        let mut fate = Fate::Waits;
        for _ in 0..STEPS {
            let sent = self.send(now, &mut service.sessions);
            match sent.unwrap_or(Step::Over(Loss::Broken)) {
                Step::Progress => fate = Fate::ComesAgain,
                Step::Idle if self.wire.output.is_empty() => return fate,
                Step::Idle => return Fate::Waits,
                Step::Over(loss) => return self.end(now, service, loss),
            }
        }
        fate
    }

    /// The deadline has come.
    pub(crate) fn expire(&mut self, now: Instant, service: &mut Service) -> Fate {
        if matches!(self.stage, Stage::Request) && !self.wire.input.is_empty() {
            self.respond(now, &Refusal::TOO_SLOW.into(), false);
            return self.run(now, service);
        }
        self.end(now, service, Loss::Broken)
    }

    fn end(&mut self, now: Instant, service: &mut Service, loss: Loss) -> Fate {
        self.let_go(now, &mut service.sessions, loss);
        Fate::IsOver
    }

    /// The session's transport is no more. What it was handed and is not written is given back.
    fn let_go(&mut self, now: Instant, sessions: &mut Sessions, loss: Loss) {
        let undelivered = std::mem::take(&mut self.carried).into_undelivered();
        if let Some(transport) = self.transport.take() {
            sessions.lose_transport(now, transport, loss, undelivered);
        }
    }

    fn step(&mut self, now: Instant, service: &mut Service) -> io::Result<Step> {
        match self.send(now, &mut service.sessions)? {
            // Who does not read what we write gets nothing more read.
            Step::Idle if self.wire.output.is_empty() => self.take_in(now, service),
            step => Ok(step),
        }
    }

    /// Writes, or fetches what is to be written next.
    fn send(&mut self, now: Instant, sessions: &mut Sessions) -> io::Result<Step> {
        self.wire.write(&mut self.carried)?;
        if !self.wire.output.is_empty() {
            return Ok(Step::Idle);
        }
        match self.stage {
            Stage::Request => Ok(Step::Idle),
            Stage::Poll { keep_alive } => Ok(self.answer_poll(now, sessions, keep_alive)),
            Stage::Response { keep_alive } => {
                self.let_go(now, sessions, Loss::Ended);
                let next = if keep_alive {
                    Stage::Request
                } else {
                    Stage::Ending
                };
                self.finish_response(now, next);
                Ok(Step::Progress)
            }
            Stage::WebSocket(_) => Ok(self.fetch_frames(now, sessions)),
            Stage::Ending => {
                self.let_go(now, sessions, Loss::Ended);
                self.wire.shut_down();
                Ok(Step::Idle)
            }
        }
    }

    /// Reads, or takes what was read.
    fn take_in(&mut self, now: Instant, service: &mut Service) -> io::Result<Step> {
        match self.stage {
            Stage::Request => self.take_request(now, service),
            Stage::Poll { .. } if self.wire.input.len() > MAX_HEAD_BYTES => {
                Ok(Step::Over(Loss::Broken))
            }
            // Only to see whether the client is still there. What it has to say must wait.
            Stage::Poll { .. } => self.read(),
            Stage::Response { .. } => Ok(Step::Idle),
            Stage::WebSocket(_) => self.take_frames(now, &mut service.sessions),
            Stage::Ending => {
                self.wire.input.clear();
                self.read()
            }
        }
    }

    fn finish_response(&mut self, now: Instant, next: Stage) {
        if self.wire.input.is_empty() {
            // An idle connection keeps no buffers.
            (self.wire.input, self.wire.output) = Default::default();
        }
        self.enter(now, next);
    }

    /// Reads once, for what comes next.
    fn read(&mut self) -> io::Result<Step> {
        Ok(match self.wire.read()? {
            Came::Bytes => Step::Progress,
            Came::Nothing => Step::Idle,
            Came::End => Step::Over(match self.stage {
                // Its end is that of a response.
                Stage::Poll { .. } => Loss::Broken,
                _ => Loss::Ended,
            }),
        })
    }

    fn take_request(&mut self, now: Instant, service: &mut Service) -> io::Result<Step> {
        let request = match Request::parse(&self.wire.input) {
            Ok(Some(request)) => request,
            Ok(None) => return self.read(),
            Err(refusal) => {
                self.respond(now, &refusal.into(), false);
                return Ok(Step::Progress);
            }
        };
        if request.body_bytes > MAX_BODY_BYTES {
            let refusal = service.refuse_body(now, &request);
            self.respond(now, &refusal.into(), false);
            return Ok(Step::Progress);
        }
        let end = request.head_bytes + request.body_bytes;
        if self.wire.input.len() < end {
            return self.read();
        }
        let body = &self.wire.input[request.head_bytes..end];
        let answer = service.answer(now, self.token, &request, body, self.taken);
        if let Answer::Wait { taken } = answer {
            self.taken = taken;
            return Ok(Step::Idle);
        }
        self.taken = 0;
        self.wire.input.drain(..end);
        match answer {
            Answer::Wait { .. } => {}
            Answer::Response(response) => self.respond(now, &response, request.keep_alive),
            Answer::Poll(transport) => {
                self.transport = Some(transport);
                let keep_alive = request.keep_alive;
                self.enter(now, Stage::Poll { keep_alive });
            }
            Answer::WebSocket { accept, transport } => {
                switch_protocols(&accept, &mut self.wire.output);
                self.transport = transport;
                let framing = Framing::new(Sessions::LIMITS.max_packet_bytes);
                self.enter(now, Stage::WebSocket(Box::new(framing)));
            }
        }
        Ok(Step::Progress)
    }

    fn respond(&mut self, now: Instant, response: &Response, keep_alive: bool) {
        let keep_alive = keep_alive && !response.ends_connection;
        response.write(keep_alive, &mut self.wire.output);
        self.enter(now, Stage::Response { keep_alive });
    }

    fn answer_poll(&mut self, now: Instant, sessions: &mut Sessions, keep_alive: bool) -> Step {
        let Some(transport) = self.transport else {
            return Step::Over(Loss::Broken);
        };
        let mut packets = Vec::new();
        if sessions.transmit(now, transport, &mut packets) == AfterTransmit::KeepOpen {
            return Step::Idle;
        }
        let mut payload = Vec::new();
        Dialect::Legacy.frame(&packets, &mut payload);
        if packets.is_empty() {
            payload.extend_from_slice(Sessions::UNKNOWN.as_bytes());
        }
        self.respond(now, &Response::text(payload), keep_alive);
        self.carried = CarriedPackets::together(packets, self.wire.output.len());
        Step::Progress
    }

    /// Fetches what the session has for its websocket.
    fn fetch_frames(&mut self, now: Instant, sessions: &mut Sessions) -> Step {
        let Some(transport) = self.transport else {
            write_packet(Sessions::UNKNOWN.as_bytes(), &mut self.wire.output);
            self.close(now);
            return Step::Progress;
        };
        let mut packets = Vec::new();
        let after = sessions.transmit(now, transport, &mut packets);
        for packet in &packets {
            write_packet(packet.bytes(), &mut self.wire.output);
        }
        self.carried = CarriedPackets::new(packets, frame_bytes);
        if after == AfterTransmit::Finish {
            self.close(now);
        }
        if self.wire.output.is_empty() {
            return Step::Idle;
        }
        Step::Progress
    }

    /// Hands in what came, for as long as the session wants more, so that all of it is answered at
    /// once; reads if nothing did.
    fn take_frames(&mut self, now: Instant, sessions: &mut Sessions) -> io::Result<Step> {
        let (Stage::WebSocket(framing), Some(from)) = (&mut self.stage, self.transport) else {
            return Ok(Step::Idle);
        };
        let mut took_something = false;
        let broken_rule = loop {
            if !sessions.wants_input(from, self.token) {
                return Ok(if took_something {
                    Step::Progress
                } else {
                    Step::Idle
                });
            }
            match framing.next(&mut self.wire.input, &mut self.wire.output) {
                Ok(Inbound::Incomplete) if took_something => return Ok(Step::Progress),
                Ok(Inbound::Incomplete) => return self.read(),
                Ok(Inbound::Text(text)) => sessions.take_message(now, from, &text),
                Ok(Inbound::Other) => {}
                Ok(Inbound::Close) => break None,
                Err(reason) => break Some(reason),
            }
            took_something = true;
        };
        if let Some(reason) = broken_rule {
            sessions.fail(now, from, reason);
        }
        self.let_go(now, sessions, Loss::Ended);
        self.enter(now, Stage::Ending);
        Ok(Step::Progress)
    }

    /// Says that the websocket is at its end, behind what is to be written.
    fn close(&mut self, now: Instant) {
        write_close(CloseCode::Normal, &mut self.wire.output);
        self.enter(now, Stage::Ending);
    }
}
