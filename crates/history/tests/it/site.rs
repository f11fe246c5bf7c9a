//! A running history service over a journal of its own.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use bus::{Retry, Runner};
use domain::activity::Snapshot;
use domain::audit::AuditEvent;
use domain::favourites::{Favourites, FavouritesCommand};
use domain::session::{Session, SessionCommand};
use domain::user::{Account, IssuedToken, Profile, Role, User, UserCommand};
use domain::{
    Actor, Clock, Ids, Log, Metadata, Paise, Personal, PropertyId, SessionId, StreamId, TenantId, Timestamp,
    UserId,
};
use history::History;
use http_body_util::BodyExt;
use http_kit::{AppContext, AppContextParts, Groups, Tenant, Tenants, Tokens, edge_layer};
use journal::sqlite::Limits;
use journal::{ActivityQueue, AggregateStore, Journal, KeyRing, Options, OwnWrites, SqliteJournal};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt;
use uuid::Uuid;

pub struct App {
    pub context: AppContext,
    pub history: History,
    pub clock: Clock,
    pub directory: TempDir,
    router: axum::Router,
    _group: JoinSet<()>,
    _stop: watch::Sender<bool>,
}

fn tenant(name: &str) -> Tenant {
    let hosts = vec![format!("{name}.example")];
    Tenant {
        id: TenantId::stored(name),
        city: "Hyderabad".into(),
        moderation: false,
        hold_unconfirmed: false,
        hosts,
    }
}

/// 2026-11-21, 10:30 in India.
pub const START: Timestamp = Timestamp::from_micros(1_795_237_200_000_000);

pub async fn site() -> App {
    let directory = tempfile::tempdir().unwrap();
    let clock = Clock::manual(START);
    let journal = SqliteJournal::open(&directory.path().join("journal"), &clock, Limits::default()).unwrap();
    let journal: Arc<dyn Journal> = Arc::new(journal);
    let keys = Arc::new(KeyRing::open(&directory.path().join("keys.db"), &[7; 32]).unwrap());
    let aggregates = AggregateStore::new(Arc::clone(&journal), keys, clock.clone(), Ids);
    let seen = Arc::new(OwnWrites::new(aggregates.heads().await.unwrap()));
    let tokens = Tokens::new(&Tokens::generate_key().unwrap(), clock.clone(), 3600 * 24 * 400).unwrap();
    let activity =
        Arc::new(ActivityQueue::new(aggregates.clone(), Arc::clone(&seen), Duration::from_millis(50), 1000));
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
        breakers: http_kit::CircuitBreakers::default(),
        api_keys: http_kit::ApiKeys::default(),
    });
    let history = History::open(context.clone(), &directory.path().join("views")).unwrap();
    let target = Arc::new(history.store().clone());
    let started = Runner::new(History::group(), journal, target, clock.clone(), Retry::default()).await;
    let (runner, handle) = started.unwrap();
    let (stop, stopped) = watch::channel(false);
    let mut group = JoinSet::new();
    group.spawn(runner.run(stopped));
    let mounted = (history.service().routes)(&Groups::of(&[handle])).unwrap();
    let router = mounted.router.layer(axum::middleware::from_fn_with_state(context.clone(), edge_layer));
    App { context, history, clock, directory, router, _group: group, _stop: stop }
}

/// A signed-in person.
#[derive(Clone)]
pub struct Somebody {
    pub tenant: TenantId,
    pub user: UserId,
    pub session: SessionId,
    pub token: String,
}

impl Somebody {
    pub fn actor(&self) -> Actor {
        let metadata = Metadata {
            ip_address: Some(Personal::of(self.user, "203.0.113.9".into())),
            session_id: Some(self.session),
            ..Metadata::default()
        };
        Actor { tenant: self.tenant.clone(), user: Some(self.user), metadata }
    }
}

pub fn snapshot(title: &str) -> Snapshot {
    let owner = "0197c000-0000-7000-8000-00000000000a".parse().unwrap();
    Snapshot::of(owner, title, Paise::from_paise(950_000_000), "Gachibowli")
}

pub fn home(number: u128) -> PropertyId {
    Uuid::from_u128(number).into()
}

impl App {
    pub fn somebody(&self, tenant: &str, role: Role) -> Somebody {
        let tenant = TenantId::stored(tenant);
        let user: UserId = self.context.aggregates.fresh().into();
        let session: SessionId = self.context.aggregates.fresh().into();
        let token = self.context.tokens.issue(&tenant, user, session, role, 0).unwrap();
        Somebody { tenant, user, session, token }
    }

