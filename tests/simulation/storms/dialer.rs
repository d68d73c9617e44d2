//! How a client gets its connections, and how bad they are.

use std::ops::Range;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_lite::future::or;
use socketio_simulation::{
    Cut, CutKind, Dial, Direction, Line, Meter, Random, Side, Stream, World,
};

/// The connection is of no more use, for whatever reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lost;

impl From<std::io::Error> for Lost {
    fn from(_: std::io::Error) -> Self {
        Self
    }
}

/// What connections are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Handshake,
    Poll,
    Post,
    Stream,
    WebSocket,
    Leave,
}

/// What the network is like.
#[derive(Debug, Clone)]
pub(crate) struct Weather {
    /// Microseconds that bytes take.
    pub(crate) latency: Range<u64>,
    /// The most bytes that pass in one piece.
    pub(crate) piece: usize,
    /// The most bytes on their way.
    pub(crate) room: usize,
    /// Of a hundred connections, so many are cut.
    pub(crate) cuts: u64,
    /// The kinds of that.
    pub(crate) kinds: Vec<CutKind>,
    /// Within how many bytes.
    pub(crate) within: u64,
    pub(crate) is_faithful: bool,
    /// Of a hundred polls, so many are followed by another while they are held.
    pub(crate) impatience: u64,
}

impl Default for Weather {
    fn default() -> Self {
        Self {
            latency: 0..1,
            piece: usize::MAX,
            room: 1 << 20,
            cuts: 0,
            kinds: Vec::new(),
            within: 1,
            is_faithful: true,
            impatience: 0,
        }
    }
}

/// What connections were for, and how many bytes passed.
pub(crate) type Meters = Arc<Mutex<Vec<(Role, Meter)>>>;

/// Makes the connections of a client for one role.
#[derive(Clone)]
pub(crate) struct Dialer {
    pub(crate) world: World,
    pub(crate) weather: Weather,
    pub(crate) address: u16,
    pub(crate) loss: Arc<AtomicBool>,
    /// A cut of the first connection of this role.
    pub(crate) planned: Option<(Role, Cut)>,
    pub(crate) random: Random,
    /// Counts the bytes of all connections, for whoever wants to know.
    pub(crate) meters: Meters,
}

impl Dialer {
    pub(crate) fn new(world: &World, weather: &Weather, address: u16, random: Random) -> Self {
        Self {
            world: world.clone(),
            weather: weather.clone(),
            address,
            loss: Arc::default(),
            planned: None,
            random,
            meters: Meters::default(),
        }
    }

    pub(crate) fn dial(&mut self, role: Role) -> Result<Stream, Lost> {
        let cut = match self.planned {
            Some((planned, cut)) if planned == role => {
                self.planned = None;
                Some(cut)
            }
            _ => self.draw_cut(),
        };
        let line = Line {
            latency: self.weather.latency.clone(),
            piece: self.weather.piece,
            room: self.weather.room,
            cut,
            is_faithful: self.weather.is_faithful,
        };
        let (loss, address) = (Arc::clone(&self.loss), self.address);
        let dial = Dial {
            line,
            loss,
            address,
        };
        let stream = self.world.connect(dial).map_err(|_| Lost)?;
        let number = stream.number();
        let mut meters = self.meters.lock().unwrap_or_else(PoisonError::into_inner);
        meters.push((role, stream.meter()));
        drop(meters);
        self.world
            .say(format!("client {address}: {role:?} on wire {number}"));
        Ok(stream)
    }

    fn draw_cut(&mut self) -> Option<Cut> {
        let random = &mut self.random;
        if !random.chance(self.weather.cuts) {
            return None;
        }
        Some(Cut {
            direction: random.one_of(&[Direction::Up, Direction::Down]),
            at: random.within(0..self.weather.within),
            kind: random.one_of(&self.weather.kinds),
        })
    }

    pub(crate) async fn pause(&self, time: Duration) {
        self.world.sleep(Side::Clients, time).await;
    }

    /// What `work` comes to, if it does within this time.
    pub(crate) async fn within<T>(
        &self,
        time: Duration,
        work: impl Future<Output = Result<T, Lost>>,
    ) -> Result<T, Lost> {
        let late = async {
            self.pause(time).await;
            Err(Lost)
        };
        or(work, late).await
    }
}
