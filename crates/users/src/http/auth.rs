//! Joining, signing in, renewing, signing out, and the key that tokens are checked with.

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::Response;
use http_kit::{Caller, Conditions, Failure, JsonObject, Reply, Visitor};
use serde::Serialize;
use serde_json::Value;

use super::{App, NoParams, private};
use crate::commands::TokenPair;
use crate::queries::document::UserDocument;

#[derive(Serialize)]
struct Authenticated {
    #[serde(flatten)]
    tokens: TokenPair,
    user: UserDocument,
}

/// What a sign-in answers; the gateway puts the history in.
#[derive(Serialize)]
struct Welcome {
    #[serde(flatten)]
    authenticated: Authenticated,
    history: Value,
}

pub async fn register(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    _: NoParams,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Response, Failure> {
    let asked = |id| conditions.options(&app.users.kit, &visitor, &body.bytes, &id);
    let joined = app.users.register(&visitor, &body.members, asked).await?;
    let user = app.users.document(&joined.caller.tenant, &joined.person, joined.version).await;
    let (location, tag) = (format!("/api/users/{}", user.id), user.tag());
    let data = Authenticated { tokens: joined.tokens, user };
    let reply = app.users.kit.done(&joined.caller, "Welcome to HyderabadInfra", data, joined.position);
    Ok(private(reply.created(&location).etag(&tag)))
}

pub async fn login(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    _: NoParams,
    body: JsonObject,
) -> Result<Response, Failure> {
    let signed = app.users.sign_in(&visitor, &body.members).await?;
    let mut user = app.users.document(&signed.caller.tenant, &signed.person, signed.version).await;
    user.last_login = Some(app.users.kit.ledger.clock().now());
    let tag = user.tag();
    let authenticated = Authenticated { tokens: signed.tokens, user };
    let data = Welcome { authenticated, history: Value::Null };
    Ok(private(app.users.kit.done(&signed.caller, "Signed in", data, signed.position).etag(&tag)))
}

pub async fn refresh(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    _: NoParams,
    body: JsonObject,
) -> Result<Response, Failure> {
    let refreshed = app.users.refresh(&visitor, &body.members).await?;
    let user = app.users.document(&visitor.tenant, &refreshed.person, refreshed.version).await;
    let tag = user.tag();
    let data = Authenticated { tokens: refreshed.tokens, user };
    Ok(private(app.users.kit.reply("Session renewed", data).etag(&tag)))
}

pub async fn logout(State(app): State<App>, caller: Caller, _: NoParams) -> Result<Reply<()>, Failure> {
    let position = app.users.sign_out(&caller).await?;
    Ok(app.users.kit.done(&caller, "Signed out", (), position).empty())
}

pub async fn jwks(State(app): State<App>, _: NoParams) -> Response {
    let mut response = Response::new(Body::from(app.users.kit.tokens.jwks().to_string()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}
