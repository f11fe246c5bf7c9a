//! Personal data inside events: readable while its subject's key exists, erased for ever after.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

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

impl<'de, T: DeserializeOwned> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let mut map = serde_json::Map::<String, Value>::deserialize(deserializer)?;
        if map.contains_key(ERASED) {
            return Ok(Self::Erased);
        }
        let inner = map.remove(CLEAR).ok_or_else(|| D::Error::custom("expected a personal value"))?;
        let Marked { subject, value } = serde_json::from_value(inner).map_err(D::Error::custom)?;
        Ok(Self::Clear { subject, value })
    }
}
