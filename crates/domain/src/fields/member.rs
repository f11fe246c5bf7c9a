//! What a reader asks for, as the API documentation shows it.

use std::ops::RangeInclusive;

use super::Fields;

/// A member that a reader asks for, as shown in the API documentation.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The member's name.
    pub name: String,
    /// Its type and limits.
    pub kind: MemberKind,
    /// Whether it is required.
    pub required: bool,
}

/// The type of a member, with its limits.
#[derive(Clone, Debug, PartialEq)]
pub enum MemberKind {
    /// A text with this number of characters.
    Text(RangeInclusive<usize>),
    /// A whole number.
    Whole(RangeInclusive<i64>),
    /// A number.
    Number(RangeInclusive<f64>),
    /// An amount of rupees.
    Money,
    /// One of a set of words.
    Choice(Vec<&'static str>),
    /// A list of short texts; the most entries.
    List(usize),
    /// A list of words; the most entries, and the most characters in each.
    Values(usize, usize),
    /// A text exactly as typed: never trimmed, never a number.
    Secret(RangeInclusive<usize>),
    /// True or false.
    Flag,
    /// A list of such words.
    Choices(Vec<&'static str>),
    /// A list of numbers, `1,2` or `[1, 2]`; the most entries.
    Numbers(usize),
    /// A list of ids; at least one, and the most entries.
    Ids(usize),
    /// A list of whole numbers within a range; the most entries.
    Wholes(RangeInclusive<i64>, usize),
    /// An object with these members.
    Object(Vec<Member>),
    /// An object with members of any name, each of this kind.
    Map(Box<MemberKind>),
    /// A polygon as `GeoJSON`.
    Polygon,
    /// This, or null, which means something else than leaving the member out.
    OrNull(Box<MemberKind>),
}

impl MemberKind {
    /// An object with the members that `read` asks for.
    #[must_use]
    pub fn object<T>(read: impl FnOnce(&mut Fields<'_>) -> Option<T>) -> Self {
        Self::Object(Fields::asked_by(|fields| {
            read(fields);
        }))
    }
}
