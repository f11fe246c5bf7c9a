//! H18: e-mails are written, sent over a real channel, logged, retried and never lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use testkit::{Person, TestApp, WITH_ADMIN};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::people;

/// A mail server that rejects every recipient until a test changes that.
struct MailServer {
    address: String,
    knows: Arc<AtomicBool>,
    _running: JoinSet<()>,
}

impl MailServer {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("smtp://{}?tls=none", listener.local_addr().unwrap());
        let knows = Arc::new(AtomicBool::new(false));
        let knows_too = Arc::clone(&knows);
        let mut running = JoinSet::new();
        running.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = talk(stream, knows_too.load(Ordering::SeqCst)).await;
            }
        });
        Self { address, knows, _running: running }
    }
}

async fn talk(stream: TcpStream, knows: bool) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mail.example\r\n").await?;
    let mut line = String::new();
    let mut in_letter = false;
    while stream.read_line(&mut line).await? > 0 {
        let answer = match line.split_whitespace().next().unwrap_or_default() {
            "." => "250 queued\r\n",
            _ if in_letter => "",
            "DATA" => "354 go on\r\n",
            "RCPT" if !knows => "550 <asha@example.com> is nobody here\r\n",
            _ => "250 ok\r\n",
        };
        in_letter = answer.starts_with("354") || (in_letter && answer.is_empty());
        stream.write_all(answer.as_bytes()).await?;
        line.clear();
    }
    Ok(())
}

async fn tell(admin: &Person, person: &Person, message: &str) -> String {
    let variables = json!({"title": "3BHK in Kondapur", "name": "Ravi", "message": message});
    let body = json!({"to": person.id, "template": "LEAD", "variables": variables});
    let sent = admin.client.post("/api/notifications/email", &body).await.expect(202);
    sent.data()["id"].as_str().unwrap().to_owned()
}

async fn inbox(person: &Person) -> Value {
    person.client.get("/api/notifications/me").await.expect(200).data().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn h18_what_the_mail_server_refuses_is_told_to_its_owner_and_can_be_sent_again() {
    let server = MailServer::start().await;
    let settings = [WITH_ADMIN.as_slice(), &[("mail.smtp_url", server.address.as_str())]].concat();
    let app = TestApp::with(|_| {}, &settings).await;
    let admin = people::admin(&app).await;
    let asha = Person::confirmed(&app, "asha").await;
    let id = tell(&admin, &asha, "Is it still to be had?").await;
    app.drain().await;
    let shown = inbox(&asha).await["content"][0].clone();
    assert_eq!((&shown["id"], &shown["delivery"]["state"]), (&json!(id), &json!("REFUSED")), "{shown}");
    assert_eq!(shown["delivery"]["lastError"], "the mail server answered 550", "and no address");
    let letters = admin.client.get("/api/v1/admin/dead-letters").await.expect(200).data()["content"].clone();
    let letter = letters.as_array().unwrap().iter().find(|letter| letter["template"] == "lead").unwrap();
    server.knows.store(true, Ordering::SeqCst);
    let path = format!("/api/v1/admin/dead-letters/{}/redrive", letter["id"].as_str().unwrap());
    admin.client.post(&path, &json!({})).await.expect(202);
    app.drain().await;
    assert_eq!(inbox(&asha).await["content"][0]["delivery"]["state"], "DELIVERED");
    let log = admin.client.get("/api/v1/admin/mailbox").await.expect(200);
    let lead = log.data().as_array().unwrap().iter().find(|entry| entry["subject"] == "lead").unwrap();
    assert_eq!((&lead["delivery"]["state"], lead.get("body")), (&json!("DELIVERED"), None), "{lead}");
}

#[tokio::test(flavor = "multi_thread")]
async fn h18_without_a_mail_server_a_letter_lies_in_the_mailbox_and_in_the_inbox() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let admin = people::admin(&app).await;
    let asha = Person::confirmed(&app, "asha").await;
    let first = tell(&admin, &asha, "<b>first</b>").await;
    let second = tell(&admin, &asha, "second").await;
    app.drain().await;
    let shown = inbox(&asha).await;
    assert_eq!((&shown["unreadCount"], &shown["totalElements"]), (&json!(2), &json!(2)), "{shown}");
    let newest = &shown["content"][0];
    assert_eq!((&newest["id"], &newest["read"]), (&json!(second), &json!(false)));
    assert_eq!(newest["subject"], "Somebody asks about 3BHK in Kondapur");
    let letters = admin.client.get("/api/v1/admin/mailbox").await.expect(200).data().clone();
    let body = letters[1]["body"].as_str().unwrap();
    assert!(body.contains("\n<b>first</b>\n"), "{body}");
    asha.client.put(&format!("/api/notifications/{first}/read"), &json!({})).await.expect(200);
    assert_eq!(inbox(&asha).await["unreadCount"], 1);
    asha.client.delete(&format!("/api/notifications/{second}")).await.expect(204);
    asha.client.delete(&format!("/api/notifications/{second}")).await.expect(404);
    let page = asha.client.get("/api/notifications/me?size=1").await.expect(200).data().clone();
    assert_eq!((&page["totalElements"], &page["content"][0]["id"]), (&json!(1), &json!(first)));
    assert!(page["content"][0]["readAt"].is_string(), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_says_everything_that_is_wrong_with_it() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let admin = people::admin(&app).await;
    let wrong = json!({"to": "nobody", "template": "LEAD", "variables": {"title": "x", "colour": "red"}});
    let answer = admin.client.post("/api/notifications/email", &wrong).await.expect(400);
    let fields = answer.body["error"]["fieldErrors"].as_object().unwrap();
    let names: Vec<&str> = fields.keys().map(String::as_str).collect();
    assert_eq!(names, ["to", "variables.colour", "variables.name"], "{}", answer.text);
    let long = json!({"to": "9876543210", "template": "GENERAL", "variables": {"message": "x".repeat(31)}});
    let answer = admin.client.post("/api/notifications/sms", &long).await.expect(400);
    assert!(answer.text.contains("variables.message"), "{}", answer.text);
    let unknown = json!({"to": "0197c000-0000-7000-8000-000000000009", "template": "GENERAL",
        "variables": {"message": "x"}});
    admin.client.post("/api/notifications/email", &unknown).await.expect(404);
    let quiet = json!({"quietHours": {"from": "22:00", "to": "25:00"}, "language": "XX"});
    let answer = admin.client.put("/api/notifications/preferences", &quiet).await.expect(400);
    let fields = answer.body["error"]["fieldErrors"].as_object().unwrap();
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["language", "quietHours.to"], "{}", answer.text);
    let night = json!({"quietHours": {"from": "22:00", "to": "07:00"}});
    let chosen = admin.client.put("/api/notifications/preferences", &night).await.expect(200);
    let shown = admin.client.get("/api/notifications/preferences/me").await.expect(200);
    assert_eq!(chosen.data(), shown.data());
    assert_eq!(shown.data()["channels"]["LEAD"], json!({"EMAIL": true, "SMS": true, "IN_APP": true}));
    let none = json!({"quietHours": null});
    let chosen = admin.client.put("/api/notifications/preferences", &none).await.expect(200);
    assert_eq!(chosen.data()["quietHours"], Value::Null);
}
