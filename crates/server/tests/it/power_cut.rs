//! Simulates power cuts: only data confirmed by a sync of its file or directory is certain to be there
//! afterwards. The test records the system calls of a serving process and reconstructs the disk as it may look
//! after a cut at any of them. A server started on that disk must know everything that was acknowledged before
//! the cut.

mod disk;
mod trace;

use std::path::Path;
use std::process::Command;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Child, Client, Form, PASSWORD, Person};

use disk::Disk;
use trace::{Call, Trace};

const BINARY: &str = env!("CARGO_BIN_EXE_hyderabadinfra");

/// The acknowledged commands, by request number.
#[derive(Debug)]
enum Acknowledged {
    Registered { email: String },
    Listed { id: String, price: u64 },
    Priced { id: String, price: u64 },
    Uploaded { url: String },
    SignedIn { refresh: String },
    SignedOut { refresh: String },
    Left { email: String },
}

/// Sends commands in sequence, each with a number that its response carries.
struct Sender {
    client: Client,
    done: Vec<Acknowledged>,
}

impl Sender {
    async fn send(&self, client: &Client, method: Method, path: &str, body: &Value) -> Value {
        let number = format!("cmd-{}-", self.done.len());
        let answer = client.send(method, path, Some(body), &[("x-correlation-id", &number)]).await;
        assert!(answer.status < 300, "{path}: {answer:?}");
        answer.body
    }

    async fn register(&mut self, name: &str) -> Person {
        let email = format!("{name}@example.com");
        let body = json!({"username": name, "email": email, "password": PASSWORD, "firstName": "Sample",
            "lastName": "Person"});
        let data = self.send(&self.client, Method::POST, "/api/auth/register", &body).await["data"].take();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let client = self.client.bearer(&text(&data["accessToken"]));
        let (id, refresh) = (text(&data["user"]["id"]), text(&data["refreshToken"]));
        self.done.push(Acknowledged::Registered { email: email.clone() });
        Person { id, email, client, refresh }
    }

    async fn list(&mut self, person: &Person, price: u64) -> String {
        let body = json!({"title": "2 BHK in Kondapur", "location": "Kondapur", "price": price,
            "propertyType": "APARTMENT"});
        let answer = self.send(&person.client, Method::POST, "/api/properties", &body).await;
        let id = answer["data"]["id"].as_str().unwrap().to_owned();
        self.done.push(Acknowledged::Listed { id: id.clone(), price });
        id
    }

    async fn price(&mut self, person: &Person, id: &str, price: u64) {
        let body = json!({"title": "2 BHK in Kondapur", "location": "Kondapur", "price": price,
            "propertyType": "APARTMENT"});
        self.send(&person.client, Method::PUT, &format!("/api/properties/{id}"), &body).await;
        self.done.push(Acknowledged::Priced { id: id.to_owned(), price });
    }

    async fn upload(&mut self, person: &Person) {
        let number = format!("cmd-{}-", self.done.len());
        let form = Form::file("plan.pdf", b"%PDF-1.4\n% a plan\n%%EOF\n").finish();
        let headers = [("x-correlation-id", number.as_str())];
        let answer = person.client.send_bytes(Method::POST, "/api/files/upload", form, &headers).await;
        let answer = answer.expect(201);
        self.done.push(Acknowledged::Uploaded { url: answer.data()["fileUrl"].as_str().unwrap().to_owned() });
    }

    async fn sign_in_and_out(&mut self, person: &Person) {
        let body = json!({"email": person.email, "password": PASSWORD});
        let data = self.send(&self.client, Method::POST, "/api/auth/login", &body).await["data"].take();
        let refresh = data["refreshToken"].as_str().unwrap().to_owned();
        self.done.push(Acknowledged::SignedIn { refresh: refresh.clone() });
        let client = self.client.bearer(data["accessToken"].as_str().unwrap());
        self.send(&client, Method::POST, "/api/auth/logout", &json!({})).await;
        self.done.push(Acknowledged::SignedOut { refresh });
    }

    async fn leave(&mut self, person: &Person) {
        self.send(&person.client, Method::DELETE, &format!("/api/users/{}", person.id), &json!({})).await;
        self.done.push(Acknowledged::Left { email: person.email.clone() });
    }
}

