//! From which web origins a browser may talk to the server.

use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Uri, header};

/// The rule for requests that a browser makes on behalf of a page of another origin.
///
/// Without it, any web page could use the credentials of whoever looks at it. The rule holds
/// for the handshake and for every request of every transport, websockets included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origins(Rule);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    SameOnly,
    Any,
    Listed(Vec<HostPattern>),
}

/// `host:port`, either of which may be `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct HostPattern {
    host: Option<String>,
    port: Option<u16>,
}

/// Whether a request passed, and what its answer has to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OriginCheck {
    Refused,
    /// The request named no origin, or its own: nothing to say.
    Passed,
    /// The origin is allowed, and the answer must say so to the browser.
    Allowed(HeaderValue),
}

impl Origins {
    /// Only pages of the server's own origin, and whatever is no browser. The default.
    #[must_use]
    pub const fn same_only() -> Self {
        Self(Rule::SameOnly)
    }

    /// Every page on the web may use the credentials that its visitors have here.
    #[must_use]
    pub const fn any() -> Self {
        Self(Rule::Any)
    }

    /// Pages of the listed origins, each `host:port`, where `*` stands for any host or any
    /// port, as in the reference server (`socket.io` 0.9 `lib/manager.js`). A scheme before
    /// the host sets its default port; without scheme and port, any port will do. `*:*`
    /// allows everything, as [`any`](Self::any) does. Requests that name neither an origin
    /// nor a referrer are refused.
    #[must_use]
    pub fn list<O: AsRef<str>>(origins: impl IntoIterator<Item = O>) -> Self {
        let patterns: Vec<_> = origins
            .into_iter()
            .map(|origin| HostPattern::parse(origin.as_ref()))
            .collect();
        if patterns
            .iter()
            .any(|pattern| pattern.host.is_none() && pattern.port.is_none())
        {
            return Self::any();
        }
        Self(Rule::Listed(patterns))
    }

    pub(crate) fn check(&self, headers: &HeaderMap) -> OriginCheck {
        let origin = headers
            .get(header::ORIGIN)
            .or_else(|| headers.get("sec-websocket-origin"))
            .filter(|origin| !origin.is_empty());
        let allowed = match &self.0 {
            Rule::Any => true,
            Rule::SameOnly => origin.is_none_or(|origin| is_own(origin, headers)),
            Rule::Listed(patterns) => origin
                .or_else(|| headers.get(header::REFERER))
                .and_then(host_and_port)
                .is_some_and(|(host, port)| patterns.iter().any(|p| p.matches(&host, port))),
        };
        match (allowed, headers.get(header::ORIGIN)) {
            (false, _) => OriginCheck::Refused,
            (true, None) => OriginCheck::Passed,
            (true, Some(origin)) => OriginCheck::Allowed(origin.clone()),
        }
    }
}

impl HostPattern {
    fn parse(text: &str) -> Self {
        let default_port = match text.split_once("://") {
            Some(("http", _)) => Some(80),
            Some(("https", _)) => Some(443),
            _ => None,
        };
        let text = text
            .split_once("://")
            .map_or(text, |(_, rest)| rest)
            .trim_end_matches('/');
        let (host, port) = match text.rsplit_once(':') {
            Some((host, "*")) => (host, None),
            Some((host, port)) if port.parse::<u16>().is_ok() => (host, port.parse().ok()),
            _ => (text, default_port),
        };
        Self {
            host: (host != "*").then(|| host.to_ascii_lowercase()),
            port,
        }
    }

    fn matches(&self, host: &str, port: u16) -> bool {
        self.host.as_ref().is_none_or(|allowed| allowed == host)
            && self.port.is_none_or(|allowed| allowed == port)
    }
}

/// The host and port of an origin or a URL; `None` for `null` and the like.
fn host_and_port(url: &HeaderValue) -> Option<(String, u16)> {
    if url == "null" {
        return None;
    }
    let uri: Uri = url.to_str().ok()?.parse().ok()?;
    let port = match (uri.port_u16(), uri.scheme_str()) {
        (Some(port), _) => port,
        (None, Some("https" | "wss")) => 443,
        (None, _) => 80,
    };
    Some((uri.host()?.to_ascii_lowercase(), port))
}

/// Whether the origin is the one that the request was made to.
fn is_own(origin: &HeaderValue, headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST) else {
        return false;
    };
    // Nearly always: the origin is the host behind a scheme.
    if let Some(b"http://" | b"https://") = origin.as_bytes().strip_suffix(host.as_bytes()) {
        return true;
    }
    let authority: Option<Authority> = host.to_str().ok().and_then(|host| host.parse().ok());
    let (Some(authority), Some((origin_host, origin_port))) = (authority, host_and_port(origin))
    else {
        return false;
    };
    let same_host = authority.host().eq_ignore_ascii_case(&origin_host);
    // Behind a proxy that ends TLS, the Host header names no port and the scheme is unknown.
    let same_port = match authority.port_u16() {
        Some(port) => port == origin_port,
        None => matches!(origin_port, 80 | 443),
    };
    same_host && same_port
}
