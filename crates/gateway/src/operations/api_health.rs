//! Health as the product catalogue's clients ask for it: the same checks as `/actuator/health`, in other words.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::Timestamp;
use http_kit::{ApiResponse, Caller, Failure, Query};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::broker::{self, BrokerStats};
use super::health::{Examined, examine};
use super::outbox::{self, OutboxStats};
use super::publisher::PublisherStats;
use crate::Gateway;
use crate::health_report::{Component, HealthStatus};

/// The groups that fill the search indexes: of homes, and of products.
const SEARCH_INDEXES: [&str; 2] = ["search-index-group", "elasticsearch-sync"];

/// The health in short.
#[derive(Debug, Serialize, ToSchema)]
struct ShortHealth {
    status: HealthStatus,
    timestamp: Timestamp,
    version: &'static str,
    environment: String,
}

/// `GET /api/v1/health`
#[utoipa::path(
    get,
    path = "/api/v1/health",
    summary = "Whether it works, in short",
    responses(
        (status = 200, description = "It does", body = ApiResponse<ShortHealth>),
        (status = 503, description = "A needed part is down", body = ApiResponse<ShortHealth>),
    ),
)]
pub async fn short(State(gateway): State<Gateway>, Query(nothing): Query<()>) -> Result<Response, Failure> {
    nothing?;
    let Examined { status, .. } = examine(&gateway).await;
    let data = ShortHealth {
        status,
        timestamp: gateway.context.aggregates.clock().now(),
        version: env!("CARGO_PKG_VERSION"),
        environment: gateway.environment.clone(),
    };
    Ok(gateway.context.reply("Health", data).status(code(status)).into_response())
}

/// The health by part.
#[derive(Debug, Serialize, ToSchema)]
struct DetailedHealth {
    status: HealthStatus,
    timestamp: Timestamp,
    /// The parts, for admins of the default tenant only.
    #[serde(skip_serializing_if = "Option::is_none")]
    components: Option<BTreeMap<String, Component>>,
}

/// `GET /api/v1/health/detailed`
#[utoipa::path(
    get,
    path = "/api/v1/health/detailed",
    summary = "Whether each part works",
    description = "503 when a needed part is down. A part that only warns leaves the status UP. Anyone sees the status; \
                   admins of the default tenant also see the parts.",
    responses(
        (status = 200, description = "It does", body = ApiResponse<DetailedHealth>),
        (status = 503, description = "A needed part is down", body = ApiResponse<DetailedHealth>),
    ),
)]
pub async fn detailed(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(nothing): Query<()>,
) -> Result<Response, Failure> {
    nothing?;
    let examined = examine(&gateway).await;
    let status = examined.status;
    let components = caller.operates(&gateway.context).is_ok().then(|| parts(&gateway, examined));
    let timestamp = gateway.context.aggregates.clock().now();
    let data = DetailedHealth { status, timestamp, components };
    Ok(gateway.context.reply("Health by part", data).status(code(status)).into_response())
}

