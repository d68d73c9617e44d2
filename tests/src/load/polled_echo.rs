//! Events with acknowledgements on xhr-polling.

use std::rc::Rc;

use super::awaited_answers::AwaitedAnswers;
use super::load_error::LoadError;
use super::measurement::{Throughput, Timing};
use super::polling_client::PollingClient;
use super::server_process::ServerProcess;
use super::session_opener::SessionOpener;
use super::tally::{Clients, Tally, measure, run};

/// Clients with one event in flight each: a poll that is held, an upload, and the poll's answer.
#[derive(Debug, Clone, Copy)]
pub struct PolledEcho {
    /// How many clients.
    pub clients: usize,
}

impl PolledEcho {
    /// Puts the load on a server; a message is an event and its answer.
    ///
    /// # Errors
    /// If anything but the right answers comes.
    pub fn measure(self, server: &ServerProcess, timing: Timing) -> Result<Throughput, LoadError> {
        run("a load of polled echoes", async {
            let tally = Rc::new(Tally::default());
            let mut opener = SessionOpener::new(server).await?;
            let mut sessions = Vec::new();
            for _ in 0..self.clients {
                sessions.push(opener.polling().await?);
            }
            let mut clients = Clients::new();
            for (number, session) in sessions.into_iter().enumerate() {
                let awaited = AwaitedAnswers::new(server.protocol(), number);
                clients.spawn_local(talk(session, awaited, Rc::clone(&tally)));
            }
            measure(server, timing, &tally, &mut clients).await
        })
    }
}

async fn talk(
    mut session: PollingClient,
    mut awaited: AwaitedAnswers,
    tally: Rc<Tally>,
) -> Result<(), LoadError> {
    while !tally.is_stopping() {
        let answer = session.exchange(&awaited.next_event()).await?;
        tally.count_answer(awaited.take(answer.as_bytes())?);
    }
    Ok(())
}
