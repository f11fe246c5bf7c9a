//! The read model: a row for every event, and a total for every stream that depends on their order.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bus::{AfterTries, Group, Policy, Retry};
use domain::{Envelope, Log};
use projection::{Projection, ProjectionError, ViewError, ViewStore, ViewTx};
use uuid::Uuid;

use crate::chaos::Chaos;

pub const GROUP: Group = Group { name: "rows", logs: &Log::ALL, key };
/// How long a runner that says nothing holds the group.
pub const TERM_MS: u64 = 2000;
const RETRY: Retry = Retry { tries: 2, base_ms: 1000, cap_ms: 60_000 };
pub const POLICY: Policy = Policy { retry: RETRY, after: AfterTries::Park, term_ms: TERM_MS.cast_signed() };
/// The group does not want these.
pub const IGNORED: &str = "ignored";
/// Fails until somebody mends it.
pub const FOR_EVER: u64 = u64::MAX;

const TABLES: &str = "
create table if not exists rows
    (n integer primary key autoincrement, key text, log text, seq bigint, version bigint, id text);
create table if not exists totals
    (key text, log text, events bigint, digest bigint, primary key (key, log));";

/// Both logs share their keys: an activity waits behind a fact of its key.
fn key(envelope: &Envelope) -> Option<String> {
    (&*envelope.stream.kind != IGNORED).then(|| envelope.stream.id.to_string())
}

pub struct Rows {
    chaos: Arc<Chaos>,
    /// How often each event still fails.
    poison: Mutex<BTreeMap<Uuid, u64>>,
}

impl Rows {
    pub fn new(chaos: &Arc<Chaos>) -> Arc<Self> {
        Arc::new(Self { chaos: Arc::clone(chaos), poison: Mutex::default() })
    }

    pub fn open(self: &Arc<Self>, path: &Path) -> Result<ViewStore, ViewError> {
        ViewStore::open(path, TABLES, Arc::clone(self) as Arc<dyn Projection>).map(|store| store.in_place())
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
}

#[async_trait(?Send)]
impl Projection for Rows {
    fn name(&self) -> &'static str {
        GROUP.name
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, batch: &[Envelope]) -> Result<(), ProjectionError> {
        for event in batch {
            let (key, log) = (&*event.stream.id, event.position.log.as_str());
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
                return Err(ProjectionError::Event(format!("{} is poison", event.event_id)));
            }
            if self.chaos.fails(150) {
                tx.query("select * from no_such_table", &[]).await?;
            }
        }
        Ok(())
    }

    fn committed(&self, _: &[Envelope]) {}
}
