//! Personal values inside events. They are readable as long as the key of their subject exists, and erased for
//! ever once it is destroyed.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::UserId;

/// A personal value. Readers of events see a mask, unless they may see the person's data.
pub type Personal<T> = Owned<T, false>;

/// Text that a person wrote for others to read, such as the title of a home. Every reader of events sees it.
pub type Erasable<T> = Owned<T, true>;

/// A value that belongs to a person. The journal stores it encrypted with that person's key. When the key is
/// gone it decodes as [`Owned::Erased`], so an erased person never makes a consumer fail. `READABLE` values are
/// not masked when an event is shown.
///
/// In clear JSON it is `{"$personal":{"subject":…,"value":…}}`, or `$erasable` if it is readable. The journal
/// replaces that object by `{"$sealed":…}` on writing and restores it on reading.
#[derive(Clone, Debug)]
pub enum Owned<T, const READABLE: bool> {
    /// Readable.
    Clear {
        /// The person it belongs to; [`UserId::default`] for values that earlier schemas wrote in clear.
        subject: UserId,
        /// The value.
        value: T,
    },
    /// The subject's key is gone.
    Erased,
}

/// The member name that marks a personal value in clear.
pub const CLEAR: &str = "$personal";
/// The member name that marks an erasable value in clear.
pub const ERASABLE: &str = "$erasable";
/// The member name that marks an encrypted value of either kind.
pub const SEALED: &str = "$sealed";
/// The member name that marks an erased value of either kind.
pub const ERASED: &str = "$erased";

impl<T, const READABLE: bool> Owned<T, READABLE> {
    /// The member name that marks this kind of value in clear.
    pub const MARKER: &str = if READABLE { ERASABLE } else { CLEAR };

    /// A `value` that belongs to `subject`.
    pub const fn of(subject: UserId, value: T) -> Self {
        Self::Clear { subject, value }
    }

    /// The person it belongs to, unless erased.
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

    /// The same value, belonging to `subject`. Earlier schemas wrote values in clear without a subject.
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

/// Readable values are compared without their subject, so that rewriting the same text is no change.
impl<T: PartialEq, const READABLE: bool> PartialEq for Owned<T, READABLE> {
    fn eq(&self, other: &Self) -> bool {
        self.as_ref() == other.as_ref() && (READABLE || self.subject() == other.subject())
    }
}

impl<T: Eq, const READABLE: bool> Eq for Owned<T, READABLE> {}

#[derive(Serialize, Deserialize)]
struct Marked<T> {
    subject: UserId,
    value: T,
}

impl<T: Serialize, const READABLE: bool> Serialize for Owned<T, READABLE> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Clear { subject, value } => {
                map.serialize_entry(Self::MARKER, &Marked { subject: *subject, value })?;
            }
            Self::Erased => {
                map.serialize_entry(ERASED, &true)?;
            }
        }
        map.end()
    }
}

impl<'de, T: Deserialize<'de>, const READABLE: bool> Deserialize<'de> for Owned<T, READABLE> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Markers(PhantomData))
    }
}

struct Markers<T, const READABLE: bool>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const READABLE: bool> Visitor<'de> for Markers<T, READABLE> {
    type Value = Owned<T, READABLE>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a value marked as {}", Owned::<T, READABLE>::MARKER)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let marker: Option<Cow<'de, str>> = map.next_key()?;
        match marker.as_deref() {
            Some(ERASED) => map.next_value::<IgnoredAny>().map(|_| Owned::Erased),
            Some(marker) if marker == Owned::<T, READABLE>::MARKER => {
                let Marked { subject, value } = map.next_value()?;
                Ok(Owned::Clear { subject, value })
            }
            _ => Err(A::Error::custom(format_args!("expected {}", Owned::<T, READABLE>::MARKER))),
        }
    }
}
