//! `/api/v1/admin/sync`: whether journal, rows and index of the tenant's products agree, and healing what differs.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::audit::AuditEvent;
use domain::{Actor, Position, ProductId, StreamId, TenantId, Timestamp};
use http_kit::docs::IdempotencyKey;
use http_kit::{ApiResponse, AppContext, Caller, Conditions, Failure, Job, Query, Right};
use serde::Serialize;
use utoipa::ToSchema;

use crate::products::{Difference, DriftKind, ProductSearch, ProductsApp, SyncReport};

/// How many ids of each kind are listed.
const LISTED: usize = 100;

/// Whether everything agrees. The names are those of the earlier system: `mysql` is the read model, `elasticsearch` the
/// index.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SyncStatus {
    /// The products on sale, by their rows.
    mysql_product_count: u64,
    /// The products in the index.
    elasticsearch_product_count: u64,
    in_sync: bool,
    /// When the comparison was begun. A comparison that takes long is told again for four times as long as it took.
    compared_at: Timestamp,
    /// The sum of a checksum of each row on sale.
    mysql_checksum: String,
    /// The sum of the checksums that the index has.
    elasticsearch_checksum: String,
    /// Products without their row or document; the first 100.
    missing: Vec<ProductId>,
    missing_total: u64,
    /// Products whose row or document says something else; the first 100.
    stale: Vec<ProductId>,
    stale_total: u64,
    /// Products that should have no row or document; the first 100.
    orphaned: Vec<ProductId>,
    orphaned_total: u64,
    /// Each difference; the first 100.
    differences: Vec<Difference>,
    /// Products whose events wait for an operator, see the dead letters, or cannot be read; the first 100. Their rows are
    /// compared with the events before those.
    waiting: Vec<ProductId>,
}

impl SyncStatus {
    fn of(report: &SyncReport, compared_at: Timestamp) -> Self {
        let of_kind = |kind| {
            let of_kind = report.differences.iter().filter(|difference| difference.kind == kind);
            let mut ids: Vec<ProductId> = of_kind.map(|difference| difference.product_id).collect();
            ids.dedup();
            let total = ids.len() as u64;
            ids.truncate(LISTED);
            (ids, total)
        };
        let (missing, missing_total) = of_kind(DriftKind::Missing);
        let (stale, stale_total) = of_kind(DriftKind::Stale);
        let (orphaned, orphaned_total) = of_kind(DriftKind::Orphaned);
        Self {
            mysql_product_count: report.on_sale,
            elasticsearch_product_count: report.indexed,
            in_sync: report.differences.is_empty(),
            compared_at,
            mysql_checksum: format!("{:016x}", report.row_checksum),
            elasticsearch_checksum: format!("{:016x}", report.index_checksum),
            missing,
            missing_total,
            stale,
            stale_total,
            orphaned,
            orphaned_total,
            differences: report.differences.iter().take(LISTED).copied().collect(),
            waiting: report.waiting.iter().take(LISTED).copied().collect(),
        }
    }
}

/// What was started or done.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SyncDone {
    /// `full` or `product`.
    sync_type: &'static str,
    /// `started` or `completed`.
    status: &'static str,
    message: String,
    /// The product, if it was about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    product_id: Option<ProductId>,
    /// The job, if one was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    job_id: Option<String>,
}

/// Compares journal, rows and index item by item. What the index has yet to read of the rows is no difference. A comparison
/// of more than a minute goes on after a 503, and is told later.
#[utoipa::path(
    get,
    path = "/api/v1/admin/sync/status",
    summary = "Whether journal, rows and index of products agree",
    responses((status = 200, description = "What differs", body = ApiResponse<SyncStatus>)),
)]
pub async fn status(
    State(app): State<ProductsApp>,
    caller: Caller,
    Query(nothing): Query<()>,
) -> Result<Response, Failure> {
    caller.require(Right::Administer)?;
    nothing?;
    let fresh = app.fresh(&caller).await;
    let told =
        app.products.last_report(&caller.tenant).await.map_err(|error| Failure::unavailable(&error))?;
    let told = told.ok_or_else(|| Failure::unavailable(&"products are still being compared"))?;
    let status = SyncStatus::of(&told.report, told.compared_at);
    let reply = app.products.context.reply("Compared", status);
    Ok(reply.stale(fresh.is_stale()).into_response())
}

