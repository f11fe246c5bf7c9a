//! The people and homes for the rows that the real server answers.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::time::Instant;

use super::listing::Bodies;
use super::wire::{Connection, Request};

pub const PASSWORD: &str = "a long and private phrase";
/// The homes that are read.
const HOMES: usize = 100;
/// The homes that the person with a history listed. They also save and open each of them.
const OWN_HOMES: usize = 150;
const SETTLING: Duration = Duration::from_mins(2);

pub struct Scene {
    pub address: SocketAddr,
    management: SocketAddr,
    /// Lists homes under load.
    pub seller: String,
    /// Opens other people's homes.
    pub visitor: String,
    /// Has a few hundred actions in the history.
    pub doer: String,
    pub homes: Vec<String>,
}

impl Scene {
    /// Registers everybody and lists the homes, over HTTP like any client.
    pub fn set(address: SocketAddr, management: SocketAddr) -> anyhow::Result<Self> {
        runtime()?.block_on(async {
            let mut connection = Connection::open(address).await?;
            let seller = register(&mut connection, "seller").await?;
            let visitor = register(&mut connection, "visitor").await?;
            let doer = register(&mut connection, "doer").await?;
            let bodies = Bodies::from(0);
            let mut homes = Vec::new();
            for _ in 0..HOMES {
                homes.push(list(&mut connection, &seller, &bodies.next()).await?);
            }
            for _ in 0..OWN_HOMES {
                list(&mut connection, &doer, &bodies.next()).await?;
            }
            for (id, what) in homes.iter().flat_map(|id| [(id, "favorite"), (id, "view")]) {
                let path = format!("/api/properties/{id}/{what}");
                let request = Request { method: "POST", path: &path, token: &doer, body: None };
                connection.send(request).await?.expect(204)?;
            }
            let scene = Self { address, management, seller, visitor, doer, homes };
            scene.settled().await?;
            Ok(scene)
        })
    }

    /// Waits until every read model has caught up, so that no row pays for the row before.
    pub fn settle(&self) -> anyhow::Result<()> {
        runtime()?.block_on(self.settled())
    }

    async fn settled(&self) -> anyhow::Result<()> {
        settled(self.management).await
    }
}

/// Waits until every read model of the server has caught up.
pub async fn settled(management: SocketAddr) -> anyhow::Result<()> {
    let began = Instant::now();
    let mut connection = Connection::open(management).await?;
    let request = Request { method: "GET", path: "/actuator/health", token: "", body: None };
    loop {
        let health = connection.send(request).await?.expect(200)?.json()?;
        let parts = health["components"].as_object().context("health tells no components")?;
        let behind = parts.values().filter_map(|part| part["details"]["lag"].as_u64()).sum::<u64>();
        if behind == 0 {
            return Ok(());
        }
        ensure!(began.elapsed() < SETTLING, "the read models are still {behind} events behind");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// A runtime for work between the rows.
pub fn runtime() -> anyhow::Result<Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// Registers a person and returns their token.
pub async fn register(connection: &mut Connection, name: &str) -> anyhow::Result<String> {
    let body = json!({"username": name, "email": format!("{name}@example.com"), "password": PASSWORD,
        "firstName": "Sample", "lastName": "Person"});
    let body = body.to_string();
    let request = Request { method: "POST", path: "/api/auth/register", token: "", body: Some(&body) };
    let answer = connection.send(request).await?.expect(201)?.json()?;
    text(&answer["data"]["accessToken"])
}

/// Lists a home and returns its id.
pub async fn list(connection: &mut Connection, token: &str, body: &str) -> anyhow::Result<String> {
    let request = Request { method: "POST", path: "/api/properties", token, body: Some(body) };
    let answer = connection.send(request).await?.expect(201)?.json()?;
    text(&answer["data"]["id"])
}

fn text(value: &Value) -> anyhow::Result<String> {
    Ok(value.as_str().context("the answer has another shape")?.to_owned())
}
