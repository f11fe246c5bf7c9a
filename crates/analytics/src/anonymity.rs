//! The rule that keeps people anonymous: a number is given only if it is about at least [`FEWEST`] people.
//!
//! The rule holds for each number by itself. Sums are sums of what is given, so no sum reveals what was left out. Zero is
//! given: it is about nobody.

use serde::Serialize;
use utoipa::ToSchema;

/// The fewest people that a number may be about.
pub const FEWEST: u64 = 5;

/// Whether a number about this many people may be given.
#[must_use]
pub const fn are_enough(people: u64) -> bool {
    people >= FEWEST
}

/// A number of people, or that there are too few.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PeopleCount {
    /// The number of people; null if it is suppressed.
    people: Option<u64>,
    /// There are some, but fewer than five.
    suppressed: bool,
}

impl From<u64> for PeopleCount {
    fn from(people: u64) -> Self {
        let suppressed = people > 0 && !are_enough(people);
        Self { people: (!suppressed).then_some(people), suppressed }
    }
}

/// A number about people, or that it is about too few.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AnonymousCount {
    /// The number; null if it is suppressed.
    count: Option<u64>,
    /// It is about some people, but fewer than five.
    suppressed: bool,
}

impl AnonymousCount {
    /// `count` of what this many `people` did.
    #[must_use]
    pub fn of(count: u64, people: u64) -> Self {
        let suppressed = count > 0 && !are_enough(people);
        Self { count: (!suppressed).then_some(count), suppressed }
    }

    /// The number; 0 if it is suppressed.
    #[must_use]
    pub fn given(self) -> u64 {
        self.count.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_about_few_people_is_not_given() {
        for people in 1..FEWEST {
            assert_eq!(PeopleCount::from(people), PeopleCount { people: None, suppressed: true });
            let count = AnonymousCount::of(1000, people);
            assert_eq!((count, count.given()), (AnonymousCount { count: None, suppressed: true }, 0));
        }
        for people in [0, FEWEST, 1000] {
            assert_eq!(PeopleCount::from(people), PeopleCount { people: Some(people), suppressed: false });
        }
        assert_eq!(AnonymousCount::of(0, 0), AnonymousCount { count: Some(0), suppressed: false });
        assert_eq!(AnonymousCount::of(9, 5), AnonymousCount { count: Some(9), suppressed: false });
    }
}
