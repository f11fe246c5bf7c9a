//! Runs in front of every operation: identifies the caller, applies rate limits, and measures the response time.

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::user::Role;
use http_kit::{Caller, CorrelationId, Failure, RouteLimit};
use tokio::time::Instant;

use crate::arrival::address;
use crate::limits::Allowance;
use crate::{Gateway, api_keys, login};

/// Slower requests are logged.
const SLOW: std::time::Duration = std::time::Duration::from_millis(500);

pub async fn guard(gateway: Gateway, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(String::new, |path| path.as_str().to_owned());
    let correlation = request.extensions().get::<CorrelationId>().cloned();
    let method = request.method().clone();
    let mut allowance = Allowance::default();
    let mut response = match admit(&gateway, &route, request, &mut allowance) {
        Ok(request) if is_login(&method, &route) => {
            login::join(&gateway, request, next, &mut allowance).await
        }
        Ok(request) => next.run(request).await,
        Err(failure) => failure.into_response(),
    };
    allowance.tell(response.headers_mut());
    let took = started.elapsed();
    let status = response.status().as_u16();
    if took > SLOW || status >= 500 {
        let correlation = correlation.as_ref().map_or("-", |id| &*id.0);
        tracing::warn!(%method, route, status, ms = took.as_millis(), correlation, "a slow or failed request");
    } else {
        tracing::debug!(%method, route, status, us = took.as_micros(), "answered");
    }
    let method = word(&method);
    let status = class(status);
    metrics::histogram!("http_request_seconds", "method" => method, "route" => route, "status" => status)
        .record(took.as_secs_f64());
    response
}

fn word(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        _ => "other",
    }
}

fn class(status: u16) -> &'static str {
    match status {
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}

fn is_login(method: &Method, route: &str) -> bool {
    method == Method::POST && route == "/api/auth/login"
}

/// Admits a request and attaches its caller. An invalid token is not refused here but by the operation, since some
/// operations need no token. An API key is refused here, because no operation knows what it may do.
fn admit(
    gateway: &Gateway,
    route: &str,
    request: Request,
    allowance: &mut Allowance,
) -> Result<Request, Failure> {
    let (mut parts, body) = request.into_parts();
    if let Some(text) = api_keys::presented(&parts.headers) {
        let caller = api_keys::admit(gateway, route, &parts, text, allowance)?;
        parts.extensions.insert(caller);
        return Ok(Request::from_parts(parts, body));
    }
    let caller = Caller::identify(&gateway.context, &parts);
    check(gateway, route, &parts, caller.as_ref().ok(), allowance)?;
    if let Ok(caller) = caller {
        parts.extensions.insert(caller);
    }
    Ok(Request::from_parts(parts, body))
}

/// Applies the rate limits. Calls without an address come from this process itself.
fn check(
    gateway: &Gateway,
    route: &str,
    parts: &Parts,
    caller: Option<&Caller>,
    allowance: &mut Allowance,
) -> Result<(), Failure> {
    let limits = &gateway.limits;
    let address = address(parts);
    // Password sign-ins are limited later, in `login`, where the account is known.
    let own = gateway.limits_of_routes.get(route);
    match (own, address) {
        (Some(RouteLimit::SignIn), Some(address)) => limits.sign_in(address, allowance)?,
        (Some(RouteLimit::Registration), Some(address)) => limits.registration(address, allowance)?,
        (Some(RouteLimit::SignIn | RouteLimit::Registration), None)
        | (Some(RouteLimit::Contact) | None, _) => {}
    }
    match (caller.and_then(|c| Some((c, c.user()?))), address) {
        (Some((caller, user)), _) => {
            if own == Some(&RouteLimit::Contact) {
                limits.contact(&caller.tenant, user, allowance)?;
            }
            // As with quotas: an administrator's import is as fast as the server.
            if caller.signed_in.is_some_and(|person| person.role == Role::Admin) {
                return Ok(());
            }
            limits.user(&caller.tenant, user, allowance)
        }
        (None, Some(address)) if caller.is_none_or(|c| c.signed_in.is_none()) => {
            limits.anonymous(address, allowance)
        }
        _ => Ok(()),
    }
}
