//! The operations: who may, what is wrong, and secrets that are shown once.

use axum::http::Method;
use domain::user::Role;
use serde_json::{Value, json};

use crate::site::{Site, WEBHOOKS, site};

const URL: &str = "https://partner.example/hook";

async fn refused(site: &Site, body: Value, field: &str) {
    let refused = site.send(Method::POST, WEBHOOKS, Some(&body)).await;
    assert_eq!(refused.status.as_u16(), 400, "{body}");
    assert!(refused.body["error"]["fieldErrors"][field].is_string(), "{field} in {}", refused.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_by_field() {
    let site = site().await;
    refused(&site, json!({"events": ["*"]}), "url").await;
    refused(&site, json!({"url": URL}), "events").await;
    refused(&site, json!({"url": URL, "events": []}), "events").await;
    refused(&site, json!({"url": URL, "events": ["USER_REGISTERED"]}), "events").await;
    refused(&site, json!({"url": "ftp://partner.example", "events": ["*"]}), "url").await;
    refused(&site, json!({"url": URL, "events": ["*"], "description": "x".repeat(201)}), "description").await;
    let (id, _) = site.webhook(URL).await;
    let nothing = json!({"url": null});
    let refused = site.send(Method::PATCH, &format!("{WEBHOOKS}/{id}"), Some(&nothing)).await;
    assert_eq!(refused.status.as_u16(), 400, "{}", refused.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_shown_in_the_answer_that_made_it() {
    let site = site().await;
    let body = json!({"url": URL, "events": ["*"], "description": "Their shop"});
    let key = [("idempotency-key", "once")];
    let admin = ("hyderabad", Role::Admin);
    let post = async || site.send_as(admin, Method::POST, WEBHOOKS, Some(&body), &key).await.expect(201);
    let made = post().await;
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"), "{made}");
    assert_eq!(post().await, made, "a repeat is the same answer, for whoever lost the first");
    let id = made["id"].as_str().unwrap();
    let shown = site.get(&format!("{WEBHOOKS}/{id}")).await;
    let listed = site.get(WEBHOOKS).await;
    assert_eq!((&shown["secret"], listed["totalElements"].as_u64()), (&Value::Null, Some(1)));
    assert_eq!(listed["content"][0], shown);
    assert_eq!(shown["description"], "Their shop");
    let change = json!({"description": null, "events": ["PROPERTY_DELETED"]});
    let changed = site.send(Method::PATCH, &format!("{WEBHOOKS}/{id}"), Some(&change)).await.expect(200);
    assert_eq!((&changed["description"], &changed["url"]), (&Value::Null, &json!(URL)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_belongs_to_its_tenants_admins() {
    let site = site().await;
    let (id, _) = site.webhook(URL).await;
    let path = format!("{WEBHOOKS}/{id}");
    for (who, status) in [
        (("hyderabad", Role::User), 403),
        (("hyderabad", Role::Support), 403),
        (("hyderabad", Role::Moderator), 403),
        (("pune", Role::Admin), 404),
        (("hyderabad", Role::Admin), 200),
    ] {
        assert_eq!(site.send_as(who, Method::GET, &path, None, &[]).await.status.as_u16(), status, "{who:?}");
    }
    let of_pune = site.send_as(("pune", Role::Admin), Method::GET, WEBHOOKS, None, &[]).await.expect(200);
    assert_eq!(of_pune["totalElements"], 0);
    let pune = ("pune", Role::Admin);
    assert_eq!(site.send_as(pune, Method::DELETE, &path, None, &[]).await.status.as_u16(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_has_so_many_webhooks_and_no_more() {
    let site = site().await;
    let mut first = String::new();
    for _ in 0..3 {
        first = site.webhook(URL).await.0;
    }
    let body = json!({"url": URL, "events": ["*"]});
    let refused = site.send(Method::POST, WEBHOOKS, Some(&body)).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (409, "TOO_MANY_WEBHOOKS"));
    let of_pune = site.send_as(("pune", Role::Admin), Method::POST, WEBHOOKS, Some(&body), &[]).await;
    assert_eq!(of_pune.status.as_u16(), 201);
    site.send(Method::DELETE, &format!("{WEBHOOKS}/{first}"), None).await.expect(204);
    assert_eq!(
        site.send(Method::GET, &format!("{WEBHOOKS}/{first}"), None).await.code(),
        "WEBHOOK_NOT_FOUND"
    );
    site.webhook(URL).await;
    assert_eq!(site.get(WEBHOOKS).await["totalElements"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_found_below_its_own_webhook_only() {
    let site = site().await;
    let (id, _) = site.webhook(URL).await;
    for delivery in ["nonsense", &"0".repeat(64)] {
        let path = format!("{WEBHOOKS}/{id}/deliveries/{delivery}/redrive");
        assert_eq!(site.send(Method::POST, &path, None).await.code(), "DELIVERY_NOT_FOUND");
    }
}
