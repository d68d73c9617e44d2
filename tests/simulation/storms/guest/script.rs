//! What clients do.

use std::time::Duration;

use socketio_simulation::Random;

use super::conversation::Conversation;
use crate::application::SIDE;

/// How a client leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Farewell {
    /// It says goodbye, and waits for the server's.
    Goodbye,
    /// It asks for its end by a request.
    Request,
    /// It closes what it has open.
    Close,
    /// It stays as it is, and does nothing.
    Vanish,
}

/// Something to say, after a while.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) pause: Duration,
    pub(crate) says: Says,
}

#[derive(Debug, Clone)]
pub(crate) enum Says {
    /// An event: its name, the arguments behind its number, whether it asks for an answer.
    Event(&'static str, String, bool),
    /// A packet.
    Packet(String),
    /// Nothing.
    Nothing,
}

/// So many steps, of all kinds.
pub(crate) fn draw(random: &mut Random, steps: usize, largest: u64) -> Vec<Step> {
    (0..steps)
        .map(|_| {
            let pause = match random.index(10) {
                0 => random.within(0..40_000),
                1..=3 => random.within(0..1500),
                _ => random.within(0..20),
            };
            Step {
                pause: Duration::from_millis(pause),
                says: draw_one(random, largest),
            }
        })
        .collect()
}

fn draw_one(random: &mut Random, largest: u64) -> Says {
    let length = match random.index(12) {
        0 => random.within(0..largest),
        _ => random.within(0..200),
    };
    let room = random.one_of(&["red", "green"]);
    let event = |name, rest: String| Says::Event(name, rest, false);
    match random.index(100) {
        0..=29 => {
            let millis = if random.chance(30) {
                random.within(0..3000)
            } else {
                0
            };
            Says::Event("echo", format!(",{length},{millis}"), true)
        }
        30..=49 => event("tell", format!(",{},{length}", random.within(1..8))),
        50..=59 => event("ask", String::new()),
        60..=69 => event("enter", format!(r#","{room}""#)),
        70..=72 => event("leave", format!(r#","{room}""#)),
        73..=84 => event("shout", format!(r#","{room}",{length}"#)),
        85..=90 => {
            let (count, millis) = (random.within(1..6), random.within(1..900));
            event("job", format!(",{count},{millis}"))
        }
        91..=93 => Says::Packet(format!("1::{SIDE}")),
        94 => Says::Packet(format!("0::{SIDE}")),
        95 => event("kick", String::new()),
        96 => event("drop", String::new()),
        _ => Says::Nothing,
    }
}

impl Says {
    /// Says it, with an event's number.
    pub(crate) fn say(&self, talk: &Conversation, endpoint: &str, number: u64) {
        match self {
            Self::Event(name, rest, asks) => {
                talk.event(endpoint, name, &format!("{number}{rest}"), *asks);
            }
            Self::Packet(text) => talk.send(text),
            Self::Nothing => {}
        }
    }
}
