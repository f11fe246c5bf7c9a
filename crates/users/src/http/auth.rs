//! Registering, signing in, renewing, signing out, and the public key that verifies tokens.

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::Response;
use domain::Fields;
use domain::fields::MemberKind;
use domain::user::profile::{Registration, sign_in_name};
use http_kit::docs::IdempotencyKey;
use http_kit::{ApiResponse, Body, Caller, Conditions, Failure, Query, Reply, Request, Visitor};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{App, private};
use crate::commands::TokenPair;
use crate::queries::document::UserDocument;

/// See [`Joining`].
pub type RegistrationBody = Body<Joining>;

/// The body of a registration.
pub struct Joining(Registration);

impl Request for Joining {
    const NAME: &'static str = "Registration";
    /// The earlier clients' page asks for it; a role is given by an administrator only.
    const IGNORED: &'static [&'static str] = &["userType"];

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Registration::read(f).map(Self)
    }

    fn example() -> Value {
        json!({"username": "ravi.k", "email": "ravi@example.com", "password": "a long and private phrase",
            "firstName": "Ravi", "lastName": "Kumar", "phoneNumber": "98765 43210"})
    }
}

/// See [`Credentials`].
pub type CredentialsBody = Body<Credentials>;

/// The body of a sign-in.
pub struct Credentials {
    /// The e-mail address or the user name.
    name: String,
    password: String,
}

impl Request for Credentials {
    const NAME: &'static str = "Credentials";
    const EITHER: &'static [&'static str] = &["emailOrUsername"];

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        f.asks("password", || MemberKind::Secret(1..=16_384));
        let name = sign_in_name(f);
        let name = f.required("emailOrUsername", name);
        let password = f.raw("password").and_then(|value| value.as_str().map(str::to_owned));
        let password = f.required("password", password);
        Some(Self { name: name?, password: password? })
    }

    fn about(member: &str) -> Option<&'static str> {
        ["emailOrUsername", "email", "username"]
            .contains(&member)
            .then_some("One of the three says whose account it is.")
    }

    fn example() -> Value {
        json!({"emailOrUsername": "ravi@example.com", "password": "a long and private phrase"})
    }
}

/// See [`RefreshToken`].
pub type RefreshTokenBody = Body<RefreshToken>;

/// The body of a session renewal.
pub struct RefreshToken {
    refresh_token: String,
}

impl Request for RefreshToken {
    const NAME: &'static str = "RefreshToken";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let token = f.text("refreshToken", 1..=500);
        f.required("refreshToken", token).map(|refresh_token| Self { refresh_token })
    }

    fn example() -> Value {
        json!({"refreshToken": "the one of the last answer"})
    }
}

/// Tokens and the signed-in person.
#[derive(Serialize, ToSchema)]
struct Authenticated {
    #[serde(flatten)]
    tokens: TokenPair,
    user: UserDocument,
}

/// The response to a sign-in. The gateway adds the history.
#[derive(Serialize, ToSchema)]
struct Welcome {
    #[serde(flatten)]
    authenticated: Authenticated,
    /// The body of `GET /api/user-history/{userId}`; null when it is not available.
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
        (status = 201, description = "The account, and tokens to act as it", body = ApiResponse<Authenticated>),
        (status = 401, description = "A repeat with its key whose password does not open the account"),
        (status = 403, description = "A repeat with its key whose account is not active"),
        (status = 409, description = "The e-mail address or the user name is taken"),
    ),
)]
pub async fn register(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: RegistrationBody,
) -> Result<Response, Failure> {
    nothing?;
    let Joining(registration) = body.value?;
    let options = |id| conditions.options(&app.users.context, &visitor, &body.bytes, &id);
    let joined = app.users.register(&visitor, registration, options).await?;
    let user = app.users.document(&joined.caller.tenant, &joined.person, joined.version).await;
    let location = format!("/api/users/{}", user.id);
    let tag = user.tag();
    let data = Authenticated { tokens: joined.tokens, user };
    let reply = app.users.context.done(&joined.caller, "Welcome to HyderabadInfra", data, joined.position);
    Ok(private(reply.created(&location).etag(&tag)))
}

#[utoipa::path(
    post,
    path = "/api/auth/login",
    summary = "Sign in",
    request_body = CredentialsBody,
    responses(
        (status = 200, description = "Tokens, the person and their history", body = ApiResponse<Welcome>, headers(("ETag" = String, description = "Of the person"))),
        (status = 401, description = "Name or password are wrong"),
        (status = 403, description = "The account is not active"),
    ),
)]
pub async fn login(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    Query(nothing): Query<()>,
    body: CredentialsBody,
) -> Result<Response, Failure> {
    nothing?;
    let Credentials { name, password } = body.value?;
    let signed = app.users.sign_in(&visitor, &name, password).await?;
    let mut user = app.users.document(&signed.caller.tenant, &signed.person, signed.version).await;
    user.last_login = Some(app.users.context.aggregates.clock().now());
    let tag = user.tag();
    let authenticated = Authenticated { tokens: signed.tokens, user };
    let data = Welcome { authenticated, history: Value::Null };
    Ok(private(app.users.context.done(&signed.caller, "Signed in", data, signed.position).etag(&tag)))
}

#[utoipa::path(
    post,
    path = "/api/auth/refresh",
    summary = "Renew a session",
    request_body = RefreshTokenBody,
    responses(
        (status = 200, description = "Another pair of tokens; the old refresh token is spent", body = ApiResponse<Authenticated>, headers(("ETag" = String, description = "Of the person"))),
        (status = 401, description = "The session is over"),
        (status = 403, description = "The account is not active"),
    ),
)]
pub async fn refresh(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    Query(nothing): Query<()>,
    body: RefreshTokenBody,
) -> Result<Response, Failure> {
    nothing?;
    let refreshed = app.users.refresh(&visitor, &body.value?.refresh_token).await?;
    let user = app.users.document(&visitor.tenant, &refreshed.person, refreshed.version).await;
    let tag = user.tag();
    let data = Authenticated { tokens: refreshed.tokens, user };
    Ok(private(app.users.context.reply("Session renewed", data).etag(&tag)))
}

#[utoipa::path(
    post,
    path = "/api/auth/logout",
    summary = "Sign out",
    responses((status = 204, description = "The session is over")),
)]
pub async fn logout(
    State(app): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
) -> Result<Reply<()>, Failure> {
    nothing?;
    let position = app.users.sign_out(&caller).await?;
    Ok(app.users.context.done(&caller, "Signed out", (), position).empty())
}

#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    summary = "The keys that tokens are checked with",
    responses((status = 200, description = "RFC 7517", body = std::collections::BTreeMap<String, Value>)),
)]
pub async fn jwks(State(app): State<App>, Query(nothing): Query<()>) -> Result<Response, Failure> {
    nothing?;
    let mut response = Response::new(axum::body::Body::from(app.users.context.tokens.jwks().to_string()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    Ok(response)
}
