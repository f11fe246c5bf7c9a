//! Adds the history to the sign-in response. The gateway asks the history service on the person's behalf and joins
//! the two answers, so that neither service depends on the other.

use std::net::IpAddr;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, HOST};
use axum::http::request::Parts;
use axum::http::uri::Scheme;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::user::profile::sign_in_name;
use domain::warning::WarningCommand;
use domain::{Fields, TenantId, UserId, people};
use http_body_util::BodyExt;
use http_kit::{CorrelationId, Failure, Host, Network};
use serde_json::{Map, Value};
use tower::ServiceExt;

use crate::Gateway;
use crate::arrival::address;
use crate::devices::Device;
use crate::limits::{Account, Allowance, Guesser};

/// The largest accepted sign-in body, in bytes.
const MOST: usize = 16 * 1024;

/// Limits attempts per account, signs in, and adds the history.
pub async fn join(gateway: &Gateway, request: Request, next: Next, allowance: &mut Allowance) -> Response {
    match attempt(gateway, request, next, allowance).await {
        Ok(response) => response,
        Err(failure) => failure.into_response(),
    }
}

async fn attempt(
    gateway: &Gateway,
    request: Request,
    next: Next,
    allowance: &mut Allowance,
) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let too_large =
        |_| Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", "the body is too large");
    let bytes = axum::body::to_bytes(body, MOST).await.map_err(too_large)?;
    let host = parts.headers.get(HOST).cloned();
    let tenants = &gateway.context.tenants;
    let tenant = Host::of(&parts.headers).and_then(|host| tenants.by_host(host.name()));
    let tenant = tenant.unwrap_or(tenants.default_id()).clone();
    let tried = limit(gateway, &tenant, &parts, &bytes, allowance).await?;
    let address = address(&parts);
    let scheme = parts.extensions.get::<Scheme>().cloned();
    let correlation = parts.extensions.get::<CorrelationId>().cloned();
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    if response.status() != StatusCode::OK {
        let stranger = tried.filter(|tried| tried.device.is_none());
        if let Some(tried) = stranger.filter(|_| response.status() == StatusCode::UNAUTHORIZED) {
            wrong_password(gateway, tried.account, address);
        }
        return Ok(response);
    }
    let (mut parts, body) = response.into_parts();
    let bytes = body.collect().await.map_err(|error| Failure::unavailable(&error))?.to_bytes();
    let mut answer: Value = serde_json::from_slice(&bytes).map_err(|error| Failure::unavailable(&error))?;
    if let Some(user) = answer.pointer("/data/user/id").and_then(|id| id.as_str()?.parse::<UserId>().ok()) {
        let device = tried.and_then(|tried| tried.device).unwrap_or_else(Device::fresh);
        device.keep(&gateway.context, &mut parts.headers, (&tenant, user), scheme.as_ref());
    }
    let token = answer.pointer("/data/accessToken").and_then(Value::as_str).unwrap_or("").to_owned();
    match history(gateway, &token, host, correlation).await {
        Ok((history, headers)) => {
            answer["data"]["history"] = history;
            parts.headers.extend(headers);
        }
        Err(error) => tracing::warn!(error, "a sign-in is answered without the history"),
    }
    parts.headers.remove(CONTENT_LENGTH);
    Ok(Response::from_parts(parts, Body::from(answer.to_string())))
}

/// A sign-in attempt in progress.
struct Attempt {
    account: Account,
    /// The browser, if it signed in to this account before.
    device: Option<Device>,
}

/// Counts a stranger's wrong password and, when due, warns the owner in the background. The work is the same for a
/// name without an account, so response times reveal nothing.
fn wrong_password(gateway: &Gateway, account: Account, address: Option<IpAddr>) {
    let now = gateway.context.tokens.monotonic_clock().now();
    let Some(guesses) = gateway.limits.wrong_password(&account, address, now) else { return };
    let telling = gateway.clone();
    gateway.context.jobs.spawn(async move {
        let Ok(owner) = account.1.parse::<UserId>() else { return };
        if !telling.context.warn(&account.0, owner, WarningCommand::OfGuessing(owner, guesses)).await {
            telling.limits.not_told(&account);
        }
    });
}

/// Counts an attempt against the limits.
async fn limit(
    gateway: &Gateway,
    tenant: &TenantId,
    parts: &Parts,
    body: &Bytes,
    allowance: &mut Allowance,
) -> Result<Option<Attempt>, Failure> {
    let address = address(parts);
    let Some(name) = account(body) else {
        // The sign-in will be refused, but the attempt still counts.
        address.map_or(Ok(()), |address| gateway.limits.sign_in(address, allowance))?;
        return Ok(None);
    };
    let aggregates = &gateway.context.aggregates;
    let mut owner = None;
    // Every spelling of a name leads to the bucket of its account.
    for (kind, name) in people::sign_in_names(&name) {
        owner = aggregates.journal().owner(&aggregates.keys().unique_key(tenant, kind, &name)).await?;
        if owner.is_some() {
            break;
        }
    }
    let name = people::email(&name).unwrap_or_else(|_| name.to_lowercase());
    // The e-mail address and the user name of an account share one bucket. The prefix keeps typed text from being
    // taken for an id.
    let account = owner.map_or_else(|| format!("={name}"), |stream| stream.id.to_string());
    let account = (tenant.clone(), account);
    let user = account.1.parse::<UserId>().ok();
    let device = user.and_then(|user| Device::known(&gateway.context, &parts.headers, tenant, user));
    let stranger = || Guesser::Stranger(address.map(Network::subscriber));
    let guesser = device.clone().map_or_else(stranger, Guesser::Known);
    gateway.limits.account(&account, guesser, address, allowance)?;
    Ok(Some(Attempt { account, device }))
}

/// The account named in a sign-in body. It is parsed exactly as in the users service: blanks before the name, or an
/// earlier member that is blank or a number, must not lead to another bucket.
fn account(bytes: &Bytes) -> Option<String> {
    let body: Map<String, Value> = serde_json::from_slice(http_kit::without_mark(bytes)).ok()?;
    sign_in_name(&mut Fields::new(&body))
}

/// The first page of the person's history, with the `x-stale` header if it is stale.
async fn history(
    gateway: &Gateway,
    token: &str,
    host: Option<HeaderValue>,
    correlation: Option<CorrelationId>,
) -> Result<(Value, HeaderMap), String> {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = axum::http::Uri::from_static("/api/user-history/me");
    let bearer = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|error| error.to_string())?;
    request.headers_mut().insert(AUTHORIZATION, bearer);
    host.map(|host| request.headers_mut().insert(HOST, host));
    correlation.map(|correlation| request.extensions_mut().insert(correlation));
    let response = gateway.services.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
    let status = response.status();
    let stale = response.headers().get("x-stale").cloned();
    let bytes = response.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
    if status != StatusCode::OK {
        return Err(format!("the history answered {status}"));
    }
    let mut answer: Value = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    let headers = stale.into_iter().map(|stale| (HeaderName::from_static("x-stale"), stale)).collect();
    Ok((answer["data"].take(), headers))
}
