//! HTTP, as much of it as clients need.

use socketio_simulation::Stream;

use crate::dialer::Lost;

/// A connection that carries one request after another.
pub(crate) struct Http {
    stream: Stream,
    input: Vec<u8>,
}

/// The beginning of an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head {
    pub(crate) status: u16,
    /// `None` if the body comes in chunks.
    length: Option<usize>,
}

impl Http {
    pub(crate) const fn on(stream: Stream) -> Self {
        Self {
            stream,
            input: Vec::new(),
        }
    }

    pub(crate) async fn get(&mut self, target: &str) -> Result<(), Lost> {
        self.send("GET", target, "", "").await
    }

    pub(crate) async fn post(&mut self, target: &str, kind: &str, body: &str) -> Result<(), Lost> {
        let length = body.len();
        let headers = format!("Content-Type: {kind}\r\nContent-Length: {length}\r\n");
        self.send("POST", target, &headers, body).await
    }

    pub(crate) async fn send(
        &mut self,
        method: &str,
        target: &str,
        headers: &str,
        body: &str,
    ) -> Result<(), Lost> {
        let request = format!("{method} {target} HTTP/1.1\r\nHost: h\r\n{headers}\r\n{body}");
        Ok(self.stream.write_all(request.as_bytes()).await?)
    }

    /// The body of an answer, whose status must be 200.
    pub(crate) async fn answer(&mut self) -> Result<String, Lost> {
        let head = self.head().await?;
        let length = head.length.ok_or(Lost)?;
        if head.status != 200 {
            return Err(Lost);
        }
        while self.input.len() < length {
            self.read().await?;
        }
        let body = self.input.drain(..length).collect();
        Ok(String::from_utf8(body).expect("a text"))
    }

    /// The head of an answer, which is taken out.
    pub(crate) async fn head(&mut self) -> Result<Head, Lost> {
        loop {
            let end = self.input.windows(4).position(|four| four == b"\r\n\r\n");
            if let Some(end) = end {
                let head: Vec<u8> = self.input.drain(..end + 4).collect();
                return Ok(Head::parse(&String::from_utf8_lossy(&head)));
            }
            self.read().await?;
        }
    }

    /// The next piece of a body that comes in chunks; `None` at its end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<String>, Lost> {
        loop {
            if let Some((start, length)) = self.next_chunk() {
                let end = start + length;
                if self.input.len() >= end + 2 {
                    let chunk = String::from_utf8_lossy(&self.input[start..end]).into_owned();
                    self.input.drain(..end + 2);
                    return Ok((length > 0).then_some(chunk));
                }
            }
            self.read().await?;
        }
    }

    fn next_chunk(&self) -> Option<(usize, usize)> {
        let line = self.input.windows(2).position(|two| two == b"\r\n")?;
        let digits = std::str::from_utf8(&self.input[..line]).expect("a length");
        let length = usize::from_str_radix(digits, 16).expect("a length");
        Some((line + 2, length))
    }

    async fn read(&mut self) -> Result<(), Lost> {
        let mut buffer = [0; 4096];
        match self.stream.read(&mut buffer).await? {
            0 => Err(Lost),
            read => {
                self.input.extend(&buffer[..read]);
                Ok(())
            }
        }
    }

    /// The connection, and what came behind the answer.
    pub(crate) fn into_parts(self) -> (Stream, Vec<u8>) {
        (self.stream, self.input)
    }
}

impl Head {
    fn parse(head: &str) -> Self {
        let status = head.get(9..12).and_then(|digits| digits.parse().ok());
        let field = |name: &str| {
            let lines = head.lines().filter_map(|line| line.split_once(':'));
            let mut named = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name));
            named.next().map(|(_, value)| value.trim().to_owned())
        };
        let is_chunked = field("transfer-encoding").is_some();
        let length = field("content-length").and_then(|length| length.parse().ok());
        Self {
            status: status.expect("a status"),
            length: (!is_chunked).then_some(length.unwrap_or(0)),
        }
    }
}
