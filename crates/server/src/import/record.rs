//! What became of each row: a report file, and the first rejected rows for the terminal.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use sheet::{ReportWriter, RowAction, RowReport};

/// The most rejected rows kept for the terminal. A report file has all of them.
pub const SHOWN_ROWS: usize = 100;

/// The rows of an import as they are done.
#[derive(Debug, Default)]
pub struct ImportRecord {
    path: Option<PathBuf>,
    report: Option<ReportWriter<BufWriter<File>>>,
    /// The first rejected rows.
    pub rejected: Vec<RowReport>,
}

impl ImportRecord {
    /// With a report at `path`, which is written only when the import begins.
    #[must_use]
    pub fn new(path: Option<PathBuf>) -> Self {
        Self { path, ..Self::default() }
    }

    pub(super) fn begin(&mut self, thing: &str) -> std::io::Result<()> {
        if let Some(path) = &self.path {
            self.report = Some(ReportWriter::begin(BufWriter::new(File::create(path)?), thing)?);
        }
        Ok(())
    }

    pub(super) fn add(&mut self, row: &RowReport) -> std::io::Result<()> {
        if row.action == RowAction::Rejected && self.rejected.len() < SHOWN_ROWS {
            self.rejected.push(row.clone());
        }
        self.report.as_mut().map_or(Ok(()), |report| report.add(row))
    }

    pub(super) fn finish(&mut self) -> std::io::Result<()> {
        self.report.take().map_or(Ok(()), |report| report.finish().map(drop))
    }
}
