//! What a message holds, and who can check it.

use axum::http::Method;
use domain::favourites::FavouritesEvent;
use domain::property::PropertyEvent;
use serde_json::{Value, json};

use crate::receiver::{Reaction, Receiver};
use crate::site::{WEBHOOKS, site};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_signed_and_says_what_happened() {
    let (site, receiver) = (site().await, Receiver::start().await);
    let (_, secret) = site.webhook(&receiver.url).await;
    let home = site.feature("hyderabad").await;
    site.work().await;
    let heard = receiver.heard();
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert_eq!(heard[0].signed_by(&[&secret]), [true]);
    assert_eq!(heard[0].headers["content-type"], "application/json");
    assert_eq!(heard[0].headers["webhook-timestamp"], site.clock.now().seconds().to_string());
    let json = heard[0].json();
    assert_eq!(json["type"], "PROPERTY_FEATURED");
    assert!(json["timestamp"].as_str().unwrap().starts_with("2026-11-21T"), "{json}");
    assert_eq!(json["data"]["aggregateId"], *home);
    assert_eq!(json["data"]["eventData"], json!({"propertyId": home, "title": "A villa", "featured": true}));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_leaves() {
    let (site, receiver) = (site().await, Receiver::start().await);
    let body = json!({"url": receiver.url, "events": ["*"]});
    site.send(Method::POST, WEBHOOKS, Some(&body)).await.expect(201);
    let golden = include_str!("../../../domain/tests/golden/detailed.PROPERTY_CREATED.v2.json");
    let listed: PropertyEvent = serde_json::from_str(golden).unwrap();
    site.record("hyderabad", ("property", "0197c000-0000-7000-8000-000000000002".into()), &listed).await;
    site.work().await;
    let heard = receiver.heard();
    assert_eq!(heard.len(), 1, "{heard:?}");
    let body = &heard[0].body;
    for kept in ["Corner plot in Mokila", "Open on two sides.", "Sample Builders", "500", "PLOT"] {
        assert!(body.contains(kept), "{kept} is not in {body}");
    }
    let personal =
        ["Sample Owner", "Plot 7", "919876543210", "owner@example.com", "203.0.113.9", "$", "personal"];
    for personal in personal {
        assert!(!body.contains(personal), "{personal} is in {body}");
    }
    assert_eq!(heard[0].json()["data"]["userId"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_told_without_what_it_says() {
    let (site, receiver) = (site().await, Receiver::start().await);
    let body = json!({"url": receiver.url, "events": ["PROPERTY_CREATED"]});
    site.send(Method::POST, WEBHOOKS, Some(&body)).await.expect(201);
    let golden = include_str!("../../../domain/tests/golden/detailed.PROPERTY_CREATED.v2.json");
    let mut draft: Value = serde_json::from_str(golden).unwrap();
    draft["eventData"]["status"] = json!("DRAFT");
    let listed: PropertyEvent = serde_json::from_value(draft).unwrap();
    site.record("hyderabad", ("property", "0197c000-0000-7000-8000-000000000002".into()), &listed).await;
    site.work().await;
    let heard = receiver.heard();
    assert_eq!(heard.len(), 1, "{heard:?}");
    let json = heard[0].json();
    assert_eq!(json["data"]["eventData"]["status"], "DRAFT");
    assert!(!heard[0].body.contains("Mokila"), "{}", heard[0].body);
}

/// The saved homes of a person are a stream that has the person's id.
#[tokio::test(flavor = "multi_thread")]
async fn no_message_says_who_saved_a_home() {
    let (site, receiver) = (site().await, Receiver::start().await);
    let body = json!({"url": receiver.url, "events": ["PROPERTY_FAVORITED"]});
    site.send(Method::POST, WEBHOOKS, Some(&body)).await.expect(201);
    let golden = include_str!("../../../domain/tests/golden/PROPERTY_FAVORITED.v2.json");
    let saved: FavouritesEvent = serde_json::from_str(golden).unwrap();
    let person = site.context.aggregates.fresh().to_string();
    site.record("hyderabad", ("favourite", person.clone()), &saved).await;
    site.work().await;
    let heard = receiver.heard();
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(!heard[0].body.contains(&person), "{}", heard[0].body);
    let message = heard[0].json();
    let data = &message["data"];
    assert_eq!((&data["aggregateId"], &data["version"]), (&Value::Null, &Value::Null));
    assert_eq!(data["eventData"]["propertyId"], "0197c000-0000-7000-8000-000000000002");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_secrets_sign_for_a_while() {
    let (site, receiver) = (site().await, Receiver::start().await);
    let (id, old) = site.webhook(&receiver.url).await;
    let path = format!("{WEBHOOKS}/{id}/rotate-secret");
    let rotated = site.send(Method::POST, &path, None).await.expect(200);
    let new = rotated["secret"].as_str().unwrap();
    assert_ne!(new, old);
    site.feature("hyderabad").await;
    site.work().await;
    site.clock.advance(24 * 3600);
    site.feature("hyderabad").await;
    site.work().await;
    let heard = receiver.heard();
    assert_eq!(heard[0].signed_by(&[new, &old]), [true, true]);
    assert_eq!(heard[1].signed_by(&[new, &old]), [true, false]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_is_sent_its_own_events_and_only_those_it_asked_for() {
    let (site, receiver) = (site().await, Receiver::start().await);
    let (id, _) = site.webhook(&receiver.url).await;
    site.feature("pune").await;
    let home = site.feature("hyderabad").await;
    site.work().await;
    assert_eq!(receiver.homes(), [home]);
    let others = json!({"events": ["PROPERTY_DELETED"]});
    site.send(Method::PATCH, &format!("{WEBHOOKS}/{id}"), Some(&others)).await.expect(200);
    site.feature("hyderabad").await;
    site.work().await;
    assert_eq!(receiver.heard().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_lost_worker_had_leased_is_sent_again_under_its_id() {
    let (site, receiver) = (site().await, Receiver::start().await);
    site.webhook(&receiver.url).await;
    let homes = site.feature_some(2).await;
    site.applied().await;
    let now = site.clock.now();
    let leased = site.partners.outbox().lease(now, now.plus_seconds(60), 1).await.unwrap();
    site.partners.outbox().lapse().await.unwrap();
    site.work().await;
    assert_eq!(receiver.homes(), homes);
    assert_eq!(receiver.heard()[0].id(), leased[0].id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_message_comes_at_once_and_is_tried_once() {
    let (site, receiver) = (site().await, Receiver::start().await);
    let (id, secret) = site.webhook(&receiver.url).await;
    receiver.reacts([Reaction::Answer(500), Reaction::Answer(503)]);
    site.feature("hyderabad").await;
    site.work().await;
    let test = format!("{WEBHOOKS}/{id}/test");
    for _ in 0..2 {
        site.send(Method::POST, &test, None).await.expect(202);
        site.work().await;
    }
    let heard = receiver.heard();
    assert_eq!(heard.len(), 3, "one waits for its next try, and holds up no test");
    assert_eq!(heard[1].json()["type"], "webhook.test");
    assert_eq!(heard[1].json()["data"]["webhookId"], *id);
    assert_eq!(heard[2].signed_by(&[&secret]), [true]);
    let outcomes = site.outcomes(&id).await;
    assert!(outcomes.contains(&("DELIVERED".into(), 1, String::new())), "{outcomes:?}");
    let refused = outcomes.iter().find(|outcome| outcome.0 == "REFUSED").unwrap();
    assert_eq!(refused.2, "the receiver answered 503");
}
