//! The life of a websocket: read, hand in, fetch, write.

use std::cell::Cell;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use event_listener::EventListener;
use socketio_session::{
    CarriedPackets, DisconnectReason, Loss, MemoryAccount, OutgoingPacket, PeerError,
};
use tracing::trace;

use super::super::attached::{AttachedTransport, Transmitted};
use super::super::receiving::receive;
use super::framer::{
    Framer, FramingFault, Inbound, text_frame_bytes, write_close, write_out_of_memory,
    write_refusal, write_text,
};
use super::upgrade::WebSocketUpgrade;
use crate::engine::Engine;
use crate::responses;
use crate::runtime::{BoxedSleep, ByteStream};

/// Bytes read at once, into one buffer for each thread.
const READ_BYTES: usize = 64 << 10;

/// Bytes of packets fetched and written at once.
const WRITE_BYTES: usize = 64 << 10;

/// Rounds of reading and writing before other tasks get their turn.
const ROUNDS: usize = 16;

thread_local! {
    /// Taken while in use: what runs meanwhile may poll another websocket on this thread.
    static READ_BUFFER: Cell<Option<Box<[u8]>>> = const { Cell::new(None) };
    static WRITE_BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Serves a websocket until it ends. While it is idle it holds no buffer.
pub(crate) struct WebSocketPump<S> {
    stream: S,
    engine: Arc<Engine>,
    transport: Option<AttachedTransport>,
    framer: Framer,
    /// What the framer holds.
    memory: MemoryAccount,
    /// What the socket did not take yet.
    unsent: Vec<u8>,
    /// The packets in it, if there are any.
    carried: Option<Box<CarriedPackets>>,
    /// Set while the session wants no more: what was read and not handed in. The framer
    /// may hold more.
    unread: Option<Vec<u8>>,
    /// Bytes handed in since other tasks had their turn.
    in_a_row: usize,
    stage: Stage,
}

/// How far a websocket is.
enum Stage {
    Open,
    /// Nothing more will be fetched. What is left is written, the sending side ended, and what
    /// the client still sends is read away, so that it sees everything we wrote.
    Ending(Box<Ending>),
}

struct Ending {
    deadline: BoxedSleep,
    /// The shutdown may not wait for it.
    draining: EventListener,
    is_shut_down: bool,
}

/// What a step came to.
enum Step {
    /// Something was done; there may be more.
    Progress,
    /// Packets were written, and there are more.
    MoreToWrite,
    /// Nothing can be done now.
    Idle,
    /// The connection is over.
    Over,
}

impl<S: ByteStream> WebSocketPump<S> {
    pub(crate) fn new(
        engine: Arc<Engine>,
        stream: S,
        upgrade: WebSocketUpgrade,
        early: &[u8],
    ) -> Self {
        let mut pump = Self {
            stream,
            memory: engine.memory_account(),
            engine,
            transport: upgrade.transport,
            framer: Framer::default(),
            unsent: Vec::new(),
            carried: None,
            unread: (!early.is_empty()).then(|| early.to_vec()),
            in_a_row: 0,
            stage: Stage::Open,
        };
        if pump.transport.is_none() {
            let unknown = Bytes::from_static(responses::UNKNOWN_SESSION.as_bytes());
            write_text(&unknown, &mut pump.unsent);
            pump.begin_ending(true);
        }
        pump
    }

    /// Lets go of the session, and ends the connection when the rest is written.
    fn begin_ending(&mut self, with_close_frame: bool) {
        if let Stage::Ending(_) = self.stage {
            return;
        }
        if with_close_frame {
            write_close(&mut self.unsent);
        }
        self.unread = None;
        let time = self.engine.settings.limits.websocket_close_timeout;
        self.stage = Stage::Ending(Box::new(Ending {
            deadline: self.engine.executor.sleep(time),
            draining: self.engine.shutdown.draining(),
            is_shut_down: false,
        }));
    }

    /// Reads once and hands in what came.
    fn read(&mut self, cx: &mut Context<'_>) -> Step {
        if let Some(unread) = self.unread.take() {
            return self.hand_in(&unread);
        }
        let mut buffer = READ_BUFFER
            .take()
            .unwrap_or_else(|| vec![0; READ_BYTES].into_boxed_slice());
        let step = match self.stream.poll_read(cx, &mut buffer) {
            Poll::Pending => Step::Idle,
            Poll::Ready(Ok(0)) => self.lose(Loss::Ended),
            Poll::Ready(Ok(read)) => self.hand_in(&buffer[..read]),
            Poll::Ready(Err(error)) => {
                trace!(%error, "websocket broke");
                self.lose(Loss::Broken)
            }
        };
        READ_BUFFER.set(Some(buffer));
        step
    }

    /// Lets go of the session. If the connection is broken, the packets that were not written
    /// to their ends are given back.
    fn lose(&mut self, loss: Loss) -> Step {
        let carried = self.carried.take();
        if let Some(mut transport) = self.transport.take() {
            transport.keep(
                carried
                    .map(|carried| carried.into_undelivered())
                    .unwrap_or_default(),
            );
            transport.end(loss);
        }
        Step::Over
    }

    /// Hands the packets in `input` to the session, for as long as it wants more. The rest is
    /// kept for later.
    fn hand_in(&mut self, input: &[u8]) -> Step {
        let Some(transport) = &self.transport else {
            return Step::Over;
        };
        let (engine, at) = (Arc::clone(transport.engine()), transport.address());
        if !transport.awake() {
            self.unread = Some(input.to_vec());
            return Step::Idle;
        }
        let max_message_bytes = engine.settings.limits.decode.max_packet_bytes;
        let now = engine.now();
        let mut rest = input;
        loop {
            let replies = &mut self.unsent;
            let inbound = self
                .framer
                .next(&mut rest, replies, max_message_bytes, &mut self.memory);
            match inbound {
                Ok(None) => {
                    self.in_a_row += input.len();
                    return Step::Progress;
                }
                Ok(Some(Inbound::Nothing)) => {}
                Ok(Some(Inbound::Text(text))) => match receive(&engine, at, now, text.as_str()) {
                    // When the session is over, its goodbye is still to be fetched: the frames are
                    // walked, so that we keep in step, and what they carry is ignored.
                    Ok(true) => {}
                    Err(PeerError::Closed(DisconnectReason::TooManyEvents)) => {
                        write_refusal(&mut self.unsent);
                        self.lose(Loss::Ended);
                        self.begin_ending(false);
                        return Step::Progress;
                    }
                    Err(PeerError::Closed(DisconnectReason::MemoryExhausted)) => {
                        return self.run_out_of_memory();
                    }
                    Err(_) => {}
                    Ok(false) => {
                        self.in_a_row += input.len() - rest.len();
                        self.unread = Some(rest.to_vec());
                        return Step::Progress;
                    }
                },
                Ok(Some(Inbound::Close)) => {
                    self.lose(Loss::Ended);
                    self.begin_ending(false);
                    return Step::Progress;
                }
                Err(fault) => return self.fail(fault),
            }
        }
    }

    /// The client's frames cannot be read: it was told so by a close frame, and its session
    /// ends.
    fn fail(&mut self, fault: FramingFault) -> Step {
        let reason = match fault {
            FramingFault::TooLarge => DisconnectReason::PacketTooLarge,
            FramingFault::OutOfMemory => DisconnectReason::MemoryExhausted,
            FramingFault::NotUtf8 | FramingFault::Violation => DisconnectReason::ProtocolViolation,
        };
        trace!(?fault, "bad frames");
        if fault == FramingFault::OutOfMemory {
            self.engine.counts.memory_refusals.add_one("websocket");
        }
        self.end_session(reason);
        self.begin_ending(false);
        Step::Progress
    }

    fn end_session(&mut self, reason: DisconnectReason) {
        if let Some(transport) = self.transport.take() {
            let now = self.engine.now();
            let at = transport.address();
            self.engine
                .with_session(at, |mut session| session.fail(now, reason));
            transport.end(Loss::Ended);
        }
    }

    /// Whether there is memory for what is left unread and unsent.
    fn has_memory(&mut self) -> bool {
        let Some(transport) = &mut self.transport else {
            return true;
        };
        let unread = self.unread.as_ref().map_or(0, Vec::capacity);
        let packets = self.carried.iter().flat_map(|carried| carried.packets());
        let held = transport.hold(packets, unread + self.unsent.capacity());
        held.is_ok()
    }

    /// There is no memory for what the client says, or for what it does not read.
    fn run_out_of_memory(&mut self) -> Step {
        trace!("no memory for a websocket");
        self.engine.counts.memory_refusals.add_one("websocket");
        self.end_session(DisconnectReason::MemoryExhausted);
        if self.carried.take().is_some() {
            // In mid-frame nothing can be said.
            return Step::Over;
        }
        write_out_of_memory(&mut self.unsent);
        self.begin_ending(false);
        Step::Progress
    }

    /// Writes what is there to write, and fetches more, until the socket takes no more or there
    /// is nothing more.
    fn write(&mut self, cx: &mut Context<'_>) -> Step {
        if !self.unsent.is_empty() {
            let unsent = std::mem::take(&mut self.unsent);
            if self.write_out(cx, &unsent).is_err() {
                return self.lose(Loss::Broken);
            }
            if !self.unsent.is_empty() {
                return self.wait_for_socket(cx);
            }
        }
        let Some(transport) = &mut self.transport else {
            return Step::Idle;
        };
        let mut packets = Vec::new();
        let starved = self.unread.is_some();
        let transmitted = transport.transmit(WRITE_BYTES, cx.waker(), starved, &mut packets);
        let mut frames = WRITE_BUFFER.take();
        frames.clear();
        for packet in &packets {
            write_text(packet.as_ref(), &mut frames);
        }
        let written = self.write_out(cx, &frames);
        if !self.unsent.is_empty() {
            let frame_bytes = |packet: &OutgoingPacket| text_frame_bytes(packet.bytes().len());
            let mut carried = CarriedPackets::new(packets, frame_bytes);
            carried.advance(frames.len() - self.unsent.len());
            self.carried = Some(Box::new(carried));
        }
        if frames.capacity() <= 4 * WRITE_BYTES {
            WRITE_BUFFER.set(frames);
        }
        if written.is_err() {
            return self.lose(Loss::Broken);
        }
        match transmitted {
            Transmitted::Parked => Step::Idle,
            Transmitted::More => Step::MoreToWrite,
            Transmitted::Fed => Step::Progress,
            Transmitted::Last => {
                if self.unsent.is_empty() {
                    self.lose(Loss::Ended);
                }
                self.begin_ending(true);
                Step::Progress
            }
            Transmitted::GivenUp => self.lose(Loss::Ended),
        }
    }

    /// The socket takes no more for now. A session that has given the transport up, or has been
    /// taken over by another, does not wait for it: in mid-packet the connection is cut off, and
    /// the packet goes out on the other.
    fn wait_for_socket(&mut self, cx: &Context<'_>) -> Step {
        match &self.transport {
            Some(transport) if !transport.is_current(cx.waker()) => {
                if self.carried.is_some() {
                    return self.lose(Loss::Broken);
                }
                self.lose(Loss::Ended);
                self.begin_ending(true);
                Step::Progress
            }
            _ => Step::Idle,
        }
    }

    /// Writes `bytes`; what the socket does not take is kept, even if it fails.
    fn write_out(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        let mut result = Ok(());
        while !rest.is_empty() {
            match self.stream.poll_write(cx, rest) {
                Poll::Pending => break,
                Poll::Ready(Ok(written)) if written > 0 => {
                    rest = rest.get(written..).unwrap_or_default();
                }
                Poll::Ready(failed) => {
                    result = failed.and(Err(io::ErrorKind::WriteZero.into()));
                    break;
                }
            }
        }
        if let Some(carried) = &mut self.carried {
            carried.advance(bytes.len() - rest.len());
        }
        if !rest.is_empty() {
            self.unsent.extend_from_slice(rest);
            return result;
        }
        self.carried = None;
        match self.stream.poll_flush(cx)? {
            Poll::Ready(()) | Poll::Pending => Ok(()),
        }
    }

    /// Serves an open websocket as far as possible. Everything that was read at once is
    /// answered with one write, if there is not too much of it.
    fn run(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut is_parked = false;
        let mut has_more = false;
        self.in_a_row = 0;
        for _ in 0..ROUNDS {
            // Ten thousand frames fit into one read, and others wait meanwhile.
            if self.in_a_row >= READ_BYTES {
                break;
            }
            // Who does not read what we write gets nothing more read, and who does gets the rest
            // first. Where there is always more, it is heard once in all these rounds.
            let may_read = self.unsent.is_empty() && !has_more;
            let read = if may_read { self.read(cx) } else { Step::Idle };
            match read {
                Step::Over => return Poll::Ready(()),
                // Whatever has come up since the last look wakes us.
                Step::Idle if is_parked && self.unread.is_none() => return Poll::Pending,
                Step::Idle | Step::Progress | Step::MoreToWrite => {}
            }
            let write = self.write(cx);
            if let Step::Over = write {
                return Poll::Ready(());
            }
            if let Stage::Ending(_) = self.stage {
                return Poll::Pending;
            }
            is_parked = matches!(write, Step::Idle);
            has_more = matches!(write, Step::MoreToWrite);
            // If everything could be written after all, nobody has looked for what to read.
            let has_looked = may_read || !self.unsent.is_empty();
            if is_parked && has_looked && matches!(read, Step::Idle) {
                return Poll::Pending;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Whether an ending websocket has had its time, or the shutdown waits for nothing any more.
    fn is_out_of_time(&mut self, cx: &mut Context<'_>) -> bool {
        let Stage::Ending(ending) = &mut self.stage else {
            return false;
        };
        let signal = &self.engine.shutdown;
        while Pin::new(&mut ending.draining).poll(cx).is_ready() {
            ending.draining = signal.draining();
        }
        signal.is_given_up() || ending.deadline.as_mut().poll(cx).is_ready()
    }

    /// Brings an ending websocket to its end.
    fn finish(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let unsent = std::mem::take(&mut self.unsent);
        if self.write_out(cx, &unsent).is_err() || self.is_out_of_time(cx) {
            return Poll::Ready(());
        }
        if !self.unsent.is_empty() {
            let is_wanted = |transport: &AttachedTransport| transport.is_current(cx.waker());
            return match &self.transport {
                Some(transport) if self.carried.is_some() && !is_wanted(transport) => {
                    Poll::Ready(())
                }
                _ => Poll::Pending,
            };
        }
        self.lose(Loss::Ended);
        let Stage::Ending(ending) = &mut self.stage else {
            return Poll::Ready(());
        };
        if !ending.is_shut_down {
            if ready!(self.stream.poll_shutdown(cx)).is_err() {
                return Poll::Ready(());
            }
            ending.is_shut_down = true;
        }
        let mut buffer = [0; 1024];
        for _ in 0..ROUNDS {
            match ready!(self.stream.poll_read(cx, &mut buffer)) {
                Ok(0) | Err(_) => return Poll::Ready(()),
                Ok(_) => {}
            }
        }
        // A client that never stops sending must not keep us from looking at the time.
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<S> Drop for WebSocketPump<S> {
    /// Wherever it ends, what it could not write is given back.
    fn drop(&mut self) {
        if let (Some(transport), Some(carried)) = (&mut self.transport, self.carried.take()) {
            transport.keep(carried.into_undelivered());
        }
    }
}

impl<S: ByteStream> Future for WebSocketPump<S> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if let Stage::Open = self.stage {
            if self.run(cx).is_ready() {
                return Poll::Ready(());
            }
            if !self.has_memory() {
                if let Step::Over = self.run_out_of_memory() {
                    return Poll::Ready(());
                }
            }
        }
        match self.stage {
            Stage::Open => Poll::Pending,
            Stage::Ending(_) => self.finish(cx),
        }
    }
}
