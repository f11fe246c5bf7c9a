//! What this process measured since it started: how long its operations take, and how far its consumer groups are behind.
//!
//! These are no events. They are read from the metrics that `/actuator/prometheus` shows, and describe the machine.

mod exposition;
mod histogram;

use std::collections::BTreeMap;

use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;
use utoipa::ToSchema;

use exposition::Sample;
use histogram::Histogram;
pub use histogram::TimeBucket;

/// The parts of `http_request_seconds`, without its total.
const BUCKETS: &str = "http_request_seconds_bucket";
const SUM: &str = "http_request_seconds_sum";
const LAG_EVENTS: &str = "bus_group_lag_events";
const LAG_SECONDS: &str = "bus_group_lag_seconds";
/// The methods that change something. Others, such as HEAD, are measured together and change nothing.
const CHANGING: [&str; 4] = ["POST", "PUT", "PATCH", "DELETE"];
/// Searches that are sent in a body, because they may be long.
const ASKED_IN_A_BODY: [&str; 2] = ["/api/search/properties", "/api/search/advanced"];

/// What this process measured since it started.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct SinceStart {
    /// The time of each operation, those asked for most first.
    operations: Vec<OperationTimes>,
    /// The lag of each consumer group, as of the last second.
    groups: Vec<GroupLag>,
}

/// How long an operation takes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperationTimes {
    method: String,
    path: String,
    /// `COMMAND` if it changes something, else `QUERY`, as searches are that are sent in a body.
    #[schema(pattern = "^(QUERY|COMMAND)$")]
    kind: &'static str,
    requests: u64,
    average_ms: f64,
    /// Half of the requests took at most this long, by the histogram.
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
    histogram: Vec<TimeBucket>,
}

/// How far a consumer group is behind.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupLag {
    group: String,
    lag_events: u64,
    lag_seconds: f64,
}

#[derive(Default)]
struct Measured {
    histogram: Histogram,
    seconds: f64,
}

impl SinceStart {
    /// What is in the metrics now.
    #[must_use]
    pub fn of(metrics: &PrometheusHandle) -> Self {
        Self::read(&metrics.render())
    }

    fn read(text: &str) -> Self {
        let mut operations: BTreeMap<(&str, &str), Measured> = BTreeMap::new();
        let mut groups: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for sample in text.lines().filter_map(Sample::read) {
            let group = sample.label("group");
            match sample.name {
                BUCKETS | SUM => {
                    let Some(operation) = sample.label("method").zip(sample.label("route")) else { continue };
                    let measured = operations.entry(operation).or_default();
                    match sample.label("le") {
                        Some(limit) => measured.histogram.add(limit, sample.value),
                        None => measured.seconds += sample.value,
                    }
                }
                LAG_EVENTS => group.into_iter().for_each(|group| {
                    groups.entry(group).or_default().0 += sample.value;
                }),
                LAG_SECONDS => group.into_iter().for_each(|group| {
                    groups.entry(group).or_default().1 = sample.value;
                }),
                _ => {}
            }
        }
        let mut operations: Vec<_> = operations.into_iter().map(OperationTimes::of).collect();
        operations.sort_by_key(|operation| std::cmp::Reverse(operation.requests));
        let groups = groups.into_iter().map(|(group, (events, lag_seconds))| GroupLag {
            group: group.to_owned(),
            lag_events: histogram::whole(events),
            lag_seconds,
        });
        Self { operations, groups: groups.collect() }
    }
}

impl OperationTimes {
    fn of(((method, path), Measured { histogram, seconds }): ((&str, &str), Measured)) -> Self {
        let requests = histogram.count();
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            kind: kind(method, path),
            requests,
            average_ms: histogram.average(seconds),
            p50_ms: histogram.quantile(0.5),
            p95_ms: histogram.quantile(0.95),
            p99_ms: histogram.quantile(0.99),
            histogram: histogram.buckets(),
        }
    }
}

fn kind(method: &str, path: &str) -> &'static str {
    let changes = CHANGING.contains(&method) && !ASKED_IN_A_BODY.contains(&path);
    if changes { "COMMAND" } else { "QUERY" }
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    #[test]
    fn what_changes_nothing_is_a_query() {
        let kinds = [
            ("GET", "/api/properties"),
            ("other", "/api/properties"),
            ("POST", "/api/search/advanced"),
            ("POST", "/api/search/save"),
            ("DELETE", "/api/properties/{id}"),
        ]
        .map(|(method, path)| kind(method, path));
        assert_eq!(kinds, ["QUERY", "QUERY", "QUERY", "COMMAND", "COMMAND"]);
    }

    #[test]
    fn times_and_lags_are_read_from_the_metrics() {
        let builder = PrometheusBuilder::new().set_buckets(&[0.001, 0.01, 0.1]).unwrap();
        let recorder = builder.build_recorder();
        metrics::with_local_recorder(&recorder, || {
            let record = |method: &'static str, status: &'static str, seconds: f64| {
                metrics::histogram!("http_request_seconds", "method" => method, "route" => "/api/x/{id}", "status" => status)
                    .record(seconds);
            };
            (0..90).for_each(|_| record("GET", "2xx", 0.0005));
            (0..10).for_each(|_| record("GET", "4xx", 0.05));
            record("POST", "2xx", 7.0);
            for (log, events) in [("facts", 2.0), ("activity", 3.0)] {
                metrics::gauge!("bus_group_lag_events", "group" => "a-group", "log" => log).set(events);
            }
            metrics::gauge!("bus_group_lag_seconds", "group" => "a-group").set(1.5);
            metrics::gauge!("bus_group_stalled", "group" => "a-group").set(1.0);
        });
        let SinceStart { operations, groups } = SinceStart::of(&recorder.handle());
        let [get, post] = &operations[..] else { panic!("{operations:?}") };
        assert_eq!((&*get.method, &*get.path, get.kind, get.requests), ("GET", "/api/x/{id}", "QUERY", 100));
        assert!((get.average_ms - 5.45).abs() < 1e-6, "{get:?}");
        assert!(get.p50_ms <= 1.0 && get.p95_ms > 10.0 && get.p99_ms <= 100.0, "{get:?}");
        assert_eq!((post.kind, post.requests, post.histogram.len()), ("COMMAND", 1, 4));
        assert!((post.p50_ms - 100.0).abs() < 1e-6, "at least the last limit: {post:?}");
        let [group] = &groups[..] else { panic!("{groups:?}") };
        assert_eq!((&*group.group, group.lag_events), ("a-group", 5));
        assert!((group.lag_seconds - 1.5).abs() < 1e-9);
    }
}
