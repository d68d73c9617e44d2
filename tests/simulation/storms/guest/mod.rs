//! Clients that keep to the protocol, whatever the network does to them.

mod conversation;
mod frames;
pub(crate) mod http;
mod polling;
mod script;
mod websocket;

use std::sync::Arc;
use std::time::Duration;

use futures_lite::future::or;

use self::conversation::{Conversation, Over};
use self::http::Http;
use self::polling::Requests;

pub(crate) use self::frames::{TEXT, push_frame};
pub(crate) use self::script::{Farewell, Says, Step, draw};
pub(crate) use self::websocket::UPGRADE;
use crate::application::{AT_ONCE, SIDE};
use crate::dialer::{Dialer, Lost, Role};
use crate::ledger::Ledger;

/// How long a short request may take.
const PATIENCE: Duration = Duration::from_secs(40);

/// How often a client tries in vain before it gives up.
const ATTEMPTS: usize = 30;

/// How a client is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    WebSocket,
    XhrPolling,
    JsonpPolling,
    HtmlFile,
}

impl Transport {
    pub(crate) const ALL: [Self; 4] = [
        Self::WebSocket,
        Self::XhrPolling,
        Self::JsonpPolling,
        Self::HtmlFile,
    ];
}

/// A client.
pub(crate) struct Guest {
    pub(crate) ledger: Ledger,
    pub(crate) dialer: Dialer,
    pub(crate) transport: Transport,
    pub(crate) steps: Vec<Step>,
    pub(crate) farewell: Farewell,
}

/// How far a session went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Went {
    /// The client has done what it had to do.
    ToItsEnd,
    /// The session ended before.
    Only(usize),
}

impl Guest {
    /// Lives: with one session after another, until everything is said.
    pub(crate) async fn live(mut self) {
        let mut said = 0;
        for _ in 0..ATTEMPTS {
            let Ok(sid) = self.handshake().await else {
                self.dialer.pause(Duration::from_secs(1)).await;
                continue;
            };
            let talk = Conversation::new(&self.ledger, &sid);
            match self.be_there(&talk, said).await {
                Went::ToItsEnd => return,
                Went::Only(steps) => said = steps,
            }
            let wait = Duration::from_millis(self.dialer.random.within(0..2000));
            self.dialer.pause(wait).await;
        }
    }

    async fn handshake(&mut self) -> Result<String, Lost> {
        self.dialer.loss = Arc::default();
        let mut http = Http::on(self.dialer.dial(Role::Handshake)?);
        let answer = async {
            http.get("/socket.io/1/").await?;
            http.answer().await
        };
        let line = self.dialer.within(PATIENCE, answer).await?;
        let (sid, _) = line.split_once(':').expect("a handshake");
        self.ledger.begin(sid, &self.dialer.loss);
        Ok(sid.to_owned())
    }

    async fn be_there(&mut self, talk: &Conversation, said: usize) -> Went {
        let mut carrier = self.dialer.clone();
        carrier.random = self.dialer.random.branch();
        let transport = self.transport;
        let went = or(self.act(talk, said), async {
            carry(&mut carrier, talk, transport).await;
            std::future::pending().await
        });
        went.await
    }

    /// Says one thing after the other, as long as the session goes on.
    async fn act(&self, talk: &Conversation, mut said: usize) -> Went {
        for (number, step) in self.steps.iter().enumerate().skip(said) {
            let pause = async {
                self.dialer.pause(step.pause).await;
                false
            };
            let over = async {
                talk.until_over().await;
                true
            };
            said = number;
            if or(over, pause).await {
                return Went::Only(said);
            }
            let endpoint = match number % 7 {
                3 => SIDE,
                5 => AT_ONCE,
                _ => "",
            };
            // Other clients' numbers are others.
            let event = u64::from(self.dialer.address) * 1_000_000 + number as u64 + 1;
            step.says.say(talk, endpoint, event);
        }
        let answered = async {
            talk.until(Conversation::is_answered).await;
        };
        or(answered, self.dialer.pause(Duration::from_secs(15))).await;
        if self.leave(talk).await {
            return Went::ToItsEnd;
        }
        Went::Only(said + 1)
    }

    /// True if that was the end.
    async fn leave(&self, talk: &Conversation) -> bool {
        let world = &self.dialer.world;
        world.say(format!("{}: leaves: {:?}", talk.sid(), self.farewell));
        match self.farewell {
            Farewell::Goodbye => {
                talk.send("0::");
                or(talk.until_over(), self.dialer.pause(PATIENCE)).await;
            }
            Farewell::Request => {
                talk.begin_leaving();
                let mut dialer = self.dialer.clone();
                let asked = async {
                    let mut http = Http::on(dialer.dial(Role::Leave)?);
                    let target = format!("/socket.io/1//{}/?disconnect=1", talk.sid());
                    http.get(&target).await?;
                    http.answer().await
                };
                let _ = or(asked, async {
                    self.dialer.pause(PATIENCE).await;
                    Err(Lost)
                })
                .await;
            }
            Farewell::Close => {}
            Farewell::Vanish => {
                talk.freeze();
                self.dialer.pause(Duration::from_secs(200)).await;
            }
        }
        talk.over() != Some(Over::Unknown) || self.farewell != Farewell::Goodbye
    }
}

/// Carries a session until it is over; what is lost is taken up again, on the same transport or on
/// another.
async fn carry(dialer: &mut Dialer, talk: &Conversation, first: Transport) {
    let mut transport = first;
    for _ in 0..ATTEMPTS {
        let carried = match transport {
            Transport::WebSocket => websocket::carry(dialer, talk).await,
            Transport::XhrPolling => polling::carry(dialer, talk, Requests::XhrPolling).await,
            Transport::JsonpPolling => polling::carry(dialer, talk, Requests::JsonpPolling).await,
            Transport::HtmlFile => polling::carry(dialer, talk, Requests::HtmlFile).await,
        };
        if carried == Ok(()) || talk.over().is_some() {
            return;
        }
        let millis = match dialer.random.index(8) {
            0 => dialer.random.within(0..70_000),
            1..=4 => dialer.random.within(0..300),
            _ => 0,
        };
        dialer.pause(Duration::from_millis(millis)).await;
        if dialer.random.chance(20) {
            transport = dialer.random.one_of(&Transport::ALL);
        }
    }
    talk.end(Over::Unreachable);
}
