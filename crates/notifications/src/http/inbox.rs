//! A person's notifications, and what became of each.

use axum::extract::{Path, State};
use axum::http::Uri;
use domain::Fields;
use domain::notification::{Notification, NotificationCommand, NotificationRequest};
use domain::preferences::{Channel, Kind};
use domain::{Log, NotificationId, TenantId, Timestamp, UserId};
use http_kit::docs::{IdempotencyKey, IfMatch};
use http_kit::{
    ApiResponse, Caller, Category, Conditions, Cursor, Failure, Page, Paging, Query, Reply, Request, Right,
    refused,
};
use journal::Executed;
use projection::list_lengths::length_of;
use projection::{Row, Value};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::App;
use crate::email::words::{Reader, Words};
use crate::projection::{ALL_IN_INBOX, UNREAD};
use crate::template::Template;

const LIST: &str = "select n.id, n.made_at, s.state, s.tries, s.error, s.at from notification n
    left join delivery d on d.recipient = n.user_id and d.tenant = n.tenant and d.event_id = n.event_id
    left join delivery_states s on s.id = d.id
    where n.tenant = $1 and n.user_id = $2 and (n.made_at, n.id) < ($3, $4)
    order by n.made_at desc, n.id desc limit $5 offset $6";
/// A page of an inbox.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Inbox {
    #[serde(flatten)]
    pub page: Page<Entry>,
    unread_count: u64,
}

/// A notification to a person.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Notification)]
pub struct Entry {
    id: NotificationId,
    template: Kind,
    channel: Channel,
    created_at: Option<Timestamp>,
    read: bool,
    read_at: Option<Timestamp>,
    subject: String,
    message: String,
    link: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<Delivery>,
}

/// What became of an e-mail or text message. It contains no address and no phone number.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    state: String,
    /// The number of tries that failed.
    failed_tries: i64,
    last_error: Option<String>,
    /// When the state began; for a delivery that waits, when the wait ends.
    at: Timestamp,
}

impl Delivery {
    pub fn read(row: &Row, from: usize) -> Option<Self> {
        let at = row.int(from + 3)?;
        Some(Self {
            state: row.text(from)?.to_uppercase(),
            failed_tries: row.int(from + 1)?,
            last_error: row.text(from + 2).map(str::to_owned),
            at: Timestamp::from_micros(at),
        })
    }
}

pub fn unknown() -> Failure {
    Failure::not_found("NOTIFICATION_NOT_FOUND", "there is no such notification")
}

/// The query of an inbox.
pub struct InboxQuery(Paging);

impl Request for InboxQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Paging::read(f, 20, 2).map(Self)
    }

    fn example() -> serde_json::Value {
        json!({"size": 5})
    }
}

/// `GET /api/notifications/{userId}`: a person's notifications, newest first.
#[utoipa::path(
    get,
    path = "/api/notifications/{userId}",
    summary = "A person's notifications",
    params(Query<InboxQuery>),
    responses((status = 200, description = "The newest first", body = ApiResponse<Inbox>)),
)]
pub async fn list(
    State(site): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(page): Query<InboxQuery>,
    uri: Uri,
) -> Result<Reply<Inbox>, Failure> {
    let user = caller.named(&id)?;
    let operation = "GET /api/notifications/{userId}";
    caller.may_read_existing(site.context(), (Category::Notifications, user), operation).await?;
    let InboxQuery(paging) = page?;
    let freshness = site.context().wait_for_own(&site.status, &caller, &[Log::Facts]).await;
    let inbox = site.inbox(&caller.tenant, user, &paging).await?;
    let links = inbox.page.links(&uri);
    Ok(site.context().reply("Notifications", inbox).links(&links).stale(freshness.is_stale()))
}

/// `PUT /api/notifications/{id}/read`: marks a notification as read.
#[utoipa::path(
    put,
    path = "/api/notifications/{id}/read",
    summary = "Mark a notification as read",
    params(IdempotencyKey, IfMatch),
    responses((status = 200, description = "The notification", body = ApiResponse<Entry>)),
)]
pub async fn read(
    State(site): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    query: Query<()>,
    conditions: Conditions,
) -> Result<Reply<Entry>, Failure> {
    let done = site.change(&caller, &id, query, &conditions, NotificationCommand::MarkRead).await?;
    let entry = site.entry(&caller.tenant, &done.state, None).ok_or_else(unknown)?;
    Ok(site.context().done(&caller, "Read", entry, done.position).etag(&done.version.to_string()))
}

