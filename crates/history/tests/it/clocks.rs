//! The order of a history while the clock is set forward and back.

use std::collections::BTreeSet;

use domain::{EventIds, Timestamp};

use crate::site::{App, START, Somebody, home, site, texts};

const DAY: i64 = 86_400;

/// Views homes 1, 2, 3 …, each after one of the clock `jumps`.
async fn views_after(site: &App, asha: &Somebody, jumps: &[i64]) -> Vec<String> {
    let mut titles = Vec::new();
    for (number, seconds) in (1..).zip(jumps) {
        site.clock.jump(*seconds);
        site.clock.advance(1);
        let title = format!("Villa {number}");
        site.view(asha, home(number), &title).await;
        titles.push(title);
    }
    titles
}

/// Reads every title in pages of `limit`, newest first.
async fn read(site: &App, person: &Somebody, limit: u64, by_number: bool) -> Vec<String> {
    let mut titles = Vec::new();
    let mut path = format!("me?size={limit}");
    let mut page = 0;
    loop {
        let found = site.get(person, &path).await;
        for entry in found["activities"].as_array().unwrap() {
            titles.push(entry["activityData"]["title"].as_str().unwrap().to_owned());
        }
        let Some(next) = found["next"].as_str() else { return titles };
        page += 1;
        path = if by_number {
            format!("me?size={limit}&page={page}")
        } else {
            format!("me?size={limit}&cursor={next}")
        };
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_later_stands_above_whatever_the_clock_said() {
    for jumps in [
        vec![0, 0, -3600, 0, 0, 3600, 0],
        vec![0, 400 * DAY, 0, -400 * DAY, 0, DAY, 0, -DAY, 0],
        vec![0, -400 * DAY, 0, 0, 400 * DAY, 0],
    ] {
        let site = site().await;
        let asha = site.person();
        let mut titles = views_after(&site, &asha, &jumps).await;
        titles.reverse();
        for size in [1, 2, 3, 100] {
            for by_number in [false, true] {
                assert_eq!(read(&site, &asha, size, by_number).await, titles, "{jumps:?} by {size}");
            }
        }
        let of_type = site.get(&asha, "me/activities/PROPERTY_VIEWED?size=100").await;
        let ids: Vec<String> =
            texts(&of_type["activities"], "activityId").into_iter().map(str::to_owned).collect();
        assert!(ids.is_sorted_by(|one, other| one > other));
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), titles.len());
        let stats = site.get(&asha, "me/stats").await;
        assert_eq!(stats["totalActivities"], titles.len());
        assert_eq!(stats["lastActivity"]["activityData"]["title"], titles[0]);
        assert_eq!(stats["firstActivity"]["activityData"]["title"], "Villa 1");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn times_are_true_and_filters_go_by_them() {
    let site = site().await;
    let asha = site.person();
    views_after(&site, &asha, &[0, 400 * DAY, -400 * DAY, 0]).await;
    let now = site.clock.now();
    let all = site.get(&asha, "me").await;
    let times: Vec<Timestamp> =
        texts(&all["activities"], "timestamp").into_iter().map(|at| at.parse().unwrap()).collect();
    assert_eq!(times[0], now, "the newest, at its own time");
    assert_eq!(times[2], START.plus_seconds(400 * DAY + 2));
    assert!(EventIds::time_of(all["activities"][0]["activityId"].as_str().unwrap().parse().unwrap()) > now);
    // Entries stamped today count for today; the one stamped in another year counts there.
    let days = site.get(&asha, "me/stats").await;
    let today = days["days"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(today["count"], 3, "{today}");
    let recent = site.get(&asha, "me/recent").await;
    assert_eq!(recent.as_array().unwrap().len(), 4, "what is stamped ahead is not older than a day");
    site.clock.advance(2 * DAY);
    let recent = site.get(&asha, "me/recent").await;
    assert_eq!(recent.as_array().unwrap().len(), 1, "{recent}");
}

/// Setting the clock back must not gather all later views of a home into an entry of another time.
#[tokio::test(flavor = "multi_thread")]
async fn views_fold_within_half_an_hour_on_either_side() {
    let site = site().await;
    let asha = site.person();
    for jump in [0, -60, -2 * 3600, 60, 2 * 3600] {
        site.clock.jump(jump);
        site.view(&asha, home(1), "Villa").await;
    }
    let history = site.get(&asha, "me").await;
    let counts: Vec<_> = history["activities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["count"].as_u64().unwrap())
        .collect();
    assert_eq!(counts, [1, 2, 2], "{history}");
}
