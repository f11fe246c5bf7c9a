//! What a restore returns besides the journal: sessions, file contents, e-mails, delivery states, and people who
//! left.

use reqwest::Method;
use rusqlite::Connection;
use testkit::{Person, TestApp};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn bytes_letters_and_kept_sessions_are_what_they_were() {
    let room = Room::new();
    let app = TestApp::on(&room.at("data")).await;
    let (owner, leaver) =
        (Person::register(&app.client, "owner").await, Person::register(&app.client, "leaver").await);
    let left = photo(&leaver.client).await;
    let mut photos = Vec::new();
    for _ in 0..2 {
        photos.push(photo(&owner.client).await);
        app.drain().await;
        room.back_up(&app.backup).await;
    }
    // Between two backups, one photo is deleted, and a person is deleted together with theirs.
    owner.client.send(Method::DELETE, &format!("/api/files/{}", photos[0]), None, &[]).await.expect(204);
    leaver.client.send(Method::DELETE, &format!("/api/users/{}", leaver.id), None, &[]).await.expect(204);
    while !app.all_told().await {}
    room.back_up(&app.backup).await;
    let (bytes, letters) =
        (contents(&app.data_dir().join("files")), contents(&app.data_dir().join("mailbox")));
    assert!(!bytes.is_empty() && !letters.is_empty());
    let app = app.stop().await;

    let asked = RestoreRequest {
        keep_sessions: true,
        compare: Some(app.path().to_owned()),
        ..room.asked("restored")
    };
    let told = restored(asked).await.unwrap();
    assert_eq!((told.number, told.sessions_ended, told.left_since.len()), (3, None, 0));
    let beyond = told.beyond.unwrap();
    assert!(beyond[0].events <= 2, "{beyond:?}");
    assert_eq!(contents(&room.at("restored").join("files")), bytes);
    assert_eq!(contents(&room.at("restored").join("mailbox")), letters);
    let again = TestApp::on(&room.at("restored")).await;
    let body = json!({"refreshToken": owner.refresh});
    let renewed = again.client.post("/api/auth/refresh", &body).await.expect(200);
    let client = again.client.bearer(renewed.data()["accessToken"].as_str().unwrap());
    client.get("/api/users/profile").await.expect(200);
    assert_eq!(client.bytes(&format!("/api/files/{}", photos[1]), &[]).await.0, 200);
    assert_ne!(client.bytes(&format!("/api/files/{}", photos[0]), &[]).await.0, 200);
    again.drain().await;
    let after = contents(&room.at("restored").join("mailbox"));
    assert_eq!(after, letters, "no letter again");
    again.stop().await;

    // An earlier backup still knows them, but the keys do not.
    let told = restored(RestoreRequest { number: Some(2), ..room.asked("earlier") }).await.unwrap();
    let who: Vec<String> = told.left_since.iter().map(|(_, who)| who.to_string()).collect();
    assert_eq!(who, [leaver.id.as_str()]);
    assert!(
        contents(&room.at("earlier").join("files"))
            .iter()
            .any(|(path, _)| path.to_str().unwrap().contains(&left))
    );
    let earlier = TestApp::on(&room.at("earlier")).await;
    let body = json!({"email": leaver.email, "password": testkit::PASSWORD});
    let refused = earlier.client.post("/api/auth/login", &body).await;
    assert!(refused.status == 401 || refused.status == 404, "{}", refused.text);
    earlier.stop().await;
}

/// The mail server cannot be asked which e-mails it accepted, and e-mails were pending when the backup was made.
/// The original server may have sent them since.
#[tokio::test(flavor = "multi_thread")]
async fn letters_that_may_have_been_sent_since_are_not_sent_by_guessing() {
    const NOBODY: (&str, &str) = ("mail.smtp_url", "smtp://127.0.0.1:9");
    const GROUP: &str = "notification-service-group";
    let room = Room::new();
    let (to, keys) = (room.text("backups"), room.text("keys"));
    let mut settings = overrides(&to, &keys).to_vec();
    settings.push(NOBODY);
    let app = TestApp::with(|_| {}, &settings).await;
    let admin = Person::enter(&app.client, testkit::ADMIN).await;
    // Tried, failed, and waiting for a retry.
    Person::register(&app.client, "under-way").await;
    app.drain().await;
    // Requested by an event that the read model has not processed.
    let pause = format!("/api/v1/admin/consumers/{GROUP}/pause");
    admin.client.post(&pause, &json!({})).await.expect(200);
    let unseen = Person::register(&app.client, "unseen").await;
    job(&admin.client).await;
    app.stop().await;

    let told = restored(room.asked("restored")).await.unwrap();
    assert!(told.in_doubt > 0, "{told:?}");
    let again = TestApp::on_with(&room.at("restored"), &settings).await;
    let admin = Person::enter(&again.client, testkit::ADMIN).await;
    let states = || {
        let files = ["notifications.db.2", "notifications.db"].map(|name| room.at("restored").join(name));
        let file = Connection::open(files.iter().find(|file| file.exists()).unwrap()).unwrap();
        let sql = "select d.recipient, s.state from delivery d join delivery_states s on s.id = d.id";
        let rows: rusqlite::Result<Vec<(String, String)>> =
            file.prepare(sql).unwrap().query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().collect();
        rows.unwrap()
    };
    while states().iter().any(|(_, state)| state == "leased") {
        tokio::task::yield_now().await;
    }
    // The administrator of the settings is asked to confirm nothing, now as before.
    let doubtful = |(_, state): &(String, String)| state != "not_wanted";
    let states: Vec<_> = states().into_iter().filter(doubtful).collect();
    assert!(states.iter().any(|(who, _)| *who == unseen.id), "{states:?}");
    assert!(states.iter().all(|(_, state)| state == "unknown"), "{states:?}");
    let waiting = admin.client.get("/api/v1/admin/dead-letters?size=100").await.expect(200);
    let waiting = waiting.data()["content"].as_array().unwrap().len();
    assert_eq!(waiting, states.len(), "each waits for an operator");
    again.stop().await;
}