/// Sends commands of every kind to a traced server, from its first start on.
async fn traced(data_dir: &Path, trace: &Path) -> Vec<Acknowledged> {
    let child = Child::traced(BINARY, data_dir, trace);
    let mut sender = Sender { client: child.client.clone(), done: Vec::new() };
    for round in 0..4 {
        let person = sender.register(&format!("person-{round}")).await;
        let home = sender.list(&person, 5_000_000 + round).await;
        sender.price(&person, &home, 6_000_000 + round).await;
        sender.upload(&person).await;
        sender.sign_in_and_out(&person).await;
        let other = sender.register(&format!("other-{round}")).await;
        sender.leave(&other).await;
    }
    child.kill();
    sender.done
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_13_nothing_acknowledged_is_lost_by_a_power_cut() {
    let may_trace = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).output();
    let may_trace = may_trace.is_ok_and(|output| output.status.success());
    assert!(may_trace || std::env::var_os("CI").is_none(), "CI needs strace, and the right to trace");
    if !may_trace {
        println!("SKIPPED: strace is not there or may not trace here");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let (data_dir, calls) = (directory.path().join("data"), directory.path().join("trace"));
    std::fs::create_dir(&data_dir).unwrap();
    let done = traced(&data_dir, &calls).await;
    let trace = Trace::read(&std::fs::read_to_string(&calls).unwrap(), &data_dir);
    let answers: Vec<usize> = (0..done.len()).map(|number| trace.answered(number)).collect();
    let cuts = std::env::var("HYD_TEST_CUTS").map_or(12, |cuts| cuts.parse().unwrap());
    let mut random = StdRng::seed_from_u64(7);
    for cut in 0..cuts {
        // Right after a response: the worst moment for it to be missing on disk.
        let last = if cut == 0 { answers.len() - 1 } else { random.random_range(0..answers.len()) };
        let after = tempfile::tempdir().unwrap();
        Disk::after(&trace.calls[..=answers[last]], &mut random).write(&data_dir, after.path());
        let known: Vec<&Acknowledged> =
            done.iter().zip(&answers).filter(|(_, at)| **at <= answers[last]).map(|(done, _)| done).collect();
        println!("cut {cut} behind request {last}: {} acknowledged", known.len());
        all_there(after.path(), &known).await;
    }
    let synced = |call: &&Call| matches!(call, Call::Sync { .. });
    println!("{} calls, {} of them syncs", trace.calls.len(), trace.calls.iter().filter(synced).count());
}

/// Starts a server on what the cut left, and checks that it knows everything it acknowledged.
async fn all_there(data_dir: &Path, known: &[&Acknowledged]) {
    let child = Child::serve(BINARY, data_dir);
    let client = &child.client;
    let left =
        |email: &str| known.iter().any(|done| matches!(done, Acknowledged::Left { email: e } if e == email));
    let later = |id: &str, than: u64| {
        known
            .iter()
            .any(|done| matches!(done, Acknowledged::Priced { id: i, price } if i == id && *price > than))
    };
    let out = |token: &str| {
        known.iter().any(|done| matches!(done, Acknowledged::SignedOut { refresh } if refresh == token))
    };
    for done in known {
        match done {
            Acknowledged::Registered { email } if !left(email) => drop(Person::enter(client, email).await),
            Acknowledged::Registered { email } | Acknowledged::Left { email } => {
                let body = json!({"email": email, "password": PASSWORD});
                assert_eq!(client.post("/api/auth/login", &body).await.status, 401, "{email} came back");
            }
            Acknowledged::Listed { id, price } | Acknowledged::Priced { id, price } => {
                let home = client.get(&format!("/api/properties/{id}")).await.expect(200);
                assert!(
                    home.data()["price"] == *price || later(id, *price),
                    "{id} costs {}",
                    home.data()["price"]
                );
            }
            Acknowledged::Uploaded { url } => {
                let admin = Person::enter(client, testkit::ADMIN).await;
                let path = url.strip_prefix(client.base()).unwrap_or(url);
                assert_eq!(admin.client.bytes(path, &[]).await.0, 200, "{url} has no bytes");
            }
            Acknowledged::SignedIn { refresh } | Acknowledged::SignedOut { refresh } => {
                let body = json!({"refreshToken": refresh});
                let status = client.post("/api/auth/refresh", &body).await.status;
                let ended = out(refresh) || matches!(done, Acknowledged::SignedOut { .. });
                assert_eq!(status, if ended { 401 } else { 200 }, "{refresh} after a power cut");
            }
        }
    }
    child.kill();
}
