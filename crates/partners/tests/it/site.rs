//! The service, its consumer group, and an outbox worker that works when a test says so.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use bus::{Asker, GroupHandle, Retry, Runner, WaitOutcome};
use domain::property::PropertyEvent;
use domain::user::Role;
use domain::{
    Actor, Clock, Erasable, EventKind, Ids, Log, Metadata, Personal, PropertyId, StreamId, TenantId,
    Timestamp, UserId,
};
use http_body_util::BodyExt;
use http_kit::{AppContext, AppContextParts, Groups, Tenant, Tenants, Tokens, edge_layer};
use journal::sqlite::Limits;
use journal::{ActivityQueue, AggregateStore, Journal, KeyRing, OwnWrites, SqliteJournal};
use partners::{LookUp, Partners, WebhookSettings, system_lookup};
use projection::deliveries::OutboxWorker;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt;

pub const START: Timestamp = Timestamp::from_micros(1_795_237_200_000_000);
pub const WEBHOOKS: &str = "/api/v1/admin/webhooks";
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Site {
    pub context: AppContext,
    pub partners: Partners,
    pub clock: Clock,
    /// The admin of the default tenant.
    pub admin: UserId,
    worker: OutboxWorker,
    handle: GroupHandle,
    router: axum::Router,
    _directory: TempDir,
    _group: JoinSet<()>,
    _stop: watch::Sender<bool>,
}

/// A response.
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
}

impl Answer {
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body["data"].clone()
    }

    pub fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }
}

fn tenant(name: &str) -> Tenant {
    let id = TenantId::stored(name);
    let hosts = Vec::new();
    Tenant { id, city: "Hyderabad".into(), moderation: false, hold_unconfirmed: false, hosts }
}

/// Settings for receivers on this machine, that fail soon.
pub fn settings() -> WebhookSettings {
    WebhookSettings {
        retry: Retry { tries: 3, base_ms: 1000, cap_ms: 60_000 },
        timeout: Duration::from_millis(500),
        disable_after_failed: 2,
        most_per_tenant: 3,
        allow_internal: true,
        ..WebhookSettings::default()
    }
}

/// Waits until something has happened that no test can wait for otherwise.
pub async fn soon(happened: impl Fn() -> bool) {
    let happened = async {
        while !happened() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, happened).await.unwrap();
}

pub async fn site() -> Site {
    site_with(settings(), system_lookup).await
}

pub async fn site_with(settings: WebhookSettings, look_up: LookUp) -> Site {
    let directory = tempfile::tempdir().unwrap();
    let clock = Clock::manual(START);
    let journal = SqliteJournal::open(&directory.path().join("journal"), &clock, Limits::default()).unwrap();
    let journal: Arc<dyn Journal> = Arc::new(journal);
    let keys = Arc::new(KeyRing::open(&directory.path().join("keys.db"), &[7; 32]).unwrap());
    let aggregates = AggregateStore::new(Arc::clone(&journal), keys, clock.clone(), Ids);
    let seen = Arc::new(OwnWrites::new(aggregates.heads().await.unwrap()));
    let tokens = Tokens::new(&Tokens::generate_key().unwrap(), clock.clone(), 3600 * 24 * 400).unwrap();
    let every = Duration::from_millis(50);
    let activity = Arc::new(ActivityQueue::new(aggregates.clone(), Arc::clone(&seen), every, 1000));
    let admin = aggregates.fresh().into();
    let context = AppContext::from(AppContextParts {
        aggregates,
        tokens: Arc::new(tokens),
        seen,
        activity,
        await_activity: false,
        tenants: Arc::new(Tenants::new(tenant("hyderabad"), vec![tenant("pune")])),
        wait: PATIENCE,
        quotas: http_kit::Quotas::default(),
        jobs: http_kit::Jobs::default(),
        daily: http_kit::DailyCounters::default(),
        photos: http_kit::photos::Photos::default(),
        api_keys: http_kit::ApiKeys::default(),
        breakers: http_kit::CircuitBreakers::default(),
    });
    let partners = Partners::open(context.clone(), directory.path(), settings, look_up).unwrap();
    let target = Arc::new(partners.store().clone());
    let started = Runner::new(Partners::group(), journal, target, clock.clone(), Retry::default()).await;
    let (runner, handle) = started.unwrap();
    let (stop, stopped) = watch::channel(false);
    let mut group = JoinSet::new();
    group.spawn(runner.run(stopped));
    let mounted = (partners.service().routes)(&Groups::of(std::slice::from_ref(&handle))).unwrap();
    let router = mounted.router.layer(axum::middleware::from_fn_with_state(context.clone(), edge_layer));
    let worker = partners.worker();
    Site {
        context,
        partners,
        clock,
        admin,
        worker,
        handle,
        router,
        _directory: directory,
        _group: group,
        _stop: stop,
    }
}

