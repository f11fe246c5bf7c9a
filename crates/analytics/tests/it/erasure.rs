//! Nothing that people did or wrote is counted once they left.

use domain::Log;
use projection::{Row, Value};

use crate::fold::Fold;
use crate::happenings::Crowd;
use crate::rebuild::rebuilt;
use crate::site::{START, site};
use crate::whole_days::assert_equals;

#[tokio::test(flavor = "multi_thread")]
async fn who_left_is_in_no_count() {
    let site = site().await;
    let mut crowd = Crowd::new(&site, 15, 30);
    let gone = [crowd.people[0].clone(), crowd.people[5].clone(), crowd.owners[1].clone()];
    for who in &gone {
        site.register(who).await;
    }
    crowd.act(&site, 1500).await;
    for who in &gone {
        site.leave(who).await;
    }
    // What was under way when they left.
    crowd.act(&site, 500).await;
    for who in &gone {
        site.destroy_key(who);
    }
    let today = START.india_day();
    let days = (today - 3, today);
    let report = site.report("hyderabad", "?from=2026-11-18&to=2026-11-21").await;
    assert_equals(&report, &Fold::over(&site, "hyderabad", days, &gone).await, days);

    let live = site.analytics.store().dump().await.unwrap();
    let (facts, activity) = (site.everything(Log::Facts).await, site.everything(Log::Activity).await);
    for (number, logs) in [
        [(Log::Facts, &*facts), (Log::Activity, &*activity)],
        [(Log::Activity, &*activity), (Log::Facts, &*facts)],
    ]
    .into_iter()
    .enumerate()
    {
        let path = site.directory.path().join(format!("rebuilt-{number}.db"));
        assert_eq!(rebuilt(&site, &path, logs, 100, false).await, live);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_go_when_too_few_people_are_left() {
    let site = site().await;
    let mut crowd = Crowd::new(&site, 16, 5);
    for who in &crowd.people {
        site.register(who).await;
    }
    crowd.act(&site, 400).await;
    let rows = |dump: &[_]| format!("{dump:?}");
    site.report("hyderabad", "").await;
    assert!(rows(&site.analytics.store().dump().await.unwrap()).contains("kondapur"));
    site.leave(&crowd.people[2]).await;
    site.report("hyderabad", "").await;
    assert!(!rows(&site.analytics.store().dump().await.unwrap()).contains("kondapur"));
    for who in &crowd.people {
        if *who != crowd.people[2] {
            site.leave(who).await;
        }
    }
    site.report("hyderabad", "").await;
    let system = |row: &Row| row.values().contains(&Value::from("CONSUMER_RECOVERED"));
    for (table, rows) in site.analytics.store().dump().await.unwrap() {
        let is_clean = table == "erased_people" || rows.iter().all(system);
        assert!(is_clean, "{table} still has rows of people: {rows:?}");
    }
}
