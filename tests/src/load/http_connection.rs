//! One kept-alive HTTP connection, with the headers that a browser sends.

use std::net::Ipv4Addr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::load_error::LoadError;

/// Bytes read at once.
const READ_BYTES: usize = 16 << 10;

/// The most headers that an answer may have.
const HEADERS: usize = 32;

/// A connection that carries one request after another.
#[derive(Debug)]
pub(super) struct HttpConnection {
    stream: TcpStream,
    headers: String,
    input: Vec<u8>,
}

impl HttpConnection {
    pub(super) async fn open(port: u16) -> Result<Self, LoadError> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            headers: browser_headers(port),
            input: Vec::new(),
        })
    }

    /// Sends a request; `extra` are headers, each with its line end.
    pub(super) async fn send(
        &mut self,
        method: &str,
        target: &str,
        extra: &str,
        body: &str,
    ) -> Result<(), LoadError> {
        let headers = &self.headers;
        let request = format!("{method} {target} HTTP/1.1\r\n{headers}{extra}\r\n{body}");
        self.stream.write_all(request.as_bytes()).await?;
        Ok(())
    }

    /// Sends a POST with a text.
    pub(super) async fn post(&mut self, target: &str, text: &str) -> Result<(), LoadError> {
        let extra = format!(
            "Content-Type: text/plain;charset=UTF-8\r\nContent-Length: {}\r\n",
            text.len()
        );
        self.send("POST", target, &extra, text).await
    }

    /// Reads the answer's body; its status must be 200.
    pub(super) async fn receive(&mut self) -> Result<Vec<u8>, LoadError> {
        let (head, length) = self.receive_head(200).await?;
        while self.input.len() < head + length {
            self.read().await?;
        }
        let body = self.input[head..head + length].to_vec();
        self.input.drain(..head + length);
        Ok(body)
    }

    /// Reads an answer of status 101 and gives the connection up: the stream, and what came
    /// behind the answer.
    pub(super) async fn into_upgraded(mut self) -> Result<(TcpStream, Vec<u8>), LoadError> {
        let (head, _) = self.receive_head(101).await?;
        self.input.drain(..head);
        Ok((self.stream, self.input))
    }

    /// Reads a head, and says how long it is and how long the body behind it.
    async fn receive_head(&mut self, status: u16) -> Result<(usize, usize), LoadError> {
        loop {
            if let Some(head) = parse_head(&self.input, status)? {
                return Ok(head);
            }
            self.read().await?;
        }
    }

    async fn read(&mut self) -> Result<(), LoadError> {
        self.input.reserve(READ_BYTES);
        match self.stream.read_buf(&mut self.input).await? {
            0 => Err(LoadError::Closed),
            _ => Ok(()),
        }
    }
}

fn parse_head(input: &[u8], status: u16) -> Result<Option<(usize, usize)>, LoadError> {
    let wrong = || LoadError::wrong(&format!("an answer of status {status}"), input);
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let parsed = response.parse(input).map_err(|_| wrong())?;
    let httparse::Status::Complete(head) = parsed else {
        return Ok(None);
    };
    if response.code != Some(status) {
        return Err(wrong());
    }
    let length = response
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"))
        .and_then(|header| std::str::from_utf8(header.value).ok())
        .and_then(|length| length.parse().ok());
    Ok(Some((head, length.unwrap_or(0))))
}

/// What a browser says with each request of a page of the server itself.
fn browser_headers(port: u16) -> String {
    format!(
        "Host: 127.0.0.1:{port}\r\n\
         Connection: keep-alive\r\n\
         User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
         Chrome/126.0.0.0 Safari/537.36\r\n\
         Accept: */*\r\n\
         Origin: http://127.0.0.1:{port}\r\n\
         Referer: http://127.0.0.1:{port}/\r\n\
         Accept-Encoding: gzip, deflate, br\r\n\
         Accept-Language: en-US,en;q=0.9\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_answers_apart() {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n1::";
        assert_eq!(parse_head(answer, 200).unwrap(), Some((38, 3)));
        assert_eq!(parse_head(&answer[..20], 200).unwrap(), None);
        assert!(parse_head(answer, 101).is_err());
    }
}
