//! Sessions that only exist.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::awaited_answers::AwaitedAnswers;
use super::load_error::LoadError;
use super::measurement::Memory;
use super::server_process::ServerProcess;
use super::session_opener::SessionOpener;
use super::tally::run;
use super::websocket_client::WebSocketClient;

/// Sessions that are opened, and that speak, at the same time.
const AT_ONCE: usize = 64;

/// How long the server is left alone before its memory is looked at.
const SETTLING: Duration = Duration::from_millis(500);

/// Descriptors that either process needs for other things.
const OTHER_DESCRIPTORS: usize = 256;

/// Sessions on websockets that say nothing.
#[derive(Debug, Clone, Copy)]
pub struct IdleSessions {
    /// How many.
    pub sessions: usize,
}

/// The memory of a server at three points of time.
#[derive(Debug, Clone, Copy)]
pub struct IdleMemory {
    /// How many sessions there were.
    pub sessions: usize,
    /// With a few sessions that had spoken and left.
    pub before: Memory,
    /// With the sessions, just opened.
    pub fresh: Memory,
    /// With the same sessions, after each has sent an event and seen it answered.
    pub spoken: Memory,
}

impl IdleSessions {
    /// As many of the sessions as the server's limit of descriptors, and therefore that of its
    /// parent, allows.
    ///
    /// # Errors
    /// If the server has ended.
    pub fn within_limits(self, server: &ServerProcess) -> Result<Self, LoadError> {
        let limit = server.descriptor_limit()?.saturating_sub(OTHER_DESCRIPTORS);
        Ok(Self {
            sessions: self.sessions.min(limit),
        })
    }

    /// Opens the sessions, lets each speak once, and looks at the server's memory.
    ///
    /// # Errors
    /// If anything but the right answers comes.
    pub fn measure(self, server: &ServerProcess) -> Result<IdleMemory, LoadError> {
        run("opening idle sessions", async {
            drop(speak_all(server, open_all(server, AT_ONCE).await?).await?);
            sleep(SETTLING).await;
            let before = server.memory()?;
            let sessions = open_all(server, self.sessions).await?;
            sleep(SETTLING).await;
            let fresh = server.memory()?;
            let sessions = speak_all(server, sessions).await?;
            sleep(SETTLING).await;
            Ok(IdleMemory {
                sessions: sessions.len(),
                before,
                fresh,
                spoken: server.memory()?,
            })
        })
    }
}

/// Sessions that some of the tasks have opened or used.
pub(super) type Sessions = Result<Vec<WebSocketClient>, LoadError>;

pub(super) async fn open_all(server: &ServerProcess, count: usize) -> Sessions {
    let mut openers = JoinSet::new();
    for opener in 0..AT_ONCE {
        let share = (opener..count).step_by(AT_ONCE).len();
        let mut opener = SessionOpener::new(server).await?;
        openers.spawn_local(async move {
            let mut sessions = Vec::with_capacity(share);
            for _ in 0..share {
                let mut session = opener.websocket().await?;
                session.rest();
                sessions.push(session);
            }
            Ok(sessions)
        });
    }
    collect(openers).await
}

pub(super) async fn speak_all(server: &ServerProcess, sessions: Vec<WebSocketClient>) -> Sessions {
    let mut speakers = JoinSet::new();
    let protocol = server.protocol();
    let mut rest = sessions.into_iter().enumerate();
    let share = rest.len().div_ceil(AT_ONCE);
    loop {
        let some: Vec<_> = rest.by_ref().take(share).collect();
        if some.is_empty() {
            return collect(speakers).await;
        }
        speakers.spawn_local(async move {
            let mut spoken = Vec::with_capacity(some.len());
            for (number, mut session) in some {
                let mut awaited = AwaitedAnswers::new(protocol, number);
                session.queue(&awaited.next_event());
                session.flush().await?;
                awaited.take(session.next().await?)?;
                session.rest();
                spoken.push(session);
            }
            Ok(spoken)
        });
    }
}

async fn collect(mut tasks: JoinSet<Sessions>) -> Sessions {
    let mut sessions = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        sessions.extend(ended.map_err(std::io::Error::from)??);
    }
    Ok(sessions)
}
