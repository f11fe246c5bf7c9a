//! A number of bedrooms. Half a room is a room without a door of its own, so 2.5 BHK exists.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number of bedrooms, in halves: 0 to 50.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rooms(u8);

impl Rooms {
    /// The most rooms a home can have.
    pub const MOST: u8 = 50;
    /// A room with a kitchen and no bedroom (1 RK).
    pub const ROOM_AND_KITCHEN: Self = Self(1);

    /// This many whole rooms; at most [`Self::MOST`].
    #[must_use]
    pub const fn whole(number: u8) -> Self {
        Self(2 * if number > Self::MOST { Self::MOST } else { number })
    }

    /// This many halves; at most twice [`Self::MOST`].
    #[must_use]
    pub const fn from_halves(halves: u8) -> Self {
        Self(if halves > 2 * Self::MOST { 2 * Self::MOST } else { halves })
    }

    /// The number of halves.
    #[must_use]
    pub const fn halves(self) -> u8 {
        self.0
    }

    /// The number as JSON shows it: 2 or 2.5.
    #[must_use]
    pub fn number(self) -> f64 {
        f64::from(self.0) / 2.0
    }

    /// A number with at most one half, such as 2 or 2.5.
    #[must_use]
    pub fn from_number(number: f64) -> Option<Self> {
        (0..=2 * Self::MOST).map(Self).find(|rooms| (rooms.number() - number).abs() < 1e-9)
    }

    /// Reads `2`, `2.5`, `3 BHK`, `2½ bhk`, `1 RK`.
    ///
    /// # Errors
    /// With a message for the person.
    pub fn from_text(text: &str) -> Result<Self, &'static str> {
        let text = text.to_lowercase().replace('½', ".5");
        let digits = text.trim();
        let ends = digits.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(digits.len());
        let (digits, word) = digits.split_at(ends);
        let number: Option<f64> = digits.parse().ok();
        match (word.trim().trim_end_matches('.'), number) {
            ("rk" | "room kitchen" | "room-kitchen", Some(1.0)) => Ok(Self::ROOM_AND_KITCHEN),
            ("" | "bhk" | "bed" | "beds" | "bedroom" | "bedrooms" | "br", Some(number)) => {
                let fits = number <= f64::from(Self::MOST);
                Self::from_number(number).ok_or(if fits { HALVES } else { RANGE })
            }
            _ => Err("must be a number of rooms, such as 2, 2.5 or 3 BHK"),
        }
    }
}

const HALVES: &str = "must be a number of whole or half rooms, such as 2 or 2.5";
const RANGE: &str = "must be between 0 and 50";

impl fmt::Display for Rooms {
    /// `2` or `2.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.0 / 2, if self.0 % 2 == 1 { ".5" } else { "" })
    }
}

impl Serialize for Rooms {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Whole numbers stay integers, as in events written before halves existed.
        if self.0.is_multiple_of(2) {
            serializer.serialize_u8(self.0 / 2)
        } else {
            serializer.serialize_f64(self.number())
        }
    }
}

impl<'de> Deserialize<'de> for Rooms {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        Self::from_number(number).ok_or_else(|| serde::de::Error::custom(HALVES))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_call_rooms() {
        for (text, halves) in [
            ("2", 4),
            ("2.5", 5),
            ("3 BHK", 6),
            ("3bhk", 6),
            ("2½ BHK", 5),
            ("1 RK", 1),
            ("1rk", 1),
            ("50", 100),
        ] {
            assert_eq!(Rooms::from_text(text), Ok(Rooms(halves)), "{text}");
        }
        for text in ["", "many", "-1", "2.3", "51", "2 rk", "2,5", "3 baths"] {
            assert!(Rooms::from_text(text).is_err(), "{text}");
        }
    }

    #[test]
    fn whole_rooms_are_written_as_integers() {
        for (json, rooms) in [("3", Rooms::whole(3)), ("2.5", Rooms::from_halves(5)), ("0", Rooms::default())]
        {
            assert_eq!(serde_json::to_string(&rooms).unwrap(), json);
            assert_eq!(serde_json::from_str::<Rooms>(json).unwrap(), rooms);
        }
        assert_eq!(serde_json::from_str::<Rooms>("3.0").unwrap(), Rooms::whole(3));
        assert!(serde_json::from_str::<Rooms>("2.4").is_err());
    }
}
