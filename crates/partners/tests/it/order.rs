//! Each webhook gets its messages in order, at least once, each under one id; and none waits for another webhook.

use std::time::Duration;

use axum::http::Method;
use partners::{WebhookSettings, system_lookup};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::receiver::{Reaction, Received, Receiver};
use crate::site::{WEBHOOKS, settings, site, site_with, soon};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_fails_holds_up_its_own_webhook_only() {
    let (site, slow, other) = (site().await, Receiver::start().await, Receiver::start().await);
    let (id, secret) = site.webhook(&slow.url).await;
    site.webhook(&other.url).await;
    slow.reacts([Reaction::Answer(500), Reaction::Answer(429)]);
    let homes = site.feature_some(3).await;
    site.work().await;
    assert_eq!(other.homes(), homes);
    assert_eq!(slow.heard().len(), 1, "the first failed, and the others wait");
    let waiting = site.outcomes(&id).await;
    assert!(waiting.iter().all(|(status, ..)| status == "PENDING"), "{waiting:?}");
    let more = site.feature("hyderabad").await;
    site.work().await;
    assert_eq!(slow.heard().len(), 1, "a later one does not overtake");
    for tries in [2, 6] {
        site.clock.advance(5);
        site.work().await;
        assert_eq!(slow.heard().len(), tries);
    }
    let heard = slow.heard();
    let ids: Vec<&str> = heard.iter().map(Received::id).collect();
    assert!(ids[0] == ids[1] && ids[1] == ids[2], "one id at each try: {ids:?}");
    assert!(heard.iter().all(|one| one.signed_by(&[&secret]) == [true]));
    let [a, b, c] = homes.try_into().unwrap();
    assert_eq!(slow.homes(), [a.clone(), a.clone(), a, b, c, more.clone()]);
    assert_eq!(other.homes().last(), Some(&more));
}

