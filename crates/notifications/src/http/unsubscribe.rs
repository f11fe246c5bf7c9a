//! Stops e-mails of a kind by the signed token in one of them. Mail programs post to this address when a person presses
//! their "unsubscribe" button (RFC 8058), without a cookie, a sign-in or a body that matters.

use axum::extract::State;
use axum::http::header::{ACCEPT, CACHE_CONTROL, LOCATION, REFERRER_POLICY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::preferences::{Channel, Kind, Preferences, PreferencesChange, PreferencesCommand};
use domain::user::User;
use domain::{Actor, Fields, UserId};
use http_kit::docs::IdempotencyKey;
use http_kit::{ApiResponse, Caller, Conditions, Failure, Query, Request, Visitor, refused};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use crate::stop;

/// Whether e-mails of a kind are sent to the reader of an e-mail.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EmailSubscription)]
pub struct Subscription {
    kind: Kind,
    stopped: bool,
}

/// The query of both operations.
pub struct StopToken {
    token: String,
}

impl Request for StopToken {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let token = f.text("token", 1..=200);
        f.required("token", token).map(|token| Self { token })
    }

    fn about(_: &str) -> Option<&'static str> {
        Some("As in the link of the e-mail.")
    }
}

/// `GET /api/notifications/unsubscribe`: what the token of an e-mail would stop. Changes nothing: mail programs open
/// links by themselves. A browser is sent to the page with the button.
#[utoipa::path(
    get,
    path = "/api/notifications/unsubscribe",
    summary = "What an unsubscribe link stops",
    params(Query<StopToken>),
    responses(
        (status = 200, description = "The kind of e-mails, and whether they are stopped", body = ApiResponse<Subscription>),
        (status = 303, description = "For a browser: to the page with the button, in `Location`"),
    ),
)]
pub async fn shown(
    State(site): State<App>,
    Visitor(visitor): Visitor,
    Query(query): Query<StopToken>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let StopToken { token } = query?;
    let (user, kind) = site.stopped_by(&visitor, &token)?;
    let accepts = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/html") {
        return Ok(page(&token));
    }
    let (state, _) = site.context().aggregates.load::<Preferences>(&visitor.tenant, user).await?;
    let stopped = !state.wants(kind, Channel::Email);
    Ok(private(site.context().reply("E-mails of this kind", Subscription { kind, stopped })))
}

/// `POST /api/notifications/unsubscribe`: sends the reader of an e-mail no more e-mails of its kind.
#[utoipa::path(
    post,
    path = "/api/notifications/unsubscribe",
    summary = "Stop e-mails of a kind",
    description = "By the token of an e-mail, without signing in. The `List-Unsubscribe` header of the e-mail names this address (RFC 8058); the body is not read.",
    params(Query<StopToken>, IdempotencyKey),
    responses((status = 200, description = "They are stopped", body = ApiResponse<Subscription>)),
)]
pub async fn stop(
    State(site): State<App>,
    Visitor(visitor): Visitor,
    Query(query): Query<StopToken>,
    conditions: Conditions,
) -> Result<Response, Failure> {
    let (user, kind) = site.stopped_by(&visitor, &query?.token)?;
    let context = site.context();
    let stopped = Subscription { kind, stopped: true };
    let (state, _) = context.aggregates.load::<User>(&visitor.tenant, user).await?;
    // Nobody who left gets e-mails.
    if state.person.is_none() {
        return Ok(private(context.reply("Stopped", stopped)));
    }
    let off = (kind, Channel::Email, false);
    let change = PreferencesChange { switches: vec![off], ..PreferencesChange::default() };
    // The token is only in the e-mails of that person.
    let actor = Actor { user: Some(user), ..visitor.actor() };
    let options = conditions.options(context, &visitor, &[], &user);
    let command = PreferencesCommand::Choose(change);
    let done = context.execute::<Preferences>(&actor, user, command, options).await.map_err(refused)?;
    Ok(private(context.reply("Stopped", stopped).position(done.position)))
}

impl App {
    fn stopped_by(&self, visitor: &Caller, token: &str) -> Result<(UserId, Kind), Failure> {
        stop::read(self.context().aggregates.keys(), &visitor.tenant, token).ok_or_else(|| {
            let message = "the link is not whole or not ours; open it again from the e-mail, or sign in and choose \
                           on your account's page which e-mails you get";
            Failure::new(StatusCode::BAD_REQUEST, "INVALID_CODE", message)
        })
    }
}

fn page(token: &str) -> Response {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("token", token).finish();
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(to) = HeaderValue::try_from(format!("/unsubscribe?{query}")) {
        response.headers_mut().insert(LOCATION, to);
    }
    private(response)
}

/// No cache keeps the answer, and no other site learns the address that it was asked with.
fn private(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
