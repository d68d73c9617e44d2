//! Connections that break at every byte, in each direction and in each way.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::Duration;

use socketio_simulation::{Cut, CutKind, Direction, Random, Side};

use crate::dialer::{Dialer, Meters, Role, Weather};
use crate::guest::{Farewell, Guest, Says, Step, Transport};
use crate::storm::{Settings, Stage, invite_one};

/// Clients of one world. They do not hear of each other.
pub(crate) const CROWD: u64 = 400;

/// Where a connection is cut, but for the place.
#[derive(Debug, Clone, Copy)]
struct Kind {
    transport: Transport,
    role: Role,
    direction: Direction,
    kind: CutKind,
}

fn steps() -> Vec<Step> {
    let event = |name, rest: &str, asks| Says::Event(name, rest.into(), asks);
    let says = [
        event("echo", ",10,0", true),
        event("tell", ",2,20", false),
        event("ask", "", false),
        Says::Nothing,
        event("echo", ",5,40", true),
    ];
    let pause = Duration::from_millis(10);
    says.map(|says| Step { pause, says }).into()
}

fn invite(stage: &Stage, address: u16, kind: Kind, at: Option<u64>, meters: &Meters) {
    let cut = at.map(|at| Cut {
        direction: kind.direction,
        at,
        kind: kind.kind,
    });
    let random = Random::new(address.into());
    let mut dialer = Dialer::new(&stage.world, &Weather::default(), address, random);
    dialer.planned = cut.map(|cut| (kind.role, cut));
    dialer.meters = Arc::clone(meters);
    let guest = Guest {
        ledger: stage.ledger.clone(),
        transport: kind.transport,
        steps: steps(),
        farewell: Farewell::Goodbye,
        dialer,
    };
    stage.world.spawn(Side::Clients, guest.live());
}

/// Runs clients that are cut at each of these places, in one world.
fn run(kind: Kind, places: std::ops::Range<u64>) {
    let connected = assert_survived(&format!("{kind:?} at {places:?}"), |stage| {
        for at in places.clone() {
            let address = (at - places.start) as u16;
            invite(stage, address, kind, Some(at), &Meters::default());
        }
    });
    // Each comes back until it is through.
    assert!(connected as u64 > places.end - places.start);
}

/// Has clients live in a world of their own; when they have gone, nothing is left of them, and
/// another one finds everything in order. Tells how many were connected.
pub(crate) fn assert_survived(who: &str, invite: impl FnOnce(&Stage)) -> usize {
    let stage = Stage::set(1, Settings::default());
    let played = catch_unwind(AssertUnwindSafe(|| {
        invite(&stage);
        stage.play();
        stage.assert_deserted();
        invite_one(&stage, &mut Random::new(2));
        stage.play();
        stage.assert_deserted();
        stage.close();
        stage.ledger.reasons().values().sum()
    }));
    let notes = played.is_err().then(|| stage.world.last_notes());
    stage.world.end();
    played.unwrap_or_else(|panic| {
        eprintln!("{}\n{who}", notes.unwrap_or_default());
        resume_unwind(panic)
    })
}

/// How many bytes pass on the first connection of a role when nothing is cut.
fn length_of(kind: Kind) -> u64 {
    let stage = Stage::set(1, Settings::default());
    let meters = Meters::default();
    invite(&stage, 0, kind, None, &meters);
    stage.play();
    let meters = std::mem::take(&mut *meters.lock().expect("nobody panicked"));
    let first = meters.iter().find(|(role, _)| *role == kind.role);
    let (_, meter) = first.expect("a connection of this role");
    let length = meter.taken(kind.direction);
    stage.world.end();
    length
}

fn cut_everywhere(transport: Transport, roles: &[Role]) {
    let mut clients = 0;
    for &role in roles {
        for (direction, kind) in [
            (Direction::Up, CutKind::Reset),
            (Direction::Up, CutKind::End),
            (Direction::Up, CutKind::Silence),
            (Direction::Down, CutKind::Reset),
            (Direction::Down, CutKind::Silence),
        ] {
            let kind = Kind {
                transport,
                role,
                direction,
                kind,
            };
            let length = length_of(kind);
            for start in (0..=length).step_by(CROWD as usize) {
                run(kind, start..(start + CROWD).min(length + 1));
            }
            clients += length + 1;
        }
    }
    println!("{transport:?}: {clients} clients");
}

#[test]
fn a_websocket_may_break_at_every_byte() {
    cut_everywhere(Transport::WebSocket, &[Role::Handshake, Role::WebSocket]);
}

#[test]
fn polls_and_posts_may_break_at_every_byte() {
    cut_everywhere(Transport::XhrPolling, &[Role::Poll, Role::Post]);
}

#[test]
fn polls_and_forms_may_break_at_every_byte() {
    cut_everywhere(Transport::JsonpPolling, &[Role::Poll, Role::Post]);
}

#[test]
fn a_stream_may_break_at_every_byte() {
    cut_everywhere(Transport::HtmlFile, &[Role::Stream]);
}
