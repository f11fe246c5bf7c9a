//! Reads the fields of a request into types. All errors are reported at once, each under the name of its field.
//!
//! Reading is lenient where clients of the earlier systems need it: numbers may be strings, empty strings mean
//! absent, and lists may be text with commas. Unknown members are ignored, so a body cannot inject an identity.
//!
//! Every text that is read here has the form of [`crate::text`]: NFC, without what pasting leaves around it. A text is
//! one line unless it is read as [`Fields::prose`].

mod choice;
mod member;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::money::Paise;
use crate::{people, text};

pub use choice::Choice;
pub use member::{Member, MemberKind};

/// Error messages by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(pub BTreeMap<String, String>);

impl FieldErrors {
    /// A single error of one field.
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

/// The members of a request while they are read. Errors are collected until [`Fields::finish`].
#[derive(Debug)]
pub struct Fields<'a> {
    members: &'a Map<String, Value>,
    errors: FieldErrors,
    /// The members asked for so far; `None` while a request is read.
    seen: Option<Vec<Member>>,
}

impl<'a> Fields<'a> {
    /// Starts to read `members`.
    #[must_use]
    pub fn new(members: &'a Map<String, Value>) -> Self {
        Self { members, errors: FieldErrors::default(), seen: None }
    }

    /// Reads `members` with `read`.
    ///
    /// # Errors
    /// All errors, by field.
    pub fn read<T>(
        members: &'a Map<String, Value>,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Result<T, FieldErrors> {
        let mut fields = Self::new(members);
        let value = read(&mut fields);
        fields.finish(value)
    }

    /// The members that `read` asks for, in order. The documentation is derived from the reader itself, so the
    /// two cannot differ.
    #[must_use]
    pub fn asked_by(read: impl FnOnce(&mut Fields<'_>)) -> Vec<Member> {
        let nothing = Map::new();
        let mut fields = Fields { seen: Some(Vec::new()), ..Fields::new(&nothing) };
        read(&mut fields);
        fields.seen.unwrap_or_default()
    }

    /// Records that `field` is read without the functions below.
    pub fn asks(&mut self, field: &str, kind: impl FnOnce() -> MemberKind) {
        let Some(seen) = &mut self.seen else { return };
        if !seen.iter().any(|member| member.name == field) {
            seen.push(Member { name: field.to_owned(), kind: kind(), required: false });
        }
    }

    /// Reports an error of `field`. The first error of a field is kept.
    pub fn wrong(&mut self, field: &str, message: impl Into<String>) {
        self.errors.0.entry(field.to_owned()).or_insert_with(|| message.into());
    }

    /// The member, unless it is absent, null or blank.
    #[must_use]
    pub fn raw(&self, field: &str) -> Option<&'a Value> {
        self.members.get(field).filter(|value| match value {
            Value::Null => false,
            Value::String(text) => !text::is_blank(text),
            _ => true,
        })
    }

