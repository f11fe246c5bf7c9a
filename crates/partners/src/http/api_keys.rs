//! The operations under `/api/v1/admin/api-keys`. Admins of a tenant manage its keys.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::http::Uri;
use domain::api_key::{ApiKey, ApiKeyCommand, ApiKeyDetails, ApiKeyGrant, ApiKeyRejection, ApiKeyScope};
use domain::{ApiKeyId, FieldErrors, Fields, Log, Timestamp, UserId, Version};
use http_kit::docs::{IdempotencyKey, IfMatch};
use http_kit::{
    ActiveApiKey, ApiResponse, Body, Caller, Conditions, Failure, Invalid, Page, PageOf, Query, Reply,
    Request, Right, refused,
};
use journal::ExecuteError;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::App;
use crate::{api_keys, queries};

/// Requests in a minute, where the body names no number.
const PER_MINUTE: u32 = 600;
const MOST_PER_MINUTE: i64 = 60_000;

/// An API key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiKey)]
pub struct ApiKeyDocument {
    id: ApiKeyId,
    name: String,
    scopes: BTreeSet<ApiKeyScope>,
    expires_at: Option<Timestamp>,
    requests_per_minute: u32,
    created_by: UserId,
    created_at: Timestamp,
    version: Version,
}

impl ApiKeyDocument {
    fn of(details: ApiKeyDetails, version: Version) -> Self {
        let ApiKeyDetails { id, created_by, grant, created_at, .. } = details;
        let ApiKeyGrant { name, scopes, expires_at, requests_per_minute } = grant;
        Self { id, name, scopes, expires_at, requests_per_minute, created_by, created_at, version }
    }
}

/// A new API key.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyWithSecret {
    #[serde(flatten)]
    api_key: ApiKeyDocument,
    /// The whole key, for `Authorization: Bearer` or `X-Api-Key`. It is shown this once.
    key: String,
}

/// See [`NewApiKey`].
pub type NewApiKeyBody = Body<NewApiKey>;

/// The body that creates a key.
pub struct NewApiKey(ApiKeyGrant);

impl Request for NewApiKey {
    const NAME: &'static str = "NewApiKey";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let name = f.text("name", 1..=100);
        let name = f.required("name", name);
        let scopes: BTreeSet<_> =
            f.values("scopes", ApiKeyScope::ALL.len(), ApiKeyScope::named).into_iter().collect();
        let scopes = f.required("scopes", (!scopes.is_empty()).then_some(scopes));
        let expires_at = f.parsed("expiresAt", |text| {
            text.parse::<Timestamp>().map_err(|_| "must be a time such as 2026-11-21T10:30:00Z")
        });
        let requests_per_minute = f.whole("requestsPerMinute", 1..=MOST_PER_MINUTE);
        let requests_per_minute =
            requests_per_minute.and_then(|number| number.try_into().ok()).unwrap_or(PER_MINUTE);
        Some(Self(ApiKeyGrant { name: name?, scopes: scopes?, expires_at, requests_per_minute }))
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(match member {
            "scopes" => {
                "What the key may do: `listings:read`, `products:read`, `products:write`, `events:read`."
            }
            "expiresAt" => "When the key ends. Without it, the key holds until it is revoked.",
            "requestsPerMinute" => "The key's own rate limit; 600 by default.",
            _ => return None,
        })
    }

    fn example() -> Value {
        json!({"name": "Their shop", "scopes": ["products:read", "products:write"], "requestsPerMinute": 300})
    }
}

impl NewApiKey {
    fn ends_later_than(&self, now: Timestamp) -> Result<(), FieldErrors> {
        match self.0.expires_at {
            Some(end) if end <= now => Err(FieldErrors::one("expiresAt", "must be in the future")),
            _ => Ok(()),
        }
    }
}

fn unknown() -> Failure {
    Failure::not_found("API_KEY_NOT_FOUND", "there is no such API key")
}

fn failed(error: ExecuteError<ApiKeyRejection>) -> Failure {
    match error {
        ExecuteError::Rejected(ApiKeyRejection::Unknown) => unknown(),
        other => refused(other),
    }
}

