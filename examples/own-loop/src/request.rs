//! Requests, as much of HTTP/1.1 as real clients send.

use crate::response::Refusal;

/// The largest head, the target included.
pub(crate) const MAX_HEAD_BYTES: usize = 16 << 10;

/// The most headers in it.
const MAX_HEADERS: usize = 64;

/// The head of a request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub(crate) head_bytes: usize,
    pub(crate) body_bytes: usize,
    pub(crate) keep_alive: bool,
}

impl Request {
    /// Reads the head at the beginning of `input`; `None` if it is not complete.
    pub(crate) fn parse(input: &[u8]) -> Result<Option<Self>, Refusal> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut head = httparse::Request::new(&mut headers);
        let head_bytes = match head.parse(input) {
            Ok(httparse::Status::Complete(bytes)) if bytes <= MAX_HEAD_BYTES => bytes,
            Ok(httparse::Status::Partial) if input.len() < MAX_HEAD_BYTES => return Ok(None),
            Ok(_) | Err(httparse::Error::TooManyHeaders) => return Err(Refusal::HEAD_TOO_LARGE),
            Err(_) => return Err(Refusal::BAD_REQUEST),
        };
        let headers = head.headers.iter().map(|header| {
            let value = String::from_utf8_lossy(header.value).into_owned();
            (header.name.to_ascii_lowercase(), value)
        });
        let mut request = Self {
            method: head.method.unwrap_or_default().to_owned(),
            target: head.path.unwrap_or_default().to_owned(),
            headers: headers.collect(),
            head_bytes,
            body_bytes: 0,
            keep_alive: false,
        };
        request.body_bytes = request.content_length()?;
        request.keep_alive = match request.header("connection") {
            _ if head.version == Some(0) => false,
            Some(options) => !lists(options, "close"),
            None => true,
        };
        Ok(Some(request))
    }

    /// Whose length is in doubt, is refused: whoever stands in between may take another part of
    /// it for the next request.
    fn content_length(&self) -> Result<usize, Refusal> {
        let mut lengths = self.all("content-length");
        match (lengths.next(), lengths.next()) {
            _ if self.header("transfer-encoding").is_some() => Err(Refusal::LENGTH_REQUIRED),
            (None, _) => Ok(0),
            (Some(length), None) if length.bytes().all(|byte| byte.is_ascii_digit()) => {
                length.parse().map_err(|_| Refusal::BAD_REQUEST)
            }
            _ => Err(Refusal::BAD_REQUEST),
        }
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.headers.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.as_str())
    }

    /// The first header of this name, which is in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let named = self.headers.iter().find(|(known, _)| known == name);
        named.map(|(_, value)| value.as_str())
    }

    /// Whether the page that makes the request is one of ours. What names none is no browser's.
    pub(crate) fn is_of_own_page(&self) -> bool {
        let page = ["origin", "sec-websocket-origin", "referer"]
            .into_iter()
            .find_map(|name| self.header(name).filter(|value| !value.is_empty()));
        let Some(page) = page else {
            return true;
        };
        let mut hosts = self.all("host");
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return false;
        };
        // Real clients on Node name no scheme on websockets.
        let schemes = ["http://", "https://"];
        let bare = schemes.iter().find_map(|scheme| page.strip_prefix(scheme));
        let authority = bare.unwrap_or(page).split(['/', '?', '#']).next();
        authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
    }

    /// The key of a client that asks for a websocket of version 13 or 8, which have the same
    /// frames.
    pub(crate) fn websocket_key(&self) -> Option<&str> {
        let asks = |name, option| self.header(name).is_some_and(|value| lists(value, option));
        let is_known = matches!(self.header("sec-websocket-version"), Some("13" | "8"));
        let asked = self.method == "GET" && asks("connection", "upgrade");
        (asked && asks("upgrade", "websocket") && is_known)
            .then(|| self.header("sec-websocket-key"))
            .flatten()
    }
}

/// Whether a header that is a list has this element.
fn lists(value: &str, element: &str) -> bool {
    value
        .split(',')
        .any(|listed| listed.trim().eq_ignore_ascii_case(element))
}
