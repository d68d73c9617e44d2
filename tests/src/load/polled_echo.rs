//! Events with acknowledgements on xhr-polling.

use std::rc::Rc;

use super::event_text::{echo_answer, echo_event};
use super::load_error::{LoadError, expect};
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
            let mut opener = SessionOpener::new(server.port()).await?;
            let mut sessions = Vec::new();
            for _ in 0..self.clients {
                sessions.push(opener.polling().await?);
            }
            let mut clients = Clients::new();
            for (number, session) in sessions.into_iter().enumerate() {
                clients.spawn_local(talk(session, number, Rc::clone(&tally)));
            }
            measure(server, timing, &tally, &mut clients).await
        })
    }
}

async fn talk(
    mut session: PollingClient,
    number: usize,
    tally: Rc<Tally>,
) -> Result<(), LoadError> {
    let mut id = 0;
    while !tally.is_stopping() {
        id += 1;
        let answer = session.exchange(&echo_event(number, id)).await?;
        expect(&echo_answer(number, id), &answer)?;
        tally.count();
    }
    Ok(())
}
