//! A session on a websocket.

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Duration;

use socketio_server::runtime::ByteStream;
use socketio_simulation::{Side, Stream};

use super::conversation::Conversation;
use super::frames::{CLOSE, TEXT, push_frame, take_frame};
use super::http::Http;
use crate::dialer::{Dialer, Lost, Role};

/// How long the upgrade may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long a client that turns away from a connection leaves it open.
const ABANDONED: Duration = Duration::from_secs(120);

/// The most that a client keeps to write before it takes up more to say.
const MOST_UNWRITTEN: usize = 16 << 10;

pub(crate) const UPGRADE: &str = "Upgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

struct WebSocket {
    stream: Stream,
    input: Vec<u8>,
    output: Vec<u8>,
}

/// Carries a session until it is over or the connection lost.
pub(crate) async fn carry(dialer: &mut Dialer, talk: &Conversation) -> Result<(), Lost> {
    let mut socket = open(dialer, talk).await?;
    loop {
        poll_fn(|cx| socket.step(cx, talk)).await?;
        if talk.over().is_some() {
            return Ok(());
        }
        if dialer.random.chance(dialer.weather.cuts / 16) {
            abandon(dialer, socket.stream);
            return Err(Lost);
        }
    }
}

async fn open(dialer: &mut Dialer, talk: &Conversation) -> Result<WebSocket, Lost> {
    let mut http = Http::on(dialer.dial(Role::WebSocket)?);
    let target = format!("/socket.io/1/websocket/{}", talk.sid());
    let opened = async {
        http.send("GET", &target, UPGRADE, "").await?;
        http.head().await
    };
    let head = dialer.within(PATIENCE, opened).await?;
    if head.status != 101 {
        return Err(Lost);
    }
    let (stream, input) = http.into_parts();
    Ok(WebSocket {
        stream,
        input,
        output: Vec::new(),
    })
}

/// Leaves the connection open, and does nothing with it.
pub(crate) fn abandon(dialer: &Dialer, stream: Stream) {
    stream.abandon();
    let sleep = dialer.world.sleep(Side::Clients, ABANDONED);
    dialer.world.spawn(Side::Clients, async move {
        sleep.await;
        drop(stream);
    });
}

impl WebSocket {
    /// Reads and writes as far as possible; done when something has come.
    fn step(&mut self, cx: &mut Context<'_>, talk: &Conversation) -> Poll<Result<(), Lost>> {
        if talk.is_frozen() {
            return Poll::Pending;
        }
        self.take_frames(talk)?;
        if talk.over().is_some() {
            return Poll::Ready(Ok(()));
        }
        talk.wake_on_change(cx.waker());
        if self.output.len() < MOST_UNWRITTEN {
            for packet in talk.take_outgoing(20).0 {
                push_frame(TEXT, packet.as_bytes(), &mut self.output);
            }
        }
        while !self.output.is_empty() {
            match self.stream.poll_write(cx, &self.output) {
                Poll::Ready(written) => drop(self.output.drain(..written?)),
                Poll::Pending => break,
            }
        }
        let mut buffer = [0; 4096];
        match self.stream.poll_read(cx, &mut buffer) {
            Poll::Ready(Ok(0)) => Poll::Ready(Err(Lost)),
            Poll::Ready(read) => {
                self.input.extend(&buffer[..read?]);
                self.take_frames(talk)?;
                Poll::Ready(Ok(()))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn take_frames(&mut self, talk: &Conversation) -> Result<(), Lost> {
        while let Some((opcode, payload)) = take_frame(&mut self.input) {
            match opcode {
                TEXT => talk.take(std::str::from_utf8(&payload).expect("a text")),
                CLOSE => return Err(Lost),
                other => panic!("a frame of kind {other}"),
            }
        }
        Ok(())
    }
}
