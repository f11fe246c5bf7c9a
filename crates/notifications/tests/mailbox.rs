//! Letters, from the event to the page an administrator reads.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use bus::{Advance, Asker, Checkpoint, GroupHandle, Lease, Retry, Runner, Target, Waited};
use domain::user::{Account, IssuedToken, Profile, Role, User, UserCommand};
use domain::{Actor, Clock, Envelope, Ids, Log, Metadata, TenantId, Timestamp, UserId};
use http_body_util::BodyExt;
use http_kit::{Kit, KitParts, Tenant, Tenants, Tokens, edge};
use journal::sqlite::Limits;
use journal::{ActivityQueue, Journal, KeyRing, Ledger, Options, Seen, SqliteJournal};
use notifications::{MailSettings, Notifications};
use projection::deliveries::{Settings, State};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt;

struct Site {
    kit: Kit,
    notifications: Notifications,
    handle: GroupHandle,
    clock: Clock,
    directory: TempDir,
    _group: JoinSet<()>,
    _stop: watch::Sender<bool>,
}

const START: Timestamp = Timestamp::from_micros(1_795_237_200_000_000);

fn tenant(name: &str) -> Tenant {
    Tenant { id: TenantId::stored(name), city: "Hyderabad".into(), moderation: false, hosts: Vec::new() }
}

fn settings() -> MailSettings {
    let from = "HyderabadInfra <no-reply@homes.example>".into();
    MailSettings { from, public_url: "https://homes.example/".into() }
}

async fn site() -> Site {
    let directory = tempfile::tempdir().unwrap();
    let clock = Clock::manual(START);
    let journal = SqliteJournal::open(&directory.path().join("journal"), &clock, Limits::default()).unwrap();
    let journal: Arc<dyn Journal> = Arc::new(journal);
    let keys = Arc::new(KeyRing::open(&directory.path().join("keys.db"), &[7; 32]).unwrap());
    let ledger = Ledger::new(Arc::clone(&journal), keys, clock.clone(), Ids);
    let seen = Arc::new(Seen::new(ledger.heads().await.unwrap()));
    let tokens = Tokens::new(&Tokens::generate_key().unwrap(), clock.clone(), 600).unwrap();
    let every = Duration::from_millis(50);
    let activity = Arc::new(ActivityQueue::new(ledger.clone(), Arc::clone(&seen), every, 1000));
    let kit = Kit::from(KitParts {
        ledger,
        tokens: Arc::new(tokens),
        seen,
        activity,
        await_activity: false,
        tenants: Arc::new(Tenants::new(tenant("hyderabad"), vec![tenant("pune")])),
        wait: Duration::from_secs(20),
        jobs: http_kit::Jobs::default(),
    });
    let notifications = Notifications::open(kit.clone(), &directory.path().join("data"), settings()).unwrap();
    let target = Arc::new(notifications.store().clone());
    let started = Runner::new(Notifications::group(), journal, target, clock.clone(), Retry::default()).await;
    let (runner, handle) = started.unwrap();
    let (stop, stopped) = watch::channel(false);
    let mut group = JoinSet::new();
    group.spawn(runner.run(stopped.clone()));
    group.spawn(notifications.courier(Settings::default()).run(true, stopped));
    Site { kit, notifications, handle, clock, directory, _group: group, _stop: stop }
}

fn token(nonce: &str) -> IssuedToken {
    let expires_at = START.plus_seconds(24 * 3600);
    IssuedToken { nonce: nonce.into(), token_hash: "a-hash".into(), expires_at }
}

impl Site {
    async fn tell(&self, tenant: &TenantId, user: UserId, command: UserCommand) {
        let actor = Actor { tenant: tenant.clone(), user: Some(user), metadata: Metadata::default() };
        let done = self.kit.ledger.execute::<User>(&actor, user, command, Options::default()).await.unwrap();
        let asker = Asker { tenant, user };
        let waited = self.handle.status.wait(&[done.position.unwrap()], asker, Duration::from_secs(20)).await;
        assert_eq!(waited, Waited::Applied);
        let tried = self.notifications.book().tried(done.position.unwrap().seq);
        tokio::time::timeout(Duration::from_secs(20), tried).await.unwrap().unwrap();
    }

    async fn register(&self, tenant: &str, email: &str) -> (TenantId, UserId) {
        let (tenant, id) = (TenantId::stored(tenant), UserId::from(self.kit.ledger.fresh()));
        let command = UserCommand::Register {
            id,
            account: Account { username: "asha".into(), email: email.into() },
            profile: Profile { first_name: "Asha".into(), last_name: "K".into(), ..Profile::default() },
            password_hash: "$argon2id$".into(),
            verification: token("first"),
        };
        self.tell(&tenant, id, command).await;
        (tenant, id)
    }

