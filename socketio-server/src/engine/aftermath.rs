//! What follows from work on a hub, done when its lock is free again.

use std::sync::Arc;
use std::task::Waker;

use socketio_session::{Action, Hub};

use super::ack_wait::AckResult;
use super::{AckWait, Drained, Engine, NextEvent, SessionAddress, SessionData};

/// Wakers, handlers and values of users that must not run or drop under a lock.
#[derive(Debug, Default)]
pub(super) struct Aftermath {
    pub(super) wakers: Vec<Waker>,
    drained: Vec<Drained>,
    acks: Vec<(Arc<AckWait>, AckResult)>,
    turns: Vec<(SessionAddress, NextEvent)>,
    removed: Vec<SessionData>,
}

impl Aftermath {
    /// Drains the outlets of every session that has something, if any has.
    pub(super) fn collect(hub: &mut Hub<SessionData>, shard: usize) -> Option<Self> {
        if hub.is_quiet() {
            return None;
        }
        let mut aftermath = Self::default();
        while let Some(key) = hub.poll_ready() {
            let Some(mut session) = hub.session(key) else {
                continue;
            };
            let (state, data) = session.parts();
            while let Some(action) = state.poll_action() {
                match action {
                    Action::Flush(id) => aftermath.wakers.extend(data.links.flush(id)),
                    Action::Close(id) => aftermath.wakers.extend(data.links.close(id)),
                }
            }
            if state.is_closed() || state.wants_input() {
                // After the end, uploads that wait for the application wait for nothing.
                aftermath.wakers.extend(data.links.feed());
                aftermath.drained.push(data.draining.take());
            }
            while let Some(outcome) = state.poll_ack() {
                if let Some(wait) = data.ack_waits.remove(&outcome.ack) {
                    aftermath.acks.push((wait, outcome.result));
                }
            }
            let at = SessionAddress { shard, key };
            let next = NextEvent::take_if_free(&mut session, at);
            aftermath.turns.extend(next.map(|next| (at, next)));
        }
        while let Some(data) = hub.poll_removed() {
            aftermath.removed.push(data);
        }
        Some(aftermath)
    }

    pub(super) fn run(self, engine: &Arc<Engine>) {
        for waker in self.wakers {
            waker.wake();
        }
        self.drained.into_iter().for_each(Drained::wake);
        for (wait, result) in self.acks {
            wait.resolve(result);
        }
        for (at, next) in self.turns {
            // Not here: whoever works on a hub may itself be in a handler, and a chain of
            // sessions that end each other would be as deep as it is long.
            engine.spawn_turns(at, next);
        }
        for data in self.removed {
            let admitted = data.end();
            engine.session_removed(admitted);
        }
    }
}
