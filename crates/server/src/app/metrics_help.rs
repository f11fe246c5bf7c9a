//! What each metric means. `/actuator/prometheus` says it, and a test of the house rules compares the list with the
//! sources. The metrics of the process itself are in `gateway`.

use metrics::{describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder};

/// Seconds that a request may take.
const SECONDS: [f64; 11] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0];
/// Appends that are written together.
const APPENDS: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

/// Numbers that only grow while the process runs. Their names end in `_total`.
const COUNTERS: [(&str, &str); 13] = [
    ("bus_events_failed_total", "Attempts of a consumer group to apply an event that failed."),
    ("circuit_breaker_calls_total", "Calls to other systems, by name and outcome."),
    ("connections_closed_total", "Connections that the server closed or refused, by reason."),
    ("deliveries_lease_lost_total", "Deliveries that another worker took over while they were carried out."),
    ("deliveries_total", "E-mails, messages and other deliveries carried out, by channel and outcome."),
    ("files_optimized_total", "Files whose images were made again."),
    ("files_removed_total", "Deleted files whose bytes were removed."),
    ("log_lines_lost_total", "Lines of the log that could not be written, or that nobody read in time."),
    ("mailbox_letters_total", "E-mails and messages written to the local mailbox."),
    ("realtime_items_missed_total", "Items that a slow realtime connection reads from the journal instead."),
    ("task_panics_total", "Panics of long-lived tasks and threads, by task; each starts again."),
    ("unusual_contact_looks_total", "People who looked up unusually many contacts in a day."),
    ("webhooks_disabled_total", "Webhooks disabled because they failed, by reason."),
];

const GAUGES: [(&str, &str); 16] = [
    ("bus_group_idle_seconds", "Time since a consumer group last moved on while events wait for it."),
    ("bus_group_lag_events", "Events that a consumer group has not applied yet, by log."),
    ("bus_group_lag_seconds", "Age of the oldest event that a consumer group has not applied yet."),
    ("bus_group_position", "Position that a consumer group has applied, by log."),
    ("bus_group_stalled", "1 when a consumer group does not move on although events wait for it."),
    ("bus_group_stopped", "1 when a consumer group stopped with an error."),
    ("bus_keys_parked", "Keys of a consumer group that wait for an operator."),
    ("circuit_breaker_open_members", "Receivers of webhooks that are left alone after a failure."),
    ("circuit_breaker_state", "1 for the state of a circuit breaker: closed, half_open or open."),
    ("connections_open", "Open connections of clients, at both ports."),
    ("disk_free_bytes", "Free space on the disk of the data directory."),
    ("disk_total_bytes", "Size of the disk of the data directory."),
    ("health_up", "1 when a part of the process works, by component."),
    ("journal_sealed_events", "Events in archived months, by log."),
    ("journal_segments", "Files of archived months, by log."),
    ("realtime_connections", "People's open realtime connections."),
];

const HISTOGRAMS: [(&str, &str); 2] = [
    ("http_request_seconds", "Time to answer a request, by method, route and class of status."),
    ("journal_batch_appends", "Appends that the journal wrote with one fsync, by log."),
];

/// How histograms are divided.
pub(super) fn buckets(builder: PrometheusBuilder) -> Result<PrometheusBuilder, BuildError> {
    let appends = Matcher::Full("journal_batch_appends".to_owned());
    builder.set_buckets(&SECONDS)?.set_buckets_for_metric(appends, &APPENDS)
}

/// Tells the installed recorder what the metrics mean.
pub(super) fn describe() {
    for (name, help) in COUNTERS {
        describe_counter!(name, help);
    }
    for (name, help) in GAUGES {
        describe_gauge!(name, help);
    }
    for (name, help) in HISTOGRAMS {
        describe_histogram!(name, help);
    }
}
