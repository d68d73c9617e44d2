//! What clients of a soak do: some speak properly and leave properly, others do not.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::awaited_answers::AwaitedAnswers;
use super::http_connection::HttpConnection;
use super::load_error::{LoadError, expect};
use super::protocol::Protocol;
use super::session_opener::SessionOpener;

/// How long a visit may take. Most take a second, if the machine has nothing else to do.
const PATIENCE: Duration = Duration::from_secs(180);

/// How long one reads who has nothing to expect.
const CURIOSITY: Duration = Duration::from_millis(500);

/// What a slow reader asks for and does not read: more than sockets hold.
const UNREAD_EVENTS: u64 = 400;
const UNREAD_BYTES: usize = 4000;

/// One visit of a client.
#[derive(Debug, Clone, Copy)]
pub(super) enum Visit {
    /// Speaks on a websocket, and says goodbye.
    WebSocket,
    /// Likewise, on polls.
    Polling,
    /// Joins a namespace, speaks to everybody there, and leaves it again.
    Chat,
    /// Reads nothing of what it has sent back, for a while.
    SlowReader,
    /// Breaks its websocket in the midst of everything.
    Abort,
    /// Leaves while a poll is held, and does not come back.
    HeldPoll,
    /// Opens a stream, and closes it.
    Stream,
    /// Sends what is no request.
    Garbage,
}

impl Visit {
    pub(super) const ALL: [Self; 8] = [
        Self::WebSocket,
        Self::Polling,
        Self::Chat,
        Self::SlowReader,
        Self::Abort,
        Self::HeldPoll,
        Self::Stream,
        Self::Garbage,
    ];

    pub(super) async fn make(self, port: u16, client: usize) -> Result<(), LoadError> {
        let visit = async {
            let opener = &mut SessionOpener::on(port, Protocol::Legacy).await?;
            match self {
                Self::WebSocket => speak(opener, client).await,
                Self::Polling => poll(opener, client).await,
                Self::Chat => chat(opener).await,
                Self::SlowReader => read_slowly(opener).await,
                Self::Abort => abort(opener).await,
                Self::HeldPoll => {
                    let poll = opener.polling().await?.leave_in_a_poll().await?;
                    sleep(CURIOSITY).await;
                    reset(poll)
                }
                Self::Stream => stream(opener, port).await,
                Self::Garbage => garbage(port, client).await,
            }
        };
        let late = LoadError::TooSlow("a visit");
        timeout(PATIENCE, visit).await.map_err(|_| late)?
    }
}

async fn speak(opener: &mut SessionOpener, client: usize) -> Result<(), LoadError> {
    let mut socket = opener.websocket().await?;
    let mut awaited = AwaitedAnswers::new(Protocol::Legacy, client);
    for _ in 0..50 {
        socket.queue(&awaited.next_event());
        socket.flush().await?;
        let _ = awaited.take(socket.next().await?)?;
        sleep(Duration::from_millis(10)).await;
    }
    socket.queue("0::");
    socket.flush().await?;
    expect("0::", socket.next().await?)
}

async fn poll(opener: &mut SessionOpener, client: usize) -> Result<(), LoadError> {
    let mut session = opener.polling().await?;
    let mut awaited = AwaitedAnswers::new(Protocol::Legacy, client);
    for _ in 0..20 {
        let answer = session.exchange(&awaited.next_event()).await?;
        let _ = awaited.take(answer.as_bytes())?;
    }
    session.say_goodbye().await
}

async fn chat(opener: &mut SessionOpener) -> Result<(), LoadError> {
    let mut socket = opener.websocket().await?;
    socket.queue("1::/chat");
    for id in 0..5 {
        let event = Protocol::Legacy.event_for_all(id);
        socket.queue(&event);
        socket.flush().await?;
        // Others speak, too.
        while socket.next().await? != event.as_bytes() {}
        sleep(CURIOSITY).await;
    }
    socket.queue("0::/chat");
    socket.queue("0::");
    socket.flush().await?;
    while socket.next().await? != b"0::" {}
    Ok(())
}

async fn read_slowly(opener: &mut SessionOpener) -> Result<(), LoadError> {
    let mut socket = opener.websocket().await?;
    let text = "x".repeat(UNREAD_BYTES);
    for id in 0..UNREAD_EVENTS {
        socket.queue(&format!(r#"5:{id}+::{{"name":"echo","args":["{text}"]}}"#));
    }
    // The server need not take more than it can give back.
    let _ = timeout(Duration::from_secs(3), socket.flush()).await;
    reset(socket.into_stream())
}

async fn abort(opener: &mut SessionOpener) -> Result<(), LoadError> {
    let mut socket = opener.websocket().await?;
    for id in 0..20 {
        socket.queue(&Protocol::Legacy.echo_event(0, id));
    }
    socket.flush().await?;
    reset(socket.into_stream())
}

async fn stream(opener: &mut SessionOpener, port: u16) -> Result<(), LoadError> {
    let target = opener.legacy_target("htmlfile").await?;
    let mut http = HttpConnection::open(port).await?;
    http.send("GET", &target, "", "").await?;
    let mut posts = HttpConnection::open(port).await?;
    for id in 0..10 {
        posts.post(&target, &format!("3:::number {id}")).await?;
        expect("1", &posts.receive().await?)?;
    }
    let mut buffer = [0; 4096];
    match http.into_stream().read(&mut buffer).await? {
        0 => Err(LoadError::Closed),
        _ => Ok(()),
    }
}

async fn garbage(port: u16, client: usize) -> Result<(), LoadError> {
    let beginnings: [&[u8]; 4] = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /socket.io/1/websocket/nobody HTTP/1.1\r\nUpgrade: what",
        b"POST /socket.io/1/xhr-polling/nobody HTTP/1.1\r\nHost: h\r\nContent-Length: 99\r\n\r\n",
        b"\r\n\r\n\0\0\0\0",
    ];
    let mut stream = HttpConnection::open(port).await?.into_stream();
    stream.write_all(beginnings[client % 4]).await?;
    let mut buffer = [0; 512];
    // It may be answered, or cut off, or wait for the rest.
    let _ = timeout(CURIOSITY, stream.read(&mut buffer)).await;
    Ok(())
}

/// Ends a connection so that the other side is told of no end, but of a break.
fn reset(stream: TcpStream) -> Result<(), LoadError> {
    stream.set_zero_linger()?;
    Ok(())
}
