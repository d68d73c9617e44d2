//! Handshakes, and connections that follow them.

use super::http_connection::HttpConnection;
use super::load_error::LoadError;
use super::polling_client::PollingClient;
use super::websocket_client::WebSocketClient;

/// Opens sessions one after another. All handshakes go over one connection: a port for each
/// would use them up.
#[derive(Debug)]
pub(super) struct SessionOpener {
    port: u16,
    handshakes: HttpConnection,
}

impl SessionOpener {
    pub(super) async fn new(port: u16) -> Result<Self, LoadError> {
        let handshakes = HttpConnection::open(port).await?;
        Ok(Self { port, handshakes })
    }

    /// A session on a websocket, greeted.
    pub(super) async fn websocket(&mut self) -> Result<WebSocketClient, LoadError> {
        let sid = self.handshake().await?;
        WebSocketClient::open(self.port, &sid).await
    }

    /// A session on xhr-polling, greeted.
    pub(super) async fn polling(&mut self) -> Result<PollingClient, LoadError> {
        let sid = self.handshake().await?;
        PollingClient::open(self.port, &sid).await
    }

    async fn handshake(&mut self) -> Result<String, LoadError> {
        self.handshakes
            .send("GET", "/socket.io/1/?t=1700000000000", "", "")
            .await?;
        let line = self.handshakes.receive().await?;
        let text = String::from_utf8_lossy(&line);
        match text.split_once(':') {
            Some((sid, _)) if !sid.is_empty() => Ok(sid.to_owned()),
            _ => Err(LoadError::wrong("a handshake", &line)),
        }
    }
}
