//! One seed: several lives of a process over the same files. Each ends by a crash, a power cut or a journal
//! restored from a backup. In the last life everything recovers.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bus::{Runner, Target};
use domain::{Clock, Log, Timestamp};
use journal::{Journal, OwnWrites};
use tempfile::TempDir;
use tokio::sync::watch;

use crate::actors::{self, Life, Writers};
use crate::chaos::Chaos;
use crate::disk::Disk;
use crate::index::{self, Index};
use crate::letters::{self, Outside, Post};
use crate::rows::{GROUP, Rows, policy};
use crate::scheduler::Scheduler;
use crate::truth::{self, Decisions};
use crate::unreliable::UnreliableJournal;
use crate::writer::{self, Writer};
use crate::{checker, reader};

const VIEW: &str = "view.db";
const LETTERS: &str = "letters.db";
const JOURNAL: &str = "journal";
const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
const WRITERS: u64 = 4;
const CRASHES: u64 = 5;
const DAY: i64 = 86_400;

pub struct World {
    chaos: Arc<Chaos>,
    directory: TempDir,
    lives: u64,
    decisions: Arc<Decisions>,
    rows: Arc<Rows>,
    outside: Arc<Outside>,
    clock: Clock,
    jumps: Arc<AtomicU64>,
    ahead: Arc<AtomicBool>,
    writers: Writers,
}

/// Memory serves as the disk here: a crash is a copy of the files.
const MEMORY: &str = "/dev/shm";

/// Number of steps and hash of the trace, or the broken rule.
pub type Outcome = Result<(u64, u64), String>;

/// One life before its actors start.
struct Begun {
    life: Arc<Life>,
    scheduler: Scheduler,
}

impl World {
    pub fn new(seed: u64, printed: bool) -> Self {
        let chaos = Arc::new(Chaos::new(seed, printed));
        let in_memory = Path::new(MEMORY);
        let directory = if in_memory.is_dir() { TempDir::new_in(in_memory) } else { TempDir::new() }.unwrap();
        let writers = (1..=WRITERS).map(|number| Writer::new(number, chaos.draw(5, 20))).collect();
        let rows = Rows::new(&chaos);
        let decisions = Decisions::new(&chaos);
        let outside = Outside::new(&chaos);
        let jumps = Arc::new(AtomicU64::new(6));
        fs::create_dir(directory.path().join("0")).unwrap();
        let clock = Clock::manual(START);
        let ahead = Arc::default();
        Self { chaos, directory, lives: 0, decisions, rows, outside, clock, jumps, ahead, writers }
    }

    pub async fn run(mut self) -> Outcome {
        while self.lives < CRASHES {
            let crash_at = if self.chaos.one_in(8) { u64::MAX } else { self.chaos.draw(30, 2000) };
            if !self.live(crash_at).await? {
                break;
            }
        }
        self.heal().await?;
        Ok(self.chaos.trace())
    }

    fn directory(&self, life: u64) -> PathBuf {
        self.directory.path().join(life.to_string())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory(self.lives).join(name)
    }

