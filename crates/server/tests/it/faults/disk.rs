//! A full disk, with the server's log on it or elsewhere.

use std::fs::File;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use testkit::{ADMIN, Answer, Child, Client, PASSWORD, Person, SmallDisk, until};

use super::{BINARY, LONG, TOLD, caught_up, found, list};

async fn statuses(client: &Client) -> [u16; 3] {
    let mut all = [0; 3];
    for (status, path) in all.iter_mut().zip(["", "/readiness", "/liveness"]) {
        *status = client.get(&format!("/actuator/health{path}")).await.status;
    }
    all
}

async fn events(admin: &Client, kind: &str) -> usize {
    let page = admin.get(&format!("/api/v1/admin/events?eventType={kind}")).await.expect(200);
    page.data()["content"].as_array().unwrap().len()
}

/// Whether a write was refused. A write either succeeds or is refused as unavailable.
fn refused(answer: &Answer) -> bool {
    assert!([201, 503].contains(&answer.status), "{} {}", answer.status, answer.text);
    answer.status == 503
}

struct Scene {
    disk: SmallDisk,
    child: Child,
    owner: Person,
    admin: Client,
}

impl Scene {
    async fn begin(log_on_it: bool) -> Option<Self> {
        let disk = SmallDisk::of(48)?;
        let data = disk.path().join("data");
        let child = Child::start(disk.command(BINARY), &data, |command| {
            command.env("HYD_DISK_WARN_MIB", "16").env("HYD_LOG_LEVEL", "debug");
            if log_on_it {
                command.stderr(File::create(disk.path().join("log")).unwrap());
            }
        });
        let owner = Person::register(&child.client, "owner").await;
        let admin = Person::enter(&child.client, ADMIN).await.client;
        Some(Self { disk, child, owner, admin })
    }

    /// A disk that fills up is reported before it is full.
    async fn warn(&self) {
        let disk = async || {
            let health = self.child.management.get("/actuator/health").await;
            (health.status, health.body["components"]["disk"]["status"].as_str().map(str::to_owned))
        };
        assert_eq!(disk().await, (200, Some("UP".to_owned())));
        self.disk.fill_to(8);
        until("the filling disk is told", TOLD, async || {
            (disk().await == (200, Some("WARN".to_owned()))).then_some(())
        })
        .await;
        until("it is an event", TOLD, async || {
            (events(&self.admin, "DISK_FILLING").await == 1).then_some(())
        })
        .await;
    }

    /// Every kind of write on a full disk, and what the health check reports.
    async fn full(&self) {
        self.disk.fill(&self.child);
        until("health tells of the full disk", TOLD, async || {
            (statuses(&self.child.client).await == [503, 503, 200]).then_some(())
        })
        .await;
        // Reads still work, and all writes are refused.
        self.child.client.get("/api/properties").await.expect(200);
        let mut refusals = 0;
        for number in 0..20 {
            refusals += u32::from(refused(&list(&self.owner, &format!("full-{number}")).await));
            let sign_in = json!({"email": self.owner.email, "password": PASSWORD});
            let answer = self.child.client.post("/api/auth/login", &sign_in).await;
            assert!([200, 503].contains(&answer.status), "{}", answer.text);
            let share = self.child.client.send(Method::GET, "/api/properties?size=1", None, &[]).await;
            share.expect(200);
        }
        assert!(refusals > 0);
        assert_eq!(statuses(&self.child.client).await, [503, 503, 200], "it stays told");
    }

    async fn room_again(self) {
        self.disk.empty(&self.child);
        until("health tells that there is room again", Duration::from_secs(10), async || {
            (statuses(&self.child.client).await == [200; 3]).then_some(())
        })
        .await;
        // Refused commands are sent again with their idempotency keys, and exist once.
        for number in 0..20 {
            list(&self.owner, &format!("full-{number}")).await.expect(201);
        }
        found(&self.owner.client, 21).await;
        caught_up(&self.admin).await;
        Person::register(&self.child.client, "another").await;
        if self.disk.is_mounted() {
            until("the end is an event", LONG, async || {
                (events(&self.admin, "DISK_RECOVERED").await == 1).then_some(())
            })
            .await;
            assert_eq!(events(&self.admin, "DISK_FILLING").await, 1, "said once");
        }
        assert_eq!(self.child.stop().code(), Some(0));
    }
}

async fn a_full_disk(log_on_it: bool) {
    let Some(scene) = Scene::begin(log_on_it).await else { return };
    list(&scene.owner, "before").await.expect(201);
    found(&scene.owner.client, 1).await;
    if scene.disk.is_mounted() {
        scene.warn().await;
    }
    scene.full().await;
    scene.room_again().await;
}

/// A former fault: health reported UP while writes, sign-ins and uploads failed.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_all_goes_on_when_it_has_room() {
    a_full_disk(false).await;
}

/// A former fault: the log could not be written either, which killed the writer, and only a restart helped.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_that_holds_the_log_too_is_survived() {
    a_full_disk(true).await;
}
