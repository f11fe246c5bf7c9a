//! A panic in every named task and thread, while commands continue.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::{Ids, Log, StreamId};
use journal::{Append, Expected, NewEvent, UniqueKeys};
use serde_json::{Value, json};
use supervisor::Faults;
use testkit::{ADMIN, Client, Form, Person, TestApp, WITH_ADMIN, until};
use tokio::task::JoinSet;

use super::{LONG, TOLD, caught_up, list};

/// More than the number of rows between two checkpoints.
const MANY: usize = 4100;

fn picture() -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(64, 48).write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

/// Lists homes until told to stop, retrying each until it is acknowledged. Returns their number.
async fn write(person: Person, over: Arc<AtomicBool>) -> u64 {
    let mut acknowledged = 0;
    while !over.load(Ordering::SeqCst) {
        let key = acknowledged.to_string();
        loop {
            let answer = list(&person, &key).await;
            assert!([201, 503].contains(&answer.status), "{} {}", answer.status, answer.text);
            if answer.status == 201 {
                break;
            }
        }
        acknowledged += 1;
    }
    acknowledged
}

struct Scene {
    app: TestApp,
    management: Client,
    owner: Person,
    home: String,
}

impl Scene {
    async fn begin() -> Self {
        let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
        let management = Client::new(&app.management);
        let owner = Person::register(&app.client, "owner").await;
        let home = owner.list_home("A home", 5_000_000).await["id"].as_str().unwrap().to_owned();
        let scene = Self { app, management, owner, home };
        // Jobs have a name once one has run.
        scene.upload().await;
        scene.optimize().await;
        scene
    }

    /// Starts a job that checks the owner's images.
    async fn optimize(&self) {
        let begun = self.owner.client.post("/api/files/optimize", &json!({})).await;
        assert!([202, 409, 503].contains(&begun.status), "{} {}", begun.status, begun.text);
    }

    fn names(&self) -> BTreeSet<String> {
        let standings = self.app.context.jobs.supervisor().standings();
        standings.iter().map(|standing| standing.name.to_string()).collect()
    }

    async fn upload(&self) {
        let (media, body) = Form::file("photo.png", &picture()).finish();
        let sent = self
            .owner
            .client
            .send_bytes(reqwest::Method::POST, "/api/files/upload", (media, body), &[])
            .await;
        assert!([201, 503].contains(&sent.status), "{} {}", sent.status, sent.text);
    }

