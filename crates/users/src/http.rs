//! The HTTP operations: parse the request, check the right, call the command or query, and respond.

mod admin;
mod auth;
mod export;
mod mail;
mod oidc;
mod people;
mod sessions;

use std::sync::Arc;

use axum::extract::FromRef;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bus::GroupStatus;
use http_kit::docs::also;
use http_kit::export::{ExportPart, Exports};
use http_kit::{AppContext, ConcurrencyLimiter, ConcurrencyLimits, RouteLimit, Routes, in_background};
use tokio::sync::Semaphore;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Users;
use crate::queries::export::Events;

/// Shared handler state.
#[derive(Clone)]
pub struct App {
    users: Users,
    status: GroupStatus,
    /// The parts of all services that an export contains.
    parts: Exports,
    exports: ConcurrencyLimiter,
    /// A single permit: exports read one portion at a time, so that they do not slow down other requests.
    portions: Arc<Semaphore>,
}

impl FromRef<App> for AppContext {
    fn from_ref(app: &App) -> Self {
        app.users.context.clone()
    }
}

pub fn mounted(users: Users, status: GroupStatus) -> Routes {
    let events: Arc<dyn ExportPart> = Arc::new(Events { users: users.clone(), status: status.clone() });
    let exports = ConcurrencyLimiter::new("exports", ConcurrencyLimits { of_one: 2, of_all: 16 });
    let portions = Arc::new(Semaphore::new(1));
    let background = users.context.jobs.background().clone();
    let costly = exporting().route_layer(from_fn_with_state(background, in_background));
    let parts = Exports::default();
    let app = App { users, status, parts: parts.clone(), exports, portions };
    let router = answering().merge(costly).with_state(app).into();
    Routes {
        limits: vec![
            ("/api/auth/register", RouteLimit::Registration),
            ("/api/users/register", RouteLimit::Registration),
            ("/api/auth/password-reset", RouteLimit::SignIn),
            (oidc::BEGIN, RouteLimit::SignIn),
            (oidc::CALLBACK, RouteLimit::SignIn),
        ],
        // The sign-in through a provider changes state, although its requests are `GET`.
        changing_reads: vec![oidc::BEGIN, oidc::CALLBACK],
        export: vec![events],
        answers_exports: Some(parts),
        counts: Vec::new(),
        router,
    }
}

/// The routes with their OpenAPI documentation.
pub fn routes() -> OpenApiRouter<App> {
    answering().merge(exporting())
}

/// Routes that read large parts of the journal.
fn exporting() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(export::export))
}

fn answering() -> OpenApiRouter<App> {
    let routes = OpenApiRouter::new()
        .routes(routes!(auth::register))
        .routes(routes!(auth::login))
        .routes(routes!(auth::refresh))
        .routes(routes!(auth::logout))
        .routes(routes!(auth::jwks))
        .routes(routes!(oidc::begin))
        .routes(routes!(oidc::callback))
        .routes(routes!(mail::verify_email))
        .routes(routes!(mail::resend))
        .routes(routes!(mail::request_reset))
        .routes(routes!(mail::confirm_reset))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::end))
        .routes(routes!(people::own_profile, people::update_own, people::delete_own))
        .routes(routes!(admin::list))
        .routes(routes!(admin::search))
        .routes(routes!(people::one, people::update, people::delete))
        .routes(routes!(admin::recount))
        .routes(routes!(admin::change_role))
        .routes(routes!(admin::change_status));
    also(routes, "/api/users/register", "/api/auth/register", post(auth::register))
}

/// A response that no cache may store.
fn private(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
