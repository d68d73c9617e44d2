//! A page to try the server with.

use crate::request::Request;
use crate::response::{Refusal, Response};

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// The page's files, and the script of its client.
#[derive(Debug)]
pub(crate) struct Site {
    client_script: Vec<u8>,
}

impl Site {
    pub(crate) const fn new(client_script: Vec<u8>) -> Self {
        Self { client_script }
    }

    pub(crate) fn answer(&self, request: &Request) -> Response {
        let (path, _) = request
            .target
            .split_once('?')
            .unwrap_or((&request.target, ""));
        let (kind, text) = match path {
            _ if request.method != "GET" => return Refusal::BAD_METHOD.into(),
            "/" => (HTML, include_str!("../page/index.html")),
            "/shout.css" => (CSS, include_str!("../page/shout.css")),
            "/shout.js" => (JS, include_str!("../page/shout.js")),
            "/demo.css" => (CSS, include_str!("../../src/page/demo.css")),
            "/demo.js" => (JS, include_str!("../../src/page/demo.js")),
            // Where the other examples name their driver.
            "/driver.txt" => (TEXT, "own-loop"),
            "/socket.io/socket.io.js" => {
                return Response::of_kind(JS, self.client_script.clone());
            }
            _ => return Refusal::NOT_FOUND.into(),
        };
        Response::of_kind(kind, text.as_bytes())
    }
}
