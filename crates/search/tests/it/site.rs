//! A journal with listings, and the search service over it, which a test can open repeatedly.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bus::{Asker, GroupHandle, Retry, Runner, WaitOutcome};
use domain::property::{By, Content, Property, PropertyCommand};
use domain::user::{Role, UserEvent};
use domain::{Actor, Clock, Erasable, Ids, Log, Metadata, PropertyId, StreamId, TenantId, UserId};
use http_kit::{AppContext, AppContextParts, Jobs, Tenant, Tenants, Tokens};
use journal::sqlite::Limits;
use journal::{ActivityQueue, AggregateStore, Journal, KeyRing, Options, OwnWrites, SqliteJournal};
use search::query::{IndexHits, Query};
use search::{Indexer, Search};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::homes::{NOW, home};
use crate::random::Random;

pub struct Site {
    pub context: AppContext,
    pub directory: TempDir,
    pub tenant: TenantId,
    random: Random,
}

/// The running service, until [`Running::end`]. If it is only dropped, its files are released some time later.
pub struct Running {
    pub search: Search,
    pub indexer: Indexer<search::Home>,
    pub handle: GroupHandle,
    group: JoinSet<()>,
    stop: watch::Sender<bool>,
}

const LONG: Duration = Duration::from_mins(1);

impl Site {
    pub async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Clock::manual(NOW);
        let journal = directory.path().join("journal");
        let journal: Arc<dyn Journal> =
            Arc::new(SqliteJournal::open(&journal, &clock, Limits::default()).unwrap());
        let keys = Arc::new(KeyRing::open(&directory.path().join("keys.db"), &[7; 32]).unwrap());
        let aggregates = AggregateStore::new(journal, keys, clock.clone(), Ids);
        let seen = Arc::new(OwnWrites::new(aggregates.heads().await.unwrap()));
        let tokens = Tokens::new(&Tokens::generate_key().unwrap(), clock, 3600).unwrap();
        let activity =
            ActivityQueue::new(aggregates.clone(), Arc::clone(&seen), Duration::from_millis(50), 1000);
        let tenant = TenantId::stored("hyderabad");
        let city = "Hyderabad".to_owned();
        let hosts = Vec::new();
        let own = Tenant { id: tenant.clone(), city, moderation: false, hold_unconfirmed: false, hosts };
        let context = AppContext::from(AppContextParts {
            aggregates,
            tokens: Arc::new(tokens),
            seen,
            activity: Arc::new(activity),
            await_activity: false,
            tenants: Arc::new(Tenants::new(own, Vec::new())),
            wait: LONG,
            quotas: http_kit::Quotas::default(),
            daily: http_kit::DailyCounters::default(),
            photos: http_kit::photos::Photos::default(),
            breakers: http_kit::CircuitBreakers::default(),
            api_keys: http_kit::ApiKeys::default(),
            jobs: Jobs::default(),
        });
        Self { context, directory, tenant, random: Random::new(3) }
    }

    pub fn views(&self) -> PathBuf {
        self.directory.path().join("views")
    }

    pub fn actor(&self, user: UserId) -> Actor {
        Actor { tenant: self.tenant.clone(), user: Some(user), metadata: Metadata::default() }
    }

    pub fn somebody(&self) -> UserId {
        self.context.aggregates.fresh().into()
    }

    /// Lists a home of `owner` with the given title.
    pub async fn list(&mut self, owner: UserId, title: &str) -> PropertyId {
        let id: PropertyId = self.context.aggregates.fresh().into();
        let content = Content {
            title: Erasable::of(owner, title.into()),
            ..home(&mut self.random, &self.tenant).content
        };
        let command = PropertyCommand::List {
            id,
            owner,
            content,
            source_reference: None,
            moderated: false,
            awaits_confirmation: false,
        };
        self.command(owner, id, command).await;
        id
    }

    /// The acting person, as the domain rules see them.
    pub fn by(person: UserId, role: Role) -> By {
        By { person, role, moderated: false }
    }

    pub async fn command(&self, by: UserId, id: PropertyId, command: PropertyCommand) {
        let actor = self.actor(by);
        let done = self.context.aggregates.execute::<Property>(&actor, id, command, Options::default());
        assert!(done.await.is_ok());
    }

    /// Closes the account of `user`.
    pub async fn leave(&self, user: UserId) {
        let stream = StreamId::new(&self.tenant, "user", user);
        let event = UserEvent::Deleted { subject_id: user };
        self.context.aggregates.record(&self.actor(user), stream, &event).await.unwrap();
    }

    /// Opens the service. Its group reads the whole journal; nothing updates the index yet.
    pub async fn open(&self) -> Running {
        let search = Search::open(self.context.clone(), &self.views()).await.unwrap();
        let (journal, clock) =
            (self.context.aggregates.journal().clone(), self.context.aggregates.clock().clone());
        let target = Arc::new(search.store().clone());
        let started = Runner::new(Search::group(), journal, target, clock, Retry::default()).await;
        let (runner, handle) = started.unwrap();
        let (stop, stopped) = watch::channel(false);
        let mut group = JoinSet::new();
        group.spawn(runner.alone().run(stopped));
        let running = Running { indexer: search.indexer(), search, handle, group, stop };
        running.rows(self).await;
        running
    }

    /// The titles of all hits, sorted.
    pub async fn found(&self, running: &Running, text: &str) -> Vec<String> {
        let mut query = Query { size: 1000, facets: true, ..Query::all(self.tenant.clone(), NOW) };
        query.text(text);
        let IndexHits { hits, total, .. } = running.search.index().search(&query).unwrap();
        assert_eq!(hits.len() as u64, total);
        let sql = "select content from homes where id = $1";
        let mut titles = Vec::new();
        for hit in hits {
            let rows = running.search.store().query(sql, vec![hit.key.id.to_string().into()]).await.unwrap();
            let content: Content = serde_json::from_str(rows[0].text(0).unwrap()).unwrap();
            titles.push(content.title().to_owned());
        }
        titles.sort();
        titles
    }

    /// The files below the views that contain `text` in clear, ignoring case.
    pub fn holding(&self, text: &str) -> Vec<PathBuf> {
        fn files(directory: &Path, all: &mut Vec<PathBuf>) {
            for entry in std::fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { files(&path, all) } else { all.push(path) }
            }
        }
        let mut all = Vec::new();
        files(&self.views(), &mut all);
        let holds = |path: &PathBuf| {
            let bytes = std::fs::read(path).unwrap();
            bytes.windows(text.len()).any(|part| part.eq_ignore_ascii_case(text.as_bytes()))
        };
        all.into_iter().filter(holds).collect()
    }
}

impl Running {
    /// Stops the service and releases its files. The last one to close a read model deletes the write-ahead log of
    /// that name, even if another file has the name by then.
    pub async fn end(mut self) {
        self.stop.send(true).unwrap();
        while let Some(ended) = self.group.join_next().await {
            ended.unwrap();
        }
    }

    /// Waits for the group to apply everything.
    pub async fn rows(&self, site: &Site) {
        let heads = site.context.aggregates.heads().await.unwrap();
        let nobody = Asker { tenant: &site.tenant, user: site.somebody() };
        let waited = self.handle.status.wait(&[heads[Log::Facts.index()]], nobody, LONG).await;
        assert_eq!(waited, WaitOutcome::Applied);
        assert!(self.handle.status.blocked().is_empty(), "{:?}", self.handle.status.blocked());
    }

    /// Waits for the rows, then brings the index up to date with them.
    pub async fn catch_up(&mut self, site: &Site) {
        self.rows(site).await;
        self.indexer.catch_up().await.unwrap();
    }
}
