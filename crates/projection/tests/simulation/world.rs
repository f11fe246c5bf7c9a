//! One seed: several lives of a process over the same journal and the same files, each ended by a crash, and a last
//! one in which everything heals.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use domain::{Clock, Timestamp};
use tempfile::TempDir;
use tokio::sync::watch;

use crate::actors::{self, Life};
use crate::chaos::Chaos;
use crate::checker;
use crate::letters::{self, Outside, Post};
use crate::model::{Durable, ModelJournal};
use crate::rows::Rows;
use crate::scheduler::Scheduler;
use crate::unreliable::UnreliableJournal;
use crate::writer::{self, Writer};

const LETTERS: &str = "letters.db";
const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
const WRITERS: u64 = 4;
const CRASHES: u64 = 5;
/// A write-ahead log this short was never copied into its file: any beginning of it is what a power cut may leave.
const NEVER_COPIED: u64 = 900 * 4096;

pub struct World {
    chaos: Arc<Chaos>,
    directory: TempDir,
    lives: u64,
    durable: Arc<Mutex<Durable>>,
    rows: Arc<Rows>,
    outside: Arc<Outside>,
    clock: Clock,
    jumps: Arc<AtomicU64>,
    writers: Vec<Arc<Mutex<Writer>>>,
}

/// Memory is as good as a disk here: a crash is a copy of the files.
const MEMORY: &str = "/dev/shm";

/// Steps and hash of the trace, or the broken rule.
pub type Outcome = Result<(u64, u64), String>;

impl World {
    pub fn new(seed: u64, printed: bool) -> Self {
        let chaos = Arc::new(Chaos::new(seed, printed));
        let in_memory = Path::new(MEMORY);
        let directory = if in_memory.is_dir() { TempDir::new_in(in_memory) } else { TempDir::new() }.unwrap();
        let writers = (1..=WRITERS).map(|number| Writer::new(number, chaos.draw(5, 20))).collect();
        let (rows, durable, clock) = (Rows::new(&chaos), Arc::default(), Clock::manual(START));
        let (outside, jumps) = (Outside::new(&chaos), Arc::new(AtomicU64::new(6)));
        fs::create_dir(directory.path().join("0")).unwrap();
        Self { chaos, directory, lives: 0, durable, rows, outside, clock, jumps, writers }
    }

    pub async fn run(mut self) -> Outcome {
        while self.lives < CRASHES {
            let crash_at = if self.chaos.one_in(8) { u64::MAX } else { self.chaos.draw(30, 1500) };
            let crashed = self.live(crash_at).await?;
            if !crashed {
                break;
            }
        }
        self.heal().await?;
        Ok(self.chaos.trace())
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join(self.lives.to_string()).join("view.db")
    }

    fn life(&self, scheduler: &Scheduler, busy: u64) -> Result<Arc<Life>, String> {
        let (chaos, spawner) = (Arc::clone(&self.chaos), scheduler.spawner());
        let inner = Arc::new(ModelJournal::open(&self.durable, &self.clock));
        let journal = UnreliableJournal { inner, chaos: Arc::clone(&chaos), spawner: spawner.clone() };
        Ok(Arc::new(Life {
            chaos,
            spawner,
            durable: Arc::clone(&self.durable),
            journal: Arc::new(journal),
            rows: Arc::clone(&self.rows),
            store: self.rows.open(&self.path()).map_err(|error| error.to_string())?,
            post: Post::open(&self.path().with_file_name(LETTERS)).map_err(|error| error.to_string())?,
            outside: Arc::clone(&self.outside),
            letters: watch::channel(None).0,
            pointer: self.path().with_file_name("view.db.current"),
            clock: self.clock.clone(),
            jumps: Arc::clone(&self.jumps),
            group: watch::channel(None).0,
            runners: AtomicU64::new(0),
            zombies: AtomicU64::new(0),
            rebuilding: AtomicBool::new(false),
            busy: AtomicU64::new(busy),
        }))
    }

