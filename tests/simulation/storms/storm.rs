//! One run: a server, clients of all kinds, and the end, at which nothing may be left.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_lite::future::block_on;
use socketio_server::{Listen, Origins, Server, ServerHandle, ServerLimits, SessionLimits};
use socketio_simulation::{CutKind, Random, ServerSide, Side, World};

use crate::application;
use crate::dialer::{Dialer, Weather};
use crate::guest::{Farewell, Guest, Transport, draw};
use crate::ledger::Ledger;

/// How long clients may take for everything.
const LIVES: Duration = Duration::from_secs(3600);

/// How long the server may remember anybody after that.
const AFTERLIFE: Duration = Duration::from_secs(400);

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) trace_hash: u64,
    pub(crate) reasons: BTreeMap<String, usize>,
}

/// A server in its world.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) ledger: Ledger,
    pub(crate) handle: ServerHandle,
    /// The server's own tasks and timers, when there are no clients.
    idle: (usize, usize),
}

impl Stage {
    pub(crate) fn set(seed: u64, session: SessionLimits, limits: ServerLimits) -> Self {
        let world = World::new(seed);
        let ledger = Ledger::new(&world);
        let builder = Server::<ServerSide>::builder()
            .origins(Origins::any())
            .shards(2)
            .session_limits(session)
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
            idle: (world.tasks_of(Side::Server), world.timers_of(Side::Server)),
            world,
            ledger,
            handle,
        }
    }

    /// Runs until all clients are through, and forgotten.
    pub(crate) fn play(&self) {
        self.world.run_for(LIVES);
        assert_eq!(self.world.tasks_of(Side::Clients), 0, "clients live on");
        self.world.run_for(AFTERLIFE);
    }

    /// Nothing is left of any client.
    pub(crate) fn assert_deserted(&self) {
        let handle = &self.handle;
        assert_eq!(handle.session_count(), 0, "sessions are left");
        assert_eq!(handle.connection_count(), 0, "connections are left");
        for name in ["", application::SIDE] {
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

    /// Ends the server: nothing at all is left.
    pub(crate) fn close(&self) {
        let (handle, result) = (self.handle.clone(), Arc::new(Mutex::new(None)));
        let told = Arc::clone(&result);
        self.world.spawn(Side::Network, async move {
            let ended = handle.shutdown(Duration::from_secs(60)).await;
            *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(ended);
        });
        self.world.run_for(Duration::from_secs(100));
        let ended = result.lock().unwrap_or_else(PoisonError::into_inner).take();
        assert_eq!(ended, Some(true), "the shutdown is complete");
    }
}

/// Runs everything that this seed stands for.
pub(crate) fn run(seed: u64) -> Outcome {
    let mut random = Random::new(seed);
    let stage = Stage::set(
        random.number(),
        session_limits(&mut random),
        ServerLimits::default(),
    );
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        invite(&stage, &mut random);
        stage.play();
        stage.assert_deserted();
        invite_one(&stage, &mut random);
        stage.play();
        stage.assert_deserted();
        stage.close();
        Outcome {
            trace_hash: stage.world.trace_hash(),
            reasons: stage.ledger.reasons(),
        }
    }));
    let notes = outcome.is_err().then(|| stage.world.last_notes());
    stage.world.end();
    outcome.unwrap_or_else(|panic| {
        eprintln!("{}", notes.unwrap_or_default());
        resume_unwind(panic)
    })
}

fn session_limits(random: &mut Random) -> SessionLimits {
    let limits = SessionLimits::default();
    match random.index(4) {
        0 => limits.outbox_bytes(60_000).outbox_packets(40),
        1 => limits.inbox_packets(2).inbox_bytes(200),
        _ => limits,
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
    }
}

fn invite(stage: &Stage, random: &mut Random) {
    let weather = weather(random);
    // Byte by byte, much takes long.
    let largest = if weather.piece < 100 { 400 } else { 20_000 };
    let guests = 1 + random.index(5);
    for address in 0..guests {
        let mut own = random.branch();
        let guest = Guest {
            ledger: stage.ledger.clone(),
            transport: own.one_of(&Transport::ALL),
            steps: {
                let steps = 1 + own.index(16);
                draw(&mut own, steps, largest)
            },
            farewell: own.one_of(&[
                Farewell::Goodbye,
                Farewell::Goodbye,
                Farewell::Request,
                Farewell::Close,
                Farewell::Vanish,
            ]),
            dialer: Dialer {
                world: stage.world.clone(),
                weather: weather.clone(),
                address: address as u16,
                loss: Arc::default(),
                planned: None,
                random: own,
            },
        };
        stage.world.spawn(Side::Clients, guest.live());
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
        dialer: Dialer {
            world: stage.world.clone(),
            weather: Weather::default(),
            address: u16::MAX,
            loss: Arc::default(),
            planned: None,
            random: own,
        },
    };
    stage.world.spawn(Side::Clients, guest.live());
}
