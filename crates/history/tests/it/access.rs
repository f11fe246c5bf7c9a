//! Who may see whose history.

use axum::http::StatusCode;
use domain::user::Role;

use crate::site::{site, texts};

const READS: [&str; 9] = [
    "",
    "/recent",
    "/properties",
    "/searches",
    "/activities/USER_LOGIN",
    "/timeline",
    "/stats",
    "/events",
    "/since",
];

#[tokio::test(flavor = "multi_thread")]
async fn h04_a_history_is_its_persons_alone() {
    let site = site().await;
    let (asha, ravi) = (site.person(), site.person());
    let agent = site.somebody("hyderabad", Role::Agent);
    site.sign_in(&asha).await;
    for path in READS {
        assert_eq!(site.status(Some(&asha), &format!("{}{path}", asha.user)).await, StatusCode::OK);
        assert_eq!(site.status(Some(&asha), &format!("me{path}")).await, StatusCode::OK);
        for other in [&ravi, &agent] {
            let status = site.status(Some(other), &format!("{}{path}", asha.user)).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
        }
        assert_eq!(site.status(None, &format!("me{path}")).await, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(site.status(Some(&asha), &format!("nobody{path}")).await, StatusCode::NOT_FOUND, "{path}");
        let unknown = site.status(Some(&asha), &format!("me{path}?userId=1")).await;
        assert_eq!(unknown, StatusCode::BAD_REQUEST, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn h04_the_look_of_an_admin_or_of_support_is_in_their_own_history() {
    let site = site().await;
    let asha = site.person();
    site.sign_in(&asha).await;
    for role in [Role::Admin, Role::Support] {
        let looker = site.somebody("hyderabad", role);
        for path in READS {
            site.clock.advance(1);
            site.get(&looker, &format!("{}{path}", asha.user)).await;
        }
        let own = site.get(&looker, "me").await;
        assert_eq!(own["totalActivities"], 9);
        assert!(texts(&own["activities"], "activityType").iter().all(|kind| *kind == "PERSONAL_DATA_VIEWED"));
        assert_eq!(own["activities"][0]["relatedEntityId"], asha.user.to_string());
        let first = texts(&own["activities"], "description").last().copied();
        assert_eq!(first, Some("You looked at another person's data (GET /api/user-history/{userId})"));
    }
    assert_eq!(site.get(&asha, "me").await["totalActivities"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn h04_hiding_is_the_persons_own_or_an_admins() {
    let site = site().await;
    let (asha, ravi) = (site.person(), site.person());
    let (admin, support) =
        (site.somebody("hyderabad", Role::Admin), site.somebody("hyderabad", Role::Support));
    site.sign_in(&asha).await;
    site.sign_in(&asha).await;
    let of = asha.user.to_string();
    let own = site.get(&asha, "me").await;
    let ids = texts(&own["activities"], "activityId");
    for other in [&ravi, &support] {
        assert_eq!(site.hide(other, &of, ids[0]).await, StatusCode::FORBIDDEN);
    }
    assert_eq!(site.hide(&ravi, "me", ids[0]).await, StatusCode::NOT_FOUND);
    assert_eq!(site.hide(&asha, "me", ids[0]).await, StatusCode::NO_CONTENT);
    assert_eq!(site.hide(&admin, &of, ids[1]).await, StatusCode::NO_CONTENT);
    assert_eq!(site.get(&admin, &of).await["totalActivities"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn h04_tenants_never_meet() {
    let site = site().await;
    let asha = site.person();
    let mut there = site.somebody("pune", Role::Admin);
    there.user = asha.user;
    there.token =
        site.context.tokens.issue(&there.tenant, there.user, there.session, Role::Admin, 0).unwrap();
    site.sign_in(&asha).await;
    site.view(&asha, crate::site::home(1), "Villa").await;
    assert_eq!(site.get(&asha, "me").await["totalActivities"], 2);
    for path in READS {
        let found = site.get(&there, &format!("me{path}")).await.to_string();
        assert!(!found.contains("Villa") && !found.contains("signed in"), "{path}: {found}");
    }
    assert_eq!(site.get(&there, "me").await["totalActivities"], 0);
    assert_eq!(site.get(&there, "me/events").await["events"], serde_json::json!([]));
}
