//! What a server tells `tracing`.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use socketio_server::ServerBuilder;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Dispatch, Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};

use crate::server::TestServer;
use crate::waiting::eventually;

/// The fields of a line, the message and the level among them.
pub(crate) type Line = BTreeMap<&'static str, String>;

/// The lines that a server has logged, of one target or of all.
#[derive(Clone)]
pub(crate) struct Lines {
    target: Option<&'static str>,
    logged: Arc<Mutex<Vec<Line>>>,
}

impl Lines {
    pub(crate) fn all(&self) -> Vec<Line> {
        self.logged
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits for a line with this message.
    #[track_caller]
    pub(crate) fn expect(&self, message: &str) -> Line {
        let find = || {
            let lines = self.all();
            lines.into_iter().find(|line| line["message"] == message)
        };
        eventually(message, || find().is_some());
        find().expect("it was just there")
    }

    /// Waits for so many lines.
    #[track_caller]
    pub(crate) fn first(&self, count: usize) -> Vec<Line> {
        eventually("that many lines", || self.all().len() >= count);
        self.all()
    }
}

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let about = event.metadata();
        if self.target.is_some_and(|target| about.target() != target) {
            return;
        }
        let mut reading = Reading(Line::from([("level", about.level().to_string())]));
        event.record(&mut reading);
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        logged.push(reading.0);
    }
}

struct Reading(Line);

impl Visit for Reading {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

/// As long as there is a single subscriber, `tracing` asks whichever thread comes first whether
/// anybody listens: the thread of another test would say no for all.
fn not_the_only_subscriber() {
    static OTHER: OnceLock<Dispatch> = OnceLock::new();
    OTHER.get_or_init(|| Dispatch::new(tracing_subscriber::registry()));
}

/// A server with a listener of its own, of which alone is told.
pub(crate) fn start(
    builder: ServerBuilder,
    target: &'static str,
    filter: LevelFilter,
) -> (TestServer, Lines) {
    start_hearing(builder, Some(target), filter)
}

/// Likewise, whatever the target.
pub(crate) fn start_hearing_all(
    builder: ServerBuilder,
    filter: LevelFilter,
) -> (TestServer, Lines) {
    start_hearing(builder, None, filter)
}

fn start_hearing(
    builder: ServerBuilder,
    target: Option<&'static str>,
    filter: LevelFilter,
) -> (TestServer, Lines) {
    not_the_only_subscriber();
    let lines = Lines {
        target,
        logged: Arc::default(),
    };
    let subscriber = tracing_subscriber::registry().with(lines.clone().with_filter(filter));
    let server = TestServer::traced(builder, Dispatch::new(subscriber));
    (server, lines)
}

pub(crate) fn field<'a>(line: &'a Line, name: &str) -> Option<&'a str> {
    line.get(name).map(String::as_str)
}
