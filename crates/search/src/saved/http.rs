//! The handlers for saved searches.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::http::Uri;
use domain::preferences::Channel;
use domain::quota::Quota;
use domain::saved_search::{
    Frequency, MOST, SavedSearch, SavedSearchCommand, SavedSearchDetails, SavedSearchRejection, Wish,
};
use domain::{Log, SavedSearchId, TenantId, Timestamp, UserId, Version};
use http_kit::docs::{IdempotencyKey, IfMatch};
use http_kit::{
    ApiResponse, Caller, Category, Conditions, Cursor, Failure, Page, PageOf, Paging, Query, Reply, Right,
    refused,
};
use journal::{ExecuteError, Options, UniqueKeys};
use projection::{Row, Value};
use serde::Serialize;
use serde_json::Map;
use utoipa::ToSchema;

use super::requests::{NewSavedSearchBody, SavedSearchChange, SavedSearchChangeBody};
use super::{COLUMNS, Saved};
use crate::App;

/// A saved search.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SavedSearch)]
pub struct Document {
    id: SavedSearchId,
    user_id: UserId,
    name: String,
    #[schema(value_type = BTreeMap<String, serde_json::Value>)]
    filters: Map<String, serde_json::Value>,
    channels: BTreeSet<Channel>,
    frequency: Frequency,
    enabled: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: Version,
}

impl From<Saved> for Document {
    fn from(saved: Saved) -> Self {
        let Saved { id, owner, name, filters, channels, frequency, enabled, version, created_at, updated_at } =
            saved;
        Self {
            id,
            user_id: owner,
            name,
            filters,
            channels,
            frequency,
            enabled,
            created_at,
            updated_at,
            version,
        }
    }
}

impl Document {
    /// The document of a stored search; `None` when its owner was erased meanwhile.
    fn of(kept: SavedSearchDetails, version: Version) -> Option<Self> {
        let SavedSearchDetails { id, owner, wish, created_at, updated_at } = kept;
        let Wish { name, filters, channels, frequency, enabled } = wish;
        let (name, filters) = name.into_value().zip(filters.into_value())?;
        Some(Self {
            id,
            user_id: owner,
            name,
            filters,
            channels,
            frequency,
            enabled,
            created_at,
            updated_at,
            version,
        })
    }
}

fn unknown() -> Failure {
    Failure::not_found("SAVED_SEARCH_NOT_FOUND", "there is no such saved search")
}

fn failed(error: ExecuteError<SavedSearchRejection>) -> Failure {
    match error {
        ExecuteError::Rejected(SavedSearchRejection::Unknown) => unknown(),
        ExecuteError::OverQuota { most: MOST, .. } => {
            let message = format!("at most {MOST} searches can be saved; delete one first");
            Failure::conflict("TOO_MANY_SAVED_SEARCHES", message)
        }
        other => refused(other),
    }
}

/// `POST /api/search/save`
#[utoipa::path(
    post,
    path = "/api/search/save",
    summary = "Save a search",
    params(IdempotencyKey),
    request_body = NewSavedSearchBody,
    responses(
        (status = 201, description = "The saved search", body = ApiResponse<Document>),
        (status = 403, description = "The caller keeps as many as they may: `QUOTA_EXCEEDED`"),
        (status = 409, description = "Fifty are saved already, or the key is in use"),
    ),
)]
pub async fn save(
    State(app): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: NewSavedSearchBody,
) -> Result<Reply<Document>, Failure> {
    let owner = caller.person()?.user;
    let context = &app.search.context;
    nothing?;
    let wish = body.value?.owned_by(owner);
    let id: SavedSearchId = context.aggregates.fresh().into();
    let options = conditions.options(context, &caller, &body.bytes, &id);
    let quotas = context.limits(&caller, &[Quota::SavedSearches]).await?;
    // An upper bound for everybody, whatever their quota.
    let most = quotas.first().map_or(MOST, |(_, most)| MOST.min(*most));
    let limits = vec![(Quota::SavedSearches, most)];
    let options = Options { new_stream: true, limits, ..options };
    let command = SavedSearchCommand::Save { id, owner, wish: Box::new(wish) };
    let done = context.execute::<SavedSearch>(&caller.actor(), id, command, options).await.map_err(failed)?;
    let kept = done.state.kept.ok_or_else(unknown)?;
    let id = kept.id;
    let version = done.version;
    let document = Document::of(kept, version).ok_or_else(unknown)?;
    let left = context.quota_left(&caller, &quotas).await?;
    let reply = context.done(&caller, "Search saved", document, done.position).quota_left(&left);
    Ok(reply.created(&format!("/api/search/saved/{id}")).etag(&version.to_string()))
}

/// `GET /api/search/saved/{userId}`: saved searches, newest first.
#[utoipa::path(
    get,
    path = "/api/search/saved/{userId}",
    summary = "A person's saved searches",
    params(Query<PageOf<20>>),
    responses((status = 200, description = "The newest first", body = ApiResponse<Page<Document>>)),
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(page): Query<PageOf<20>>,
    uri: Uri,
) -> Result<Reply<Page<Document>>, Failure> {
    let context = &app.search.context;
    let user = caller.named(&id)?;
    caller.may_read_existing(context, (Category::Searches, user), "GET /api/search/saved/{userId}").await?;
    let PageOf(paging) = page?;
    let fresh = context.wait_for_own(&app.status, &caller, &[Log::Facts]).await;
    let page = app.kept(&caller.tenant, user, &paging).await?;
    let links = page.links(&uri);
    Ok(context.reply("Saved searches found", page).links(&links).stale(fresh.is_stale()))
}

