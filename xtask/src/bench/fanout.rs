//! (i) The delay between the answer to a command and its delivery to every subscriber.

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use futures_util::StreamExt as _;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tower::ServiceExt as _;

use super::lag::{Lag, post};
use super::listing;
use super::sample::{Figure, Samples, rate};

const PEOPLE: usize = 50;
/// Connections of each person, which is the most a person may have.
const CONNECTIONS: usize = 10;

/// People who subscribe to their own activity, on many connections each.
pub struct Fanout {
    people: Vec<Person>,
    connections: JoinSet<()>,
}

struct Person {
    router: Router,
    token: String,
    told: Vec<mpsc::UnboundedReceiver<Instant>>,
}

impl Fanout {
    /// Opens the connections.
    pub async fn open(lag: &Lag) -> anyhow::Result<Self> {
        let mut people = Vec::with_capacity(PEOPLE);
        let mut connections = JoinSet::new();
        for number in 0..PEOPLE {
            let (token, _) = lag.join(&format!("listener{number}")).await?;
            let mut told = Vec::with_capacity(CONNECTIONS);
            for _ in 0..CONNECTIONS {
                told.push(listen(lag.router(), &token, &mut connections).await?);
            }
            people.push(Person { router: lag.router().clone(), token, told });
        }
        Ok(Self { people, connections })
    }

    /// Each person lists homes in sequence. The next follows when all connections have delivered the one before.
    pub async fn tell(&mut self, commands: u64) -> anyhow::Result<Figure> {
        let began = Instant::now();
        let each = commands / PEOPLE as u64;
        let acts = self.people.iter_mut().map(|person| person.act(each));
        let mut all = Samples::default();
        for told in futures_util::future::try_join_all(acts).await? {
            all.extend(&told);
        }
        let told = each * (PEOPLE * CONNECTIONS) as u64;
        Ok(Figure {
            per_second: rate(told, began.elapsed()),
            p50_ms: all.percentile(50),
            p99_ms: all.percentile(99),
        })
    }

    /// Ends the connections.
    pub async fn close(mut self) {
        self.connections.shutdown().await;
    }
}

impl Person {
    async fn act(&mut self, times: u64) -> anyhow::Result<Samples> {
        let mut samples = Samples::default();
        for number in 0..times {
            let body = Value::Object(listing::members(number)).to_string();
            post(&self.router, "/api/properties", &self.token, body).await?;
            let answered = Instant::now();
            for told in &mut self.told {
                let at = told.recv().await.context("a connection ended")?;
                samples.push(at.saturating_duration_since(answered));
            }
        }
        Ok(samples)
    }
}

/// Sends the time of every item.
async fn listen(
    router: &Router,
    token: &str,
    connections: &mut JoinSet<()>,
) -> anyhow::Result<mpsc::UnboundedReceiver<Instant>> {
    let request = Request::get("/api/realtime/stream")
        .header(header::HOST, "127.0.0.1")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    let answer = router.clone().oneshot(request.body(Body::empty())?).await?;
    ensure!(answer.status() == StatusCode::OK, "listening answered {}", answer.status());
    let (sender, told) = mpsc::unbounded_channel();
    let mut chunks = answer.into_body().into_data_stream();
    connections.spawn(async move {
        while let Some(Ok(chunk)) = chunks.next().await {
            let items =
                String::from_utf8_lossy(&chunk).lines().filter(|line| line.starts_with("data:")).count();
            for _ in 0..items {
                if sender.send(Instant::now()).is_err() {
                    return;
                }
            }
        }
    });
    Ok(told)
}
