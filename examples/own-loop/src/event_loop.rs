//! What happens next: a socket is ready, time has passed, a session has an order.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mio::event::Event;
use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token, Waker};
use socketio_session::Instant;

use crate::connection::{Connection, Fate};
use crate::routes::Service;

/// The most connections at once. Others wait in the operating system's queue. If each brings the
/// largest body and never its last byte, they hold 1.1 GB.
const MAX_CONNECTIONS: usize = 1000;

/// How long nobody is accepted when that has failed: for want of descriptors, usually.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long clients have to take their goodbye.
const SHUTDOWN_TIME: Duration = Duration::from_secs(5);

const LISTENER: Token = Token(0);
const INTERRUPT: Token = Token(1);
const FIRST_CONNECTION: usize = 2;

/// The loop, and everything in it.
pub(crate) struct EventLoop {
    poll: Poll,
    /// `None` when the loop is coming to its end.
    listener: Option<TcpListener>,
    interrupt: Arc<Waker>,
    /// By numbers that are never used twice.
    connections: HashMap<Token, Connection>,
    next_token: usize,
    /// Connections that want another turn.
    again: BTreeSet<Token>,
    service: Service,
    start: std::time::Instant,
    /// When to try again what did not succeed.
    accepts_at: Option<Instant>,
    ends_by: Option<Instant>,
}

impl EventLoop {
    pub(crate) fn bind(address: SocketAddr, service: Service) -> io::Result<Self> {
        let poll = Poll::new()?;
        let mut listener = TcpListener::bind(address)?;
        poll.registry()
            .register(&mut listener, LISTENER, Interest::READABLE)?;
        Ok(Self {
            interrupt: Arc::new(Waker::new(poll.registry(), INTERRUPT)?),
            poll,
            listener: Some(listener),
            connections: HashMap::new(),
            next_token: FIRST_CONNECTION,
            again: BTreeSet::new(),
            service,
            start: std::time::Instant::now(),
            accepts_at: None,
            ends_by: None,
        })
    }

    pub(crate) fn local_addr(&self) -> io::Result<SocketAddr> {
        let listener = self.listener.as_ref();
        listener.map_or_else(
            || Err(io::ErrorKind::NotConnected.into()),
            |it| it.local_addr(),
        )
    }

    /// What brings the loop to its end, from any thread.
    pub(crate) fn interrupter(&self) -> impl FnMut() + Send + 'static {
        let interrupt = Arc::clone(&self.interrupt);
        move || {
            if let Err(error) = interrupt.wake() {
                eprintln!("the loop cannot be interrupted: {error}");
            }
        }
    }

    pub(crate) fn run(mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(256);
        while !self.is_over() {
            match self.poll.poll(&mut events, self.time_to_wait()) {
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
            let now = self.now();
            // Whoever is in it has one turn, though it may be there for several reasons.
            let mut ready = std::mem::take(&mut self.again);
            ready.extend(events.iter().map(Event::token));
            for token in ready {
                match token {
                    INTERRUPT => self.begin_to_end(now),
                    // That of the listener belongs to no connection.
                    token => self.serve(token, |connection, service| connection.run(now, service)),
                }
                // Before the next one may add to what the sessions have to send.
                self.obey_orders(now);
            }
            self.pass_time(now);
            self.obey_orders(now);
            self.accept(now);
        }
        Ok(())
    }

    /// The loop's clock, which is that of the sessions.
    fn now(&self) -> Instant {
        Instant::from_start(self.start.elapsed())
    }

    /// How long nothing happens unless a socket is ready.
    fn time_to_wait(&self) -> Option<Duration> {
        if !self.again.is_empty() {
            return Some(Duration::ZERO);
        }
        // A walk over all connections costs less than what woke us up.
        let connections = self.connections.values().filter_map(Connection::deadline);
        let sessions = self.service.sessions.deadline();
        let others = [sessions, self.accepts_at, self.ends_by];
        let next = connections.chain(others.into_iter().flatten()).min()?;
        Some(next.saturating_duration_since(self.now()))
    }

    /// Lets a connection do something, and sees to what becomes of it.
    fn serve(&mut self, token: Token, act: impl FnOnce(&mut Connection, &mut Service) -> Fate) {
        let Some(connection) = self.connections.get_mut(&token) else {
            return;
        };
        match act(connection, &mut self.service) {
            Fate::Waits => {}
            Fate::ComesAgain => drop(self.again.insert(token)),
            // What is dropped is closed, and forgotten by the poll.
            Fate::IsOver => drop(self.connections.remove(&token)),
        }
    }

    /// Accepts who waits. It is tried in every round but those of a pause, for the poll does not
    /// say again that somebody waits whom we had no room for.
    fn accept(&mut self, now: Instant) {
        if self.accepts_at.is_some_and(|at| now < at) {
            return;
        }
        self.accepts_at = None;
        while self.connections.len() < MAX_CONNECTIONS {
            let Some(listener) = &self.listener else {
                return;
            };
            let mut stream = match listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if is_about_one_connection(&error) => continue,
                Err(error) => {
                    eprintln!("a connection cannot be accepted: {error}");
                    self.accepts_at = Some(now + ACCEPT_PAUSE);
                    return;
                }
            };
            // Answers are small and someone waits for them.
            let _ = stream.set_nodelay(true);
            let token = Token(self.next_token);
            let interests = Interest::READABLE | Interest::WRITABLE;
            let registry = self.poll.registry();
            if let Err(error) = registry.register(&mut stream, token, interests) {
                eprintln!("a connection cannot be polled: {error}");
                continue;
            }
            self.next_token += 1;
            let connection = Connection::new(now, token, stream);
            self.connections.insert(token, connection);
        }
    }

    /// Sees to every deadline that has come.
    fn pass_time(&mut self, now: Instant) {
        self.service.sessions.handle_timeout(now);
        let is_late = |connection: &Connection| connection.deadline().is_some_and(|at| at <= now);
        let late = self.connections.iter().filter(|(_, it)| is_late(it));
        for token in late.map(|(token, _)| *token).collect::<Vec<_>>() {
            self.serve(token, |connection, service| connection.expire(now, service));
        }
    }

    /// Does what the sessions want, until they want nothing more.
    fn obey_orders(&mut self, now: Instant) {
        while let Some(order) = self.service.sessions.next_order(now) {
            self.serve(order.connection, |connection, service| {
                connection.obey(now, service, order.wish)
            });
        }
    }

    /// Accepts nobody any more and says goodbye to everybody. Whose connection is here can still
    /// fetch it.
    fn begin_to_end(&mut self, now: Instant) {
        if self.listener.take().is_some() {
            self.ends_by = Some(now + SHUTDOWN_TIME);
            self.service.sessions.end_all(now);
        }
    }

    fn is_over(&mut self) -> bool {
        let Some(ends_by) = self.ends_by else {
            return false;
        };
        if self.service.sessions.is_empty() {
            self.connections
                .retain(|_, connection| !connection.is_idle());
        }
        self.connections.is_empty() || self.now() >= ends_by
    }
}

/// Whether the next connection may well be accepted.
fn is_about_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}