fn code(status: HealthStatus) -> StatusCode {
    if status == HealthStatus::Down { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
}

/// The parts under the names that the catalogue's clients know.
fn parts(gateway: &Gateway, examined: Examined) -> BTreeMap<String, Component> {
    let Examined { mut components, heads, .. } = examined;
    let groups: BTreeMap<&str, Component> = gateway
        .groups
        .iter()
        .filter_map(|handle| Some((handle.group.name, components.remove(handle.group.name)?)))
        .collect();
    if let (Some(journal), Some(storage)) = (components.remove("journal"), components.remove("storage")) {
        let status = journal.status.max(storage.status);
        let details = json!({"engine": "sqlite", "journal": journal.details, "storage": storage.details});
        components.insert("database".to_owned(), Component { status, details });
    }
    let worst_of =
        |statuses: &mut dyn Iterator<Item = HealthStatus>| statuses.max().unwrap_or(HealthStatus::Up);
    let indexes = SEARCH_INDEXES.iter().filter_map(|name| Some((*name, groups.get(name)?)));
    let indexes: BTreeMap<&str, &Component> = indexes.collect();
    let status = worst_of(&mut indexes.values().map(|index| index.status));
    components.insert("searchIndex".to_owned(), Component { status, details: json!(indexes) });
    let worst = worst_of(&mut groups.values().map(|group| group.status));
    let messages: u64 = heads.iter().map(|head| head.seq).sum();
    let topics = broker::total_topics(gateway);
    let details =
        json!({"totalTopics": topics, "totalConsumerGroups": groups.len(), "totalMessages": messages});
    components.insert("messageBroker".to_owned(), Component { status: worst, details });
    let blocked: usize = gateway.groups.iter().map(|handle| handle.status.blocked_count()).sum();
    let outbox = Component {
        status: if blocked == 0 { HealthStatus::Up } else { HealthStatus::Warn },
        details: json!({"unprocessedEvents": outbox::unprocessed(&gateway.groups, heads), "blockedKeys": blocked}),
    };
    components.insert("outboxService".to_owned(), outbox);
    let sync = ReadModelLag::of(gateway, heads.map(|head| head.seq));
    // A read model that is behind still answers, so it only warns.
    let status = worst.min(HealthStatus::Warn);
    components.insert("syncService".to_owned(), Component { status, details: json!(sync) });
    components
}

/// How far the read models follow the journal.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ReadModelLag {
    read_models: usize,
    /// Read models that have not applied every event.
    behind: usize,
    /// Events that they have not applied, of all together.
    lag_events: u64,
}

impl ReadModelLag {
    fn of(gateway: &Gateway, heads: [u64; 2]) -> Self {
        let is_view = |name: &str| gateway.views.iter().any(|(group, _)| group.name == name);
        let filled = gateway.groups.iter().filter(|handle| is_view(handle.group.name));
        let lags: Vec<u64> = filled.map(|handle| super::health::lag(handle, heads)).collect();
        Self {
            read_models: lags.len(),
            behind: lags.iter().filter(|lag| **lag > 0).count(),
            lag_events: lags.iter().sum(),
        }
    }
}

/// The numbers that tell how the process works. All but the first two are for admins of the default tenant only.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct HealthMetrics {
    status: HealthStatus,
    timestamp: Timestamp,
    /// The number of products on sale, where there is a catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    product_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher_stats: Option<PublisherStats>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outbox_stats: Option<OutboxStats>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sync_stats: Option<ReadModelLag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    broker_stats: Option<BrokerStats>,
}

impl HealthMetrics {
    fn redacted(status: HealthStatus, timestamp: Timestamp) -> Self {
        Self {
            status,
            timestamp,
            product_count: None,
            publisher_stats: None,
            outbox_stats: None,
            sync_stats: None,
            broker_stats: None,
        }
    }

    /// What cannot be counted now is left out: this is asked for when something is wrong.
    async fn with_numbers(self, gateway: &Gateway, heads: [u64; 2]) -> Self {
        let product_count = match gateway.counts.iter().find(|count| count.name == "products") {
            Some(count) => count.now().await,
            None => None,
        };
        Self {
            product_count,
            publisher_stats: Some(PublisherStats::of(gateway)),
            outbox_stats: OutboxStats::of(gateway).await.ok(),
            sync_stats: Some(ReadModelLag::of(gateway, heads)),
            broker_stats: BrokerStats::of(gateway).await.ok(),
            ..self
        }
    }
}

/// `GET /api/v1/health/metrics`
#[utoipa::path(
    get,
    path = "/api/v1/health/metrics",
    summary = "Numbers about how it works",
    description = "Anyone sees the status; admins of the default tenant also see the numbers.",
    responses(
        (status = 200, description = "It works", body = ApiResponse<HealthMetrics>),
        (status = 503, description = "A needed part is down", body = ApiResponse<HealthMetrics>),
    ),
)]
pub async fn metrics(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(nothing): Query<()>,
) -> Result<Response, Failure> {
    nothing?;
    let Examined { status, heads, .. } = examine(&gateway).await;
    let timestamp = gateway.context.aggregates.clock().now();
    let redacted = HealthMetrics::redacted(status, timestamp);
    let data = match caller.operates(&gateway.context) {
        Ok(_) => redacted.with_numbers(&gateway, heads.map(|head| head.seq)).await,
        Err(_) => redacted,
    };
    Ok(gateway.context.reply("Numbers", data).status(code(status)).into_response())
}
