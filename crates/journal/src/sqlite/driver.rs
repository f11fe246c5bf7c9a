//! The journal in a simulation: the same code, run on the caller's thread in an order that the simulation decides.

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
    /// Writes until the journal closes. Appends make progress only while this is polled.
    pub async fn run(mut self) {
        while let Some(first) = self.incoming.recv().await {
            // Other appends may join the batch.
            tokio::task::yield_now().await;
            if self.writer.turn(&self.thread, first, &mut self.incoming) {
                return;
            }
        }
    }
}

impl SqliteJournal {
    /// Opens a journal for simulations. It reads on the caller's thread and writes where its drivers are polled;
    /// `fates` decides the outcome of its commits.
    ///
    /// # Errors
    /// As for [`Self::open`].
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
