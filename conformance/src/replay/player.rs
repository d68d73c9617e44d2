//! Plays a transcript, event after event.
//!
//! Arrivals on different connections have no order among each other: each is waited for on its own
//! connection when its turn comes. Between a request and the next one the recording may have paused. Where
//! a timer was shortened such a pause has a meaning and is made in full; elsewhere it only gave one
//! request the time to arrive before the next, and is cut short. Waiting for the *effect* of a request is not
//! left to pauses but to the application's log.
//!
//! An arrival that the recording had to wait for must not come much earlier here, or a server without
//! timers would pass.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::compare::Offer;
use super::conversation::{Conversation, Shared};
use super::deviation::{Deviations, PlannedStep};
use super::expected_log::{ExpectedLog, Requirement};
use super::polling::Streams;
use super::scripted_server::AppLog;
use super::template::Bindings;
use super::transcript::{ClosingManner, Event, Step, Transcript};

/// How long to wait at most for nothing to come, or to let requests on two connections arrive in order.
const BRIEFLY: Duration = Duration::from_millis(150);
/// A shorter gap in a recording is not a pause that its maker asked for.
const SHORTEST_PAUSE: u64 = 20;
/// Being later than this, the client side may be answered otherwise than in the recording.
const TOO_LATE: Duration = Duration::from_millis(50);
/// Waits from here on, in milliseconds, are the work of a timer.
const TIMED: u64 = 100;

/// How a transcript is played.
#[derive(Debug, Clone)]
pub struct Options {
    /// The transports that the server has.
    pub offer: Offer,
    /// Where it answers otherwise.
    pub deviations: Deviations,
    /// Where the server listens besides, by the setting that names the port in recordings.
    pub other_addresses: BTreeMap<String, SocketAddr>,
    /// What its application sees. Without it, effects cannot be waited for and the log is not compared.
    pub log: Option<AppLog>,
    /// How long to wait for something that must come: only a failing replay ever waits so long.
    pub limit: Duration,
    /// How many times as long as usual to let requests arrive whose arrival nothing shows.
    pub slowdown: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            offer: Offer::as_recorded(),
            deviations: Deviations::none(),
            other_addresses: BTreeMap::new(),
            log: None,
            limit: Duration::from_secs(30),
            slowdown: 1,
        }
    }
}

/// The first thing that is not as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The transcript.
    pub id: String,
    /// Index of the event in the transcript; `None` when all events were as recorded but the end was not.
    pub event: Option<usize>,
    /// What was expected.
    pub expected: String,
    /// What came instead, or what is wrong with it.
    pub got: String,
    /// Whether a busy machine may be to blame: the client side was late where its pace matters, and came too
    /// late to be answered as recorded; or a request that is not answered at once, so that nothing shows its
    /// arrival, had only a short time to arrive before the next one.
    pub doubtful: bool,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.event {
            Some(event) => write!(f, "{} at event {event}", self.id)?,
            None => write!(f, "{} in the end", self.id)?,
        }
        write!(f, "\n  expected {}\n  got      {}", self.expected, self.got)
    }
}

impl std::error::Error for Mismatch {}

/// Plays the transcript against the server.
pub fn play(
    transcript: &Transcript,
    server: SocketAddr,
    options: &Options,
) -> Result<(), Mismatch> {
    let mismatch = |event: Option<usize>, expected: &str, got: String, doubtful: bool| Mismatch {
        id: transcript.id.clone(),
        event,
        expected: expected.to_owned(),
        got,
        doubtful,
    };
    let table = |e| mismatch(None, "a deviation table that fits", e, false);
    let plan = options.deviations.plan(transcript).map_err(table)?;
    let log = options.deviations.planned_log(transcript).map_err(table)?;
    let mut player = Player {
        transcript,
        server,
        options,
        expected_log: ExpectedLog::new(log, &transcript.events),
        shared: Shared {
            bindings: Bindings::new(&server.to_string()),
            polls: Streams::default(),
            offer: options.offer.clone(),
            recorded_transports: transcript.transports(),
        },
        conversations: BTreeMap::new(),
        previous: (0, Instant::now()),
        late: Duration::ZERO,
        waited_blindly: false,
    };
    let last = plan.len().saturating_sub(1);
    for (position, planned) in plan.iter().enumerate() {
        if let Err(got) = player.step(planned, position == last) {
            return Err(mismatch(
                Some(planned.index),
                &shown(&planned.event),
                got,
                player.doubtful(),
            ));
        }
    }
    player.finish().map_err(|got| {
        mismatch(
            None,
            "nothing more, and the application's log",
            got,
            player.doubtful(),
        )
    })
}

struct Player<'a> {
    transcript: &'a Transcript,
    server: SocketAddr,
    options: &'a Options,
    expected_log: ExpectedLog,
    shared: Shared,
    conversations: BTreeMap<String, Conversation>,
    /// The event before: its time in the recording, and ours.
    previous: (u64, Instant),
    /// How far the client side has fallen behind the recording, all in all, where the pace matters.
    late: Duration,
    /// Whether a request was given time to arrive, and nothing showed that it did.
    waited_blindly: bool,
}

