//! A running analytics service over a journal of its own.

use std::sync::Arc;
use std::time::Duration;

use analytics::{Analytics, ReportingZone, ReportingZones};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use bus::{Retry, Runner};
use domain::user::{Account, IssuedToken, Profile, Role, User, UserCommand};
use domain::{Actor, Clock, Envelope, EventKind, Ids, Log, Metadata, StreamId, TenantId, Timestamp, UserId};
use http_body_util::BodyExt;
use http_kit::{AppContext, AppContextParts, Groups, Tenant, Tenants, Tokens, edge_layer};
use journal::sqlite::Limits;
use journal::{ActivityQueue, AggregateStore, Expected, Journal, KeyRing, Options, OwnWrites, SqliteJournal};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt;

pub const PATH: &str = "/api/v1/admin/analytics";

/// 2026-11-21, 10:30 in India.
pub const START: Timestamp = Timestamp::from_micros(1_795_237_200_000_000);

pub struct App {
    pub context: AppContext,
    pub analytics: Analytics,
    pub directory: TempDir,
    pub recorder: PrometheusRecorder,
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

pub fn zone() -> ReportingZone {
    "Asia/Kolkata".parse().unwrap()
}

pub async fn site() -> App {
    site_in(zone().into()).await
}

/// A site whose days are those of `zones`.
pub async fn site_in(zones: ReportingZones) -> App {
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
        wait: Duration::from_mins(10),
        quotas: http_kit::Quotas::default(),
        jobs: http_kit::Jobs::default(),
        daily: http_kit::DailyCounters::default(),
        photos: http_kit::photos::Photos::default(),
        breakers: http_kit::CircuitBreakers::default(),
        api_keys: http_kit::ApiKeys::default(),
    });
    let recorder = PrometheusBuilder::new().set_buckets(&[0.01, 0.1]).unwrap().build_recorder();
    let views = directory.path().join("views");
    let analytics = Analytics::open(context.clone(), &views, zones, recorder.handle()).unwrap();
    let target = Arc::new(analytics.store().clone());
    let started = Runner::new(Analytics::group(), journal, target, clock, Retry::default()).await;
    let (runner, handle) = started.unwrap();
    let (stop, stopped) = watch::channel(false);
    let mut group = JoinSet::new();
    group.spawn(runner.run(stopped));
    let mounted = (analytics.service().routes)(&Groups::of(&[handle])).unwrap();
    let router = mounted.router.layer(axum::middleware::from_fn_with_state(context.clone(), edge_layer));
    App { context, analytics, directory, recorder, router, _group: group, _stop: stop }
}

/// Somebody with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Somebody {
    pub tenant: TenantId,
    pub user: UserId,
}

impl Somebody {
    pub fn actor(&self) -> Actor {
        Actor { tenant: self.tenant.clone(), user: Some(self.user), metadata: Metadata::default() }
    }

    pub fn stream(&self, kind: &str) -> StreamId {
        StreamId::new(&self.tenant, kind, self.user)
    }
}

impl App {
    pub fn somebody(&self, tenant: &str) -> Somebody {
        Somebody { tenant: TenantId::stored(tenant), user: self.context.aggregates.fresh().into() }
    }

    /// Records that something happened at a certain time.
    pub async fn happened<E: EventKind>(
        &self,
        who: Option<&Somebody>,
        stream: StreamId,
        event: &E,
        at: Timestamp,
    ) {
        let actor = match who {
            Some(who) => who.actor(),
            None => Actor { tenant: stream.tenant.clone(), user: None, metadata: Metadata::default() },
        };
        let aggregates = &self.context.aggregates;
        let id = aggregates.event_id(at);
        aggregates.record_as(&actor, stream, event, (id, at), Expected::Any).await.unwrap();
    }

    pub async fn register(&self, who: &Somebody) {
        let account = Account { username: who.user.to_string(), email: format!("{}@example.com", who.user) };
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
        self.context.aggregates.execute::<User>(&who.actor(), who.user, command, options).await.unwrap();
    }

    /// Closes the account of `who`, who must have registered.
    pub async fn leave(&self, who: &Somebody) {
        let options = Options::default();
        let left = UserCommand::Delete;
        self.context.aggregates.execute::<User>(&who.actor(), who.user, left, options).await.unwrap();
    }

    /// Destroys the key to what belongs to `who`, as happens after they left.
    pub fn destroy_key(&self, who: &Somebody) {
        self.context.aggregates.keys().erase(&who.tenant, who.user).unwrap();
    }

    /// The answer to a request of somebody with this role, as far as the journal is now.
    pub async fn ask(&self, tenant: &str, role: Option<Role>, path: &str) -> (StatusCode, Value) {
        let mut request = Request::builder().uri(path);
        if let Some(role) = role {
            let who = self.somebody(tenant);
            for log in Log::ALL {
                let head = self.context.aggregates.journal().head(log).await.unwrap();
                self.context.seen.remember(&who.tenant, who.user, head);
            }
            let session = self.context.aggregates.fresh().into();
            let token = self.context.tokens.issue(&who.tenant, who.user, session, role, 0).unwrap();
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let status = response.status();
        assert!(!response.headers().contains_key("x-stale"), "{path} answered stale");
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, if bytes.is_empty() { json!(null) } else { serde_json::from_slice(&bytes).unwrap() })
    }

    /// The report of a tenant; `query` begins with a question mark, or is empty.
    pub async fn report(&self, tenant: &str, query: &str) -> Value {
        let (status, mut body) = self.ask(tenant, Some(Role::Admin), &format!("{PATH}{query}")).await;
        assert_eq!(status, StatusCode::OK, "{query}: {body}");
        body["data"].take()
    }

    pub async fn everything(&self, log: Log) -> Vec<Envelope> {
        let journal = self.context.aggregates.journal();
        journal.read_after(journal.head(log).await.unwrap().at(0), 10_000_000).await.unwrap()
    }
}
