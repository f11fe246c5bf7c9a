//! A form as data: its fields, the typed values, and the API's errors.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::api::Refusal;
use crate::form::Form;
use crate::labels::Labels;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A single-line input with this `type`.
    Line(&'static str),
    Password,
    Text,
    Choice(Labels),
}

/// One field; `name` is also its name in the API. Its label and its hint are keys of texts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) kind: Kind,
    pub(crate) hint: &'static str,
    pub(crate) autocomplete: &'static str,
    pub(crate) inputmode: &'static str,
    pub(crate) required: bool,
}

/// Fields under one legend, which is the key of a text. An empty legend means no grouping.
pub(crate) struct Group {
    pub(crate) legend: &'static str,
    /// Whether it is closed at first, because it belongs to some things only. It is open while it has a value or an
    /// error.
    pub(crate) folded: bool,
    pub(crate) fields: &'static [Field],
}

pub(crate) struct Sheet {
    pub(crate) groups: &'static [Group],
    /// The message above the fields, when no single field is at fault.
    pub(crate) problem: Option<String>,
    values: BTreeMap<&'static str, String>,
    errors: BTreeMap<String, String>,
}

impl Field {
    pub(crate) const fn new(name: &'static str, label: &'static str, kind: Kind) -> Self {
        Self { name, label, kind, hint: "", autocomplete: "", inputmode: "", required: false }
    }

    pub(crate) const fn line(name: &'static str, label: &'static str) -> Self {
        Self::new(name, label, Kind::Line("text"))
    }

    pub(crate) const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    pub(crate) const fn autocomplete(mut self, autocomplete: &'static str) -> Self {
        self.autocomplete = autocomplete;
        self
    }

    pub(crate) const fn inputmode(mut self, inputmode: &'static str) -> Self {
        self.inputmode = inputmode;
        self
    }

    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Whether it holds a user name or address, which needs no capital letter and no spelling correction.
    pub(crate) fn is_identifier(&self) -> bool {
        self.name == "username" || self.name == "emailOrUsername"
    }
}

impl Sheet {
    pub(crate) fn blank(groups: &'static [Group]) -> Self {
        Self { groups, problem: None, values: BTreeMap::new(), errors: BTreeMap::new() }
    }

    /// The form with the values as sent.
    pub(crate) fn typed(groups: &'static [Group], form: &Form) -> Self {
        let mut sheet = Self::blank(groups);
        for field in sheet.fields() {
            if let Some(value) = form.get(field.name) {
                sheet.values.insert(field.name, value.to_owned());
            }
        }
        sheet
    }

    pub(crate) fn with<T: ToString>(mut self, name: &'static str, value: Option<T>) -> Self {
        if let Some(value) = value {
            self.values.insert(name, value.to_string());
        }
        self
    }

    /// Records the API's errors.
    pub(crate) fn refused(mut self, refusal: Refusal) -> Self {
        if refusal.field_errors.is_empty() {
            self.problem = Some(refusal.sentence);
        }
        self.errors = refusal.field_errors;
        self
    }

    fn fields(&self) -> impl Iterator<Item = &'static Field> + use<> {
        self.groups.iter().flat_map(|group| group.fields)
    }

    pub(crate) fn value(&self, field: &Field) -> &str {
        self.values.get(field.name).map_or("", String::as_str)
    }

    pub(crate) fn has(&self, field: &Field, value: &str) -> bool {
        self.value(field) == value
    }

    /// A value that the choices do not include. It is kept, so that an edit does not change it unasked.
    pub(crate) fn unlisted(&self, field: &Field) -> Option<&str> {
        let Kind::Choice(options) = field.kind else { return None };
        let value = self.value(field);
        (!value.is_empty() && !options.iter().any(|(code, _)| *code == value)).then_some(value)
    }

    /// Whether a folded group must be open.
    pub(crate) fn opens(&self, group: &Group) -> bool {
        group.fields.iter().any(|field| !self.value(field).is_empty() || self.error(field).is_some())
    }

    pub(crate) fn error(&self, field: &Field) -> Option<&str> {
        self.errors.get(field.name).map(String::as_str)
    }

    /// The ids for `aria-describedby`; empty when nothing describes the field.
    pub(crate) fn described_by(&self, field: &Field) -> String {
        let hint = (!field.hint.is_empty()).then(|| format!("{}-hint", field.name));
        let error = self.error(field).map(|_| format!("{}-error", field.name));
        [hint, error].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn is_refused(&self) -> bool {
        self.problem.is_some() || !self.errors.is_empty()
    }

    /// The errors of known fields, in the order of the form.
    pub(crate) fn field_problems(&self) -> Vec<(&'static Field, &str)> {
        self.fields().filter_map(|field| Some((field, self.errors.get(field.name)?.as_str()))).collect()
    }

    /// The API's errors about names that have no field here.
    pub(crate) fn other_problems(&self) -> Vec<(&str, &str)> {
        let known = |name: &str| self.fields().any(|field| field.name == name);
        self.errors.iter().filter(|(name, _)| !known(name)).map(|(n, e)| (n.as_str(), e.as_str())).collect()
    }

    /// The filled-in values for the API. They are sent as text, because the API parses what people write.
    pub(crate) fn json(&self) -> Value {
        let filled = self.fields().filter_map(|field| {
            let typed = self.values.get(field.name)?;
            let value = if field.kind == Kind::Password { typed } else { typed.trim() };
            (!value.is_empty()).then(|| (field.name.to_owned(), Value::from(value)))
        });
        Value::Object(filled.collect::<Map<_, _>>())
    }
}

#[cfg(test)]
mod tests {
    use super::{Field, Group, Kind, Sheet};
    use crate::form::Form;
    use serde_json::json;

    static GROUPS: &[Group] = &[Group {
        legend: "",
        folded: false,
        fields: &[
            Field::line("title", "title").required().hint("title-hint"),
            Field::new("password", "password", Kind::Password),
        ],
    }];

    #[test]
    fn only_known_and_filled_fields_are_sent_on_and_passwords_exactly() {
        let form = Form::parse(b"title=+Flat+&password=+p+&role=ADMIN&_csrf=x");
        assert_eq!(Sheet::typed(GROUPS, &form).json(), json!({"title": "Flat", "password": " p "}));
        assert_eq!(Sheet::typed(GROUPS, &Form::parse(b"title=++")).json(), json!({}));
    }

    #[test]
    fn a_field_is_described_by_its_hint() {
        assert_eq!(Sheet::blank(GROUPS).described_by(&GROUPS[0].fields[0]), "title-hint");
    }
}
