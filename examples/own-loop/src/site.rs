//! A page to try the server with.

use crate::request::Request;
use crate::response::{Refusal, Response};

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
            "/" => ("text/html", include_str!("../page/index.html")),
            "/shout.css" => ("text/css", include_str!("../page/shout.css")),
            "/shout.js" => ("text/javascript", include_str!("../page/shout.js")),
            "/demo.css" => ("text/css", include_str!("../../src/page/demo.css")),
            "/demo.js" => ("text/javascript", include_str!("../../src/page/demo.js")),
            // Where the others name their driver.
            "/driver.txt" => ("text/plain", "own-loop"),
            "/socket.io/socket.io.js" => {
                return Response::of_kind("text/javascript", self.client_script.clone());
            }
            _ => return Refusal::NOT_FOUND.into(),
        };
        Response::of_kind(kind, text.as_bytes())
    }
}
