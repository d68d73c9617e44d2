//! Clients that poll, and whose server dies among their polls and posts.

use std::rc::Rc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::awaited_answers::AwaitedAnswers;
use super::load_error::{LoadError, expect};
use super::polling_client::{NOT_HANDSHAKEN, PollingClient};
use super::protocol::Protocol;
use super::reconnect_storm::await_count;
use super::server_process::ServerProcess;
use super::session_opener::SessionOpener;
use super::tally::run;

/// Answers that each client has before the server dies.
const ANSWERS_BEFORE: usize = 3;

/// Answers that each client has when it has come back.
const ANSWERS_AFTER: usize = 10;

/// Clients on xhr-polling, each with a poll and an event under way all the time.
#[derive(Debug, Clone, Copy)]
pub struct PollingStorm {
    /// How many.
    pub clients: usize,
}

/// A client whose server has died, with the event that was not answered.
struct Stranded {
    target: String,
    awaited: AwaitedAnswers,
}

impl PollingStorm {
    /// Has the server die by `replace`, which gives another one on the same port, while every
    /// client speaks. Each polls on, is told that the server does not know it, makes a new
    /// handshake, says again what was not answered, and goes on.
    ///
    /// # Errors
    /// If an answer is missing, wrong, out of order or comes twice; if who comes back is told
    /// anything else, or gets a session that it had before; or if a server does not count every
    /// client once.
    pub fn pass_over(
        self,
        first: ServerProcess,
        replace: impl FnOnce(ServerProcess) -> Result<ServerProcess, LoadError>,
    ) -> Result<ServerProcess, LoadError> {
        run("a server that dies under polls", async {
            let answered = Rc::new(Semaphore::new(0));
            let mut speaking = JoinSet::new();
            for client in 0..self.clients {
                let session = SessionOpener::new(&first).await?.polling().await?;
                speaking.spawn_local(speak_until_death(session, client, Rc::clone(&answered)));
            }
            await_count(&first, self.clients).await?;
            let answers = u32::try_from(self.clients * ANSWERS_BEFORE).unwrap_or(u32::MAX);
            let _ = answered.acquire_many(answers).await;
            let second = replace(first)?;
            let mut back = JoinSet::new();
            while let Some(ended) = speaking.join_next().await {
                let stranded = ended.map_err(std::io::Error::from)??;
                let opener = SessionOpener::new(&second).await?;
                back.spawn_local(come_back(stranded, opener));
            }
            let mut sessions = Vec::new();
            while let Some(ended) = back.join_next().await {
                sessions.push(ended.map_err(std::io::Error::from)??);
            }
            await_count(&second, self.clients).await?;
            for session in sessions {
                session.say_goodbye().await?;
            }
            await_count(&second, 0).await?;
            Ok(second)
        })
    }
}

/// Has one event after the other answered, until the connections break.
async fn speak_until_death(
    mut session: PollingClient,
    client: usize,
    answered: Rc<Semaphore>,
) -> Result<Stranded, LoadError> {
    let mut awaited = AwaitedAnswers::new(Protocol::Legacy, client);
    for number in 1.. {
        match session.exchange(&awaited.next_event()).await {
            Ok(answer) => {
                let _ = awaited.take(answer.as_bytes())?;
            }
            Err(LoadError::Io(_) | LoadError::Closed) => break,
            Err(other) => return Err(other),
        }
        if number <= ANSWERS_BEFORE {
            answered.add_permits(1);
        }
    }
    let target = session.target().to_owned();
    Ok(Stranded { target, awaited })
}

/// Goes on with what was not answered, in a new session.
async fn come_back(
    stranded: Stranded,
    mut opener: SessionOpener,
) -> Result<PollingClient, LoadError> {
    let Stranded {
        target,
        mut awaited,
    } = stranded;
    let mut old = opener.open_polling(target).await?;
    expect(NOT_HANDSHAKEN, old.poll().await?.as_bytes())?;
    let mut session = opener.polling().await?;
    let target = session.target();
    if target == old.target() {
        return Err(LoadError::wrong("a new session", target.as_bytes()));
    }
    let mut event = awaited.oldest_event();
    for _ in 0..ANSWERS_AFTER {
        let text = event.take().unwrap_or_else(|| awaited.next_event());
        let answer = session.exchange(&text).await?;
        let _ = awaited.take(answer.as_bytes())?;
    }
    Ok(session)
}
