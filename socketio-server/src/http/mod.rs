//! HTTP/1.1 is hyper's; this is the seam around it.
//!
//! What lies behind the seam, [`crate::router`] and the transports, sees requests and answers
//! of the `http` crate and bodies of `http-body`, and nothing of hyper.

mod answer_body;
mod client_end;
mod connection;
mod head_timer;
mod hyper_adapter;
mod logged_body;
mod unflushed;

use bytes::Bytes;
use http::Response;

pub(crate) use self::answer_body::{AnswerBody, StreamBroken};
pub(crate) use self::client_end::ClientEnd;
pub(crate) use self::connection::{CountedConnection, serve_connection};

use crate::transports::delivery::Delivery;
use crate::transports::websocket::WebSocketUpgrade;

/// A request's extension: its connection cannot become anything else.
#[cfg(feature = "tower")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct NoUpgrade;

/// How a request is answered.
#[derive(Debug)]
pub(crate) enum Answer {
    /// With a response.
    Response(Response<AnswerBody>),
    /// The connection becomes a websocket after this response.
    Upgrade(Response<AnswerBody>, WebSocketUpgrade),
}

impl Answer {
    /// A response that is complete. If its extensions have a [`Delivery`], it is told what
    /// becomes of the response.
    pub(crate) fn whole(mut response: Response<Bytes>) -> Self {
        let delivery = response.extensions_mut().remove::<Delivery>();
        Self::Response(response.map(|bytes| AnswerBody::whole(bytes).carrying(delivery)))
    }
}
