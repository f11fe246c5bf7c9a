//! The actions of one button on a group: pause, resume, rebuild its read model.

use axum::Router;
use axum::response::Response;
use axum::routing::post;
use serde_json::json;

use super::PATH;
use crate::Site;
use crate::api::{ApiError, Call, Started};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::key::Key;
use crate::visit::Visit;

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/admin/groups/{group}/pause", post(pause))
        .route("/admin/groups/{group}/resume", post(resume))
        .route("/admin/groups/{group}/rebuild", post(rebuild))
}

fn order(group: &Key, word: &str) -> Call {
    Call::post(format!("/api/v1/admin/consumers/{group}/{word}"), json!({}))
}

async fn pause(visit: Visit, group: Key) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    back(&visit, visit.tell(order(&group, "pause")).await.map(|()| Flash::GroupPaused))
}

async fn resume(visit: Visit, group: Key) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    back(&visit, visit.tell(order(&group, "resume")).await.map(|()| Flash::GroupResumed))
}

async fn rebuild(visit: Visit, group: Key) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    match visit.ask::<Started>(order(&group, "rebuild")).await {
        Ok(Started { job_id }) => {
            let job = Key::parse(&job_id).ok_or(Failure::Unavailable)?;
            Ok(visit.go(&format!("/admin/jobs/{job}"), None))
        }
        Err(error) => back(&visit, Err(error)),
    }
}

/// Redirects to the list of groups, with a message about the outcome.
fn back(visit: &Visit, outcome: Result<Flash, ApiError>) -> Result<Response, Failure> {
    let flash = match outcome {
        Ok(flash) => flash,
        Err(error) => error.about_input().map(|_| Flash::OperationRefused)?,
    };
    Ok(visit.go(PATH, Some(flash)))
}
