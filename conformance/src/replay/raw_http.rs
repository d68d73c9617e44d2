//! HTTP as bytes: requests are written exactly as recorded, answers are taken apart without judging them.

use std::time::Instant;

use super::connection::{Arrival, Connection};

/// An answer as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedResponse {
    /// Status code.
    pub status: u16,
    /// Reason phrase.
    pub reason: String,
    /// Headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body without its framing.
    pub body: Vec<u8>,
}

impl ReceivedResponse {
    /// The value of the first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Reads one head, leaving what follows it unread.
pub fn read_head(
    connection: &mut Connection,
    deadline: Instant,
) -> Result<ReceivedResponse, String> {
    loop {
        if let Some((response, length)) = parse_head(connection.unread())? {
            connection.consume(length);
            return Ok(response);
        }
        match connection.wait(deadline) {
            Arrival::Bytes => {}
            Arrival::End if connection.unread().is_empty() => {
                return Err("the connection closed without an answer".to_owned());
            }
            Arrival::End => {
                return Err(format!(
                    "the connection closed in a head: {}",
                    shown(connection)
                ));
            }
            Arrival::Nothing => {
                return Err(format!(
                    "no complete answer in time, only {}",
                    shown(connection)
                ));
            }
        }
    }
}

/// Reads one whole response to a request of this method.
pub fn read_response(
    connection: &mut Connection,
    method: &str,
    deadline: Instant,
) -> Result<ReceivedResponse, String> {
    let mut response = read_head(connection, deadline)?;
    let bodiless = method == "HEAD" || matches!(response.status, 101 | 204 | 304);
    response.body = if bodiless {
        Vec::new()
    } else if response
        .header("Transfer-Encoding")
        .is_some_and(|v| v.eq_ignore_ascii_case("chunked"))
    {
        read_chunks(connection, deadline)?
    } else if let Some(length) = response.header("Content-Length") {
        let length = length
            .parse()
            .map_err(|_| format!("Content-Length {length:?} is not a number"))?;
        read_exactly(connection, length, deadline)?
    } else {
        read_until_end(connection, deadline)?
    };
    Ok(response)
}

/// Reads one chunk of a chunked body; `None` is the last one.
pub fn read_chunk(
    connection: &mut Connection,
    deadline: Instant,
) -> Result<Option<Vec<u8>>, String> {
    let line = read_line(connection, deadline)?;
    let size = line.split(';').next().unwrap_or_default().trim();
    let size = usize::from_str_radix(size, 16).map_err(|_| format!("{line:?} is no chunk size"))?;
    if size > 0 {
        let chunk = read_exactly(connection, size, deadline)?;
        read_line(connection, deadline)?;
        return Ok(Some(chunk));
    }
    while !read_line(connection, deadline)?.is_empty() {}
    Ok(None)
}

/// Reads exactly so many bytes.
pub fn read_exactly(
    connection: &mut Connection,
    length: usize,
    deadline: Instant,
) -> Result<Vec<u8>, String> {
    while connection.unread().len() < length {
        if connection.wait(deadline) != Arrival::Bytes {
            let wanted = length - connection.unread().len();
            return Err(format!(
                "{wanted} of {length} bytes never came, only {}",
                shown(connection)
            ));
        }
    }
    Ok(connection.consume(length))
}

fn parse_head(bytes: &[u8]) -> Result<Option<(ReceivedResponse, usize)>, String> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut head = httparse::Response::new(&mut headers);
    let length = match head.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(e) => {
            return Err(format!(
                "not HTTP ({e}): {:?}",
                String::from_utf8_lossy(bytes)
            ));
        }
    };
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let response = ReceivedResponse {
        status: head.code.unwrap_or_default(),
        reason: head.reason.unwrap_or_default().to_owned(),
        headers: head
            .headers
            .iter()
            .map(|h| (h.name.to_owned(), text(h.value)))
            .collect(),
        body: Vec::new(),
    };
    Ok(Some((response, length)))
}

fn read_chunks(connection: &mut Connection, deadline: Instant) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(chunk) = read_chunk(connection, deadline)? {
        body.extend(chunk);
    }
    Ok(body)
}

fn read_line(connection: &mut Connection, deadline: Instant) -> Result<String, String> {
    loop {
        if let Some(end) = connection
            .unread()
            .windows(2)
            .position(|pair| pair == b"\r\n")
        {
            let line = connection.consume(end + 2);
            return Ok(String::from_utf8_lossy(&line[..end]).into_owned());
        }
        if connection.wait(deadline) != Arrival::Bytes {
            return Err(format!("a line never ended: {}", shown(connection)));
        }
    }
}

fn read_until_end(connection: &mut Connection, deadline: Instant) -> Result<Vec<u8>, String> {
    loop {
        match connection.wait(deadline) {
            Arrival::Bytes => {}
            Arrival::End => {
                let length = connection.unread().len();
                return Ok(connection.consume(length));
            }
            Arrival::Nothing => return Err(format!("a body never ended: {}", shown(connection))),
        }
    }
}

fn shown(connection: &Connection) -> String {
    format!("{:?}", String::from_utf8_lossy(connection.unread()))
}
