//! Everybody at once, after the server was gone.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::awaited_answers::AwaitedAnswers;
use super::idle_sessions::{open_all, speak_all};
use super::load_error::LoadError;
use super::protocol::Protocol;
use super::server_process::ServerProcess;
use super::session_opener::SessionOpener;
use super::soak::parse_counts;
use super::tally::run;

/// How long the server may take to count right.
const COUNTING: Duration = Duration::from_secs(30);

/// How long a server is under load before it dies.
const LIFE: Duration = Duration::from_millis(300);

/// Events that a client has to have answered after it has come back.
const EVENTS: usize = 20;

/// Clients on websockets, whose server dies and is started again.
#[derive(Debug, Clone, Copy)]
pub struct ReconnectStorm {
    /// How many.
    pub clients: usize,
}

impl ReconnectStorm {
    /// Connects all clients, and lets each have an event answered; has the server die by
    /// `replace`, which gives another one on the same port; and has all of them come back.
    ///
    /// # Errors
    /// If anything but the right answers comes, or a server that tells its counts does not count
    /// every client once.
    pub fn pass_over(
        self,
        first: ServerProcess,
        replace: impl FnOnce(ServerProcess) -> Result<ServerProcess, LoadError>,
    ) -> Result<ServerProcess, LoadError> {
        run("a reconnect storm", async {
            let sessions = open_all(&first, self.clients).await?;
            let sessions = speak_all(&first, sessions).await?;
            await_count(&first, self.clients).await?;
            let second = replace(first)?;
            drop(sessions);
            let sessions = open_all(&second, self.clients).await?;
            let sessions = speak_all(&second, sessions).await?;
            await_count(&second, self.clients).await?;
            drop(sessions);
            await_count(&second, 0).await?;
            Ok(second)
        })
    }

    /// Has the server die while every client is in the midst of speaking. Each comes back to
    /// another one when it can.
    ///
    /// # Errors
    /// If a client hears anything but right answers, or the end of its connection.
    pub fn strike_in_mid_flight(
        self,
        first: ServerProcess,
        replace: impl FnOnce(ServerProcess) -> Result<ServerProcess, LoadError>,
    ) -> Result<ServerProcess, LoadError> {
        run("a server that dies under load", async {
            let mut clients = JoinSet::new();
            for number in 0..self.clients {
                let mut opener = SessionOpener::new(&first).await?;
                let mut socket = opener.websocket().await?;
                clients.spawn_local(async move {
                    let mut awaited = AwaitedAnswers::new(Protocol::Legacy, number);
                    loop {
                        socket.queue(&awaited.next_event());
                        socket.flush().await?;
                        let _ = awaited.take(socket.next().await?)?;
                    }
                });
            }
            sleep(LIFE).await;
            let second = replace(first)?;
            while let Some(ended) = clients.join_next().await {
                let ended: Result<(), LoadError> = ended.map_err(std::io::Error::from)?;
                match ended {
                    Err(LoadError::Io(_) | LoadError::Closed) => {}
                    other => other?,
                }
            }
            let mut back = JoinSet::new();
            for number in 0..self.clients {
                let mut opener = SessionOpener::new(&second).await?;
                back.spawn_local(async move {
                    let mut socket = opener.websocket().await?;
                    let mut awaited = AwaitedAnswers::new(Protocol::Legacy, number);
                    for _ in 0..EVENTS {
                        socket.queue(&awaited.next_event());
                        socket.flush().await?;
                        let _ = awaited.take(socket.next().await?)?;
                    }
                    Ok::<_, LoadError>(())
                });
            }
            while let Some(ended) = back.join_next().await {
                ended.map_err(std::io::Error::from)??;
            }
            await_count(&second, 0).await?;
            Ok(second)
        })
    }
}

/// Waits until the server counts so many sessions.
pub(super) async fn await_count(server: &ServerProcess, wanted: usize) -> Result<(), LoadError> {
    let end = Instant::now() + COUNTING;
    loop {
        let line = server.last_line();
        let counts = parse_counts(&line);
        if counts.is_some_and(|counts| counts.sessions == wanted) {
            return Ok(());
        }
        if Instant::now() > end {
            return Err(LoadError::wrong(
                &format!("{wanted} sessions"),
                line.as_bytes(),
            ));
        }
        sleep(Duration::from_millis(100)).await;
    }
}
