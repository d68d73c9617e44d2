//! What has gone wrong in servers of this family, in their relatives and in the libraries below
//! them: one test for each advisory, named after it. `SECURITY.md` lists them, and says why others
//! do not concern this server.

pub(super) mod crafted_requests;
pub(super) mod floods;
pub(super) mod frames;
pub(super) mod included_scripts;
pub(super) mod log_entries;
pub(super) mod origins;
pub(super) mod packets;
pub(super) mod request_smuggling;
pub(super) mod session_ids;
pub(super) mod unfinished;

/// The transports that poll, post or stream.
const HTTP_TRANSPORTS: [&str; 4] = ["xhr-polling", "jsonp-polling", "htmlfile", "xhr-multipart"];

/// The transports that are websockets.
const WEBSOCKETS: [&str; 2] = ["websocket", "flashsocket"];