/// Issue 14: states of all outside calls in metrics and health.
#[tokio::test(flavor = "multi_thread")]
async fn operators_see_how_many_receivers_do_not_work() {
    let (site, failing, other) = (site().await, Receiver::start().await, Receiver::start().await);
    let (id, _) = site.webhook(&failing.url).await;
    site.webhook(&other.url).await;
    let open = || site.context.breakers.families()[0].open;
    failing.reacts([Reaction::Answer(500), Reaction::Answer(200), Reaction::Answer(500)]);
    assert_eq!((site.context.breakers.families()[0].name, open()), ("webhooks", 0));
    site.feature("hyderabad").await;
    site.work().await;
    assert_eq!(open(), 1);
    site.clock.advance(5);
    site.work().await;
    assert_eq!(open(), 0, "it works again");
    site.feature("hyderabad").await;
    site.work().await;
    assert_eq!(open(), 1);
    site.send(Method::DELETE, &format!("{WEBHOOKS}/{id}"), None).await.expect(204);
    site.applied().await;
    assert_eq!(open(), 0, "nothing is sent to it any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_hangs_or_breaks_off_is_asked_again() {
    for (reaction, why) in [
        (Reaction::Hang, "there was no answer within 500ms"),
        (Reaction::Close, "the connection broke before there was an answer"),
        (Reaction::Answer(404), "the receiver answered 404"),
    ] {
        let (site, receiver, other) = (site().await, Receiver::start().await, Receiver::start().await);
        let (id, _) = site.webhook(&receiver.url).await;
        site.webhook(&other.url).await;
        receiver.reacts([reaction]);
        let homes = site.feature_some(2).await;
        site.work().await;
        assert_eq!(site.outcomes(&id).await[1], ("PENDING".into(), 1, why.into()));
        assert_eq!(other.homes(), homes);
        site.clock.advance(5);
        site.work().await;
        let heard = receiver.heard();
        assert_eq!(heard.len(), 3, "{why}");
        assert_eq!(heard[0].id(), heard[1].id());
        assert_eq!(receiver.homes()[1..], homes);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_said_yes_and_broke_off_has_it() {
    let (site, receiver) = (site().await, Receiver::start().await);
    let (id, _) = site.webhook(&receiver.url).await;
    receiver.reacts([Reaction::BreakOff]);
    site.feature("hyderabad").await;
    site.work().await;
    assert_eq!(site.outcomes(&id).await, [("DELIVERED".into(), 1, String::new())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_takes_its_time_holds_nobody_else_up() {
    let site =
        site_with(WebhookSettings { timeout: Duration::from_mins(5), ..settings() }, system_lookup).await;
    let (slow, other) = (Receiver::start().await, Receiver::start().await);
    site.webhook(&slow.url).await;
    site.webhook(&other.url).await;
    slow.reacts([Reaction::Hang]);
    let (_stop, stopping) = watch::channel(false);
    let mut running = JoinSet::new();
    running.spawn(site.partners.worker().run(true, stopping));
    let mut homes = Vec::new();
    for sent in 1..=3 {
        homes.push(site.feature("hyderabad").await);
        soon(|| slow.heard().len() == 1 && other.heard().len() == sent).await;
    }
    assert_eq!(other.homes(), homes);
}

/// A pause of hours, which the failures before have cost, is over when somebody has mended something.
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_tried_at_once_when_its_webhook_is_changed_or_enabled() {
    let (site, broken, mended) = (site().await, Receiver::start().await, Receiver::start().await);
    let (id, _) = site.webhook(&broken.url).await;
    let change = async |change: Value| {
        site.send(Method::PATCH, &format!("{WEBHOOKS}/{id}"), Some(&change)).await.expect(200);
    };
    broken.reacts([Reaction::Answer(500)]);
    let homes = site.feature_some(2).await;
    site.work().await;
    assert_eq!(broken.heard().len(), 1);
    change(json!({"url": mended.url})).await;
    site.work().await;
    assert_eq!(mended.homes(), homes);
    mended.reacts([Reaction::Answer(500)]);
    let home = site.feature("hyderabad").await;
    site.work().await;
    change(json!({"enabled": false})).await;
    change(json!({"enabled": true})).await;
    site.work().await;
    assert_eq!(mended.homes()[2..], [home.clone(), home]);
    assert_eq!(site.outcomes(&id).await[0], ("DELIVERED".into(), 2, String::new()));
}

/// The body of an answer is not needed, so nobody waits for its end.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_an_end_holds_nobody_up() {
    let site =
        site_with(WebhookSettings { timeout: Duration::from_mins(5), ..settings() }, system_lookup).await;
    let receiver = Receiver::start().await;
    let (id, _) = site.webhook(&receiver.url).await;
    receiver.reacts([Reaction::Stall, Reaction::Endless]);
    let homes = site.feature_some(3).await;
    tokio::time::timeout(Duration::from_mins(1), site.work()).await.unwrap();
    assert_eq!(receiver.homes(), homes);
    let outcomes = site.outcomes(&id).await;
    assert!(outcomes.iter().all(|(status, ..)| status == "DELIVERED"), "{outcomes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_tries_are_used_up_is_parked_and_can_be_sent_again() {
    let (site, receiver) = (site().await, Receiver::start().await);
    let (id, _) = site.webhook(&receiver.url).await;
    receiver.reacts([Reaction::Answer(500), Reaction::Answer(500), Reaction::Answer(500)]);
    let homes = site.feature_some(2).await;
    for _ in 0..3 {
        site.work().await;
        site.clock.advance(10);
    }
    let outcomes = site.outcomes(&id).await;
    assert_eq!(outcomes[0], ("DELIVERED".into(), 1, String::new()), "the next one had its turn");
    assert_eq!(outcomes[1], ("FAILED".into(), 3, "the receiver answered 500".into()));
    let page = site.get(&format!("{WEBHOOKS}/{id}/deliveries")).await;
    let again = |index: usize| {
        let delivery = page["content"][index]["id"].as_str().unwrap();
        format!("{WEBHOOKS}/{id}/deliveries/{delivery}/redrive")
    };
    let delivered = site.send(Method::POST, &again(0), None).await;
    assert_eq!((delivered.status.as_u16(), delivered.code()), (409, "DELIVERY_NOT_WAITING"));
    site.send(Method::POST, &again(1), None).await.expect(202);
    site.work().await;
    assert_eq!(receiver.homes().last(), Some(&homes[0]));
    let heard = receiver.heard();
    assert_eq!(heard.last().unwrap().id(), heard[0].id());
    assert_eq!(site.outcomes(&id).await[1].0, "DELIVERED");
}
