//! What our server does, once more: inside of an application on actix-web. What concerns listeners
//! alone is left out.

#![allow(dead_code, reason = "what is left out has needs of its own")]

mod host;

mod routes;

#[path = "../behaviour/access_control.rs"]
mod access_control;
#[path = "../behaviour/admission.rs"]
mod admission;
#[path = "../behaviour/as_in_gevent_socketio.rs"]
mod as_in_gevent_socketio;
#[path = "../behaviour/background_jobs.rs"]
mod background_jobs;
#[path = "../behaviour/blacklist.rs"]
mod blacklist;
#[path = "../behaviour/broadcasts.rs"]
mod broadcasts;
#[path = "../behaviour/client.rs"]
mod client;
#[path = "../behaviour/client_files.rs"]
mod client_files;
#[path = "../behaviour/disconnecting.rs"]
mod disconnecting;
#[path = "../behaviour/disconnection_flow.rs"]
mod disconnection_flow;
#[path = "../behaviour/dispatch_order.rs"]
mod dispatch_order;
#[path = "../behaviour/dispatching.rs"]
mod dispatching;
#[path = "../behaviour/dropped_connections.rs"]
mod dropped_connections;
#[path = "../behaviour/event_extractors.rs"]
mod event_extractors;
#[path = "../behaviour/extensions.rs"]
mod extensions;
#[path = "../behaviour/first_packets.rs"]
mod first_packets;
#[path = "../behaviour/handler_errors.rs"]
mod handler_errors;
#[path = "../behaviour/handshakes.rs"]
mod handshakes;
#[path = "../behaviour/htmlfile.rs"]
mod htmlfile;
#[path = "../behaviour/htmlfile_client.rs"]
mod htmlfile_client;
#[path = "../behaviour/http_client.rs"]
mod http_client;
#[path = "../behaviour/initializing.rs"]
mod initializing;
#[path = "../behaviour/journal.rs"]
mod journal;
#[path = "../behaviour/jsonp_polling.rs"]
mod jsonp_polling;
#[path = "../behaviour/layers.rs"]
mod layers;
#[path = "../behaviour/listener.rs"]
mod listener;
#[path = "../behaviour/manual_acks.rs"]
mod manual_acks;
#[path = "../behaviour/message_extractors.rs"]
mod message_extractors;
#[path = "../behaviour/origins.rs"]
mod origins;
#[path = "../behaviour/other_json_library.rs"]
mod other_json_library;
#[path = "../behaviour/panicking_destructors.rs"]
mod panicking_destructors;
#[path = "../behaviour/polling.rs"]
mod polling;
#[path = "../behaviour/questions.rs"]
mod questions;
#[path = "../behaviour/raw_packets.rs"]
mod raw_packets;
#[path = "../behaviour/refused_transports.rs"]
mod refused_transports;
#[path = "../behaviour/replies.rs"]
mod replies;
#[path = "../behaviour/rooms.rs"]
mod rooms;
#[path = "../behaviour/server.rs"]
mod server;
#[path = "../behaviour/server_handle.rs"]
mod server_handle;
#[path = "../behaviour/sessions.rs"]
mod sessions;
#[path = "../behaviour/shutdown.rs"]
mod shutdown;
#[path = "../behaviour/sizes_and_times.rs"]
mod sizes_and_times;
#[path = "../behaviour/slow_consumers.rs"]
mod slow_consumers;
#[path = "../behaviour/slow_handlers.rs"]
mod slow_handlers;
#[path = "../behaviour/unknown_sessions.rs"]
mod unknown_sessions;
#[path = "../behaviour/websocket_frames.rs"]
mod websocket_frames;
#[path = "../behaviour/wrong_packets.rs"]
mod wrong_packets;
#[path = "../behaviour/xhr_multipart.rs"]
mod xhr_multipart;
