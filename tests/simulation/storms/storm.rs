//! One run: a server, clients of all kinds, and the end, at which nothing may be left.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_lite::future::block_on;
use socketio_server::{
    Listen, Origins, OverflowPolicy, Server, ServerHandle, ServerLimits, SessionLimits,
};
use socketio_simulation::{CutKind, Random, ServerSide, Side, World};

use crate::application;
use crate::dialer::{Dialer, Weather};
use crate::guest::{Farewell, Guest, Transport, draw};
use crate::ledger::{Drops, Ledger};
use crate::liar::Liar;

/// The most bytes that a packet may have.
pub(crate) const LARGEST_PACKET: usize = 10_000;

const SHARDS: usize = 2;

/// How long clients may take for everything.
const LIVES: Duration = Duration::from_secs(3600);

/// How often it is looked at meanwhile.
const LOOKS: u32 = 60;

/// How long the server may remember anybody after that.
const AFTERLIFE: Duration = Duration::from_secs(400);

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) trace_hash: u64,
    pub(crate) reasons: BTreeMap<String, usize>,
    /// What was refused for want of memory.
    pub(crate) refused: u64,
    pub(crate) overflow: OverflowPolicy,
    pub(crate) drops: Drops,
}

/// What a server is set to, where it matters for the storms.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) session: SessionLimits,
    pub(crate) overflow: OverflowPolicy,
    /// In bytes, for everybody.
    pub(crate) memory: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            session: SessionLimits::default(),
            overflow: OverflowPolicy::default(),
            memory: ServerLimits::default().memory_budget_bytes,
        }
    }
}

/// A server in its world.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) ledger: Ledger,
    pub(crate) handle: ServerHandle,
    memory: usize,
    /// The server's own tasks and timers, when there are no clients.
    idle: (usize, usize),
}

impl Stage {
    pub(crate) fn set(seed: u64, settings: Settings) -> Self {
        let Settings {
            session,
            overflow,
            memory,
        } = settings;
        let limits = ServerLimits::default()
            .max_packet_bytes(LARGEST_PACKET)
            .memory_budget_bytes(memory);
        let world = World::new(seed);
        let ledger = Ledger::new(&world, overflow);
        let builder = Server::<ServerSide>::builder()
            .origins(Origins::any())
            .shards(SHARDS)
            .session_limits(session)
            .overflow(overflow)
            .limits(limits)
            .state(ledger.clone())
            .on_fault({
                let ledger = ledger.clone();
                move |_, fault| ledger.fault(fault)
            });
        let builder = application::namespaces()
            .into_iter()
            .fold(builder, |builder, namespace| builder.namespace(namespace));
        let builder = builder.listen(Listen::tcp("127.0.0.1:0"));
        let server = block_on(builder.build_on(ServerSide(world.clone())));
        let server = server.expect("the settings fit together");
        let handle = server.handle();
        ledger.set_server(handle.clone());
        world.spawn(Side::Server, server.run());
        world.run_for(Duration::from_secs(1));
        Self {
            memory,
            idle: (world.tasks_of(Side::Server), world.timers_of(Side::Server)),
            world,
            ledger,
            handle,
        }
    }

    /// Runs until all clients are through, and forgotten.
    pub(crate) fn play(&self) {
        for _ in 0..LOOKS {
            self.world.run_for(LIVES / LOOKS);
            self.assert_memory_suffices();
        }
        assert_eq!(self.world.tasks_of(Side::Clients), 0, "clients live on");
        self.world.run_for(AFTERLIFE);
    }

    /// Nothing is left of any client.
    pub(crate) fn assert_deserted(&self) {
        let handle = &self.handle;
        assert_eq!(handle.session_count(), 0, "sessions are left");
        assert_eq!(handle.connection_count(), 0, "connections are left");
        self.assert_memory_given_back();
        for name in application::NAMES {
            let namespace = handle.of(name).expect("a namespace");
            assert!(namespace.sockets().is_empty(), "members are left");
            assert!(namespace.rooms().is_empty(), "rooms are left");
        }
        let (tasks, timers) = self.idle;
        assert_eq!(self.world.tasks_of(Side::Server), tasks, "tasks are left");
        assert_eq!(
            self.world.timers_of(Side::Server),
            timers,
            "timers are left"
        );
        self.ledger.assert_settled();
    }

    fn assert_memory_given_back(&self) {
        let reserved = self.handle.counters().memory_reserved;
        assert_eq!(reserved, 0, "memory is still reserved");
    }

    /// Nobody ever holds more than there is.
    fn assert_memory_suffices(&self) {
        let reserved = self.handle.counters().memory_reserved;
        assert!(reserved <= self.memory, "{reserved} of {}", self.memory);
    }

    /// Ends the server when nobody is there.
    pub(crate) fn close(&self) {
        let ended = self.begin_shutdown(false, Duration::from_secs(60));
        self.world.run_for(Duration::from_secs(100));
        assert_eq!(*locked(&ended), Some(true), "the shutdown is complete");
        self.assert_gone();
    }

    /// Ends the server while everybody is at work.
    fn close_in_the_midst(&self, random: &mut Random) {
        let before = Duration::from_millis(random.within(0..30_000));
        self.world.run_for(before);
        let within = Duration::from_secs(random.within(0..200));
        let ended = self.begin_shutdown(random.chance(30), within);
        self.play();
        assert!(locked(&ended).is_some(), "the shutdown ends");
        self.assert_gone();
    }

