//! The runtime-neutral Socket.IO server.
