//! The whole server, over real sockets.

mod our_server;
mod scripted_app;
mod transcripts;
