//! Reports equal a fold over the journal. `HYD_TEST_EVENTS` sets the number of events, `HYD_TEST_SEED` the seed.

use std::time::Duration;

use domain::time::day_name;
use serde_json::Value;
use tokio::time::Instant;

use crate::fold::{Fold, by_name};
use crate::happenings::Crowd;
use crate::site::{App, START, site};

const HOME_STEPS: [(&str, &str); 4] = [
    ("PROPERTY_SEARCHED", "SEARCH"),
    ("PROPERTY_VIEWED", "VIEW"),
    ("PROPERTY_FAVORITED", "SAVE"),
    ("LEAD_CREATED", "LEAD"),
];
const PRODUCT_STEPS: [(&str, &str); 2] = [("ProductViewed", "VIEW"), ("ProductPurchased", "PURCHASE")];

/// The most searches of a report.
const MOST: usize = 20;

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap())
}

/// Compares a report with the fold, part by part.
pub fn assert_equals(report: &Value, fold: &Fold, days: (i64, i64)) {
    assert_eq!(report["events"], fold.events());
    assert_eq!(report["activePeople"], fold.active_people(days));
    assert_eq!(report["funnels"]["homes"], fold.funnel(&HOME_STEPS));
    assert_eq!(report["funnels"]["products"], fold.funnel(&PRODUCT_STEPS));
    let localities = [("views", "views"), ("searches", "searches"), ("leads", "leads")];
    assert_eq!(by_name(&report["localities"], "name"), fold.busiest(&localities));
    let categories = [("category views", "views"), ("purchases", "purchases")];
    assert_eq!(by_name(&report["categories"], "name"), fold.busiest(&categories));
    let (nothing_found, mut all) = (by_name(&report["nothingFound"], "search"), fold.nothing_found());
    assert_eq!(nothing_found.len(), all.len().min(MOST));
    for (search, told) in &nothing_found {
        assert_eq!(all.remove(search).as_ref(), Some(told));
    }
    let people = |told: &Value| told["people"].as_u64().unwrap();
    let fewest = nothing_found.values().map(people).min();
    assert!(all.values().map(people).max() <= fewest, "the commonest are shown: {all:?}");
}

/// A report, and how long each of five took.
async fn timed(site: &App, tenant: &str, (from, to): (i64, i64)) -> (Value, Vec<Duration>) {
    let query = format!("?from={}&to={}", day_name(from), day_name(to));
    let mut times = Vec::new();
    for _ in 0..5 {
        let started = Instant::now();
        site.report(tenant, &query).await;
        times.push(started.elapsed());
    }
    times.sort_unstable();
    (site.report(tenant, &query).await, times)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_equals_a_fold_over_the_journal() {
    let (events, seed) = (number("HYD_TEST_EVENTS", 4000), number("HYD_TEST_SEED", 14));
    let site = site().await;
    let events = usize::try_from(events).unwrap();
    let mut crowd = Crowd::new(&site, seed, (events / 40).max(40));
    let started = Instant::now();
    crowd.act(&site, events).await;
    println!("{events} events of seed {seed} written in {:?}", started.elapsed());
    let today = START.india_day();
    site.report("hyderabad", "").await;
    println!("and counted after {:?}", started.elapsed());
    for tenant in ["hyderabad", "pune"] {
        for days in [(today, today), (today - 1, today - 1), (today - 1, today), (today - 20, today)] {
            let fold = Fold::over(&site, tenant, days, &[]).await;
            let (report, times) = timed(&site, tenant, days).await;
            assert_equals(&report, &fold, days);
            println!("a report of {} days of {tenant}: {times:?}", days.1 - days.0 + 1);
        }
    }
    let report = site.report("hyderabad", "").await;
    let given = ["events", "localities", "categories", "nothingFound"];
    assert!(given.iter().all(|part| !report[part].as_array().unwrap().is_empty()), "{report}");
}