impl Player<'_> {
    fn step(&mut self, planned: &PlannedStep, is_last: bool) -> Result<(), String> {
        let Event { t, conn, step } = &planned.event;
        if step.is_out() {
            self.await_log(&self.expected_log.seen_before(*t))?;
            self.pause(*t);
            self.send(planned.index, *t, conn, step)?;
        } else if let Step::Quiet(ms) = step {
            let whole = self.transcript.is_timed() && !is_last;
            let asked = Duration::from_millis(*ms);
            let wait = if whole { asked } else { self.brief(asked) };
            self.conversation(conn)?
                .expect_quiet(Instant::now() + wait)?;
            self.waited_blindly = true;
        } else {
            self.receive(planned)?;
        }
        self.previous = (*t, Instant::now());
        Ok(())
    }

    fn pause(&mut self, t: u64) {
        let gap = t.saturating_sub(self.previous.0);
        let timed = self.transcript.is_timed();
        if gap >= SHORTEST_PAUSE {
            let gap = Duration::from_millis(gap);
            let until = self.previous.1 + if timed { gap } else { self.brief(gap) };
            std::thread::sleep(until.saturating_duration_since(Instant::now()));
            self.waited_blindly = true;
        }
        if timed {
            let since = self.previous.1.elapsed();
            self.late += since.saturating_sub(Duration::from_millis(gap));
        }
    }

    fn brief(&self, recorded: Duration) -> Duration {
        recorded.min(BRIEFLY) * self.options.slowdown
    }

    fn doubtful(&self) -> bool {
        self.late > TOO_LATE || self.waited_blindly
    }

    fn send(&mut self, index: usize, t: u64, conn: &str, step: &Step) -> Result<(), String> {
        if !self.conversations.contains_key(conn) {
            let address = match step {
                Step::Connect(setting) => self.address_of(setting)?,
                _ => self.server,
            };
            self.conversations
                .insert(conn.to_owned(), Conversation::open(address)?);
        }
        let bindings = self.shared.bindings.clone();
        let conversation = self.conversation(conn)?;
        // Taken before sending, so that what the server does in answer cannot seem early.
        conversation.last_sent = (t, Instant::now());
        conversation.act(index, step, &bindings)?;
        if matches!(
            step,
            Step::Close(ClosingManner::Abort | ClosingManner::Reset)
        ) {
            self.conversations.remove(conn);
        }
        Ok(())
    }

    fn receive(&mut self, planned: &PlannedStep) -> Result<(), String> {
        let Event { t, conn, step } = &planned.event;
        let conversation = self
            .conversations
            .get_mut(conn)
            .ok_or("an arrival on no connection")?;
        let deadline = Instant::now() + self.options.limit;
        let asked_by = conversation.expect(step, &mut self.shared, deadline)?;
        let recorded = t.saturating_sub(conversation.last_sent.0);
        let taken = conversation.last_sent.1.elapsed();
        let timed = self.transcript.is_timed() && !planned.deviates && recorded >= TIMED;
        if timed && taken < Duration::from_millis(recorded * 3 / 4) {
            return Err(format!(
                "the same, but already after {taken:?} instead of {recorded} ms"
            ));
        }
        if timed {
            self.late += taken.saturating_sub(Duration::from_millis(recorded));
        }
        match asked_by {
            Some(event) => self.await_log(&self.expected_log.caused_by(event)),
            None => Ok(()),
        }
    }

    fn finish(&mut self) -> Result<(), String> {
        self.await_log(&self.expected_log.in_the_end())?;
        for (conn, conversation) in &mut self.conversations {
            conversation
                .expect_nothing_left()
                .map_err(|e| format!("on {conn}: {e}"))?;
        }
        if let Some(packets) = self.shared.polls.surplus() {
            return Err(format!("packets that were never recorded: {packets}"));
        }
        match &self.options.log {
            Some(log) => self.expected_log.compare(&log.snapshot()),
            None => Ok(()),
        }
    }

    fn await_log(&self, requirement: &Requirement) -> Result<(), String> {
        let Some(log) = &self.options.log else {
            return Ok(());
        };
        if log.wait_until(Instant::now() + self.options.limit, |lines| {
            requirement.is_met(lines)
        }) {
            return Ok(());
        }
        Err(format!(
            "the application never saw {requirement:?}, only {:#?}",
            log.snapshot()
        ))
    }

    fn conversation(&mut self, conn: &str) -> Result<&mut Conversation, String> {
        self.conversations
            .get_mut(conn)
            .ok_or_else(|| format!("there is no connection {conn:?}"))
    }

    fn address_of(&self, setting: &str) -> Result<SocketAddr, String> {
        let address = self.options.other_addresses.get(setting);
        address
            .copied()
            .ok_or_else(|| format!("the server has no {setting:?}"))
    }
}

fn shown(event: &Event) -> String {
    let step = match &event.step {
        Step::Response(response) | Step::ResponseHead(response) => {
            let set = |name: &String| {
                response
                    .explicit_headers
                    .as_ref()
                    .is_none_or(|set| set.contains(name))
            };
            let headers: Vec<_> = response
                .headers
                .iter()
                .filter(|(name, _)| set(name))
                .collect();
            let body = response.body.as_deref().unwrap_or_default();
            format!(
                "{} {} {headers:?} {body:?}",
                response.status, response.reason
            )
        }
        step => format!("{step:?}"),
    };
    let cut: String = step.chars().take(1000).collect();
    format!(
        "on {}: {cut}{}",
        event.conn,
        if cut.len() < step.len() { "…" } else { "" }
    )
}

#[cfg(test)]
#[path = "player_tests.rs"]
mod tests;
