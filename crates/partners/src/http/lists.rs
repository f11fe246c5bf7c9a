//! Looking at webhooks.

use axum::extract::{Path, State};
use axum::http::Uri;
use domain::Log;
use domain::webhook::Webhook;
use http_kit::docs::IfNoneMatch;
use http_kit::{ApiResponse, Caller, ClientTags, Failure, Page, PageOf, Query, Reply, Right};

use super::App;
use super::document::WebhookDocument;
use crate::queries;

/// `GET /api/v1/admin/webhooks`: the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/admin/webhooks",
    summary = "The site's webhooks",
    params(Query<PageOf<20>>),
    responses((status = 200, description = "The newest first", body = ApiResponse<Page<WebhookDocument>>)),
)]
pub async fn all(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageOf<20>>,
    uri: Uri,
) -> Result<Reply<Page<WebhookDocument>>, Failure> {
    caller.require(Right::Administer)?;
    let PageOf(paging) = page?;
    let context = app.context();
    let fresh = context.wait_for_own(&app.status, &caller, &[Log::Facts]).await;
    let (ids, total, next) = queries::webhooks(&app.partners.store, &caller.tenant, &paging).await?;
    let mut documents = Vec::with_capacity(ids.len());
    for id in ids {
        let (webhook, version) = context.aggregates.load::<Webhook>(&caller.tenant, id).await?;
        // One that was deleted just now is in the read model still.
        documents.extend(webhook.present().cloned().map(|details| WebhookDocument::of(details, version)));
    }
    let page = Page::new(&paging, documents, total, next.as_ref());
    let links = page.links(&uri);
    Ok(context.reply("Webhooks", page).links(&links).stale(fresh.is_stale()))
}

/// `GET /api/v1/admin/webhooks/{id}`
#[utoipa::path(
    get,
    path = "/api/v1/admin/webhooks/{id}",
    summary = "A webhook",
    params(IfNoneMatch),
    responses((status = 200, description = "The webhook", body = ApiResponse<WebhookDocument>)),
)]
pub async fn one(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(nothing): Query<()>,
    held: ClientTags,
) -> Result<Reply<WebhookDocument>, Failure> {
    let id = App::webhook_id(&caller, &id)?;
    nothing?;
    let (details, version) = app.webhook(&caller, id).await?;
    let reply = app.context().reply("Webhook", WebhookDocument::of(details, version));
    Ok(reply.etag(&version.to_string()).unless(&held))
}
