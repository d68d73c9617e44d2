//! Answers by hand.

use std::sync::Arc;

use super::args::EventArgs;
use super::context::EventContext;
use super::extract::{FromEvent, Rejection};
use super::owed_reply::SharedReply;
use super::reply::ReplyArgs;
use crate::error::SendError;
use crate::socket::Socket;

/// The means to answer by hand a packet whose sender asked for an answer.
///
/// A handler that takes it answers when it likes, also after it has returned; what it returns
/// is not sent then. If no answer was asked for, answering does nothing. If the handler fails
/// before it has answered, its failure is the answer. If it is dropped without an answer, the
/// client is told `not_answered`, as if the handler had failed so: no callback is left hanging.
#[derive(Debug)]
pub struct Ack {
    socket: Socket,
    in_hand: Option<Arc<SharedReply>>,
}

impl Ack {
    /// Whether the client asked for an answer.
    #[must_use]
    pub const fn is_wanted(&self) -> bool {
        self.in_hand.is_some()
    }

    /// Answers.
    ///
    /// # Errors
    /// If the arguments cannot be serialized, or the session has ended.
    pub fn send(self, args: impl EventArgs) -> Result<(), SendError> {
        let Some(in_hand) = self.in_hand else {
            return Ok(());
        };
        let mut text = Vec::new();
        args.write_args(&mut text)?;
        let text = String::from_utf8(text).unwrap_or_default();
        let Some(reply_to) = in_hand.take() else {
            return Ok(());
        };
        Ok(self.socket.answer(reply_to, &ReplyArgs::from_text(text))?)
    }
}

impl FromEvent for Ack {
    fn from_event(context: &mut EventContext) -> Result<Self, Rejection> {
        Ok(Self {
            in_hand: context.owed.take_in_hand(&context.socket),
            socket: context.socket.clone(),
        })
    }
}
