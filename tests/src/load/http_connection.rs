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
        let head = self.receive_head(200).await?;
        loop {
            if let Some((body, end)) = head.body(&self.input)? {
                self.input.drain(..end);
                return Ok(body);
            }
            self.read().await?;
        }
    }

    /// The connection, with whatever was not read.
    pub(super) fn into_stream(self) -> TcpStream {
        self.stream
    }

    /// Reads an answer of status 101 and gives the connection up: the stream, and what came
    /// behind the answer.
    pub(super) async fn into_upgraded(mut self) -> Result<(TcpStream, Vec<u8>), LoadError> {
        let head = self.receive_head(101).await?;
        self.input.drain(..head.end);
        Ok((self.stream, self.input))
    }

    /// Reads a head, which stays in the input.
    async fn receive_head(&mut self, status: u16) -> Result<Head, LoadError> {
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

/// What there is to know about an answer before its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head {
    /// How long it is.
    end: usize,
    /// How long the body is; `None` if it comes in chunks.
    length: Option<usize>,
}

impl Head {
    /// The body and where it ends, if all of it is there.
    fn body(self, input: &[u8]) -> Result<Option<(Vec<u8>, usize)>, LoadError> {
        let Some(length) = self.length else {
            return chunked_body(input, self.end);
        };
        let end = self.end + length;
        Ok(input.get(self.end..end).map(|body| (body.to_vec(), end)))
    }
}

fn parse_head(input: &[u8], status: u16) -> Result<Option<Head>, LoadError> {
    let wrong = || LoadError::wrong(&format!("an answer of status {status}"), input);
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let parsed = response.parse(input).map_err(|_| wrong())?;
    let httparse::Status::Complete(end) = parsed else {
        return Ok(None);
    };
    if response.code != Some(status) {
        return Err(wrong());
    }
    let header = |name: &str| {
        let header = response
            .headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(header.value).ok()
    };
    let is_chunked = header("transfer-encoding") == Some("chunked");
    let length = header("content-length").and_then(|length| length.parse().ok());
    Ok(Some(Head {
        end,
        length: (!is_chunked).then_some(length.unwrap_or(0)),
    }))
}

/// The body that begins at `start` and comes in chunks, and where the last of them ends.
fn chunked_body(input: &[u8], start: usize) -> Result<Option<(Vec<u8>, usize)>, LoadError> {
    let mut body = Vec::new();
    let mut at = start;
    loop {
        let rest = &input[at..];
        let parsed = httparse::parse_chunk_size(rest);
        let parsed = parsed.map_err(|_| LoadError::wrong("a chunk", rest))?;
        let httparse::Status::Complete((begin, size)) = parsed else {
            return Ok(None);
        };
        let end = usize::try_from(size)
            .ok()
            .and_then(|size| begin.checked_add(size))
            .ok_or_else(|| LoadError::wrong("a chunk of a sensible size", rest))?;
        // A line end follows the chunk; what follows the last is as empty.
        let Some(chunk) = rest.get(begin..end).filter(|_| rest.len() >= end + 2) else {
            return Ok(None);
        };
        at += end + 2;
        body.extend_from_slice(chunk);
        if size == 0 {
            return Ok(Some((body, at)));
        }
    }
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
        let head = parse_head(answer, 200).unwrap().unwrap();
        assert_eq!((head.end, head.length), (38, Some(3)));
        assert_eq!(head.body(answer).unwrap(), Some((b"1::".to_vec(), 41)));
        assert_eq!(head.body(&answer[..40]).unwrap(), None);
        assert_eq!(parse_head(&answer[..20], 200).unwrap(), None);
        assert!(parse_head(answer, 101).is_err());
    }

    #[test]
    fn puts_chunks_together() {
        let answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
            2\r\n1:\r\n1\r\n:\r\n0\r\n\r\nHTTP";
        let head = parse_head(answer, 200).unwrap().unwrap();
        assert_eq!(head.length, None);
        let end = answer.len() - 4;
        assert_eq!(head.body(answer).unwrap(), Some((b"1::".to_vec(), end)));
        for cut in head.end..end {
            assert_eq!(head.body(&answer[..cut]).unwrap(), None, "{cut}");
        }
        let wrong = [&answer[..head.end], b"x\r\n"].concat();
        assert!(head.body(&wrong).is_err());
    }
}
