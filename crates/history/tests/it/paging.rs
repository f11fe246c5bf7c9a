//! Pages by number and by cursor.

use std::collections::BTreeSet;

use axum::http::StatusCode;

use crate::site::{App, Somebody, home, site, texts};

/// Forty days of sign-ins and views, some at exactly the same time.
async fn busy(site: &App) -> Somebody {
    let asha = site.person();
    for day in 0..40_u64 {
        site.sign_in(&asha).await;
        if day % 3 == 0 {
            site.view(&asha, home(day.into()), "Villa").await;
            site.save(&asha, home(day.into()), "Villa").await;
        }
        site.clock.advance(24 * 3600);
    }
    asha
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_by_number_and_by_cursor_cover_everything_once() {
    let site = site().await;
    let asha = busy(&site).await;
    for (list, total) in [
        ("", 68_u64),
        ("/activities/USER_LOGIN", 40),
        ("/activities/PROPERTY_VIEWED", 14),
        ("/activities/NONE", 0),
    ] {
        for size in [1_u64, 3, 7, 100] {
            let (mut by_number, mut by_cursor) = (Vec::new(), Vec::new());
            let first = site.get(&asha, &format!("me{list}?size={size}")).await;
            assert_eq!(first["totalActivities"], total, "{list}");
            assert_eq!(first["totalPages"], total.div_ceil(size), "{list}");
            for page in 0..total.div_ceil(size) {
                let found = site.get(&asha, &format!("me{list}?size={size}&page={page}")).await;
                assert_eq!(found["currentPage"], page);
                by_number.extend(texts(&found["activities"], "activityId").iter().map(|id| (*id).to_owned()));
            }
            let mut path = format!("me{list}?limit={size}");
            loop {
                let found = site.get(&asha, &path).await;
                by_cursor.extend(texts(&found["activities"], "activityId").iter().map(|id| (*id).to_owned()));
                match found["next"].as_str() {
                    Some(next) => path = format!("me{list}?size={size}&cursor={next}"),
                    None => break,
                }
            }
            assert_eq!(by_number, by_cursor, "{list} by {size}");
            assert_eq!(by_number.len() as u64, total, "{list} by {size}");
            assert_eq!(by_number.iter().collect::<BTreeSet<_>>().len() as u64, total, "{list} by {size}");
        }
    }
    // These two are plain lists, as the sources' client reads them.
    for (list, total) in [("/properties", 28), ("/searches", 0)] {
        let mut seen = BTreeSet::new();
        for page in 0_u64..6 {
            let found = site.get(&asha, &format!("me{list}?limit=7&page={page}")).await;
            seen.extend(texts(&found, "activityId").iter().map(|id| (*id).to_owned()));
        }
        assert_eq!(seen.len(), total, "{list}");
    }
    assert_eq!(site.status(Some(&asha), "me?page=101&size=100").await, StatusCode::BAD_REQUEST);
    assert_eq!(site.status(Some(&asha), "me?cursor=x").await, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_goes_on_where_it_stopped() {
    let site = site().await;
    let asha = busy(&site).await;
    let mut path = "me/timeline?size=9".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = site.get(&asha, &path).await;
        for day in page["timeline"].as_array().unwrap() {
            seen.extend(texts(&day["activities"], "activityId").iter().map(|id| (*id).to_owned()));
        }
        match page["next"].as_str() {
            Some(next) => path = format!("me/timeline?size=9&cursor={next}"),
            None => break,
        }
    }
    assert_eq!((seen.len(), seen.iter().collect::<BTreeSet<_>>().len()), (68, 68));
}
