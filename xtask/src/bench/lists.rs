//! What a list costs among many rows and among few. Two servers run side by side, one with a million rows in each read
//! model and one with ten thousand; each list is asked of both in turn. Then a page, a search and suggestions are
//! compared with a bare handler that sends the same bytes.

mod seed;

use std::cell::Cell;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::json;
use tokio::time::Instant;

use super::listing::Bodies;
use super::load::{self, Load};
use super::process::Process;
use super::sample::{Samples, median};
use super::scene::{self, PASSWORD};
use super::wire::{Connection, Request};
use crate::terminal::{note, say};

const FEW: u64 = 10_000;
const ADMIN: &str = "root@example.com";
/// Requests of one list in one round.
const ASKED: usize = 40;
/// The index takes up the seeded homes within this time.
const INDEXING: Duration = Duration::from_mins(20);

/// Who asks.
#[derive(Clone, Copy, Debug)]
enum By {
    Nobody,
    /// Lists homes, and has enquiries.
    Owner,
    /// Saves and searches, and has an inbox.
    Seeker,
    Admin,
}

const LISTS: &[(By, &str)] = &[
    (By::Nobody, "/api/properties?size=20"),
    (By::Nobody, "/api/properties?size=20&page=400"),
    (By::Nobody, "/api/properties?size=20&sortBy=price&sortDir=asc"),
    (By::Nobody, "/api/properties?size=20&sortBy=areaSqft&sortDir=desc"),
    (By::Nobody, "/api/properties/featured?size=20"),
    (By::Nobody, "/api/properties/recent?limit=20"),
    (By::Nobody, "/api/properties/user/{owner}?size=20"),
    (By::Owner, "/api/properties/my-properties?size=20"),
    (By::Owner, "/api/properties/my-properties?size=20&sortBy=price"),
    (By::Seeker, "/api/properties/favorites?size=20"),
    (By::Admin, "/api/moderation/queue?size=20"),
    (By::Owner, "/api/leads?size=20"),
    (By::Owner, "/api/leads?size=20&status=NEW"),
    (By::Owner, "/api/contact-looks?size=20"),
    (By::Admin, "/api/users?size=20"),
    (By::Seeker, "/api/search/saved/me?size=20"),
    (By::Seeker, "/api/search/history/me?size=20"),
    (By::Seeker, "/api/notifications/me?size=20"),
    (By::Seeker, "/api/user-history/me?size=20"),
    (By::Seeker, "/api/user-history/me/properties?size=20"),
    (By::Admin, "/api/v1/admin/dead-letters?size=20"),
    (By::Admin, "/api/v1/admin/mailbox"),
    (By::Nobody, "/"),
    (By::Nobody, "/homes"),
];

/// Compared with a handler that sends the same bytes.
const SAME_BYTES: [(&str, &str); 3] = [
    ("a list of 20", "/api/properties?size=20"),
    ("a search with facets", "/api/search/properties?query=flat&size=20&facets=true"),
    ("suggestions", "/api/search/suggestions?query=kond"),
];

/// A server among so many rows, and its people.
struct Site {
    rows: u64,
    server: Process,
    owner_id: String,
    tokens: [String; 3],
}

impl Site {
    fn address(&self) -> anyhow::Result<SocketAddr> {
        self.server.address("is ready at http://")
    }

    fn token(&self, by: By) -> &str {
        match by {
            By::Nobody => "",
            By::Owner => &self.tokens[0],
            By::Seeker => &self.tokens[1],
            By::Admin => &self.tokens[2],
        }
    }

    fn path(&self, path: &str) -> String {
        path.replace("{owner}", &self.owner_id)
    }
}

/// Measures and prints.
pub fn measure(binaries: &Path, work: &Path, many: u64, rounds: usize) -> anyhow::Result<()> {
    let few = open(binaries, &work.join("few"), FEW.min(many))?;
    let many = open(binaries, &work.join("many"), many)?;
    let runtime = scene::runtime()?;
    say(&format!(
        "| List | p50 µs, {} rows | p50 µs, {} rows | ratio |\n|---|---:|---:|---:|",
        few.rows, many.rows
    ));
    for (by, path) in LISTS {
        let found = runtime.block_on(side_by_side([&few, &many], *by, path, rounds))?;
        let [few_us, many_us] = found;
        say(&format!("| `{path}` | {few_us:.0} | {many_us:.0} | {:.2} |", many_us / few_us));
    }
    say(
        "\n| Same bytes | rows | bytes | server, req/s | bare handler, req/s | ratio |\n|---|---:|---:|---:|---:|---:|",
    );
    for site in [&few, &many] {
        against_bare(binaries, work, site, rounds)?;
    }
    Ok(())
}

