//! What a request's path and query ask for.
//!
//! ```text
//! handshake     /{resource}/1/?{query}
//! transport     /{resource}/1/{transport}/{sid}?{query}
//! forced end    either of those two with a session id and `disconnect` in the query;
//!               clients that leave in a hurry write /{resource}/1//{sid}/?disconnect=1
//! client files  /{resource}/socket.io.js, /{resource}/static/…
//! ```
//!
//! This follows socket.io 0.9 (`lib/manager.js`, `checkRequest`), with one difference: the
//! resource is matched as whole path segments, where the reference claims every path that merely
//! begins with it (`/socket.iox`).

/// The path segments that clients use unless told otherwise.
pub const DEFAULT_RESOURCE: &str = "socket.io";

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestTarget<'a> {
    /// A new session.
    Handshake {
        /// The query, without `?`.
        query: &'a str,
    },
    /// A session's transport: to take it up, to fetch or to send.
    Transport {
        /// The transport's name as it was given; it may be unknown or empty.
        name: &'a str,
        /// The session's id as it was given: never empty, percent escapes left as they are.
        sid: &'a str,
        /// The query, without `?`.
        query: &'a str,
    },
    /// The end of a session, at once.
    Disconnect {
        /// The transport's name as it was given; empty in the short form of the URL.
        name: &'a str,
        /// The session's id as it was given: never empty, percent escapes left as they are.
        sid: &'a str,
        /// The query, without `?`.
        query: &'a str,
    },
    /// A file that belongs to the browser client.
    ClientFile {
        /// Its path below the resource, without a leading slash.
        path: &'a str,
    },
    /// A protocol version that is not spoken here (the reference answers 500).
    WrongVersion {
        /// The version as it was given.
        version: &'a str,
    },
    /// Something below the resource that means nothing (the reference answers a welcome text).
    NotUsable,
    /// Something outside of the resource: not ours.
    Elsewhere,
}

impl<'a> RequestTarget<'a> {
    /// Reads the path and query of a request, given the resource, which may consist of several
    /// segments and whose slashes at the ends do not matter.
    #[must_use]
    pub fn parse(path_and_query: &'a str, resource: &str) -> Self {
        let (path, query) = path_and_query
            .split_once('?')
            .unwrap_or((path_and_query, ""));
        let Some(below) = strip_resource(path, resource) else {
            return Self::Elsewhere;
        };
        if is_client_file(below) {
            return Self::ClientFile { path: below };
        }
        // One trailing slash is optional everywhere.
        let mut segments = below.strip_suffix('/').unwrap_or(below).split('/');
        let version = segments.next().unwrap_or_default();
        let name = segments.next().unwrap_or_default();
        let sid = segments.next().unwrap_or_default();
        if version.is_empty() || segments.next().is_some() {
            return Self::NotUsable;
        }
        match Version::read(version) {
            Version::One if sid.is_empty() => Self::Handshake { query },
            Version::One if query_param(query, "disconnect").is_some() => {
                Self::Disconnect { name, sid, query }
            }
            Version::One => Self::Transport { name, sid, query },
            // Only a path that cannot mean anything else is welcomed.
            Version::None if name.is_empty() => Self::NotUsable,
            Version::None | Version::Other => Self::WrongVersion { version },
        }
    }
}

/// The first value that `query` gives to `key`, undecoded: empty for a key without a value, none
/// if the key is absent.
#[must_use]
pub fn query_param<'a>(query: &'a str, key: &str) -> Option<&'a str> {
    query.split('&').find_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name == key && !pair.is_empty()).then_some(value)
    })
}

/// The path below the resource, without its leading slash.
fn strip_resource<'a>(path: &'a str, resource: &str) -> Option<&'a str> {
    let resource = resource.trim_matches('/');
    let mut below = path.strip_prefix('/')?;
    if !resource.is_empty() {
        below = below.strip_prefix(resource)?;
        below = if below.is_empty() {
            below
        } else {
            below.strip_prefix('/')?
        };
    }
    Some(below)
}

/// Whether a path below the resource names a file of the browser client: the script, maybe with
/// a version or a choice of transports in its name, or one of the Flash objects.
fn is_client_file(below: &str) -> bool {
    let script = below.starts_with("socket.io") && below.ends_with(".js") && !below.contains('/');
    script
        || below
            .strip_prefix("static/")
            .is_some_and(|file| !file.is_empty())
}

/// What the first path segment says as a number, which is how the reference compares it.
enum Version {
    One,
    Other,
    /// Zero, or no number.
    None,
}

impl Version {
    fn read(text: &str) -> Self {
        // Rust would also read `inf` and `nan`, which JavaScript does not.
        if text
            .bytes()
            .any(|byte| byte.is_ascii_alphabetic() && !matches!(byte, b'e' | b'E'))
        {
            return Self::None;
        }
        match text.parse::<f64>() {
            Ok(1.0) => Self::One,
            Ok(number) if number != 0.0 => Self::Other,
            Ok(_) | Err(_) => Self::None,
        }
    }
}
