//! The whole server, over real sockets.

mod behind_axum;
mod our_server;
mod scripted_app;
mod transcripts;