/// The medians of the rounds, in microseconds.
async fn side_by_side(sites: [&Site; 2], by: By, path: &str, rounds: usize) -> anyhow::Result<[f64; 2]> {
    let mut medians = [Vec::new(), Vec::new()];
    // The first round warms up.
    for round in 0..=rounds {
        for (site, medians) in sites.iter().zip(&mut medians) {
            let mut connection = Connection::open(site.address()?).await?;
            let path = site.path(path);
            let request = Request { method: "GET", path: &path, token: site.token(by), body: None };
            let mut samples = Samples::default();
            for _ in 0..ASKED {
                let sent = Instant::now();
                connection.send(request).await?.expect(200).with_context(|| path.clone())?;
                samples.push(sent.elapsed());
            }
            if round > 0 {
                medians.push(samples.percentile(50) * 1000.0);
            }
        }
    }
    let [few, many] = medians.map(median);
    Ok([few.context("no rounds")?, many.context("no rounds")?])
}

/// The server and a bare handler, both on the first core, in turn.
fn against_bare(binaries: &Path, work: &Path, site: &Site, rounds: usize) -> anyhow::Result<()> {
    let runtime = scene::runtime()?;
    let bare_dir = work.join(format!("bare-{}", site.rows));
    std::fs::create_dir_all(&bare_dir)?;
    for (number, (_, path)) in SAME_BYTES.iter().enumerate() {
        let body = runtime.block_on(body(site.address()?, path))?;
        std::fs::write(bare_dir.join(format!("same-{number}.json")), body)?;
    }
    let mut bare = Command::new("taskset");
    bare.args(["-c", "0"]).arg(binaries.join("xtask")).arg("baseline").arg("--data-dir").arg(&bare_dir);
    let bare = Process::start(&mut bare, &bare_dir.join("log"))?;
    for (number, (what, path)) in SAME_BYTES.iter().enumerate() {
        let time = Duration::from_secs(1);
        let run = |address, path: &str| -> anyhow::Result<f64> {
            let next = |out: &mut Vec<u8>| Request { method: "GET", path, token: "", body: None }.write(out);
            Ok(load::run(&Load { address, status: 200, time, next: &next })?.per_second)
        };
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            ours.push(run(site.address()?, path)?);
            theirs.push(run(bare.address("is ready at http://")?, &format!("/same/{number}"))?);
        }
        let bytes = std::fs::metadata(bare_dir.join(format!("same-{number}.json")))?.len();
        let (ours, theirs) = (median(ours).context("no rounds")?, median(theirs).context("no rounds")?);
        say(&format!(
            "| {what} | {} | {bytes} | {ours:.0} | {theirs:.0} | {:.2} |",
            site.rows,
            ours / theirs
        ));
    }
    Ok(())
}

async fn body(address: SocketAddr, path: &str) -> anyhow::Result<String> {
    let mut connection = Connection::open(address).await?;
    let request = Request { method: "GET", path, token: "", body: None };
    Ok(connection.send(request).await?.expect(200)?.text().to_owned())
}

/// Sets the scene over HTTP, seeds the tables while the server is down, and starts it again.
fn open(binaries: &Path, data: &Path, rows: u64) -> anyhow::Result<Site> {
    note(&format!("seeding {rows} rows"));
    let (owner_id, seeker_id) = {
        let server = start(binaries, data, "begin.log")?;
        let address = server.address("is ready at http://")?;
        let management = server.address("metrics at http://")?;
        scene::runtime()?.block_on(begin(address, management))?
    };
    seed::seed(data, rows, &owner_id, &seeker_id)?;
    let server = start(binaries, data, "server.log")?;
    let address = server.address("is ready at http://")?;
    let tokens = scene::runtime()?.block_on(async {
        let mut connection = Connection::open(address).await?;
        let mut tokens = Vec::new();
        for email in ["owner@example.com", "seeker@example.com", ADMIN] {
            tokens.push(sign_in(&mut connection, email).await?);
        }
        // The index reads on when something changes.
        scene::list(&mut connection, &tokens[0], &Bodies::from(1).next()).await?;
        indexed(&mut connection, rows).await?;
        <[String; 3]>::try_from(tokens).map_err(|_| anyhow::anyhow!("three people"))
    })?;
    Ok(Site { rows, server, owner_id, tokens })
}

