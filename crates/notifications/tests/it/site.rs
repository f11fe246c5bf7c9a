//! The service with everything it needs for a test.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use bus::{Advance, Asker, Checkpoint, GroupHandle, Retry, Runner, WaitOutcome};
use domain::user::{Account, IssuedToken, Profile, Role, User, UserCommand};
use domain::{Actor, Aggregate, Clock, Envelope, Ids, Log, Metadata, TenantId, Timestamp, UserId};
use http_body_util::BodyExt;
use http_kit::{AppContext, AppContextParts, BreakerSettings, Groups, Tenant, Tenants, Tokens, edge_layer};
use journal::sqlite::Limits;
use journal::{ActivityQueue, AggregateStore, Journal, KeyRing, Options, OwnWrites, SqliteJournal};
use notifications::{MailSettings, MailSite, Notifications, Outside};
use projection::deliveries::Settings;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt;

/// The service on a journal, with all its background tasks.
pub struct Site {
    pub context: AppContext,
    pub notifications: Notifications,
    pub handle: GroupHandle,
    pub clock: Clock,
    pub directory: TempDir,
    _group: JoinSet<()>,
    _stop: watch::Sender<bool>,
}

pub const START: Timestamp = Timestamp::from_micros(1_795_237_200_000_000);

fn tenant(name: &str) -> Tenant {
    Tenant {
        id: TenantId::stored(name),
        city: "Hyderabad".into(),
        moderation: false,
        hold_unconfirmed: false,
        hosts: Vec::new(),
    }
}

pub fn settings() -> MailSettings {
    let site = |name: &str, url: &str| MailSite { name: name.into(), url: url.into() };
    MailSettings {
        from: "no-reply@homes.example".into(),
        show_codes: true,
        site: site("HyderabadInfra", "https://homes.example/"),
        per_day: [("password-reset".to_owned(), 5), ("verify-email".to_owned(), 5)].into(),
        sites: [(TenantId::stored("pune"), site("Pune Homes", "https://pune.example"))].into(),
    }
}

/// A site with the local mailbox.
pub async fn site() -> Site {
    site_with(Outside::default()).await
}

pub async fn site_with(outside: Outside) -> Site {
    site_of(outside, BreakerSettings::default()).await
}

pub async fn site_of(outside: Outside, breaker: BreakerSettings) -> Site {
    let directory = tempfile::tempdir().unwrap();
    let clock = Clock::manual(START);
    let journal = SqliteJournal::open(&directory.path().join("journal"), &clock, Limits::default()).unwrap();
    let journal: Arc<dyn Journal> = Arc::new(journal);
    let keys = Arc::new(KeyRing::open(&directory.path().join("keys.db"), &[7; 32]).unwrap());
    let aggregates = AggregateStore::new(Arc::clone(&journal), keys, clock.clone(), Ids);
    let seen = Arc::new(OwnWrites::new(aggregates.heads().await.unwrap()));
    let tokens = Tokens::new(&Tokens::generate_key().unwrap(), clock.clone(), 600).unwrap();
    let every = Duration::from_millis(50);
    let activity = Arc::new(ActivityQueue::new(aggregates.clone(), Arc::clone(&seen), every, 1000));
    let context = AppContext::from(AppContextParts {
        aggregates,
        tokens: Arc::new(tokens),
        seen,
        activity,
        await_activity: false,
        tenants: Arc::new(Tenants::new(tenant("hyderabad"), vec![tenant("pune")])),
        wait: Duration::from_secs(20),
        quotas: http_kit::Quotas::default(),
        jobs: http_kit::Jobs::default(),
        daily: http_kit::DailyCounters::default(),
        photos: http_kit::photos::Photos::default(),
        breakers: http_kit::CircuitBreakers::new(breaker, clock.clone()),
        api_keys: http_kit::ApiKeys::default(),
    });
    let notifications =
        Notifications::open(context.clone(), &directory.path().join("data"), settings(), outside).unwrap();
    let target = Arc::new(notifications.store().clone());
    let started = Runner::new(Notifications::group(), journal, target, clock.clone(), Retry::default()).await;
    let (runner, handle) = started.unwrap();
    let (stop, stopped) = watch::channel(false);
    let mut group = JoinSet::new();
    group.spawn(runner.run(stopped.clone()));
    group.spawn(notifications.worker(Settings::default()).run(true, stopped));
    Site { context, notifications, handle, clock, directory, _group: group, _stop: stop }
}

