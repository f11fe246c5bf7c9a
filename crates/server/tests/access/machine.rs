//! The machine serves all tenants. Only admins of the default tenant and the management port may operate it.

use reqwest::Method;
use serde_json::json;
use testkit::Client;

use crate::tenants::apart::admin_of;
use crate::tenants::sides;

/// Operations that show or control the machine, and the status that an operator gets.
const TABLE: [(&str, &str, u16); 18] = [
    ("GET", "/actuator/prometheus", 200),
    ("GET", "/actuator/metrics", 200),
    ("GET", "/actuator/metrics/process_open_fds", 200),
    ("GET", "/actuator/loggers", 200),
    ("GET", "/actuator/loggers/journal", 200),
    ("GET", "/api/v1/admin/stats/publisher", 200),
    ("GET", "/api/v1/admin/stats/outbox", 200),
    ("GET", "/api/v1/admin/stats/broker", 200),
    ("GET", "/api/v1/admin/stats/consumers", 200),
    ("GET", "/api/v1/admin/dead-letters", 200),
    ("GET", "/api/v1/admin/dead-letters/1", 404),
    ("POST", "/api/v1/admin/dead-letters/1/redrive", 404),
    ("POST", "/api/v1/admin/dead-letters/1/discard", 404),
    ("POST", "/api/v1/admin/consumers/files-service-group/pause", 200),
    ("POST", "/api/v1/admin/consumers/files-service-group/resume", 200),
    ("POST", "/api/v1/admin/consumers/files-service-group/rebuild", 202),
    ("POST", "/api/v1/admin/publish-batch", 200),
    // No backup directory is set here.
    ("POST", "/api/v1/admin/backups", 409),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_tenants_administrator_neither_sees_nor_works_the_machine() {
    let (app, [first, second]) = sides().await;
    let (operator, tenants) = (admin_of(&app, &first).await, admin_of(&app, &second).await);
    for (method, path, status) in TABLE {
        let body = json!({"reason": "for a test"});
        let body = (method == "POST").then_some(&body);
        let method: Method = method.parse().unwrap();
        let ask = async |client: &Client| client.send(method.clone(), path, body, &[]).await;
        let refused = ask(&tenants.client).await.expect(403);
        assert_eq!(refused.code(), "FORBIDDEN", "{path}");
        ask(&second.asha.client).await.expect(403);
        let answer = ask(&operator.client).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
    }
    let components = async |client: &Client| {
        client.get("/actuator/health").await.expect(200).body["components"].is_object()
    };
    assert!(components(&operator.client).await);
    assert!(!components(&tenants.client).await, "a tenant's admin sees the status alone");
    assert!(!components(&second.anyone).await);
    assert!(components(&Client::new(&app.management)).await);
    Client::new(&app.management).get("/actuator/prometheus").await.expect(200);
}
