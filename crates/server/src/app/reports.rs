//! Writes reports about the system itself as events, as soon as the journal accepts them.

use std::sync::Arc;
use std::time::Duration;

use domain::system::SystemEvent;
use domain::{Actor, Metadata, StreamId};
use http_kit::AppContext;
use journal::{ExecuteError, Idempotency};
use supervisor::wake;
use tokio::sync::{Mutex, mpsc, watch};

/// The most reports that may wait for the journal. Any more are only logged.
const WAITING: usize = 256;
/// The pause before a retry when the journal did not accept a report.
const AGAIN: Duration = Duration::from_secs(1);

type Report = (String, SystemEvent);

/// The sending side of the queue of reports.
#[derive(Clone)]
pub struct Reports(mpsc::Sender<Report>);

/// Writes the queued reports to the journal.
pub struct Reporter {
    context: AppContext,
    reports: Mutex<(mpsc::Receiver<Report>, Option<Waiting>)>,
}

/// A report that is being written, possibly after failed tries.
struct Waiting {
    report: Report,
    once: Idempotency,
}

pub fn reports(context: &AppContext) -> (Reports, Reporter) {
    let (reports, waiting) = mpsc::channel(WAITING);
    (Reports(reports), Reporter { context: context.clone(), reports: Mutex::new((waiting, None)) })
}

impl Reports {
    /// Queues `event` to be written to the stream `system/{about}`.
    pub fn send(&self, about: &str, event: SystemEvent) {
        if let Err(error) = self.0.try_send((about.to_owned(), event)) {
            tracing::error!(about, %error, "an event of the machinery is not written down");
        }
    }
}

impl Reporter {
    /// Runs until `stop` turns true.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut reports = self.reports.lock().await;
        let (incoming, waiting) = &mut *reports;
        while !wake::is_stopped(&stop) {
            if waiting.is_none() {
                *waiting = tokio::select! {
                    Some(report) = incoming.recv() => Some(self.begin(report)),
                    () = wake::stopped(&mut stop) => None,
                };
            }
            let Some(next) = waiting else { continue };
            if self.write_down(next).await {
                *waiting = None;
                continue;
            }
            tokio::select! {
                () = tokio::time::sleep(AGAIN) => {}
                () = wake::stopped(&mut stop) => {}
            }
        }
    }

    fn begin(&self, report: Report) -> Waiting {
        // With this idempotency key, a retry after a lost answer does not write the report twice.
        let key = self.context.aggregates.fresh().to_string();
        let scope = "system".to_owned();
        let answer = String::new();
        Waiting { report, once: Idempotency { scope, key, fingerprint: [0; 32], answer } }
    }

    /// The event has no user: it belongs to the system, which is part of the default tenant.
    async fn write_down(&self, waiting: &Waiting) -> bool {
        let tenant = self.context.tenants.default_id();
        let actor = Actor { tenant: tenant.clone(), user: None, metadata: Metadata::default() };
        let (about, event) = &waiting.report;
        let stream = StreamId::new(tenant, "system", about);
        let once = Some(waiting.once.clone());
        match self.context.aggregates.record_once(&actor, stream, event, once).await {
            Ok(_) | Err(ExecuteError::Replayed(_)) => true,
            Err(error) => {
                tracing::warn!(about, %error, "an event of the machinery waits for the journal");
                false
            }
        }
    }
}
