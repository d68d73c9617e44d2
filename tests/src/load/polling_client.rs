//! A session on long polling: one connection for polls, one for uploads, as browsers have them.

use tokio::net::TcpStream;

use super::http_connection::HttpConnection;
use super::load_error::{LoadError, expect};
use super::protocol::Protocol;

/// What the server says to whom it does not know: make a new handshake.
pub(super) const NOT_HANDSHAKEN: &str = "7:::1+0";

/// A session without a poll under way.
#[derive(Debug)]
pub(super) struct PollingClient {
    protocol: Protocol,
    target: String,
    polls: HttpConnection,
    uploads: HttpConnection,
}

impl PollingClient {
    pub(super) async fn open(
        port: u16,
        protocol: Protocol,
        target: String,
    ) -> Result<Self, LoadError> {
        Ok(Self {
            protocol,
            target,
            polls: HttpConnection::open(port).await?,
            uploads: HttpConnection::open(port).await?,
        })
    }

    /// Starts a poll, uploads one packet while it is held, and gives back what the poll brings.
    pub(super) async fn exchange(&mut self, packet: &str) -> Result<String, LoadError> {
        self.start_poll().await?;
        self.upload(packet).await?;
        self.finish_poll().await
    }

    /// Sends a packet.
    pub(super) async fn upload(&mut self, packet: &str) -> Result<(), LoadError> {
        self.uploads.post(&self.target, packet).await?;
        let taken = self.uploads.receive().await?;
        expect(self.protocol.upload_taken(), &taken)
    }

    /// Polls until something other than a heartbeat comes.
    pub(super) async fn poll(&mut self) -> Result<String, LoadError> {
        self.start_poll().await?;
        self.finish_poll().await
    }

    /// Says goodbye, and has the server's.
    pub(super) async fn say_goodbye(mut self) -> Result<(), LoadError> {
        // If its goodbye is there before its poll, the session is over by then.
        match self.exchange("0::").await?.as_str() {
            "0::" | NOT_HANDSHAKEN => Ok(()),
            other => Err(LoadError::wrong("the end", other.as_bytes())),
        }
    }

    /// Where its session is.
    pub(super) fn target(&self) -> &str {
        &self.target
    }

    /// Starts a poll and gives up its connection.
    pub(super) async fn leave_in_a_poll(mut self) -> Result<TcpStream, LoadError> {
        self.start_poll().await?;
        Ok(self.polls.into_stream())
    }

    async fn start_poll(&mut self) -> Result<(), LoadError> {
        self.polls.send("GET", &self.target, "", "").await
    }

    /// The one packet that a poll brings beside heartbeats, which are answered.
    async fn finish_poll(&mut self) -> Result<String, LoadError> {
        let (heartbeat, answer) = self.protocol.heartbeat();
        loop {
            let body = self.polls.receive().await?;
            let mut packets = self.protocol.packets(&body)?;
            let sent = packets.len();
            packets.retain(|packet| packet != heartbeat);
            if packets.len() < sent {
                self.upload(answer).await?;
            }
            match (packets.pop(), packets.is_empty()) {
                (Some(packet), true) => return Ok(packet),
                (None, _) => self.start_poll().await?,
                (Some(_), false) => return Err(LoadError::wrong("one packet", &body)),
            }
        }
    }
}