/// `PUT /api/search/saved/{id}`: members left out keep their values.
#[utoipa::path(
    put,
    path = "/api/search/saved/{id}",
    summary = "Change a saved search",
    params(IdempotencyKey, IfMatch),
    request_body = SavedSearchChangeBody,
    responses((status = 200, description = "The saved search", body = ApiResponse<Document>)),
)]
pub async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: SavedSearchChangeBody,
) -> Result<Reply<Document>, Failure> {
    let context = &app.search.context;
    let id = app.changeable(&caller, &id).await?;
    nothing?;
    let SavedSearchChange(change) = body.value?;
    let options = conditions.options(context, &caller, &body.bytes, &id);
    let command = SavedSearchCommand::Change(Box::new(change));
    let done = context.execute::<SavedSearch>(&caller.actor(), id, command, options).await.map_err(failed)?;
    let document = done.state.kept.and_then(|kept| Document::of(kept, done.version)).ok_or_else(unknown)?;
    let reply = context.done(&caller, "Saved search changed", document, done.position);
    Ok(reply.etag(&done.version.to_string()))
}

/// `DELETE /api/search/saved/{id}`
#[utoipa::path(
    delete,
    path = "/api/search/saved/{id}",
    summary = "Delete a saved search",
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
    let context = &app.search.context;
    let id = app.changeable(&caller, &id).await?;
    nothing?;
    let unique_keys = UniqueKeys::released();
    let options = Options { unique_keys, ..conditions.options(context, &caller, &[], &id) };
    let command = SavedSearchCommand::Delete;
    let done = context.execute::<SavedSearch>(&caller.actor(), id, command, options).await.map_err(failed)?;
    Ok(context.done(&caller, "Saved search deleted", (), done.position).empty())
}

impl App {
    /// The id of a saved search that `caller` may change. A deleted search is reported like one that never existed,
    /// except to a caller repeating the deletion.
    async fn changeable(&self, caller: &Caller, id: &str) -> Result<SavedSearchId, Failure> {
        caller.person()?;
        let id: SavedSearchId = id.parse().map_err(|_| unknown())?;
        let (state, _) = self.search.context.aggregates.load::<SavedSearch>(&caller.tenant, id).await?;
        caller.reach(Right::Change(state.kept.ok_or_else(unknown)?.owner), unknown)?;
        Ok(id)
    }

    pub async fn kept(
        &self,
        tenant: &TenantId,
        user: UserId,
        paging: &Paging,
    ) -> Result<Page<Document>, Failure> {
        let whose: [Value<'static>; 2] = [tenant.to_string().into(), user.to_string().into()];
        let store = &self.search.store;
        let sql = "select count(*) from saved_searches where tenant = $1 and user_id = $2";
        let total = store.query(sql, whose.to_vec()).await?.first().map_or(0, |row| row.count(0));
        let rows = self.rows_kept(tenant, user, paging).await?;
        let next = rows.last().and_then(|row| Some(Cursor(vec![row.int(8)?.into(), row.text(0)?.into()])));
        let kept = rows.iter().map(|row| Saved::read(row).map(Document::from).ok_or_else(broken));
        Ok(Page::new(paging, kept.collect::<Result<_, _>>()?, total, next.as_ref()))
    }

    /// A page of a person's saved searches, newest first.
    pub async fn kept_rows(
        &self,
        tenant: &TenantId,
        user: UserId,
        paging: &Paging,
    ) -> Result<Vec<Saved>, Failure> {
        let rows = self.rows_kept(tenant, user, paging).await?;
        rows.iter().map(|row| Saved::read(row).ok_or_else(broken)).collect()
    }

    async fn rows_kept(&self, tenant: &TenantId, user: UserId, paging: &Paging) -> Result<Vec<Row>, Failure> {
        let after = paging.cursor.as_ref().and_then(|cursor| {
            let [created_at, id] = cursor.0.as_slice() else { return None };
            Some((created_at.as_i64()?, id.as_str()?.to_owned()))
        });
        // No row is later than this, so the first page starts with the newest.
        let (created_at, id) = after.unwrap_or((i64::MAX, String::new()));
        let params: Vec<Value<'static>> = vec![
            tenant.to_string().into(),
            user.to_string().into(),
            created_at.into(),
            id.into(),
            paging.size.into(),
            paging.offset().into(),
        ];
        let sql = format!(
            "select {COLUMNS} from saved_searches where tenant = $1 and user_id = $2
             and (created_at, id) < ($3, $4) order by created_at desc, id desc limit $5 offset $6"
        );
        Ok(self.search.store.query(&sql, params).await?)
    }
}

fn broken() -> Failure {
    Failure::unavailable(&"a row of the saved searches cannot be read")
}
