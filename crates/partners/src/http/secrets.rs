//! A webhook's new secret.

use axum::extract::{Path, State};
use domain::webhook::WebhookCommand;
use http_kit::docs::{IdempotencyKey, IfMatch};
use http_kit::{ApiResponse, Caller, Conditions, Failure, Query, Reply};

use super::App;
use super::document::WebhookWithSecret;

const HOUR: i64 = 3600;

/// `POST /api/v1/admin/webhooks/{id}/rotate-secret`: for a while both secrets sign.
#[utoipa::path(
    post,
    path = "/api/v1/admin/webhooks/{id}/rotate-secret",
    summary = "Give a webhook a new secret",
    params(IdempotencyKey, IfMatch),
    responses((status = 200, description = "The webhook, with its new secret", body = ApiResponse<WebhookWithSecret>)),
)]
pub async fn rotate(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
) -> Result<Reply<WebhookWithSecret>, Failure> {
    let id = App::webhook_id(&caller, &id)?;
    nothing?;
    let context = app.context();
    let overlap_seconds = i64::from(app.partners.settings.secret_overlap_hours) * HOUR;
    let nonce = context.aggregates.fresh().to_string();
    let command = WebhookCommand::RotateSecret { nonce, overlap_seconds };
    let (details, done) = app.execute(&caller, id, command, (&conditions, &[])).await?;
    let data = WebhookWithSecret::of(context.aggregates.keys(), &caller.tenant, details, done.version);
    let reply = context.done(&caller, "Webhook has a new secret", data, done.position);
    Ok(reply.etag(&done.version.to_string()))
}
