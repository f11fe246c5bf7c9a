//! What moderators decide about listings.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::Fields;
use domain::property::PropertyCommand;
use http_kit::{Caller, Failure, JsonObject, Right};

use super::property_id;
use crate::App;

/// `POST …/feature`: `{"featured": false}` takes it out again.
pub async fn feature(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    headers: HeaderMap,
    body: JsonObject,
) -> Result<Response, Failure> {
    let flag = flag(&caller, &body, "featured")?;
    app.execute(&caller, property_id(path)?, PropertyCommand::Feature(flag), &headers, "Featured").await
}

/// `POST …/verify`: `{"verified": false}` takes it back.
pub async fn verify(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    headers: HeaderMap,
    body: JsonObject,
) -> Result<Response, Failure> {
    let flag = flag(&caller, &body, "verified")?;
    app.execute(&caller, property_id(path)?, PropertyCommand::Verify(flag), &headers, "Verified").await
}

fn flag(caller: &Caller, body: &JsonObject, name: &str) -> Result<bool, Failure> {
    caller.require(Right::Moderate)?;
    let mut fields = Fields::new(&body.members);
    let flag = fields.flag(name).unwrap_or(true);
    Ok(fields.finish(Some(flag))?)
}

/// `POST …/approve`
pub async fn approve(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    caller.require(Right::Moderate)?;
    app.execute(&caller, property_id(path)?, PropertyCommand::Approve, &headers, "Approved").await
}

/// `POST …/reject`: with a reason for the owner.
pub async fn reject(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    headers: HeaderMap,
    body: JsonObject,
) -> Result<Response, Failure> {
    caller.require(Right::Moderate)?;
    let id = property_id(path)?;
    let mut fields = Fields::new(&body.members);
    let reason = fields.text("reason", 3..=500);
    let reason = fields.required("reason", reason);
    let reason = fields.finish(reason)?;
    app.execute(&caller, id, PropertyCommand::Reject(reason), &headers, "Rejected").await
}
