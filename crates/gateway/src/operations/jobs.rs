//! `GET /api/jobs/{id}`: how far a job is, or what came of it.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::audit::AuditEvent;
use domain::{Envelope, StreamId};
use http_kit::{Caller, Failure, Right};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Gateway;

/// The stream of a job.
pub fn stream(caller: &Caller, id: Uuid) -> StreamId {
    StreamId::new(&caller.tenant, "job", id)
}

pub async fn show(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let asking = caller.person()?;
    let unknown = || Failure::not_found("JOB_NOT_FOUND", "there is no such job");
    let id: Uuid = id.parse().map_err(|_| unknown())?;
    // In this order: a job writes down its end before it stops being at work.
    let progress = gateway.kit.jobs.progress(id, gateway.kit.ledger.clock().now());
    let told = gateway.kit.ledger.journal().read_stream(&stream(&caller, id), 0).await?;
    let begun = told.first().ok_or_else(unknown)?;
    if asking.service || begun.user_id != Some(asking.user) {
        caller.require(Right::Administer)?;
    }
    let mut data = json!({"jobId": id, "startedAt": begun.timestamp, "startedBy": begun.user_id});
    let last = told.last().filter(|last| last.version > begun.version);
    let (status, more) = match (last, progress) {
        // Its end may be written down: the next one can begin when it is not at work any more.
        (_, Some(progress)) => ("RUNNING", json!({"progress": progress})),
        (Some(last), None) => outcome(&gateway, last)?,
        (None, None) => {
            ("INTERRUPTED", json!({"error": "the server stopped before it was finished; start it again"}))
        }
    };
    data["status"] = status.into();
    data["subject"] = subject(&gateway, begun)?.into();
    merge(&mut data, more);
    Ok(gateway.kit.reply("Job", data).into_response())
}

fn merge(data: &mut Value, more: Value) {
    if let (Some(data), Value::Object(more)) = (data.as_object_mut(), more) {
        data.extend(more);
    }
}

fn decode(gateway: &Gateway, envelope: &Envelope) -> Result<AuditEvent, Failure> {
    gateway.kit.ledger.decode(envelope).map_err(|error| Failure::unavailable(&error))
}

fn subject(gateway: &Gateway, begun: &Envelope) -> Result<Option<String>, Failure> {
    Ok(match decode(gateway, begun)? {
        AuditEvent::ReplayStarted { group } => Some(group),
        _ => None,
    })
}

fn outcome(gateway: &Gateway, last: &Envelope) -> Result<(&'static str, Value), Failure> {
    let at = last.timestamp;
    Ok(match decode(gateway, last)? {
        AuditEvent::ReplayFailed { reason, .. } => ("FAILED", json!({"finishedAt": at, "error": reason})),
        AuditEvent::ReplayFinished { events, equal, .. } => (
            "SUCCEEDED",
            json!({"finishedAt": at, "result": {"events": events, "equalToTheOneBefore": equal}}),
        ),
        _ => ("SUCCEEDED", json!({"finishedAt": at})),
    })
}
