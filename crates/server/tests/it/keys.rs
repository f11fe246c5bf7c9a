//! A key store that is older or another one: unreadable data never counts as erased, and an erased person stays
//! erased.

use std::path::{Path, PathBuf};

use domain::user::{Account, IssuedToken, Profile, User, UserCommand};
use domain::{Actor, Clock, Log, Metadata, TenantId, UserId};
use hyderabadinfra::app::{App, LogLevels, Opening, key_store};
use journal::Options;
use reqwest::Method;
use rusqlite::Connection;
use testkit::{Client, Person, TestApp, everything, settings};

use super::erasure::{SECRETS, answers, found, holds, join, list, secrets, wrapped_key};

fn store(data_dir: &Path) -> PathBuf {
    data_dir.join("keys/subjects.db")
}

/// Puts a copy back as an operator does, without the remains of the previous file.
fn put_back(data_dir: &Path, copy: &[u8]) {
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(data_dir.join(format!("keys/subjects.db{suffix}")));
    }
    std::fs::write(store(data_dir), copy).unwrap();
}

async fn refused(data_dir: &Path) -> String {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let opening = Opening {
        clock: Clock::System,
        prometheus: recorder.handle(),
        public_url: "http://a".into(),
        supervisor: supervisor::Supervisor::default(),
        log_levels: LogLevels::without_log(),
    };
    format!("{:#}", App::open(&settings(data_dir, &[]), opening).await.err().unwrap())
}

async fn first_name(app: &TestApp, person: &Person) -> Option<String> {
    let profile = app.client.bearer(person.client.token()).get("/api/users/profile").await.expect(200);
    profile.data()["firstName"].as_str().map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_key_store_is_refused_and_nobody_reads_as_erased() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path();
    let app = TestApp::on(data_dir).await;
    let old = Person::register(&app.client, "older").await;
    app.drain().await;
    app.stop().await;
    let before = std::fs::read(store(data_dir)).unwrap();

    let app = TestApp::on(data_dir).await;
    let new = Person::register(&app.client, "newer").await;
    new.list_home("A home", 6_000_000).await;
    app.drain().await;
    app.stop().await;
    let newest = std::fs::read(store(data_dir)).unwrap();
    let rows = testkit::read_models(data_dir).await;

    put_back(data_dir, &before);
    let told = refused(data_dir).await;
    for part in ["keys/subjects.db", new.id.as_str(), "newest copy", "accept-lost"] {
        assert!(told.contains(part), "{told}");
    }
    // Deleted altogether: an empty store counts as another one.
    std::fs::remove_file(store(data_dir)).unwrap();
    let told = refused(data_dir).await;
    assert!(told.contains("newest copy"), "{told}");

    put_back(data_dir, &newest);
    assert_eq!(testkit::read_models(data_dir).await, rows, "the newest copy put back, nothing is missing");
    std::fs::remove_dir_all(data_dir.join("views")).unwrap();
    let app = TestApp::on(data_dir).await;
    app.drain().await;
    assert_eq!(first_name(&app, &new).await.as_deref(), Some("Sample"), "nothing blank was written down");
    assert_eq!(first_name(&app, &old).await.as_deref(), Some("Sample"));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_keys_are_given_up_for_exactly_those_people_and_on_record() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path();
    let app = TestApp::on(data_dir).await;
    let old = Person::register(&app.client, "older").await;
    app.drain().await;
    app.stop().await;
    let before = std::fs::read(store(data_dir)).unwrap();
    let app = TestApp::on(data_dir).await;
    let new = join(&app.client).await;
    list(&new).await;
    app.drain().await;
    app.stop().await;
    put_back(data_dir, &before);

    let given = settings(data_dir, &[]);
    let lost = key_store::lost(&given, Clock::System, false).await.unwrap();
    assert_eq!(lost, [format!("hyderabad\t{}", new.id)]);
    refused(data_dir).await;
    let heads = everything(data_dir, Log::Facts).await.len();
    assert_eq!(key_store::lost(&given, Clock::System, true).await.unwrap(), lost);
    assert_eq!(key_store::lost(&given, Clock::System, true).await.unwrap(), Vec::<String>::new());
    let facts = everything(data_dir, Log::Facts).await;
    assert_eq!(facts.len(), heads + 1);
    let record = facts.last().unwrap();
    assert_eq!((&*record.event_type, &*record.stream.id), ("PERSONAL_DATA_ERASED", &*new.id));
    assert!(record.metadata.contains("accept-lost"), "{}", record.metadata);

    let app = TestApp::on(data_dir).await;
    app.drain().await;
    assert_eq!(first_name(&app, &old).await.as_deref(), Some("Sample"));
    let views = found(&data_dir.join("views"), &secrets());
    assert_eq!(views, Vec::<String>::new(), "read models say what the journal says");
    app.stop().await;
}

