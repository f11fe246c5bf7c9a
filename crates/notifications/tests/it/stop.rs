//! Tests the links by which people stop e-mails of a kind.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use domain::preferences::Channel;
use domain::user::UserCommand;
use domain::{TenantId, UserId};
use http_body_util::BodyExt;
use http_kit::{Groups, edge_layer};
use projection::deliveries::Settings;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::site::{Site, site, token};

const PATH: &str = "/api/notifications/unsubscribe";

/// Status, `Location` and body of a response.
type Answer = (StatusCode, String, Value);

impl Site {
    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &'static str) -> Answer {
        let service = self.notifications.service(Settings::default());
        let mounted = (service.routes)(&Groups::of(std::slice::from_ref(&self.handle))).unwrap();
        let router =
            mounted.router.layer(axum::middleware::from_fn_with_state(self.context.clone(), edge_layer));
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = router.oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        assert!(parts.status.is_client_error() || parts.headers["cache-control"] == "no-store");
        let to = parts.headers.get("location").map_or("", |to| to.to_str().unwrap()).to_owned();
        let bytes = body.collect().await.unwrap().to_bytes();
        (parts.status, to, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    /// The e-mails with this word in their subject.
    fn about(&self, word: &str) -> Vec<String> {
        let has =
            |letter: &String| letter.lines().any(|line| line.starts_with("Subject") && line.contains(word));
        self.files().into_iter().map(|(_, letter)| letter).filter(has).collect()
    }

    fn stop_token(&self, tenant: &TenantId, user: UserId, kind: &str) -> String {
        let code = self.context.aggregates.keys().mail_token("stop-emails", tenant, user, kind);
        format!("{user}.{kind}.{code}")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_letter_that_nobody_needs_has_a_way_out_that_works_without_signing_in() {
    let site = site().await;
    let (tenant, asha) = site.confirmed("hyderabad", "asha@example.com").await;
    site.notify(&tenant, asha, Channel::Email, None).await;
    let letters = site.about("villa");
    let one_click =
        letters[0].lines().find_map(|line| line.strip_prefix("List-Unsubscribe: <https://homes.example"));
    let one_click = one_click.unwrap().trim_end_matches('>').to_owned();
    assert!(letters[0].contains("\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{}", letters[0]);
    let plain = letters[0].replace("=\r\n", "").replace("=3D", "=");
    let page = one_click.replace("/api/notifications/unsubscribe", "https://homes.example/unsubscribe");
    assert!(plain.contains(&format!("about homes you look for:\r\n{page}\r\n")), "{plain}");
    assert!(plain.contains(&format!("<a href=\"{page}\">Unsubscribe")), "{plain}");

    // A mail program opens the link by itself: nothing changes. A person is sent to the page.
    let wanted = json!({"kind": "PROPERTY_ALERT", "stopped": false});
    for _ in 0..2 {
        let (status, _, body) = site.send(Method::GET, &one_click, &[], "").await;
        assert_eq!((status, &body["data"]), (StatusCode::OK, &wanted));
    }
    let browser = [("accept", "text/html,application/xhtml+xml")];
    let (status, to, _) = site.send(Method::GET, &one_click, &browser, "").await;
    assert_eq!((status, to), (StatusCode::SEE_OTHER, page.replace("https://homes.example", "")));
    site.notify(&tenant, asha, Channel::Email, None).await;
    assert_eq!(site.about("villa").len(), 2);

    // As mail programs post it, twice.
    let form = [("content-type", "application/x-www-form-urlencoded")];
    for _ in 0..2 {
        let (status, _, body) =
            site.send(Method::POST, &one_click, &form, "List-Unsubscribe=One-Click").await;
        assert_eq!((status, &body["data"]["stopped"]), (StatusCode::OK, &json!(true)));
    }
    let (_, _, body) = site.send(Method::GET, &one_click, &[], "").await;
    assert_eq!(body["data"]["stopped"], true);
    site.notify(&tenant, asha, Channel::Email, None).await;
    assert_eq!(site.about("villa").len(), 2, "no more of that kind");
    site.tell(&tenant, asha, UserCommand::RequestReset(token("second"))).await;
    let needed = site.about("password");
    assert!(needed.len() == 1 && !needed[0].contains("nsubscribe"), "{needed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_token_is_of_one_person_kind_and_tenant_and_does_not_age() {
    let site = site().await;
    let (tenant, asha) = site.confirmed("hyderabad", "asha@example.com").await;
    let (_, ravi) = site.confirmed("hyderabad", "ravi@example.com").await;
    let own = site.stop_token(&tenant, asha, "LEAD");
    let keys = site.context.aggregates.keys();
    let code = |purpose: &str, nonce: &str| {
        format!("{asha}.LEAD.{}", keys.mail_token(purpose, &tenant, asha, nonce))
    };
    let wrong = [
        own.replace("LEAD", "VISIT"),
        own.replace(&asha.to_string(), &ravi.to_string()),
        site.stop_token(&TenantId::stored("pune"), asha, "LEAD"),
        code("verify-email", "first"),
        code("device", "LEAD"),
        format!("{own}x"),
        own[..own.len() - 1].to_owned(),
        own.replace("LEAD", "lead"),
        "x".into(),
        "..".into(),
    ];
    for token in &wrong {
        for method in [Method::GET, Method::POST] {
            let path = format!("{PATH}?token={token}");
            let (status, _, body) = site.send(method, &path, &[], "").await;
            assert_eq!(
                (status, &body["error"]["code"]),
                (StatusCode::BAD_REQUEST, &json!("INVALID_CODE")),
                "{token}"
            );
        }
    }
    let (status, _, _) = site.send(Method::POST, PATH, &[], "").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    site.clock.advance(400 * 86_400);
    let path = format!("{PATH}?token={own}");
    assert_eq!(site.send(Method::POST, &path, &[], "").await.0, StatusCode::OK);
    site.tell(&tenant, asha, UserCommand::Delete).await;
    assert_eq!(
        site.send(Method::POST, &path, &[], "").await.0,
        StatusCode::OK,
        "nobody who left gets e-mails"
    );
}
