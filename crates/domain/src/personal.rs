//! Personal data inside events: readable while its subject's key exists, erased for ever after.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
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

/// The member name that marks a clear personal value.
pub const CLEAR: &str = "$personal";
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
}

#[derive(Serialize, Deserialize)]
struct Marked<T> {
    subject: UserId,
    value: T,
}

impl<T: Serialize> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Clear { subject, value } => {
                map.serialize_entry(CLEAR, &Marked { subject: *subject, value })?;
            }
            Self::Erased => {
                map.serialize_entry(ERASED, &true)?;
            }
        }
        map.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Markers(PhantomData))
    }
}

struct Markers<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Markers<T> {
    type Value = Personal<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a personal value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Personal<T>, A::Error> {
        let marker: Option<Cow<'de, str>> = map.next_key()?;
        match marker.as_deref() {
            Some(CLEAR) => {
                let Marked { subject, value } = map.next_value()?;
                Ok(Personal::Clear { subject, value })
            }
            Some(ERASED) => map.next_value::<IgnoredAny>().map(|_| Personal::Erased),
            _ => Err(A::Error::custom("expected a personal value")),
        }
    }
}
