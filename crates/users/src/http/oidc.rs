//! The redirects to an OpenID Connect provider and back. Browsers visit both: a request for a page is redirected to
//! one, whatever the outcome; other clients get the failure.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, State};
use axum::http::header::{ACCEPT, CACHE_CONTROL, COOKIE, LOCATION, REFERRER_POLICY, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::{FieldErrors, Fields};
use http_kit::{Caller, Failure, Query, Request, Visitor};
use serde::Deserialize;

use super::App;
use crate::oidc::{LIFE, is_local};

/// The cookie with the sign-in attempt; it is sent to the paths of this file only.
const FLIGHT: &str = "hyd_oidc";
/// Redirects a browser to the provider.
pub const BEGIN: &str = "/api/auth/oidc/{provider}";
/// The path the provider redirects the browser back to.
pub const CALLBACK: &str = "/api/auth/oidc/{provider}/callback";
const FLIGHT_PATH: &str = "/api/auth/oidc/";
/// The cookies of our own pages. Only the pages read them.
const ACCESS: &str = "hyd_access";
const REFRESH: &str = "hyd_refresh";
const FLASH: &str = "hyd_flash";
const REFRESH_SECONDS: i64 = 30 * 24 * 60 * 60;
const FLASH_SECONDS: i64 = 60;

/// The page to go to after signing in.
pub struct Destination {
    next: String,
}

impl Request for Destination {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let local = |path: &str| {
            let refusal = "must be a path of this site, such as /dashboard";
            if is_local(path) { Ok(path.to_owned()) } else { Err(refusal) }
        };
        Some(Self { next: f.parsed("next", local).unwrap_or_else(|| "/dashboard".into()) })
    }

    fn about(_: &str) -> Option<&'static str> {
        Some("A path of this site to go to afterwards, such as `/dashboard`.")
    }
}

/// The query parameters a provider adds when it redirects back; others are ignored.
#[derive(Deserialize)]
pub struct Back {
    state: Option<String>,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

#[utoipa::path(
    get,
    path = "/api/auth/oidc/{provider}",
    summary = "Go and sign in at a provider",
    description = "For browsers: they are sent to the provider, and back to `/sign-in` when that cannot be.",
    params(Query<Destination>),
    responses((status = 302, description = "To the provider, in `Location`")),
)]
pub async fn begin(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    Path(provider): Path<String>,
    Query(destination): Query<Destination>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let going = async {
        let Destination { next } = destination?;
        app.users.leave(&visitor, &provider, next).await
    };
    match going.await {
        Ok((door, auth_request)) => {
            let secure = app.users.oidc.is_secure(&visitor.tenant);
            let cookie = cookie(FLIGHT, &auth_request, FLIGHT_PATH, LIFE, secure);
            go(&door, &[cookie])
        }
        Err(failure) => told(failure, &headers, &visitor),
    }
}

#[utoipa::path(
    get,
    path = "/api/auth/oidc/{provider}/callback",
    summary = "Come back from a provider",
    params(
        ("state" = String, Query, description = "As it was sent along."),
        ("code" = Option<String>, Query, description = "What the provider gives for signing in."),
        ("iss" = Option<String>, Query, description = "The provider (RFC 9207)."),
        ("error" = Option<String>, Query, description = "Instead of a code: why not."),
    ),
    responses(
        (status = 302, description = "Signed in, by cookies; on to the page, in `Location`"),
        (status = 409, description = "The account is opened by another one at that provider"),
    ),
)]
pub async fn callback(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    Path(provider): Path<String>,
    headers: HeaderMap,
    back: Result<axum::extract::Query<Back>, QueryRejection>,
) -> Result<Response, Failure> {
    let secure = app.users.oidc.is_secure(&visitor.tenant);
    let over = cookie(FLIGHT, "", FLIGHT_PATH, 0, secure);
    let coming = async {
        let axum::extract::Query(back) = back.map_err(|_| FieldErrors::one("state", "must be there once"))?;
        let state = back.state.ok_or_else(|| FieldErrors::one("state", "is required"))?;
        let auth_request = app.users.land(&visitor, &provider, flight_of(&headers), &state)?;
        if back.error.is_some() {
            let message = "you did not sign in at the provider";
            return Err(Failure::new(StatusCode::UNAUTHORIZED, "OIDC_CANCELLED", message));
        }
        let code = back.code.ok_or_else(|| FieldErrors::one("code", "is required"))?;
        let arrival = app.users.arrive(&visitor, &auth_request, &code, back.iss.as_deref()).await?;
        Ok((auth_request, arrival))
    };
    let (auth_request, arrival) = match coming.await {
        Ok(arrived) => arrived,
        Err(failure) => {
            let mut response = told(failure, &headers, &visitor)?;
            response.headers_mut().append(SET_COOKIE, value(&over)?);
            return Ok(response);
        }
    };
    let signed = arrival.signed;
    if let Some(position) = signed.position {
        app.users.context.seen.remember(&signed.caller.tenant, signed.person.id, position);
    }
    let life = app.users.context.tokens.lifetime();
    let said = if arrival.joined { "welcome" } else { "signed-in" };
    let cookies = [
        over,
        page_cookie(ACCESS, &signed.tokens.access_token, life - (life / 10).min(30), secure),
        page_cookie(REFRESH, &signed.tokens.refresh_token, REFRESH_SECONDS, secure),
        page_cookie(FLASH, said, FLASH_SECONDS, secure),
    ];
    go(&auth_request.next, &cookies)
}

fn flight_of(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == FLIGHT).map(|(_, value)| value)
}

/// `SameSite=Lax`, not `Strict`: the browser must send it when it comes back from the provider.
fn cookie(name: &str, value: &str, path: &str, seconds: i64, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

/// A cookie for the pages. Under HTTPS, no other host can set it.
fn page_cookie(name: &str, value: &str, seconds: i64, secure: bool) -> String {
    let host = if secure { "__Host-" } else { "" };
    cookie(&format!("{host}{name}"), value, "/", seconds, secure)
}

fn value(text: &str) -> Result<HeaderValue, Failure> {
    HeaderValue::from_str(text).map_err(|error| Failure::unavailable(&error))
}

fn go(to: &str, cookies: &[String]) -> Result<Response, Failure> {
    let mut response = StatusCode::FOUND.into_response();
    let headers = response.headers_mut();
    headers.insert(LOCATION, value(to)?);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // The address of this response contains a code.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    for cookie in cookies {
        headers.append(SET_COOKIE, value(cookie)?);
    }
    Ok(response)
}

/// Redirects a browser to the sign-in page, which explains the failure code; other clients get the failure.
fn told(failure: Failure, headers: &HeaderMap, visitor: &Caller) -> Result<Response, Failure> {
    let accepts = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/html") {
        failure.log("a sign-in at a provider", &visitor.correlation);
        return go(&format!("/sign-in?refused={}", failure.code), &[]);
    }
    Ok(failure.into_response())
}
