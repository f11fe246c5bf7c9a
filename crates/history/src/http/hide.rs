//! Hides an entry of a history. The event behind it stays in the journal, and hiding is recorded as an event, too.

use axum::extract::State;
use domain::audit::AuditEvent;
use domain::{Fields, Log, StreamId};
use http_kit::docs::IdempotencyKey;
use http_kit::{Body, Conditions, Failure, Query, Reply, Request, Right};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{App, HistoryRequest};
use crate::queries::Visibility;

/// See [`HiddenEntry`].
pub type HiddenEntryBody = Body<HiddenEntry>;

/// The body of `POST …/hide`.
pub struct HiddenEntry {
    activity_id: Uuid,
}

impl Request for HiddenEntry {
    const NAME: &'static str = "HiddenEntry";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let id = f.parsed("activityId", |id| Uuid::try_parse(id).map_err(|_| "must be the id of an entry"));
        f.required("activityId", id).map(|activity_id| Self { activity_id })
    }

    fn example() -> Value {
        json!({"activityId": "018f4a6e-0000-7000-8000-000000000001"})
    }
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
    State(site): State<App>,
    asked: HistoryRequest,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: HiddenEntryBody,
) -> Result<Reply<()>, Failure> {
    let context = &site.history.context;
    let caller = &asked.caller;
    caller.require(Right::Change(asked.user))?;
    nothing?;
    let HiddenEntry { activity_id } = body.value?;
    let stream = StreamId::new(&caller.tenant, "history", asked.user);
    let once = conditions.once(context, caller, &body.bytes, &activity_id);
    context.answered(&stream, once.as_ref()).await?;
    context.wait_for_own(&site.status, caller, &Log::ALL).await;
    let position = match asked.person(&site).standing(activity_id).await? {
        Visibility::None => {
            return Err(Failure::not_found("ACTIVITY_NOT_FOUND", "there is no such entry in this history"));
        }
        Visibility::Hidden => None,
        Visibility::Visible => {
            let event = AuditEvent::HistoryEntryHidden { activity_id };
            Some(context.record(&caller.actor(), stream, &event, once).await?.position)
        }
    };
    Ok(context.done(caller, "Hidden", (), position).empty())
}
