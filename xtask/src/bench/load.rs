//! Load from many concurrent connections. Each sends its next request when the previous one was answered. All run
//! on one thread, because the load shares the machine with the server under test.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::future::try_join_all;
use tokio::time::Instant;

use super::sample::{Figure, Samples, rate};
use super::wire::Connection;

pub const CONNECTIONS: usize = 64;
/// Responses during this warm-up are not counted.
const WARM_UP: Duration = Duration::from_millis(300);
/// A response that takes longer ends the benchmark.
const PATIENCE: Duration = Duration::from_secs(30);

/// What to send, where to, and the expected status.
pub struct Load<'a> {
    pub address: SocketAddr,
    pub status: u16,
    pub time: Duration,
    /// Writes the next request to an empty buffer.
    pub next: &'a dyn Fn(&mut Vec<u8>),
}

/// # Errors
/// At the first response with another status.
pub fn run(load: &Load<'_>) -> anyhow::Result<Figure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let all = tokio::time::timeout(WARM_UP + load.time + PATIENCE, everybody(load)).await;
        let mut samples = all.context("the server stopped answering")??;
        let count = u64::try_from(samples.len())?;
        Ok(Figure {
            per_second: rate(count, load.time),
            p50_ms: samples.percentile(50),
            p99_ms: samples.percentile(99),
        })
    })
}

async fn everybody(load: &Load<'_>) -> anyhow::Result<Samples> {
    let connections = try_join_all((0..CONNECTIONS).map(|_| Connection::open(load.address))).await?;
    let from = Instant::now() + WARM_UP;
    let each = connections.into_iter().map(|connection| one(load, connection, from));
    let mut all = Samples::default();
    for samples in try_join_all(each).await? {
        all.extend(&samples);
    }
    Ok(all)
}

async fn one(load: &Load<'_>, mut connection: Connection, from: Instant) -> anyhow::Result<Samples> {
    let until = from + load.time;
    let mut samples = Samples::default();
    let mut request = Vec::with_capacity(2048);
    loop {
        request.clear();
        (load.next)(&mut request);
        let sent = Instant::now();
        connection.call(&request).await?.expect(load.status)?;
        let answered = Instant::now();
        if answered >= until {
            return Ok(samples);
        }
        if answered >= from {
            samples.push(answered - sent);
        }
    }
}
