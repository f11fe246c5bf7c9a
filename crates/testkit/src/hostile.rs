//! Simulates hostile people of every kind, one kind alone or all at once, while the requests of another person
//! are timed.
//!
//! They have a separate runtime whose threads have the lowest priority, because real attackers would use other
//! machines.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use hyderabadinfra::open_files::raise_limit;
use reqwest::Method;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::{Client, Form, PASSWORD, Person};

const UPLOADERS: usize = 12;
const EXPORTERS: usize = 12;
/// Streams for each person.
const STREAMS_EACH: usize = 10;
/// One silent connection for this many realtime connections.
const SILENT: usize = 10;
/// The pause between two wrong passwords: 30 a second.
const GUESS: Duration = Duration::from_micros(33_333);
/// Actions of each exporter beforehand, so that there is something to export.
const DEEDS: usize = 50;
const STREAM: &str = "/api/realtime/stream";
/// The nice value of the attackers' threads.
const LOWEST: i32 = 19;

/// What hostile people do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attack {
    /// Twelve people upload PDFs of 9.9 MB in a loop. Half of them send four in a request.
    Uploads,
    /// Realtime connections, ten for each person, and silent connections.
    Sockets,
    /// Thirty wrong passwords a second, each for a different account. Half of the accounts do not exist.
    Passwords,
    /// Twelve people export their data in a loop.
    Exports,
}

impl Attack {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Uploads, Self::Sockets, Self::Passwords, Self::Exports];

    /// The name, in the plural.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Uploads => "uploads",
            Self::Sockets => "connections",
            Self::Passwords => "wrong passwords",
            Self::Exports => "exports",
        }
    }
}

/// Settings under which clients on one machine can send what clients of many networks would.
pub const AS_FROM_MANY_NETWORKS: [(&str, &str); 7] = [
    ("HYD_CONNECTIONS_MOST_PER_ADDRESS", "100000"),
    ("HYD_LIMITS_ENABLED", "true"),
    ("HYD_LIMITS_REGISTRATIONS_PER_ADDRESS", "100000"),
    ("HYD_LIMITS_SIGN_IN_PER_ADDRESS", "100000"),
    ("HYD_LIMITS_ANONYMOUS_PER_SECOND", "100000"),
    ("HYD_LIMITS_USER_PER_SECOND", "100000"),
    // Four times the default, because one network then sends at the rate that the default allows for all.
    ("HYD_LIMITS_RECEIVED_MIB_PER_SECOND", "256"),
];

/// The hostile people and the bodies that they send.
#[derive(Debug)]
pub struct Crowd {
    runtime: Option<Runtime>,
    nobody: Client,
    address: SocketAddr,
    people: Arc<[Person]>,
    sockets: usize,
    forms: [(&'static str, &'static str, bytes::Bytes); 2],
    done: Arc<[AtomicU64; 4]>,
}

impl Drop for Crowd {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The body of a request with `files` files.
fn form(files: usize) -> (&'static str, bytes::Bytes) {
    let mut pdf = vec![b' '; 9_900_000];
    pdf[..5].copy_from_slice(b"%PDF-");
    pdf.extend_from_slice(b"%%EOF");
    let field = if files == 1 { "file" } else { "files" };
    let part = |form: Form, _| form.part(field, Some("plan.pdf"), "application/pdf", &pdf);
    let (media, bytes) = (0..files).fold(Form::default(), part).finish();
    (media, bytes.into())
}

impl Crowd {
    /// Registers enough people for `sockets` realtime connections, and gives some of them a history with `home`.
    pub async fn gather(nobody: &Client, home: &str, sockets: usize) -> Self {
        // This process holds the client side of each connection.
        let files = raise_limit();
        assert!(
            files.is_none_or(|most| most > sockets as u64 * 2),
            "this machine allows {files:?} open files"
        );
        let mut people = Vec::new();
        for nth in 0..EXPORTERS.max(UPLOADERS).max(sockets.div_ceil(STREAMS_EACH)) {
            people.push(Person::register(nobody, &format!("crowd-{nth}")).await);
        }
        for person in &people[..EXPORTERS] {
            for _ in 0..DEEDS {
                person.client.post(&format!("/api/properties/{home}/share"), &json!({})).await.expect(204);
            }
        }
        let lowest = || {
            // If this is refused, only the measurement changes.
            let _ = rustix::process::setpriority_process(None, LOWEST);
        };
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("attackers")
            .on_thread_start(lowest)
            .enable_all()
            .build();
        let [(media, one), (_, four)] = [form(1), form(4)];
        Self {
            runtime: Some(runtime.unwrap()),
            nobody: nobody.apart(),
            address: nobody.base().trim_start_matches("http://").parse().unwrap(),
            people: people.iter().map(Person::apart).collect(),
            sockets,
            forms: [("/api/files/bulk", media, four), ("/api/files/upload", media, one)],
            done: Arc::default(),
        }
    }

