//! A connection: what is on its way in each direction, and what goes wrong with it.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, Waker};
use std::time::Duration;

use crate::random::Random;
use crate::trace::Note;
use crate::world::{Side, World};

/// The way that bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the server.
    Up,
    /// From the server to the client.
    Down,
}

/// What happens to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutKind {
    /// It breaks: both sides hear of it.
    Reset,
    /// The client's side is ended in an orderly way, in whatever it was about to say.
    End,
    /// Nothing passes any more, and nobody is told.
    Silence,
}

/// Where something happens to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// The direction in which bytes are counted.
    pub direction: Direction,
    /// After how many of them.
    pub at: u64,
    /// What it is.
    pub kind: CutKind,
}

/// How a connection behaves.
#[derive(Debug, Clone)]
pub struct Line {
    /// How long bytes take, at least and at most.
    pub latency: std::ops::Range<u64>,
    /// The most bytes that pass in one piece.
    pub piece: usize,
    /// The most bytes on their way in one direction, above which writers wait.
    pub room: usize,
    /// What goes wrong, and where.
    pub cut: Option<Cut>,
    /// What was taken from the server arrives, whatever happens then. If not, what is on its way
    /// when a connection breaks is lost.
    pub is_faithful: bool,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            latency: 0..1,
            piece: usize::MAX,
            room: 1 << 20,
            cut: None,
            is_faithful: true,
        }
    }
}

#[derive(Debug, Default)]
struct Pipe {
    pieces: VecDeque<(Duration, VecDeque<u8>)>,
    held: usize,
    /// Bytes that were taken from the writer so far.
    taken: u64,
    /// Nothing more comes behind what is there.
    is_ended: bool,
    /// Nobody will read what comes.
    is_unread: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Condition {
    Whole,
    Broken,
    Silent,
}

/// Both directions of a connection.
#[derive(Debug)]
pub(crate) struct Wire {
    world: World,
    number: u64,
    line: Line,
    random: Random,
    up: Pipe,
    down: Pipe,
    condition: Condition,
    /// Set when the server believes that something is on its way to the client, and it is not.
    loss: Arc<AtomicBool>,
}

impl Wire {
    pub(crate) fn new(world: &World, number: u64, line: Line, loss: Arc<AtomicBool>) -> Self {
        let mut wire = Self {
            world: world.clone(),
            number,
            line,
            random: world.random(),
            up: Pipe::default(),
            down: Pipe::default(),
            condition: Condition::Whole,
            loss,
        };
        wire.cut_if_due();
        wire
    }

    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    const fn pipe(&mut self, direction: Direction) -> &mut Pipe {
        match direction {
            Direction::Up => &mut self.up,
            Direction::Down => &mut self.down,
        }
    }

