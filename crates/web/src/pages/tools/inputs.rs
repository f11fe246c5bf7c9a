//! The fields of a tool, as typed into its address.

use std::fmt::Display;

use axum::http::StatusCode;

use crate::api::Refusal;
use crate::labels::Labels;
use crate::typed;
use crate::visit::{Visit, shortened};

/// One field, with what was typed and what is wrong with it.
pub(super) struct Input {
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) hint: String,
    pub(super) value: String,
    pub(super) error: Option<String>,
    pub(super) inputmode: &'static str,
    /// The choices, for a field that offers some.
    pub(super) choices: Option<Labels>,
    /// Whether the page suggests values for it.
    pub(super) suggests: bool,
}

impl Input {
    /// A field with what the page's address says, or else `usual`.
    pub(super) fn asked(visit: &Visit, name: &'static str, usual: &str) -> Self {
        let value = visit.asked(name).map_or_else(|| usual.to_owned(), |typed| shortened(&typed));
        let (label, hint) = (String::new(), String::new());
        Self { name, label, hint, value, error: None, inputmode: "text", choices: None, suggests: false }
    }

    pub(super) fn labelled(self, label: impl Display) -> Self {
        Self { label: label.to_string(), ..self }
    }

    pub(super) fn hint(self, hint: impl Display) -> Self {
        Self { hint: hint.to_string(), ..self }
    }

    pub(super) fn decimal(self) -> Self {
        Self { inputmode: "decimal", ..self }
    }

    pub(super) fn suggesting(self) -> Self {
        Self { suggests: true, ..self }
    }

    /// A value that is none of the choices counts as the first one.
    pub(super) fn of(mut self, choices: Labels) -> Self {
        if !choices.iter().any(|(code, _)| *code == self.value) {
            self.value = choices.first().map_or_else(String::new, |(code, _)| (*code).to_owned());
        }
        Self { choices: Some(choices), ..self }
    }

    pub(super) fn has(&self, code: &str) -> bool {
        self.value == code
    }

    /// The ids for `aria-describedby`; empty when nothing describes the field.
    pub(super) fn described_by(&self) -> String {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.name));
        [hint, error].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// What `read` makes of the value. If it makes nothing of it, the field is marked as wrong.
    pub(super) fn read<T>(&mut self, read: impl Fn(&str) -> Option<T>, wrong: impl Display) -> Option<T> {
        let value = read(&self.value);
        if value.is_none() {
            self.error = Some(wrong.to_string());
        }
        value
    }
}

/// A price in whole rupees, greater than nothing.
pub(super) fn price(text: &str) -> Option<i64> {
    typed::rupees(text).filter(|price| (1..=crate::emi::LARGEST).contains(price))
}

/// The status of a page with this form, whose fields or whole may be objected to.
pub(super) fn status(inputs: &[Input], problem: Option<&String>) -> StatusCode {
    let is_wrong = problem.is_some() || inputs.iter().any(|input| input.error.is_some());
    if is_wrong { StatusCode::BAD_REQUEST } else { StatusCode::OK }
}

/// Marks the fields that the API objects to; `names` are pairs of its name and ours. Returns what no field says.
pub(super) fn object(inputs: &mut [Input], refusal: Refusal, names: &[(&str, &str)]) -> Option<String> {
    let mut marked = false;
    for (theirs, wrong) in refusal.field_errors {
        let ours = names.iter().find(|(name, _)| *name == theirs).map_or(&*theirs, |(_, ours)| *ours);
        if let Some(input) = inputs.iter_mut().find(|input| input.name == ours) {
            input.error = Some(wrong);
            marked = true;
        }
    }
    (!marked).then_some(refusal.sentence)
}
