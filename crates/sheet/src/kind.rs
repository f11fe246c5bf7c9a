//! What a sheet is about: homes, or products. All that differs between the two is in one value.

use std::sync::LazyLock;

use domain::fields::{Member, MemberKind};
use serde_json::{Map, Value};

use crate::field_map::FieldMap;
use crate::reading::RowReading;
use crate::units::Unit;
use crate::{names, words};

/// A field, with other words for it.
pub type Synonyms = (&'static str, &'static [&'static str]);

/// What a kind of sheet has beside the fields of the request that creates its things.
#[derive(Debug)]
pub struct SheetKind {
    /// What a row is about, as reports name it: `listing`.
    pub thing: &'static str,
    /// The fields, in the order of the template: the members of the request. There is no second list of fields.
    pub fields: LazyLock<Vec<Member>>,
    /// What the API's document says about a field.
    pub about: fn(&str) -> Option<&'static str>,
    /// How a field is written in a cell, where that does not follow from its kind.
    pub written: &'static [(&'static str, &'static str)],
    /// The field that holds the sheet's own id of a thing.
    pub reference: &'static str,
    /// The id as it is kept, or what is wrong about it.
    pub read_reference: fn(&str) -> Result<String, String>,
    /// How a row without an id is known again; `None` if every row must have one.
    pub identity: Option<RowIdentity>,
    /// Required fields that need no column, each with how it is made.
    pub made: &'static [(&'static str, &'static str)],
    /// Other names of columns, as [`crate::column_key`] makes them.
    pub synonyms: &'static [Synonyms],
    /// The words that people write for those of a closed set.
    pub words: &'static [(&'static str, &'static [Synonyms])],
    /// Texts that may be digits: a spreadsheet makes `500032.0` of them.
    pub codes: &'static [&'static str],
    /// What may stand behind a number, such as `bhk`.
    pub behind_numbers: &'static [&'static str],
    /// Fields that state one value together, so that each is explained by the columns of all.
    pub together: &'static [&'static [&'static str]],
    /// Reads a cell in a way of its own; `false` leaves it to the field's kind.
    pub read_cell: fn(&mut RowReading<'_>, &'static Member, &str, Option<Unit>) -> bool,
    /// What cannot be right about a row whose cells are.
    pub check_row: fn(&RowReading<'_>) -> Option<String>,
    /// A few things as people write them, for the template.
    pub examples: &'static [&'static [(&'static str, &'static str)]],
    /// One value for all rows, as a map states it.
    pub example_value: &'static str,
    /// The names and maps of sheets that are published in one form.
    pub presets: &'static [(&'static str, &'static str)],
}

/// How a row without an id is known again.
#[derive(Debug)]
pub struct RowIdentity {
    /// The fields that describe the thing and not the offer.
    pub fields: &'static [&'static str],
    /// The reference that is made from them.
    pub reference: fn(&Map<String, Value>) -> String,
}

impl SheetKind {
    /// The field of this name.
    pub(crate) fn field(&'static self, name: &str) -> Option<&'static Member> {
        self.fields.iter().find(|member| member.name == name)
    }

    /// The other names of a field's column.
    #[must_use]
    pub fn synonyms_of(&self, field: &str) -> &'static [&'static str] {
        self.synonyms.iter().find(|(name, _)| *name == field).map_or(&[], |(_, others)| *others)
    }

    /// How a required field is made that has no column.
    pub(crate) fn made(&self, field: &str) -> Option<&'static str> {
        self.made.iter().find(|(name, _)| *name == field).map(|(_, how)| *how)
    }

    /// Whether a row cannot do without its cell of this field.
    pub(crate) fn needs(&self, member: &Member) -> bool {
        let identifies =
            || self.identity.as_ref().is_some_and(|id| id.fields.contains(&member.name.as_str()));
        self.made(&member.name).is_none() && (member.required || identifies())
    }

    /// The fields that state one value with this one.
    pub(crate) fn states_with(&self, field: &str, other: &str) -> bool {
        field == other || self.together.iter().any(|some| some.contains(&field) && some.contains(&other))
    }

    /// What is inconsistent about the kind itself. Each kind has a test that there is nothing.
    #[must_use]
    pub fn inconsistencies(&'static self) -> Vec<String> {
        let mut found = Vec::new();
        let identity = self.identity.iter().flat_map(|id| id.fields);
        let tables = [self.written, self.made].into_iter().flatten().map(|(name, _)| name);
        let examples = self.examples.iter().copied().flatten().map(|(name, _)| name);
        let together = self.together.iter().copied().flatten();
        let named = identity.chain(tables).chain(examples).chain(together).chain(self.codes);
        for name in named.chain([&self.reference]) {
            if self.field(name).is_none() {
                found.push(format!("{name} is no field"));
            }
        }
        self.check_synonyms(&mut found);
        for (name, synonyms) in self.words {
            let Some(MemberKind::Choice(choices)) = self.field(name).map(|member| &member.kind) else {
                found.push(format!("{name} is no choice"));
                continue;
            };
            for (word, others) in *synonyms {
                let means = |other: &&&str| words::choice(self, name, other, choices) == *word;
                let lost = others.iter().filter(|other| !means(other));
                found.extend(lost.map(|other| format!("{other} does not mean the {name} {word}")));
            }
        }
        for (name, map) in self.presets {
            found.extend(FieldMap::read(map, self).err().map(|error| format!("{name}: {error}")));
        }
        found
    }

    fn check_synonyms(&'static self, found: &mut Vec<String>) {
        let mut seen = std::collections::HashSet::new();
        for (name, others) in self.synonyms {
            if self.field(name).is_none() {
                found.push(format!("{name} is no field"));
            }
            for other in *others {
                let key = names::column_key(other).0;
                let is_field = self.fields.iter().any(|member| names::column_key(&member.name).0 == key);
                if key != *other || is_field || !seen.insert(*other) {
                    found.push(format!("{other} is no other name of {name} alone"));
                }
            }
        }
    }
}
