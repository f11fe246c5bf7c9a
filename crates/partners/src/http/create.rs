//! Creating a webhook.

use axum::extract::State;
use domain::quota::Quota;
use domain::webhook::WebhookCommand;
use domain::{FieldErrors, WebhookId};
use http_kit::docs::IdempotencyKey;
use http_kit::{ApiResponse, Caller, Conditions, Failure, Invalid, Query, Reply, Right};
use journal::Options;

use super::document::WebhookWithSecret;
use super::requests::{NewWebhook, NewWebhookBody};
use super::{App, unknown};

/// `POST /api/v1/admin/webhooks`: a repeat with the same key shows the same secret again.
#[utoipa::path(
    post,
    path = "/api/v1/admin/webhooks",
    summary = "Have events sent to a server",
    params(IdempotencyKey),
    request_body = NewWebhookBody,
    responses(
        (status = 201, description = "The webhook, with the secret that signs its messages", body = ApiResponse<WebhookWithSecret>),
        (status = 409, description = "The site has as many webhooks as it may: `TOO_MANY_WEBHOOKS`; or the key is in use"),
    ),
)]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: NewWebhookBody,
) -> Result<Reply<WebhookWithSecret>, Failure> {
    let created_by = caller.require(Right::Administer)?.person.user;
    nothing?;
    let NewWebhook(subscription) = Invalid::or_wrong(body.value, |body| app.allowed(Some(&body.0.url)))?;
    let context = app.context();
    let id: WebhookId = context.aggregates.fresh().into();
    let limits = vec![(Quota::Webhooks, u64::from(app.partners.settings.most_per_tenant))];
    let options = conditions.options(context, &caller, &body.bytes, &id).on_new_stream();
    let options = Options { limits, ..options };
    let secret_nonce = context.aggregates.fresh().to_string();
    let command = WebhookCommand::Create { id, created_by, subscription, secret_nonce };
    let done = app.executed(&caller, id, command, options).await?;
    let details = done.state.details.ok_or_else(unknown)?;
    let location = format!("/api/v1/admin/webhooks/{}", details.id);
    let data = WebhookWithSecret::of(context.aggregates.keys(), &caller.tenant, details, done.version);
    let reply = context.done(&caller, "Webhook created", data, done.position);
    Ok(reply.created(&location).etag(&done.version.to_string()))
}

impl App {
    /// Checks an address of a webhook, if one is given.
    pub(super) fn allowed(&self, url: Option<&String>) -> Result<(), FieldErrors> {
        let checked = url.map_or(Ok(()), |url| self.partners.client.target(url).map(|_| ()));
        checked.map_err(|message| FieldErrors::one("url", message))
    }
}