    /// The member as given, even if null or blank.
    #[must_use]
    pub fn given(&self, field: &str) -> Option<&'a Value> {
        self.members.get(field)
    }

    /// The names of all members in the request.
    pub fn names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.members.keys().map(String::as_str)
    }

    /// Reads the object in `field` with `read`. Errors in it are reported as `field.member`.
    pub fn inside<T>(
        &mut self,
        field: &str,
        members: &Map<String, Value>,
        read: impl FnOnce(&mut Fields<'_>) -> Option<T>,
    ) -> Option<T> {
        let mut inner = Fields::new(members);
        let value = read(&mut inner);
        for (name, message) in &inner.errors.0 {
            self.wrong(&format!("{field}.{name}"), message);
        }
        value.filter(|_| inner.is_right())
    }

    /// Whether no error was reported so far.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.errors.0.is_empty()
    }

    /// Returns `value`, and reports `field` as required if there is none.
    pub fn required<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.wrong(field, "is required");
            let member = self.seen.iter_mut().flatten().find(|member| member.name == field);
            if let Some(member) = member {
                member.required = true;
            }
        }
        value
    }

    /// A text of one line, with a number of characters within `length`.
    pub fn text(&mut self, field: &str, length: RangeInclusive<usize>) -> Option<String> {
        let text = self.characters(field, &length, text::cleaned)?;
        self.line(field, &text, &length)
    }

    /// A text that may have several lines, such as a description.
    pub fn prose(&mut self, field: &str, length: RangeInclusive<usize>) -> Option<String> {
        let text = self
            .characters(field, &length, text::cleaned)?
            .replace("\r\n", "\n")
            .replace(text::is_line_break, "\n");
        self.fitting(field, text, &length)
    }

    /// A text as typed, but for white space around it. For what is looked up, and may have been kept before texts had
    /// one form.
    pub fn typed(&mut self, field: &str, length: RangeInclusive<usize>) -> Option<String> {
        let text = self.characters(field, &length, |text| Cow::Borrowed(text.trim()))?;
        if length.contains(&text.chars().count()) {
            return Some(text);
        }
        self.wrong(field, format!("must be {} to {} characters long", length.start(), length.end()));
        None
    }

    /// The name of a person or an office.
    pub fn name(&mut self, field: &str, length: RangeInclusive<usize>) -> Option<String> {
        let name = self.identifier(field, &length)?;
        people::name(&name).map_err(|message| self.wrong(field, message)).ok().map(|()| name)
    }

    /// A text of one line that names somebody or something: what is invisible in it is left for its check.
    fn identifier(&mut self, field: &str, length: &RangeInclusive<usize>) -> Option<String> {
        let text = self.characters(field, length, |text| text::nfc(text::trimmed(text)))?;
        self.line(field, &text, length)
    }

    /// The member as a text in the form that is kept.
    fn characters(
        &mut self,
        field: &str,
        length: &RangeInclusive<usize>,
        form: impl Fn(&str) -> Cow<'_, str>,
    ) -> Option<String> {
        self.asks(field, || MemberKind::Text(length.clone()));
        match self.raw(field)? {
            Value::String(text) => Some(form(text).into_owned()),
            Value::Number(number) => Some(number.to_string()),
            _ => {
                self.wrong(field, "must be a text");
                None
            }
        }
    }

    fn line(&mut self, field: &str, text: &str, length: &RangeInclusive<usize>) -> Option<String> {
        if text.contains(text::is_line_break) {
            self.wrong(field, "must be one line, without line breaks");
            return None;
        }
        self.fitting(field, text.replace('\t', " "), length)
    }

    /// Invisible characters do not count for the least length.
    fn fitting(&mut self, field: &str, text: String, length: &RangeInclusive<usize>) -> Option<String> {
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
            self.wrong(field, "must not contain control characters");
            return None;
        }
        if text.contains(text::is_override) {
            self.wrong(field, "must not contain characters that turn the direction of the text");
            return None;
        }
        if text::visible_length(&text) >= *length.start() && text.chars().count() <= *length.end() {
            return Some(text);
        }
        self.wrong(field, format!("must be {} to {} characters long", length.start(), length.end()));
        None
    }

    /// A text that `parse` accepts. Its error becomes the field's error message.
    pub fn parsed<T>(
        &mut self,
        field: &str,
        parse: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        let text = self.identifier(field, &(1..=500))?;
        parse(&text).map_err(|message| self.wrong(field, message)).ok()
    }

    /// A whole number within `range`.
    pub fn whole(&mut self, field: &str, range: RangeInclusive<i64>) -> Option<i64> {
        self.asks(field, || MemberKind::Whole(range.clone()));
        let number = match self.raw(field)? {
            Value::Number(number) => number.as_i64().or_else(|| whole_float(number.as_f64())),
            Value::String(text) => text::cleaned(text).parse().ok(),
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

    /// A finite number within `range`.
    pub fn number(&mut self, field: &str, range: RangeInclusive<f64>) -> Option<f64> {
        self.asks(field, || MemberKind::Number(range.clone()));
        let number = match self.raw(field)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text::cleaned(text).parse().ok(),
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
        self.asks(field, || MemberKind::Money);
        Paise::parse(self.raw(field)?).map_err(|error| self.wrong(field, error.to_string())).ok()
    }

    /// One of a closed set of words.
    pub fn choice<T: Choice>(&mut self, field: &str) -> Option<T> {
        self.asks(field, || MemberKind::Choice(T::ALL.iter().map(|(word, _)| *word).collect()));
        let word = self.raw(field)?.as_str().map(T::from_word);
        if let Some(Some(value)) = word {
            return Some(value);
        }
        self.wrong(field, T::choices());
        None
    }

    /// Some of a closed set of words, given as an array or as text with commas. Repeated words count once.
    pub fn choices<T: Choice>(&mut self, field: &str) -> Vec<T> {
        self.asks(field, || MemberKind::Choices(T::ALL.iter().map(|(word, _)| *word).collect()));
        let parts = match self.parts(field) {
            Some(Ok(parts)) => parts,
            Some(Err(())) => {
                self.wrong(field, T::choices());
                return Vec::new();
            }
            None => return Vec::new(),
        };
        let mut chosen = Vec::new();
        for part in &parts {
            match T::from_word(part) {
                Some(value) if !chosen.contains(&value) => chosen.push(value),
                Some(_) => {}
                None => self.wrong(field, T::choices()),
            }
        }
        chosen
    }

    /// Values that `parse` accepts, given as an array or as text with commas; at most `most`. Repeated values count
    /// once.
    pub fn values<T: PartialEq>(
        &mut self,
        field: &str,
        most: usize,
        parse: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Vec<T> {
        self.asks(field, || MemberKind::Values(most, 60));
        self.each(field, most, parse)
    }

    /// Whole numbers within `range`, given as an array or as text with commas; at most `most`. Repeated numbers count
    /// once.
    pub fn wholes(&mut self, field: &str, range: RangeInclusive<i64>, most: usize) -> Vec<i64> {
        self.asks(field, || MemberKind::Wholes(range.clone(), most));
        let wrong = format!("must be numbers between {} and {}, such as 1, 2", range.start(), range.end());
        self.each(field, most, |text| {
            text.parse().ok().filter(|number| range.contains(number)).ok_or(wrong.clone())
        })
    }

    fn each<T: PartialEq, E: Into<String>>(
        &mut self,
        field: &str,
        most: usize,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Vec<T> {
        let parts = match self.parts(field) {
            Some(Ok(parts)) => parts,
            Some(Err(())) => {
                self.wrong(field, "must be a list of texts or numbers");
                return Vec::new();
            }
            None => return Vec::new(),
        };
        let mut values = Vec::new();
        for part in &parts {
            match parse(part) {
                Ok(value) if !values.contains(&value) => values.push(value),
                Ok(_) => {}
                Err(message) => self.wrong(field, message),
            }
        }
        if values.len() > most {
            self.wrong(field, format!("must hold at most {most} entries"));
        }
        values
    }

    /// The entries of a list that is an array, a text with commas, or a single number. Blank entries are dropped.
    fn parts(&self, field: &str) -> Option<Result<Vec<String>, ()>> {
        let entry = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let parts: Option<Vec<String>> = match self.raw(field)? {
            Value::Array(items) => items.iter().map(entry).collect(),
            Value::String(text) => Some(text.split(',').map(str::to_owned).collect()),
            value => entry(value).map(|part| vec![part]),
        };
        let trimmed = |parts: Vec<String>| {
            parts
                .iter()
                .map(|part| text::cleaned(part).into_owned())
                .filter(|part| !part.is_empty())
                .collect()
        };
        Some(parts.map(trimmed).ok_or(()))
    }

    /// A list of short texts, given as an array or as text with commas. Blank and repeated entries are dropped.
    pub fn list(&mut self, field: &str, most: usize) -> Vec<String> {
        self.asks(field, || MemberKind::List(most));
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
        for part in parts.iter().filter(|part| !text::is_blank(part)).map(|part| text::cleaned(part)) {
            let odd = |c: char| c.is_control() || text::is_line_break(c) || text::is_override(c);
            if part.chars().count() > 60 || part.contains(odd) {
                self.wrong(field, "must hold texts of at most 60 characters, each in one line");
            } else if !kept.iter().any(|k| *k == part) {
                kept.push(part.into_owned());
            }
        }
        if kept.len() > most {
            self.wrong(field, format!("must hold at most {most} entries"));
        }
        kept
    }

    /// A boolean.
    pub fn flag(&mut self, field: &str) -> Option<bool> {
        self.asks(field, || MemberKind::Flag);
        match self.raw(field)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text::cleaned(text) == "true" => Some(true),
            Value::String(text) if text::cleaned(text) == "false" => Some(false),
            _ => {
                self.wrong(field, "must be true or false");
                None
            }
        }
    }

    /// All errors of the fields.
    #[must_use]
    pub fn errors(self) -> FieldErrors {
        self.errors
    }

    /// Returns `value`, or all errors of the fields.
    ///
    /// # Errors
    /// When any field has an error, or `value` is missing (normally its field has an error then).
    pub fn finish<T>(self, value: Option<T>) -> Result<T, FieldErrors> {
        match value {
            Some(value) if self.is_right() => Ok(value),
            _ if self.is_right() => Err(FieldErrors::one("body", "is incomplete")),
            _ => Err(self.errors),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "checked to be whole and within ±2^53")]
fn whole_float(number: Option<f64>) -> Option<i64> {
    number.filter(|n| n.fract() == 0.0 && n.abs() < 9_007_199_254_740_992.0).map(|n| n as i64)
}

#[cfg(test)]
mod tests;
