//! Opens the journal of a data directory.

use anyhow::Context as _;
use domain::Clock;
use journal::SqliteJournal;
use journal::sqlite::Limits;
use supervisor::Supervisor;

use crate::settings::Settings;

pub(super) fn open_journal(
    settings: &Settings,
    clock: &Clock,
    supervisor: &Supervisor,
) -> anyhow::Result<SqliteJournal> {
    let limits = Limits { batch: settings.journal.batch, queue: settings.journal.queue };
    let directory = settings.data_dir.join("journal");
    SqliteJournal::supervised(&directory, clock, limits, supervisor).context("the journal")
}
