//! A map says which column of a sheet is which field of a listing. It is a small TOML file:
//!
//! ```toml
//! location = "Village"                                  # a column
//! price = { column = "Rate", unit = "lakh" }            # with the unit of its numbers
//! city = { value = "Hyderabad" }                        # the same for every row
//! listingType = { column = "For", words = { Let = "RENT" } }
//! amenities = { flags = { "Lift Y/N" = "Lift" } }       # columns that say yes or no
//! ```

use std::collections::BTreeMap;

use domain::fields::MemberKind;
use serde::Deserialize;

use super::SheetError;
use super::fields::{field, fields, similar};
use super::units::{self, Unit};
use super::words;

/// Which columns are which fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldMap {
    pub(super) fields: BTreeMap<String, FieldSource>,
    /// Columns to leave out.
    pub(super) ignore: Vec<String>,
}

/// Where a field's value comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FieldSource {
    pub(super) column: Option<String>,
    pub(super) value: Option<String>,
    pub(super) unit: Option<Unit>,
    /// What a cell says, as [`words::plain`] writes it, and what it means.
    pub(super) words: Vec<(String, String)>,
    /// Columns of yes and no, with the word to list.
    pub(super) flags: Vec<(String, String)>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Column(String),
    Table(WrittenTable),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTable {
    column: Option<String>,
    value: Option<toml::Value>,
    unit: Option<String>,
    #[serde(default)]
    words: toml::Table,
    flags: Option<Flags>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Flags {
    Names(Vec<String>),
    Named(toml::Table),
}

const IGNORE: &str = "ignore";

impl FieldMap {
    /// Reads a map.
    ///
    /// # Errors
    /// What is wrong with it, with its field.
    pub fn read(text: &str) -> Result<Self, SheetError> {
        let table: toml::Table = text
            .trim_start_matches('\u{feff}')
            .parse()
            .map_err(|error| wrong(format!("is not valid TOML: {error}")))?;
        let mut map = Self::default();
        for (name, value) in table {
            if name == IGNORE {
                map.ignore = value.try_into().map_err(|_| wrong("ignore must be a list of columns"))?;
                continue;
            }
            let member = field(&name).ok_or_else(|| unknown_field(&name))?;
            let told = |problem: String| wrong(format!("{name} {problem}"));
            let source = FieldSource::read(value, &member.kind).map_err(told)?;
            map.fields.insert(name, source);
        }
        Ok(map)
    }

    /// All columns that the map names.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        let sources = self.fields.values();
        let named = sources.flat_map(|source| {
            let flags = source.flags.iter().map(|(column, _)| column.as_str());
            source.column.as_deref().into_iter().chain(flags)
        });
        named.chain(self.ignore.iter().map(String::as_str))
    }
}

impl FieldSource {
    fn read(value: toml::Value, kind: &MemberKind) -> Result<Self, String> {
        let table = match Written::deserialize(value) {
            Ok(Written::Column(column)) => return Ok(Self { column: Some(column), ..Self::default() }),
            Ok(Written::Table(table)) => table,
            Err(_) => {
                return Err(
                    "must be a column's name, or a table of column, value, unit, words or flags".to_owned()
                );
            }
        };
        let given = [table.column.is_some(), table.value.is_some(), table.flags.is_some()];
        if given.into_iter().filter(|given| *given).count() != 1 {
            return Err("needs exactly one of column, value and flags".to_owned());
        }
        let unit = table.unit.map(|unit| unit_of(&unit, kind)).transpose()?;
        let flags = match table.flags {
            Some(_) if !matches!(kind, MemberKind::List(_)) => {
                return Err("is no list, so it takes no flags".to_owned());
            }
            Some(Flags::Names(names)) => names.into_iter().map(|name| (name.clone(), name)).collect(),
            Some(Flags::Named(named)) => {
                named.into_iter().map(|(column, word)| (column, plain(&word))).collect()
            }
            None => Vec::new(),
        };
        let mut words = Vec::new();
        for (cell, word) in table.words {
            words.push((words::plain(&cell), of_choices(plain(&word), kind)?));
        }
        let value = table.value.map(|value| of_choices(plain(&value), kind)).transpose()?;
        Ok(Self { column: table.column, value, unit, words, flags })
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

fn wrong(problem: impl Into<String>) -> SheetError {
    SheetError::Map(problem.into())
}

fn unknown_field(name: &str) -> SheetError {
    let names = fields().iter().map(|member| member.name.as_str());
    let advice = match similar(name, names) {
        Some(near) => format!("did you mean {near}?"),
        None => "`import template --fields` lists the fields".to_owned(),
    };
    wrong(format!("names the field {name}, which does not exist; {advice}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(map: &str) -> String {
        FieldMap::read(map).unwrap_err().to_string()
    }

    #[test]
    fn a_map_is_read_as_it_is_documented() {
        let map = FieldMap::read(
            "location = \"Village\"\n\
             price = { column = \"Rate\", unit = \"lakhs\" }\n\
             city = { value = \"Hyderabad\" }\n\
             bedrooms = { value = 2 }\n\
             listingType = { column = \"For\", words = { Let = \"rent\", 0 = \"SALE\" } }\n\
             ignore = [\"Remark\"]\n\
             [amenities.flags]\n\
             Lift = \"Lift\"\n",
        )
        .unwrap();
        let of = |name: &str| &map.fields[name];
        assert_eq!(of("price").unit, Some(Unit::Money("lakh")));
        assert_eq!(of("city").value.as_deref(), Some("Hyderabad"));
        assert_eq!(of("bedrooms").value.as_deref(), Some("2"));
        let words = [("0", "SALE"), ("let", "RENT")].map(|(cell, word)| (cell.to_owned(), word.to_owned()));
        let mut found = of("listingType").words.clone();
        found.sort();
        assert_eq!(found, words);
        assert_eq!(of("amenities").flags, [("Lift".to_owned(), "Lift".to_owned())]);
        let mut columns: Vec<&str> = map.columns().collect();
        columns.sort_unstable();
        assert_eq!(columns, ["For", "Lift", "Rate", "Remark", "Village"]);
    }

    #[test]
    fn what_is_wrong_with_a_map_is_told_with_what_to_write() {
        for (map, wanted) in [
            ("prise = \"Rate\"", "the field prise, which does not exist; did you mean price?"),
            ("zzz = \"Rate\"", "`import template --fields` lists the fields"),
            ("price = 3", "price must be a column's name, or a table"),
            ("price = { colum = \"Rate\" }", "price must be a column's name, or a table"),
            ("price = { unit = \"lakh\" }", "price needs exactly one of column, value and flags"),
            ("price = { column = \"Rate\", unit = \"acre\" }", "price is not measured in acre"),
            ("price = { column = \"Rate\", unit = \"pound\" }", "which is none of rupee, thousand, lakh"),
            (
                "propertyType = { value = \"castle\" }",
                "propertyType cannot be \"castle\": it is one of APARTMENT",
            ),
            (
                "listingType = { column = \"For\", words = { Let = \"LET\" } }",
                "listingType cannot be \"LET\"",
            ),
            ("price = { flags = [\"a\"] }", "price is no list"),
            ("price = ", "is not valid TOML"),
            ("ignore = 3", "ignore must be a list"),
        ] {
            let text = told(map);
            assert!(text.contains(wanted), "{map}: {text}");
        }
    }
}
