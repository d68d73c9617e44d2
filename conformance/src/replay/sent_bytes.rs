//! What the client side of a recording writes, byte by byte.

use super::raw_websocket::{TEXT, frame_bytes};
use super::template::Bindings;
use super::transcript::{Body, Request, Step, bytes_of_hex, bytes_of_latin1};

/// The bytes that the client sends in this step; none where it does something else.
///
/// # Errors
/// If there is something to fill in that is not known yet.
pub fn sent_bytes(step: &Step, bindings: &Bindings) -> Result<Vec<u8>, String> {
    match step {
        Step::Request(request) => {
            let path = bindings.fill(&request.path)?;
            let head = head_bytes(request, &path, bindings)?;
            Ok([head, body_bytes(request, bindings)?].concat())
        }
        Step::SendFrame(frame) => {
            let payload = match (&frame.text, &frame.hex) {
                (Some(text), _) => bindings.fill(text)?.into_bytes(),
                (None, Some(hex)) => bytes_of_hex(hex)?,
                (None, None) => Vec::new(),
            };
            Ok(frame_bytes(frame.opcode, frame.fin, frame.masked, &payload))
        }
        Step::SendRaw(raw) => {
            let mut bytes = bytes_of_latin1(&bindings.fill(&raw.latin1)?)?;
            if let Some(text) = &raw.then_frame {
                bytes.extend(frame_bytes(TEXT, true, true, text.as_bytes()));
            }
            Ok(bytes)
        }
        _ => Ok(Vec::new()),
    }
}

/// The head of a request for this path.
pub(super) fn head_bytes(
    request: &Request,
    path: &str,
    bindings: &Bindings,
) -> Result<Vec<u8>, String> {
    let query = match &request.query {
        Some(query) => format!("?{}", bindings.fill(query)?),
        None => String::new(),
    };
    let mut head = format!("{} {path}{query} HTTP/1.1\r\n", request.method);
    for (name, value) in &request.headers {
        head.push_str(&format!("{name}: {}\r\n", bindings.fill(value)?));
    }
    head.push_str("\r\n");
    Ok(head.into_bytes())
}

/// The body of a request, in chunks if it came so.
pub(super) fn body_bytes(request: &Request, bindings: &Bindings) -> Result<Vec<u8>, String> {
    let body = match (&request.body_hex, &request.body) {
        (Some(hex), _) => bytes_of_hex(hex)?,
        (None, Some(Body::Text(text))) => bindings.fill(text)?.into_bytes(),
        (
            None,
            Some(Body::Repeated {
                head,
                repeat,
                times,
            }),
        ) => (head.clone() + &repeat.repeat(*times)).into(),
        (None, None) => Vec::new(),
    };
    if !request.chunked {
        return Ok(body);
    }
    let (first, second) = body.split_at(body.len() / 2);
    let mut chunks = Vec::new();
    for chunk in [first, second]
        .into_iter()
        .filter(|chunk| !chunk.is_empty())
    {
        chunks.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
        chunks.extend(chunk);
        chunks.extend(b"\r\n");
    }
    chunks.extend(b"0\r\n\r\n");
    Ok(chunks)
}
