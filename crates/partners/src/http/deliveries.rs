//! What was sent to a webhook, sending it again, and test messages.

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use domain::Log;
use domain::audit::AuditEvent;
use domain::webhook::WebhookCommand;
use http_kit::docs::{IdempotencyKey, IfMatch};
use http_kit::{ApiResponse, Caller, Conditions, Failure, Page, PageOf, Query, Reply};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::document::WebhookDocument;
use crate::GROUP;
use crate::queries::{self, WebhookDelivery, WebhookDeliveryStatus};

/// A message that is sent again.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RedrivenWebhookDelivery {
    id: String,
    status: WebhookDeliveryStatus,
}

/// `GET /api/v1/admin/webhooks/{id}/deliveries`: the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/admin/webhooks/{id}/deliveries",
    summary = "What was sent to a webhook, and what became of it",
    params(Query<PageOf<20>>),
    responses((status = 200, description = "The newest first", body = ApiResponse<Page<WebhookDelivery>>)),
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(page): Query<PageOf<20>>,
    uri: Uri,
) -> Result<Reply<Page<WebhookDelivery>>, Failure> {
    let id = App::webhook_id(&caller, &id)?;
    let PageOf(paging) = page?;
    app.webhook(&caller, id).await?;
    let context = app.context();
    let fresh = context.wait_for_own(&app.status, &caller, &[Log::Facts]).await;
    let page = queries::deliveries(&app.partners.store, &caller.tenant, id, &paging).await?;
    let links = page.links(&uri);
    Ok(context.reply("Deliveries of the webhook", page).links(&links).stale(fresh.is_stale()))
}

/// `POST /api/v1/admin/webhooks/{id}/deliveries/{delivery}/redrive`: sends a message again that failed or was refused,
/// under its old id and before all later ones that wait.
#[utoipa::path(
    post,
    path = "/api/v1/admin/webhooks/{id}/deliveries/{delivery}/redrive",
    summary = "Send a message again",
    responses(
        (status = 202, description = "It will be sent", body = ApiResponse<RedrivenWebhookDelivery>),
        (status = 409, description = "It did not fail: `DELIVERY_NOT_WAITING`"),
    ),
)]
pub async fn redrive(
    State(app): State<App>,
    caller: Caller,
    Path((id, delivery)): Path<(String, String)>,
    Query(nothing): Query<()>,
) -> Result<Reply<RedrivenWebhookDelivery>, Failure> {
    let id = App::webhook_id(&caller, &id)?;
    nothing?;
    let context = app.context();
    let found = queries::delivery_status(&app.partners.store, &caller.tenant, id, &delivery).await?;
    let unknown = || Failure::not_found("DELIVERY_NOT_FOUND", "there is no such delivery");
    let not_waiting =
        || Failure::conflict("DELIVERY_NOT_WAITING", "only what failed or was refused is sent again");
    if !found.ok_or_else(unknown)?.waits() {
        return Err(not_waiting());
    }
    let event =
        AuditEvent::DeadLetterRedriven { group: GROUP.into(), key: format!("{}/{id}", caller.tenant) };
    caller.write_down(context, &event).await?;
    let again = app.partners.outbox.again(&delivery).await.map_err(|error| Failure::unavailable(&error))?;
    if !again {
        return Err(not_waiting());
    }
    let data = RedrivenWebhookDelivery { id: delivery, status: WebhookDeliveryStatus::Pending };
    Ok(context.reply("To be sent again", data).status(StatusCode::ACCEPTED))
}

/// `POST /api/v1/admin/webhooks/{id}/test`: sends a `webhook.test`, also to a webhook that is disabled. It is tried
/// once; what became of it is in the list of deliveries.
#[utoipa::path(
    post,
    path = "/api/v1/admin/webhooks/{id}/test",
    summary = "Send a test message",
    params(IdempotencyKey, IfMatch),
    responses((status = 202, description = "It will be sent", body = ApiResponse<WebhookDocument>)),
)]
pub async fn test(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
) -> Result<Reply<WebhookDocument>, Failure> {
    let id = App::webhook_id(&caller, &id)?;
    nothing?;
    let (details, done) = app.execute(&caller, id, WebhookCommand::Test, (&conditions, &[])).await?;
    let data = WebhookDocument::of(details, done.version);
    let reply = app.context().done(&caller, "A test message will be sent", data, done.position);
    Ok(reply.accepted(&format!("/api/v1/admin/webhooks/{id}/deliveries")).etag(&done.version.to_string()))
}
