//! A users service in a temporary directory, with a manual clock and its consumer group running.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use bus::{Asker, GroupStatus, Retry, Runner, WaitOutcome};
use domain::user::{IssuedToken, Role, UserEvent};
use domain::{Clock, Ids, Log, StreamId, TenantId, Timestamp, UserId};
use http_body_util::BodyExt;
use http_kit::{AppContext, AppContextParts, Tenant, Tenants, Tokens};
use journal::sqlite::Limits;
use journal::{
    ActivityQueue, AggregateStore, Append, Expected, Journal, KeyRing, NewEvent, OwnWrites, SqliteJournal,
    UniqueKeys,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt;
use users::{Erasures, Settings, Users};

pub const PASSWORD: &str = "a long and private phrase";
const PATIENCE: Duration = Duration::from_secs(20);
const SETTINGS: Settings = Settings { refresh_days: 30, reuse_grace_seconds: 10 };

pub struct App {
    pub users: Users,
    pub context: AppContext,
    pub clock: Clock,
    pub tenant: TenantId,
    router: axum::Router,
    status: GroupStatus,
    directory: TempDir,
    key: Vec<u8>,
    tasks: Mutex<JoinSet<()>>,
    stopped: watch::Receiver<bool>,
    stop: watch::Sender<bool>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn data(&self) -> &Value {
        &self.body["data"]
    }

    pub fn text(&self, pointer: &str) -> String {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    pub fn code(&self) -> String {
        self.text("/error/code")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// A signed-in person.
pub struct Person {
    pub id: UserId,
    pub token: String,
    pub refresh: String,
}

impl Person {
    pub fn of(answer: &Answer) -> Self {
        let (token, refresh) = (answer.text("/data/accessToken"), answer.text("/data/refreshToken"));
        Self { id: answer.text("/data/user/id").parse().unwrap(), token, refresh }
    }
}

/// A request under construction.
pub struct Call<'a> {
    app: &'a App,
    request: axum::http::request::Builder,
    body: Body,
}

impl Call<'_> {
    pub fn by(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// Sends the request from an address.
    pub fn from(mut self, address: &str) -> Self {
        let place = std::net::SocketAddr::new(address.parse().unwrap(), 4711);
        self.request = self.request.extension(axum::extract::ConnectInfo(place));
        self
    }

    pub fn json(mut self, body: &Value) -> Self {
        self.body = Body::from(body.to_string());
        self.header("content-type", "application/json")
    }

    pub async fn send(self) -> Answer {
        let request = self.request.body(self.body).unwrap();
        let response = self.app.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

fn tenant(name: &str) -> Tenant {
    let id = TenantId::stored(name);
    Tenant {
        id,
        city: "Hyderabad".into(),
        moderation: false,
        hold_unconfirmed: false,
        hosts: vec![format!("{name}.example")],
    }
}

async fn run(
    users: &Users,
    journal: Arc<dyn Journal>,
    clock: &Clock,
    tasks: &Mutex<JoinSet<()>>,
    stopped: watch::Receiver<bool>,
) -> GroupStatus {
    let target = Arc::new(users.store().clone());
    let runner = Runner::new(Users::group(), journal, target, clock.clone(), Retry::default()).await;
    let (runner, handle) = runner.unwrap();
    tasks.lock().unwrap().spawn(runner.run(stopped));
    handle.status
}

impl App {
    pub async fn start() -> Self {
        let clock = Clock::manual(Timestamp::from_micros(1_790_000_000_000_000));
        Self::open(TempDir::new().unwrap(), clock, Tokens::generate_key().unwrap()).await
    }

    async fn open(directory: TempDir, clock: Clock, key: Vec<u8>) -> Self {
        let journal: Arc<dyn Journal> = Arc::new(
            SqliteJournal::open(&directory.path().join("journal"), &clock, Limits::default()).unwrap(),
        );
        let keys = Arc::new(KeyRing::open(&directory.path().join("keys.db"), &[7; 32]).unwrap());
        let aggregates = AggregateStore::new(Arc::clone(&journal), keys, clock.clone(), Ids);
        let seen = Arc::new(OwnWrites::new(aggregates.heads().await.unwrap()));
        let tokens = Tokens::new(&key, clock.clone(), 600).unwrap();
        let activity =
            ActivityQueue::new(aggregates.clone(), Arc::clone(&seen), Duration::from_millis(50), 1000);
        let context = AppContext::from(AppContextParts {
            aggregates,
            tokens: Arc::new(tokens),
            seen,
            activity: Arc::new(activity),
            await_activity: false,
            tenants: Arc::new(Tenants::new(tenant("hyderabad"), vec![tenant("pune")])),
            wait: PATIENCE,
            quotas: http_kit::Quotas::default(),
            jobs: http_kit::Jobs::default(),
            daily: http_kit::DailyCounters::default(),
            photos: http_kit::photos::Photos::default(),
            breakers: http_kit::CircuitBreakers::default(),
            api_keys: http_kit::ApiKeys::default(),
        });
        let views = directory.path().join("views");
        let users = Users::open(context.clone(), directory.path(), &views, SETTINGS).await.unwrap();
        let (stop, stopped) = watch::channel(false);
        let tasks = Mutex::default();
        let status = run(&users, journal, &clock, &tasks, stopped.clone()).await;
        let edge_layer = axum::middleware::from_fn_with_state(context.clone(), http_kit::edge_layer);
        let erasures = Erasures::open(users.clone(), &views).unwrap();
        let service = users.service(&erasures, projection::deliveries::Settings::default());
        let mounted = (service.routes)(&[(&Users::group(), status.clone())].into_iter().collect()).unwrap();
        mounted.answers_exports.unwrap().tell(mounted.export);
        let router = mounted.router.layer(edge_layer);
        let tenant = context.tenants.default_id().clone();
        Self { users, context, clock, tenant, router, status, directory, key, tasks, stopped, stop }
    }

    /// Ends the process without closing the sessions, runs `meanwhile`, and opens the same files in a new one.
    pub async fn die(self, meanwhile: impl FnOnce(&Self)) -> Self {
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap());
        // A group that is killed keeps its lease for a while, so it is stopped cleanly.
        self.stop.send_replace(true);
        while tasks.join_next().await.is_some() {}
        meanwhile(&self);
        let Self { directory, clock, key, users, context, router, .. } = self;
        drop((users, context, router));
        Self::open(directory, clock, key).await
    }

    /// The sessions file, opened as another program would.
    pub fn sessions(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.directory.path().join("sessions.db")).unwrap()
    }

    /// Another instance of the service over the same data, with a new read model.
    pub async fn reopened(&self) -> Users {
        let views = self.directory.path().join("views-again");
        Users::open(self.context.clone(), self.directory.path(), &views, SETTINGS).await.unwrap()
    }

    /// Runs the consumer group of another instance.
    pub async fn run(&self, users: &Users) -> GroupStatus {
        let journal = Arc::clone(self.context.aggregates.journal());
        run(users, journal, &self.clock, &self.tasks, self.stopped.clone()).await
    }

    pub fn call(&self, method: Method, path: &str) -> Call<'_> {
        Call { app: self, request: Request::builder().method(method).uri(path), body: Body::empty() }
    }

    pub fn get(&self, path: &str) -> Call<'_> {
        self.call(Method::GET, path)
    }

    pub fn post(&self, path: &str) -> Call<'_> {
        self.call(Method::POST, path)
    }

    /// Registers a person, a second after the previous step.
    pub async fn join(&self, name: &str) -> Person {
        self.clock.advance(1);
        let answer = self.post("/api/auth/register").json(&registration(name)).send().await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        self.clock.advance(1);
        Person::of(&answer)
    }

    pub async fn login(&self, name: &str, password: &str) -> Answer {
        let body = json!({"emailOrUsername": name, "password": password});
        self.post("/api/auth/login").json(&body).send().await
    }

    pub async fn refresh(&self, token: &str, user_agent: &str) -> Answer {
        let call = self.post("/api/auth/refresh").header("user-agent", user_agent);
        call.json(&json!({"refreshToken": token})).send().await
    }

    pub async fn admin(&self) -> Person {
        let email = "admin@example.com";
        self.users.create_admin(&self.tenant, email, "admin", PASSWORD).await.unwrap();
        Person::of(&self.login(email, PASSWORD).await)
    }

    /// A token for a person with that role who has no account.
    pub fn token_of(&self, role: Role) -> String {
        let (user, session) =
            (self.context.aggregates.fresh().into(), self.context.aggregates.fresh().into());
        self.context.tokens.issue(&self.tenant, user, session, role, 0).unwrap()
    }

    pub fn service_token(&self) -> String {
        self.context.tokens.issue_internal(&self.tenant, self.context.aggregates.fresh().into()).unwrap()
    }

    /// Waits until the read model is up to date.
    pub async fn settle(&self) {
        self.settled(&self.status).await;
    }

    pub async fn settled(&self, status: &GroupStatus) {
        let head = self.context.aggregates.journal().head(Log::Facts).await.unwrap();
        let asker = Asker { tenant: &self.tenant, user: self.context.aggregates.fresh().into() };
        assert_eq!(status.wait(&[head], asker, PATIENCE).await, WaitOutcome::Applied);
    }

    pub async fn events(&self, kind: &str, id: impl ToString) -> Vec<String> {
        let stream = StreamId::new(&self.tenant, kind, id.to_string());
        let found = self.context.aggregates.journal().read_stream(&stream, 0).await.unwrap();
        found.into_iter().map(|envelope| envelope.event_type.to_string()).collect()
    }

    /// The token of the newest mail to a person, made as the notifications service makes it.
    pub async fn mailed(&self, user: UserId, purpose: &str) -> String {
        let stream = StreamId::new(&self.tenant, "user", user);
        let found = self.context.aggregates.journal().read_stream(&stream, 0).await.unwrap();
        let issued = |event| match (event, purpose) {
            (
                UserEvent::Registered { verification, .. }
                | UserEvent::VerificationRequested { verification, .. },
                "verify-email",
            ) => Some(verification),
            (UserEvent::PasswordResetRequested { reset }, "password-reset") => Some(reset),
            _ => None,
        };
        let events =
            found.iter().map(|envelope| self.context.aggregates.decode::<UserEvent>(envelope).unwrap());
        let IssuedToken { nonce, .. } = events.filter_map(issued).last().unwrap();
        self.context.aggregates.keys().mail_token(purpose, &self.tenant, user, &nonce)
    }

    /// Records an event of a listing, as the properties service would.
    pub async fn listing(&self, event_type: &str, property: &str, owner: UserId) {
        let data = json!({"propertyId": property, "ownerId": owner, "title": "3BHK"}).to_string();
        let event = NewEvent {
            event_id: self.context.aggregates.fresh(),
            user_id: Some(owner),
            event_type: event_type.into(),
            schema_version: 1,
            timestamp: self.clock.now(),
            data: data.into(),
            metadata: "{}".into(),
        };
        let append = Append {
            stream: StreamId::new(&self.tenant, "property", property),
            expected: Expected::Any,
            events: vec![event],
            unique_keys: UniqueKeys::default(),
            limits: Vec::new(),
            idempotency: None,
        };
        self.context.aggregates.journal().append(append).await.unwrap();
    }
}

pub fn registration(name: &str) -> Value {
    json!({"username": name, "email": format!("{name}@example.com"), "password": PASSWORD,
        "firstName": name, "lastName": "Rao", "phoneNumber": "98765 43210"})
}
