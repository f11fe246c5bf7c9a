//! What moderators decide about listings.

use super::asked::{FeaturedBody, RefusalBody, VerifiedBody};
use crate::document::Document;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::Fields;
use domain::property::PropertyCommand;
use http_kit::Envelope;
use http_kit::docs::{IdempotencyKey, IfMatch};
use http_kit::{Caller, Conditions, Failure, JsonObject, Right};

use super::property_id;
use crate::App;

/// `POST …/feature`: `{"featured": false}` takes it out again.
#[utoipa::path(
    post,
    path = "/api/properties/{id}/feature",
    summary = "Feature a listing, or stop it",
    params(IdempotencyKey, IfMatch),
    request_body = FeaturedBody,
    responses(
        (status = 200, description = "The listing as it is now", body = Envelope<Document<'static>>),
        (status = 410, description = "The listing was removed"),
    ),
)]
pub async fn feature(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Response, Failure> {
    let flag = flag(&caller, &body, "featured")?;
    let id = property_id(path)?;
    let options = conditions.options(&app.kit, &caller, &body.bytes, &id);
    app.execute(&caller, id, PropertyCommand::Feature(flag, app.by(&caller)?), options, "Featured").await
}

/// `POST …/verify`: `{"verified": false}` takes it back.
#[utoipa::path(
    post,
    path = "/api/properties/{id}/verify",
    summary = "Confirm that a listing is genuine",
    params(IdempotencyKey, IfMatch),
    request_body = VerifiedBody,
    responses(
        (status = 200, description = "The listing as it is now", body = Envelope<Document<'static>>),
        (status = 410, description = "The listing was removed"),
    ),
)]
pub async fn verify(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Response, Failure> {
    let flag = flag(&caller, &body, "verified")?;
    let id = property_id(path)?;
    let options = conditions.options(&app.kit, &caller, &body.bytes, &id);
    app.execute(&caller, id, PropertyCommand::Verify(flag, app.by(&caller)?), options, "Verified").await
}

fn flag(caller: &Caller, body: &JsonObject, name: &str) -> Result<bool, Failure> {
    caller.require(Right::Moderate)?;
    let mut fields = Fields::new(&body.members);
    let flag = fields.flag(name).unwrap_or(true);
    Ok(fields.finish(Some(flag))?)
}

/// `POST …/approve`
#[utoipa::path(
    post,
    path = "/api/properties/{id}/approve",
    summary = "Let a listing onto the market",
    params(IdempotencyKey, IfMatch),
    responses(
        (status = 200, description = "The listing as it is now", body = Envelope<Document<'static>>),
        (status = 409, description = "It neither waits for a moderator nor was taken down"),
        (status = 410, description = "The listing was removed"),
    ),
)]
pub async fn approve(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    conditions: Conditions,
) -> Result<Response, Failure> {
    caller.require(Right::Moderate)?;
    let id = property_id(path)?;
    let options = conditions.options(&app.kit, &caller, &[], &id);
    app.execute(&caller, id, PropertyCommand::Approve(app.by(&caller)?), options, "Approved").await
}

/// `POST …/reject`: with a reason for the owner. A home that is on show is taken down, which only moderators undo.
#[utoipa::path(
    post,
    path = "/api/properties/{id}/reject",
    summary = "Refuse a listing or take it down, with a reason",
    params(IdempotencyKey, IfMatch),
    request_body = RefusalBody,
    responses(
        (status = 200, description = "The listing as it is now", body = Envelope<Document<'static>>),
        (status = 409, description = "It neither waits for a moderator nor is on show"),
        (status = 410, description = "The listing was removed"),
    ),
)]
pub async fn reject(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Response, Failure> {
    caller.require(Right::Moderate)?;
    let id = property_id(path)?;
    let mut fields = Fields::new(&body.members);
    let reason = asked_reason(&mut fields);
    let reason = fields.finish(reason)?;
    let options = conditions.options(&app.kit, &caller, &body.bytes, &id);
    let command = PropertyCommand::Reject(reason, app.by(&caller)?);
    app.execute(&caller, id, command, options, "Rejected").await
}

pub fn asked_reason(f: &mut Fields<'_>) -> Option<String> {
    let reason = f.text("reason", 3..=500);
    f.required("reason", reason)
}
