//! (g) The delay between the answer to a command and its arrival in the history, at a steady rate of commands.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::Response;
use bus::{Asker, GroupStatus, WaitOutcome};
use domain::{Clock, Position, TenantId, UserId};
use history::History;
use hyderabadinfra::app::{self, App, LogLevels, Opening};
use hyderabadinfra::settings::{self, Flag, Settings, Sources};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::{Value, json};
use supervisor::Supervisor;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval};
use tower::ServiceExt as _;

use super::listing;
use super::sample::{Figure, Samples, rate};
use super::scene::PASSWORD;

const PACE: Duration = Duration::from_millis(1);
const PATIENCE: Duration = Duration::from_secs(30);
const LARGEST: usize = 1 << 20;

/// The whole application in this process. Its router is called without a socket.
pub struct Lag {
    app: App,
    router: Router,
    history: GroupStatus,
    token: String,
    user: UserId,
}

impl Lag {
    pub async fn open(directory: &Path) -> anyhow::Result<Self> {
        let app = App::open(&settings(directory)?, opening(app::prometheus()?)).await?;
        let router = app.public().into_router();
        let name = History::group().name;
        let history =
            app.groups.iter().find(|handle| handle.group.name == name).context("no history group")?;
        let history = history.status.clone();
        let (token, user) = join(&router, "pacer").await?;
        Ok(Self { app, router, history, token, user })
    }

    /// Registers a person and returns their token and id.
    pub async fn join(&self, name: &str) -> anyhow::Result<(String, UserId)> {
        join(&self.router, name).await
    }

    pub fn router(&self) -> &Router {
        &self.router
    }

    /// Sends `commands` commands, one each millisecond. A slow one does not delay the next.
    pub async fn paced(&self, round: usize, commands: u64) -> anyhow::Result<Figure> {
        let mut pace = interval(PACE);
        let mut in_progress = JoinSet::new();
        let began = Instant::now();
        for number in 0..commands {
            pace.tick().await;
            let body = Value::Object(listing::members(u64::try_from(round)? * commands + number)).to_string();
            let router = self.router.clone();
            let token = self.token.clone();
            let history = self.history.clone();
            let user = self.user;
            let tenant = self.app.tenant().clone();
            in_progress.spawn(async move {
                let answer = post(&router, "/api/properties", &token, body).await?;
                lag(&history, answer.headers(), &tenant, user).await
            });
        }
        let sent = began.elapsed();
        let mut samples = Samples::default();
        while let Some(done) = in_progress.join_next().await {
            samples.push(done??);
        }
        Ok(Figure {
            per_second: rate(commands, sent),
            p50_ms: samples.percentile(50),
            p99_ms: samples.percentile(99),
        })
    }

    pub async fn close(self) {
        self.app.shutdown().await;
    }
}

pub fn settings(directory: &Path) -> anyhow::Result<Settings> {
    let data_dir = directory.to_str().context("the directory's name is no text")?;
    let flag = |key, value: &str| Flag { name: key, key, value: value.to_owned() };
    let flags = vec![
        flag("data_dir", data_dir),
        flag("limits.enabled", "false"),
        flag("sessions.access_seconds", "86400"),
    ];
    Ok(settings::load(&Sources { flags, ..Sources::default() })?)
}

pub fn opening(prometheus: PrometheusHandle) -> Opening {
    let (public_url, supervisor) = ("http://127.0.0.1".to_owned(), Supervisor::default());
    Opening { clock: Clock::System, prometheus, public_url, supervisor, log_levels: LogLevels::without_log() }
}

/// The time from the answer until the history group has passed the command's position.
async fn lag(
    history: &GroupStatus,
    headers: &HeaderMap,
    tenant: &TenantId,
    user: UserId,
) -> anyhow::Result<Duration> {
    let answered = Instant::now();
    let position = headers.get("x-event-position").context("an answer without a position")?;
    let position: Position = position.to_str()?.parse()?;
    let waited = history.wait(&[position], Asker { tenant, user }, PATIENCE).await;
    ensure!(waited == WaitOutcome::Applied, "the history did not reach {position}: {waited:?}");
    Ok(answered.elapsed())
}

async fn join(router: &Router, name: &str) -> anyhow::Result<(String, UserId)> {
    let body = json!({"username": name, "email": format!("{name}@example.com"), "password": PASSWORD,
        "firstName": "Sample", "lastName": "Person"});
    let answer = post(router, "/api/auth/register", "", body.to_string()).await?;
    let body: Value = serde_json::from_slice(&to_bytes(answer.into_body(), LARGEST).await?)?;
    let token = body["data"]["accessToken"].as_str().context("no token")?.to_owned();
    Ok((token, body["data"]["user"]["id"].as_str().context("no id")?.parse()?))
}

pub async fn post(router: &Router, path: &str, token: &str, body: String) -> anyhow::Result<Response> {
    let mut request = Request::post(path)
        .header(header::HOST, "127.0.0.1")
        .header(header::USER_AGENT, "xtask bench")
        .header(header::CONTENT_TYPE, "application/json");
    if !token.is_empty() {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let answer = router.clone().oneshot(request.body(Body::from(body))?).await?;
    ensure!(answer.status() == StatusCode::CREATED, "{path} answered {}", answer.status());
    Ok(answer)
}