    /// Runs `attacks` while `others` runs, and returns the result of `others`.
    pub async fn beside<T>(&self, attacks: &[Attack], others: impl Future<Output = T>) -> T {
        let mut attackers = JoinSet::new();
        for attack in attacks {
            self.set_about(*attack, &mut attackers).await;
        }
        let told = others.await;
        attackers.shutdown().await;
        told
    }

    /// How often each attack was carried out so far: answered uploads, wrong passwords and exports, and opened
    /// connections.
    #[must_use]
    pub fn done(&self) -> [(Attack, u64); 4] {
        Attack::ALL.map(|attack| (attack, self.done[attack as usize].load(Ordering::Relaxed)))
    }

    async fn set_about(&self, attack: Attack, attackers: &mut JoinSet<()>) {
        let handle = self.runtime.as_ref().unwrap().handle();
        let done = move |all: &[AtomicU64; 4]| all[attack as usize].fetch_add(1, Ordering::Relaxed);
        match attack {
            Attack::Uploads => {
                for (nth, person) in self.people[..UPLOADERS].iter().enumerate() {
                    let client = person.client.clone();
                    let all = Arc::clone(&self.done);
                    let (path, media, body) = self.forms[nth % 2].clone();
                    let upload = async move {
                        loop {
                            // Refusals count as well, because a quota ends the uploads sooner or later.
                            client.try_send_bytes(Method::POST, path, (media, body.clone())).await;
                            done(&all);
                        }
                    };
                    attackers.spawn_on(upload, handle);
                }
            }
            Attack::Exports => {
                for person in &self.people[..EXPORTERS] {
                    let client = person.client.clone();
                    let all = Arc::clone(&self.done);
                    let export = async move {
                        loop {
                            client.try_send(Method::GET, "/api/users/me/export", None, &[]).await;
                            done(&all);
                        }
                    };
                    attackers.spawn_on(export, handle);
                }
            }
            Attack::Passwords => {
                let (client, people, all) =
                    (self.nobody.clone(), Arc::clone(&self.people), Arc::clone(&self.done));
                attackers.spawn_on(
                    guess(client, people, move || {
                        done(&all);
                    }),
                    handle,
                );
            }
            Attack::Sockets => {
                let people = Arc::clone(&self.people);
                let address = self.address;
                let sockets = self.sockets;
                let all = Arc::clone(&self.done);
                let (opened, open) = tokio::sync::oneshot::channel();
                let listen = async move {
                    let mut held = Vec::new();
                    for nth in 0..sockets {
                        held.push(people[nth / STREAMS_EACH].client.listen(STREAM, None).await);
                        done(&all);
                    }
                    let silent = (0..sockets / SILENT).map(|_| TcpStream::connect(address));
                    let silent = join_all(silent).await;
                    let _ = opened.send(());
                    std::future::pending::<()>().await;
                    drop((held, silent));
                };
                attackers.spawn_on(listen, handle);
                open.await.expect("the server takes the connections");
            }
        }
    }
}

async fn guess(client: Client, people: Arc<[Person]>, done: impl Fn() + Clone + Send + 'static) {
    let mut tick = tokio::time::interval(GUESS);
    let mut guesses = JoinSet::new();
    for nth in 0_usize.. {
        tick.tick().await;
        let email = match nth % 2 {
            0 => people[nth / 2 % people.len()].email.clone(),
            _ => format!("nobody-{nth}@example.com"),
        };
        let client = client.clone();
        let done = done.clone();
        guesses.spawn(async move {
            let body = json!({"email": email, "password": PASSWORD.to_uppercase()});
            client.try_send(Method::POST, "/api/auth/login", Some(&body), &[]).await;
            done();
        });
        while guesses.try_join_next().is_some() {}
    }
}

/// The durations of one person's requests, sorted.
#[derive(Clone, Debug)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Sends requests for `paths` in turn, one after the other with a pause of `pause`, for `span`.
    pub async fn of(reader: &Client, paths: &[String], pause: Duration, span: Duration) -> Self {
        let mut times = Vec::new();
        let end = Instant::now() + span;
        for path in paths.iter().cycle() {
            let began = Instant::now();
            if began >= end {
                break;
            }
            reader.get(path).await.expect(200);
            times.push(began.elapsed());
            tokio::time::sleep(pause).await;
        }
        times.sort_unstable();
        Self(times)
    }

    /// The number of requests.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The percentile `percent`, in milliseconds.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> f64 {
        let rank = (self.0.len() * percent).div_ceil(100);
        self.0.get(rank.saturating_sub(1)).map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0)
    }
}
