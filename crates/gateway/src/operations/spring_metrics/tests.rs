//! Names, units and tags of the metrics that Spring's clients read.

use super::*;

const TEXT: &str = r#"# HELP http_request_seconds Time to answer.
# TYPE http_request_seconds histogram
http_request_seconds_bucket{method="GET",route="/a",le="1"} 2
http_request_seconds_sum{method="GET",route="/a"} 0.5
http_request_seconds_count{method="GET",route="/a"} 2
http_request_seconds_sum{method="GET",route="/b"} 0.25
http_request_seconds_count{method="GET",route="/b"} 1
"#;

fn metric(tags: &[(&str, &str)]) -> Option<Metric> {
    let tags: Vec<_> = tags.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let family = exposition::families(TEXT).remove("http_request_seconds").unwrap();
    Metric::of("http.server.requests".into(), unit("http_request_seconds"), family, &tags)
}

fn told(metric: &Metric) -> Vec<(&'static str, f64)> {
    metric.measurements.iter().map(|one| (one.statistic, one.value)).collect()
}

#[test]
fn values_are_added_up_and_tags_narrow_them() {
    let all = metric(&[]).unwrap();
    assert_eq!(told(&all), [("COUNT", 3.0), ("TOTAL_TIME", 0.75)]);
    assert_eq!(all.base_unit, Some("seconds"));
    let tags: Vec<&str> = all.available_tags.iter().map(|tag| &*tag.tag).collect();
    assert_eq!(tags, ["method", "route"], "no bucket");
    let narrowed = metric(&[("route", "/b")]).unwrap();
    assert_eq!(told(&narrowed), [("COUNT", 1.0), ("TOTAL_TIME", 0.25)]);
    assert_eq!(narrowed.available_tags.len(), 1, "what is chosen is not offered");
    assert_eq!(metric(&[("route", "/c")]), None);
    assert_eq!(metric(&[("unheard", "of")]), None);
}

#[test]
fn what_is_no_number_is_left_out() {
    let text = "# TYPE process_max_fds gauge\nprocess_max_fds inf\n";
    let family = exposition::families(text).remove("process_max_fds").unwrap();
    assert_eq!(Metric::of("process.files.max".into(), None, family, &[]), None);
}

#[test]
fn a_tag_may_be_long_and_hold_commas() {
    let route = format!("route:/api/{}", "x,".repeat(60));
    for (given, expected) in [(json!(route), 1), (json!([route, "method:GET"]), 2)] {
        let members = json!({"tag": given});
        let MetricTags(tags) = Fields::read(members.as_object().unwrap(), MetricTags::read).unwrap();
        assert_eq!(tags.len(), expected);
    }
}

#[test]
fn the_unit_is_the_end_of_the_name() {
    let units = ["process_cpu_seconds_total", "disk_free_bytes", "process_threads"].map(unit);
    assert_eq!(units, [Some("seconds"), Some("bytes"), None]);
}
