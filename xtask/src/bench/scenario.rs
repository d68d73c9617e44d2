//! What is asked of servers.

use std::time::Duration;

use clap::ValueEnum;
use serde::Serialize;
use socketio_tests::load::{
    BroadcastLoad, IdleSessions, LoadError, PolledEcho, ServerProcess, Timing, WebSocketEcho,
};

use super::figures::{Cost, Figures, Size};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Scenario {
    /// Memory of sessions that say nothing
    Idle,
    /// 100 websockets with 8 events in flight each
    Pipelined,
    /// 1,000 websockets with one event in flight each
    Crowd,
    /// Events for all of 1,000 members on websockets
    Broadcast,
    /// 100 polling clients with one event in flight each
    Polled,
}

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    /// Load before a measurement of CPU time.
    pub(super) warm_up: Duration,
    /// How long that takes.
    pub(super) window: Duration,
    /// Idle sessions.
    pub(super) sessions: usize,
}

impl Scenario {
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Idle => "idle sessions on websockets",
            Self::Pipelined => "echo on 100 websockets, 8 in flight on each",
            Self::Crowd => "echo on 1,000 websockets, 1 in flight on each",
            Self::Broadcast => "delivery to each of 1,000 members on websockets",
            Self::Polled => "echo to 100 polling clients, 1 in flight to each",
        }
    }

    /// Puts the load on a server.
    pub(super) fn measure(
        self,
        server: &ServerProcess,
        extent: Extent,
    ) -> Result<Figures, LoadError> {
        let timing = Timing {
            warm_up: extent.warm_up,
            window: extent.window,
        };
        let echo = |clients, in_flight| WebSocketEcho { clients, in_flight };
        let throughput = match self {
            Self::Idle => return measure_idle(server, extent.sessions).map(Figures::Size),
            Self::Pipelined => echo(100, 8).measure(server, timing)?,
            Self::Crowd => echo(1000, 1).measure(server, timing)?,
            Self::Broadcast => BroadcastLoad { members: 1000 }.measure(server, timing)?,
            Self::Polled => PolledEcho { clients: 100 }.measure(server, timing)?,
        };
        Ok(Figures::Cost(Cost::of(&throughput)))
    }
}

fn measure_idle(server: &ServerProcess, wanted: usize) -> Result<Size, LoadError> {
    let idle = IdleSessions { sessions: wanted }.within_limits(server)?;
    if idle.sessions < wanted {
        eprintln!(
            "only {} idle sessions: the limit of open files (ulimit -n) allows no more",
            idle.sessions
        );
    }
    idle.measure(server).map(|memory| Size::of(&memory))
}
