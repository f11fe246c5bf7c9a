//! What stays true whatever happens to a process: the content of its journal and the operators' decisions.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use bus::{AfterTries, GroupDecisions};
use domain::{Clock, Envelope, Log, Position};
use journal::sqlite::{Cut, Driver, Fate, Fates, Limits};
use journal::{Journal, SqliteJournal};
use uuid::Uuid;

use crate::chaos::Chaos;
use crate::rows::GROUP;

/// Small enough that callers wait for each other.
const LIMITS: Limits = Limits { batch: 4, queue: 8 };
/// Small, so that there are several segments and blocks.
pub const CUT: Cut = Cut { segment_events: 5, block_bytes: 512 };

/// The journal of one life. Calls reach it without simulated failures, but its commits may fail.
pub fn open(
    directory: &Path,
    clock: &Clock,
    chaos: &Arc<Chaos>,
) -> Result<(Arc<SqliteJournal>, [Driver; 2]), String> {
    let decides = Arc::clone(chaos);
    let fates: Fates = Arc::new(move |_| {
        if !decides.fails(40) {
            return Fate::Done;
        }
        let fate = [Fate::NotDone, Fate::Untold, Fate::Panic][usize::try_from(decides.draw(0, 2)).unwrap()];
        decides.note(format_args!("a commit: {fate:?}"));
        fate
    });
    let opened = SqliteJournal::driven(directory, clock, LIMITS, &fates);
    opened.map(|(journal, drivers)| (Arc::new(journal), drivers)).map_err(|error| error.to_string())
}

/// All events of a log.
pub async fn events(journal: &SqliteJournal, log: Log) -> Result<Vec<Envelope>, String> {
    let head = journal.head(log).await.map_err(|error| error.to_string())?;
    journal.read_after(head.at(0), usize::MAX >> 1).await.map_err(|error| error.to_string())
}

/// All events that the group of rows consumes, in the order of each log.
pub async fn wanted(journal: &SqliteJournal) -> Result<Vec<Envelope>, String> {
    let mut wanted = Vec::new();
    for log in Log::ALL {
        wanted.extend(events(journal, log).await?.into_iter().filter(|event| (GROUP.key)(event).is_some()));
    }
    Ok(wanted)
}

pub async fn heads(journal: &SqliteJournal) -> [Position; 2] {
    let mut heads = Vec::new();
    for log in Log::ALL {
        heads.push(journal.head(log).await.unwrap());
    }
    [heads[0], heads[1]]
}

/// The operators' decisions, and what the group of this seed does after all tries.
pub struct Decisions {
    pub after: AfterTries,
    pub paused: Mutex<bool>,
    pub discarded: Mutex<BTreeSet<Uuid>>,
}

impl Decisions {
    pub fn new(chaos: &Chaos) -> Arc<Self> {
        let after = match chaos.draw(1, 6) {
            1 => AfterTries::Pause,
            2 => AfterTries::Stop,
            _ => AfterTries::Park,
        };
        Arc::new(Self { after, paused: Mutex::default(), discarded: Mutex::default() })
    }

    pub fn is_discarded(&self, event: Uuid) -> bool {
        self.discarded.lock().unwrap().contains(&event)
    }

    pub fn standing(&self) -> GroupDecisions {
        let discarded = self.discarded.lock().unwrap().iter().copied().collect();
        GroupDecisions { paused: *self.paused.lock().unwrap(), discarded }
    }
}
