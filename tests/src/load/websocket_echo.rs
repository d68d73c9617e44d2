//! Events with acknowledgements on websockets.

use std::rc::Rc;

use super::awaited_answers::AwaitedAnswers;
use super::load_error::LoadError;
use super::measurement::{Throughput, Timing};
use super::server_process::ServerProcess;
use super::session_opener::SessionOpener;
use super::tally::{Clients, Tally, measure, run};
use super::websocket_client::WebSocketClient;

/// Clients that always have the same number of events in flight.
#[derive(Debug, Clone, Copy)]
pub struct WebSocketEcho {
    /// How many clients.
    pub clients: usize,
    /// Events that each has sent and not seen answered.
    pub in_flight: usize,
}

impl WebSocketEcho {
    /// Puts the load on a server; a message is an event and its answer.
    ///
    /// # Errors
    /// If anything but the right answers comes.
    pub fn measure(self, server: &ServerProcess, timing: Timing) -> Result<Throughput, LoadError> {
        run("a load of echoes on websockets", async {
            let tally = Rc::new(Tally::default());
            let mut opener = SessionOpener::new(server).await?;
            let mut sessions = Vec::new();
            for _ in 0..self.clients {
                sessions.push(opener.websocket().await?);
            }
            let mut clients = Clients::new();
            for (number, session) in sessions.into_iter().enumerate() {
                let awaited = AwaitedAnswers::new(server.protocol(), number);
                clients.spawn_local(talk(session, awaited, self.in_flight, Rc::clone(&tally)));
            }
            measure(server, timing, &tally, &mut clients).await
        })
    }
}

async fn talk(
    mut session: WebSocketClient,
    mut awaited: AwaitedAnswers,
    in_flight: usize,
    tally: Rc<Tally>,
) -> Result<(), LoadError> {
    loop {
        while awaited.len() < in_flight && !tally.is_stopping() {
            session.queue(&awaited.next_event());
        }
        if awaited.len() == 0 {
            return Ok(());
        }
        session.flush().await?;
        tally.count_answer(awaited.take(session.next().await?)?);
        while let Some(packet) = session.next_read()? {
            tally.count_answer(awaited.take(packet)?);
        }
    }
}
