//! Socket.IO on tokio.
