//! The embedded message bus, in Kafka's words. Each log is one partition; a topic is a view of the logs.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bus::GroupHandle;
use domain::{Log, Position};
use http_kit::{ApiResponse, Caller, Failure, Query};
use journal::AppendStats;
use serde::Serialize;
use utoipa::ToSchema;

use super::consumers;
use super::topics::{TOPICS, Topic};
use crate::Gateway;

/// The message bus.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BrokerStats {
    /// `embedded`: the bus is part of this process.
    broker: &'static str,
    total_topics: usize,
    total_consumer_groups: usize,
    /// All messages of both logs.
    total_messages: u64,
    partitions: Vec<LogPartition>,
    topics: Vec<TopicStats>,
    groups: Vec<BrokerGroup>,
}

/// A log: the one partition that all topics share.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LogPartition {
    log: &'static str,
    partition: u16,
    log_start_offset: u64,
    /// The offset of the next message.
    log_end_offset: u64,
}

/// A topic.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TopicStats {
    topic: String,
    key: &'static str,
    /// The partitions that it has on Kafka; here its messages stand in the partitions of the logs.
    kafka_partitions: u16,
    /// Messages since the process started; of dead letters, those that wait now.
    messages: u64,
    #[schema(value_type = Vec<String>)]
    consumer_groups: &'static [&'static str],
}

/// A consumer group.
#[derive(Debug, Serialize, ToSchema)]
struct BrokerGroup {
    group: &'static str,
    #[schema(pattern = "^(RUNNING|PAUSED|STOPPED|STANDING_BY)$")]
    state: &'static str,
    members: Vec<GroupMember>,
    offsets: Vec<PartitionOffset>,
    lag: u64,
}

/// The one member that runs a group in this process.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct GroupMember {
    member_id: String,
    /// The logs that it reads.
    assignments: Vec<&'static str>,
}

/// How far a group has come in a log.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PartitionOffset {
    log: &'static str,
    partition: u16,
    /// The offset of the next message for this group.
    current_offset: u64,
    /// The offset of the next message of the log.
    log_end_offset: u64,
    lag: u64,
}

impl BrokerStats {
    /// The bus now. All of it is in memory.
    pub async fn of(gateway: &Gateway) -> Result<Self, Failure> {
        let heads = gateway.context.aggregates.heads().await?;
        let published = Log::ALL.map(|log| gateway.context.aggregates.journal().append_stats(log));
        let partition = |head: &Position| LogPartition {
            log: head.log.as_str(),
            partition: 0,
            log_start_offset: 1,
            log_end_offset: head.seq + 1,
        };
        Ok(Self {
            broker: "embedded",
            total_topics: total_topics(gateway),
            total_consumer_groups: gateway.groups.len(),
            total_messages: heads.iter().map(|head| head.seq).sum(),
            partitions: heads.iter().map(partition).collect(),
            topics: topics(&published, &gateway.groups),
            groups: gateway.groups.iter().map(|handle| group(handle, heads)).collect(),
        })
    }
}

/// Those of events, that of people's activity, and the dead letters of each group.
pub fn total_topics(gateway: &Gateway) -> usize {
    TOPICS.len() + 1 + gateway.groups.len()
}

fn topics(published: &[AppendStats], groups: &[GroupHandle]) -> Vec<TopicStats> {
    let of_events = TOPICS.iter().map(|topic| events(topic, published));
    let activity = TopicStats {
        topic: "user-activity".to_owned(),
        key: "user id",
        kafka_partitions: 5,
        messages: published.iter().map(|log| log.of_people).sum(),
        consumer_groups: &["history-service-group", "analytics-service-group"],
    };
    let dead_letters = |handle: &GroupHandle| TopicStats {
        topic: format!("dead-letters.{}", handle.group.name),
        key: "the parked key",
        kafka_partitions: 1,
        messages: handle.status.blocked().iter().map(|blocked| blocked.waiting).sum(),
        consumer_groups: &[],
    };
    of_events.chain([activity]).chain(groups.iter().map(dead_letters)).collect()
}

fn events(topic: &Topic, published: &[AppendStats]) -> TopicStats {
    let types = published.iter().flat_map(|log| &log.by_type);
    let carried = types.filter(|(event_type, _)| (topic.carries)(event_type));
    TopicStats {
        topic: topic.name.to_owned(),
        key: topic.key,
        kafka_partitions: topic.partitions,
        messages: carried.map(|(_, count)| count).sum(),
        consumer_groups: topic.readers,
    }
}

fn group(handle: &GroupHandle, heads: [Position; 2]) -> BrokerGroup {
    let name = handle.group.name;
    let state = consumers::state(&handle.status);
    let offset = |log: &Log| {
        let head = heads[log.index()].seq;
        let done = handle.status.watermark()[log.index()].min(head);
        PartitionOffset {
            log: log.as_str(),
            partition: 0,
            current_offset: done + 1,
            log_end_offset: head + 1,
            lag: head - done,
        }
    };
    let offsets: Vec<PartitionOffset> = handle.group.logs.iter().map(offset).collect();
    let assignments = handle.group.logs.iter().map(|log| log.as_str()).collect();
    let member = GroupMember { member_id: format!("{name}-1"), assignments };
    let is_here = matches!(state, "RUNNING" | "PAUSED");
    let lag = offsets.iter().map(|offset| offset.lag).sum();
    BrokerGroup { group: name, state, members: is_here.then_some(member).into_iter().collect(), offsets, lag }
}

/// `GET /api/v1/admin/stats/broker`
#[utoipa::path(
    get,
    path = "/api/v1/admin/stats/broker",
    summary = "The message bus in Kafka's words",
    description = "The bus is part of this process. Each log is one partition, and the topics are views of both logs; \
                   so offsets and lag are told by log.",
    responses((status = 200, description = "Topics, groups, offsets and lag", body = ApiResponse<BrokerStats>)),
)]
pub async fn stats(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(nothing): Query<()>,
) -> Result<Response, Failure> {
    caller.operates(&gateway.context)?;
    nothing?;
    let stats = BrokerStats::of(&gateway).await?;
    Ok(gateway.context.reply("Broker", stats).into_response())
}
