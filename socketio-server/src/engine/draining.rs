//! Waiting for a client to take what it is sent.

use std::sync::Arc;

use event_listener::Event;
use socketio_session::{Misuse, SessionMut};

use super::{Engine, SessionAddress, SessionData};

/// As many may wait for one session at once.
const WAITING: usize = 1024;

/// Those who wait until a session's outbox has room; nothing as long as nobody does.
#[derive(Debug, Default)]
pub(crate) struct Draining(Option<Arc<Event>>);

/// Those whose wait is over.
#[must_use = "they are to be woken when the lock is free"]
#[derive(Debug, Default)]
pub(crate) struct Drained(Option<Arc<Event>>);

impl Draining {
    /// Whoever waits is to look again.
    pub(crate) fn take(&mut self) -> Drained {
        Drained(self.0.take())
    }
}

impl Drained {
    pub(crate) fn wake(self) {
        if let Some(waiting) = self.0 {
            waiting.notify(usize::MAX);
        }
    }
}

/// Resolves when no more than half of what the session's outbox can hold is taken up.
pub(crate) async fn drained(engine: Arc<Engine>, at: SessionAddress) -> Result<(), Misuse> {
    loop {
        let waiting = engine.with_session(at, look);
        match waiting.unwrap_or(Err(Misuse::NoSuchSession))? {
            Some(waiting) => waiting.await,
            None => return Ok(()),
        }
    }
}

/// Nothing if there is nothing to wait for.
fn look(
    mut session: SessionMut<'_, SessionData>,
) -> Result<Option<event_listener::EventListener>, Misuse> {
    if let Some(reason) = session.close_reason() {
        return Err(Misuse::Closed(reason));
    }
    if session.is_drained() {
        return Ok(None);
    }
    let Draining(waiting) = &mut session.data().draining;
    let waiting = waiting.get_or_insert_default();
    if waiting.total_listeners() >= WAITING {
        return Err(Misuse::TooManyWaiting);
    }
    Ok(Some(waiting.listen()))
}
