//! Registration, profile, devices, passwords and account deletion.

use axum::http::StatusCode;
use serde_json::json;

use crate::browser::Browser;
use crate::stub::tokens;

fn signed_in() -> Browser {
    let browser = Browser::signed_in();
    let sessions = json!([
        {"id": "s1", "createdAt": "2026-11-20T18:30:00Z", "userAgent": "Phone <1>", "current": true},
        {"id": "s2", "lastUsedAt": "2026-11-20T18:30:00Z", "userAgent": "Laptop", "current": false}]);
    browser.api.says("GET /api/auth/sessions", sessions);
    browser
}

#[tokio::test]
async fn registering_signs_in_and_leads_to_the_dashboard() {
    let mut browser = Browser::new();
    browser.api.says("POST /api/auth/register", tokens("access-1", "refresh-1"));
    let fields = [("username", "asha"), ("password", "long enough"), ("role", "ADMIN")];
    assert_eq!(browser.post("/register", &fields).await.to(), "/dashboard");
    assert_eq!(browser.cookies["hyd_flash"], "welcome");
    let sent = browser.api.last("POST /api/auth/register").body;
    assert_eq!(sent, json!({"username": "asha", "password": "long enough"}));
}

#[tokio::test]
async fn a_taken_name_is_told_beside_its_field() {
    let mut browser = Browser::new();
    browser.api.refuses("POST /api/auth/register", 409, json!({"username": "is taken"}));
    let answer = browser.post("/register", &[("username", "asha"), ("password", "long enough")]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    answer.has("<a href=\"#username\">User name: is taken</a>").has("value=\"asha\"").lacks("long enough");
}

#[tokio::test]
async fn every_other_device_can_be_signed_out() {
    let mut browser = signed_in();
    let answer = browser.get("/account").await;
    answer.has("/account/sessions/s2/end").lacks("/account/sessions/s1/end").has("Phone &#60;1&#62;");
    browser.api.done("DELETE /api/auth/sessions/s2");
    assert_eq!(browser.post("/account/sessions/s2/end", &[]).await.to(), "/account");
}

#[tokio::test]
async fn all_other_devices_are_signed_out_at_once() {
    let mut browser = signed_in();
    let chrome = "Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36";
    let sessions = json!([{"id": "s1", "userAgent": chrome, "ipAddress": "192.0.2.7", "current": true},
        {"id": "s2", "current": false}, {"id": "s3", "current": false}]);
    browser.api.says("GET /api/auth/sessions", sessions);
    let page = browser.get("/account").await;
    page.has("<strong>Chrome on Android</strong>")
        .has("192.0.2.7")
        .has("action=\"/account/sessions/end-others\"");
    browser.api.done("DELETE /api/auth/sessions/s2");
    browser.api.refuses("DELETE /api/auth/sessions/s3", 404, json!({}));
    assert_eq!(browser.post("/account/sessions/end-others", &[]).await.to(), "/account");
    let lines = browser.api.lines();
    let ended: Vec<_> = lines.iter().filter(|line| line.starts_with("DELETE ")).collect();
    assert_eq!(ended, ["DELETE /api/auth/sessions/s2", "DELETE /api/auth/sessions/s3"]);
    browser.api.says("GET /api/auth/sessions", json!([{"id": "s1", "current": true}]));
    browser.get("/account").await.has("signed out everywhere else").lacks("end-others");
    assert!(Browser::new().post("/account/sessions/end-others", &[]).await.to().starts_with("/sign-in"));
}

#[tokio::test]
async fn a_refused_profile_keeps_what_was_typed() {
    let mut browser = signed_in();
    browser.api.refuses("PUT /api/users/profile", 400, json!({"phoneNumber": "is not a number"}));
    let answer = browser.post("/account", &[("firstName", "Asha"), ("phoneNumber", "12")]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    answer.has("value=\"12\"").has("is not a number").has("Laptop");
}

#[tokio::test]
async fn an_account_is_deleted_only_when_that_is_confirmed() {
    let mut browser = signed_in();
    browser.api.done("DELETE /api/users/profile");
    let answer = browser.post("/account/delete", &[]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    answer.has("href=\"#confirm\"");
    assert!(!browser.api.lines().contains(&"DELETE /api/users/profile".to_owned()));
    browser.api.refuses("DELETE /api/users/profile", 403, json!({"password": "is required"}));
    let answer = browser.post("/account/delete", &[("confirm", "yes")]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    answer.has("href=\"#password\"").has("aria-invalid=\"true\"");
    browser.api.done("DELETE /api/users/profile");
    let fields = [("confirm", "yes"), ("password", " a phrase ")];
    assert_eq!(browser.post("/account/delete", &fields).await.to(), "/");
    assert_eq!(browser.api.last("DELETE /api/users/profile").body, json!({"password": " a phrase "}));
    assert!(!browser.cookies.contains_key("hyd_access"));
}

#[tokio::test]
async fn opening_the_link_of_a_message_changes_nothing_until_the_button() {
    let mut browser = Browser::new();
    browser.get("/verify-email?userId=u1&code=c1").await.has("value=\"u1\"").has("value=\"c1\"");
    assert!(browser.api.seen().is_empty());
    browser.api.says("POST /api/auth/verify-email", json!(null));
    let fields = [("userId", "u1"), ("verificationCode", "c1")];
    assert_eq!(browser.post("/verify-email", &fields).await.to(), "/sign-in");
    let sent = browser.api.last("POST /api/auth/verify-email").body;
    assert_eq!(sent, json!({"userId": "u1", "verificationCode": "c1"}));
}

#[tokio::test]
async fn a_new_password_comes_by_way_of_the_link() {
    let mut browser = signed_in();
    browser.api.says("POST /api/auth/password-reset", json!(null));
    assert_eq!(browser.post("/forgot-password", &[("email", "a@b.example")]).await.to(), "/sign-in");
    browser.get("/reset-password?token=t1").await.has("name=\"token\" value=\"t1\"");
    browser.api.refuses(
        "POST /api/auth/password-reset/confirm",
        400,
        json!({"newPassword": "is too common"}),
    );
    let fields = [("token", "t1"), ("newPassword", "password")];
    browser.post("/reset-password", &fields).await.has("value=\"t1\"").has("is too common");
    browser.api.says("POST /api/auth/password-reset/confirm", json!(null));
    assert_eq!(browser.post("/reset-password", &fields).await.to(), "/sign-in");
    assert!(!browser.cookies.contains_key("hyd_refresh"));
}

#[tokio::test]
async fn admins_read_the_whole_mailbox_and_its_text_is_text() {
    let mut browser = Browser::signed_in();
    browser.api.refuses("GET /api/mailbox", 404, json!({}));
    assert_eq!(browser.get("/dev/mailbox").await.status, StatusCode::NOT_FOUND);
    let mut browser = crate::admin::admin();
    let letter = json!({"name": "1.eml", "to": "a@b.example", "subject": "Hello <you>",
        "sentAt": "2026-11-20T18:30:00Z", "body": "https://homes.example/verify-email?userId=u&code=c"});
    browser.api.says("GET /api/v1/admin/mailbox", json!([letter]));
    let answer = browser.get("/dev/mailbox").await;
    answer.has("Hello &#60;you&#62;").has("href=\"/verify-email?userId=u&#38;code=c\"");
    let elsewhere = json!({"subject": "lead", "channel": "sms",
        "delivery": {"state": "REFUSED", "failedTries": 2, "lastError": "the SMS provider answered 400"}});
    browser.api.says("GET /api/v1/admin/mailbox", json!([elsewhere]));
    let answer = browser.get("/dev/mailbox").await;
    answer.has("By sms: refused, failed tries: 2").has("the SMS provider answered 400");
}

#[tokio::test]
async fn opening_the_link_of_an_e_mail_stops_nothing_until_the_button() {
    let mut browser = Browser::new();
    browser.api.says("GET /api/notifications/unsubscribe", json!({"kind": "LEAD", "stopped": false}));
    let page = browser.get("/unsubscribe?token=u.LEAD.c").await;
    page.has("e-mails about enquiries").has("name=\"token\" value=\"u.LEAD.c\"").has("<button>Unsubscribe");
    assert_eq!(browser.api.lines(), ["GET /api/notifications/unsubscribe?token=u.LEAD.c"]);
    browser.api.says("POST /api/notifications/unsubscribe", json!({"kind": "LEAD", "stopped": true}));
    let done = browser.post("/unsubscribe", &[("token", "u.LEAD.c&x=1")]).await;
    done.has("no more e-mails about enquiries").lacks("<button>Unsubscribe");
    let sent = browser.api.lines().pop().unwrap();
    assert_eq!(sent, "POST /api/notifications/unsubscribe?token=u.LEAD.c%26x%3D1");
    browser.api.refuses("GET /api/notifications/unsubscribe", 400, json!({}));
    browser.get("/unsubscribe").await.has("This could not be done");
}

#[tokio::test]
async fn an_address_is_shown_as_people_read_it_with_a_hint_when_it_may_be_out_of_reach() {
    let mut browser = signed_in();
    let profile = json!({"id": "p1", "email": "meera@xn--j2barp7b6ab9e.xn--h2brj9c",
        "displayEmail": "meera@हैदराबाद.भारत", "emailVerified": false});
    browser.api.says("GET /api/users/profile", profile);
    browser.get("/account").await.has("meera@हैदराबाद.भारत").lacks("xn--").lacks("letters other than a to z");
    browser.api.says(
        "GET /api/users/profile",
        json!({"id": "p1", "email": "मीरा@example.com", "emailVerified": false}),
    );
    browser.get("/account").await.has("मीरा@example.com").has("letters other than a to z");
}
