//! Taking an entry out of sight: the event behind it stays, and so does this one.

use super::asked::HiddenEntryBody;
use axum::extract::State;
use domain::audit::AuditEvent;
use domain::{Fields, Log, StreamId};
use http_kit::docs::IdempotencyKey;
use http_kit::{Conditions, Failure, JsonObject, Params, Reply, Right};
use uuid::Uuid;

use super::{Asked, Site};
use crate::queries::Standing;

pub fn asked_entry(f: &mut Fields<'_>) -> Option<Uuid> {
    let id = f.parsed("activityId", |id| Uuid::try_parse(id).map_err(|_| "must be the id of an entry"));
    f.required("activityId", id)
}

#[utoipa::path(
    post,
    path = "/api/user-history/{userId}/hide",
    summary = "Take an entry out of sight",
    params(IdempotencyKey),
    request_body = HiddenEntryBody,
    responses((status = 204, description = "Hidden; asking twice is fine")),
)]
pub async fn hide(
    State(site): State<Site>,
    asked: Asked,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Reply<()>, Failure> {
    let (kit, caller) = (&site.history.kit, &asked.caller);
    caller.require(Right::Change(asked.user))?;
    Params::read(&asked.uri, &[])?;
    let mut fields = Fields::new(&body.members);
    let id = asked_entry(&mut fields);
    let activity_id = fields.finish(id)?;
    let stream = StreamId::new(&caller.tenant, "history", asked.user);
    let once = conditions.once(kit, caller, &body.bytes, &activity_id);
    kit.answered(&stream, once.as_ref()).await?;
    kit.wait_for_own(&site.status, caller, &Log::ALL).await;
    let position = match asked.person(&site).standing(activity_id).await? {
        Standing::None => {
            return Err(Failure::not_found("ACTIVITY_NOT_FOUND", "there is no such entry in this history"));
        }
        Standing::Hidden => None,
        Standing::Visible => {
            let event = AuditEvent::HistoryEntryHidden { activity_id };
            Some(kit.record(&caller.actor(), stream, &event, once).await?.position)
        }
    };
    Ok(kit.done(caller, "Hidden", (), position).empty())
}
