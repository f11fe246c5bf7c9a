//! Those who act in one life of the process: writers that read what they wrote, an operator, the one who starts the
//! group, and time.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bus::{GroupHandle, Runner, StartError};
use domain::{Clock, Log};
use journal::Journal;
use projection::ViewStore;
use tokio::sync::{oneshot, watch};

use crate::chaos::Chaos;
use crate::letters::{Outside, Post};
use crate::model::Durable;
use crate::rows::{FOR_EVER, GROUP, POLICY, Rows};
use crate::scheduler::Spawner;
use crate::unreliable::UnreliableTarget;
use crate::writer;

/// What the tasks of one life share.
pub struct Life {
    pub chaos: Arc<Chaos>,
    pub spawner: Spawner,
    pub durable: Arc<Mutex<Durable>>,
    pub journal: Arc<dyn Journal>,
    pub rows: Arc<Rows>,
    pub store: ViewStore,
    /// Letters, and where they arrive.
    pub post: Post,
    pub outside: Arc<Outside>,
    /// The group that asks for them.
    pub letters: watch::Sender<Option<GroupHandle>>,
    /// The file that says which one the store is in.
    pub pointer: std::path::PathBuf,
    pub clock: Clock,
    pub jumps: Arc<AtomicU64>,
    /// The newest runner's.
    pub group: watch::Sender<Option<GroupHandle>>,
    pub runners: AtomicU64,
    /// Runners that nobody stopped before another one was started.
    pub zombies: AtomicU64,
    pub rebuilding: AtomicBool,
    /// What is still to be done before this life may end.
    pub busy: AtomicU64,
}

/// A runner that runs.
pub struct Running {
    pub handle: GroupHandle,
    stop: watch::Sender<bool>,
    ended: oneshot::Receiver<()>,
}

impl Life {
    pub fn handle(&self) -> Option<GroupHandle> {
        self.group.borrow().clone()
    }

    /// Starts a runner, however often it takes.
    pub async fn start(&self) -> Running {
        loop {
            let number = self.runners.fetch_add(1, Ordering::SeqCst) + 1;
            let (inner, chaos) = (self.store.clone(), Arc::clone(&self.chaos));
            let target = Arc::new(UnreliableTarget { inner, chaos, runner: number });
            let journal = Arc::clone(&self.journal);
            match Runner::new(GROUP, journal, target, self.clock.clone(), POLICY).await {
                // The first of a process knows that those of the one before are gone.
                Ok((runner, handle)) if number == 1 => return self.run(number, runner.alone(), handle),
                Ok((runner, handle)) => return self.run(number, runner, handle),
                Err(StartError::OtherJournal { .. }) => self.chaos.broken("the journal is not the same"),
                Err(_) => {}
            }
            self.chaos.sleep(1, 50).await;
        }
    }

    fn run(&self, number: u64, runner: Runner, handle: GroupHandle) -> Running {
        self.chaos.note(format_args!("runner {number} starts at {:?}", handle.status.watermark()));
        let (stop, stopping) = watch::channel(false);
        let (done, ended) = oneshot::channel();
        let (chaos, status) = (Arc::clone(&self.chaos), handle.status.clone());
        self.spawner.spawn(async move {
            runner.run(stopping).await;
            chaos.note(format_args!("runner {number} ends: {:?}", status.stopped()));
            let _ = done.send(());
        });
        self.group.send_replace(Some(handle.clone()));
        Running { handle, stop, ended }
    }
}

