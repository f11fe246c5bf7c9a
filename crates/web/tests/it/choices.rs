//! What a person is told, what is kept about them, and what they choose about both.

use axum::http::StatusCode;
use serde_json::json;

use crate::browser::Browser;

#[tokio::test]
async fn somebody_who_unsubscribed_can_choose_again() {
    let mut browser = Browser::signed_in();
    let channels = json!({"channels": {"LEAD": {"EMAIL": false, "SMS": true}, "VISIT": {"EMAIL": true}},
        "quietHours": null});
    browser.api.says("GET /api/notifications/preferences/me", channels);
    let page = browser.get("/account/emails").await;
    page.has("name=\"LEAD-EMAIL\" value=\"yes\">").has("name=\"VISIT-EMAIL\" value=\"yes\" checked>");
    page.has("name=\"WELCOME-IN_APP\" value=\"yes\" checked>").has("type=\"time\" value=\"\"");
    browser.api.says("PUT /api/notifications/preferences", json!({}));
    let answer = browser.post("/account/emails", &[("LEAD-EMAIL", "yes"), ("OTHER-EMAIL", "yes")]).await;
    assert_eq!(answer.to(), "/account/emails");
    let sent = browser.api.last("PUT /api/notifications/preferences").body;
    let ways = |email: bool| json!({"EMAIL": email, "SMS": false, "IN_APP": false});
    let mut wanted = json!({"LEAD": ways(true)});
    for topic in ["VISIT", "PROPERTY_ALERT", "GENERAL", "WELCOME"] {
        wanted[topic] = ways(false);
    }
    assert_eq!(sent, json!({"channels": wanted, "quietHours": null}));
}

#[tokio::test]
async fn quiet_hours_are_shown_kept_and_refused_beside_their_fields() {
    let mut browser = Browser::signed_in();
    let hours = json!({"channels": {}, "quietHours": {"from": "22:00", "to": "07:30"}});
    browser.api.says("GET /api/notifications/preferences/me", hours);
    let page = browser.get("/account/emails").await;
    page.has(
        "name=\"quietHours.from\" type=\"time\" value=\"22:00\" aria-describedby=\"quietHours.from-hint\"",
    );
    page.has("name=\"quietHours.to\" type=\"time\" value=\"07:30\"").has("Indian time");
    browser.api.says("PUT /api/notifications/preferences", json!({}));
    let fields = [("quietHours.from", "23:00"), ("quietHours.to", "23:00"), ("VISIT-SMS", "yes")];
    browser.post("/account/emails", &fields).await;
    let sent = browser.api.last("PUT /api/notifications/preferences").body;
    assert_eq!(sent["quietHours"], json!({"from": "23:00", "to": "23:00"}));
    for (name, field) in [("quietHours", "quietHours.to"), ("quietHours.from", "quietHours.from")] {
        browser.api.refuses("PUT /api/notifications/preferences", 400, json!({name: "must differ"}));
        let answer = browser.post("/account/emails", &fields).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        answer
            .has(&format!("<a href=\"#{field}\">"))
            .has(&format!("id=\"{field}-error\""))
            .has("value=\"23:00\"")
            .has("name=\"VISIT-SMS\" value=\"yes\" checked>")
            .has("name=\"LEAD-EMAIL\" value=\"yes\">");
    }
}

#[tokio::test]
async fn everything_kept_about_a_person_is_passed_on_as_a_file_that_nobody_keeps() {
    let mut browser = Browser::signed_in();
    let page = browser.get("/account/privacy").await;
    page.has("action=\"/account/privacy/export\"")
        .has("href=\"/dashboard/contact-looks\"")
        .has("href=\"/account/delete\"");
    browser.api.says("GET /api/users/me/export", json!({"profile": {"firstName": "Asha <b>"}}));
    let file = browser.post("/account/privacy/export", &[]).await;
    assert_eq!(file.status, StatusCode::OK);
    file.has("\"firstName\":\"Asha <b>\"");
    assert_eq!(file.headers["content-type"], "application/json");
    let attached = "attachment;filename=hyderabadinfra-my-data.json";
    assert_eq!(file.headers["content-disposition"], attached);
    assert_eq!(file.headers["cache-control"], "no-store");
    browser.api.refuses("GET /api/users/me/export", 429, json!({}));
    let refused = browser.post("/account/privacy/export", &[]).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(browser.get("/account/privacy/export").await.status, StatusCode::METHOD_NOT_ALLOWED);
    let mut stranger = Browser::new();
    assert_eq!(stranger.get("/account/privacy").await.to(), "/sign-in?next=%2Faccount%2Fprivacy");
    assert!(stranger.post("/account/privacy/export", &[]).await.to().starts_with("/sign-in"));
}