/// `POST /api/v1/admin/api-keys`: a repeat with the same key of idempotency shows the same API key again.
#[utoipa::path(
    post,
    path = "/api/v1/admin/api-keys",
    summary = "Create an API key",
    params(IdempotencyKey),
    request_body = NewApiKeyBody,
    responses((status = 201, description = "The key, which is shown this once", body = ApiResponse<ApiKeyWithSecret>)),
)]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: NewApiKeyBody,
) -> Result<Reply<ApiKeyWithSecret>, Failure> {
    let created_by = caller.require(Right::Administer)?.person.user;
    nothing?;
    let context = app.context();
    let now = context.aggregates.clock().now();
    let NewApiKey(grant) = Invalid::or_wrong(body.value, |body| body.ends_later_than(now))?;
    let id: ApiKeyId = context.aggregates.fresh().into();
    let keys = context.aggregates.keys();
    let secret_sha256 = api_keys::derived(keys, &caller.tenant, id).secret_sha256();
    let command = ApiKeyCommand::Create { id, created_by, grant, secret_sha256 };
    let options = conditions.options(context, &caller, &body.bytes, &id).on_new_stream();
    let done = context.execute::<ApiKey>(&caller.actor(), id, command, options).await.map_err(failed)?;
    // A repeat may find it revoked.
    if let Some(details) = done.state.present() {
        context.api_keys.add(ActiveApiKey::of(&caller.tenant, details.clone()));
    }
    let details = done.state.details.ok_or_else(unknown)?;
    let key = api_keys::derived(keys, &caller.tenant, details.id).text();
    let data = ApiKeyWithSecret { api_key: ApiKeyDocument::of(details, done.version), key };
    let reply = context.done(&caller, "API key created", data, done.position);
    Ok(reply.created("/api/v1/admin/api-keys").etag(&done.version.to_string()))
}

/// `GET /api/v1/admin/api-keys`: those that are not revoked, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/admin/api-keys",
    summary = "The site's API keys",
    params(Query<PageOf<20>>),
    responses((status = 200, description = "The newest first", body = ApiResponse<Page<ApiKeyDocument>>)),
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageOf<20>>,
    uri: Uri,
) -> Result<Reply<Page<ApiKeyDocument>>, Failure> {
    caller.require(Right::Administer)?;
    let PageOf(paging) = page?;
    let context = app.context();
    let fresh = context.wait_for_own(&app.status, &caller, &[Log::Facts]).await;
    let (ids, total, next) = queries::api_keys(&app.partners.store, &caller.tenant, &paging).await?;
    let mut documents = Vec::with_capacity(ids.len());
    for id in ids {
        let (key, version) = context.aggregates.load::<ApiKey>(&caller.tenant, id).await?;
        // One that was revoked just now is in the read model still.
        documents.extend(key.present().cloned().map(|details| ApiKeyDocument::of(details, version)));
    }
    let page = Page::new(&paging, documents, total, next.as_ref());
    let links = page.links(&uri);
    Ok(context.reply("API keys", page).links(&links).stale(fresh.is_stale()))
}

/// `DELETE /api/v1/admin/api-keys/{id}`: the key is refused from now on.
#[utoipa::path(
    delete,
    path = "/api/v1/admin/api-keys/{id}",
    summary = "Revoke an API key",
    params(IdempotencyKey, IfMatch),
    responses((status = 204, description = "It is revoked")),
)]
pub async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
) -> Result<Reply<()>, Failure> {
    caller.require(Right::Administer)?;
    let id: ApiKeyId = id.parse().map_err(|_| unknown())?;
    nothing?;
    let context = app.context();
    let options = conditions.options(context, &caller, &[], &id);
    let command = ApiKeyCommand::Revoke;
    let done = context.execute::<ApiKey>(&caller.actor(), id, command, options).await.map_err(failed)?;
    context.api_keys.revoke(id);
    Ok(context.done(&caller, "API key revoked", (), done.position).empty())
}
