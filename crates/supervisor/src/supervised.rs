//! One task or thread under supervision.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::{Faults, TaskStatus, wake};

/// How long a task must run after a panic to count as up again. A monitor that looks every second sees that it
/// was down.
pub const STEADY: Duration = Duration::from_secs(2);

/// The first pause before a task restarts; each further pause is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// After this long without a panic, the next pause is the first one again.
const HEALTHY: Duration = Duration::from_mins(1);

#[derive(Debug, Default)]
pub struct TaskState {
    panics: u64,
    last: Option<(Instant, String)>,
    /// The next pause, once there has been a panic.
    pause: Duration,
    pausing: bool,
}

impl TaskState {
    pub fn told(&self, name: &Arc<str>) -> TaskStatus {
        let steady = self.last.as_ref().is_none_or(|(at, _)| at.elapsed() >= STEADY);
        let error = self.last.as_ref().map(|(_, error)| error.clone());
        TaskStatus { name: Arc::clone(name), up: steady && !self.pausing, panics: self.panics, error }
    }

    fn panicked(&mut self, error: String) -> Duration {
        let healthy = self.last.as_ref().is_none_or(|(at, _)| at.elapsed() >= HEALTHY);
        let pause = if healthy { FIRST_PAUSE } else { self.pause };
        self.pause = (pause * 2).min(LONGEST_PAUSE);
        self.panics += 1;
        self.last = Some((Instant::now(), error));
        pause
    }
}

/// One task or thread of a [`crate::Supervisor`].
#[derive(Clone, Debug)]
pub struct Supervised {
    name: Arc<str>,
    state: Arc<Mutex<TaskState>>,
    faults: Faults,
}

impl Supervised {
    pub(crate) fn new(name: Arc<str>, state: Arc<Mutex<TaskState>>, faults: Faults) -> Self {
        Self { name, state, faults }
    }

    /// Runs the future made by `work` until it ends by itself, and makes and runs another one after each panic.
    /// If `stop` turns true during the pause, it restarts at once so that the work can end properly. A panic
    /// after `stop` is final.
    pub async fn run<F: Future<Output = ()>>(
        self,
        mut stop: watch::Receiver<bool>,
        mut work: impl FnMut() -> F,
    ) {
        loop {
            let working = async {
                tokio::select! {
                    biased;
                    () = self.faults.strike_when_due(&self.name) => {}
                    () = async { work().await } => {}
                }
            };
            let Err(panic) = AssertUnwindSafe(working).catch_unwind().await else { return };
            let pause = self.panicked(panic.as_ref());
            if wake::is_stopped(&stop) {
                return;
            }
            self.state().pausing = true;
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = wake::stopped(&mut stop) => {}
            }
            self.resumes();
        }
    }

    /// Runs `work` on a thread with this name until it returns, and again after each panic.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn thread(self, mut work: impl FnMut(&Self) + Send + 'static) -> std::io::Result<()> {
        let name = self.name.to_string();
        let run = move || {
            while let Err(panic) = catch_unwind(AssertUnwindSafe(|| work(&self))) {
                let pause = self.panicked(panic.as_ref());
                self.state().pausing = true;
                std::thread::park_timeout(pause);
                self.resumes();
            }
        };
        std::thread::Builder::new().name(name).spawn(run).map(drop)
    }

    /// Runs one piece of a thread's work. Returns `None` when it panicked. The panic is reported, and the
    /// thread continues with the next piece without a pause.
    pub fn attempt<T>(&self, work: impl FnOnce() -> T) -> Option<T> {
        let working = || {
            self.strike();
            work()
        };
        match catch_unwind(AssertUnwindSafe(working)) {
            Ok(done) => Some(done),
            Err(panic) => {
                self.panicked(panic.as_ref());
                None
            }
        }
    }

    /// Like [`Self::attempt`], for one piece of asynchronous work.
    pub async fn attempt_task(&self, work: impl Future<Output = ()>) {
        let working = async {
            self.strike();
            work.await;
        };
        if let Err(panic) = AssertUnwindSafe(working).catch_unwind().await {
            self.panicked(panic.as_ref());
        }
    }

    /// Panics if [`Faults`] says that this task is due to.
    pub fn strike(&self) {
        self.faults.strike(&self.name);
    }

    fn state(&self) -> MutexGuard<'_, TaskState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn panicked(&self, panic: &(dyn Any + Send)) -> Duration {
        let text = panic.downcast_ref::<&str>().map(ToString::to_string);
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        let error = text.unwrap_or_else(|| "it does not say why".to_owned());
        let name = self.name.to_string();
        tracing::error!(task = name, error, "a task panicked");
        metrics::counter!("task_panics_total", "task" => name).increment(1);
        self.state().panicked(error)
    }

    /// Restarts the steady period from now.
    fn resumes(&self) {
        let mut state = self.state();
        state.pausing = false;
        if let Some((at, _)) = &mut state.last {
            *at = Instant::now();
        }
    }
}
