//! The response to be.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Response;
use pin_project_lite::pin_project;

use super::body::ResponseBody;
use crate::answer::AnswerBody;
use crate::counted_connection::CountedConnection;

/// A response of the server, and its place in the count.
pub(super) type Answering =
    Pin<Box<dyn Future<Output = (Response<AnswerBody>, Option<CountedConnection>)> + Send>>;

pin_project! {
    /// The response to be: the server's, or that of the application, whose future is an `F`.
    pub struct ResponseFuture<F> {
        #[pin]
        origin: Origin<F>,
    }
}

pin_project! {
    #[project = ProjectedOrigin]
    enum Origin<F> {
        Server { answering: Answering },
        Application { #[pin] answering: F },
    }
}

impl<F> ResponseFuture<F> {
    pub(super) const fn of_server(answering: Answering) -> Self {
        Self {
            origin: Origin::Server { answering },
        }
    }

    pub(super) const fn of_application(answering: F) -> Self {
        Self {
            origin: Origin::Application { answering },
        }
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<ResponseBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().origin.project() {
            ProjectedOrigin::Server { answering } => {
                let (response, counted) = ready!(answering.as_mut().poll(cx));
                let response = response.map(|body| ResponseBody::of_server(body, counted));
                Poll::Ready(Ok(response))
            }
            ProjectedOrigin::Application { answering } => answering
                .poll(cx)
                .map_ok(|response| response.map(ResponseBody::of_application)),
        }
    }
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