/// Keeps a group running; now and then starts it again, or starts another while the first still runs.
pub async fn supervise(life: Arc<Life>) {
    let mut left_alone = Vec::new();
    loop {
        let mut running = life.start().await;
        loop {
            tokio::select! {
                biased;
                _ = &mut running.ended => {
                    life.chaos.broken(format!("it stopped by itself: {:?}", running.handle.status.stopped()));
                    break;
                }
                () = life.chaos.sleep(50, 1000) => {}
            }
            let (zombies, choice) = (life.zombies.load(Ordering::SeqCst), life.chaos.draw(1, 8));
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

/// An event that could be applied cannot be any more.
fn deploy_a_mistake(life: &Life) {
    let times = if life.chaos.one_in(2) { FOR_EVER } else { life.chaos.draw(1, 3) };
    let log = if life.chaos.one_in(2) { Log::Facts } else { Log::Activity };
    let many = life.durable.lock().unwrap().log(log).len() as u64;
    let nth = usize::try_from(life.chaos.draw(0, many)).unwrap();
    if let Some(event) = life.durable.lock().unwrap().log(log).get(nth) {
        life.rows.poison(event.event_id, times);
    }
}

/// Redrives, mends, and now and then deploys a mistake.
pub async fn operate(life: Arc<Life>) {
    loop {
        life.chaos.sleep(20, 300).await;
        if life.chaos.one_in(3) {
            life.rows.mend();
        }
        if life.chaos.one_in(4) {
            deploy_a_mistake(&life);
        }
        let Some(handle) = life.handle() else { continue };
        let blocked = handle.status.blocked();
        let nth = usize::try_from(life.chaos.draw(0, 5)).unwrap();
        if let Some(blocked) = blocked.get(nth) {
            let redriven = handle.redrive(&blocked.id).await;
            life.chaos.note(format_args!("{} redriven: {}", blocked.id, redriven.is_ok()));
        }
    }
}

/// Rebuilds the read model beside the group in use.
pub async fn rebuild(life: Arc<Life>) {
    loop {
        life.chaos.sleep(20, 600).await;
        let Some(handle) = life.handle() else { continue };
        // Runners share one store here, as they do in no process: the switch is told to one of them.
        if life.zombies.load(Ordering::SeqCst) > 0 {
            return;
        }
        if life.chaos.one_in(2) {
            deploy_a_mistake(&life);
        }
        life.rebuilding.store(true, Ordering::SeqCst);
        // Those who glance notice.
        life.chaos.sleep(2, 2).await;
        let before = std::fs::read(&life.pointer).ok();
        let rebuilt = projection::rebuild(&life.store, &handle, |_| ()).await;
        let taken_over = before != std::fs::read(&life.pointer).ok();
        life.chaos.note(format_args!("rebuilt: {}, taken over: {taken_over}", rebuilt.is_ok()));
        if taken_over != rebuilt.is_ok() {
            life.chaos.broken(format!("taken over {taken_over}, but told {rebuilt:?}"));
        }
        life.rebuilding.store(false, Ordering::SeqCst);
    }
}

/// Lets the clock go on, and jump.
pub async fn tick(life: Arc<Life>) {
    loop {
        life.chaos.sleep(20, 200).await;
        let jumps = life.jumps.load(Ordering::SeqCst);
        let seconds = if jumps > 0 && life.chaos.one_in(12) {
            life.jumps.store(jumps - 1, Ordering::SeqCst);
            i64::try_from(life.chaos.draw(0, 7200)).unwrap() - 3600
        } else {
            i64::try_from(life.chaos.draw(0, 2)).unwrap()
        };
        life.clock.advance(seconds);
    }
}

/// Ends the last life: everything broken is mended; waits until everything is applied.
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
        let heads = Log::ALL.map(|log| life.durable.lock().unwrap().log(log).len() as u64);
        let all = status.watermark() == heads && status.blocked().is_empty();
        if all && life.busy.load(Ordering::SeqCst) <= 2 {
            if running.len() == 1 {
                life.chaos.note("everything is applied");
                life.busy.fetch_sub(1, Ordering::SeqCst);
                return;
            }
            // Whoever of the two had the group, the other goes on.
            let ended = running.swap_remove(usize::from(life.chaos.one_in(2)));
            ended.stop.send_replace(true);
            writer::write_one(&life).await;
            continue;
        }
        life.rows.mend();
        // Only whoever holds the group can.
        for (running, blocked) in
            running.iter().flat_map(|r| status.blocked().into_iter().map(move |b| (r, b)))
        {
            let _ = running.handle.redrive(&blocked.id).await;
        }
        life.chaos.sleep(100, 3000).await;
    }
    let states: Vec<_> =
        running.iter().map(|r| (r.handle.status.watermark(), r.handle.status.blocked())).collect();
    life.chaos.broken(format!("it does not settle: {states:?}"));
}
