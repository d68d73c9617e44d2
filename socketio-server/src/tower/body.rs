//! Bodies that are either the server's or the application's.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::answer::AnswerBody;
use crate::counted_connection::CountedConnection;

pin_project! {
    /// The body of a response: the server's, or that of the application, which is a `B`.
    pub struct ResponseBody<B> {
        #[pin]
        origin: Origin<B>,
    }
}

pin_project! {
    #[project = ProjectedOrigin]
    enum Origin<B> {
        Server {
            body: AnswerBody,
            // The response counts until it has been sent, or given up.
            counted: Option<CountedConnection>,
        },
        Application {
            #[pin]
            body: B,
        },
    }
}

impl<B> ResponseBody<B> {
    pub(super) const fn of_server(body: AnswerBody, counted: Option<CountedConnection>) -> Self {
        Self {
            origin: Origin::Server { body, counted },
        }
    }

    pub(super) const fn of_application(body: B) -> Self {
        Self {
            origin: Origin::Application { body },
        }
    }
}

/// Empty. Some middleware makes its answers so.
impl<B> Default for ResponseBody<B> {
    fn default() -> Self {
        Self::of_server(AnswerBody::whole(Bytes::new()), None)
    }
}

impl<B> Body for ResponseBody<B>
where
    B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>>,
{
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.project().origin.project() {
            ProjectedOrigin::Server { body, .. } => {
                Pin::new(body).poll_frame(cx).map_err(Into::into)
            }
            ProjectedOrigin::Application { body } => body.poll_frame(cx).map_err(Into::into),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.origin {
            Origin::Server { body, .. } => body.is_end_stream(),
            Origin::Application { body } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.origin {
            Origin::Server { body, .. } => body.size_hint(),
            Origin::Application { body } => body.size_hint(),
        }
    }
}

impl<B> fmt::Debug for ResponseBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.origin {
            Origin::Server { .. } => "ResponseBody::Server",
            Origin::Application { .. } => "ResponseBody::Application",
        })
    }
}
