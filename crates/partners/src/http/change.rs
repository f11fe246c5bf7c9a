//! Changing, enabling and deleting a webhook.

use axum::extract::{Path, State};
use domain::webhook::WebhookCommand;
use http_kit::docs::{IdempotencyKey, IfMatch};
use http_kit::{ApiResponse, Caller, Conditions, Failure, Invalid, Query, Reply};

use super::App;
use super::document::WebhookDocument;
use super::requests::{ChangedWebhook, ChangedWebhookBody};

/// `PATCH /api/v1/admin/webhooks/{id}`
#[utoipa::path(
    patch,
    path = "/api/v1/admin/webhooks/{id}",
    summary = "Change a webhook",
    params(IdempotencyKey, IfMatch),
    request_body = ChangedWebhookBody,
    responses((status = 200, description = "The webhook", body = ApiResponse<WebhookDocument>)),
)]
pub async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: ChangedWebhookBody,
) -> Result<Reply<WebhookDocument>, Failure> {
    let id = App::webhook_id(&caller, &id)?;
    nothing?;
    let ChangedWebhook(change) = Invalid::or_wrong(body.value, |body| app.allowed(body.0.url.as_ref()))?;
    let command = WebhookCommand::Change(change);
    let (details, done) = app.execute(&caller, id, command, (&conditions, &body.bytes)).await?;
    let data = WebhookDocument::of(details, done.version);
    let reply = app.context().done(&caller, "Webhook changed", data, done.position);
    Ok(reply.etag(&done.version.to_string()))
}

/// `POST /api/v1/admin/webhooks/{id}/enable`: messages that were parked meanwhile can be sent again one by one.
#[utoipa::path(
    post,
    path = "/api/v1/admin/webhooks/{id}/enable",
    summary = "Enable a webhook again",
    params(IdempotencyKey, IfMatch),
    responses((status = 200, description = "The webhook", body = ApiResponse<WebhookDocument>)),
)]
pub async fn enable(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
) -> Result<Reply<WebhookDocument>, Failure> {
    let id = App::webhook_id(&caller, &id)?;
    nothing?;
    let (details, done) = app.execute(&caller, id, WebhookCommand::Enable, (&conditions, &[])).await?;
    let data = WebhookDocument::of(details, done.version);
    let reply = app.context().done(&caller, "Webhook enabled", data, done.position);
    Ok(reply.etag(&done.version.to_string()))
}

/// `DELETE /api/v1/admin/webhooks/{id}`: messages that were not sent yet are dropped.
#[utoipa::path(
    delete,
    path = "/api/v1/admin/webhooks/{id}",
    summary = "Delete a webhook",
    params(IdempotencyKey, IfMatch),
    responses((status = 204, description = "It is gone")),
)]
pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
) -> Result<Reply<()>, Failure> {
    let id = App::webhook_id(&caller, &id)?;
    nothing?;
    let (_, done) = app.execute(&caller, id, WebhookCommand::Delete, (&conditions, &[])).await?;
    Ok(app.context().done(&caller, "Webhook deleted", (), done.position).empty())
}
