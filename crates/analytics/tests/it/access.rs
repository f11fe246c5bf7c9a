//! Who may see a report, which days can be asked for, and what only operators see.

use axum::http::StatusCode;
use domain::user::Role;
use serde_json::Value;

use crate::site::{PATH, site};

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_see_a_report() {
    let site = site().await;
    assert_eq!(site.ask("hyderabad", None, PATH).await.0, StatusCode::UNAUTHORIZED);
    for role in [Role::User, Role::Agent, Role::Builder, Role::Seller, Role::Moderator, Role::Support] {
        // A wrong range is not told to them, either.
        let path = format!("{PATH}?from=soon");
        assert_eq!(site.ask("hyderabad", Some(role), &path).await.0, StatusCode::FORBIDDEN, "{role:?}");
    }
    assert_eq!(site.ask("hyderabad", Some(Role::Admin), PATH).await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_process_measured_is_for_its_operators() {
    let site = site().await;
    metrics::with_local_recorder(&site.recorder, || {
        let labels = [("method", "GET"), ("route", "/api/properties/{id}"), ("status", "2xx")];
        metrics::histogram!("http_request_seconds", &labels).record(0.05);
        metrics::gauge!("bus_group_lag_events", "group" => "a-group", "log" => "facts").set(4.0);
    });
    let report = site.report("hyderabad", "").await;
    let operation = &report["sinceStart"]["operations"][0];
    assert_eq!((&operation["path"], &operation["kind"]), (&"/api/properties/{id}".into(), &"QUERY".into()));
    assert_eq!(operation["histogram"][1]["requests"], 1, "{operation}");
    assert_eq!(report["sinceStart"]["groups"][0]["lagEvents"], 4);
    assert_eq!(site.report("pune", "").await["sinceStart"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_day_is_named() {
    let site = site().await;
    for (query, field) in [
        ("from=soon", "from"),
        ("to=2026-02-30", "to"),
        ("from=2026-11-21&to=2026-11-20", "to"),
        ("from=2026-01-01&to=2026-02-01", "to"),
        ("day=2026-11-21", "day"),
    ] {
        let (status, body) = site.ask("hyderabad", Some(Role::Admin), &format!("{PATH}?{query}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}: {body}");
        assert!(body["error"]["fieldErrors"][field].is_string(), "{query}: {body}");
    }
    let report = site.report("hyderabad", "?from=21/11/2026").await;
    assert_eq!((&report["from"], &report["to"]), (&"2026-11-21".into(), &"2026-11-21".into()));
    assert_eq!((&report["timeZone"], &report["fewestPeople"]), (&"Asia/Kolkata".into(), &5.into()));
}
