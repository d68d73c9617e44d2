//! The files of the browser client, which pages load from the server that they talk to.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{Method, Request, Response, StatusCode};
use sha1::{Digest, Sha1};
use socketio_proto::RequestTarget;

use crate::error::BuildError;
use crate::responses;

/// The client itself, below the resource.
pub(crate) const SCRIPT: &str = "socket.io.js";

/// The type of scripts.
pub(crate) const JAVASCRIPT: &str = "application/javascript";

/// A file that is to be served.
#[derive(Debug)]
pub(crate) struct ClientFileSource {
    pub(crate) path: String,
    pub(crate) content: Content,
    pub(crate) content_type: String,
}

#[derive(Debug)]
pub(crate) enum Content {
    Bytes(Bytes),
    File(PathBuf),
}

/// The files that are served, by their path below the resource.
#[derive(Debug, Default)]
pub(crate) struct ClientFiles {
    files: BTreeMap<String, ClientFile>,
    max_age: Duration,
}

#[derive(Debug)]
struct ClientFile {
    content: Bytes,
    content_type: HeaderValue,
    tag: HeaderValue,
}

impl ClientFiles {
    /// Reads the files.
    pub(crate) fn load(
        sources: Vec<ClientFileSource>,
        max_age: Duration,
        resource: &str,
    ) -> Result<Self, BuildError> {
        let mut files = BTreeMap::new();
        for source in sources {
            let path = source.path.clone();
            files.insert(path, ClientFile::load(source, resource)?);
        }
        Ok(Self { files, max_age })
    }

    pub(crate) fn answer(&self, path: &str, head: &Request<()>) -> Response<Bytes> {
        let Some(file) = self.files.get(path) else {
            return responses::refusal(StatusCode::NOT_FOUND, "no such file");
        };
        if !matches!(*head.method(), Method::GET | Method::HEAD) {
            let status = StatusCode::METHOD_NOT_ALLOWED;
            let mut response = responses::refusal_and_close(status, "method not allowed");
            let allowed = HeaderValue::from_static("GET, HEAD");
            response.headers_mut().insert(ALLOW, allowed);
            return response;
        }
        let mut response = responses::empty();
        if is_known(&file.tag, head.headers()) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            *response.body_mut() = file.content.clone();
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, file.content_type.clone());
            let as_said = HeaderValue::from_static("nosniff");
            headers.insert(X_CONTENT_TYPE_OPTIONS, as_said);
        }
        let headers = response.headers_mut();
        headers.insert(ETAG, file.tag.clone());
        headers.insert(CACHE_CONTROL, cache_control(self.max_age));
        response
    }
}

impl ClientFile {
    fn load(source: ClientFileSource, resource: &str) -> Result<Self, BuildError> {
        let ClientFileSource {
            path,
            content,
            content_type,
        } = source;
        if !is_servable(&path, resource) {
            return Err(BuildError::ClientFilePath(path));
        }
        let Ok(content_type) = HeaderValue::try_from(&content_type) else {
            return Err(BuildError::ContentType(content_type));
        };
        let content = match content {
            Content::Bytes(content) => content,
            Content::File(file) => read(&file)?,
        };
        Ok(Self {
            tag: entity_tag(&content),
            content,
            content_type,
        })
    }
}

fn read(file: &Path) -> Result<Bytes, BuildError> {
    let content = std::fs::read(file);
    content
        .map(Bytes::from)
        .map_err(|source| BuildError::ClientFile {
            path: file.to_path_buf(),
            source,
        })
}

/// Whether requests for this path come here, and not to a session.
fn is_servable(path: &str, resource: &str) -> bool {
    let target = format!("/{}/{path}", resource.trim_matches('/'));
    let is_plain = target.bytes().all(|byte| byte.is_ascii_graphic());
    is_plain && RequestTarget::parse(&target, resource) == RequestTarget::ClientFile { path }
}

/// The same for the same bytes, whichever server serves them.
fn entity_tag(content: &[u8]) -> HeaderValue {
    let mut tag = String::from("\"");
    for byte in Sha1::digest(content) {
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    HeaderValue::try_from(tag).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// Whether the client has the file already (RFC 9110, section 13.1.2).
fn is_known(tag: &HeaderValue, headers: &HeaderMap) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .any(|known| known == b"*" || known.strip_prefix(b"W/").unwrap_or(known) == tag.as_bytes())
}

fn cache_control(max_age: Duration) -> HeaderValue {
    if max_age.is_zero() {
        // It may be kept, and has to be asked about each time.
        return HeaderValue::from_static("no-cache");
    }
    let text = format!("public, max-age={}", max_age.as_secs());
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("no-cache"))
}
