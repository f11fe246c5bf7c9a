//! The metrics of `/actuator/prometheus` in the form that Spring Boot's clients read. Nothing is measured twice, and
//! what was not measured is left out.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::{Path, State};
use domain::Fields;
use domain::fields::MemberKind;
use http_kit::{Caller, Failure, Query, Request};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::exposition::{self, Family, Sample, SamplePart};
use super::process_metrics;
use crate::Gateway;

/// Spring Boot's names for metrics that are the same here.
const SPRING_NAMES: [(&str, &str); 6] = [
    ("disk.free", "disk_free_bytes"),
    ("disk.total", "disk_total_bytes"),
    ("http.server.requests", "http_request_seconds"),
    ("process.files.max", "process_max_fds"),
    ("process.files.open", "process_open_fds"),
    ("process.start.time", "process_start_time_seconds"),
];
/// The most tags of a query.
const MOST_TAGS: usize = 10;
/// The most characters of a tag. Values of tags hold commas, so a tag is no list.
const LONGEST_TAG: usize = 300;

/// The names of all metrics.
#[derive(Debug, Serialize, ToSchema)]
pub struct MetricNames {
    names: BTreeSet<String>,
}

/// A metric.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Metric {
    name: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_unit: Option<&'static str>,
    measurements: Vec<Measurement>,
    available_tags: Vec<AvailableTag>,
}

/// A value of a metric.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
struct Measurement {
    #[schema(pattern = "^(COUNT|TOTAL|TOTAL_TIME|VALUE)$")]
    statistic: &'static str,
    value: f64,
}

/// A tag by which a metric can be narrowed.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
struct AvailableTag {
    tag: String,
    values: BTreeSet<String>,
}

/// The tags that a metric is narrowed to.
pub struct MetricTags(Vec<(String, String)>);

impl Request for MetricTags {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let mut tags = Vec::new();
        f.asks("tag", || MemberKind::Values(MOST_TAGS, LONGEST_TAG));
        let texts: Vec<&Value> = match f.raw("tag") {
            Some(Value::Array(texts)) => texts.iter().collect(),
            text => text.into_iter().collect(),
        };
        if texts.len() > MOST_TAGS {
            f.wrong("tag", format!("must be repeated at most {MOST_TAGS} times"));
        }
        for text in texts {
            match text.as_str().and_then(|text| text.split_once(':')) {
                Some((name, value)) if !name.is_empty() => tags.push((name.to_owned(), value.to_owned())),
                _ => f.wrong("tag", "must be KEY:VALUE"),
            }
        }
        Some(Self(tags))
    }

    fn about(_: &str) -> Option<&'static str> {
        Some("Only the values with this tag, as `KEY:VALUE`; it can be repeated.")
    }

    fn example() -> Value {
        json!({})
    }
}

/// `GET /actuator/metrics`
#[utoipa::path(
    get,
    path = "/actuator/metrics",
    summary = "The names of the metrics",
    responses((status = 200, description = "Those of /actuator/prometheus, and Spring Boot's names for some", body = MetricNames)),
)]
pub async fn names(
    state: State<Gateway>,
    caller: Caller,
    Query(nothing): Query<()>,
) -> Result<Json<MetricNames>, Failure> {
    caller.operates(&state.context)?;
    nothing?;
    Ok(all_names(state).await)
}

/// The names, for the management port.
pub async fn all_names(State(gateway): State<Gateway>) -> Json<MetricNames> {
    let families = measured(&gateway);
    let known = SPRING_NAMES.iter().filter(|(_, name)| families.contains_key(*name));
    let mut names: BTreeSet<String> = known.map(|(spring, _)| (*spring).to_owned()).collect();
    names.extend(families.into_keys());
    Json(MetricNames { names })
}

/// `GET /actuator/metrics/{name}`
#[utoipa::path(
    get,
    path = "/actuator/metrics/{name}",
    summary = "A metric",
    params(Query<MetricTags>),
    responses(
        (status = 200, description = "Its values, added up", body = Metric),
        (status = 404, description = "There is no such metric, or none with these tags"),
    ),
)]
pub async fn one(
    state: State<Gateway>,
    caller: Caller,
    name: Path<String>,
    tags: Query<MetricTags>,
) -> Result<Json<Metric>, Failure> {
    caller.operates(&state.context)?;
    any_one(state, name, tags).await
}

/// A metric, for the management port.
pub async fn any_one(
    State(gateway): State<Gateway>,
    Path(name): Path<String>,
    Query(tags): Query<MetricTags>,
) -> Result<Json<Metric>, Failure> {
    let MetricTags(tags) = tags?;
    let own_name = SPRING_NAMES.iter().find(|(spring, _)| *spring == name).map_or(&*name, |(_, own)| own);
    let family = measured(&gateway).remove(own_name);
    let unit = unit(own_name);
    let metric = family.and_then(|family| Metric::of(name, unit, family, &tags));
    metric.map(Json).ok_or_else(|| Failure::not_found("METRIC_NOT_FOUND", "there is no such metric"))
}

fn measured(gateway: &Gateway) -> BTreeMap<String, Family> {
    exposition::families(&(gateway.prometheus.render() + &process_metrics::text()))
}

/// The unit that the name ends with.
fn unit(name: &str) -> Option<&'static str> {
    let stem = name.strip_suffix("_total").unwrap_or(name);
    ["seconds", "bytes"].into_iter().find(|unit| stem.ends_with(unit))
}

impl Metric {
    /// The values of `family` with these tags; `None` when there are none.
    fn of(
        name: String,
        base_unit: Option<&'static str>,
        family: Family,
        tags: &[(String, String)],
    ) -> Option<Self> {
        let Family { help, kind, samples } = family;
        let has = |sample: &Sample| {
            // Nothing is made of what is no number, such as "no limit".
            sample.part != SamplePart::Bucket
                && sample.value.is_finite()
                && tags.iter().all(|(name, value)| sample.labels.get(name) == Some(value))
        };
        let samples: Vec<Sample> = samples.into_iter().filter(has).collect();
        if samples.is_empty() {
            return None;
        }
        let sum = |part| {
            let of_part = samples.iter().filter(|sample| sample.part == part);
            of_part.map(|sample| sample.value).sum()
        };
        let measurement = |statistic, part| Measurement { statistic, value: sum(part) };
        let total = if base_unit == Some("seconds") { "TOTAL_TIME" } else { "TOTAL" };
        let measurements = match &*kind {
            "histogram" => {
                vec![measurement("COUNT", SamplePart::Count), measurement(total, SamplePart::Sum)]
            }
            "counter" => vec![measurement("COUNT", SamplePart::Value)],
            _ => vec![measurement("VALUE", SamplePart::Value)],
        };
        let mut available: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (tag, value) in samples.into_iter().flat_map(|sample| sample.labels) {
            if !tags.iter().any(|(chosen, _)| *chosen == tag) {
                available.entry(tag).or_default().insert(value);
            }
        }
        let available_tags =
            available.into_iter().map(|(tag, values)| AvailableTag { tag, values }).collect();
        Some(Self { name, description: help, base_unit, measurements, available_tags })
    }
}

#[cfg(test)]
mod tests;
