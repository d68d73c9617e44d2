//! The pages' side: ordinary routes with the same state.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::{FromRef, FromRequestParts, Request, State};
use axum::http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use axum::http::{StatusCode, request};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Deserialize;
use socketio_driver_tokio::ServerHandle;
use socketio_examples::{DriverName, Page};

use crate::accounts::{Accounts, LoginError, User};
use crate::conversation;

/// What the routes share.
#[derive(Debug, Clone, FromRef)]
pub(crate) struct Site {
    pub(crate) accounts: Accounts,
    pub(crate) io: ServerHandle,
    pub(crate) metrics: PrometheusHandle,
}

pub(crate) fn routes(site: Site) -> Router {
    let files = Page::new("")
        .file("/chat.js", include_str!("page/chat.js"))
        .served_by(DriverName::Tokio);
    Router::new()
        .route("/", get(home))
        .route("/login", post(log_in))
        .route("/logout", post(log_out))
        .route("/announcements", post(announce))
        .route("/metrics", get(metrics))
        .fallback(async move |request: Request| files.answer(&request.map(drop)).map(Body::from))
        .with_state(site)
}

/// The user whom a request's cookie names, if there is one.
struct Visitor(Option<User>);

impl FromRequestParts<Site> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(
        head: &mut request::Parts,
        site: &Site,
    ) -> Result<Self, Infallible> {
        let cookies = head.headers.get(COOKIE).and_then(|it| it.to_str().ok());
        Ok(Self(cookies.and_then(|it| site.accounts.user_of(it))))
    }
}

async fn home(Visitor(user): Visitor) -> Response {
    let page = match user {
        Some(_) => include_str!("page/chat.html"),
        None => include_str!("page/login.html"),
    };
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}

#[derive(Deserialize)]
struct Login {
    name: String,
}

async fn log_in(State(accounts): State<Accounts>, Form(login): Form<Login>) -> Response {
    match accounts.log_in(&login.name) {
        Ok(cookie) => ([(SET_COOKIE, cookie)], Redirect::to("/")).into_response(),
        Err(LoginError::NoName) => {
            (StatusCode::BAD_REQUEST, "a name has 1 to 24 characters").into_response()
        }
        Err(LoginError::Full) => {
            (StatusCode::SERVICE_UNAVAILABLE, "there is no room").into_response()
        }
        Err(LoginError::NoRandomness) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn log_out(State(site): State<Site>, Visitor(user): Visitor) -> Redirect {
    if let Some(user) = user {
        site.accounts.log_out(&user);
        conversation::show_out(&site.io, &user);
    }
    Redirect::to("/")
}

/// What the server has counted, for Prometheus. Where strangers can reach it, this needs a guard.
async fn metrics(State(site): State<Site>) -> Response {
    site.io.record_metrics();
    // Forgets nothing that was rendered; it sorts in what handlers have told.
    site.metrics.run_upkeep();
    (
        [(CONTENT_TYPE, "text/plain; version=0.0.4")],
        site.metrics.render(),
    )
        .into_response()
}

#[derive(Deserialize)]
struct Announcement {
    text: String,
}

async fn announce(
    State(io): State<ServerHandle>,
    Visitor(user): Visitor,
    Form(announcement): Form<Announcement>,
) -> Response {
    let Some(user) = user else {
        return (StatusCode::FORBIDDEN, "log in first").into_response();
    };
    match conversation::announce(&io, &user.name, &announcement.text) {
        Ok(heard_by) => heard_by.to_string().into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