    /// Appends enough events to make a checkpoint of the log due.
    async fn fill(&self, log: Log) {
        let (kind, name, data) = match log {
            Log::Facts => ("system", "CONSUMER_RECOVERED", r#"{"group":"none"}"#),
            Log::Activity => ("counts", "VIEWS_COUNTED", r#"{"views":[]}"#),
        };
        let event = || {
            let timestamp = self.app.clock.now();
            NewEvent {
                event_id: Ids.uuid(timestamp),
                user_id: None,
                event_type: name.into(),
                schema_version: 1,
                timestamp,
                data: data.into(),
                metadata: "{}".into(),
            }
        };
        let stream = StreamId::new(self.app.context.tenants.default_id(), kind, "none");
        let events = (0..MANY).map(|_| event()).collect();
        let expected = Expected::Any;
        let unique_keys = UniqueKeys::default();
        let append = Append { stream, expected, events, unique_keys, limits: Vec::new(), idempotency: None };
        // A writer that panics reports an error, and a real caller would retry.
        let _ = self.app.context.aggregates.journal().append(append).await;
    }

    /// Gives a thread something to do. Tasks need nothing.
    async fn poke(&self, name: &str) {
        let path = format!("/api/properties/{}/share", self.home);
        match name {
            "facts-checkpoint" => self.fill(Log::Facts).await,
            "activity-checkpoint" => self.fill(Log::Activity).await,
            "activity-writer" => drop(self.owner.client.post(&path, &Value::Null).await),
            "jobs" => self.optimize().await,
            _ if name.starts_with("studio") => self.upload().await,
            _ if name.starts_with("passwords") => {
                let body = json!({"email": self.owner.email, "password": testkit::PASSWORD});
                drop(self.app.client.post("/api/auth/login", &body).await);
            }
            _ => {}
        }
    }

    fn faults(&self) -> Faults {
        self.app.context.jobs.supervisor().faults().clone()
    }

    /// Waits until the task or thread has panicked as instructed.
    async fn panicked(&self, name: &str) {
        let faults = self.faults();
        until(&format!("{name} panics"), LONG, async || {
            self.poke(name).await;
            (!faults.is_due(name)).then_some(())
        })
        .await;
    }

    async fn told_down(&self, names: &BTreeSet<String>) {
        let mut left = names.clone();
        until("health tells of every panic", TOLD, async || {
            let health = self.management.get("/actuator/health").await;
            if let Some(down) = health.body["components"]["tasks"]["details"]["down"].as_object() {
                assert!(down.is_empty() || health.status == 503, "{}", health.text);
                left.retain(|name| !down.contains_key(name));
            }
            left.is_empty().then_some(())
        })
        .await;
    }

    async fn up_again(&self) {
        until("health is up again", LONG, async || {
            (self.management.get("/actuator/health").await.status == 200).then_some(())
        })
        .await;
    }
}

/// People who write all the time, and the number of their acknowledged commands.
struct Writers {
    people: Vec<Person>,
    writing: JoinSet<u64>,
    over: Arc<AtomicBool>,
}

impl Writers {
    async fn begin(app: &TestApp) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let mut writing = JoinSet::new();
        let mut people = Vec::new();
        for number in 0..2 {
            let person = Person::register(&app.client, &format!("writer-{number}")).await;
            people.push(person.clone());
            writing.spawn(write(person, Arc::clone(&over)));
        }
        Self { people, writing, over }
    }

    /// Checks that each acknowledged command was executed exactly once.
    async fn end(self, app: &TestApp) {
        self.over.store(true, Ordering::SeqCst);
        let mut acknowledged = self.writing.join_all().await;
        acknowledged.sort_unstable();
        app.drain().await;
        let mut listed = Vec::new();
        for person in &self.people {
            let mine = person.client.get("/api/properties/my-properties?size=1").await.expect(200);
            assert_eq!(mine.header("x-stale"), None);
            listed.push(mine.data()["totalElements"].as_u64().unwrap());
        }
        listed.sort_unstable();
        assert_eq!(listed, acknowledged);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_task_and_thread_may_panic_and_nothing_is_lost() {
    let scene = Scene::begin().await;
    let writers = Writers::begin(&scene.app).await;
    let (names, faults) = (scene.names(), scene.faults());
    for wanted in ["facts-writer", "history-service-group", "erasure-service-group-outbox", "monitor", "jobs"]
    {
        assert!(names.contains(wanted), "{names:?}");
    }
    for name in &names {
        // The second fault point of a writer is between the commit and its answers.
        faults.panic_after(name, u32::from(name.ends_with("-writer")));
        scene.panicked(name).await;
        scene.told_down(&BTreeSet::from([name.clone()])).await;
    }
    scene.up_again().await;
    for _ in 0..3 {
        for name in &names {
            faults.panic_once(name);
        }
        for name in &names {
            scene.panicked(name).await;
        }
    }
    scene.up_again().await;
    writers.end(&scene.app).await;
    let admin = Person::enter(&scene.app.client, ADMIN).await.client;
    caught_up(&admin).await;
    let told = admin.get("/api/v1/admin/events?eventType=TASK_FAILED&size=100").await.expect(200);
    let events = told.data()["content"].as_array().unwrap().iter();
    let told: BTreeSet<String> =
        events.map(|event| event["eventData"]["task"].as_str().unwrap().to_owned()).collect();
    assert_eq!(told, names, "each is an event");
    scene.app.stop().await;
}
