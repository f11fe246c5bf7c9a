//! Why a listing is refused: texts that begin a reason, which the moderator may add to or write anew.

use crate::form::Form;
use crate::messages::key;
use crate::sheet::{Field, Group, Kind};
use crate::visit::Visit;

/// A text for a usual reason.
pub(super) struct Reason {
    pub(super) code: &'static str,
    /// The key of its name in a list.
    pub(super) label: &'static str,
    /// The key of what its owner reads.
    text: &'static str,
}

impl Reason {
    /// Whether it has this code.
    pub(super) fn is(&self, code: &str) -> bool {
        self.code == code
    }
}

pub(super) static REASONS: &[Reason] = &[
    Reason {
        code: "photos",
        label: key("moderation-because-photos"),
        text: key("moderation-because-photos-text"),
    },
    Reason {
        code: "price",
        label: key("moderation-because-price"),
        text: key("moderation-because-price-text"),
    },
    Reason {
        code: "twice",
        label: key("moderation-because-twice"),
        text: key("moderation-because-twice-text"),
    },
    Reason { code: "gone", label: key("moderation-because-gone"), text: key("moderation-because-gone-text") },
    Reason {
        code: "facts",
        label: key("moderation-because-facts"),
        text: key("moderation-because-facts-text"),
    },
    Reason {
        code: "contact",
        label: key("moderation-because-contact"),
        text: key("moderation-because-contact-text"),
    },
    Reason {
        code: "offence",
        label: key("moderation-because-offence"),
        text: key("moderation-because-offence-text"),
    },
];

/// The form in which the whole reason is written.
pub(super) static WHOLE: &[Group] = &[Group {
    legend: "",
    folded: false,
    fields: &[Field::new("reason", key("moderation-reason"), Kind::Text)
        .required()
        .hint(key("moderation-reason-hint"))],
}];

/// The text of a usual reason.
pub(super) fn text(visit: &Visit, code: &str) -> Option<String> {
    let reason = REASONS.iter().find(|reason| reason.is(code))?;
    Some(visit.text(reason.text).to_string())
}

/// The reason that a form gives: as written, or a usual one with what was added to it.
pub(super) fn given(visit: &Visit, form: &Form) -> String {
    if let Some(whole) = form.filled("reason") {
        return whole.to_owned();
    }
    let usual = form.filled("because").and_then(|code| text(visit, code));
    let added = form.filled("words").map(str::to_owned);
    usual.into_iter().chain(added).collect::<Vec<_>>().join(" ")
}
