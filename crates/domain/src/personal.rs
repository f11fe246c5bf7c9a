//! Values inside events that leave with a person: readable while their subject's key exists, erased for ever after.
//!
//! [`Personal`] is for whoever may see the person's data, and masked for everybody else who reads events. [`Erasable`]
//! is what a person wrote for others to read, such as the title of a home: it is masked for nobody.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::UserId;

/// A value that belongs to a person. The journal stores it encrypted with that person's key; when the key is
/// gone it decodes as [`Personal::Erased`], so an erased person never poisons a consumer.
///
/// In clear JSON it is `{"$personal":{"subject":…,"value":…}}`; the journal turns that object into
/// `{"$sealed":…}` on the way in and back on the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Personal<T> {
    /// Readable.
    Clear {
        /// Whose it is.
        subject: UserId,
        /// What it is.
        value: T,
    },
    /// The subject's key is gone.
    Erased,
}

/// What a person wrote for others to read. The journal stores it encrypted with that person's key, as it does
/// [`Personal`], and marks it as readable: `{"$erasable":{"subject":…,"value":…}}` in clear JSON.
#[derive(Clone, Debug)]
pub enum Erasable<T> {
    /// Readable.
    Clear {
        /// Whose it is; [`UserId::default`] in what earlier schemas wrote in clear.
        subject: UserId,
        /// What it is.
        value: T,
    },
    /// The subject's key is gone.
    Erased,
}

/// The member name that marks a clear personal value.
pub const CLEAR: &str = "$personal";
/// The member name that marks a clear value that can be erased.
pub const ERASABLE: &str = "$erasable";
/// The member name that marks an encrypted personal value.
pub const SEALED: &str = "$sealed";
/// The member name that marks an erased personal value.
pub const ERASED: &str = "$erased";

impl<T> Personal<T> {
    /// `value`, belonging to `subject`.
    pub const fn of(subject: UserId, value: T) -> Self {
        Self::Clear { subject, value }
    }

    /// Whose it is, unless erased.
    pub const fn subject(&self) -> Option<UserId> {
        match self {
            Self::Clear { subject, .. } => Some(*subject),
            Self::Erased => None,
        }
    }

    /// The value, unless erased.
    pub const fn as_ref(&self) -> Option<&T> {
        match self {
            Self::Clear { value, .. } => Some(value),
            Self::Erased => None,
        }
    }

    /// The value, unless erased.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Clear { value, .. } => Some(value),
            Self::Erased => None,
        }
    }

    /// The same as `subject`'s.
    #[must_use]
    pub fn owned_by(self, subject: UserId) -> Self {
        match self {
            Self::Clear { value, .. } => Self::Clear { subject, value },
            Self::Erased => Self::Erased,
        }
    }
}

impl<T> Erasable<T> {
    /// `value`, written by `subject`.
    pub const fn of(subject: UserId, value: T) -> Self {
        Self::Clear { subject, value }
    }

    /// The value, unless erased.
    pub const fn as_ref(&self) -> Option<&T> {
        match self {
            Self::Clear { value, .. } => Some(value),
            Self::Erased => None,
        }
    }

    /// The same as `subject`'s: what earlier schemas wrote in clear says of nobody that it is theirs.
    #[must_use]
    pub fn owned_by(self, subject: UserId) -> Self {
        match self {
            Self::Clear { value, .. } => Self::Clear { subject, value },
            Self::Erased => Self::Erased,
        }
    }
}

impl Erasable<String> {
    /// The text; empty when it is erased.
    #[must_use]
    pub fn text(&self) -> &str {
        self.as_ref().map_or("", String::as_str)
    }
}

/// Equal is what says the same, whoever it belongs to.
impl<T: PartialEq> PartialEq for Erasable<T> {
    fn eq(&self, other: &Self) -> bool {
        self.as_ref() == other.as_ref()
    }
}

impl<T: Eq> Eq for Erasable<T> {}

#[derive(Serialize, Deserialize)]
struct Marked<T> {
    subject: UserId,
    value: T,
}

/// Writes a value below its marker, or that it is erased.
fn write<T: Serialize, S: Serializer>(
    serializer: S,
    marker: &'static str,
    value: Option<Marked<&T>>,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    match value {
        Some(value) => map.serialize_entry(marker, &value)?,
        None => map.serialize_entry(ERASED, &true)?,
    }
    map.end()
}

impl<T: Serialize> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let marked = match self {
            Self::Clear { subject, value } => Some(Marked { subject: *subject, value }),
            Self::Erased => None,
        };
        write(serializer, CLEAR, marked)
    }
}

impl<T: Serialize> Serialize for Erasable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let marked = match self {
            Self::Clear { subject, value } => Some(Marked { subject: *subject, value }),
            Self::Erased => None,
        };
        write(serializer, ERASABLE, marked)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let marked = deserializer.deserialize_map(Markers(CLEAR, PhantomData))?;
        Ok(marked.map_or(Self::Erased, |Marked { subject, value }| Self::Clear { subject, value }))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Erasable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let marked = deserializer.deserialize_map(Markers(ERASABLE, PhantomData))?;
        Ok(marked.map_or(Self::Erased, |Marked { subject, value }| Self::Clear { subject, value }))
    }
}

/// Reads what [`write`] wrote.
struct Markers<T>(&'static str, PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Markers<T> {
    type Value = Option<Marked<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a value marked as {}", self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let marker: Option<Cow<'de, str>> = map.next_key()?;
        match marker.as_deref() {
            Some(ERASED) => map.next_value::<IgnoredAny>().map(|_| None),
            Some(marker) if marker == self.0 => map.next_value().map(Some),
            _ => Err(A::Error::custom(format_args!("expected a value marked as {}", self.0))),
        }
    }
}
