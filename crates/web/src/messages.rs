//! The texts of the pages, from the Fluent catalogue in `locales/`: one file for each family of pages, one directory
//! for each language. Texts are embedded and read once. They are escaped in templates like any other string.

mod argument;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentMessage, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::numbers::grouped;
use argument::Argument;

type Catalogue = FluentBundle<FluentResource>;

/// The files of a language.
type Files = &'static [(&'static str, &'static str)];

const ENGLISH_FILES: Files = &[
    ("frame.ftl", include_str!("../locales/en/frame.ftl")),
    ("flash.ftl", include_str!("../locales/en/flash.ftl")),
    ("form.ftl", include_str!("../locales/en/form.ftl")),
    ("label.ftl", include_str!("../locales/en/label.ftl")),
    ("search.ftl", include_str!("../locales/en/search.ftl")),
    ("home.ftl", include_str!("../locales/en/home.ftl")),
    ("card.ftl", include_str!("../locales/en/card.ftl")),
    ("fact.ftl", include_str!("../locales/en/fact.ftl")),
    ("account.ftl", include_str!("../locales/en/account.ftl")),
    ("failure.ftl", include_str!("../locales/en/failure.ftl")),
    ("results.ftl", include_str!("../locales/en/results.ftl")),
    ("listing.ftl", include_str!("../locales/en/listing.ftl")),
    ("ask.ftl", include_str!("../locales/en/ask.ftl")),
    ("post.ftl", include_str!("../locales/en/post.ftl")),
    ("import.ftl", include_str!("../locales/en/import.ftl")),
    ("looks.ftl", include_str!("../locales/en/looks.ftl")),
    ("areas.ftl", include_str!("../locales/en/areas.ftl")),
    ("tools.ftl", include_str!("../locales/en/tools.ftl")),
    ("personal.ftl", include_str!("../locales/en/personal.ftl")),
    ("inbox.ftl", include_str!("../locales/en/inbox.ftl")),
    ("lead.ftl", include_str!("../locales/en/lead.ftl")),
    ("console.ftl", include_str!("../locales/en/console.ftl")),
    ("moderation.ftl", include_str!("../locales/en/moderation.ftl")),
    ("people.ftl", include_str!("../locales/en/people.ftl")),
    ("design.ftl", include_str!("../locales/en/design.ftl")),
    ("island.ftl", include_str!("../locales/en/island.ftl")),
];

static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| {
    let mut catalogue = read("en-IN", ENGLISH_FILES);
    // The marks around arguments are for texts of mixed directions, which English pages have none of.
    catalogue.set_use_isolating(false);
    catalogue
});

/// A language that the pages are written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Language {
    #[default]
    English,
}

impl Language {
    /// Its tag, for `lang`.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en-IN",
        }
    }

    fn catalogue(self) -> &'static Catalogue {
        match self {
            Self::English => &ENGLISH,
        }
    }

    /// The text of this key.
    pub(crate) fn text(self, key: &str) -> Message {
        let catalogue = self.catalogue();
        let found = catalogue.get_message(key);
        if found.is_none() {
            tracing::error!(text.key = key, "a text is missing");
        }
        let missing = if found.is_none() { key.to_owned() } else { String::new() };
        Message { catalogue, found, missing, arguments: FluentArgs::new() }
    }
}

/// Marks a key that stands in a table, so that the test of the catalogue sees that it is used.
pub(crate) const fn key(key: &'static str) -> &'static str {
    key
}

/// A text with its arguments. It is put together where it is shown.
pub(crate) struct Message {
    catalogue: &'static Catalogue,
    found: Option<FluentMessage<'static>>,
    /// The key, if there is no such text.
    missing: String,
    arguments: FluentArgs<'static>,
}

impl Message {
    /// Sets an argument. Numbers are grouped as in India and choose the form of the plural.
    pub(crate) fn arg(mut self, name: &'static str, value: impl Argument) -> Self {
        let given = value;
        self.arguments.set(name, given.value());
        self
    }

    /// The text cut at its bars. What stands between two bars, that is every other part from the second on, is a link, a
    /// time or code: the template marks it up, so that a translator has the whole sentence and no markup.
    pub(crate) fn parts(&self) -> Vec<String> {
        self.to_string().split('|').map(str::to_owned).collect()
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(pattern) = self.found.as_ref().and_then(FluentMessage::value) else {
            return f.write_str(&self.missing);
        };
        let mut errors = Vec::new();
        let text = self.catalogue.format_pattern(pattern, Some(&self.arguments), &mut errors);
        if let Some(error) = errors.first() {
            tracing::error!(%error, "a text is incomplete");
        }
        f.write_str(&text)
    }
}

fn read(language: &str, files: Files) -> Catalogue {
    let language: LanguageIdentifier = language.parse().unwrap_or_default();
    let mut catalogue = Catalogue::new_concurrent(vec![language]);
    for (name, text) in files {
        let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(rest, errors)| {
            tracing::error!(file = name, ?errors, "a file of texts is damaged");
            rest
        });
        if let Err(errors) = catalogue.add_resource(resource) {
            tracing::error!(file = name, ?errors, "a text is there twice");
        }
    }
    catalogue.set_formatter(Some(indian));
    catalogue
}

/// Writes numbers with the groups of India.
fn indian<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    match value {
        FluentValue::Number(number) => Some(grouped(&number.as_string())),
        _ => None,
    }
}
