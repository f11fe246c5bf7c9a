//! The direction that a home faces. Owners write it in their own words.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fields::Choice;

/// One of the eight directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Facing {
    East,
    West,
    North,
    South,
    NorthEast,
    NorthWest,
    SouthEast,
    SouthWest,
}

impl Choice for Facing {
    const ALL: &'static [(&'static str, Self)] = &[
        ("EAST", Self::East),
        ("WEST", Self::West),
        ("NORTH", Self::North),
        ("SOUTH", Self::South),
        ("NORTH_EAST", Self::NorthEast),
        ("NORTH_WEST", Self::NorthWest),
        ("SOUTH_EAST", Self::SouthEast),
        ("SOUTH_WEST", Self::SouthWest),
    ];

    const SYNONYMS: &'static [(&'static str, Self)] = &[
        ("E", Self::East),
        ("W", Self::West),
        ("N", Self::North),
        ("S", Self::South),
        ("NORTHEAST", Self::NorthEast),
        ("NE", Self::NorthEast),
        ("N_E", Self::NorthEast),
        ("NORTHWEST", Self::NorthWest),
        ("NW", Self::NorthWest),
        ("N_W", Self::NorthWest),
        ("SOUTHEAST", Self::SouthEast),
        ("SE", Self::SouthEast),
        ("S_E", Self::SouthEast),
        ("SOUTHWEST", Self::SouthWest),
        ("SW", Self::SouthWest),
        ("S_W", Self::SouthWest),
    ];
}

/// Words beside a direction that do not change it.
const IDLE: [&str; 3] = ["FACING", "FACE", "SIDE"];

impl Facing {
    /// The direction that an owner's words name, such as `North-East facing`; `None` for other words, and for two
    /// directions.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        let text = text.to_uppercase();
        let words: Vec<&str> = text
            .split(|c: char| !c.is_alphabetic())
            .filter(|word| !word.is_empty() && !IDLE.contains(word))
            .collect();
        Self::from_word(&words.join("_"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_direction_is_understood_in_the_words_of_owners() {
        for (text, facing) in [
            ("East", Some(Facing::East)),
            ("north-east", Some(Facing::NorthEast)),
            ("North East Facing", Some(Facing::NorthEast)),
            ("N.E.", Some(Facing::NorthEast)),
            ("SW", Some(Facing::SouthWest)),
            ("south side", Some(Facing::South)),
            ("East, West", None),
            ("the lake", None),
            ("", None),
        ] {
            assert_eq!(Facing::of_text(text), facing, "{text}");
        }
    }
}
