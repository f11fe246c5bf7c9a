//! Clients send a command and close the connection. Every command with an event in the journal must be executed
//! completely.

use std::collections::{HashMap, HashSet};

use domain::Log;
use journal::EventQuery;
use serde_json::{Value, json};
use testkit::{ADMIN, PASSWORD, Person, TestApp, WITH_ADMIN, everything};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

/// Repetitions of each kind of command.
const TIMES: usize = 25;

/// A command, and the type of its first event.
struct Command<'a> {
    method: &'a str,
    path: &'a str,
    token: &'a str,
    body: Value,
    event: &'a str,
}

impl Command<'_> {
    /// Sends the command, and disconnects as soon as its first event is in the journal, when the rest is still to
    /// be done.
    async fn hang_up(self, app: &TestApp) {
        let Self { method, path, token, body, event } = self;
        let body = body.to_string();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let journal = app.context.aggregates.journal();
        let mut committed = journal.committed(Log::Facts);
        let query = EventQuery {
            event_type: Some(event.to_owned()),
            after: Some(journal.head(Log::Facts).await.unwrap().seq),
            ..EventQuery::newest(app.context.tenants.default_id(), Log::Facts, 1)
        };
        let mut client = TcpStream::connect(app.base.trim_start_matches("http://")).await.unwrap();
        client.write_all(request.as_bytes()).await.unwrap();
        while journal.find(&query).await.unwrap().is_empty() {
            committed.changed().await.unwrap();
        }
        drop(client);
    }
}

/// The sessions in the session database: session → whether it has ended.
fn sessions(data_dir: &std::path::Path) -> HashMap<String, bool> {
    let file = rusqlite::Connection::open(data_dir.join("sessions.db")).unwrap();
    let mut all = file.prepare("select id, ended_at is not null from sessions").unwrap();
    all.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_journal_has_of_a_command_is_wholly_done_though_its_client_hung_up() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    for n in 0..TIMES {
        let person = Person::register(&app.client, &format!("person-{n}")).await;
        let post = |path, body, event| Command { method: "POST", path, token: "", body, event };
        let joining = json!({"username": format!("joins-{n}"), "email": format!("joins-{n}@example.com"),
            "password": PASSWORD, "firstName": "Sample", "lastName": "Person"});
        post("/api/auth/register", joining, "USER_REGISTERED").hang_up(&app).await;
        let entering = json!({"email": person.email, "password": PASSWORD});
        post("/api/auth/login", entering, "USER_LOGIN").hang_up(&app).await;
        let path = &*format!("/api/users/{}/role", person.id);
        let token = admin.client.token();
        let body = json!({"role": "AGENT"});
        let event = "USER_ROLE_CHANGED";
        Command { method: "PATCH", path, token, body, event }.hang_up(&app).await;
        let (leaver, _) = person.sign_in().await;
        let path = "/api/users/profile";
        let token = leaver.client.token();
        let body = json!({"password": PASSWORD});
        let event = "USER_DELETED";
        Command { method: "DELETE", path, token, body, event }.hang_up(&app).await;
    }
    let kept = app.stop().await;
    let sessions = sessions(kept.path());
    let facts = everything(kept.path(), Log::Facts).await;
    let of_type = |name: &'static str| facts.iter().filter(move |event| &*event.event_type == name);
    let revoked: HashSet<_> = of_type("SESSION_REVOKED").map(|event| event.stream.id.to_string()).collect();
    let joined: HashMap<_, _> = of_type("USER_REGISTERED")
        .filter_map(|event| {
            let metadata: Value = serde_json::from_str(&event.metadata).unwrap();
            Some((event.stream.id.to_string(), metadata["sessionId"].as_str()?.to_owned()))
        })
        .collect();
    assert_eq!(joined.len(), 2 * TIMES, "people who joined began a session by that");
    for (person, session) in &joined {
        assert!(sessions.contains_key(session), "{person} joined without a session");
    }
    for entered in of_type("USER_LOGIN") {
        assert!(sessions.contains_key(&*entered.stream.id), "a sign-in without a session");
    }
    let changed: HashSet<_> =
        of_type("USER_ROLE_CHANGED").map(|event| (event.stream.id.to_string(), event.position.seq)).collect();
    for (person, seq) in changed {
        let before = of_type("USER_LOGIN")
            .filter(|event| {
                event.position.seq < seq && event.user_id.is_some_and(|u| u.to_string() == person)
            })
            .map(|event| event.stream.id.to_string())
            .chain(joined.get(&person).cloned());
        for session in before {
            assert!(sessions[&session] && revoked.contains(&session), "{person} is another, and in still");
        }
    }
    assert_eq!(of_type("USER_DELETED").count(), TIMES);
    for left in of_type("USER_DELETED") {
        let theirs =
            of_type("USER_LOGIN").filter(|event| event.user_id.is_some() && event.user_id == left.user_id);
        for session in theirs.map(|event| event.stream.id.to_string()) {
            assert!(sessions[&session] && revoked.contains(&session), "they left, and are in still");
        }
    }
}