/// Registers further people, so that the one whose key is lost is not among the newest.
async fn crowd(app: &TestApp) {
    let tenant = app.context.tenants.default_id().clone();
    let aggregates = &app.context.aggregates;
    let registered = (0..320).map(|number| {
        let tenant: TenantId = tenant.clone();
        async move {
            let id: UserId = aggregates.fresh().into();
            let account =
                Account { username: format!("crowd{number}"), email: format!("c{number}@example.com") };
            let profile = Profile { first_name: "Sample".into(), ..Profile::default() };
            let expires_at = aggregates.clock().now();
            let verification = IssuedToken { nonce: "n".into(), token_hash: "h".into(), expires_at };
            let command =
                UserCommand::Register { id, account, profile, password_hash: "x".into(), verification };
            let actor = Actor { tenant, user: Some(id), metadata: Metadata::default() };
            let options = Options::default().on_new_stream();
            aggregates.execute::<User>(&actor, id, command, options).await.unwrap();
        }
    });
    futures_util::future::join_all(registered).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_misses_a_key_stops_and_writes_nothing_down() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path();
    let app = TestApp::on(data_dir).await;
    let lost = join(&app.client).await;
    crowd(&app).await;
    app.drain().await;
    app.stop().await;
    let id: uuid::Uuid = lost.id.parse().unwrap();
    let keys = Connection::open(store(data_dir)).unwrap();
    let wrapped = wrapped_key(data_dir, &lost.id).unwrap();
    assert_eq!(keys.execute("delete from subject_keys where subject = ?1", [id.as_bytes()]).unwrap(), 1);
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(data_dir.join(format!("views/users.db{suffix}")));
    }

    let app = TestApp::on(data_dir).await;
    let operators = Client::new(&app.management);
    let stopped = loop {
        let health = operators.get("/actuator/health").await;
        let group = health.body["components"]["users-service-group"].clone();
        if group["status"] == "DOWN" {
            assert_eq!(health.status, 503);
            break group;
        }
        tokio::task::yield_now().await;
    };
    let why = stopped["details"]["stopped"].as_str().unwrap();
    assert!(why.contains(&lost.id) && why.contains("newest copy of keys/subjects.db"), "{why}");
    assert_eq!(stopped["details"]["blockedKeys"], 0, "no key is set aside: {stopped}");
    let users = Connection::open(data_dir.join("views/users.db")).unwrap();
    let written: u64 = users.query_row("select count(*) from users", [], |row| row.get(0)).unwrap();
    assert_eq!(written, 0, "the batch is undone, and nobody is blank");
    let theirs = app.client.bearer(lost.client.token());
    for path in ["/api/users/profile", "/api/user-history/me/events"] {
        theirs.get(path).await.expect(503);
    }
    app.stop().await;

    keys.execute(
        "insert into subject_keys (tenant, subject, wrapped) values ('hyderabad', ?1, ?2)",
        (id.as_bytes(), wrapped),
    )
    .unwrap();
    let app = TestApp::on(data_dir).await;
    app.drain().await;
    assert_eq!(first_name(&app, &lost).await.as_deref(), Some("Yashodhara"), "and goes on where it was");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_20_an_older_key_store_brings_nobody_back() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path();
    let app = TestApp::on(data_dir).await;
    let person = join(&app.client).await;
    let viewer = Person::register(&app.client, "viewer").await;
    let home = list(&person).await;
    app.drain().await;
    app.stop().await;
    let before = std::fs::read(store(data_dir)).unwrap();
    let key = wrapped_key(data_dir, &person.id).unwrap();

    let app = TestApp::on(data_dir).await;
    let theirs = app.client.bearer(person.client.token());
    theirs.send(Method::DELETE, &format!("/api/users/{}", person.id), None, &[]).await.expect(204);
    app.drain().await;
    app.drain().await;
    app.stop().await;
    assert_eq!(found(data_dir, &secrets()), Vec::<String>::new());

    // A program that does not check its keys ran with the old ones and rebuilt a read model.
    put_back(data_dir, &before);
    let users = Connection::open(data_dir.join("views/users.db")).unwrap();
    users
        .execute_batch(
            "create table brought_back (name text); insert into brought_back values ('Yashodhara')",
        )
        .unwrap();
    drop(users);

    for _ in 0..2 {
        let app = TestApp::on(data_dir).await;
        app.drain().await;
        assert_eq!(wrapped_key(data_dir, &person.id), None);
        for client in [&app.client, &app.client.bearer(viewer.client.token())] {
            let told = answers(client, &person.id, &home).await;
            let tells: Vec<_> = SECRETS.iter().filter(|s| holds(told.as_bytes(), s.as_bytes())).collect();
            assert!(tells.is_empty(), "an answer tells {tells:?}");
        }
        assert_eq!(first_name(&app, &viewer).await.as_deref(), Some("Sample"));
        let kept = app.stop().await;
        assert_eq!(found(kept.path(), &secrets()), Vec::<String>::new());
        assert_eq!(found(kept.path(), &[key.as_slice()]), Vec::<String>::new());
    }
    let again = |name: &str| data_dir.join(format!("views/{name}")).exists();
    assert!(again("users.db.2") && !again("users.db.3"), "made again once");
}
