//! The journal in a simulation: the same code on the thread that asks, in an order that somebody else decides.

use std::path::Path;
use std::sync::Arc;

use domain::{Clock, Log};
use supervisor::{Supervised, Supervisor};
use tokio::sync::mpsc;

pub use super::writer::{Fate, Fates};
use super::writer::{Message, Writer};
use super::{Limits, LogFile, SqliteJournal, directory_of};
use crate::JournalError;

/// Does the work of one log's writer.
pub struct Driver {
    writer: Writer,
    incoming: mpsc::Receiver<Message>,
    thread: Supervised,
}

impl Driver {
    /// Writes until the journal closes. Nothing that is appended is done unless this is polled.
    pub async fn run(mut self) {
        while let Some(first) = self.incoming.recv().await {
            // Others may join the batch.
            tokio::task::yield_now().await;
            if self.writer.turn(&self.thread, first, &mut self.incoming) {
                return;
            }
        }
    }
}

impl SqliteJournal {
    /// A journal for simulations: it reads on the thread that asks, writes where its drivers are polled, and `fates`
    /// decides what becomes of its commits.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn driven(
        directory: &Path,
        clock: &Clock,
        limits: Limits,
        fates: &Fates,
    ) -> Result<(Self, [Driver; 2]), JournalError> {
        directory_of(directory)?;
        let supervisor = Supervisor::default();
        let open = |log: Log| {
            let path = directory.join(format!("{}.db", log.as_str()));
            let (file, writer, incoming) = LogFile::beside(&path, log, (clock, limits))?;
            let thread = supervisor.named(format!("{}-writer", log.as_str()));
            let writer = writer.with_fates(Arc::clone(fates));
            Ok::<_, JournalError>((LogFile { in_place: true, ..file }, Driver { writer, incoming, thread }))
        };
        let ((facts, facts_driver), (activity, activity_driver)) = (open(Log::Facts)?, open(Log::Activity)?);
        let journal = Self { logs: [facts, activity], clock: clock.clone() };
        Ok((journal, [facts_driver, activity_driver]))
    }
}
