//! The result of each row, in the order of the file.

use std::io::Write;

use indicatif::HumanCount;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Created,
    /// An earlier run created the listing.
    AlreadyImported,
    /// An earlier line of this file has the same content.
    Duplicate,
    Rejected,
}

impl Outcome {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::AlreadyImported => "already imported",
            Self::Duplicate => "duplicate",
            Self::Rejected => "rejected",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowReport {
    pub line: u64,
    pub outcome: Outcome,
    /// Known for created rows, and for already imported rows if the server names it.
    pub property_id: Option<String>,
    pub message: String,
}

impl RowReport {
    fn new(line: u64, outcome: Outcome, id: Option<&str>, message: String) -> Self {
        Self { line, outcome, property_id: id.map(str::to_owned), message }
    }

    pub(super) fn created(line: u64, id: Option<&str>) -> Self {
        Self::new(line, Outcome::Created, id, String::new())
    }

    pub(super) fn already_imported(line: u64, id: Option<&str>) -> Self {
        Self::new(line, Outcome::AlreadyImported, id, String::new())
    }

    pub(super) fn duplicate(line: u64, first: u64) -> Self {
        Self::new(line, Outcome::Duplicate, None, format!("duplicate of line {first}"))
    }

    pub(super) fn rejected(line: u64, message: String) -> Self {
        Self::new(line, Outcome::Rejected, None, message)
    }
}

#[derive(Debug, Default)]
pub struct Report {
    pub rows: Vec<RowReport>,
    /// Columns that the import does not know.
    pub ignored_columns: Vec<String>,
}

impl Report {
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> usize {
        self.rows.iter().filter(|row| row.outcome == outcome).count()
    }

    pub fn rejected(&self) -> impl Iterator<Item = &RowReport> {
        self.rows.iter().filter(|row| row.outcome == Outcome::Rejected)
    }

    /// A readable line: `2,518 rows: 1,998 created, 0 already imported, 520 duplicates, 0 rejected`.
    #[must_use]
    pub fn summary(&self) -> String {
        let count = |outcome| HumanCount(self.count(outcome) as u64);
        let mut text = format!(
            "{} rows: {} created, {} already imported, {} duplicates, {} rejected",
            HumanCount(self.rows.len() as u64),
            count(Outcome::Created),
            count(Outcome::AlreadyImported),
            count(Outcome::Duplicate),
            count(Outcome::Rejected),
        );
        if !self.ignored_columns.is_empty() {
            text = format!("{text}\ncolumns left out: {}", self.ignored_columns.join(", "));
        }
        text
    }

    /// Every row, as `line,outcome,property_id,message`.
    ///
    /// # Errors
    /// When `target` cannot be written.
    pub fn write_csv(&self, target: impl Write) -> std::io::Result<()> {
        let mut writer = csv::Writer::from_writer(target);
        writer.write_record(["line", "outcome", "property_id", "message"])?;
        for row in &self.rows {
            let id = row.property_id.as_deref().unwrap_or_default();
            writer.write_record([&row.line.to_string(), row.outcome.name(), id, &row.message])?;
        }
        writer.flush()
    }
}
