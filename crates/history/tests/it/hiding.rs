//! Hiding entries.

use axum::http::StatusCode;
use serde_json::json;

use crate::site::{home, site, texts};

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_entry_is_gone_from_lists_counts_and_totals() {
    let site = site().await;
    let asha = site.person();
    site.sign_in(&asha).await;
    site.view(&asha, home(1), "Villa").await;
    site.view(&asha, home(1), "Villa").await;
    let history = site.get(&asha, "me/activities/PROPERTY_VIEWED").await;
    let entry = history["activities"][0]["activityId"].as_str().unwrap().to_owned();
    for _ in 0..2 {
        assert_eq!(site.hide(&asha, "me", &entry).await, StatusCode::NO_CONTENT);
        for path in ["me", "me/recent", "me/timeline", "me/stats", "me/properties"] {
            let found = site.get(&asha, path).await.to_string();
            assert!(!found.contains("Villa") && !found.contains("PROPERTY_VIEWED"), "{path}: {found}");
            assert!(!found.contains("HISTORY_ENTRY_HIDDEN"), "{path}: {found}");
        }
        let history = site.get(&asha, "me").await;
        assert_eq!(history["totalActivities"], 1);
        assert_eq!(history["summary"]["activityCounts"], json!({"USER_LOGIN": 1}));
    }
    // A view that folds into a hidden entry is hidden with it; a later view is a new, visible entry.
    site.clock.advance(20 * 60);
    site.view(&asha, home(1), "Villa").await;
    assert_eq!(site.get(&asha, "me").await["totalActivities"], 1);
    site.clock.advance(31 * 60);
    site.view(&asha, home(1), "Villa").await;
    assert_eq!(site.get(&asha, "me").await["totalActivities"], 2);
    let events = site.get(&asha, "me/events").await;
    let kinds = texts(&events["events"], "eventType");
    assert_eq!(kinds.iter().filter(|kind| **kind == "HISTORY_ENTRY_HIDDEN").count(), 1);
    assert_eq!(kinds.iter().filter(|kind| **kind == "PROPERTY_VIEWED").count(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_entry_cannot_be_hidden() {
    let site = site().await;
    let (asha, ravi) = (site.person(), site.person());
    site.sign_in(&ravi).await;
    let other = site.get(&ravi, "me").await["activities"][0]["activityId"].as_str().unwrap().to_owned();
    assert_eq!(site.hide(&asha, "me", &other).await, StatusCode::NOT_FOUND);
    assert_eq!(
        site.hide(&asha, "me", &site.context.aggregates.fresh().to_string()).await,
        StatusCode::NOT_FOUND
    );
    assert_eq!(site.hide(&asha, "me", "x").await, StatusCode::BAD_REQUEST);
    assert_eq!(site.hide(&asha, "me", "").await, StatusCode::BAD_REQUEST);
    assert_eq!(site.get(&ravi, "me").await["totalActivities"], 1);
}