pub fn token(nonce: &str) -> IssuedToken {
    let expires_at = START.plus_seconds(24 * 3600);
    IssuedToken { nonce: nonce.into(), token_hash: "a-hash".into(), expires_at }
}

impl Site {
    pub async fn tell(&self, tenant: &TenantId, user: UserId, command: UserCommand) {
        self.ask::<User>(tenant, user, user, command).await;
    }

    /// Has `user` send a command to `id`, and waits until the resulting deliveries were tried.
    pub async fn ask<A: Aggregate>(
        &self,
        tenant: &TenantId,
        user: UserId,
        id: impl ToString + Send,
        command: A::Command,
    ) {
        let actor = Actor { tenant: tenant.clone(), user: Some(user), metadata: Metadata::default() };
        let done = self.context.aggregates.execute::<A>(&actor, id, command, Options::default()).await;
        let position = done.unwrap().position.unwrap();
        let asker = Asker { tenant, user };
        let waited = self.handle.status.wait(&[position], asker, Duration::from_secs(20)).await;
        assert_eq!(waited, WaitOutcome::Applied);
        let tried = self.notifications.outbox().tried(position.seq);
        tokio::time::timeout(Duration::from_secs(20), tried).await.unwrap().unwrap();
    }

    pub async fn register(&self, tenant: &str, email: &str) -> (TenantId, UserId) {
        let tenant = TenantId::stored(tenant);
        let id = UserId::from(self.context.aggregates.fresh());
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

    /// Registers a person and confirms their e-mail address.
    pub async fn confirmed(&self, tenant: &str, email: &str) -> (TenantId, UserId) {
        let (tenant, id) = self.register(tenant, email).await;
        self.tell(&tenant, id, UserCommand::VerifyEmail("a-hash".into())).await;
        (tenant, id)
    }

    pub async fn mailbox(&self, tenant: &str, role: Role) -> (StatusCode, Value) {
        let (user, session) =
            (UserId::from(self.context.aggregates.fresh()), self.context.aggregates.fresh().into());
        let token = self.context.tokens.issue(&TenantId::stored(tenant), user, session, role, 0).unwrap();
        let service = self.notifications.service(Settings::default());
        let mounted = (service.routes)(&Groups::of(std::slice::from_ref(&self.handle))).unwrap();
        let router =
            mounted.router.layer(axum::middleware::from_fn_with_state(self.context.clone(), edge_layer));
        let request =
            Request::get("/api/v1/admin/mailbox").header("authorization", format!("Bearer {token}"));
        let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice::<Value>(&bytes).unwrap()["data"].take())
    }

    pub fn files(&self) -> Vec<(PathBuf, String)> {
        let directory = std::fs::read_dir(self.directory.path().join("data/mailbox")).unwrap();
        let mut files: Vec<_> = directory.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
    }

    pub async fn facts(&self) -> Vec<Envelope> {
        let journal = self.context.aggregates.journal();
        let head = journal.head(Log::Facts).await.unwrap();
        let wanted = |e: &Envelope| (Notifications::group().key)(e).is_some();
        journal.read_after(head.at(0), 1000).await.unwrap().into_iter().filter(wanted).collect()
    }
}

/// One step of the group over `due`.
pub fn step(due: Vec<Envelope>) -> Advance {
    let last = due.last().unwrap();
    let to = Checkpoint { position: last.position, event_id: Some(last.event_id) };
    Advance { log: Log::Facts, from: 0, to, due, parked: Vec::new(), block: None }
}
