//! Views of one home within half an hour are one entry.

use crate::site::{home, site};

#[tokio::test(flavor = "multi_thread")]
async fn views_within_half_an_hour_of_the_last_one_are_one_entry() {
    let site = site().await;
    let (asha, ravi) = (site.person(), site.person());
    let minutes = 60;
    for _ in 0..3 {
        site.view(&asha, home(1), "Villa").await;
        site.clock.advance(minutes);
        site.view(&asha, home(2), "Plot").await;
        site.clock.advance(28 * minutes);
    }
    site.view(&ravi, home(1), "Villa").await;
    let history = site.get(&asha, "me").await;
    assert_eq!(history["totalActivities"], 2);
    assert_eq!(history["summary"]["activityCounts"]["PROPERTY_VIEWED"], 2);
    assert_eq!(history["activities"][1]["count"], 3);
    assert_eq!(history["activities"][1]["description"], "You looked at Villa (3 times)");
    site.clock.advance(3 * minutes);
    site.view(&asha, home(1), "Villa").await;
    let history = site.get(&asha, "me").await;
    assert_eq!((&history["totalActivities"], &history["activities"][0]["count"]), (&3.into(), &1.into()));
    assert_eq!(site.get(&ravi, "me").await["activities"][0]["count"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn views_that_were_queued_together_count_each() {
    let site = site().await;
    let asha = site.person();
    for _ in 0..5 {
        let villa = crate::site::snapshot("Villa");
        site.context.activity.viewed(asha.actor(), asha.user, home(1), villa, true).await.unwrap();
    }
    let history = site.get(&asha, "me").await;
    assert_eq!((&history["totalActivities"], &history["activities"][0]["count"]), (&1.into(), &5.into()));
}
