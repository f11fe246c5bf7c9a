//! No number is about fewer than five people.

use domain::activity::{ActivityEvent, Snapshot};
use domain::{Paise, Personal};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::site::{App, START, Somebody, site};

async fn look(site: &App, who: &Somebody, owner: &Somebody, area: &str) {
    let snapshot = Snapshot::of(owner.user, "A villa", Paise::from_paise(1), area);
    let property_id = Uuid::from_u128(1).into();
    let event = ActivityEvent::Viewed { property_id, snapshot, views: 1, counted: true };
    site.happened(Some(who), who.stream("activity"), &event, START).await;
}

async fn search(site: &App, who: &Somebody, words: &str) {
    let filters = json!({"query": words}).as_object().unwrap().clone();
    let event = ActivityEvent::Searched { filters: Personal::of(who.user, filters), results_count: 0 };
    site.happened(Some(who), who.stream("activity"), &event, START).await;
}

/// Every number of a report that is about people.
fn numbers(report: &Value) -> [Value; 6] {
    [
        report["events"][0]["events"].clone(),
        report["activePeople"]["total"]["people"].clone(),
        report["activePeople"]["days"][0]["people"].clone(),
        report["funnels"]["homes"][0]["people"].clone(),
        report["localities"].clone(),
        report["nothingFound"].clone(),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn four_people_are_too_few_and_five_are_enough() {
    let site = site().await;
    let owner = site.somebody("hyderabad");
    let people: Vec<Somebody> = (0..5).map(|_| site.somebody("hyderabad")).collect();
    for who in &people[..4] {
        for _ in 0..10 {
            look(&site, who, &owner, "Kondapur").await;
            search(&site, who, "Penthouse").await;
        }
    }
    // The same person under another name of the same place and words, and people of another tenant.
    look(&site, &people[0], &owner, "KONDAPUR").await;
    search(&site, &people[0], "penthouse!").await;
    for _ in 0..4 {
        let stranger = site.somebody("pune");
        look(&site, &stranger, &owner, "Kondapur").await;
        search(&site, &stranger, "Penthouse").await;
    }
    let report = site.report("hyderabad", "").await;
    let nothing = [json!(0), Value::Null, Value::Null, Value::Null, json!([]), json!([])];
    assert_eq!(numbers(&report), nothing, "{report}");
    assert_eq!(report["events"][0]["suppressed"], true);
    assert_eq!(report["activePeople"]["total"]["suppressed"], true);
    let rows = format!("{:?}", site.analytics.store().dump().await.unwrap()).to_lowercase();
    for told in ["kondapur", "penthouse", &people[0].user.to_string(), &owner.user.to_string()] {
        assert!(!rows.contains(told), "{told} is in the rows");
    }
    look(&site, &people[4], &owner, "Kondapur").await;
    search(&site, &people[4], "Penthouse").await;
    let report = site.report("hyderabad", "").await;
    let locality = json!([{"name": "kondapur", "views": {"count": 42, "suppressed": false},
        "searches": {"count": 0, "suppressed": false}, "leads": {"count": 0, "suppressed": false}}]);
    let found = json!([{"search": "penthouse", "people": 5, "searches": 42}]);
    assert_eq!(numbers(&report), [json!(42), json!(5), json!(5), json!(5), locality, found], "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_people_of_several_days_are_not_five_of_one() {
    let site = site().await;
    for day in 0..5 {
        let who = site.somebody("hyderabad");
        let event = ActivityEvent::Searched {
            filters: Personal::of(who.user, json!({"query": "castle"}).as_object().unwrap().clone()),
            results_count: 0,
        };
        let at = START.plus_seconds(-day * 86_400);
        site.happened(Some(&who), who.stream("activity"), &event, at).await;
    }
    let one = site.report("hyderabad", "").await;
    assert_eq!((&one["nothingFound"], &one["activePeople"]["total"]["people"]), (&json!([]), &Value::Null));
    let all = site.report("hyderabad", "?from=2026-11-17&to=2026-11-21").await;
    assert_eq!(all["nothingFound"][0]["people"], 5);
    assert_eq!(all["activePeople"]["total"]["people"], 5);
    let days = all["activePeople"]["days"].as_array().unwrap();
    assert!(days.len() == 5 && days.iter().all(|day| day["suppressed"] == true), "{days:?}");
    assert_eq!(all["events"][0]["hours"], json!([]), "each hour is of one person");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_few_of_one_kind_is_suppressed_beside_another() {
    let site = site().await;
    let owner = site.somebody("hyderabad");
    let people: Vec<Somebody> = (0..5).map(|_| site.somebody("hyderabad")).collect();
    for who in &people {
        look(&site, who, &owner, "Kondapur").await;
    }
    for who in &people[..2] {
        let filters = json!({"location": "kondapur"}).as_object().unwrap().clone();
        let event = ActivityEvent::Searched { filters: Personal::of(who.user, filters), results_count: 3 };
        site.happened(Some(who), who.stream("activity"), &event, START).await;
    }
    // One person looks for things that nobody else looks for.
    for number in 0..50 {
        search(&site, &people[0], &format!("castle {number}")).await;
    }
    let report = site.report("hyderabad", "").await;
    let locality = json!([{"name": "kondapur", "views": {"count": 5, "suppressed": false},
        "searches": {"count": null, "suppressed": true}, "leads": {"count": 0, "suppressed": false}}]);
    assert_eq!((&report["localities"], &report["nothingFound"]), (&locality, &json!([])), "{report}");
}
