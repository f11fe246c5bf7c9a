//! API keys: their text is shown once, and memory knows at once what was created and revoked.

use axum::http::Method;
use domain::api_key::{ApiKey, ApiKeyCommand};
use domain::user::Role;
use domain::{Actor, ApiKeyId, Metadata, TenantId};
use http_kit::{ApiKeyError, ApiKeyText};
use journal::Options;
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::site::{Site, site, soon};

const KEYS: &str = "/api/v1/admin/api-keys";

/// What memory says about a key.
fn verify(site: &Site, key: &str) -> Result<String, ApiKeyError> {
    site.context.api_keys.verify(key, site.clock.now()).map(|key| key.grant.name.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_shown_once_and_known_at_once() {
    let site = site().await;
    let body = json!({"name": "Their shop", "scopes": ["products:read"]});
    let made = site.send(Method::POST, KEYS, Some(&body)).await.expect(201);
    let key = made["key"].as_str().unwrap();
    assert!(ApiKeyText::parse(key).is_some(), "{key}");
    assert_eq!(verify(&site, key), Ok("Their shop".into()));
    site.applied().await;
    let listed = site.get(KEYS).await;
    assert_eq!((&listed["totalElements"], &listed["content"][0]["id"]), (&json!(1), &made["id"]));
    assert!(!listed.to_string().contains(key));
    let path = format!("{KEYS}/{}", made["id"].as_str().unwrap());
    let pune = site.send_as(("pune", Role::Admin), Method::DELETE, &path, None, &[]).await;
    assert_eq!((pune.status.as_u16(), verify(&site, key).is_ok()), (404, true));
    site.send(Method::DELETE, &path, None).await.expect(204);
    assert!(verify(&site, key).is_err(), "at once");
    assert_eq!(site.get(KEYS).await["totalElements"], 0);
}

/// Runs the service's task that keeps the keys in memory.
fn reading(site: &Site) -> (watch::Sender<bool>, JoinSet<()>) {
    let mut service = site.partners.service();
    let (stop, stopping) = watch::channel(false);
    let mut running = JoinSet::new();
    running.spawn((service.tasks[0].run)(stopping));
    (stop, running)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_starts_reads_the_keys_from_the_journal() {
    let site = site().await;
    let body = json!({"name": "Their shop", "scopes": ["products:read"]});
    let made = site.send(Method::POST, KEYS, Some(&body)).await.expect(201);
    let unknown = ApiKeyText::new(ApiKeyId::nil(), &[0; 32]).text();
    assert_eq!(verify(&site, &unknown), Err(ApiKeyError::NotRead));
    site.applied().await;
    let (stop, running) = reading(&site);
    soon(|| verify(&site, &unknown) != Err(ApiKeyError::NotRead)).await;
    assert_eq!(verify(&site, &unknown), Err(ApiKeyError::Invalid));
    assert!(verify(&site, made["key"].as_str().unwrap()).is_ok());
    stop.send_replace(true);
    running.join_all().await;
}

/// The journal may have written the event although its answer was lost, so that the request failed.
#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_holds_although_its_request_failed() {
    let site = site().await;
    let body = json!({"name": "Their shop", "scopes": ["products:read"]});
    let made = site.send(Method::POST, KEYS, Some(&body)).await.expect(201);
    let key = made["key"].as_str().unwrap();
    let (stop, running) = reading(&site);
    let id: ApiKeyId = made["id"].as_str().unwrap().parse().unwrap();
    let tenant = TenantId::stored("hyderabad");
    let actor = Actor { tenant, user: Some(site.admin), metadata: Metadata::default() };
    let aggregates = &site.context.aggregates;
    aggregates.execute::<ApiKey>(&actor, id, ApiKeyCommand::Revoke, Options::default()).await.unwrap();
    soon(|| verify(&site, key) == Err(ApiKeyError::Invalid)).await;
    stop.send_replace(true);
    running.join_all().await;
}
