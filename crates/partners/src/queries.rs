//! Queries of the read model.

use ::projection::{Row, ViewError, ViewStore, list_lengths};
use domain::id::{ApiKeyKind, WebhookKind};
use domain::{Id, TenantId, Timestamp, WebhookId};
use http_kit::{Cursor, Failure, Page, Paging, Total};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::projection::{API_KEYS, WEBHOOKS};

/// A message to a webhook, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookDelivery {
    /// The message's `webhook-id`.
    id: String,
    event_id: Uuid,
    /// The event's name.
    #[serde(rename = "type")]
    kind: String,
    status: WebhookDeliveryStatus,
    /// How often it was tried.
    attempts: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_try_at: Option<Timestamp>,
    created_at: Timestamp,
    /// When its outcome was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ended_at: Option<Timestamp>,
}

/// The state of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WebhookDeliveryStatus {
    /// It is sent as soon as its time has come.
    Pending,
    /// The receiver has it.
    Delivered,
    /// All tries failed. It can be sent again.
    Failed,
    /// It was not sent, or refused. It can be sent again.
    Refused,
    /// Nobody wants it any more.
    Dropped,
}

impl WebhookDeliveryStatus {
    fn of(state: &str) -> Self {
        match state {
            "due" | "leased" => Self::Pending,
            "delivered" => Self::Delivered,
            "failed" | "unknown" => Self::Failed,
            "refused" => Self::Refused,
            _ => Self::Dropped,
        }
    }

    /// Whether it waits for somebody to send it again.
    pub fn waits(self) -> bool {
        matches!(self, Self::Failed | Self::Refused)
    }
}

impl WebhookDelivery {
    fn read(row: &Row) -> Option<Self> {
        let state = row.text(3)?;
        let status = WebhookDeliveryStatus::of(state);
        let at = Timestamp::from_micros(row.int(6)?);
        let is_open = status == WebhookDeliveryStatus::Pending;
        let last =
            u64::from(matches!(status, WebhookDeliveryStatus::Delivered | WebhookDeliveryStatus::Failed));
        Some(Self {
            id: row.text(0)?.to_owned(),
            event_id: row.text(1)?.parse().ok()?,
            kind: row.text(2)?.to_owned(),
            status,
            attempts: row.count(4) + last,
            last_error: row.text(5).filter(|error| !error.is_empty()).map(str::to_owned),
            next_try_at: (is_open && state == "due" && at.micros() > 0).then_some(at),
            created_at: Timestamp::from_micros(row.int(7)?),
            ended_at: (!is_open).then_some(at),
        })
    }
}

fn broken() -> Failure {
    Failure::unavailable(&"a row of the webhooks cannot be read")
}

/// A page of ids, the number of all of them, and the key of the next page.
type IdPage<K> = (Vec<Id<K>>, u64, Option<Cursor>);

/// A tenant's webhooks, the newest first.
pub async fn webhooks(
    store: &ViewStore,
    tenant: &TenantId,
    paging: &Paging,
) -> Result<IdPage<WebhookKind>, Failure> {
    newest(store, tenant, WEBHOOKS, paging).await
}

/// A tenant's API keys, the newest first.
pub async fn api_keys(
    store: &ViewStore,
    tenant: &TenantId,
    paging: &Paging,
) -> Result<IdPage<ApiKeyKind>, Failure> {
    newest(store, tenant, API_KEYS, paging).await
}

/// The newest of a list that is named as its table.
async fn newest<K>(
    store: &ViewStore,
    tenant: &TenantId,
    list: &'static str,
    paging: &Paging,
) -> Result<IdPage<K>, Failure> {
    let (created_at, id) = Cursor::newest_after(paging.cursor.as_ref());
    let length = format!("select {}", list_lengths::length_of(list, "''"));
    let total = store.query(&length, vec![tenant.as_str().into()]).await?;
    let total = total.first().map_or(0, |row| row.count(0));
    let sql = format!(
        "select id, created_at from {list} where tenant = $1 and (created_at, id) < ($2, $3)
         order by created_at desc, id desc limit $4 offset $5"
    );
    let values = vec![
        tenant.as_str().into(),
        created_at.into(),
        id.into(),
        paging.size.into(),
        paging.offset().into(),
    ];
    let rows = store.query(&sql, values).await?;
    let key = |row: &Row| Some(Cursor::at(Timestamp::from_micros(row.int(1)?), row.text(0)?));
    let next = rows.last().and_then(key);
    let ids = rows.iter().map(|row| row.text(0).and_then(|id| id.parse().ok()).ok_or_else(broken));
    Ok((ids.collect::<Result<_, _>>()?, total, next))
}

/// A page of the messages to a webhook, the newest first.
pub async fn deliveries(
    store: &ViewStore,
    tenant: &TenantId,
    webhook: WebhookId,
    paging: &Paging,
) -> Result<Page<WebhookDelivery>, Failure> {
    let (made_at, id) = Cursor::newest_after(paging.cursor.as_ref());
    let sql = "select d.id, d.event_id, d.template, s.state, s.tries, s.error, s.at, d.made_at
        from delivery d cross join delivery_states s on s.id = d.id
        where d.recipient = $2 and d.tenant = $1 and (d.made_at, d.id) < ($3, $4)
        order by d.made_at desc, d.id desc limit $5 offset $6";
    let values = vec![
        tenant.as_str().into(),
        webhook.to_string().into(),
        made_at.into(),
        id.into(),
        paging.size.into(),
        paging.offset().into(),
    ];
    let rows = store.query(sql, values).await?;
    let key = |row: &Row| Some(Cursor::at(Timestamp::from_micros(row.int(7)?), row.text(0)?));
    let next = rows.last().and_then(key);
    let content = rows.iter().map(|row| WebhookDelivery::read(row).ok_or_else(broken));
    let total = Total::of_portion(paging, rows.len() as u64);
    Ok(Page::new(paging, content.collect::<Result<_, _>>()?, total, next.as_ref()))
}

/// The state of one message to a webhook; `None` if there is no such message.
///
/// # Errors
/// When the read model is unavailable.
pub async fn delivery_status(
    store: &ViewStore,
    tenant: &TenantId,
    webhook: WebhookId,
    delivery: &str,
) -> Result<Option<WebhookDeliveryStatus>, ViewError> {
    let sql = "select s.state from delivery d cross join delivery_states s on s.id = d.id
        where d.id = $3 and d.recipient = $2 and d.tenant = $1";
    let values = vec![tenant.as_str().into(), webhook.to_string().into(), delivery.into()];
    let rows = store.query(sql, values).await?;
    Ok(rows.first().and_then(|row| row.text(0)).map(WebhookDeliveryStatus::of))
}
