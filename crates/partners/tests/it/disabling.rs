//! When a webhook is disabled, and who is told.

use std::net::IpAddr;
use std::time::Duration;

use axum::http::Method;
use domain::Log;
use partners::{Lookup, WebhookSettings};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::receiver::{Reaction, Receiver};
use crate::site::{Site, WEBHOOKS, settings, site, site_with};

/// The names of the events in the journal.
async fn facts(site: &Site) -> Vec<String> {
    let journal = site.context.aggregates.journal();
    let head = journal.head(Log::Facts).await.unwrap();
    let events = journal.read_after(head.at(0), 1000).await.unwrap();
    events.iter().map(|event| event.event_type.to_string()).collect()
}

async fn reason(site: &Site, id: &str) -> Value {
    site.get(&format!("{WEBHOOKS}/{id}")).await["disabledReason"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_answers_410_is_sent_nothing_more() {
    let (site, receiver) = (site().await, Receiver::start().await);
    let (id, _) = site.webhook(&receiver.url).await;
    receiver.reacts([Reaction::Answer(410)]);
    let homes = site.feature_some(2).await;
    site.work().await;
    assert_eq!((reason(&site, &id).await, receiver.heard().len()), ("GONE".into(), 1));
    let facts = facts(&site).await;
    assert!(
        facts.contains(&"WEBHOOK_DISABLED".to_owned())
            && facts.contains(&"NOTIFICATION_REQUESTED".to_owned())
    );
    let outcomes = site.outcomes(&id).await;
    assert!(outcomes.iter().all(|(status, ..)| status == "REFUSED"), "{outcomes:?}");
    site.feature("hyderabad").await;
    site.work().await;
    assert_eq!(site.outcomes(&id).await.len(), 2, "events of the meantime are not kept for it");

    site.send(Method::POST, &format!("{WEBHOOKS}/{id}/enable"), None).await.expect(200);
    let page = site.get(&format!("{WEBHOOKS}/{id}/deliveries")).await;
    for index in [1, 0] {
        let delivery = page["content"][index]["id"].as_str().unwrap();
        let path = format!("{WEBHOOKS}/{id}/deliveries/{delivery}/redrive");
        site.send(Method::POST, &path, None).await.expect(202);
    }
    site.work().await;
    assert_eq!(receiver.homes()[1..], homes);
    assert_eq!(receiver.heard()[1].id(), receiver.heard()[0].id());
}

/// The same message, sent again, may disable a webhook that was enabled meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn its_creator_is_told_each_time() {
    let (site, receiver) = (site().await, Receiver::start().await);
    let (id, _) = site.webhook(&receiver.url).await;
    receiver.reacts([Reaction::Answer(410), Reaction::Answer(410)]);
    site.feature("hyderabad").await;
    site.work().await;
    site.clock.advance(60);
    site.send(Method::POST, &format!("{WEBHOOKS}/{id}/enable"), None).await.expect(200);
    let page = site.get(&format!("{WEBHOOKS}/{id}/deliveries")).await;
    let delivery = page["content"][0]["id"].as_str().unwrap();
    let path = format!("{WEBHOOKS}/{id}/deliveries/{delivery}/redrive");
    site.send(Method::POST, &path, None).await.expect(202);
    site.work().await;
    assert_eq!((reason(&site, &id).await, receiver.heard().len()), ("GONE".into(), 2));
    let told = facts(&site).await.into_iter().filter(|name| name == "NOTIFICATION_REQUESTED");
    assert_eq!(told.count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_messages_in_a_row_whose_tries_are_used_up_disable_it() {
    let (site, receiver) = (site().await, Receiver::start().await);
    let (id, _) = site.webhook(&receiver.url).await;
    let failing = |tries| std::iter::repeat_n(Reaction::Answer(500), tries);
    receiver.reacts(failing(3).chain([Reaction::Answer(200)]).chain(failing(6)));
    site.feature_some(5).await;
    let mut reasons = Vec::new();
    for _ in 0..9 {
        site.work().await;
        reasons.push(reason(&site, &id).await);
        site.clock.advance(10);
    }
    assert_eq!(reasons.iter().position(|reason| reason == "DELIVERIES_FAILED"), Some(6), "{reasons:?}");
    assert_eq!(receiver.heard().len(), 10, "the last one was not tried");
    let outcomes = site.outcomes(&id).await;
    let statuses: Vec<&str> = outcomes.iter().map(|(status, ..)| &**status).collect();
    assert_eq!(statuses, ["REFUSED", "FAILED", "FAILED", "DELIVERED", "FAILED"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn days_without_success_disable_it_before_the_tries_are_used_up() {
    let (site, receiver) = (site().await, Receiver::start().await);
    let (id, _) = site.webhook(&receiver.url).await;
    receiver.reacts(std::iter::repeat_n(Reaction::Answer(500), 2));
    site.feature("hyderabad").await;
    site.work().await;
    assert_eq!(reason(&site, &id).await, Value::Null);
    site.clock.advance(5 * 86_400);
    site.work().await;
    assert_eq!(reason(&site, &id).await, "UNREACHABLE");
}

static LOOKED_UP: Notify = Notify::const_new();
static GO_ON: Notify = Notify::const_new();

/// A look-up that waits until it may go on.
fn held_up(_: String) -> Lookup {
    Box::pin(async {
        LOOKED_UP.notify_one();
        GO_ON.notified().await;
        Ok(vec![IpAddr::from([127, 0, 0, 1])])
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_address_is_not_judged_by_the_answer_of_the_old_one() {
    let site = site_with(WebhookSettings { timeout: Duration::from_secs(20), ..settings() }, held_up).await;
    let (old, new) = (Receiver::start().await, Receiver::start().await);
    let (id, _) = site.webhook(&old.url.replace("127.0.0.1", "localhost")).await;
    old.reacts([Reaction::Answer(410)]);
    site.feature("hyderabad").await;
    let moved = async {
        LOOKED_UP.notified().await;
        let body = json!({"url": new.url});
        site.send(Method::PATCH, &format!("{WEBHOOKS}/{id}"), Some(&body)).await.expect(200);
        site.applied().await;
        GO_ON.notify_one();
    };
    tokio::join!(site.work(), moved);
    let why = "an earlier address answered 410";
    assert_eq!(site.outcomes(&id).await, [("PENDING".into(), 1, why.into())]);
    assert_eq!(reason(&site, &id).await, Value::Null);
    site.clock.advance(5);
    site.work().await;
    assert_eq!((old.heard().len(), new.heard().len()), (1, 1));
    assert_eq!(old.heard()[0].id(), new.heard()[0].id());
}