    async fn begin(&self, busy: u64) -> Result<Begun, String> {
        self.rows.crash();
        let scheduler = Scheduler::new(self.chaos.draw(0, u64::MAX));
        let chaos = Arc::clone(&self.chaos);
        let spawner = scheduler.spawner();
        let (truth, drivers) = truth::open(&self.path(JOURNAL), &self.clock, &chaos)?;
        for driver in drivers {
            spawner.spawn(driver.run());
        }
        let reached = |panics| -> Arc<dyn Journal> {
            let inner = Arc::clone(&truth);
            let chaos = Arc::clone(&chaos);
            let spawner = spawner.clone();
            Arc::new(UnreliableJournal { inner, chaos, spawner, panics })
        };
        let pointers = [VIEW, LETTERS].map(|name| self.path(&format!("{name}.current")));
        let disk = Disk::new(&chaos, pointers);
        let text = |error: projection::ViewError| error.to_string();
        let life = Life {
            decisions: Arc::clone(&self.decisions),
            supervisor: supervisor::Supervisor::default(),
            journal: reached(false),
            journal_of_groups: reached(true),
            seen: OwnWrites::new(truth::heads(&truth).await),
            index: Index::default(),
            rows: Arc::clone(&self.rows),
            store: self.rows.open(&self.path(VIEW), disk.sync()).map_err(text)?,
            post: Post::open(&self.path(LETTERS), &self.outside, disk.sync()).map_err(text)?,
            outside: Arc::clone(&self.outside),
            disk,
            letters: watch::channel(None).0,
            pointer: self.path(&format!("{VIEW}.current")),
            clock: self.clock.clone(),
            jumps: Arc::clone(&self.jumps),
            ahead: Arc::clone(&self.ahead),
            group: watch::channel(None).0,
            runners: AtomicU64::new(0),
            zombies: Arc::default(),
            rebuilding: AtomicBool::new(false),
            busy: AtomicU64::new(busy),
            chaos,
            spawner,
            truth,
        };
        Ok(Begun { life: Arc::new(life), scheduler })
    }

    /// Runs one life. Returns true when it ended by a crash.
    async fn live(&mut self, crash_at: u64) -> Result<bool, String> {
        let Begun { life, mut scheduler } = self.begin(WRITERS).await?;
        checker::consistent(&life.store, &life.truth, &self.decisions).await?;
        let spawner = &life.spawner;
        for writer in &self.writers {
            spawner.spawn(writer::write(Arc::clone(&life), Arc::clone(writer)));
        }
        spawner.spawn(actors::supervise(Arc::clone(&life)));
        spawner.spawn(actors::operate(Arc::clone(&life)));
        spawner.spawn(actors::tick(Arc::clone(&life)));
        spawner.spawn(actors::archive(Arc::clone(&life)));
        spawner.spawn(index::keep(Arc::clone(&life)));
        spawner.spawn(reader::forget(Arc::clone(&life)));
        spawner.spawn(letters::deliver(Arc::clone(&life)));
        spawner.spawn(letters::operate(Arc::clone(&life)));
        if self.chaos.one_in(2) {
            spawner.spawn(letters::rebuild(Arc::clone(&life)));
        }
        if self.chaos.one_in(2) {
            spawner.spawn(actors::rebuild(Arc::clone(&life)));
            spawner.spawn(reader::glance(Arc::clone(&life), self.writers.clone()));
        }
        let written = || life.busy.load(Ordering::SeqCst) == 0;
        let broken = || self.chaos.failure().is_some();
        scheduler.run(|turns| turns >= crash_at || written() || broken()).await;
        self.chaos.failure().map_or(Ok(()), Err)?;
        let crashed = !written();
        self.crash(&life.disk);
        drop(scheduler);
        drop(life);
        if self.lives > 1 && self.chaos.one_in(8) {
            self.restore().await?;
        }
        let Begun { life, .. } = self.begin(0).await?;
        checker::consistent(&life.store, &life.truth, &self.decisions).await?;
        Ok(crashed)
    }

    /// Hands the files, as they are at this moment, to the next life. A power cut may lose part of them.
    fn crash(&mut self, disk: &Disk) {
        let before = self.directory(self.lives);
        self.lives += 1;
        let after = self.directory(self.lives);
        self.outside.crash();
        let power_cut = self.chaos.one_in(3);
        self.chaos.note(if power_cut { "POWER CUT" } else { "CRASH" });
        copy(&before, &after, &|file, copy| {
            // The journal and the e-mail files wait for the disk, except the pointer to the current e-mail
            // file.
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let waits = file.starts_with(before.join(JOURNAL)) || name.starts_with(LETTERS);
            if power_cut && (!waits || name.ends_with(".current")) {
                disk.cut(file, copy);
            }
        });
        // The machine was off for a while: weeks pass.
        if self.chaos.one_in(3) {
            self.clock.jump(i64::try_from(self.chaos.draw(1, 40)).unwrap() * DAY);
        }
    }

