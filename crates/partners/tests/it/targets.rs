//! Where messages go, and where they never do.

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::Method;
use partners::{Lookup, WebhookSettings};
use serde_json::json;

use crate::receiver::{Reaction, Receiver};
use crate::site::{WEBHOOKS, settings, site, site_with};

#[tokio::test(flavor = "multi_thread")]
async fn no_redirect_is_followed() {
    let (site, receiver, inner) = (site().await, Receiver::start().await, Receiver::start().await);
    let (id, _) = site.webhook(&receiver.url).await;
    receiver.reacts([Reaction::Redirect(inner.url.clone())]);
    site.feature("hyderabad").await;
    site.work().await;
    assert_eq!(inner.heard().len(), 0);
    let why = "the receiver answered 302, and redirects are not followed";
    assert_eq!(site.outcomes(&id).await, [("PENDING".into(), 1, why.into())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_not_public_is_refused_with_its_field() {
    let site = site_with(WebhookSettings { allow_internal: false, ..settings() }, inside).await;
    let receiver = Receiver::start().await;
    for url in [
        &*receiver.url,
        "https://127.0.0.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://0x7f000001/",
        "nonsense",
    ] {
        let body = json!({"url": url, "events": ["*"]});
        let refused = site.send(Method::POST, WEBHOOKS, Some(&body)).await;
        assert_eq!(refused.status.as_u16(), 400, "{url}");
        assert!(refused.body["error"]["fieldErrors"]["url"].is_string(), "{}", refused.body);
    }
}

/// How often [`inside`] was asked.
static ASKED: AtomicUsize = AtomicUsize::new(0);

/// A name that leads to this machine.
fn inside(_: String) -> Lookup {
    ASKED.fetch_add(1, Ordering::SeqCst);
    Box::pin(async { Ok(vec![IpAddr::from([127, 0, 0, 1])]) })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_name_that_leads_inside_is_not_connected_to() {
    let site = site_with(WebhookSettings { allow_internal: false, ..settings() }, inside).await;
    let (id, _) = site.webhook("https://rebound.example:8443/hook").await;
    let before = ASKED.load(Ordering::SeqCst);
    site.feature("hyderabad").await;
    site.work().await;
    let why = "the host leads to an address that is not public";
    assert_eq!(site.outcomes(&id).await, [("PENDING".into(), 1, why.into())]);
    assert_eq!(ASKED.load(Ordering::SeqCst), before + 1, "it is looked up once, by us");
}
