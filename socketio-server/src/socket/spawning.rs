//! Jobs: work that lives as long as its socket.

use std::future::Future;
use std::sync::Arc;

use socketio_session::Misuse;
use tracing::error;

use super::Socket;
use crate::handlers::{
    EventContext, HandlerError, HandlerFuture, HandlerOutcome, OwedReply, ReplyArgs, Trigger,
};

impl Socket {
    /// Starts a job that lives at most as long as the client is in the namespace: it is
    /// cancelled after the disconnect handler has run. A panic in it is contained, and the fault
    /// hook hears of it. [Layers](crate::Layer) surround it as they surround handlers.
    ///
    /// # Errors
    /// [`Misuse::NotJoined`] if the client has gone, [`Misuse::TooManyJobs`] above
    /// [`jobs_per_session`](crate::ServerLimits::jobs_per_session).
    pub fn spawn(&self, job: impl Future<Output = ()> + Send + 'static) -> Result<(), Misuse> {
        self.start_job(async {
            job.await;
            Ok(ReplyArgs::NONE)
        })
    }

    /// Likewise, for a job that may fail: layers see its error, and what they make of it the
    /// fault hook hears. The client is not told.
    ///
    /// # Errors
    /// As [`spawn`](Self::spawn).
    pub fn spawn_fallible(
        &self,
        job: impl Future<Output = Result<(), HandlerError>> + Send + 'static,
    ) -> Result<(), Misuse> {
        self.start_job(async { job.await.map(|()| ReplyArgs::NONE) })
    }

    /// Cancels the jobs that run for the client in the namespace now. Further ones may be
    /// started. A job that calls it ends itself, too, as soon as it waits.
    #[doc(alias = "kill_local_jobs")]
    pub fn cancel_jobs(&self) {
        self.membership.jobs.cancel_running();
    }

    fn start_job(
        &self,
        job: impl Future<Output = HandlerOutcome> + Send + 'static,
    ) -> Result<(), Misuse> {
        let membership = Arc::downgrade(&self.membership);
        let leave = move |number| {
            if let Some(membership) = membership.upgrade() {
                membership.jobs.remove(number);
            }
        };
        let limit = self.engine.settings.limits.jobs_per_session;
        let reported = report(self.clone(), self.surround(Box::pin(job)));
        let job = self.membership.jobs.add(limit, reported, leave)?;
        self.engine.executor.spawn(Box::pin(job));
        Ok(())
    }

    fn surround(&self, job: HandlerFuture) -> HandlerFuture {
        let context = EventContext {
            socket: self.clone(),
            trigger: Trigger::Job,
            owed: OwedReply::Nothing,
        };
        let handlers = self.engine.handlers(self.membership.namespace);
        let layers = handlers.map(|handlers| handlers.layers.clone());
        layers.unwrap_or_default().around_job(job).run(context)
    }
}

async fn report(socket: Socket, job: HandlerFuture) {
    if let Err(error) = job.await {
        if error.is_panic() {
            error!(session = ?socket.id(), "a job panicked");
        }
        socket.engine.report_fault(&socket, error.into_fault());
    }
}
