//! The order in which tasks run, decided by a seed: one of the runnable tasks is drawn at random. So wake-ups
//! are reordered on purpose, and nothing may depend on their order.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Starts tasks. Clones share the scheduler.
#[derive(Clone)]
pub struct Spawner(Arc<Mutex<Vec<Task>>>);

impl Spawner {
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.0.lock().unwrap().push(Box::pin(task));
    }
}

#[derive(Default)]
struct Ready {
    tasks: Mutex<BTreeSet<usize>>,
    outer: Mutex<Option<Waker>>,
}

struct Alarm {
    task: usize,
    ready: Arc<Ready>,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.ready.tasks.lock().unwrap().insert(self.task);
        if let Some(outer) = &*self.ready.outer.lock().unwrap() {
            outer.wake_by_ref();
        }
    }
}

/// All tasks of one life of the process. Dropping it is the crash: every task ends where it is.
pub struct Scheduler {
    random: StdRng,
    started: Spawner,
    tasks: BTreeMap<usize, (Task, Waker)>,
    next: usize,
    ready: Arc<Ready>,
    /// Number of turns so far; in each turn one task runs.
    turns: u64,
}

impl Scheduler {
    pub fn new(seed: u64) -> Self {
        let random = StdRng::seed_from_u64(seed);
        let started = Spawner(Arc::default());
        Self { random, started, tasks: BTreeMap::new(), next: 0, ready: Arc::default(), turns: 0 }
    }

    pub fn spawner(&self) -> Spawner {
        self.started.clone()
    }

    /// Runs until `over` returns true. It is called before each turn with the number of turns so far, so a run
    /// can end at any await of any task.
    pub async fn run(&mut self, over: impl Fn(u64) -> bool) {
        let until_over = std::future::poll_fn(|context| self.poll(context, &over));
        // Otherwise the tasks would share one cooperative budget of the runtime, unaware of it.
        tokio::task::unconstrained(until_over).await;
    }

    fn poll(&mut self, outer: &Context<'_>, over: &impl Fn(u64) -> bool) -> Poll<()> {
        *self.ready.outer.lock().unwrap() = Some(outer.waker().clone());
        loop {
            if over(self.turns) {
                return Poll::Ready(());
            }
            self.take_started();
            let Some(task) = self.draw() else { return Poll::Pending };
            let Some((future, waker)) = self.tasks.get_mut(&task) else { continue };
            self.turns += 1;
            let waker = waker.clone();
            let poll = AssertUnwindSafe(|| future.as_mut().poll(&mut Context::from_waker(&waker)));
            // A simulated panic ends only its own task. Tasks that must continue are supervised and never get
            // here.
            let ended = catch_unwind(poll).unwrap_or_else(|panic| {
                if crate::is_simulated(panic.as_ref()) { Poll::Ready(()) } else { resume_unwind(panic) }
            });
            if ended.is_ready() {
                self.tasks.remove(&task);
            }
        }
    }

    fn take_started(&mut self) {
        let started = std::mem::take(&mut *self.started.0.lock().unwrap());
        for task in started {
            let alarm = Alarm { task: self.next, ready: Arc::clone(&self.ready) };
            self.ready.tasks.lock().unwrap().insert(self.next);
            self.tasks.insert(self.next, (task, Arc::new(alarm).into()));
            self.next += 1;
        }
    }

    fn draw(&mut self) -> Option<usize> {
        let mut ready = self.ready.tasks.lock().unwrap();
        if ready.is_empty() {
            return None;
        }
        let drawn = *ready.iter().nth(self.random.random_range(0..ready.len()))?;
        ready.remove(&drawn);
        Some(drawn)
    }
}
