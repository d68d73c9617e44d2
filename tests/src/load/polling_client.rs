//! A session on xhr-polling: one connection for polls, one for uploads, as browsers have them.

use super::http_connection::HttpConnection;
use super::load_error::{LoadError, expect};

/// A greeted session without a poll under way.
#[derive(Debug)]
pub(super) struct PollingClient {
    target: String,
    polls: HttpConnection,
    uploads: HttpConnection,
}

impl PollingClient {
    pub(super) async fn open(port: u16, sid: &str) -> Result<Self, LoadError> {
        let mut client = Self {
            target: format!("/socket.io/1/xhr-polling/{sid}?t=1700000000000"),
            polls: HttpConnection::open(port).await?,
            uploads: HttpConnection::open(port).await?,
        };
        client.start_poll().await?;
        let greeting = client.polls.receive().await?;
        expect("1::", &greeting)?;
        Ok(client)
    }

    /// Starts a poll, uploads one packet while it is held, and gives back what the poll brings.
    pub(super) async fn exchange(&mut self, packet: &str) -> Result<Vec<u8>, LoadError> {
        self.start_poll().await?;
        self.uploads.post(&self.target, packet).await?;
        let taken = self.uploads.receive().await?;
        expect("1", &taken)?;
        self.polls.receive().await
    }

    async fn start_poll(&mut self) -> Result<(), LoadError> {
        self.polls.send("GET", &self.target, "", "").await
    }
}
