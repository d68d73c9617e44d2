//! The files of a page, which the server gives to browsers itself.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use http::{Method, Request, Response, StatusCode};

use crate::driver::DriverName;

/// A page with its parts, besides those that all demos share: `/demo.css`, their look, and
/// `/demo.js`, their line about the connection.
#[derive(Debug, Clone)]
pub struct Page(BTreeMap<&'static str, Bytes>);

impl Page {
    /// A page of this HTML.
    #[must_use]
    pub fn new(html: impl Into<Bytes>) -> Self {
        let shared = [
            ("/demo.css", include_str!("page/demo.css")),
            ("/demo.js", include_str!("page/demo.js")),
        ];
        let mut files: BTreeMap<_, _> = shared
            .map(|(path, text)| (path, Bytes::from_static(text.as_bytes())))
            .into();
        files.insert("/", html.into());
        Self(files)
    }

    /// Adds a style sheet, a script or a text, which its name tells: `/name.css`, `/name.js`,
    /// `/name.txt`.
    #[must_use]
    pub fn file(mut self, path: &'static str, text: &'static str) -> Self {
        self.0.insert(path, Bytes::from_static(text.as_bytes()));
        self
    }

    /// Says which driver serves the page: `/driver.txt`, for the line about the connection.
    #[must_use]
    pub fn served_by(self, driver: DriverName) -> Self {
        self.file("/driver.txt", driver.as_str())
    }

    /// Answers requests for the page and its parts, and everything else with 404.
    #[must_use]
    pub fn answer(&self, request: &Request<()>) -> Response<Bytes> {
        let path = match request.uri().path() {
            "/index.html" => "/",
            path => path,
        };
        match self.0.get(path) {
            Some(text) if request.method() == Method::GET => file(path, text.clone()),
            _ => not_found(),
        }
    }
}

fn file(path: &str, text: Bytes) -> Response<Bytes> {
    let kind = match path.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "txt")) => "text/plain; charset=utf-8",
        _ => "text/html; charset=utf-8",
    };
    let mut response = Response::new(text);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn not_found() -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(b"not found"));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