    async fn mailbox(&self, tenant: &str, role: Role) -> (StatusCode, Value) {
        let (user, session) = (UserId::from(self.kit.ledger.fresh()), self.kit.ledger.fresh().into());
        let token = self.kit.tokens.issue(&TenantId::stored(tenant), user, session, role).unwrap();
        let router = self.notifications.router(self.handle.status.clone());
        let router = router.layer(axum::middleware::from_fn_with_state(self.kit.clone(), edge));
        let request =
            Request::get("/api/v1/admin/mailbox").header("authorization", format!("Bearer {token}"));
        let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice::<Value>(&bytes).unwrap()["data"].take())
    }

    fn files(&self) -> Vec<(PathBuf, String)> {
        let directory = std::fs::read_dir(self.directory.path().join("data/mailbox")).unwrap();
        let mut files: Vec<_> = directory.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
    }

    async fn facts(&self) -> Vec<Envelope> {
        let journal = self.kit.ledger.journal();
        let head = journal.head(Log::Facts).await.unwrap();
        let wanted = |e: &Envelope| (Notifications::group().key)(e).is_some();
        journal.read_after(head.at(0), 1000).await.unwrap().into_iter().filter(wanted).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_carry_the_token_of_their_purpose() {
    let site = site().await;
    let (tenant, asha) = site.register("hyderabad", "asha@example.com").await;
    site.clock.advance(1);
    site.tell(&tenant, asha, UserCommand::RequestVerification(token("second"))).await;
    site.clock.advance(1);
    site.tell(&tenant, asha, UserCommand::RequestReset(token("third"))).await;
    let (status, letters) = site.mailbox("hyderabad", Role::Admin).await;
    assert_eq!(status, StatusCode::OK);
    let keys = site.kit.ledger.keys();
    let code = |purpose, nonce| keys.mail_token(purpose, &tenant, asha, nonce);
    let links = [
        format!("https://homes.example/reset-password?token={asha}.{}\n", code("password-reset", "third")),
        format!("https://homes.example/verify-email?userId={asha}&code={}\n", code("verify-email", "second")),
        format!("https://homes.example/verify-email?userId={asha}&code={}\n", code("verify-email", "first")),
    ];
    let letters = letters.as_array().unwrap();
    assert_eq!(letters.len(), 3);
    for (letter, link) in letters.iter().zip(&links) {
        assert!(letter["body"].as_str().unwrap().contains(link), "{letter} lacks {link}");
        assert_eq!(letter["to"], "asha@example.com");
    }
    assert_eq!(letters[0]["subject"], "Set a new password");
    assert_eq!(letters[2]["sentAt"].as_str().unwrap().parse(), Ok(START));
    assert_eq!(letters.len(), site.files().len());
}

/// A process that carried letters and lost all it knew of that, checkpoint included, starts from the beginning.
#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_writes_the_same_letters_over_themselves() {
    let site = site().await;
    let (tenant, asha) = site.register("hyderabad", "asha@example.com").await;
    site.tell(&tenant, asha, UserCommand::RequestReset(token("second"))).await;
    let written = site.files();
    assert_eq!(written.len(), 2);
    let data = site.directory.path().join("data");
    for name in ["notifications.db", "notifications.db-wal", "notifications.db-shm"] {
        std::fs::rename(data.join(name), site.directory.path().join(name)).unwrap();
    }
    let again = Notifications::open(site.kit.clone(), &data, settings()).unwrap();
    again.store().advance(Lease::default(), step(site.facts().await)).await.unwrap();
    assert!(again.courier(Settings::default()).round().await.unwrap());
    assert_eq!(site.files(), written);
    assert_eq!(again.store().dump().await.unwrap(), site.notifications.store().dump().await.unwrap());
}

fn step(due: Vec<Envelope>) -> Advance {
    let last = due.last().unwrap();
    let to = Checkpoint { position: last.position, event_id: Some(last.event_id) };
    Advance { log: Log::Facts, from: 0, to, due, parked: Vec::new(), block: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mailbox_is_for_administrators_of_the_tenant() {
    let site = site().await;
    site.register("hyderabad", "asha@example.com").await;
    site.register("pune", "ravi@example.com").await;
    for role in [Role::User, Role::Support, Role::Moderator] {
        assert_eq!(site.mailbox("hyderabad", role).await.0, StatusCode::FORBIDDEN);
    }
    for (tenant, to) in [("hyderabad", "asha@example.com"), ("pune", "ravi@example.com")] {
        let (_, letters) = site.mailbox(tenant, Role::Admin).await;
        assert_eq!((letters.as_array().unwrap().len(), &letters[0]["to"]), (1, &to.into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_left_gets_nothing_and_leaves_no_letter() {
    let site = site().await;
    let (tenant, asha) = site.register("hyderabad", "asha@example.com").await;
    assert_eq!(site.files().len(), 1);
    site.tell(&tenant, asha, UserCommand::Delete).await;
    assert_eq!(site.files(), Vec::new());
    let fresh = tempfile::tempdir().unwrap();
    let again = Notifications::open(site.kit.clone(), fresh.path(), settings()).unwrap();
    let due: Vec<_> = site.facts().await.into_iter().take(1).collect();
    again.store().advance(Lease::default(), step(due)).await.unwrap();
    assert!(again.courier(Settings::default()).round().await.unwrap());
    assert_eq!(std::fs::read_dir(fresh.path().join("mailbox")).unwrap().count(), 0);
    let ended = again.book().list(&[State::NotWanted], 10).await.unwrap();
    assert_eq!(ended[0].error, "the person left");
}