/// `DELETE /api/notifications/{id}`: deletes a notification.
#[utoipa::path(
    delete,
    path = "/api/notifications/{id}",
    summary = "Delete a notification",
    params(IdempotencyKey, IfMatch),
    responses((status = 204, description = "Deleted")),
)]
pub async fn delete(
    State(site): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    query: Query<()>,
    conditions: Conditions,
) -> Result<Reply<()>, Failure> {
    let done = site.change(&caller, &id, query, &conditions, NotificationCommand::Delete).await?;
    let reply = site.context().done(&caller, "Deleted", (), done.position);
    Ok(reply.etag(&done.version.to_string()).empty())
}

impl App {
    /// Changes a notification, on behalf of the person it is for or an admin. One for no account can be changed by
    /// admins only.
    async fn change(
        &self,
        caller: &Caller,
        id: &str,
        Query(nothing): Query<()>,
        conditions: &Conditions,
        command: NotificationCommand,
    ) -> Result<Executed<Notification>, Failure> {
        caller.person()?;
        nothing?;
        let id: NotificationId = id.parse().map_err(|_| unknown())?;
        let (known, _) = self.context().aggregates.load::<Notification>(&caller.tenant, id).await?;
        let right = known.asked.ok_or_else(unknown)?.subject.map_or(Right::Administer, Right::Change);
        caller.reach(right, unknown)?;
        let options = conditions.options(self.context(), caller, &[], &id);
        let done = self.context().execute::<Notification>(&caller.actor(), id, command, options).await;
        done.map_err(|error| match error {
            journal::ExecuteError::Rejected(_) => unknown(),
            other => refused(other),
        })
    }

    pub async fn inbox(&self, tenant: &TenantId, user: UserId, paging: &Paging) -> Result<Inbox, Failure> {
        let whose: [Value<'static>; 2] = [tenant.to_string().into(), user.to_string().into()];
        let store = &self.notifications.store;
        let [all, unread] = [ALL_IN_INBOX, UNREAD].map(|list| length_of(list, "$2"));
        let counts = store.query(&format!("select {all}, {unread}"), whose.to_vec()).await?;
        let count =
            |column| counts.first().and_then(|row| row.int(column)).unwrap_or_default().unsigned_abs();
        let (total, unread_count) = (count(0), count(1));
        let after = paging.cursor.as_ref().and_then(|cursor| {
            let [made_at, id] = cursor.0.as_slice() else { return None };
            Some((made_at.as_i64()?, id.as_str()?.to_owned()))
        });
        // Without a cursor, begin at the latest possible time.
        let (made_at, id) = after.unwrap_or((i64::MAX, String::new()));
        let rest: [Value<'static>; 4] =
            [made_at.into(), id.into(), paging.size.into(), paging.offset().into()];
        let rows = store.query(LIST, whose.into_iter().chain(rest).collect()).await?;
        let next = rows.last().and_then(|row| Some(Cursor(vec![row.int(1)?.into(), row.text(0)?.into()])));
        let mut entries = Vec::with_capacity(rows.len());
        for row in &rows {
            let Some(id) = row.text(0) else { continue };
            let (state, _) = self.context().aggregates.load::<Notification>(tenant, id).await?;
            entries.extend(self.entry(tenant, &state, Delivery::read(row, 2)));
        }
        Ok(Inbox { page: Page::new(paging, entries, total, next.as_ref()), unread_count })
    }

    /// Renders a notification in the words of its e-mail; `None` for an erased person.
    fn entry(&self, tenant: &TenantId, state: &Notification, delivery: Option<Delivery>) -> Option<Entry> {
        let NotificationRequest { id, channel, kind, variables, .. } = state.asked.as_ref()?;
        let site = self.notifications.settings.of(tenant);
        let reader = Reader { site, name: None, link: None, stop: None };
        let told = variables.as_ref()?;
        let words = Words::of(Template::telling(*kind, told), &reader, told);
        Some(Entry {
            id: *id,
            template: *kind,
            channel: *channel,
            created_at: state.made_at,
            read: state.read_at.is_some(),
            read_at: state.read_at,
            subject: words.subject,
            message: words
                .opening
                .into_iter()
                .chain(words.homes.into_iter().map(|home| home.words))
                .collect::<Vec<_>>()
                .join("\n\n"),
            link: words.action.map(|action| action.link),
            delivery,
        })
    }
}
