//! Reporting a problem with a listing, and the moderation queue.

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use domain::report::{Cause, Complaint, Report};
use domain::{Fields, Log, Personal, PropertyId, ReportId};
use http_kit::docs::IdempotencyKey;
use http_kit::{ApiResponse, Body, Caller, Conditions, Failure, Page, PageOf, Query, Request, Right};
use journal::{ExecuteError, UniqueKeys};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::property_id;
use crate::App;
use crate::queries::queue::Waiting;

/// A report, as returned to the person who made it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportReceipt {
    id: ReportId,
    property_id: PropertyId,
    cause: Cause,
}

/// See [`NewComplaint`].
pub type ComplaintBody = Body<NewComplaint>;

/// The body of `POST /api/properties/{id}/report`.
pub struct NewComplaint {
    cause: Cause,
    details: Option<String>,
}

impl Request for NewComplaint {
    const NAME: &'static str = "Complaint";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let cause = f.choice("cause");
        let cause = f.required("cause", cause);
        let details = f.prose("details", 1..=1000);
        cause.map(|cause| Self { cause, details })
    }

    fn example() -> Value {
        json!({"cause": "DUPLICATE", "details": "The same home is listed twice"})
    }
}

/// `POST /api/properties/{id}/report`: reports a listing. Each person can report a listing once.
#[utoipa::path(
    post,
    path = "/api/properties/{id}/report",
    summary = "Say what is wrong with a listing",
    params(IdempotencyKey),
    request_body = ComplaintBody,
    responses(
        (status = 201, description = "The moderators are told", body = ApiResponse<ReportReceipt>),
        (status = 409, description = "It is your own, or you reported it before"),
        (status = 410, description = "The listing was removed"),
    ),
)]
pub async fn report(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: ComplaintBody,
) -> Result<Response, Failure> {
    let reporter_id = caller.person()?.user;
    let property_id = property_id(path)?;
    let known = app.visible_now(&caller, property_id).await?;
    nothing?;
    let NewComplaint { cause, details } = body.value?;
    let details = details.map(|text| Personal::of(reporter_id, text));
    if known.listing.owner == reporter_id {
        return Err(Failure::conflict("OWN_LISTING", "the listing is your own"));
    }
    let report_id: ReportId = app.context.aggregates.fresh().into();
    let title = known.listing.content.title.clone().owned_by(known.listing.owner);
    let complaint = Complaint { report_id, property_id, title, reporter_id, cause, details };
    let unique_key = super::leads::one_of(&app, &caller, "report", property_id, reporter_id);
    let unique_keys = UniqueKeys::taking(vec![unique_key]);
    let options = conditions.options(&app.context, &caller, &body.bytes, &report_id);
    let options = options.on_new_stream().unique(unique_keys);
    let done = app.context.execute::<Report>(&caller.actor(), report_id, complaint, options).await;
    let done = done.map_err(|error| match error {
        ExecuteError::Taken { .. } => {
            Failure::conflict("REPORTED_BEFORE", "you reported this listing before")
        }
        other => http_kit::refused(other),
    })?;
    let complaint = done.state.complaint.ok_or_else(|| Failure::unavailable(&"a new report has no state"))?;
    let data = ReportReceipt { id: complaint.report_id, property_id, cause: complaint.cause };
    let reply = app.context.done(&caller, "The moderators are told", data, done.position);
    Ok(reply.status(StatusCode::CREATED).into_response())
}

/// `GET /api/moderation/queue`: listings that wait for a moderator or were reported, longest waiting first.
#[utoipa::path(
    get,
    path = "/api/moderation/queue",
    summary = "What waits for a moderator",
    params(Query<PageOf<10>>),
    responses((status = 200, description = "The longest waiting first", body = ApiResponse<Page<Waiting>>)),
)]
pub async fn queue(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageOf<10>>,
    uri: Uri,
) -> Result<Response, Failure> {
    caller.require(Right::Moderate)?;
    let PageOf(paging) = page?;
    let fresh = app.context.wait_for_own(&app.status, &caller, &[Log::Facts]).await;
    let page = app.queue(&caller.tenant, &paging).await?;
    let links = page.links(&uri);
    let reply = app.context.reply("What waits for a moderator", page).links(&links);
    Ok(reply.stale(fresh.is_stale()).into_response())
}
