//! What our server does, seen by clients on real sockets and by the application.

mod client;
mod htmlfile_client;
mod http_client;
mod journal;
mod listener;
mod log_lines;
mod server;

// Where `tests/behind_axum` has a host of its own.
use listener as host;

mod access_control;
mod access_log;
mod admission;
mod as_in_gevent_socketio;
mod background_jobs;
mod blacklist;
mod broadcasts;
mod build_errors;
mod client_files;
mod contradictory_settings;
mod disconnecting;
mod disconnection_flow;
mod dispatch_order;
mod dispatching;
mod dropped_connections;
mod encryption;
mod event_extractors;
mod extensions;
mod first_packets;
mod flash;
mod handler_errors;
mod handshakes;
mod htmlfile;
mod initializing;
mod jsonp_polling;
mod layers;
mod listeners;
mod manual_acks;
mod message_extractors;
mod origins;
mod other_json_library;
mod other_upgrades;
mod panicking_destructors;
mod polling;
mod questions;
mod raw_packets;
mod refused_transports;
mod replies;
mod rooms;
mod server_handle;
mod sessions;
mod shutdown;
mod sizes_and_times;
mod slow_consumers;
mod slow_handlers;
mod start_line;
mod timers_and_tasks;
mod undelivered;
#[cfg(unix)]
mod unix_sockets;
mod unknown_sessions;
mod vanishing;
mod websocket_frames;
mod wrong_packets;
mod xhr_multipart;
