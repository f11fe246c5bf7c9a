//! Reads the cells of one row.

use domain::fields::{Member, MemberKind};
use serde_json::{Map, Value};

use super::SheetKind;
use super::cells::{self, Flag};
use super::columns::{FieldOrigin, PlannedField};
use super::table::TableRow;
use super::units::{self, Unit};
use super::words;

/// How much of a cell is shown.
const SHOWN: usize = 60;

/// A cell that was read for a field.
#[derive(Clone, Debug)]
pub struct SaidCell {
    /// The field.
    pub field: &'static str,
    column: String,
    cell: String,
}

impl SaidCell {
    /// The cells of a field, with their columns.
    pub(super) fn all_of(said: &[Self], field: &str) -> String {
        let cells = said.iter().filter(|said| said.field == field);
        let cells = cells.map(|said| format!("{} {}", said.column, quoted(&said.cell)));
        cells.collect::<Vec<_>>().join(", ")
    }
}

/// A row while it is read.
#[derive(Debug)]
pub struct RowReading<'a> {
    kind: &'static SheetKind,
    header: &'a [String],
    row: &'a TableRow,
    members: Map<String, Value>,
    said: Vec<SaidCell>,
    mistakes: Vec<String>,
}

impl<'a> RowReading<'a> {
    pub(super) fn new(kind: &'static SheetKind, header: &'a [String], row: &'a TableRow) -> Self {
        Self { kind, header, row, members: Map::new(), said: Vec::new(), mistakes: Vec::new() }
    }

    /// What was read so far.
    #[must_use]
    pub fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// Sets a field to a text, which the API reads.
    pub fn set(&mut self, field: &str, value: impl Into<Value>) {
        self.members.insert(field.to_owned(), value.into());
    }

    /// The number in a cell, without what spreadsheets add.
    #[must_use]
    pub fn number(&self, field: &Member, cell: &str) -> String {
        cells::value(self.kind, cell, &field.name, &field.kind)
    }

    /// The cells of a field with their columns, as people read them.
    #[must_use]
    pub fn said(&self, field: &str) -> String {
        let said = SaidCell::all_of(&self.said, field);
        if said.is_empty() { field.to_owned() } else { said }
    }

    /// The members, or all that is wrong with them.
    pub(super) fn finish(mut self) -> Result<(Map<String, Value>, Vec<SaidCell>), String> {
        self.mistakes.extend((self.kind.check_row)(&self));
        if self.mistakes.is_empty() { Ok((self.members, self.said)) } else { Err(self.mistakes.join("; ")) }
    }

    pub(super) fn field(&mut self, planned: &PlannedField) {
        let member = planned.member;
        match &planned.from {
            FieldOrigin::Value(value) => self.constant(member, value),
            FieldOrigin::Flags(flags) => self.flags(&member.name, flags),
            FieldOrigin::Several(columns) => self.several(member, columns),
            FieldOrigin::Column { place, unit, prefix, words } => {
                let Some(cell) = self.said_cell(&member.name, *place) else { return };
                let written = words::plain(&cell);
                let named = words.iter().find(|(said, _)| *said == written || is_same_number(said, &cell));
                if let Some((_, word)) = named {
                    self.set(&member.name, word.as_str());
                } else if !(self.kind.read_cell)(self, member, &cell, *unit) {
                    self.cell(member, &cell, *unit, prefix);
                }
            }
        }
    }

    /// The cell of a column, which is remembered as that of the field; `None` if it states nothing or cannot be read.
    fn said_cell(&mut self, field: &'static str, place: usize) -> Option<String> {
        let column = self.column(place);
        let cell = self.row.cells.get(place).and_then(cells::text).unwrap_or_default().to_owned();
        if cell.contains('\u{fffd}') {
            self.mistakes.push(format!("{column} {} has letters that cannot be read", quoted(&cell)));
            return None;
        }
        self.said.push(SaidCell { field, column, cell: cell.clone() });
        Some(cell).filter(|cell| !cell.is_empty())
    }

    fn column(&self, place: usize) -> String {
        self.header.get(place).cloned().unwrap_or_default()
    }

    /// A cell as the field's kind has it.
    fn cell(&mut self, member: &'static Member, cell: &str, unit: Option<Unit>, prefix: &str) {
        let value = match &member.kind {
            MemberKind::Choice(choices) => words::choice(self.kind, &member.name, cell, choices),
            MemberKind::Money => money(cell, unit),
            MemberKind::List(_) => cell.replace([';', '|', '\n'], ","),
            kind => cells::value(self.kind, cell, &member.name, kind),
        };
        self.set(&member.name, format!("{prefix}{value}"));
    }

    /// The same value for every row. A list or names and values are written as in a cell.
    fn constant(&mut self, member: &'static Member, value: &str) {
        let is_several =
            matches!(member.kind, MemberKind::List(_) | MemberKind::Values(..) | MemberKind::Map(_));
        if !is_several || !(self.kind.read_cell)(self, member, value, None) {
            self.set(&member.name, value);
        }
    }

    /// The words whose columns say yes. Nothing is stated when no column says yes or no.
    fn flags(&mut self, field: &str, flags: &[(usize, String)]) {
        let (mut stated, mut present) = (false, Vec::new());
        for (place, word) in flags {
            let Some(cell) = self.row.cells.get(*place).and_then(cells::text) else { continue };
            match cells::flag(cell) {
                Some(Flag::Yes) => present.push(Value::String(word.clone())),
                Some(Flag::NotStated) => continue,
                Some(Flag::No) => {}
                None => {
                    let mistake =
                        format!("{} {} is none of 1, 0, 9, yes, no", self.column(*place), quoted(cell));
                    self.mistakes.push(mistake);
                }
            }
            stated = true;
        }
        if stated {
            self.set(field, present);
        }
    }

    /// The cells of several columns as the entries of a list, or as values with their names.
    fn several(&mut self, member: &'static Member, columns: &[(usize, String)]) {
        let mut found = Vec::new();
        for (place, name) in columns {
            found.extend(self.said_cell(&member.name, *place).map(|cell| (name.clone(), cell)));
        }
        if found.is_empty() {
            return;
        }
        if matches!(member.kind, MemberKind::Map(_)) {
            let named: Map<String, Value> =
                found.into_iter().map(|(name, cell)| (name, Value::String(cell))).collect();
            self.set(&member.name, named);
        } else {
            self.set(&member.name, found.into_iter().map(|(_, cell)| cell).collect::<Vec<_>>());
        }
    }
}

/// Whether a number of a sheet is the one of a map: `1.0` is `1`.
fn is_same_number(said: &str, cell: &str) -> bool {
    cells::whole(cell) == said
}

/// An amount with the unit of its column, unless it has its own. The domain reads it.
fn money(cell: &str, unit: Option<Unit>) -> String {
    match unit {
        Some(Unit::Money(word)) if word != "rupee" && !has_words(cell) => format!("{cell} {word}"),
        _ => cell.to_owned(),
    }
}

/// Whether an amount has words beside that of the currency, which says nothing about its size.
fn has_words(amount: &str) -> bool {
    let mut words = amount.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    words.any(|word| units::unit(word) != Some(Unit::Money("rupee")))
}

/// The beginning of a cell in quotation marks.
fn quoted(cell: &str) -> String {
    let shown: String = cell.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    let more = if cell.chars().count() > SHOWN { "…" } else { "" };
    format!("\"{shown}{more}\"")
}
