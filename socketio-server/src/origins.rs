//! From which web origins a browser may talk to the server.

use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Uri, header};

/// The rule for requests that a browser makes on behalf of a page of another origin.
///
/// Without it, any web page could use the credentials of whoever looks at it. The rule holds
/// for the handshake, for every request of every transport, websockets included, and for the one by
/// which a client leaves in a hurry.
///
/// Browsers name the origin in `Origin` where a page can see the answer and where it sends
/// something; a request that names two of them is refused. Where they name none, the page is known
/// by `Referer`, as on the reference server (`socket.io` 0.9 `lib/manager.js`). Requests that have
/// neither are taken for those of programs that are no browser, but for JSONP: any page can include
/// a script and have it run, and can keep its browser from naming it. So a script is given away only
/// where the page is named, or where the browser says in `Sec-Fetch-Site` that it is one of the
/// server's own.
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

    /// The check of a request whose answer is a script, which pages of any origin could include.
    pub(crate) fn check_included(&self, headers: &HeaderMap) -> OriginCheck {
        let is_anonymous = page(headers).is_none()
            && headers
                .get("sec-fetch-site")
                .is_none_or(|site| site != "same-origin");
        match self.0 {
            Rule::SameOnly if is_anonymous => OriginCheck::Refused,
            _ => self.check(headers),
        }
    }

    pub(crate) fn check(&self, headers: &HeaderMap) -> OriginCheck {
        let page = page(headers);
        let allowed = match &self.0 {
            // Which of several was meant, nobody knows.
            _ if headers.get_all(header::ORIGIN).iter().nth(1).is_some() => false,
            Rule::Any => true,
            Rule::SameOnly => page.is_none_or(|page| is_own(page, headers)),
            Rule::Listed(patterns) => page
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

/// The origin or the URL of the page that makes a request, if the browser says it.
fn page(headers: &HeaderMap) -> Option<&HeaderValue> {
    headers
        .get(header::ORIGIN)
        .or_else(|| headers.get("sec-websocket-origin"))
        .filter(|origin| !origin.is_empty())
        .or_else(|| headers.get(header::REFERER))
        .filter(|page| !page.is_empty())
}

/// The host and port of an origin or a URL; `None` for `null` and the like.
fn host_and_port(url: &HeaderValue) -> Option<(String, u16)> {
    if url == "null" {
        return None;
    }
    let url = url.to_str().ok()?;
    // What follows the origin in a URL may be anything that browsers let through.
    let origin_end = url.find("://").and_then(|scheme_end| {
        let (at, _) = url
            .match_indices(['/', '?', '#'])
            .find(|(at, _)| *at > scheme_end + 2)?;
        Some(at)
    });
    let uri: Uri = url.get(..origin_end.unwrap_or(url.len()))?.parse().ok()?;
    // No browser names users in an origin; only who wants to look like another does.
    if uri.authority()?.as_str().contains('@') {
        return None;
    }
    let port = match (uri.port_u16(), uri.scheme_str()) {
        (Some(port), _) => port,
        (None, Some("https" | "wss")) => 443,
        (None, _) => 80,
    };
    Some((uri.host()?.to_ascii_lowercase(), port))
}

/// Whether an origin, or that of a URL, is the one that the request was made to.
fn is_own(origin: &HeaderValue, headers: &HeaderMap) -> bool {
    // With two of them, nobody knows which one a proxy went by.
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
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
