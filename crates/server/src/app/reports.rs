//! What the machinery has to say of itself becomes events, as soon as the journal takes any.

use std::sync::Arc;
use std::time::Duration;

use domain::system::SystemEvent;
use domain::{Actor, Metadata, StreamId};
use http_kit::AppContext;
use journal::{ExecuteError, Idempotency};
use supervisor::wake;
use tokio::sync::{Mutex, mpsc, watch};

/// Reports that wait for the journal, at most; more are in the log only.
const WAITING: usize = 256;
/// After the journal did not take one.
const AGAIN: Duration = Duration::from_secs(1);

type Report = (String, SystemEvent);

/// Where reports are put.
#[derive(Clone)]
pub struct Reports(mpsc::Sender<Report>);

/// Writes them down.
pub struct Reporter {
    context: AppContext,
    reports: Mutex<(mpsc::Receiver<Report>, Option<Waiting>)>,
}

/// A report that is being written down, perhaps not for the first time.
struct Waiting {
    report: Report,
    once: Idempotency,
}

pub fn reports(context: &AppContext) -> (Reports, Reporter) {
    let (reports, waiting) = mpsc::channel(WAITING);
    (Reports(reports), Reporter { context: context.clone(), reports: Mutex::new((waiting, None)) })
}

impl Reports {
    /// Has `event` written down as one of `system/{about}`.
    pub fn send(&self, about: &str, event: SystemEvent) {
        if let Err(error) = self.0.try_send((about.to_owned(), event)) {
            tracing::error!(about, %error, "an event of the machinery is not written down");
        }
    }
}

impl Reporter {
    /// Until `stop` turns true.
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
        // Tried again after an answer was lost, it is written down once all the same.
        let key = self.context.aggregates.fresh().to_string();
        let (scope, answer) = ("system".to_owned(), String::new());
        Waiting { report, once: Idempotency { scope, key, fingerprint: [0; 32], answer } }
    }

    /// Nobody acted: the event belongs to the machinery, which is the default tenant's.
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
