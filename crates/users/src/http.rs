//! The operations: read the request, check the right, hand over, answer.

mod admin;
mod auth;
mod export;
mod mail;
mod oidc;
mod people;
mod sessions;

use axum::Router;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post};
use bus::Status;
use domain::UserId;
use http_kit::{Caller, Failure, Kit, Params};

use crate::Users;
use crate::commands::unknown_user;

/// What handlers share.
#[derive(Clone)]
struct App {
    users: Users,
    status: Status,
}

impl FromRef<App> for Kit {
    fn from_ref(app: &App) -> Self {
        app.users.kit.clone()
    }
}

pub fn router(users: Users, status: Status) -> Router {
    Router::new()
        .route("/api/auth/register", post(auth::register))
        .route("/api/users/register", post(auth::register))
        .route("/api/auth/login", post(auth::login))
        .route("/api/auth/refresh", post(auth::refresh))
        .route("/api/auth/logout", post(auth::logout))
        .route("/.well-known/jwks.json", get(auth::jwks))
        .route("/api/auth/oidc/{provider}", get(oidc::begin))
        .route("/api/auth/oidc/{provider}/callback", get(oidc::callback))
        .route("/api/auth/verify-email", post(mail::verify_email))
        .route("/api/auth/verify-email/resend", post(mail::resend))
        .route("/api/auth/password-reset", post(mail::request_reset))
        .route("/api/auth/password-reset/confirm", post(mail::confirm_reset))
        .route("/api/auth/sessions", get(sessions::list))
        .route("/api/auth/sessions/{id}", delete(sessions::end))
        .route(
            "/api/users/profile",
            get(people::own_profile).put(people::update_own).delete(people::delete_own),
        )
        .route("/api/users", get(admin::list))
        .route("/api/users/search", get(admin::search))
        .route("/api/users/{id}", get(people::one).put(people::update).delete(people::delete))
        .route("/api/users/{id}/export", get(export::export))
        .route("/api/users/{id}/property-count", post(admin::recount))
        .route("/api/users/{id}/role", patch(admin::change_role))
        .route("/api/users/{id}/status", patch(admin::change_status))
        .with_state(App { users, status })
}

/// An operation that takes no query parameters: any is refused.
struct NoParams;

impl<S: Sync> FromRequestParts<S> for NoParams {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Params::read(&parts.uri, &[]).map(|_| Self)
    }
}

/// The person a path names; `me` is whoever calls.
fn subject(caller: &Caller, id: &str) -> Result<UserId, Failure> {
    if caller.signed_in.is_none() || id == "me" {
        return Ok(caller.person()?.user);
    }
    id.parse().map_err(|_| unknown_user())
}

/// An answer that nothing on the way may keep.
fn private(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
