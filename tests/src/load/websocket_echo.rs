//! Events with acknowledgements on websockets.

use std::rc::Rc;

use super::event_text::{echo_answer, echo_event};
use super::load_error::{LoadError, expect};
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
    pub in_flight: u64,
}

impl WebSocketEcho {
    /// Puts the load on a server; a message is an event and its answer.
    ///
    /// # Errors
    /// If anything but the right answers comes.
    pub fn measure(self, server: &ServerProcess, timing: Timing) -> Result<Throughput, LoadError> {
        run("a load of echoes on websockets", async {
            let tally = Rc::new(Tally::default());
            let mut opener = SessionOpener::new(server.port()).await?;
            let mut sessions = Vec::new();
            for _ in 0..self.clients {
                sessions.push(opener.websocket().await?);
            }
            let mut clients = Clients::new();
            for (number, session) in sessions.into_iter().enumerate() {
                clients.spawn_local(talk(session, number, self.in_flight, Rc::clone(&tally)));
            }
            measure(server, timing, &tally, &mut clients).await
        })
    }
}

async fn talk(
    mut session: WebSocketClient,
    number: usize,
    in_flight: u64,
    tally: Rc<Tally>,
) -> Result<(), LoadError> {
    let (mut sent, mut answered) = (0, 0);
    loop {
        while sent < answered + in_flight && !tally.is_stopping() {
            sent += 1;
            session.queue(&echo_event(number, sent));
        }
        if answered == sent {
            return Ok(());
        }
        session.flush().await?;
        answered += 1;
        expect(&echo_answer(number, answered), session.next().await?)?;
        tally.count();
        while let Some(packet) = session.next_read()? {
            answered += 1;
            expect(&echo_answer(number, answered), packet)?;
            tally.count();
        }
    }
}
