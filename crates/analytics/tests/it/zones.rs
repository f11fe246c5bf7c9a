//! Days and hours are those of the tenant's time zone, wherever the machine is.

use std::collections::BTreeMap;

use analytics::{ReportingZone, ReportingZones};
use domain::system::SystemEvent;
use domain::{StreamId, TenantId, Timestamp};
use serde_json::json;

use crate::site::{START, site_in, zone};

#[tokio::test(flavor = "multi_thread")]
async fn a_day_begins_at_midnight_of_the_zone() {
    // In Kathmandu, three quarters of an hour off the full hour.
    let midnight: Timestamp = "2026-11-21T18:15:00Z".parse().unwrap();
    let hour = |day: &str, hour: u8, events: u8| json!({"day": day, "hour": hour, "events": events});
    for (zone, today, hours) in [
        ("Asia/Kathmandu", "2026-11-21", json!([hour("2026-11-21", 23, 1), hour("2026-11-22", 0, 1)])),
        ("Asia/Kolkata", "2026-11-21", json!([hour("2026-11-21", 23, 2)])),
        ("America/St_Johns", "2026-11-21", json!([hour("2026-11-21", 14, 2)])),
        ("Pacific/Pago_Pago", "2026-11-20", json!([hour("2026-11-21", 7, 2)])),
        ("Pacific/Kiritimati", "2026-11-21", json!([hour("2026-11-22", 8, 2)])),
    ] {
        let site = site_in(zone.parse::<ReportingZone>().unwrap().into()).await;
        let stream = StreamId::new(&TenantId::stored("hyderabad"), "system", "a-group");
        for at in [midnight.plus_seconds(-1), midnight] {
            let event = SystemEvent::ConsumerRecovered { group: "a-group".into() };
            site.happened(None, stream.clone(), &event, at).await;
        }
        let report = site.report("hyderabad", "?from=2026-11-20&to=2026-11-22").await;
        assert_eq!((&report["timeZone"], &report["events"][0]["hours"]), (&zone.into(), &hours), "{zone}");
        assert_eq!(site.report("hyderabad", "").await["from"], today, "{zone}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tenants_have_days_of_their_own() {
    let samoa: ReportingZone = "Pacific/Pago_Pago".parse().unwrap();
    let own = BTreeMap::from([(TenantId::stored("pune"), samoa)]);
    let site = site_in(ReportingZones::new(zone(), own)).await;
    for (tenant, name, today, hour) in
        [("hyderabad", "Asia/Kolkata", "2026-11-21", 10), ("pune", "Pacific/Pago_Pago", "2026-11-20", 18)]
    {
        let stream = StreamId::new(&TenantId::stored(tenant), "system", "a-group");
        let event = SystemEvent::ConsumerRecovered { group: "a-group".into() };
        site.happened(None, stream, &event, START).await;
        let report = site.report(tenant, "").await;
        assert_eq!((&report["timeZone"], &report["to"]), (&name.into(), &today.into()));
        assert_eq!(report["events"][0]["hours"], json!([{"day": today, "hour": hour, "events": 1}]));
    }
}
