//! The read model: one row per event, and a total per stream that depends on the order of its events. Like a
//! real read model, it has a document cache and reports its progress to an index.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bus::{AfterTries, Group, Policy, Retry};
use domain::{Envelope, Log};
use projection::{
    DocumentCache, IndexProgress, Projection, ProjectionError, SyncPath, ViewError, ViewStore, ViewTx,
};
use uuid::Uuid;

use crate::chaos::Chaos;

pub const GROUP: Group = Group { name: "rows", logs: &Log::ALL, key };
/// How long a runner keeps the group without renewing its lease, in milliseconds.
pub const TERM_MS: u64 = 2000;
const RETRY: Retry = Retry { tries: 2, base_ms: 1000, cap_ms: 60_000 };
/// The group ignores streams of this kind.
pub const IGNORED: &str = "ignored";
/// Fails until it is repaired.
pub const FOR_EVER: u64 = u64::MAX;

const TABLES: &str = "
create table if not exists rows
    (n integer primary key autoincrement, key text, log text, seq bigint, version bigint, id text);
create table if not exists totals
    (key text, log text, events bigint, digest bigint, primary key (key, log));";

/// Both logs share their keys: an activity event waits behind a failing fact with the same key.
fn key(envelope: &Envelope) -> Option<String> {
    (&*envelope.stream.kind != IGNORED).then(|| envelope.stream.id.to_string())
}

pub fn policy(after: AfterTries) -> Policy {
    Policy { retry: RETRY, after, term_ms: TERM_MS.cast_signed() }
}

/// The document of a key: the newest position in each log.
pub type Document = [u64; 2];

/// In-memory state that one process keeps beside the read model.
#[derive(Debug)]
pub struct Memory {
    pub documents: DocumentCache<String, Document>,
    pub progress: IndexProgress,
}

impl Default for Memory {
    fn default() -> Self {
        Self { documents: DocumentCache::new(100), progress: IndexProgress::default() }
    }
}

pub struct Rows {
    chaos: Arc<Chaos>,
    /// How many more times each event fails.
    poison: Mutex<BTreeMap<Uuid, u64>>,
    memory: Mutex<Arc<Memory>>,
}

impl Rows {
    pub fn new(chaos: &Arc<Chaos>) -> Arc<Self> {
        Arc::new(Self { chaos: Arc::clone(chaos), poison: Mutex::default(), memory: Mutex::default() })
    }

    pub fn open(self: &Arc<Self>, path: &Path, sync: SyncPath) -> Result<ViewStore, ViewError> {
        let projection = Arc::clone(self) as Arc<dyn Projection>;
        ViewStore::open(path, TABLES, projection).map(|store| store.in_place(sync))
    }

    /// The in-memory state of this life; a crash loses it.
    pub fn memory(&self) -> Arc<Memory> {
        Arc::clone(&self.memory.lock().unwrap())
    }

    pub fn crash(&self) {
        *self.memory.lock().unwrap() = Arc::default();
    }

    pub fn poison(&self, event: Uuid, times: u64) {
        self.poison.lock().unwrap().insert(event, times);
    }

    pub fn mend(&self) {
        self.poison.lock().unwrap().clear();
    }

    fn fails(&self, event: Uuid) -> bool {
        let mut poison = self.poison.lock().unwrap();
        let Some(left) = poison.get_mut(&event) else { return false };
        let fails = *left > 0;
        if *left != FOR_EVER {
            *left = left.saturating_sub(1);
        }
        fails
    }

    /// Fails in one of the ways in which a projection can be wrong.
    async fn fail(&self, tx: &mut ViewTx<'_>, event: &Envelope) -> Result<(), ProjectionError> {
        match event.event_id.as_u128() % 3 {
            0 => Err(ProjectionError::Event(format!("{} is poison", event.event_id))),
            1 => panic!("simulated: {} is poison", event.event_id),
            _ => Ok(tx.query("select * from no_such_table", &[]).await.map(drop)?),
        }
    }
}

#[async_trait(?Send)]
impl Projection for Rows {
    fn name(&self) -> &'static str {
        GROUP.name
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, event: &Envelope) -> Result<(), ProjectionError> {
        let key = &*event.stream.id;
        let log = event.position.log.as_str();
        let id = event.event_id.to_string();
        tx.execute(
            "insert into rows (key, log, seq, version, id) values ($1, $2, $3, $4, $5)",
            &[key.into(), log.into(), event.position.seq.into(), event.version.into(), id.into()],
        )
        .await?;
        tx.execute(
            "insert into totals (key, log, events, digest) values ($1, $2, 1, $3) on conflict (key, log)
                 do update set events = events + 1, digest = (digest * 31 + $3) % 1000003",
            &[key.into(), log.into(), event.position.seq.into()],
        )
        .await?;
        if self.fails(event.event_id) {
            self.fail(tx, event).await?;
        }
        if self.chaos.fails(150) {
            return Err(ProjectionError::Store(ViewError::Unavailable("the disk is busy".into())));
        }
        Ok(())
    }

    fn committed(&self, batch: &[Envelope]) {
        let memory = self.memory();
        for event in batch {
            memory.documents.forget(&event.stream.id.to_string());
        }
        let facts = batch.iter().filter(|event| event.position.log == Log::Facts);
        memory.progress.rows_changed(facts.map(|event| event.position.seq).max().unwrap_or(0));
    }

    fn replaced(&self) {
        let memory = self.memory();
        memory.documents.forget_all();
        memory.progress.rows_changed(0);
    }
}
