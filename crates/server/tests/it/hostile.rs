//! Everybody who means no good, at once: the memory of the server is bounded, and other people are answered. How fast, is
//! printed and not judged: that depends on the machine.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;
use testkit::{Child, Client, Form, Person};
use tokio::task::JoinSet;
use tokio::time::Instant;

const BINARY: &str = env!("CARGO_BIN_EXE_hyderabadinfra");
/// Of the whole process, in bytes.
const MOST: u64 = 300_000_000;
const UPLOADERS: usize = 12;
const EXPORTERS: usize = 12;
const SOCKETS_OF_ONE: usize = 10;
/// Between two wrong passwords.
const GUESS: Duration = Duration::from_millis(33);
const STREAM: &str = "/api/realtime/stream";

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |n| n.parse().unwrap())
}

fn pdf() -> Vec<u8> {
    let mut pdf = vec![b' '; 9_900_000];
    pdf[..5].copy_from_slice(b"%PDF-");
    pdf.extend_from_slice(b"%%EOF");
    pdf
}

/// What 95 of 100 requests of a reader take at most, of so many.
async fn p95(reader: &Client, home: &str, requests: usize) -> Duration {
    let paths = [format!("/api/properties/{home}"), "/api/search/properties?query=villa".to_owned()];
    let mut times = Vec::with_capacity(requests);
    for path in paths.iter().cycle().take(requests) {
        let began = Instant::now();
        reader.get(path).await.expect(200);
        times.push(began.elapsed());
    }
    times.sort_unstable();
    times[requests * 95 / 100]
}

/// What goes on until it is over, and how often it was done.
#[derive(Clone, Default)]
struct Attack {
    over: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
}

impl Attack {
    fn goes_on(&self) -> bool {
        self.done.fetch_add(1, Ordering::Relaxed);
        !self.over.load(Ordering::Relaxed)
    }
}

async fn upload(attack: Attack, client: Client, bulk: bool) {
    let pdf = pdf();
    while attack.goes_on() {
        let (path, field, files) =
            if bulk { ("/api/files/bulk", "files", 4) } else { ("/api/files/upload", "file", 1) };
        let form = (0..files)
            .fold(Form::default(), |form, _| form.part(field, Some("plan.pdf"), "application/pdf", &pdf));
        // Refused or not: a quota ends it sooner or later.
        let _ = client.send_bytes(reqwest::Method::POST, path, form.finish(), &[]).await;
    }
}

async fn guess(attack: Attack, client: Client, email: String) {
    let mut tick = tokio::time::interval(GUESS);
    let mut guesses = JoinSet::new();
    while attack.goes_on() {
        tick.tick().await;
        let (client, body) = (client.clone(), json!({"email": email, "password": "not the password at all"}));
        guesses.spawn(async move { client.post("/api/auth/login", &body).await.status });
        while guesses.try_join_next().is_some() {}
    }
}

async fn export(attack: Attack, client: Client) {
    while attack.goes_on() {
        let _ = client.get("/api/users/me/export").await;
    }
}

/// `HYD_TEST_SOCKETS` says how many connections are held open, `HYD_TEST_REQUESTS` how many of a reader are timed.
#[tokio::test(flavor = "multi_thread")]
async fn h06_hostile_people_at_once_leave_room_for_the_others() {
    let directory = tempfile::tempdir().unwrap();
    let child = Child::start(Command::new(BINARY), directory.path(), |command| {
        command.env("HYD_LIMITS_ENABLED", "true").env("HYD_LIMITS_REGISTRATIONS_PER_ADDRESS", "100000");
    });
    let (sockets, requests) = (number("HYD_TEST_SOCKETS", 100), number("HYD_TEST_REQUESTS", 200));
    let reader = Person::register(&child.client, "reader").await;
    let home = reader.list_home("A villa with a view", 9_000_000).await["id"].as_str().unwrap().to_owned();
    let mut crowd = Vec::new();
    for nth in 0..EXPORTERS.max(UPLOADERS).max(sockets.div_ceil(SOCKETS_OF_ONE)) {
        crowd.push(Person::register(&child.client, &format!("crowd-{nth}")).await);
    }
    for person in &crowd[..EXPORTERS] {
        for _ in 0..50 {
            person.client.post(&format!("/api/properties/{home}/share"), &json!({})).await.expect(204);
        }
    }
    let mut listening = Vec::new();
    for nth in 0..sockets {
        listening.push(crowd[nth / SOCKETS_OF_ONE].client.listen(STREAM, None).await);
    }
    let quiet = p95(&reader.client, &home, requests).await;

    let (uploads, guesses, exports) = (Attack::default(), Attack::default(), Attack::default());
    let mut attackers = JoinSet::new();
    for (nth, person) in crowd[..UPLOADERS].iter().enumerate() {
        attackers.spawn(upload(uploads.clone(), person.client.clone(), nth % 2 == 0));
    }
    for person in &crowd[..EXPORTERS] {
        attackers.spawn(export(exports.clone(), person.client.clone()));
    }
    attackers.spawn(guess(guesses.clone(), child.client.clone(), crowd[0].email.clone()));
    let busy = p95(&reader.client, &home, requests).await;
    for attack in [&uploads, &guesses, &exports] {
        attack.over.store(true, Ordering::Relaxed);
    }
    while attackers.join_next().await.is_some() {}
    let peak = child.peak_memory();
    let done = |attack: &Attack| attack.done.load(Ordering::Relaxed);
    println!(
        "{} uploads, {} wrong passwords, {} exports, {sockets} connections: p95 of a reader {:.1} ms, quiet {:.1} ms \
         ({:.1} times); {} MB at most",
        done(&uploads),
        done(&guesses),
        done(&exports),
        busy.as_secs_f64() * 1000.0,
        quiet.as_secs_f64() * 1000.0,
        busy.as_secs_f64() / quiet.as_secs_f64(),
        peak.unwrap_or_default() / 1_000_000,
    );
    assert!(peak.is_none_or(|peak| peak < MOST), "{peak:?} bytes at most");
    drop(listening);
}