fn start(binaries: &Path, data: &Path, log: &str) -> anyhow::Result<Process> {
    std::fs::create_dir_all(data)?;
    let server = super::server(&binaries.join("hyderabadinfra"), data);
    // On one core, beside the load on the other.
    let mut pinned = Command::new("taskset");
    pinned.args(["-c", "0"]).arg(server.get_program()).args(server.get_args());
    for (name, value) in server.get_envs() {
        match value {
            Some(value) => pinned.env(name, value),
            None => pinned.env_remove(name),
        };
    }
    pinned.env("HYD_ADMIN_EMAIL", ADMIN).env("HYD_ADMIN_PASSWORD", PASSWORD).env("HYD_LOG_LEVEL", "error");
    Process::start(&mut pinned, &data.with_extension(log))
}

/// An owner with a home, and a seeker who saved it, asked about it, and searched.
async fn begin(address: SocketAddr, management: SocketAddr) -> anyhow::Result<(String, String)> {
    let mut connection = Connection::open(address).await?;
    let owner = scene::register(&mut connection, "owner").await?;
    let seeker = scene::register(&mut connection, "seeker").await?;
    let home = scene::list(&mut connection, &owner, &Bodies::from(0).next()).await?;
    let saved =
        json!({"name": "Flats", "query": {"query": "flat"}, "channels": ["IN_APP"], "frequency": "DAILY"});
    let asked = json!({"message": "Is it still there?"}).to_string();
    let report = json!({"cause": "FRAUD"}).to_string();
    for (path, body) in [
        (format!("/api/properties/{home}/favorite"), None),
        (format!("/api/properties/{home}/view"), None),
        (format!("/api/properties/{home}/leads"), Some(asked)),
        (format!("/api/properties/{home}/report"), Some(report)),
        ("/api/search/save".to_owned(), Some(saved.to_string())),
    ] {
        let request = Request { method: "POST", path: &path, token: &seeker, body: body.as_deref() };
        let answer = connection.send(request).await?;
        ensure!(answer.status < 500, "{path} answered {}", answer.status);
    }
    let request =
        Request { method: "GET", path: "/api/search/properties?query=flat", token: &seeker, body: None };
    connection.send(request).await?.expect(200)?;
    let mut ids = Vec::new();
    for token in [&owner, &seeker] {
        let request = Request { method: "GET", path: "/api/users/profile", token, body: None };
        let profile = connection.send(request).await?.expect(200)?.json()?;
        ids.push(profile["data"]["id"].as_str().context("a profile without an id")?.to_owned());
    }
    scene::settled(management).await?;
    let [owner, seeker] = <[String; 2]>::try_from(ids).map_err(|_| anyhow::anyhow!("two people"))?;
    Ok((owner, seeker))
}

async fn sign_in(connection: &mut Connection, email: &str) -> anyhow::Result<String> {
    let body = json!({"email": email, "password": PASSWORD}).to_string();
    let request = Request { method: "POST", path: "/api/auth/login", token: "", body: Some(&body) };
    let answer = connection.send(request).await?.expect(200)?.json()?;
    Ok(answer["data"]["accessToken"].as_str().context("no token")?.to_owned())
}

/// Waits until a search finds all homes.
async fn indexed(connection: &mut Connection, rows: u64) -> anyhow::Result<()> {
    let began = Instant::now();
    let told = Cell::new(0);
    loop {
        let request = Request { method: "GET", path: "/api/search/properties?size=1", token: "", body: None };
        let found = connection.send(request).await?.expect(200)?.json()?;
        let found = found["data"]["totalElements"].as_u64().unwrap_or_default();
        if found >= rows {
            return Ok(());
        }
        ensure!(began.elapsed() < INDEXING, "the index has {found} of {rows} homes");
        if found / 100_000 > told.get() {
            told.set(found / 100_000);
            note(&format!("{found} homes are indexed"));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
