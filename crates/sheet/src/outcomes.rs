//! What became of the rows: counts, and a CSV file with a line for each.

use std::io::Write;

use domain::audit::Imported;
use serde::Serialize;

use super::guarded;

/// What was done with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RowAction {
    /// A new thing.
    Created,
    /// Its thing said something else.
    Updated,
    /// Its thing says the same already.
    Unchanged,
    /// An earlier row of the sheet says the same.
    Skipped,
    /// It cannot be such a thing, for a reason.
    Rejected,
}

impl RowAction {
    /// The word in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Rejected => "rejected",
        }
    }
}

/// What became of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowReport {
    /// Its line in the file.
    pub line: u64,
    /// What was done.
    pub action: RowAction,
    /// The id of its thing, if there is one.
    pub id: Option<String>,
    /// Why, or what was changed.
    pub reason: String,
}

impl RowReport {
    /// A row that was not sent because it repeats another.
    #[must_use]
    pub fn skipped(line: u64, first: u64) -> Self {
        Self { line, action: RowAction::Skipped, id: None, reason: format!("repeats line {first}") }
    }

    /// A row that cannot be such a thing.
    #[must_use]
    pub fn rejected(line: u64, reason: String) -> Self {
        Self { line, action: RowAction::Rejected, id: None, reason }
    }
}

/// Adds a row to the counts.
pub fn count(counts: &mut Imported, action: RowAction) {
    counts.rows += 1;
    *match action {
        RowAction::Created => &mut counts.created,
        RowAction::Updated => &mut counts.updated,
        RowAction::Unchanged => &mut counts.unchanged,
        RowAction::Skipped => &mut counts.skipped,
        RowAction::Rejected => &mut counts.rejected,
    } += 1;
}

/// A report with a line for each row, written as the rows are done.
#[derive(Debug)]
pub struct ReportWriter<W: Write>(csv::Writer<W>);

impl<W: Write> ReportWriter<W> {
    /// Begins a report about things of this name.
    ///
    /// # Errors
    /// When `target` cannot be written.
    pub fn begin(target: W, thing: &str) -> std::io::Result<Self> {
        let mut writer = csv::Writer::from_writer(target);
        writer.write_record(["line", "action", thing, "reason"])?;
        Ok(Self(writer))
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When the target cannot be written.
    pub fn add(&mut self, row: &RowReport) -> std::io::Result<()> {
        let id = row.id.as_deref().unwrap_or_default();
        // Reasons begin with words of the sheet.
        let reason = guarded(&row.reason);
        self.0.write_record([&row.line.to_string(), row.action.word(), id, &reason])?;
        Ok(())
    }

    /// The target, which has all but the last few kilobytes.
    pub(crate) fn target(&self) -> &W {
        self.0.get_ref()
    }

    /// Ends the report.
    ///
    /// # Errors
    /// When the target cannot be written.
    pub fn finish(mut self) -> std::io::Result<W> {
        self.0.flush()?;
        self.0.into_inner().map_err(|error| std::io::Error::other(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_a_line_for_each_row() {
        let mut report = ReportWriter::begin(Vec::new(), "listing").unwrap();
        let created =
            RowReport { line: 2, action: RowAction::Created, id: Some("id".into()), reason: String::new() };
        let rows = [created, RowReport::skipped(3, 2), RowReport::rejected(4, "=cmd \"x\" is wrong".into())];
        let mut counts = Imported::default();
        for row in &rows {
            report.add(row).unwrap();
            count(&mut counts, row.action);
        }
        let text = String::from_utf8(report.finish().unwrap()).unwrap();
        let wanted = "line,action,listing,reason\n2,created,id,\n3,skipped,,repeats line 2\n\
                      4,rejected,,\"'=cmd \"\"x\"\" is wrong\"\n";
        assert_eq!(text, wanted);
        let told = Imported { rows: 3, created: 1, skipped: 1, rejected: 1, ..Imported::default() };
        assert_eq!(counts, told);
    }
}