/// Heals every difference. Searches go on meanwhile.
#[utoipa::path(
    post,
    path = "/api/v1/admin/sync/full",
    summary = "Heal the rows and the index of products",
    params(IdempotencyKey),
    responses(
        (status = 202, description = "It is at work", body = ApiResponse<SyncDone>),
        (status = 409, description = "It is at work already"),
    ),
)]
pub async fn full(
    State(app): State<ProductsApp>,
    caller: Caller,
    Query(nothing): Query<()>,
    conditions: Conditions,
) -> Result<Response, Failure> {
    caller.require(Right::Administer)?;
    nothing?;
    let context = app.products.context.clone();
    let id = context.aggregates.fresh();
    let actor = caller.actor();
    let stream = StreamId::new(&caller.tenant, "job", id);
    let once = conditions.once(&context, &caller, &[], &id);
    if let Some(first) = context.answered(&stream, once.as_ref()).await? {
        return Ok(started(&context, &caller, &first, None));
    }
    let subject = format!("product sync of {}", caller.tenant);
    let begun = context.jobs.begin(id, &subject, context.aggregates.clock().now());
    let job = begun.map_err(|id| {
        Failure::conflict("ALREADY_RUNNING", format!("job {id} is healing them already; see /api/jobs/{id}"))
    })?;
    let event = AuditEvent::ReplayStarted { group: ProductSearch::group().name.to_owned() };
    let recorded = context.record(&actor, stream.clone(), &event, once).await?;
    if let Some(first) = recorded.answered {
        return Ok(started(&context, &caller, &first, Some(recorded.position)));
    }
    let reply = started(&context, &caller, &id.to_string(), Some(recorded.position));
    let work = SyncJob { products: app.products, tenant: caller.tenant.clone(), actor, stream };
    context.jobs.spawn(work.run(job));
    Ok(reply)
}

fn started(context: &AppContext, caller: &Caller, job: &str, position: Option<Position>) -> Response {
    let data = SyncDone {
        sync_type: "full",
        status: "started",
        message: "Every difference between journal, rows and index is healed".to_owned(),
        product_id: None,
        job_id: Some(job.to_owned()),
    };
    let reply = context.done(caller, "Sync started", data, position);
    reply.accepted(&format!("/api/jobs/{job}")).into_response()
}

struct SyncJob {
    products: ProductSearch,
    tenant: TenantId,
    actor: Actor,
    stream: StreamId,
}

impl SyncJob {
    async fn run(self, job: Job) {
        let group = ProductSearch::group().name.to_owned();
        let total = self.products.rows(&self.tenant).await.unwrap_or_default();
        let healed = self.products.heal(&self.tenant, |done| job.progress(done, total.max(done))).await;
        let event = match healed {
            Ok((found, afterwards)) => {
                let (differences, left) = (found.differences.len() as u64, afterwards.differences.len());
                tracing::info!(differences, left, "products were compared and healed");
                let (equal, differences) = (Some(left == 0), Some(differences));
                AuditEvent::ReplayFinished { group, events: found.events, equal, differences }
            }
            Err(error) => {
                tracing::error!(%error, "products could not be healed");
                AuditEvent::ReplayFailed { group, reason: error.to_string() }
            }
        };
        let aggregates = &self.products.context.aggregates;
        if let Err(error) = aggregates.record(&self.actor, self.stream, &event).await {
            tracing::error!(%error, "the end of a sync could not be written down");
        }
    }
}

/// Heals one product: its row, if it differs from the journal, and its document. A product that is gone leaves the
/// index.
#[utoipa::path(
    post,
    path = "/api/v1/admin/sync/product/{id}",
    summary = "Heal the row and the document of a product",
    responses((status = 200, description = "It is in sync", body = ApiResponse<SyncDone>)),
)]
pub async fn product(
    State(app): State<ProductsApp>,
    caller: Caller,
    Path(id): Path<String>,
    Query(nothing): Query<()>,
) -> Result<Response, Failure> {
    caller.require(Right::Administer)?;
    nothing?;
    let unknown = || Failure::not_found("PRODUCT_NOT_FOUND", "there is no such product");
    let id: ProductId = id.parse().map_err(|_| unknown())?;
    let fresh = app.fresh(&caller).await;
    let healed = app.products.heal_one(&caller.tenant, id).await;
    let (differences, indexed) = healed.map_err(|error| Failure::unavailable(&error))?;
    let row = if differences.is_empty() { "Its row agreed with the journal" } else { "Its row was healed" };
    let document = if indexed { "it is in the index" } else { "it is not on sale, and not in the index" };
    let data = SyncDone {
        sync_type: "product",
        status: "completed",
        message: format!("{row}; {document}"),
        product_id: Some(id),
        job_id: None,
    };
    Ok(app.products.context.reply("Sync completed", data).stale(fresh.is_stale()).into_response())
}
