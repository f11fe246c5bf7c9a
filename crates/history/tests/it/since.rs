//! When a person was last here, and the timeline of some days.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::site::{START, home, site, texts};

const HOUR: i64 = 3600;

fn at(hours: i64) -> Value {
    json!(START.plus_seconds(hours * 3600))
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_again_does_not_move_when_one_was_last_here() {
    let site = site().await;
    let asha = site.person();
    let since = site.get(&asha, "me/since").await;
    assert_eq!(since, json!({"userId": asha.user, "from": null, "visitBegan": null}));
    site.view(&asha, home(1), "Villa").await;
    let since = site.get(&asha, "me/since").await;
    assert_eq!((&since["from"], &since["visitBegan"]), (&Value::Null, &at(0)), "the first visit");
    site.clock.advance(20 * HOUR);
    for _ in 0..3 {
        assert_eq!(site.get(&asha, "me/since").await["from"], at(0));
        site.clock.advance(HOUR);
    }
    site.view(&asha, home(2), "Flat").await;
    let since = site.get(&asha, "me/since").await;
    assert_eq!((&since["from"], &since["visitBegan"]), (&at(0), &at(23)));
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_begins_a_visit_on_that_device_alone() {
    let site = site().await;
    let asha = site.person();
    site.view(&asha, home(1), "Villa").await;
    site.clock.advance(24 * HOUR);
    site.view(&asha, home(2), "Flat").await;
    site.clock.advance(HOUR);
    // On another device.
    site.sign_in(&asha).await;
    assert_eq!(site.get(&asha, "me/since").await["from"], at(0));
    site.sign_in_as(&asha, asha.session).await;
    let since = site.get(&asha, "me/since").await;
    assert_eq!((&since["from"], &since["visitBegan"]), (&at(25), &at(25)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_visit_is_read_to_its_beginning() {
    let site = site().await;
    let asha = site.person();
    site.view(&asha, home(0), "Villa").await;
    site.clock.advance(10 * HOUR);
    for number in 0..450_u128 {
        site.save(&asha, home(number), "Villa").await;
    }
    let since = site.get(&asha, "me/since").await;
    assert_eq!((&since["from"], &since["visitBegan"]), (&at(0), &at(10)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_is_of_the_days_and_the_kind_that_were_asked_for() {
    let site = site().await;
    let asha = site.person();
    for _ in 0..4 {
        site.sign_in(&asha).await;
        site.save(&asha, home(u128::from(site.clock.now().micros().unsigned_abs())), "Villa").await;
        site.clock.advance(24 * HOUR);
    }
    let days = async |query: &str| -> Vec<(String, usize)> {
        let found = site.get(&asha, &format!("me/timeline?{query}")).await;
        let days = found["timeline"].as_array().unwrap();
        let count = |day: &Value| day["activities"].as_array().unwrap().len();
        days.iter().map(|day| (day["day"].as_str().unwrap().to_owned(), count(day))).collect()
    };
    let day = |day: &str, count| (day.to_owned(), count);
    let found = days("from=2026-11-22&to=2026-11-23").await;
    assert_eq!(found, [day("2026-11-23", 2), day("2026-11-22", 2)]);
    let found = days("from=2026-11-22&to=2026-11-23&type=USER_LOGIN").await;
    assert_eq!(found, [day("2026-11-23", 1), day("2026-11-22", 1)]);
    assert_eq!(days("to=2026-11-21").await, [day("2026-11-21", 2)]);
    assert!(days("from=2027-01-01").await.is_empty() && days("type=NONE").await.is_empty());
    let first = site.get(&asha, "me/timeline?to=2026-11-22&size=3").await;
    let next = first["next"].as_str().unwrap();
    let second = site.get(&asha, &format!("me/timeline?to=2026-11-22&size=3&cursor={next}")).await;
    assert_eq!(texts(&second["timeline"], "day"), ["2026-11-21"]);
    for wrong in ["from=soon", "from=2026-11-23&to=2026-11-22", "page=1"] {
        assert_eq!(site.status(Some(&asha), &format!("me/timeline?{wrong}")).await, StatusCode::BAD_REQUEST);
    }
}
