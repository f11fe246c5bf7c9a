//! Measurements with millions of activity events: how fast the whole application accepts them, and how long a
//! person's history page takes, compared with the same page among ten thousand events.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use bus::{Asker, WaitOutcome};
use domain::activity::{ActivityEvent, Snapshot};
use domain::money::Paise;
use domain::user::Role;
use domain::{Actor, Log, Metadata, StreamId, UserId};
use history::History;
use http_kit::AppContext;
use hyderabadinfra::app::{self, App};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tower::ServiceExt as _;
use uuid::Uuid;

use super::lag;
use super::sample::{Samples, rate};
use crate::terminal::{note, say};

const FEW: u64 = 10_000;
/// Views of each person.
const EACH: u64 = 400;
const AT_ONCE: u64 = 256;
const HOMES: u64 = 5_000;
/// Pages read from each application, alternately.
const PAGES: u64 = 400;
const PATIENCE: Duration = Duration::from_hours(1);

/// Measures, and prints the result.
pub async fn measure(work: &Path, events: u64) -> anyhow::Result<()> {
    let prometheus = app::prometheus()?;
    let few = Filled::open(&work.join("few"), FEW, prometheus.clone()).await?;
    let many = Filled::open(&work.join("many"), events, prometheus).await?;
    let (mut of_few, mut of_many) = (Samples::default(), Samples::default());
    for number in 0..PAGES {
        of_few.push(few.page(number).await?);
        of_many.push(many.page(number).await?);
    }
    let (p50, p99) = (of_many.percentile(50), of_many.percentile(99));
    let (least, least_p99) = (of_few.percentile(50), of_few.percentile(99));
    say(&format!(
        "- {events} activity events: appended at {:.0}/s while every read model followed, which was done {:.1} s later; \
         {FEW} at {:.0}/s, ratio {:.2}\n\
         - a person's page of history among {events} events: p50 {p50:.2} ms, p99 {p99:.2} ms; among {FEW}: p50 {least:.2} \
         ms, p99 {least_p99:.2} ms; ratio {:.2} (aim at most 1.1)",
        many.per_second,
        many.behind.as_secs_f64(),
        few.per_second,
        many.per_second / few.per_second,
        p50 / least,
    ));
    few.app.shutdown().await;
    many.app.shutdown().await;
    Ok(())
}

/// An application filled with a number of events.
struct Filled {
    app: App,
    router: Router,
    people: u64,
    per_second: f64,
    behind: Duration,
}

fn person(number: u64) -> UserId {
    Uuid::from_u128(0x019b_0000_0000_7000_8000_0000_0000_0000 + u128::from(number)).into()
}

async fn look(context: &AppContext, number: u64, people: u64) -> anyhow::Result<()> {
    // Scattered, so that neighbouring events in the log belong to different people.
    let scattered = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
    let user = person(scattered % people);
    let home = number % HOMES;
    let (title, price) =
        (format!("Apartment number {home} in Kondapur"), Paise::from_paise(i64::try_from(home)? * 1_000_000));
    let snapshot = Snapshot::of(person(home % 100), &title, price, "Kondapur");
    let property_id = Uuid::from_u128(0x019b_0000_0000_7000_9000_0000_0000_0000 + u128::from(home)).into();
    let event = ActivityEvent::Viewed { property_id, snapshot, views: 1, counted: true };
    let tenant = context.tenants.default_id().clone();
    let stream = StreamId::new(&tenant, "activity", user);
    let actor = Actor { tenant, user: Some(user), metadata: Metadata::default() };
    context.aggregates.record(&actor, stream, &event).await?;
    Ok(())
}

impl Filled {
    async fn open(directory: &Path, events: u64, prometheus: PrometheusHandle) -> anyhow::Result<Self> {
        note(&format!("{events} activity events"));
        let app = App::open(&lag::settings(directory)?, lag::opening(prometheus)).await?;
        let people = events.div_ceil(EACH);
        let next = Arc::new(AtomicU64::new(0));
        let mut workers = JoinSet::new();
        let began = Instant::now();
        for _ in 0..AT_ONCE {
            let context = app.context.clone();
            let next = Arc::clone(&next);
            workers.spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= events {
                        return anyhow::Ok(());
                    }
                    look(&context, number, people).await?;
                }
            });
        }
        while let Some(done) = workers.join_next().await {
            done??;
        }
        let per_second = rate(events, began.elapsed());
        let filled = Instant::now();
        let head = app.context.aggregates.journal().head(Log::Activity).await?;
        let handle = app.groups.iter().find(|handle| handle.group.name == History::group().name);
        let handle = handle.context("no history group")?;
        let nobody = Asker { tenant: app.tenant(), user: app.context.aggregates.fresh().into() };
        let waited = handle.status.wait(&[head], nobody, PATIENCE).await;
        ensure!(waited == WaitOutcome::Applied, "the history did not follow: {waited:?}");
        let router = app.public().into_router();
        Ok(Self { app, router, people, per_second, behind: filled.elapsed() })
    }

    /// How long a person's first page takes.
    async fn page(&self, number: u64) -> anyhow::Result<Duration> {
        let context = &self.app.context;
        let user = person(number * 31 % self.people);
        let token = context.tokens.issue(
            self.app.tenant(),
            user,
            context.aggregates.fresh().into(),
            Role::default(),
            0,
        )?;
        let request = Request::get(format!("/api/user-history/{user}?size=50"))
            .header(header::HOST, "127.0.0.1")
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        let request = request.body(Body::empty())?;
        let began = Instant::now();
        let answer = self.router.clone().oneshot(request).await?;
        let status = answer.status();
        let body = to_bytes(answer.into_body(), 1 << 20).await?;
        let took = began.elapsed();
        ensure!(status == StatusCode::OK && body.len() > 1000, "a page answered {status}");
        Ok(took)
    }
}