    /// Restores the journal from a backup, in a new epoch. No group continues over it; the read models are made
    /// again.
    async fn restore(&mut self) -> Result<(), String> {
        let from = self.chaos.draw(1, self.lives - 1);
        self.chaos.note(format_args!("RESTORE of life {from}"));
        let (journal, copied) = (self.path(JOURNAL), self.directory(from).join(JOURNAL));
        fs::remove_dir_all(&journal).unwrap();
        copy(&copied, &journal, &|_, _| ());
        for log in Log::ALL {
            let file = rusqlite::Connection::open(journal.join(format!("{}.db", log.as_str()))).unwrap();
            // A new epoch each time: a backup of the first history may be restored twice.
            file.execute("update history set epoch = ?1", [self.lives + 1]).unwrap();
        }
        let Begun { life, .. } = self.begin(0).await?;
        let heads = truth::heads(&life.truth).await;
        let mut there = BTreeMap::new();
        for log in Log::ALL {
            let events = truth::events(&life.truth, log).await?;
            there.extend(events.into_iter().map(|event| (event.event_id, event.position)));
        }
        self.writers.iter().for_each(|writer| writer.lock().unwrap().restored(heads, &there));
        self.outside.restored();
        let target: Arc<dyn Target> = Arc::new(life.store.clone());
        let begun = target.state().await.map_err(|e| e.to_string())?.checkpoints;
        let truth: Arc<dyn Journal> = life.truth.clone();
        let started =
            Runner::new(GROUP, truth, target, self.clock.clone(), policy(self.decisions.after)).await;
        if started.is_ok() && begun.iter().any(|checkpoint| checkpoint.position.seq > 0) {
            return Err("a group goes on over another history".into());
        }
        drop(life);
        for entry in fs::read_dir(self.directory(self.lives)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                fs::remove_file(path).unwrap();
            }
        }
        Ok(())
    }

    async fn heal(&mut self) -> Result<(), String> {
        self.chaos.note("HEALING");
        self.chaos.calm_down();
        self.rows.mend();
        self.outside.mend();
        // Tries postponed by a jumping clock become due, and the clock jumps no more.
        self.jumps.store(0, Ordering::SeqCst);
        self.clock.advance(2 * 3600);
        let Begun { life, mut scheduler } = self.begin(WRITERS + 2).await?;
        for writer in &self.writers {
            life.spawner.spawn(writer::write(Arc::clone(&life), Arc::clone(writer)));
        }
        life.spawner.spawn(actors::tick(Arc::clone(&life)));
        life.spawner.spawn(actors::settle(Arc::clone(&life)));
        life.spawner.spawn(index::keep(Arc::clone(&life)));
        life.spawner.spawn(letters::deliver(Arc::clone(&life)));
        life.spawner.spawn(letters::settle(Arc::clone(&life)));
        scheduler.run(|_| life.busy.load(Ordering::SeqCst) == 0 || self.chaos.failure().is_some()).await;
        self.chaos.failure().map_or(Ok(()), Err)?;
        let disk = Disk::new(&self.chaos, [VIEW, LETTERS].map(|name| self.path(name)));
        let plain = self.rows.open(&self.directory.path().join("plain.db"), disk.sync());
        let plain = plain.map_err(|e| e.to_string())?;
        checker::complete(&life.store, &plain, &life.truth, &self.decisions).await?;
        letters::complete(&life).await?;
        let writers = self.writers.iter();
        let acknowledged: Vec<_> = writers.flat_map(|w| w.lock().unwrap().acknowledged.clone()).collect();
        self.chaos.note(format_args!("{} acknowledged", acknowledged.len()));
        checker::journal(&life.truth, &acknowledged).await
    }
}

/// Copies a directory recursively. `change` may modify each copied file.
fn copy(from: &Path, to: &Path, change: &dyn Fn(&Path, &Path)) {
    fs::create_dir_all(to).unwrap();
    let mut entries: Vec<_> = fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap();
        if path.is_dir() {
            copy(&path, &to.join(name), change);
        } else if !name.to_string_lossy().ends_with("-shm") {
            fs::copy(&path, to.join(name)).unwrap();
            change(&path, &to.join(name));
        }
    }
}
