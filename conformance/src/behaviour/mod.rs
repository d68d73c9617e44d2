//! What our server does, seen by clients on real sockets and by the application.

mod access_control;
mod access_log;
mod admission;
mod advisories;
mod as_in_gevent_socketio;
mod background_jobs;
mod blacklist;
mod broadcasts;
mod build_errors;
mod bursts;
mod client_files;
mod contradictory_settings;
mod counters;
mod deadlines;
mod disconnecting;
mod disconnection_flow;
mod dispatch_order;
mod dispatching;
mod draining;
mod dropped_connections;
mod encryption;
mod event_extractors;
mod event_rates;
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
mod memory_budget;
mod message_extractors;
mod origins;
mod other_json_library;
mod other_upgrades;
mod panicking_destructors;
mod peer_limits;
mod polling;
mod questions;
mod raw_packets;
mod refused_transports;
mod replies;
mod rooms;
mod server_handle;
mod sessions;
mod shutdown;
#[cfg(target_os = "linux")]
mod silent_connections;
mod sizes_and_times;
mod slow_consumers;
mod slow_handlers;
mod start_line;
mod timers_and_tasks;
mod trusted_proxies;
mod undelivered;
mod under_load;
#[cfg(unix)]
mod unix_sockets;
mod unknown_sessions;
mod vanishing;
mod waiting_posts;
mod websocket_frames;
mod wrong_packets;
mod xhr_multipart;

use crate::TestFile;

/// All of them.
pub(crate) const FILES: &[TestFile] = &[
    access_control::TESTS,
    access_log::TESTS,
    admission::TESTS,
    advisories::crafted_requests::TESTS,
    advisories::floods::TESTS,
    advisories::frames::TESTS,
    advisories::included_scripts::TESTS,
    advisories::log_entries::TESTS,
    advisories::origins::TESTS,
    advisories::packets::TESTS,
    advisories::request_smuggling::TESTS,
    advisories::session_ids::TESTS,
    advisories::unfinished::TESTS,
    as_in_gevent_socketio::TESTS,
    background_jobs::TESTS,
    blacklist::TESTS,
    broadcasts::TESTS,
    build_errors::TESTS,
    bursts::TESTS,
    client_files::TESTS,
    contradictory_settings::TESTS,
    counters::TESTS,
    deadlines::TESTS,
    disconnecting::TESTS,
    disconnection_flow::TESTS,
    dispatch_order::TESTS,
    dispatching::TESTS,
    dropped_connections::TESTS,
    draining::TESTS,
    encryption::TESTS,
    event_extractors::TESTS,
    event_rates::TESTS,
    extensions::TESTS,
    first_packets::TESTS,
    flash::TESTS,
    handler_errors::TESTS,
    handshakes::TESTS,
    htmlfile::TESTS,
    initializing::TESTS,
    jsonp_polling::TESTS,
    layers::TESTS,
    listeners::TESTS,
    manual_acks::TESTS,
    memory_budget::TESTS,
    message_extractors::TESTS,
    origins::TESTS,
    other_json_library::TESTS,
    other_upgrades::TESTS,
    panicking_destructors::TESTS,
    peer_limits::TESTS,
    polling::TESTS,
    questions::TESTS,
    raw_packets::TESTS,
    refused_transports::TESTS,
    replies::TESTS,
    rooms::TESTS,
    server_handle::TESTS,
    sessions::TESTS,
    shutdown::TESTS,
    #[cfg(target_os = "linux")]
    silent_connections::TESTS,
    sizes_and_times::TESTS,
    slow_consumers::TESTS,
    slow_handlers::TESTS,
    start_line::TESTS,
    timers_and_tasks::TESTS,
    trusted_proxies::TESTS,
    undelivered::TESTS,
    #[cfg(unix)]
    unix_sockets::TESTS,
    under_load::TESTS,
    unknown_sessions::TESTS,
    vanishing::TESTS,
    waiting_posts::TESTS,
    websocket_frames::TESTS,
    wrong_packets::TESTS,
    xhr_multipart::TESTS,
];