    fn begin_shutdown(&self, silently: bool, within: Duration) -> Arc<Mutex<Option<bool>>> {
        let (handle, result) = (self.handle.clone(), Arc::new(Mutex::new(None)));
        let told = Arc::clone(&result);
        self.world
            .say(format!("shutdown within {within:?}, silently: {silently}"));
        self.world.spawn(Side::Network, async move {
            let ended = if silently {
                handle.shutdown_silently(within).await
            } else {
                handle.shutdown(within).await
            };
            *locked(&told) = Some(ended);
        });
        result
    }

    /// Nothing is left but the timers of the shards, which end with the last handle.
    fn assert_gone(&self) {
        let handle = &self.handle;
        assert_eq!(handle.session_count(), 0, "sessions are left");
        assert_eq!(handle.connection_count(), 0, "connections are left");
        self.assert_memory_given_back();
        let tasks = self.world.tasks_of(Side::Server);
        assert_eq!(tasks, SHARDS, "tasks are left");
        assert_eq!(self.world.timers_of(Side::Server), 0, "timers are left");
        self.ledger.assert_settled();
    }
}

/// Runs everything that this seed stands for.
pub(crate) fn run(seed: u64) -> Outcome {
    let mut random = Random::new(seed);
    let stage = Stage::set(random.number(), settings(&mut random));
    let overflow = stage.ledger.overflow();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        invite(&stage, &mut random);
        if random.chance(25) {
            stage.close_in_the_midst(&mut random);
        } else {
            stage.play();
            stage.assert_deserted();
            invite_one(&stage, &mut random);
            stage.play();
            stage.assert_deserted();
            stage.close();
        }
        Outcome {
            trace_hash: stage.world.trace_hash(),
            reasons: stage.ledger.reasons(),
            refused: stage.handle.counters().memory_refusals.total(),
            overflow,
            drops: stage.ledger.drops(),
        }
    }));
    let notes = outcome.is_err().then(|| stage.world.last_notes());
    stage.world.end();
    outcome.unwrap_or_else(|panic| {
        eprintln!("{}", notes.unwrap_or_default());
        resume_unwind(panic)
    })
}

fn locked<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

fn settings(random: &mut Random) -> Settings {
    let overflow = random.one_of(&[
        OverflowPolicy::Disconnect,
        OverflowPolicy::Disconnect,
        OverflowPolicy::DropOldest,
        OverflowPolicy::DropNewest,
    ]);
    Settings {
        session: session_limits(random, overflow),
        overflow,
        memory: memory(random),
    }
}

fn session_limits(random: &mut Random, overflow: OverflowPolicy) -> SessionLimits {
    let limits = SessionLimits::default();
    match random.index(4) {
        0 => limits.outbox_bytes(60_000).outbox_packets(40),
        1 => limits.inbox_packets(2).inbox_bytes(200),
        // Where packets may be dropped, some are to be.
        _ if overflow != OverflowPolicy::Disconnect => {
            limits.outbox_packets(random.one_of(&[4, 6]))
        }
        _ => limits,
    }
}

/// For a part of all runs there is little, or none at all.
fn memory(random: &mut Random) -> usize {
    match random.index(4) {
        0 => random.index(80_000),
        _ => ServerLimits::default().memory_budget_bytes,
    }
}

fn weather(random: &mut Random) -> Weather {
    let latency = random.one_of(&[1, 1000, 200_000]);
    let piece = random.one_of(&[7, 100, 1460, 1460, usize::MAX, usize::MAX]);
    let room = random.one_of(&[200, 4000, 64_000, 1 << 20]);
    let kinds = match random.index(4) {
        0 => vec![CutKind::Reset],
        1 => vec![CutKind::Silence],
        2 => vec![CutKind::End, CutKind::Reset],
        _ => vec![CutKind::Reset, CutKind::End, CutKind::Silence],
    };
    Weather {
        latency: 0..latency,
        piece,
        room: room.max(piece.min(4000)),
        cuts: random.one_of(&[0, 20, 60]),
        kinds,
        within: random.one_of(&[400, 2000, 20_000]),
        is_faithful: random.chance(70),
        impatience: 3,
    }
}

fn invite(stage: &Stage, random: &mut Random) {
    let weather = weather(random);
    // Byte by byte, much takes long.
    let largest = if weather.piece < 100 { 400 } else { 20_000 };
    for address in 0..1 + random.index(5) {
        let mut own = random.branch();
        let steps = 1 + own.index(16);
        let steps = draw(&mut own, steps, largest);
        let guest = Guest {
            ledger: stage.ledger.clone(),
            transport: own.one_of(&Transport::ALL),
            steps,
            farewell: own.one_of(&[
                Farewell::Goodbye,
                Farewell::Goodbye,
                Farewell::Request,
                Farewell::Close,
                Farewell::Vanish,
            ]),
            dialer: Dialer::new(&stage.world, &weather, address as u16, own),
        };
        stage.world.spawn(Side::Clients, guest.live());
    }
    for address in 1000..1000 + random.index(3) {
        let own = random.branch();
        let liar = Liar {
            deeds: 1 + random.index(5),
            dialer: Dialer::new(&stage.world, &weather, address as u16, own),
        };
        stage.world.spawn(Side::Clients, liar.live());
    }
}

/// Somebody who finds everything in order.
pub(crate) fn invite_one(stage: &Stage, random: &mut Random) {
    let mut own = random.branch();
    let guest = Guest {
        ledger: stage.ledger.clone(),
        transport: own.one_of(&Transport::ALL),
        steps: draw(&mut own, 5, 1000),
        farewell: Farewell::Goodbye,
        dialer: Dialer::new(&stage.world, &Weather::default(), u16::MAX, own),
    };
    stage.world.spawn(Side::Clients, guest.live());
}