    /// Takes some of `bytes` from the side that writes in this direction.
    pub(crate) fn write(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        waker: &Waker,
    ) -> Poll<io::Result<usize>> {
        let room = self.line.room;
        let condition = self.condition;
        let pipe = self.pipe(direction);
        if condition == Condition::Broken {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        if pipe.is_ended || bytes.is_empty() {
            let refused = Err(io::ErrorKind::BrokenPipe.into());
            return Poll::Ready(if pipe.is_ended { refused } else { Ok(0) });
        }
        if pipe.is_unread && condition == Condition::Whole {
            return Poll::Ready(self.write_to_nobody(direction, bytes.len()));
        }
        if pipe.held >= room {
            pipe.writer = Some(waker.clone());
            return Poll::Pending;
        }
        if condition == Condition::Silent && self.line.is_faithful {
            self.pipe(direction).writer = Some(waker.clone());
            return Poll::Pending;
        }
        let most = bytes.len().min(room - self.pipe(direction).held);
        let taken = self.cut_to_piece(direction, most);
        self.take(direction, &bytes[..taken]);
        Poll::Ready(Ok(taken))
    }

    fn cut_to_piece(&mut self, direction: Direction, most: usize) -> usize {
        let mut taken = most.min(self.line.piece);
        if taken > 1 && self.random.chance(20) {
            taken = 1 + self.random.index(taken);
        }
        if let Some(cut) = self.line.cut {
            if cut.direction == direction && self.condition == Condition::Whole {
                let left = cut.at - self.pipe(direction).taken;
                taken = taken.min(usize::try_from(left).unwrap_or(usize::MAX));
            }
        }
        taken
    }

    /// The other side has gone. It may take a write to find that out.
    fn write_to_nobody(&mut self, direction: Direction, length: usize) -> io::Result<usize> {
        self.condition = Condition::Broken;
        self.wake_all();
        if !self.line.is_faithful && self.random.chance(50) {
            self.lose(direction, length);
            return Ok(length);
        }
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn lose(&self, direction: Direction, length: usize) {
        if direction == Direction::Down && length > 0 {
            self.note("lost", length);
            self.loss.store(true, Ordering::Relaxed);
        }
    }

    fn take(&mut self, direction: Direction, bytes: &[u8]) {
        let what = match direction {
            Direction::Up => "from the client",
            Direction::Down => "from the server",
        };
        self.note(what, bytes.len());
        self.pipe(direction).taken += bytes.len() as u64;
        if self.condition == Condition::Silent {
            self.pipe(direction).held += bytes.len();
            self.lose(direction, bytes.len());
            return;
        }
        let now = self.world.now();
        let delay = Duration::from_micros(self.random.within(self.line.latency.clone()));
        let pipe = self.pipe(direction);
        let last = pipe.pieces.back().map_or(Duration::ZERO, |(at, _)| *at);
        let arrives = last.max(now + delay);
        pipe.held += bytes.len();
        match pipe.pieces.back_mut() {
            Some((at, piece)) if *at == arrives => piece.extend(bytes),
            _ => pipe
                .pieces
                .push_back((arrives, bytes.iter().copied().collect())),
        }
        if let Some(reader) = pipe.reader.take() {
            self.wake_at(arrives, reader);
        }
        self.cut_if_due();
    }

    fn wake_at(&self, at: Duration, waker: Waker) {
        if at <= self.world.now() {
            waker.wake();
        } else {
            self.world.clock().file(at, Side::Network, Some(waker));
        }
    }

    fn cut_if_due(&mut self) {
        let Some(cut) = self.line.cut else { return };
        if self.pipe(cut.direction).taken < cut.at || self.condition != Condition::Whole {
            return;
        }
        self.line.cut = None;
        self.world.say(format!("wire {}: {cut:?}", self.number));
        match cut.kind {
            CutKind::Reset => self.reset(),
            CutKind::End => self.end(Direction::Up),
            CutKind::Silence => {
                self.condition = Condition::Silent;
                if !self.line.is_faithful {
                    self.lose_what_is_under_way();
                }
            }
        }
    }

    /// Breaks the connection.
    pub(crate) fn reset(&mut self) {
        if self.condition != Condition::Whole {
            return;
        }
        self.condition = Condition::Broken;
        if !self.line.is_faithful {
            self.lose_what_is_under_way();
        }
        self.wake_all();
    }

    /// The client neither reads nor writes any more, and nobody is told.
    pub(crate) fn abandon(&mut self) {
        if self.condition == Condition::Whole {
            self.condition = Condition::Silent;
        }
        self.lose_what_is_under_way();
    }

    fn lose_what_is_under_way(&mut self) {
        self.lose(Direction::Down, self.down.held);
        for pipe in [&mut self.up, &mut self.down] {
            pipe.pieces.clear();
            pipe.held = 0;
        }
    }

    /// The side that writes in this direction says nothing more.
    pub(crate) fn end(&mut self, direction: Direction) {
        let pipe = self.pipe(direction);
        pipe.is_ended = true;
        if let Some(reader) = pipe.reader.take() {
            reader.wake();
        }
    }

    /// Reads some of what has arrived.
    pub(crate) fn read(
        &mut self,
        direction: Direction,
        buffer: &mut [u8],
        waker: &Waker,
    ) -> Poll<io::Result<usize>> {
        let now = self.world.now();
        let (condition, most) = (self.condition, self.line.piece.min(buffer.len()));
        let pipe = self.pipe(direction);
        let Some((arrives, piece)) = pipe.pieces.front_mut() else {
            return match condition {
                Condition::Broken => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
                Condition::Whole if pipe.is_ended => Poll::Ready(Ok(0)),
                Condition::Whole | Condition::Silent => {
                    pipe.reader = Some(waker.clone());
                    Poll::Pending
                }
            };
        };
        if *arrives > now {
            let at = *arrives;
            self.wake_at(at, waker.clone());
            return Poll::Pending;
        }
        let length = piece.len().min(most);
        for (place, byte) in buffer.iter_mut().zip(piece.drain(..length)) {
            *place = byte;
        }
        if piece.is_empty() {
            pipe.pieces.pop_front();
        }
        pipe.held -= length;
        if let Some(writer) = pipe.writer.take() {
            writer.wake();
        }
        self.note("read", length);
        Poll::Ready(Ok(length))
    }

    /// The side that reads in this direction, and writes in the other, is gone.
    pub(crate) fn leave(&mut self, reads: Direction) {
        let writes = match reads {
            Direction::Up => Direction::Down,
            Direction::Down => Direction::Up,
        };
        self.lose(reads, self.pipe_held(reads));
        let has_unread = self.pipe_held(reads) > 0;
        let pipe = self.pipe(reads);
        pipe.is_unread = true;
        pipe.pieces.clear();
        pipe.held = 0;
        let writer = pipe.writer.take();
        match self.condition {
            // Who is not told waits on.
            Condition::Silent => {}
            Condition::Whole if has_unread => {
                self.condition = Condition::Broken;
                self.wake_all();
            }
            Condition::Whole | Condition::Broken => {
                self.end(writes);
                self.wake_all();
            }
        }
        if let (Some(writer), true) = (writer, self.condition != Condition::Silent) {
            writer.wake();
        }
    }

    const fn pipe_held(&self, direction: Direction) -> usize {
        match direction {
            Direction::Up => self.up.held,
            Direction::Down => self.down.held,
        }
    }

    fn wake_all(&mut self) {
        for pipe in [&mut self.up, &mut self.down] {
            let wakers = [pipe.reader.take(), pipe.writer.take()];
            for waker in wakers.into_iter().flatten() {
                waker.wake();
            }
        }
    }

    /// Bytes that were taken from the writer of this direction so far.
    pub(crate) const fn taken(&self, direction: Direction) -> u64 {
        match direction {
            Direction::Up => self.up.taken,
            Direction::Down => self.down.taken,
        }
    }

    fn note(&self, what: &'static str, bytes: usize) {
        self.world.note(Note::Moved(what, self.number, bytes));
    }
}
