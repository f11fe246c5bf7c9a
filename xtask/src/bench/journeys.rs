//! How long a person waits: from posting a home or signing in to seeing it in their history, and from posting a
//! home to finding it.

use std::net::SocketAddr;

use anyhow::{Context as _, ensure};
use serde_json::json;
use tokio::time::Instant;

use super::listing::Bodies;
use super::sample::Samples;
use super::scene::{PASSWORD, Scene, list, register, runtime};
use super::wire::{Connection, Request};

/// After this many responses without the home, the benchmark fails.
const MOST_LOOKS: u64 = 10_000;

/// One person with a browser.
pub struct Journeys {
    address: SocketAddr,
    token: String,
}

/// Where a new home is expected to appear.
#[derive(Clone, Copy, Debug)]
pub enum ReadBack {
    History,
    /// The first hit of an unfiltered search with facets, as the search's start page shows it.
    Search,
}

impl ReadBack {
    const fn path(self) -> &'static str {
        match self {
            Self::History => "/api/user-history/me?size=1",
            Self::Search => "/api/search/properties?size=1",
        }
    }
}

/// The listings created in a round.
#[derive(Debug, Default)]
pub struct ReadBacks {
    pub took: Samples,
    /// How many needed more than one read.
    pub looked_again: u64,
    /// How many got a response marked `X-Stale`.
    pub stale: u64,
}

impl ReadBacks {
    pub fn add(&mut self, others: &Self) {
        self.took.extend(&others.took);
        self.looked_again += others.looked_again;
        self.stale += others.stale;
    }
}

impl Journeys {
    pub fn set(scene: &Scene) -> anyhow::Result<Self> {
        let address = scene.address;
        let token = runtime()?.block_on(async {
            let mut connection = Connection::open(address).await?;
            register(&mut connection, "walker").await
        })?;
        Ok(Self { address, token })
    }

    /// From sending the POST to the response from `place` that contains the home, `count` times in sequence.
    pub fn create(&self, round: usize, count: usize, place: ReadBack) -> anyhow::Result<ReadBacks> {
        runtime()?.block_on(async {
            let mut connection = Connection::open(self.address).await?;
            let bodies = Bodies::from(u64::try_from(round * count)?);
            let mut seen = ReadBacks::default();
            for _ in 0..count {
                let body = bodies.next();
                let sent = Instant::now();
                let id = list(&mut connection, &self.token, &body).await?;
                let (looks, stale) = self.look_for(&mut connection, &id, place).await?;
                seen.took.push(sent.elapsed());
                seen.looked_again += u64::from(looks > 1);
                seen.stale += u64::from(stale);
            }
            Ok(seen)
        })
    }

    async fn look_for(
        &self,
        connection: &mut Connection,
        id: &str,
        place: ReadBack,
    ) -> anyhow::Result<(u64, bool)> {
        let look = Request { method: "GET", path: place.path(), token: &self.token, body: None };
        let mut stale = false;
        for looks in 1..=MOST_LOOKS {
            let answer = connection.send(look).await?.expect(200)?;
            stale |= answer.header("x-stale").is_some();
            if answer.text().contains(id) {
                return Ok((looks, stale));
            }
        }
        anyhow::bail!("its owner never found the home {id} at {}", place.path())
    }

    /// From sending the password to the response with the history, `count` times.
    pub fn sign_in(&self, count: usize) -> anyhow::Result<Samples> {
        let body = json!({"email": "walker@example.com", "password": PASSWORD}).to_string();
        let request = Request { method: "POST", path: "/api/auth/login", token: "", body: Some(&body) };
        runtime()?.block_on(async {
            let mut connection = Connection::open(self.address).await?;
            let mut took = Samples::default();
            for _ in 0..count {
                let sent = Instant::now();
                let answer = connection.send(request).await?.expect(200)?;
                took.push(sent.elapsed());
                let answer = answer.json()?;
                let history =
                    answer["data"]["history"].as_object().context("a sign-in without its history")?;
                ensure!(!history.is_empty(), "a sign-in with an empty history");
            }
            Ok(took)
        })
    }
}
