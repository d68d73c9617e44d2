//! How a request is answered: what the router gives to whatever connection asks it.
//!
//! Connections are hyper's or a framework's; what lies behind this seam sees requests and
//! responses of the `http` crate and bodies of `http-body`, and nothing of either.

mod body;
mod unflushed;

use bytes::Bytes;
use http::Response;

pub(crate) use self::body::AnswerBody;
pub(crate) use self::unflushed::Unflushed;

use crate::transports::delivery::Delivery;
use crate::transports::streaming::SessionStream;
use crate::transports::websocket::WebSocketUpgrade;

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

    /// A response that goes on until its transport ends.
    pub(crate) fn stream(response: Response<SessionStream>) -> Self {
        Self::Response(response.map(AnswerBody::stream))
    }

    /// What accepts a websocket, which comes behind it.
    pub(crate) fn upgrade(response: Response<Bytes>, upgrade: WebSocketUpgrade) -> Self {
        Self::Upgrade(response.map(AnswerBody::whole), upgrade)
    }
}
