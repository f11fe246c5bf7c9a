//! Making a read model again from the journal, beside the one in use.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::audit::AuditEvent;
use domain::{Actor, StreamId};
use http_kit::{Caller, Failure, Job, Kit, refused};
use projection::ViewStore;
use serde_json::json;

use super::jobs;
use crate::Gateway;
use bus::GroupHandle;

/// The group behind `/api/user-history`.
const HISTORY: &str = "history-service-group";

/// `POST /api/user-history/replay`
pub async fn history(state: State<Gateway>, caller: Caller) -> Result<Response, Failure> {
    group(state, caller, Path(HISTORY.to_owned())).await
}

/// `POST /api/v1/admin/consumers/{group}/rebuild`
pub async fn group(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    caller.operates(&gateway.kit)?;
    let handle = gateway.group(&name)?.clone();
    let view = gateway.views.iter().find(|(group, _)| group.name == name).map(|(_, view)| view.clone());
    let view = view.ok_or_else(|| Failure::conflict("NOT_REBUILDABLE", "this group fills no read model"))?;
    if handle.status.paused().is_some() {
        return Err(Failure::conflict("GROUP_PAUSED", "a paused group cannot take over; resume it first"));
    }
    let kit = gateway.kit.clone();
    let begun = kit.jobs.begin(kit.ledger.fresh(), &name, kit.ledger.clock().now());
    let job = begun.map_err(|id| {
        Failure::conflict("ALREADY_RUNNING", format!("job {id} is rebuilding it already; see /api/jobs/{id}"))
    })?;
    let (actor, stream) = (caller.actor(), jobs::stream(&caller, job.id));
    let started = AuditEvent::ReplayStarted { group: name };
    let appended = kit.ledger.record(&actor, stream.clone(), &started).await.map_err(refused)?;
    let reply = kit.done(&caller, "Rebuild started", json!({"jobId": job.id}), Some(appended.position));
    let reply = reply.accepted(&format!("/api/jobs/{}", job.id)).into_response();
    let work = Work { kit: kit.clone(), handle, view, actor, stream };
    kit.jobs.spawn(work.run(job));
    Ok(reply)
}

struct Work {
    kit: Kit,
    handle: GroupHandle,
    view: ViewStore,
    actor: Actor,
    stream: StreamId,
}

impl Work {
    async fn run(self, job: Job) {
        let name = self.handle.group.name;
        let told =
            projection::rebuild(&self.view, &self.handle, |now| job.progress(now.done, now.total)).await;
        let group = name.to_owned();
        let event = match told {
            Ok(rebuilt) => {
                tracing::info!(group, events = rebuilt.events, tables = ?rebuilt.tables, "a read model was rebuilt");
                let equal = Some(rebuilt.is_equal());
                AuditEvent::ReplayFinished { group, events: rebuilt.events, equal }
            }
            Err(error) => {
                tracing::error!(group, %error, "a read model could not be rebuilt");
                AuditEvent::ReplayFailed { group, reason: error.to_string() }
            }
        };
        if let Err(error) = self.kit.ledger.record(&self.actor, self.stream, &event).await {
            tracing::error!(group = name, %error, "the end of a rebuild could not be written down");
        }
    }
}
