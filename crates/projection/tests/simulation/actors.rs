//! The actors in one life of the process: an operator, the supervisor that starts the group, the clock,
//! rebuilds and archiving.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bus::{AfterTries, Decision, GroupHandle, RebuildError, Runner, StartError};
use domain::{Clock, Log};
use journal::{Journal, OwnWrites, SqliteJournal};
use projection::ViewStore;
use supervisor::Supervisor;
use tokio::sync::{oneshot, watch};

use crate::chaos::Chaos;
use crate::disk::Disk;
use crate::index::Index;
use crate::letters::{Outside, Post};
use crate::rows::{FOR_EVER, GROUP, Rows, policy};
use crate::scheduler::Spawner;
use crate::truth::{self, Decisions};
use crate::unreliable::UnreliableTarget;
use crate::writer;

/// How far ahead a wrong clock is, in seconds.
const YEARS: i64 = 400 * 86_400;

/// State shared by the tasks of one life.
pub struct Life {
    pub chaos: Arc<Chaos>,
    pub spawner: Spawner,
    pub supervisor: Supervisor,
    /// The journal itself, without simulated failures.
    pub truth: Arc<SqliteJournal>,
    pub decisions: Arc<Decisions>,
    /// The same journal as users and groups reach it, with simulated failures.
    pub journal: Arc<dyn Journal>,
    pub journal_of_groups: Arc<dyn Journal>,
    pub seen: OwnWrites,
    pub index: Index,
    pub rows: Arc<Rows>,
    pub store: ViewStore,
    /// The e-mails to send, and the world where they arrive.
    pub post: Post,
    pub outside: Arc<Outside>,
    pub disk: Arc<Disk>,
    /// The handle of the group that asks for e-mails.
    pub letters: watch::Sender<Option<GroupHandle>>,
    /// The pointer file, which names the store's current file.
    pub pointer: std::path::PathBuf,
    pub clock: Clock,
    pub jumps: Arc<AtomicU64>,
    /// Whether the clock is years ahead.
    pub ahead: Arc<AtomicBool>,
    /// The handle of the newest runner.
    pub group: watch::Sender<Option<GroupHandle>>,
    pub runners: AtomicU64,
    /// Number of runners still running when another one was started.
    pub zombies: Arc<AtomicU64>,
    pub rebuilding: AtomicBool,
    /// Number of tasks to finish before this life may end.
    pub busy: AtomicU64,
}

/// A running runner.
pub struct Running {
    pub handle: GroupHandle,
    stop: watch::Sender<bool>,
    ended: oneshot::Receiver<()>,
}

/// Runs the group under supervision, like every group of the process, so that a panic ends nothing.
pub fn supervised(
    life: &Life,
    name: String,
    runner: Runner,
    stop: &watch::Sender<bool>,
) -> oneshot::Receiver<()> {
    let (done, ended) = oneshot::channel();
    let runner = Arc::new(tokio::sync::Mutex::new(runner));
    let (stopping, until) = (stop.subscribe(), stop.subscribe());
    let again = move || {
        let runner = Arc::clone(&runner);
        let stopping = stopping.clone();
        async move { runner.lock().await.go_on(stopping).await }
    };
    let task = life.supervisor.named(name);
    life.spawner.spawn(async move {
        task.run(until, again).await;
        let _ = done.send(());
    });
    ended
}

impl Life {
    pub fn handle(&self) -> Option<GroupHandle> {
        self.group.borrow().clone()
    }

    /// Starts a runner, retrying until it succeeds.
    pub async fn start(&self) -> Running {
        loop {
            let number = self.runners.fetch_add(1, Ordering::SeqCst) + 1;
            let inner = self.store.clone();
            let chaos = Arc::clone(&self.chaos);
            let target = Arc::new(UnreliableTarget { inner, chaos, runner: number });
            let journal = Arc::clone(&self.journal_of_groups);
            let policy = policy(self.decisions.after);
            let started = Runner::new(GROUP, journal, target, self.clock.clone(), policy);
            // Starting may panic, too.
            match futures_util::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(started)).await {
                Ok(Ok((runner, handle))) => {
                    let runner = runner.standing(self.decisions.standing());
                    // The first runner of a process knows that those of the process before are gone.
                    let runner = if number == 1 { runner.alone() } else { runner };
                    return self.run(number, runner, handle);
                }
                Ok(Err(StartError::OtherJournal { .. })) => self.chaos.broken("the journal is not the same"),
                Ok(Err(_)) | Err(_) => {}
            }
            self.chaos.sleep(1, 50).await;
        }
    }

    fn run(&self, number: u64, runner: Runner, handle: GroupHandle) -> Running {
        self.chaos.note(format_args!("runner {number} starts at {:?}", handle.status.watermark()));
        let stop = watch::Sender::new(false);
        let ended = supervised(self, format!("rows-{number}"), runner, &stop);
        self.group.send_replace(Some(handle.clone()));
        Running { handle, stop, ended }
    }

    /// Records a decision, if the disk allows it.
    fn decision(&self, note: impl FnOnce(&Decisions) + Send + 'static) -> Decision {
        let (chaos, decisions) = (Arc::clone(&self.chaos), Arc::clone(&self.decisions));
        let zombies = Arc::clone(&self.zombies);
        Box::pin(async move {
            chaos.pause().await;
            if chaos.fails(5) {
                return Err("simulated: no disk".into());
            }
            // Only one process has the journal open: the next one can start only when this one can no longer
            // decide.
            if zombies.load(Ordering::SeqCst) > 0 {
                return Err("another process decides".into());
            }
            note(&decisions);
            chaos.pause().await;
            Ok(())
        })
    }
}

