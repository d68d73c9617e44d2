//! The recorded conversations, held with our server as a layer in an application on axum.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use socketio_conformance::recordings::{not_ours, play_group_but, scripted};
use socketio_conformance::replay::{AppLog, Running, ScriptedServer, Transcript};
use socketio_conformance::tests;
use socketio_conformance::waiting::in_background;
use socketio_driver_tokio::Driver;
use socketio_tests::one_runtime::{runtime, wait_for};
use tokio::net::TcpListener;

/// Starts axum, with our server as a layer.
struct BehindAxum;

impl ScriptedServer for BehindAxum {
    fn start(&self, transcript: &Transcript) -> Result<Running, String> {
        let log = AppLog::default();
        let builder = scripted(transcript, &log)?;
        let builder = builder.on_runtime::<Driver>();
        let built = wait_for(async { builder.tower_layer() });
        let (layer, handle) = built.map_err(|e| e.to_string())?;
        let application = Router::new()
            .fallback(async || not_ours().map(Body::from))
            .layer(layer);
        let listener = wait_for(TcpListener::bind("127.0.0.1:0"));
        let listener = listener.map_err(|e| e.to_string())?;
        let address = listener.local_addr().map_err(|e| e.to_string())?;
        let serving = runtime().spawn(async { axum::serve(listener, application).await });
        Ok(Running::new(address, log, move || {
            in_background(async move {
                handle.shutdown(Duration::from_secs(1)).await;
                serving.abort();
            });
        }))
    }
}

/// What axum does not tell its layers, or answers itself: whether a client has ended a stream or
/// lost it, and requests for websockets that are none of ours.
const AXUM_S: [&str; 2] = ["hf-client-closes", "ws-upgrade-other-path"];

macro_rules! groups {
    ($($test:ident = $group:literal),+ $(,)?) => {
        tests![$($test),+];

        $(fn $test() { play_group_but(&BehindAxum, $group, &AXUM_S); })+
    };
}

// Flash is left out: its policies are told on listeners, which are axum's here.
groups!(
    acks = "acks",
    events = "events",
    handshake = "handshake",
    htmlfile = "htmlfile",
    jsonp_polling = "jsonp-polling",
    namespaces = "namespaces",
    websocket = "websocket",
    xhr_polling = "xhr-polling",
);