impl Site {
    /// Carries out what is due, once the group has applied everything.
    pub async fn work(&self) {
        self.applied().await;
        while self.worker.round().await.unwrap() {}
    }

    pub async fn applied(&self) {
        let tenant = TenantId::stored("hyderabad");
        let asker = Asker { tenant: &tenant, user: self.context.aggregates.fresh().into() };
        let head = self.context.aggregates.heads().await.unwrap()[Log::Facts.index()];
        let waited = self.handle.status.wait(&[head], asker, PATIENCE).await;
        assert_eq!(waited, WaitOutcome::Applied);
    }

    pub async fn record(&self, tenant: &str, stream: (&str, String), event: &impl EventKind) {
        let tenant = TenantId::stored(tenant);
        let user: UserId = self.context.aggregates.fresh().into();
        let metadata =
            Metadata { ip_address: Some(Personal::of(user, "203.0.113.9".into())), ..Metadata::default() };
        let actor = Actor { tenant: tenant.clone(), user: Some(user), metadata };
        let stream = StreamId::new(&tenant, stream.0, stream.1);
        // No two events of these tests happen at the same time.
        self.clock.advance_micros(1);
        self.context.aggregates.record(&actor, stream, event).await.unwrap();
    }

    /// Has a home featured. Returns its id.
    pub async fn feature(&self, tenant: &str) -> String {
        let property_id: PropertyId = self.context.aggregates.fresh().into();
        let owner = self.context.aggregates.fresh().into();
        let title = Erasable::of(owner, "A villa".to_owned());
        let event = PropertyEvent::Featured { property_id, title, featured: true };
        self.record(tenant, ("property", property_id.to_string()), &event).await;
        property_id.to_string()
    }

    /// Has some homes featured, one after the other.
    pub async fn feature_some(&self, count: usize) -> Vec<String> {
        let mut homes = Vec::new();
        for _ in 0..count {
            homes.push(self.feature("hyderabad").await);
        }
        homes
    }

    /// Creates a webhook for homes that are featured. Returns its id and secret.
    pub async fn webhook(&self, url: &str) -> (String, String) {
        let body = json!({"url": url, "events": ["PROPERTY_FEATURED"]});
        let made = self.send(Method::POST, WEBHOOKS, Some(&body)).await.expect(201);
        let text = |member: &str| made[member].as_str().unwrap().to_owned();
        (text("id"), text("secret"))
    }

    /// As the admin of the default tenant.
    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.send_as(("hyderabad", Role::Admin), method, path, body, &[]).await
    }

    pub async fn get(&self, path: &str) -> Value {
        self.send(Method::GET, path, None).await.expect(200)
    }

    pub async fn send_as(
        &self,
        (tenant, role): (&str, Role),
        method: Method,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let session = self.context.aggregates.fresh().into();
        let token =
            self.context.tokens.issue(&TenantId::stored(tenant), self.admin, session, role, 0).unwrap();
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("authorization", format!("Bearer {token}")).header("host", "localhost");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, body: serde_json::from_slice(&bytes).unwrap_or_default() }
    }

    /// The newest messages to a webhook, each with its status, number of attempts and last error.
    pub async fn outcomes(&self, webhook: &str) -> Vec<(String, u64, String)> {
        let page = self.get(&format!("{WEBHOOKS}/{webhook}/deliveries")).await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let outcome = |delivery: &Value| {
            let attempts = delivery["attempts"].as_u64().unwrap();
            (text(&delivery["status"]), attempts, text(&delivery["lastError"]))
        };
        page["content"].as_array().unwrap().iter().map(outcome).collect()
    }
}
