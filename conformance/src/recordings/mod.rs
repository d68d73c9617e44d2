//! Conversations of the reference server, held with ours.

mod our_server;
mod scripted_app;
mod transcripts;

pub use self::our_server::{not_ours, scripted};
pub use self::transcripts::play_group_but;
use crate::TestFile;

/// All of them.
pub(crate) const FILES: &[TestFile] = &[transcripts::TESTS];
