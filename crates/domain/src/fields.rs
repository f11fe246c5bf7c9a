//! Reading a request's fields into types: everything wrong is reported at once, each under its field's name.
//!
//! Lenient where clients of the earlier systems need it: numbers may come as strings, empty strings mean absent,
//! lists may be text with commas. Unknown members are ignored, so a body cannot smuggle in an identity.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::money::Paise;

/// What is wrong, by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(pub BTreeMap<String, String>);

impl FieldErrors {
    /// One error of one field.
    #[must_use]
    pub fn one(field: &str, message: impl Into<String>) -> Self {
        Self(BTreeMap::from([(field.to_owned(), message.into())]))
    }
}

impl std::fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, (field, message)) in self.0.iter().enumerate() {
            write!(f, "{}{field} {message}", if i == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl std::error::Error for FieldErrors {}

/// A closed set of words on the wire.
pub trait Choice: Copy + PartialEq + 'static {
    /// Every word with its value.
    const ALL: &'static [(&'static str, Self)];

    /// The value of a word, in any case, with `-` or a space for `_`.
    #[must_use]
    fn from_word(word: &str) -> Option<Self> {
        let word = word.trim().to_uppercase().replace(['-', ' '], "_");
        Self::ALL.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
    }

    /// The word of this value.
    #[must_use]
    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, value)| *value == self).map_or("", |(name, _)| name)
    }

    /// `must be one of A, B, C`.
    #[must_use]
    fn choices() -> String {
        let words: Vec<_> = Self::ALL.iter().map(|(name, _)| *name).collect();
        format!("must be one of {}", words.join(", "))
    }
}

/// A request's members, being read; errors gather until [`Fields::finish`].
#[derive(Debug)]
pub struct Fields<'a> {
    members: &'a Map<String, Value>,
    errors: FieldErrors,
}

impl<'a> Fields<'a> {
    /// Starts to read `members`.
    #[must_use]
    pub fn new(members: &'a Map<String, Value>) -> Self {
        Self { members, errors: FieldErrors::default() }
    }

    /// Reports `field` as wrong; the first report of a field stays.
    pub fn wrong(&mut self, field: &str, message: impl Into<String>) {
        self.errors.0.entry(field.to_owned()).or_insert_with(|| message.into());
    }

    /// The member, unless absent, null or blank.
    #[must_use]
    pub fn raw(&self, field: &str) -> Option<&'a Value> {
        self.members.get(field).filter(|value| match value {
            Value::Null => false,
            Value::String(text) => !text.trim().is_empty(),
            _ => true,
        })
    }

    /// `value`, or a complaint that `field` is required.
    pub fn required<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.wrong(field, "is required");
        }
        value
    }

    /// A trimmed text whose number of characters is in `length`.
    pub fn text(&mut self, field: &str, length: RangeInclusive<usize>) -> Option<String> {
        let text = match self.raw(field)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => {
                self.wrong(field, "must be a text");
                return None;
            }
        };
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.wrong(field, "must not contain control characters");
            return None;
        }
        if length.contains(&text.chars().count()) {
            return Some(text);
        }
        self.wrong(field, format!("must be {} to {} characters long", length.start(), length.end()));
        None
    }

    /// A text that `parse` accepts; its message is the complaint.
    pub fn parsed<T>(
        &mut self,
        field: &str,
        parse: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        let text = self.text(field, 1..=500)?;
        parse(&text).map_err(|message| self.wrong(field, message)).ok()
    }

    /// A whole number in `range`.
    pub fn whole(&mut self, field: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let number = match self.raw(field)? {
            Value::Number(number) => number.as_i64().or_else(|| whole_float(number.as_f64())),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        match number {
            Some(number) if range.contains(&number) => Some(number),
            Some(_) => {
                self.wrong(field, format!("must be between {} and {}", range.start(), range.end()));
                None
            }
            None => {
                self.wrong(field, "must be a whole number");
                None
            }
        }
    }

    /// A finite number in `range`.
    pub fn number(&mut self, field: &str, range: RangeInclusive<f64>) -> Option<f64> {
        let number = match self.raw(field)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        match number.filter(|n| n.is_finite()) {
            Some(number) if range.contains(&number) => Some(number),
            Some(_) => {
                self.wrong(field, format!("must be between {} and {}", range.start(), range.end()));
                None
            }
            None => {
                self.wrong(field, "must be a number");
                None
            }
        }
    }

    /// An amount of money, greater than zero.
    pub fn money(&mut self, field: &str) -> Option<Paise> {
        Paise::parse(self.raw(field)?).map_err(|error| self.wrong(field, error.to_string())).ok()
    }

    /// One of a closed set of words.
    pub fn choice<T: Choice>(&mut self, field: &str) -> Option<T> {
        let word = self.raw(field)?.as_str().map(T::from_word);
        if let Some(Some(value)) = word {
            return Some(value);
        }
        self.wrong(field, T::choices());
        None
    }

    /// A list of short texts, given as an array or as text with commas; blanks and repeats are dropped.
    pub fn list(&mut self, field: &str, most: usize) -> Vec<String> {
        let parts: Vec<&str> = match self.raw(field) {
            None => return Vec::new(),
            Some(Value::String(text)) => text.split(',').collect(),
            Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
                items.iter().filter_map(Value::as_str).collect()
            }
            Some(_) => {
                self.wrong(field, "must be a list of texts");
                return Vec::new();
            }
        };
        let mut kept: Vec<String> = Vec::new();
        for part in parts.iter().map(|p| p.trim()).filter(|p| !p.is_empty()) {
            if part.chars().count() > 60 || part.chars().any(char::is_control) {
                self.wrong(field, "must hold texts of at most 60 characters");
            } else if !kept.iter().any(|k| k == part) {
                kept.push(part.to_owned());
            }
        }
        if kept.len() > most {
            self.wrong(field, format!("must hold at most {most} entries"));
        }
        kept
    }

    /// A yes or no.
    pub fn flag(&mut self, field: &str) -> Option<bool> {
        match self.raw(field)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text == "true" => Some(true),
            Value::String(text) if text == "false" => Some(false),
            _ => {
                self.wrong(field, "must be true or false");
                None
            }
        }
    }

    /// What `value` made of the fields, or everything that is wrong with them.
    ///
    /// # Errors
    /// When any field was reported, or `value` is missing (which is reported by then).
    pub fn finish<T>(self, value: Option<T>) -> Result<T, FieldErrors> {
        match value {
            Some(value) if self.errors.0.is_empty() => Ok(value),
            _ if self.errors.0.is_empty() => Err(FieldErrors::one("body", "is incomplete")),
            _ => Err(self.errors),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "checked to be whole and within ±2^53")]
fn whole_float(number: Option<f64>) -> Option<i64> {
    number.filter(|n| n.fract() == 0.0 && n.abs() < 9_007_199_254_740_992.0).map(|n| n as i64)
}