/// Keeps a group running. Sometimes restarts it, or starts another runner while the first still runs.
pub async fn supervise(life: Arc<Life>) {
    let mut left_alone = Vec::new();
    loop {
        let mut running = life.start().await;
        loop {
            tokio::select! {
                biased;
                _ = &mut running.ended => {
                    let stopped = running.handle.status.stopped();
                    // A group with this policy ends when an event fails too often: only a restart tries again.
                    if life.decisions.after != AfterTries::Stop || stopped.is_none() {
                        life.chaos.broken(format!("it stopped by itself: {stopped:?}"));
                    }
                    life.chaos.note("the group ended");
                    life.rows.mend();
                    break;
                }
                () = life.chaos.sleep(50, 1000) => {}
            }
            let zombies = life.zombies.load(Ordering::SeqCst);
            let choice = life.chaos.draw(1, 8);
            if choice == 1 {
                running.stop.send_replace(true);
                let _ = (&mut running.ended).await;
                break;
            }
            if choice <= 3 && zombies < 2 && !life.rebuilding.load(Ordering::SeqCst) {
                life.zombies.fetch_add(1, Ordering::SeqCst);
                break;
            }
        }
        left_alone.push(running.stop);
    }
}

/// Makes an event fail that could be applied before.
async fn deploy_a_mistake(life: &Life) {
    let times = if life.chaos.one_in(2) { FOR_EVER } else { life.chaos.draw(1, 3) };
    let log = if life.chaos.one_in(2) { Log::Facts } else { Log::Activity };
    let Ok(events) = truth::events(&life.truth, log).await else { return };
    let nth = usize::try_from(life.chaos.draw(0, events.len() as u64)).unwrap();
    if let Some(event) = events.get(nth) {
        life.rows.poison(event.event_id, times);
        if life.chaos.one_in(2) {
            life.outside.poison(event.event_id);
        }
    }
}

/// Redrives, gives up, pauses, resumes and repairs; sometimes deploys a bug.
pub async fn operate(life: Arc<Life>) {
    loop {
        life.chaos.sleep(20, 300).await;
        if life.chaos.one_in(3) {
            life.rows.mend();
        }
        if life.chaos.one_in(4) {
            deploy_a_mistake(&life).await;
        }
        let Some(handle) = life.handle() else { continue };
        pause_or_resume(&life, &handle).await;
        let blocked = handle.status.blocked();
        let nth = usize::try_from(life.chaos.draw(0, 5)).unwrap();
        let Some(blocked) = blocked.get(nth) else { continue };
        if life.chaos.one_in(4) {
            give_up(&life, &handle, &blocked.id).await;
        } else {
            let redriven = handle.redrive(&blocked.id).await;
            life.chaos.note(format_args!("{} redriven: {}", blocked.id, redriven.is_ok()));
        }
    }
}

async fn pause_or_resume(life: &Life, handle: &GroupHandle) {
    let waits = handle.status.paused().is_some();
    let pause = if waits { !life.chaos.one_in(2) } else { life.chaos.one_in(15) };
    if pause != waits {
        let decision = life.decision(move |decisions| *decisions.paused.lock().unwrap() = pause);
        let done = handle.pause(pause, decision).await;
        life.chaos.note(format_args!("paused {pause}: {}", done.is_ok()));
    }
}

async fn give_up(life: &Life, handle: &GroupHandle, id: &str) {
    // Processes do not learn of each other's decisions, so only the one that runs the group is asked. And a
    // file that a power cut may bring back may have applied an event that the file in use could not.
    if life.zombies.load(Ordering::SeqCst) > 0 || !life.disk.is_certain() {
        return;
    }
    let Ok(waiting) = handle.waiting(id).await else { return };
    let Some(first) = waiting.first().map(|first| first.event_id) else { return };
    let decision = life.decision(move |decisions| {
        decisions.discarded.lock().unwrap().insert(first);
    });
    let done = handle.discard(id, first, decision).await;
    life.chaos.note(format_args!("{first} given up: {}", done.is_ok()));
}

