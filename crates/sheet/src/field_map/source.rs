//! One entry of a map: where a field's value comes from.

use domain::fields::MemberKind;
use serde::Deserialize;

use crate::units::{self, Unit};
use crate::words;

/// Where a field's value comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSource {
    pub column: Option<String>,
    pub value: Option<String>,
    pub unit: Option<Unit>,
    /// What stands in front of each cell.
    pub prefix: String,
    /// What a cell says, as [`words::plain`] writes it, and what it means.
    pub words: Vec<(String, String)>,
    /// Columns of yes and no, with the word to list.
    pub flags: Vec<(String, String)>,
    /// Columns of which each holds an entry of a list, or the value of a name.
    pub columns: Vec<(String, String)>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenSource {
    Column(String),
    Table(SourceTable),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceTable {
    column: Option<String>,
    value: Option<toml::Value>,
    unit: Option<String>,
    prefix: Option<String>,
    #[serde(default)]
    words: toml::Table,
    flags: Option<ColumnNames>,
    columns: Option<ColumnNames>,
}

/// Columns that mean what they are called, or each something else.
#[derive(Deserialize)]
#[serde(untagged)]
enum ColumnNames {
    Plain(Vec<String>),
    Meaning(toml::Table),
}

impl ColumnNames {
    fn with_meanings(self) -> Vec<(String, String)> {
        match self {
            Self::Plain(names) => names.into_iter().map(|name| (name.clone(), name)).collect(),
            Self::Meaning(named) => named.into_iter().map(|(column, word)| (column, plain(&word))).collect(),
        }
    }
}

impl FieldSource {
    pub fn read(value: toml::Value, kind: &MemberKind) -> Result<Self, String> {
        let table = match WrittenSource::deserialize(value) {
            Ok(WrittenSource::Column(column)) => return Ok(Self { column: Some(column), ..Self::default() }),
            Ok(WrittenSource::Table(table)) => table,
            Err(_) => {
                return Err(
                    "must be a column's name, or a table of column, columns, value, unit, prefix, words \
                            or flags"
                        .to_owned(),
                );
            }
        };
        let is_list = matches!(kind, MemberKind::List(_) | MemberKind::Values(..));
        let given =
            [table.column.is_some(), table.columns.is_some(), table.value.is_some(), table.flags.is_some()];
        if given.into_iter().filter(|given| *given).count() != 1 {
            return Err("needs exactly one of column, columns, value and flags".to_owned());
        }
        if table.flags.is_some() && !matches!(kind, MemberKind::List(_)) {
            return Err("is no list of words, so it takes no flags".to_owned());
        }
        if table.columns.is_some() && !is_list && !matches!(kind, MemberKind::Map(_)) {
            return Err("is no list and has no names, so it takes no columns".to_owned());
        }
        if table.prefix.is_some() && !matches!(kind, MemberKind::Text(_)) {
            return Err("is no text, so it takes no prefix".to_owned());
        }
        if table.prefix.is_some() && table.column.is_none() {
            return Err("has a prefix without a column".to_owned());
        }
        let unit = table.unit.map(|unit| unit_of(&unit, kind)).transpose()?;
        let mut words = Vec::new();
        for (cell, word) in table.words {
            words.push((words::plain(&cell), of_choices(plain(&word), kind)?));
        }
        Ok(Self {
            column: table.column,
            value: table.value.map(|value| of_choices(plain(&value), kind)).transpose()?,
            unit,
            prefix: table.prefix.unwrap_or_default(),
            words,
            flags: table.flags.map(ColumnNames::with_meanings).unwrap_or_default(),
            columns: table.columns.map(ColumnNames::with_meanings).unwrap_or_default(),
        })
    }
}

fn unit_of(text: &str, kind: &MemberKind) -> Result<Unit, String> {
    let unit = units::unit(text)
        .ok_or_else(|| format!("has the unit {text:?}, which is none of {}", units::WORDS))?;
    match (unit, kind) {
        (Unit::Money(_), MemberKind::Money) | (Unit::Area(_), MemberKind::Number(_)) => Ok(unit),
        _ => Err(format!("is not measured in {text}")),
    }
}

/// A word of a closed set must be one that the API takes.
fn of_choices(word: String, kind: &MemberKind) -> Result<String, String> {
    let MemberKind::Choice(choices) = kind else { return Ok(word) };
    let known = choices.iter().find(|choice| words::plain(choice) == words::plain(&word));
    known
        .map(|known| (*known).to_owned())
        .ok_or_else(|| format!("cannot be {word:?}: it is one of {}", choices.join(", ")))
}

fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
