//! What can go wrong under load.

use std::io;

use thiserror::Error;

/// Why a measurement is worth nothing.
#[non_exhaustive]
#[derive(Debug, Error)]
pub enum LoadError {
    /// A socket or the process failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The server did not answer as it must.
    #[error("expected {expected}, got {got}")]
    WrongAnswer {
        /// What had to come.
        expected: String,
        /// What came.
        got: String,
    },
    /// The server closed a connection.
    #[error("the server closed a connection")]
    Closed,
    /// Nothing came for too long.
    #[error("{0} took too long")]
    TooSlow(&'static str),
    /// The kernel's books about the server cannot be read.
    #[error("no {0} of the server process")]
    NoAccounts(&'static str),
    /// A client of a soak met something else than it must.
    #[error("a visit failed: {0}")]
    Visit(String),
    /// The server remembers clients that have gone.
    #[error("{sessions} sessions and {connections} connections are left")]
    Remembered {
        /// Sessions that are left.
        sessions: usize,
        /// Connections that are left.
        connections: usize,
    },
    /// The executable is not what this is made for.
    #[error("the server's first line names no port: {0:?}")]
    NoPort(String),
}

impl LoadError {
    /// The server said something else.
    pub(super) fn wrong(expected: &str, got: &[u8]) -> Self {
        Self::WrongAnswer {
            expected: expected.to_owned(),
            got: String::from_utf8_lossy(got).into_owned(),
        }
    }
}

/// Fails unless the server said something that begins so; the rest is the server's to choose.
pub(super) fn expect_start(expected: &str, got: &[u8]) -> Result<(), LoadError> {
    if got.starts_with(expected.as_bytes()) {
        Ok(())
    } else {
        Err(LoadError::wrong(expected, got))
    }
}

/// Fails unless the server said what it had to.
pub(super) fn expect(expected: &str, got: &[u8]) -> Result<(), LoadError> {
    if got == expected.as_bytes() {
        Ok(())
    } else {
        Err(LoadError::wrong(expected, got))
    }
}
