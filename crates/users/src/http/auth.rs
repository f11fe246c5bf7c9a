//! Joining, signing in, renewing, signing out, and the key that tokens are checked with.

use super::asked::{CredentialsBody, RefreshTokenBody, RegistrationBody};
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::Response;
use http_kit::Envelope;
use http_kit::docs::IdempotencyKey;
use http_kit::{Caller, Conditions, Failure, JsonObject, Reply, Visitor};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{App, NoParams, private};
use crate::commands::TokenPair;
use crate::queries::document::UserDocument;

/// Somebody is signed in.
#[derive(Serialize, ToSchema)]
struct Authenticated {
    #[serde(flatten)]
    tokens: TokenPair,
    user: UserDocument,
}

/// What a sign-in answers; the gateway puts the history in.
#[derive(Serialize, ToSchema)]
struct Welcome {
    #[serde(flatten)]
    authenticated: Authenticated,
    /// The body of `GET /api/user-history/{userId}`; null when it cannot be had.
    #[schema(value_type = Option<std::collections::BTreeMap<String, Value>>)]
    history: Value,
}

#[utoipa::path(
    post,
    path = "/api/auth/register",
    summary = "Join",
    params(IdempotencyKey),
    request_body = RegistrationBody,
    responses(
        (status = 201, description = "The account, and tokens to act as it", body = Envelope<Authenticated>),
        (status = 401, description = "A repeat with its key whose password does not open the account"),
        (status = 403, description = "A repeat with its key whose account is not active"),
        (status = 409, description = "The e-mail address or the user name is taken"),
    ),
)]
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

#[utoipa::path(
    post,
    path = "/api/auth/login",
    summary = "Sign in",
    request_body = CredentialsBody,
    responses(
        (status = 200, description = "Tokens, the person and their history", body = Envelope<Welcome>, headers(("ETag" = String, description = "Of the person"))),
        (status = 401, description = "Name or password are wrong"),
        (status = 403, description = "The account is not active"),
    ),
)]
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

#[utoipa::path(
    post,
    path = "/api/auth/refresh",
    summary = "Renew a session",
    request_body = RefreshTokenBody,
    responses(
        (status = 200, description = "Another pair of tokens; the old refresh token is spent", body = Envelope<Authenticated>, headers(("ETag" = String, description = "Of the person"))),
        (status = 401, description = "The session is over"),
        (status = 403, description = "The account is not active"),
    ),
)]
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

#[utoipa::path(
    post,
    path = "/api/auth/logout",
    summary = "Sign out",
    responses((status = 204, description = "The session is over")),
)]
pub async fn logout(State(app): State<App>, caller: Caller, _: NoParams) -> Result<Reply<()>, Failure> {
    let position = app.users.sign_out(&caller).await?;
    Ok(app.users.kit.done(&caller, "Signed out", (), position).empty())
}

#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    summary = "The keys that tokens are checked with",
    responses((status = 200, description = "RFC 7517", body = std::collections::BTreeMap<String, Value>)),
)]
pub async fn jwks(State(app): State<App>, _: NoParams) -> Response {
    let mut response = Response::new(Body::from(app.users.kit.tokens.jwks().to_string()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}