/// Keeps a flag set as long as it lives.
struct Flag<'a>(&'a AtomicBool);

impl<'a> Flag<'a> {
    fn raise(flag: &'a AtomicBool) -> Self {
        flag.store(true, Ordering::SeqCst);
        Self(flag)
    }
}

impl Drop for Flag<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// Rebuilds the read model while the group runs.
pub async fn rebuild(life: Arc<Life>) {
    loop {
        life.chaos.sleep(20, 600).await;
        let Some(handle) = life.handle() else { continue };
        // Runners share one store here, unlike in a real process, and only one of them learns of the switch.
        if life.zombies.load(Ordering::SeqCst) > 0 {
            return;
        }
        if life.chaos.one_in(2) {
            deploy_a_mistake(&life).await;
        }
        let _rebuilding = Flag::raise(&life.rebuilding);
        // Gives the readers in `glance` time to notice.
        life.chaos.sleep(2, 2).await;
        let before = std::fs::read(&life.pointer).ok();
        let rebuilt = projection::rebuild(&life.store, &handle, |_| ()).await;
        let taken_over = before != std::fs::read(&life.pointer).ok();
        life.chaos.note(format_args!("rebuilt: {}, taken over: {taken_over}", rebuilt.is_ok()));
        // If the group panicked in between, the rebuild cannot tell.
        if taken_over != rebuilt.is_ok() && !matches!(rebuilt, Err(RebuildError::NotRunning)) {
            life.chaos.broken(format!("taken over {taken_over}, but told {rebuilt:?}"));
        }
    }
}

/// Advances the clock, sometimes by a jump, and retries to make a switch durable.
pub async fn tick(life: Arc<Life>) {
    loop {
        life.chaos.sleep(20, 200).await;
        let jumps = life.jumps.load(Ordering::SeqCst);
        if jumps > 0 && life.chaos.one_in(12) {
            life.jumps.store(jumps - 1, Ordering::SeqCst);
            let seconds = jump(&life);
            life.chaos.note(format_args!("the clock is set by {seconds} s"));
            life.clock.jump(seconds);
        }
        life.clock.advance(i64::try_from(life.chaos.draw(0, 2)).unwrap());
        if life.chaos.one_in(10) {
            life.store.scrub().await;
            life.post.scrub().await;
        }
    }
}

/// A jump by an hour at most, or by years and back again.
fn jump(life: &Life) -> i64 {
    let far = life.ahead.load(Ordering::SeqCst);
    if !far && !life.chaos.one_in(4) {
        return i64::try_from(life.chaos.draw(0, 7200)).unwrap() - 3600;
    }
    life.ahead.store(!far, Ordering::SeqCst);
    if far { -YEARS } else { YEARS }
}

/// Archives past months of activity.
pub async fn archive(life: Arc<Life>) {
    loop {
        life.chaos.sleep(50, 1500).await;
        let archived = life.truth.archive_in(life.clock.now(), truth::CUT).await;
        life.chaos.note(format_args!("sealed: {:?}", archived.map(|archived| archived.events).ok()));
    }
}

/// Ends the last life: repairs everything that fails and waits until everything is applied.
pub async fn settle(life: Arc<Life>) {
    let mut running = vec![life.start().await];
    if life.chaos.one_in(3) {
        running.push(life.start().await);
    }
    for _ in 0..500 {
        if let Some(stopped) = running.iter().find_map(|r| r.handle.status.stopped()) {
            life.chaos.broken(format!("it stopped by itself: {stopped}"));
            return;
        }
        let status = running[0].handle.status.clone();
        let heads = truth::heads(&life.truth).await.map(|head| head.seq);
        let all = status.watermark() == heads && status.blocked().is_empty();
        if all && life.busy.load(Ordering::SeqCst) <= 2 {
            if running.len() == 1 {
                life.chaos.note("everything is applied");
                life.busy.fetch_sub(1, Ordering::SeqCst);
                return;
            }
            // Whichever of the two held the group, the other continues.
            let ended = running.swap_remove(usize::from(life.chaos.one_in(2)));
            ended.stop.send_replace(true);
            writer::write_one(&life).await;
            continue;
        }
        life.rows.mend();
        // Only the runner that holds the group can do this.
        for running in &running {
            if running.handle.status.paused().is_some() {
                let resume = life.decision(|decisions| *decisions.paused.lock().unwrap() = false);
                let _ = running.handle.pause(false, resume).await;
            }
            for blocked in status.blocked() {
                let _ = running.handle.redrive(&blocked.id).await;
            }
        }
        life.chaos.sleep(100, 3000).await;
    }
    let states: Vec<_> =
        running.iter().map(|r| (r.handle.status.watermark(), r.handle.status.blocked())).collect();
    life.chaos.broken(format!("it does not settle: {states:?}"));
}

/// The writers, shared by all lives.
pub type Writers = Vec<Arc<Mutex<writer::Writer>>>;