    /// One life; true when it ended by a crash.
    async fn live(&mut self, crash_at: u64) -> Result<bool, String> {
        let mut scheduler = Scheduler::new(self.chaos.draw(0, u64::MAX));
        let life = self.life(&scheduler, WRITERS)?;
        checker::consistent(&life.store, &self.durable).await?;
        let spawner = &life.spawner;
        for writer in &self.writers {
            spawner.spawn(writer::write(Arc::clone(&life), Arc::clone(writer)));
        }
        spawner.spawn(actors::supervise(Arc::clone(&life)));
        spawner.spawn(actors::operate(Arc::clone(&life)));
        spawner.spawn(actors::tick(Arc::clone(&life)));
        spawner.spawn(letters::deliver(Arc::clone(&life)));
        if self.chaos.one_in(2) {
            spawner.spawn(letters::rebuild(Arc::clone(&life)));
        }
        if self.chaos.one_in(2) {
            spawner.spawn(actors::rebuild(Arc::clone(&life)));
            spawner.spawn(writer::glance(Arc::clone(&life), self.writers.clone()));
        }
        let written = || life.busy.load(Ordering::SeqCst) == 0;
        let broken = || self.chaos.failure().is_some();
        scheduler.run(|turns| turns >= crash_at || written() || broken()).await;
        self.chaos.failure().map_or(Ok(()), Err)?;
        let crashed = !written();
        self.crash();
        drop(scheduler);
        drop(life);
        checker::consistent(&self.rows.open(&self.path()).map_err(|e| e.to_string())?, &self.durable).await?;
        Ok(crashed)
    }

    /// The files as they are at this very moment go to the next life; of a power cut, what it leaves of them.
    fn crash(&mut self) {
        let before = self.path();
        self.lives += 1;
        let after = self.path();
        let (before, after) = (before.parent().unwrap(), after.parent().unwrap());
        self.outside.crash();
        let power_cut = self.chaos.one_in(3);
        self.chaos.note(if power_cut { "POWER CUT" } else { "CRASH" });
        fs::create_dir(after).unwrap();
        let mut names: Vec<_> =
            fs::read_dir(before).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        for name in names.iter().filter(|name| !name.to_string_lossy().ends_with("-shm")) {
            let copy = after.join(name);
            fs::copy(before.join(name), &copy).unwrap();
            // What was carried out waits for the disk.
            let lasts = name.to_string_lossy().starts_with(LETTERS);
            if power_cut && !lasts && name.to_string_lossy().ends_with("-wal") {
                self.cut(&copy);
            }
        }
    }

    fn cut(&self, wal: &Path) {
        let file = fs::OpenOptions::new().write(true).open(wal).unwrap();
        let length = file.metadata().unwrap().len();
        if length < NEVER_COPIED {
            file.set_len(self.chaos.draw(0, length)).unwrap();
        }
    }

    async fn heal(&mut self) -> Result<(), String> {
        self.chaos.note("HEALING");
        self.chaos.calm_down();
        self.rows.mend();
        // What was put off by a clock that jumped is due, and it jumps no more.
        self.jumps.store(0, Ordering::SeqCst);
        self.clock.advance(2 * 3600);
        let mut scheduler = Scheduler::new(self.chaos.draw(0, u64::MAX));
        let life = self.life(&scheduler, WRITERS + 2)?;
        for writer in &self.writers {
            life.spawner.spawn(writer::write(Arc::clone(&life), Arc::clone(writer)));
        }
        life.spawner.spawn(actors::tick(Arc::clone(&life)));
        life.spawner.spawn(actors::settle(Arc::clone(&life)));
        life.spawner.spawn(letters::deliver(Arc::clone(&life)));
        life.spawner.spawn(letters::settle(Arc::clone(&life)));
        scheduler.run(|_| life.busy.load(Ordering::SeqCst) == 0 || self.chaos.failure().is_some()).await;
        self.chaos.failure().map_or(Ok(()), Err)?;
        let plain = self.rows.open(&self.directory.path().join("plain.db")).map_err(|e| e.to_string())?;
        checker::complete(&life.store, &plain, &self.durable).await?;
        letters::complete(&life).await?;
        let writers = self.writers.iter();
        let acknowledged: Vec<_> = writers.flat_map(|w| w.lock().unwrap().acknowledged.clone()).collect();
        self.chaos.note(format_args!("{} acknowledged", acknowledged.len()));
        checker::journal(&self.durable, &acknowledged)
    }
}
