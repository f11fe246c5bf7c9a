//! A running market service over a journal of its own.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use bus::{Asker, GroupHandle, Retry, Runner, WaitOutcome};
use domain::property::draft::Draft;
use domain::property::{By, Property, PropertyCommand, Status};
use domain::user::{Role, UserEvent, UserStatus};
use domain::{
    Actor, Clock, Envelope, Fields, Ids, Log, Metadata, PropertyId, StreamId, TenantId, Timestamp, UserId,
};
use http_body_util::BodyExt;
use http_kit::{AppContext, AppContextParts, Groups, Tenant, Tenants, Tokens, edge_layer};
use journal::sqlite::Limits;
use journal::{ActivityQueue, AggregateStore, Journal, KeyRing, Options, OwnWrites, SqliteJournal};
use market::{Market, Rate};
use projection::Row;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt;

/// 2026-11-21, 10:30 in India.
pub const START: Timestamp = Timestamp::from_micros(1_795_237_200_000_000);
const LONG: Duration = Duration::from_mins(1);

pub struct App {
    pub context: AppContext,
    pub market: Market,
    pub directory: TempDir,
    pub clock: Clock,
    handle: GroupHandle,
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

fn rates() -> Vec<Rate> {
    [
        "STAMP_DUTY | 2026-01-01 | 4 | any | Stamp duty | Guides | https://example.org/duty",
        "STAMP_DUTY | 2099-01-01 | 9 | any | Stamp duty | Guides | https://example.org/duty",
        "GST | 2019-04-01 | 5 | unfinished > 45 lakh | GST | Guides | https://example.org/gst",
    ]
    .map(|text| text.parse().unwrap())
    .to_vec()
}

pub async fn site() -> App {
    let directory = tempfile::tempdir().unwrap();
    let clock = Clock::manual(START);
    let journal = SqliteJournal::open(&directory.path().join("journal"), &clock, Limits::default()).unwrap();
    let journal: Arc<dyn Journal> = Arc::new(journal);
    let keys = Arc::new(KeyRing::open(&directory.path().join("keys.db"), &[7; 32]).unwrap());
    let aggregates = AggregateStore::new(Arc::clone(&journal), keys, clock.clone(), Ids);
    let seen = Arc::new(OwnWrites::new(aggregates.heads().await.unwrap()));
    let tokens = Tokens::new(&Tokens::generate_key().unwrap(), clock.clone(), 3600).unwrap();
    let activity =
        Arc::new(ActivityQueue::new(aggregates.clone(), Arc::clone(&seen), Duration::from_millis(50), 1000));
    let context = AppContext::from(AppContextParts {
        aggregates,
        tokens: Arc::new(tokens),
        seen,
        activity,
        await_activity: false,
        tenants: Arc::new(Tenants::new(tenant("hyderabad"), vec![tenant("pune")])),
        wait: LONG,
        quotas: http_kit::Quotas::default(),
        jobs: http_kit::Jobs::default(),
        daily: http_kit::DailyCounters::default(),
        photos: http_kit::photos::Photos::default(),
        breakers: http_kit::CircuitBreakers::default(),
        api_keys: http_kit::ApiKeys::default(),
    });
    let views = directory.path().join("views");
    let market = Market::open(context.clone(), &views, rates()).unwrap();
    let target = Arc::new(market.store().clone());
    let started = Runner::new(Market::group(), journal, target, clock.clone(), Retry::default()).await;
    let (runner, handle) = started.unwrap();
    let (stop, stopped) = watch::channel(false);
    let mut group = JoinSet::new();
    group.spawn(runner.run(stopped));
    let mounted = (market.service().routes)(&Groups::of(std::slice::from_ref(&handle))).unwrap();
    let router = mounted.router.layer(axum::middleware::from_fn_with_state(context.clone(), edge_layer));
    App { context, market, directory, clock, handle, router, _group: group, _stop: stop }
}

/// Somebody who lists homes.
#[derive(Clone, Debug)]
pub struct Owner {
    pub tenant: TenantId,
    pub user: UserId,
}

impl Owner {
    fn actor(&self) -> Actor {
        Actor { tenant: self.tenant.clone(), user: Some(self.user), metadata: Metadata::default() }
    }

    fn by(&self) -> By {
        By { person: self.user, role: Role::Seller, moderated: false }
    }
}

/// A flat for sale in Kondapur.
pub fn flat(rupees: i64) -> Value {
    json!({"title": "A flat by the lake", "location": "Kondapur", "price": rupees, "propertyType": "APARTMENT",
        "bedrooms": 2, "areaSqft": 1000})
}

/// `home` with other members.
pub fn with(mut home: Value, others: &Value) -> Value {
    let members = home.as_object_mut().unwrap();
    members.extend(others.as_object().unwrap().clone());
    home
}

impl App {
    pub fn owner(&self, tenant: &str) -> Owner {
        Owner { tenant: TenantId::stored(tenant), user: self.context.aggregates.fresh().into() }
    }

