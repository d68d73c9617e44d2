//! What answers carry.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;

use super::unflushed::Unflushed;
use crate::transports::ClientEnd;
use crate::transports::delivery::Delivery;
use crate::transports::streaming::{SessionStream, StreamBroken};

/// The body of an answer, and what is told when it was written.
///
/// On a connection of ours, bytes count as written when the connection has flushed them. Any
/// other connection is taken at its word: what it takes counts as written.
#[derive(Debug)]
pub(crate) struct AnswerBody {
    content: Content,
    delivery: Option<Delivery>,
    unflushed: Option<Unflushed>,
}

/// All of it at once, or a stream that ends when its transport does.
#[derive(Debug)]
enum Content {
    Whole(Full<Bytes>),
    Stream(Box<SessionStream>),
}

impl AnswerBody {
    pub(crate) fn whole(bytes: Bytes) -> Self {
        Self {
            content: Content::Whole(Full::new(bytes)),
            delivery: None,
            unflushed: None,
        }
    }

    /// A body that goes on.
    pub(super) fn stream(stream: SessionStream) -> Self {
        Self {
            delivery: stream.delivery(),
            content: Content::Stream(Box::new(stream)),
            unflushed: None,
        }
    }

    /// Tells `delivery` what becomes of it.
    pub(super) fn carrying(self, delivery: Option<Delivery>) -> Self {
        Self { delivery, ..self }
    }

    /// It goes out on a connection that says when it has flushed what it took.
    /// The connection also says when its client has ended it.
    pub(crate) fn on_connection(mut self, unflushed: Unflushed, client_end: ClientEnd) -> Self {
        if let Content::Stream(stream) = &mut self.content {
            stream.watch(client_end);
        }
        Self {
            unflushed: Some(unflushed),
            ..self
        }
    }

    /// A piece of it was handed out.
    fn taken(&self) {
        match (&self.delivery, &self.unflushed) {
            (Some(delivery), Some(unflushed)) => unflushed.push(delivery.clone()),
            (Some(delivery), None) => delivery.taken(),
            (None, _) => {}
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = StreamBroken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StreamBroken>>> {
        let polled = match &mut self.content {
            Content::Whole(body) => Pin::new(body)
                .poll_frame(cx)
                .map_err(|never| match never {}),
            Content::Stream(body) => Pin::new(&mut **body).poll_frame(cx),
        };
        if let Poll::Ready(Some(Ok(_))) = polled {
            self.taken();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        match &self.content {
            Content::Whole(body) => body.is_end_stream(),
            Content::Stream(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole(body) => body.size_hint(),
            Content::Stream(body) => body.size_hint(),
        }
    }
}
