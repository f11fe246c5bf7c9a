//! Jobs that continue after their request was answered: their progress while this process runs them. Requests for
//! jobs and their results are events of the stream `job/{id}`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::Timestamp;
use serde::Serialize;
use supervisor::{Background, Supervisor};
use tokio::task::JoinSet;
use utoipa::ToSchema;
use uuid::Uuid;

/// How far a job is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobProgress {
    done: u64,
    total: u64,
    percent: f64,
    /// Since it began; nothing in its first moments.
    rate_per_second: Option<f64>,
    seconds_left: Option<f64>,
}

impl JobProgress {
    #[expect(clippy::cast_precision_loss, reason = "for people to read")]
    fn at(began: Timestamp, now: Timestamp, done: u64, total: u64) -> Self {
        let seconds = (now.micros() - began.micros()) as f64 / 1e6;
        let rate = (seconds > 0.0 && done > 0).then(|| done as f64 / seconds);
        let percent = if total == 0 { 100.0 } else { 100.0 * done as f64 / total as f64 };
        let left = rate.map(|rate| total.saturating_sub(done) as f64 / rate);
        Self { done, total, percent, rate_per_second: rate, seconds_left: left }
    }
}

#[derive(Debug)]
struct Running {
    subject: String,
    began: Timestamp,
    done: u64,
    total: u64,
}

type Registry = Arc<Mutex<HashMap<Uuid, Running>>>;

/// The jobs of this process, the supervisor of all work outside requests, and the background runtime for expensive
/// work.
#[derive(Debug, Default)]
pub struct Jobs {
    supervisor: Supervisor,
    background: Background,
    running: Registry,
    tasks: Mutex<JoinSet<()>>,
}

/// A running job. It counts as running until it is dropped.
#[derive(Debug)]
pub struct Job {
    /// The id of the job.
    pub id: Uuid,
    running: Registry,
}

impl Job {
    /// Reports the progress.
    pub fn progress(&self, done: u64, total: u64) {
        if let Some(job) = self.running.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&self.id) {
            (job.done, job.total) = (done, total);
        }
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

impl Jobs {
    /// Jobs that report panics to `supervisor` under the name `jobs` and run in `background`.
    #[must_use]
    pub fn supervised(supervisor: Supervisor, background: Background) -> Self {
        Self { supervisor, background, ..Self::default() }
    }

    /// The supervisor of this process's tasks and threads.
    #[must_use]
    pub fn supervisor(&self) -> &Supervisor {
        &self.supervisor
    }

    /// The runtime for expensive work, separate so that it delays no requests.
    #[must_use]
    pub fn background(&self) -> &Background {
        &self.background
    }

    /// Starts a new job on `subject`.
    ///
    /// # Errors
    /// The id of the job that already runs on this subject.
    pub fn begin(&self, id: Uuid, subject: &str, now: Timestamp) -> Result<Job, Uuid> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((other, _)) = running.iter().find(|(_, job)| job.subject == subject) {
            return Err(*other);
        }
        running.insert(id, Running { subject: subject.to_owned(), began: now, done: 0, total: 0 });
        Ok(Job { id, running: Arc::clone(&self.running) })
    }

    /// Runs a job's work in the background, once. A job that panics is over and is not restarted automatically.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        let job = self.supervisor.named("jobs");
        self.background.spawn_in(&mut tasks, async move { job.attempt_task(work).await });
    }

    /// The progress of a job of this process; `None` if it is not running.
    #[must_use]
    pub fn progress(&self, id: Uuid, now: Timestamp) -> Option<JobProgress> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.get(&id).map(|job| JobProgress::at(job.began, now, job.done, job.total))
    }

    /// Aborts all jobs.
    pub async fn stop(&self) {
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        tasks.shutdown().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    #[test]
    fn one_job_works_on_a_subject_at_a_time() {
        let jobs = Jobs::default();
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let job = jobs.begin(first, "history", NOW).unwrap();
        assert_eq!(jobs.begin(second, "history", NOW).unwrap_err(), first);
        assert!(jobs.begin(second, "users", NOW).is_ok());
        drop(job);
        assert!(jobs.begin(second, "history", NOW).is_ok());
    }

    #[test]
    fn progress_tells_percent_rate_and_time_left() {
        let jobs = Jobs::default();
        let job = jobs.begin(Uuid::from_u128(1), "history", NOW).unwrap();
        job.progress(500, 2000);
        let progress = jobs.progress(job.id, NOW.plus_seconds(10)).unwrap();
        assert_eq!((progress.done, progress.total, progress.percent), (500, 2000, 25.0));
        assert_eq!((progress.rate_per_second, progress.seconds_left), (Some(50.0), Some(30.0)));
        assert_eq!(jobs.progress(job.id, NOW).unwrap().rate_per_second, None);
        assert_eq!(jobs.progress(Uuid::from_u128(2), NOW), None);
    }
}