    async fn command(&self, owner: &Owner, id: PropertyId, command: PropertyCommand) {
        let options = Options::default();
        self.context.aggregates.execute::<Property>(&owner.actor(), id, command, options).await.unwrap();
    }

    /// Lists a home. With moderation, it waits.
    async fn list_as(&self, owner: &Owner, home: &Value, moderated: bool) -> PropertyId {
        let content = Fields::read(home.as_object().unwrap(), Draft::read).unwrap();
        let id: PropertyId = self.context.aggregates.fresh().into();
        let list = PropertyCommand::List {
            id,
            owner: owner.user,
            content: content.owned_by(owner.user, "Hyderabad"),
            source_reference: None,
            moderated,
            awaits_confirmation: false,
        };
        self.command(owner, id, list).await;
        id
    }

    pub async fn list(&self, owner: &Owner, home: &Value) -> PropertyId {
        self.list_as(owner, home, false).await
    }

    pub async fn list_pending(&self, owner: &Owner, home: &Value) -> PropertyId {
        self.list_as(owner, home, true).await
    }

    pub async fn edit(&self, owner: &Owner, id: PropertyId, home: &Value) {
        let content = Fields::read(home.as_object().unwrap(), Draft::read).unwrap();
        let content = content.owned_by(owner.user, "Hyderabad");
        self.command(owner, id, PropertyCommand::Edit(content, owner.by())).await;
    }

    pub async fn change(&self, owner: &Owner, id: PropertyId, to: Status) {
        self.command(owner, id, PropertyCommand::ChangeStatus(to, owner.by())).await;
    }

    pub async fn remove(&self, owner: &Owner, id: PropertyId) {
        self.command(owner, id, PropertyCommand::Remove(owner.by())).await;
    }

    /// A moderator approves a home, or takes it down.
    pub async fn judge(&self, owner: &Owner, id: PropertyId, approved: bool) {
        let by =
            By { person: self.context.aggregates.fresh().into(), role: Role::Moderator, moderated: true };
        let command = if approved {
            PropertyCommand::Approve(by)
        } else {
            PropertyCommand::Reject("It is somewhere else".into(), by)
        };
        self.command(owner, id, command).await;
    }

    /// The account of an owner gets another status.
    pub async fn move_owner(&self, owner: &Owner, from: UserStatus, to: UserStatus) {
        self.happened(owner, &UserEvent::StatusChanged { subject_id: owner.user, from, to }).await;
    }

    /// An owner leaves for good; their key is destroyed after that.
    pub async fn leave(&self, owner: &Owner) {
        self.happened(owner, &UserEvent::Deleted { subject_id: owner.user }).await;
    }

    pub fn destroy_key(&self, owner: &Owner) {
        self.context.aggregates.keys().erase(&owner.tenant, owner.user).unwrap();
    }

    async fn happened(&self, owner: &Owner, event: &UserEvent) {
        let stream = StreamId::new(&owner.tenant, "user", owner.user);
        self.context.aggregates.record(&owner.actor(), stream, event).await.unwrap();
    }

    /// Sets the clock this many days after [`START`].
    pub fn day(&self, days: i64) {
        let then = START.plus_seconds(days * 86_400);
        self.clock.jump(then.seconds() - self.clock.now().seconds());
    }

    /// Waits for the group to apply everything.
    pub async fn drain(&self) {
        let heads = self.context.aggregates.heads().await.unwrap();
        let tenant = TenantId::stored("hyderabad");
        let nobody = Asker { tenant: &tenant, user: self.context.aggregates.fresh().into() };
        let waited = self.handle.status.wait(&[heads[Log::Facts.index()]], nobody, LONG).await;
        assert_eq!(waited, WaitOutcome::Applied);
        assert!(self.handle.status.blocked().is_empty(), "{:?}", self.handle.status.blocked());
    }

    /// The answer to a visitor of a tenant, as far as the journal is now.
    pub async fn ask(&self, tenant: &str, path: &str) -> (StatusCode, Value) {
        self.drain().await;
        let request = Request::builder().uri(path).header("host", format!("{tenant}.example"));
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    /// The data of a successful answer in Hyderabad.
    pub async fn get(&self, path: &str) -> Value {
        let (status, mut body) = self.ask("hyderabad", path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body["data"].take()
    }

    /// The number of homes for sale in Kondapur.
    pub async fn for_sale(&self) -> u64 {
        let (status, body) = self.ask("hyderabad", "/api/market/areas/kondapur").await;
        if status == StatusCode::NOT_FOUND {
            assert_eq!(body["error"]["code"], "AREA_NOT_FOUND");
            return 0;
        }
        body["data"]["homesForSale"].as_u64().unwrap()
    }

    pub async fn events(&self) -> Vec<Envelope> {
        let journal = self.context.aggregates.journal();
        journal.read_after(journal.head(Log::Facts).await.unwrap().at(0), 1_000_000).await.unwrap()
    }

    pub async fn rows(&self) -> Vec<(String, Vec<Row>)> {
        self.drain().await;
        self.market.store().dump().await.unwrap()
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        Path::new(self.directory.path()).join(name)
    }
}
