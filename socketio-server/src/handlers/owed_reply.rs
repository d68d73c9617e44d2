//! The answer that the sender of a packet waits for.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use socketio_proto::AckMode;
use socketio_session::ReplyTo;

use crate::socket::Socket;

/// The answer that the sender of a packet waits for.
#[derive(Debug)]
pub(crate) enum OwedReply {
    Nothing,
    /// Its receipt was acknowledged already, under this id.
    Acknowledged(Box<str>),
    /// What the handler returns.
    ByReturn(ReplyTo),
    /// Several hold it: whoever comes first answers.
    Shared(Arc<SharedReply>),
}

/// The right to answer, until somebody has answered. When nobody holds it any more and nobody
/// has answered, the client is told so: its callback is not left hanging.
#[derive(Debug)]
pub(crate) struct SharedReply {
    socket: Socket,
    id: Box<str>,
    reply_to: Mutex<Option<ReplyTo>>,
    /// The handler answers itself; what it returns is no answer.
    by_hand: AtomicBool,
}

impl OwedReply {
    pub(crate) fn new(asked: Option<ReplyTo>, acknowledged: Option<Box<str>>) -> Self {
        match (asked, acknowledged) {
            (Some(reply_to), _) => Self::ByReturn(reply_to),
            (None, Some(id)) => Self::Acknowledged(id),
            (None, None) => Self::Nothing,
        }
    }

    /// To be answered by hand from now on.
    pub(crate) fn take_in_hand(&mut self, socket: &Socket) -> Option<Arc<SharedReply>> {
        let shared = self.share(socket)?;
        shared.by_hand.store(true, Ordering::Relaxed);
        Some(shared)
    }

    /// Another holder of the same answer.
    pub(crate) fn share_with_another(&mut self, socket: &Socket) -> Self {
        match self.share(socket) {
            Some(shared) => Self::Shared(shared),
            None => match self {
                Self::Acknowledged(id) => Self::Acknowledged(id.clone()),
                _ => Self::Nothing,
            },
        }
    }

    fn share(&mut self, socket: &Socket) -> Option<Arc<SharedReply>> {
        match std::mem::replace(self, Self::Nothing) {
            Self::ByReturn(reply_to) => {
                let shared = Arc::new(SharedReply {
                    socket: socket.clone(),
                    id: Box::from(reply_to.id()),
                    reply_to: Mutex::new(Some(reply_to)),
                    by_hand: AtomicBool::new(false),
                });
                *self = Self::Shared(Arc::clone(&shared));
                Some(shared)
            }
            Self::Shared(shared) => {
                *self = Self::Shared(Arc::clone(&shared));
                Some(shared)
            }
            nothing => {
                *self = nothing;
                None
            }
        }
    }

    /// Whether what the handler returns is the answer.
    pub(crate) fn is_by_return(&self) -> bool {
        match self {
            Self::ByReturn(_) => true,
            Self::Shared(shared) => !shared.by_hand.load(Ordering::Relaxed),
            Self::Nothing | Self::Acknowledged(_) => false,
        }
    }

    /// What a value that was returned is to answer.
    pub(crate) fn for_value(self) -> Option<ReplyTo> {
        match self.is_by_return() {
            true => self.for_failure(),
            false => None,
        }
    }

    /// What a failure is to answer.
    pub(crate) fn for_failure(self) -> Option<ReplyTo> {
        match self {
            Self::ByReturn(reply_to) => Some(reply_to),
            Self::Shared(shared) => shared.take(),
            Self::Nothing | Self::Acknowledged(_) => None,
        }
    }

    /// The packet's id, and which answer it asks for.
    pub(crate) fn asked(&self) -> Option<(&str, AckMode)> {
        match self {
            Self::Nothing => None,
            Self::Acknowledged(id) => Some((id, AckMode::Automatic)),
            Self::ByReturn(reply_to) => Some((reply_to.id(), AckMode::Data)),
            Self::Shared(shared) => Some((&shared.id, AckMode::Data)),
        }
    }
}

impl SharedReply {
    /// Whoever takes it must answer.
    pub(crate) fn take(&self) -> Option<ReplyTo> {
        let mut reply_to = self.reply_to.lock().unwrap_or_else(PoisonError::into_inner);
        reply_to.take()
    }
}

impl Drop for SharedReply {
    fn drop(&mut self) {
        if let Some(reply_to) = self.take() {
            self.socket
                .engine()
                .answer_for_nobody(&self.socket, reply_to);
        }
    }
}
