//! Handshakes, and connections that follow them.

use super::http_connection::HttpConnection;
use super::load_error::{LoadError, expect, expect_start};
use super::polling_client::PollingClient;
use super::protocol::Protocol;
use super::server_process::ServerProcess;
use super::websocket_client::WebSocketClient;

/// How the answer to joining the root namespace begins, in the modern protocol.
const MODERN_JOINED: &str = r#"40{"sid":"#;

/// Opens sessions one after another. All handshakes go over one connection: a port for each
/// would use them up.
#[derive(Debug)]
pub(super) struct SessionOpener {
    port: u16,
    protocol: Protocol,
    handshakes: HttpConnection,
}

impl SessionOpener {
    pub(super) async fn new(server: &ServerProcess) -> Result<Self, LoadError> {
        Self::on(server.port(), server.protocol()).await
    }

    pub(super) async fn on(port: u16, protocol: Protocol) -> Result<Self, LoadError> {
        Ok(Self {
            port,
            protocol,
            handshakes: HttpConnection::open(port).await?,
        })
    }

    /// A session on a websocket, in the root namespace.
    pub(super) async fn websocket(&mut self) -> Result<WebSocketClient, LoadError> {
        match self.protocol {
            Protocol::Legacy => {
                let target = self.legacy_target("websocket").await?;
                let mut client = self.open_websocket(&target).await?;
                expect("1::", client.next().await?)?;
                Ok(client)
            }
            Protocol::Modern => {
                let target = "/socket.io/?EIO=4&transport=websocket";
                let mut client = self.open_websocket(target).await?;
                modern_sid(client.next().await?)?;
                client.queue("40");
                client.flush().await?;
                expect_start(MODERN_JOINED, client.next().await?)?;
                Ok(client)
            }
        }
    }

    /// The target of a transport with a session of ours on it, which is not opened.
    pub(super) async fn legacy_target(&mut self, transport: &str) -> Result<String, LoadError> {
        let sid = self.legacy_sid().await?;
        Ok(format!("/socket.io/1/{transport}/{sid}"))
    }

    /// A session on long polling, in the root namespace.
    pub(super) async fn polling(&mut self) -> Result<PollingClient, LoadError> {
        match self.protocol {
            Protocol::Legacy => {
                let sid = self.legacy_sid().await?;
                let target = format!("/socket.io/1/xhr-polling/{sid}?t=1700000000000");
                let mut client = self.open_polling(target).await?;
                expect("1::", client.poll().await?.as_bytes())?;
                Ok(client)
            }
            Protocol::Modern => {
                let target = "/socket.io/?EIO=4&transport=polling&t=OzG4Jrv";
                let sid = modern_sid(&self.handshake(target).await?)?;
                let mut client = self.open_polling(format!("{target}&sid={sid}")).await?;
                client.upload("40").await?;
                expect_start(MODERN_JOINED, client.poll().await?.as_bytes())?;
                Ok(client)
            }
        }
    }

    async fn open_websocket(&self, target: &str) -> Result<WebSocketClient, LoadError> {
        WebSocketClient::open(self.port, self.protocol, target).await
    }

    /// A session on long polling that the client has had before.
    pub(super) async fn open_polling(&self, target: String) -> Result<PollingClient, LoadError> {
        PollingClient::open(self.port, self.protocol, target).await
    }

    async fn legacy_sid(&mut self) -> Result<String, LoadError> {
        let line = self.handshake("/socket.io/1/?t=1700000000000").await?;
        let text = String::from_utf8_lossy(&line);
        match text.split_once(':') {
            Some((sid, _)) if !sid.is_empty() => Ok(sid.to_owned()),
            _ => Err(LoadError::wrong("a handshake", &line)),
        }
    }

    async fn handshake(&mut self, target: &str) -> Result<Vec<u8>, LoadError> {
        self.handshakes.send("GET", target, "", "").await?;
        self.handshakes.receive().await
    }
}

/// What is of interest in a handshake of Engine.IO.
#[derive(serde::Deserialize)]
struct ModernHandshake {
    sid: String,
}

fn modern_sid(packet: &[u8]) -> Result<String, LoadError> {
    let handshake = packet
        .strip_prefix(b"0")
        .and_then(|json| serde_json::from_slice(json).ok());
    let ModernHandshake { sid } =
        handshake.ok_or_else(|| LoadError::wrong("a handshake", packet))?;
    Ok(sid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modern_handshakes_name_the_session() {
        let packet = br#"0{"sid":"AAAB","upgrades":["websocket"],"pingInterval":25000}"#;
        assert_eq!(modern_sid(packet).unwrap(), "AAAB");
        assert!(modern_sid(br#"1{"sid":"AAAB"}"#).is_err());
        assert!(modern_sid(br#"0{"upgrades":[]}"#).is_err());
    }
}
