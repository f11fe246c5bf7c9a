//! Background tasks. Each is supervised by name, owned here and joined at shutdown.

use std::sync::Arc;

use bus::Runner;
use gateway::Hub;
use http_kit::{AppContext, Task};
use projection::deliveries::OutboxWorker;
use supervisor::Supervisor;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;

use super::monitor::Monitor;
use super::months::Months;
use super::provoke::Provoke;
use super::watch::Watch;
use crate::settings;

/// Tasks that are stopped together.
#[derive(Debug)]
struct TaskGroup {
    supervisor: Supervisor,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl TaskGroup {
    fn new(supervisor: &Supervisor) -> Self {
        Self { supervisor: supervisor.clone(), stop: watch::Sender::new(false), tasks: JoinSet::new() }
    }

    /// `work` makes the task's future, and makes a new one after a panic.
    fn spawn<F: Future<Output = ()> + Send + 'static>(
        &mut self,
        name: impl Into<Arc<str>>,
        mut work: impl FnMut(watch::Receiver<bool>) -> F + Send + 'static,
    ) {
        let (stop, stopping) = (self.stop.subscribe(), self.stop.subscribe());
        self.tasks.spawn(self.supervisor.named(name).run(stop, move || work(stopping.clone())));
    }

    async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

#[derive(Debug)]
pub struct Tasks {
    producers: TaskGroup,
    consumers: TaskGroup,
    watchers: TaskGroup,
}

/// Everything that follows the journal, the archiving of old months, and the monitoring of all of it.
pub struct BackgroundTasks {
    pub runners: Vec<Runner>,
    pub workers: Vec<(&'static str, OutboxWorker)>,
    /// Background tasks of the services.
    pub tasks: Vec<Task>,
    pub hub: Arc<Hub>,
    pub months: Option<Months>,
    pub watch: Watch,
}

impl Tasks {
    pub fn start(context: &AppContext, work: BackgroundTasks) -> Self {
        let supervisor = context.jobs.supervisor();
        let [mut producers, mut consumers, mut watchers] = [(); 3].map(|()| TaskGroup::new(supervisor));
        let activity = Arc::clone(&context.activity);
        producers.spawn("activity-queue", move |stop| Arc::clone(&activity).run(stop));
        let tidy = Arc::new(work.watch.tidy);
        let hub = work.hub;
        producers.spawn("tidy", move |stop| Arc::clone(&tidy).run(stop));
        producers.spawn("realtime-hub", move |stop| Arc::clone(&hub).run(stop));
        if let Some(months) = work.months.map(Arc::new) {
            producers.spawn("archived-months", move |stop| Arc::clone(&months).run(stop));
        }
        for runner in work.runners {
            let name = runner.name();
            let runner = Arc::new(Mutex::new(runner));
            consumers.spawn(name, move |stop| {
                let runner = Arc::clone(&runner);
                async move { runner.lock().await.go_on(stop).await }
            });
        }
        for (group, worker) in work.workers {
            // This process holds the data directory exclusively, so any previous worker is gone.
            consumers.spawn(format!("{group}-outbox"), move |stop| worker.clone().run(true, stop));
        }
        for Task { name, run } in work.tasks {
            consumers.spawn(name, run);
        }
        let monitor = work.watch.monitor;
        let reporter = Arc::new(work.watch.reporter);
        watchers.spawn("monitor", move |stop| Monitor::run(Arc::clone(&monitor), stop));
        watchers.spawn("reporter", move |stop| Arc::clone(&reporter).run(stop));
        Self { producers, consumers, watchers }
    }

    /// From now on makes tasks panic, if the settings ask for it.
    pub fn provoke(&mut self, context: &AppContext, settings: &settings::Faults) {
        if let Some(provoke) = Provoke::of(settings, context.jobs.supervisor()).map(Arc::new) {
            self.watchers.spawn("faults", move |stop| Arc::clone(&provoke).run(stop));
        }
    }

    /// Stops the watchers first, then the producers, then the consumers.
    pub async fn stop(self) {
        self.watchers.stop().await;
        self.producers.stop().await;
        self.consumers.stop().await;
    }
}
