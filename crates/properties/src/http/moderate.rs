//! Moderators' decisions about listings.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::Fields;
use domain::property::PropertyCommand;
use http_kit::docs::{IdempotencyKey, IfMatch};
use http_kit::{ApiResponse, Body, Caller, Conditions, Failure, Query, Request, Right};
use serde_json::{Value, json};

use super::property_id;
use crate::App;
use crate::document::Document;

/// See [`Featured`].
pub type FeaturedBody = Body<Featured>;

/// The body of `POST /api/properties/{id}/feature`.
pub struct Featured {
    featured: bool,
}

impl Request for Featured {
    const NAME: &'static str = "Featured";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(Self { featured: f.flag("featured").unwrap_or(true) })
    }

    fn about(_: &str) -> Option<&'static str> {
        Some("True unless given.")
    }

    fn example() -> Value {
        json!({"featured": true})
    }
}

/// `POST …/feature`: features the listing; `{"featured": false}` stops that.
#[utoipa::path(
    post,
    path = "/api/properties/{id}/feature",
    summary = "Feature a listing, or stop it",
    params(IdempotencyKey, IfMatch),
    request_body = FeaturedBody,
    responses(
        (status = 200, description = "The listing as it is now", body = ApiResponse<Document<'static>>),
        (status = 410, description = "The listing was removed"),
    ),
)]
pub async fn feature(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: FeaturedBody,
) -> Result<Response, Failure> {
    caller.require(Right::Moderate)?;
    nothing?;
    let Featured { featured } = body.value?;
    let id = property_id(path)?;
    let options = conditions.options(&app.context, &caller, &body.bytes, &id);
    app.execute(&caller, id, PropertyCommand::Feature(featured, app.by(&caller)?), options, "Featured").await
}

/// See [`Verified`].
pub type VerifiedBody = Body<Verified>;

/// The body of `POST /api/properties/{id}/verify`.
pub struct Verified {
    verified: bool,
}

impl Request for Verified {
    const NAME: &'static str = "Verified";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(Self { verified: f.flag("verified").unwrap_or(true) })
    }

    fn about(_: &str) -> Option<&'static str> {
        Some("True unless given.")
    }

    fn example() -> Value {
        json!({"verified": true})
    }
}

/// `POST …/verify`: marks the listing as verified; `{"verified": false}` removes the mark.
#[utoipa::path(
    post,
    path = "/api/properties/{id}/verify",
    summary = "Confirm that a listing is genuine",
    params(IdempotencyKey, IfMatch),
    request_body = VerifiedBody,
    responses(
        (status = 200, description = "The listing as it is now", body = ApiResponse<Document<'static>>),
        (status = 410, description = "The listing was removed"),
    ),
)]
pub async fn verify(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: VerifiedBody,
) -> Result<Response, Failure> {
    caller.require(Right::Moderate)?;
    nothing?;
    let Verified { verified } = body.value?;
    let id = property_id(path)?;
    let options = conditions.options(&app.context, &caller, &body.bytes, &id);
    app.execute(&caller, id, PropertyCommand::Verify(verified, app.by(&caller)?), options, "Verified").await
}

/// `POST …/approve`: puts the listing on the market.
#[utoipa::path(
    post,
    path = "/api/properties/{id}/approve",
    summary = "Let a listing onto the market",
    params(IdempotencyKey, IfMatch),
    responses(
        (status = 200, description = "The listing as it is now", body = ApiResponse<Document<'static>>),
        (status = 409, description = "It neither waits for a moderator nor was taken down"),
        (status = 410, description = "The listing was removed"),
    ),
)]
pub async fn approve(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
) -> Result<Response, Failure> {
    caller.require(Right::Moderate)?;
    nothing?;
    let id = property_id(path)?;
    let options = conditions.options(&app.context, &caller, &[], &id);
    app.execute(&caller, id, PropertyCommand::Approve(app.by(&caller)?), options, "Approved").await
}

/// See [`Refusal`].
pub type RefusalBody = Body<Refusal>;

/// The body of `POST /api/properties/{id}/reject`.
pub struct Refusal {
    reason: String,
}

impl Request for Refusal {
    const NAME: &'static str = "Refusal";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let reason = f.prose("reason", 3..=500);
        f.required("reason", reason).map(|reason| Self { reason })
    }

    fn about(_: &str) -> Option<&'static str> {
        Some("For the owner to read.")
    }

    fn example() -> Value {
        json!({"reason": "The photos show another home"})
    }
}

/// `POST …/reject`: refuses the listing, with a reason for its owner. A listing that is public is taken down; only
/// moderators can undo that.
#[utoipa::path(
    post,
    path = "/api/properties/{id}/reject",
    summary = "Refuse a listing or take it down, with a reason",
    params(IdempotencyKey, IfMatch),
    request_body = RefusalBody,
    responses(
        (status = 200, description = "The listing as it is now", body = ApiResponse<Document<'static>>),
        (status = 409, description = "It neither waits for a moderator nor is on show"),
        (status = 410, description = "The listing was removed"),
    ),
)]
pub async fn reject(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: RefusalBody,
) -> Result<Response, Failure> {
    caller.require(Right::Moderate)?;
    nothing?;
    let id = property_id(path)?;
    let Refusal { reason } = body.value?;
    let options = conditions.options(&app.context, &caller, &body.bytes, &id);
    let command = PropertyCommand::Reject(reason, app.by(&caller)?);
    app.execute(&caller, id, command, options, "Rejected").await
}
