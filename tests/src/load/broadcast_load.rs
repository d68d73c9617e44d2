//! Events for everybody in a namespace.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Instant;

use tokio::sync::Notify;

use super::load_error::{LoadError, expect, expect_start};
use super::measurement::{Throughput, Timing};
use super::protocol::Protocol;
use super::server_process::ServerProcess;
use super::session_opener::SessionOpener;
use super::tally::{Clients, Tally, measure, run};
use super::websocket_client::WebSocketClient;

/// Members of a namespace on websockets. One of them speaks to all, and again as soon as all
/// have heard it.
#[derive(Debug, Clone, Copy)]
pub struct BroadcastLoad {
    /// How many members, the one that speaks included.
    pub members: usize,
}

/// What the members share.
#[derive(Debug)]
struct Audience {
    tally: Rc<Tally>,
    protocol: Protocol,
    members: usize,
    /// How many have yet to hear the latest event.
    waiting: Cell<usize>,
    /// When it was sent.
    sent: Cell<Instant>,
    all_have_heard: Notify,
    /// The event after which nothing more comes, once that is known.
    last: Cell<Option<u64>>,
}

impl Audience {
    /// The event `id` is about to be sent.
    fn announce(&self, id: u64) {
        self.waiting.set(self.members);
        self.sent.set(Instant::now());
        if self.tally.is_stopping() {
            self.last.set(Some(id));
        }
    }

    /// One member has heard the latest event.
    fn hear(&self) {
        self.tally.count(self.sent.get().elapsed());
        self.waiting.set(self.waiting.get() - 1);
        if self.waiting.get() == 0 {
            self.all_have_heard.notify_one();
        }
    }

    /// Nothing else may come next.
    fn expect(&self, id: u64, packet: &[u8]) -> Result<(), LoadError> {
        expect(&self.protocol.event_for_all(id), packet)
    }

    fn is_last(&self, id: u64) -> bool {
        self.last.get() == Some(id)
    }
}

impl BroadcastLoad {
    /// Puts the load on a server; a message is a delivery to one member.
    ///
    /// # Errors
    /// If anything but the right events comes.
    pub fn measure(self, server: &ServerProcess, timing: Timing) -> Result<Throughput, LoadError> {
        run("a load of broadcasts", async {
            let tally = Rc::new(Tally::default());
            let audience = Rc::new(Audience {
                tally: Rc::clone(&tally),
                protocol: server.protocol(),
                members: self.members,
                waiting: Cell::new(0),
                sent: Cell::new(Instant::now()),
                all_have_heard: Notify::new(),
                last: Cell::new(None),
            });
            let mut opener = SessionOpener::new(server).await?;
            let speaker = member(&mut opener, server.protocol()).await?;
            let mut listeners = Vec::new();
            for _ in 1..self.members {
                listeners.push(member(&mut opener, server.protocol()).await?);
            }
            let mut clients = Clients::new();
            for session in listeners {
                clients.spawn_local(listen(session, Rc::clone(&audience)));
            }
            clients.spawn_local(speak(speaker, audience));
            measure(server, timing, &tally, &mut clients).await
        })
    }
}

/// A session that has joined.
async fn member(
    opener: &mut SessionOpener,
    protocol: Protocol,
) -> Result<WebSocketClient, LoadError> {
    let mut session = opener.websocket().await?;
    let (join, joined) = protocol.join_chat();
    session.queue(join);
    session.flush().await?;
    expect_start(joined, session.next().await?)?;
    Ok(session)
}

/// Hears events in their order, until it hears the last.
async fn listen(mut session: WebSocketClient, audience: Rc<Audience>) -> Result<(), LoadError> {
    let mut id = 0;
    while !audience.is_last(id) {
        id += 1;
        audience.expect(id, session.next().await?)?;
        audience.hear();
    }
    Ok(())
}

/// Sends events, each when everybody has heard the one before.
async fn speak(mut session: WebSocketClient, audience: Rc<Audience>) -> Result<(), LoadError> {
    let mut id = 0;
    while !audience.is_last(id) {
        id += 1;
        audience.announce(id);
        session.queue(&audience.protocol.event_for_all(id));
        session.flush().await?;
        audience.expect(id, session.next().await?)?;
        audience.hear();
        audience.all_have_heard.notified().await;
    }
    Ok(())
}
