//! What moderators decide about listings.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::Fields;
use domain::property::PropertyCommand;
use http_kit::{Caller, Conditions, Failure, JsonObject, Right};

use super::property_id;
use crate::App;

/// `POST …/feature`: `{"featured": false}` takes it out again.
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
    app.execute(&caller, id, PropertyCommand::Feature(flag), options, "Featured").await
}

/// `POST …/verify`: `{"verified": false}` takes it back.
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
    app.execute(&caller, id, PropertyCommand::Verify(flag), options, "Verified").await
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
    conditions: Conditions,
) -> Result<Response, Failure> {
    caller.require(Right::Moderate)?;
    let id = property_id(path)?;
    let options = conditions.options(&app.kit, &caller, &[], &id);
    app.execute(&caller, id, PropertyCommand::Approve, options, "Approved").await
}

/// `POST …/reject`: with a reason for the owner.
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
    let reason = fields.text("reason", 3..=500);
    let reason = fields.required("reason", reason);
    let reason = fields.finish(reason)?;
    let options = conditions.options(&app.kit, &caller, &body.bytes, &id);
    app.execute(&caller, id, PropertyCommand::Reject(reason), options, "Rejected").await
}
