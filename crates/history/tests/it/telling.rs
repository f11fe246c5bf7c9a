//! What a history contains.

use axum::http::StatusCode;

use crate::site::{home, site, texts};

#[tokio::test(flavor = "multi_thread")]
async fn h22_an_action_is_in_the_very_next_answer() {
    let site = site().await;
    let asha = site.person();
    for round in 1..=20_u64 {
        site.clock.advance(1);
        site.save(&asha, home(round.into()), "Villa").await;
        let history = site.get(&asha, "me?size=1").await;
        assert_eq!(history["totalActivities"], round);
        assert_eq!(history["activities"][0]["relatedEntityId"], home(round.into()).to_string());
    }
    // Only queued: the query itself makes it durable and waits for it.
    let villa = crate::site::snapshot("Villa");
    site.context.activity.viewed(asha.actor(), asha.user, home(99), villa, true).await.unwrap();
    let history = site.get(&asha, "me?size=1").await;
    assert_eq!(history["totalActivities"], 21);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_tells_what_when_and_where() {
    let site = site().await;
    let asha = site.person();
    site.register(&asha).await;
    site.clock.advance(60);
    site.view(&asha, home(5), "3BHK Apartment").await;
    let history = site.get(&asha, "me").await;
    assert_eq!(
        texts(&history["activities"], "description"),
        ["You looked at 3BHK Apartment", "You joined HyderabadInfra"]
    );
    let entry = &history["activities"][0];
    assert_eq!(entry["activityId"], entry["eventId"]);
    assert_eq!(entry["userId"], asha.user.to_string());
    assert_eq!(entry["sessionId"], asha.session.to_string());
    assert_eq!(entry["relatedEntityType"], "property");
    assert_eq!(entry["activityData"]["price"], 9_500_000);
    assert_eq!(entry["activityData"]["title"], "3BHK Apartment");
    assert_eq!(entry["count"], 1);
    assert!(
        !history.to_string().contains("asha@example.com") && !history.to_string().contains("203.0.113.9")
    );
    let summary = &history["summary"];
    assert_eq!(summary["activityCounts"], serde_json::json!({"PROPERTY_VIEWED": 1, "USER_REGISTERED": 1}));
    assert_eq!(summary["totalActivitiesLast30Days"], 2);
    assert_eq!(summary["mostActiveDay"], "2026-11-21");
    assert_eq!(summary["lastActivityTimestamp"], entry["timestamp"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn days_are_indian_and_summaries_thirty_of_them() {
    let site = site().await;
    let asha = site.person();
    for _ in 0..3 {
        site.sign_in(&asha).await;
    }
    site.clock.advance(25 * 3600);
    site.view(&asha, home(1), "Villa").await;
    let timeline = site.get(&asha, "me/timeline").await;
    assert_eq!(texts(&timeline["timeline"], "day"), ["2026-11-22", "2026-11-21"]);
    assert_eq!(timeline["timeline"][1]["activities"].as_array().unwrap().len(), 3);
    assert_eq!(site.get(&asha, "me/recent").await.as_array().unwrap().len(), 1);
    let stats = site.get(&asha, "me/stats").await;
    assert_eq!(stats["days"].as_array().unwrap().len(), 30);
    assert_eq!(stats["mostActiveDay"], "2026-11-21");
    assert_eq!(stats["activityCounts"]["USER_LOGIN"], 3);
    assert_eq!(stats["firstActivity"]["activityType"], "USER_LOGIN");
    assert_eq!(stats["lastActivity"]["activityType"], "PROPERTY_VIEWED");
    site.clock.advance(29 * 24 * 3600);
    let history = site.get(&asha, "me").await;
    assert_eq!(
        (&history["totalActivities"], &history["summary"]["totalActivitiesLast30Days"]),
        (&4.into(), &1.into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_events_come_from_both_logs_in_order_and_without_secrets() {
    let site = site().await;
    let asha = site.person();
    site.register(&asha).await;
    for round in 0..4 {
        site.clock.advance(1);
        site.view(&asha, home(round), "Villa").await;
        site.clock.advance(1);
        site.sign_in(&asha).await;
    }
    let mut path = "me/events?size=2".to_owned();
    let mut kinds = Vec::new();
    let mut pages = 0;
    loop {
        let page = site.get(&asha, &path).await;
        kinds.extend(texts(&page["events"], "eventType").iter().map(|kind| (*kind).to_owned()));
        pages += 1;
        match page["next"].as_str() {
            Some(next) => path = format!("me/events?size=2&cursor={next}"),
            None => break,
        }
    }
    let view_and_login = ["PROPERTY_VIEWED", "USER_LOGIN"].repeat(4);
    assert_eq!(
        (kinds[0].as_str(), &kinds[1..], pages),
        ("USER_REGISTERED", &*view_and_login.iter().map(|k| (*k).to_owned()).collect::<Vec<_>>(), 5)
    );
    let events = site.get(&asha, "me/events").await;
    let registered = &events["events"][0];
    assert_eq!(registered["aggregateType"], "user");
    assert_eq!((&registered["log"], &registered["version"]), (&"facts".into(), &1.into()));
    assert_eq!(registered["eventData"]["account"]["email"], "asha@example.com");
    assert_eq!(registered["metadata"]["ipAddress"], "203.0.113.9");
    let text = events.to_string();
    assert!(!text.contains("argon2id") && !text.contains("a-nonce") && !text.contains("a-hash"), "{text}");
    assert_eq!(site.status(Some(&asha), "me/events?page=1").await, StatusCode::BAD_REQUEST);
    assert_eq!(site.status(Some(&asha), "me/events?cursor=WzEsMl0").await, StatusCode::BAD_REQUEST);
}