    pub fn person(&self) -> Somebody {
        self.somebody("hyderabad", Role::User)
    }

    /// Signs in: records one fact of `who`.
    pub async fn sign_in(&self, who: &Somebody) {
        let session: SessionId = self.context.aggregates.fresh().into();
        self.sign_in_as(who, session).await;
    }

    /// Begins this session.
    pub async fn sign_in_as(&self, who: &Somebody, session: SessionId) {
        let command = SessionCommand::SignIn(session, who.user);
        let done = self
            .context
            .aggregates
            .execute::<Session>(&who.actor(), session, command, Options::default())
            .await;
        self.context.seen.remember(&who.tenant, who.user, done.unwrap().position.unwrap());
    }

    pub async fn save(&self, who: &Somebody, property: PropertyId, title: &str) {
        let command = FavouritesCommand::Save(property, snapshot(title));
        let options = Options::default();
        let done =
            self.context.aggregates.execute::<Favourites>(&who.actor(), who.user, command, options).await;
        if let Some(position) = done.unwrap().position {
            self.context.seen.remember(&who.tenant, who.user, position);
        }
    }

    pub async fn register(&self, who: &Somebody) {
        let account = Account { username: "asha".into(), email: "asha@example.com".into() };
        let command = UserCommand::Register {
            id: who.user,
            account,
            profile: Profile { first_name: "Asha".into(), last_name: "K".into(), ..Profile::default() },
            password_hash: "$argon2id$secret".into(),
            verification: IssuedToken {
                nonce: "a-nonce".into(),
                token_hash: "a-hash".into(),
                expires_at: START,
            },
        };
        let options = Options::default().on_new_stream();
        let done =
            self.context.aggregates.execute::<User>(&who.actor(), who.user, command, options).await.unwrap();
        self.context.seen.remember(&who.tenant, who.user, done.position.unwrap());
    }

    /// Closes the account of `who`.
    pub async fn leave(&self, who: &Somebody) {
        let command = UserCommand::Delete;
        let options = Options::default();
        let done = self.context.aggregates.execute::<User>(&who.actor(), who.user, command, options).await;
        self.context.seen.remember(&who.tenant, who.user, done.unwrap().position.unwrap());
    }

    /// Queues a view and makes it durable.
    pub async fn view(&self, who: &Somebody, property: PropertyId, title: &str) {
        self.context.activity.viewed(who.actor(), who.user, property, snapshot(title), true).await.unwrap();
        self.context.activity.flush().await;
    }

    /// Hides an entry by appending the event directly, without the service.
    pub async fn hide_directly(&self, who: &Somebody, activity_id: Uuid) {
        let stream = StreamId::new(&who.tenant, "history", who.user);
        let event = AuditEvent::HistoryEntryHidden { activity_id };
        let appended = self.context.aggregates.record(&who.actor(), stream, &event).await.unwrap();
        self.context.seen.remember(&who.tenant, who.user, appended.position);
    }

    pub async fn ask(
        &self,
        who: Option<&Somebody>,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(who) = who {
            request = request.header("authorization", format!("Bearer {}", who.token));
        }
        let request = request.header("content-type", "application/json");
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status();
        assert!(!response.headers().contains_key("x-stale"), "{path} answered stale");
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let body = if bytes.is_empty() { json!(null) } else { serde_json::from_slice(&bytes).unwrap() };
        (status, body)
    }

    /// The `data` of a successful `GET` of `path` under `/api/user-history`.
    pub async fn get(&self, who: &Somebody, path: &str) -> Value {
        let path = format!("/api/user-history/{path}");
        let (status, mut body) = self.ask(Some(who), Method::GET, &path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body["data"].take()
    }

    pub async fn status(&self, who: Option<&Somebody>, path: &str) -> StatusCode {
        self.ask(who, Method::GET, &format!("/api/user-history/{path}"), None).await.0
    }

    pub async fn hide(&self, who: &Somebody, of: &str, entry: &str) -> StatusCode {
        let path = format!("/api/user-history/{of}/hide");
        self.ask(Some(who), Method::POST, &path, Some(json!({"activityId": entry}))).await.0
    }

    pub async fn everything(&self, log: Log) -> Vec<domain::Envelope> {
        let journal = self.context.aggregates.journal();
        journal.read_after(journal.head(log).await.unwrap().at(0), 1_000_000).await.unwrap()
    }
}

pub fn texts<'a>(list: &'a Value, member: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|entry| entry[member].as_str().unwrap()).collect()
}
