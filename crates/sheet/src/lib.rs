//! Reads sheets, whatever program wrote them, and imports them as jobs. A [`SheetKind`] says what a sheet is about.
//!
//! ```text
//! bytes -> text (UTF-8, `\n`) -> table (separator, header, rows) -> columns (which is which field) -> row (members)
//! ```
//! The fields are those of the request that creates a thing, and the API checks them. Only one row is in memory at a
//! time, beside two digests of each earlier row, by which repeated rows are found.
#![warn(missing_docs)]

mod cells;
mod columns;
mod field_map;
pub mod import;
mod kind;
mod names;
mod outcomes;
mod presets;
mod reading;
mod repeats;
mod row;
#[cfg(test)]
mod sample;
mod table;
mod template;
mod text;
mod units;
mod words;

use std::io::{Read, Seek};

pub use cells::guarded;
pub use field_map::FieldMap;
pub use kind::{RowIdentity, SheetKind, Synonyms};
pub use names::column_key;
pub use outcomes::{ReportWriter, RowAction, RowReport, count};
pub use reading::RowReading;
pub use row::StatedRow;
pub use template::{field_list, template};
pub use text::SheetEncoding;
pub use units::{Unit, area, unit};

use columns::ColumnPlan;
use repeats::{Repeat, SeenRows};
use table::{TableForm, TableRows};

/// Why a sheet cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// It cannot be read from where it is.
    #[error("the sheet cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// It has no line with at least two columns, or one with too many.
    #[error(
        "the sheet has no header: its first line must name the columns, at least two and at most {}",
        table::MOST_COLUMNS
    )]
    NoHeader,
    /// It is a workbook of a spreadsheet program.
    #[error("the file is a workbook, not a CSV file: save it as \"CSV UTF-8\" in the spreadsheet program")]
    Workbook,
    /// A needed field has no column.
    #[error(
        "the sheet has no column for {}; the sheet has: {}; name the column in a map (--map), or give all rows one \
         value there, such as {example}",
        missing.join(", "),
        named(found)
    )]
    Missing {
        /// The fields.
        missing: Vec<&'static str>,
        /// The columns there are.
        found: Vec<String>,
        /// One value for all rows, as a map states it.
        example: &'static str,
    },
    /// The map or the preset is wrong.
    #[error("the map is wrong: {0}")]
    Map(String),
}

impl From<csv::Error> for SheetError {
    fn from(error: csv::Error) -> Self {
        Self::Read(error.into())
    }
}

/// How workbooks begin: a ZIP archive, or a compound file of earlier versions.
const WORKBOOKS: [&[u8]; 2] = [b"PK\x03\x04", b"\xD0\xCF\x11\xE0"];

/// The first columns of a header.
fn named(header: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown = header.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = header.len().saturating_sub(SHOWN);
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

/// How to read a sheet. By default its columns are recognised by their names, or a preset by its header.
#[derive(Clone, Debug, Default)]
pub struct SheetOptions {
    /// The map of its columns.
    pub map: Option<FieldMap>,
    /// The name of a preset.
    pub preset: Option<String>,
}

/// A sheet whose columns are known.
#[derive(Debug)]
pub struct Sheet<R> {
    kind: &'static SheetKind,
    source: R,
    form: TableForm,
    plan: ColumnPlan,
    preset: Option<&'static str>,
    rows: u64,
}

/// A row with its place in the file.
#[derive(Debug)]
pub struct SheetRow {
    /// Its line.
    pub line: u64,
    /// What it says.
    pub content: RowContent,
}

/// What a row says.
#[derive(Debug)]
pub enum RowContent {
    /// What it says about a thing.
    Stated(Box<StatedRow>),
    /// The same as an earlier line.
    Repeats(u64),
    /// Something that cannot be read, for this reason.
    Invalid(String),
}

impl<R: Read + Seek> Sheet<R> {
    /// Reads the header, and counts the rows.
    ///
    /// # Errors
    /// When the source cannot be read, the header lacks a needed column, or the map does not fit.
    pub fn open(kind: &'static SheetKind, mut source: R, options: &SheetOptions) -> Result<Self, SheetError> {
        let mut head = [0; 4];
        source.rewind()?;
        let read = source.read(&mut head)?;
        if WORKBOOKS.contains(&&head[..read]) {
            return Err(SheetError::Workbook);
        }
        let presets = presets::of_kind(kind)?;
        let named = options.preset.as_deref().map(|name| presets::named(&presets, name)).transpose()?;
        let given = options.map.as_ref().or(named);
        let none = FieldMap::default();
        let lacks = |header: &[String]| match given {
            Some(map) => ColumnPlan::lacks(kind, header, map),
            None if presets::of_header(&presets, header).is_some() => 0,
            None => ColumnPlan::lacks(kind, header, &none),
        };
        let form = TableForm::of(&mut source, lacks)?;
        let fitting = presets::of_header(&presets, &form.header).filter(|_| given.is_none());
        let map = given.or(fitting.map(|(_, map)| map)).unwrap_or(&none);
        let plan = ColumnPlan::of(kind, &form.header, map)?;
        let preset = fitting.map(|(name, _)| name);
        let mut rows = form.rows(source)?;
        let mut count = 0;
        while rows.next_row()?.is_some() {
            count += 1;
        }
        let source = rows.into_source();
        Ok(Self { kind, source, form, plan, preset, rows: count })
    }

    /// How many rows it has.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.rows
    }

    /// What its owner should know before it is imported.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        notes.extend(self.preset.map(|name| format!("read by the preset {name}")));
        notes.extend(self.form.encoding.note().map(str::to_owned));
        if !self.plan.left_out.is_empty() {
            notes.push(format!("columns left out: {}", self.plan.left_out.join(", ")));
        }
        notes
    }

    /// The rows, from the first one.
    ///
    /// # Errors
    /// When the source cannot be read again.
    pub fn rows(self) -> Result<SheetRows<R>, SheetError> {
        let Self { kind, source, form, plan, .. } = self;
        let table = form.rows(source)?;
        Ok(SheetRows { kind, table, header: form.header, plan, seen: SeenRows::default() })
    }
}

/// The rows of a sheet, one at a time.
pub struct SheetRows<R> {
    kind: &'static SheetKind,
    table: TableRows<R>,
    header: Vec<String>,
    plan: ColumnPlan,
    seen: SeenRows,
}

impl<R: Read + Seek> SheetRows<R> {
    /// The next row.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub fn next_row(&mut self) -> Result<Option<SheetRow>, SheetError> {
        let Some(row) = self.table.next_row()? else { return Ok(None) };
        let line = row.line;
        let content = match row::read(self.kind, &self.plan, &self.header, &row) {
            Err(mistakes) => RowContent::Invalid(mistakes),
            Ok(mut stated) => match self.seen.compare(&mut stated, line) {
                Repeat::New => RowContent::Stated(Box::new(stated)),
                Repeat::Of(first) => RowContent::Repeats(first),
                Repeat::Contradicts(first) => {
                    let reference = &stated.reference;
                    RowContent::Invalid(format!(
                        "the id {reference:?} is that of line {first}, which says something else"
                    ))
                }
            },
        };
        Ok(Some(SheetRow { line, content }))
    }

    /// How many rows differ from another one only in what may change, such as the price. Without a column of ids they
    /// are told apart by their order.
    #[must_use]
    pub fn alike(&self) -> usize {
        self.seen.alike()
    }
}
