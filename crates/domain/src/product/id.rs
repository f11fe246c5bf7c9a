//! Product ids: whole numbers from 1, as the clients of the earlier system write them (`/products/1`).

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use utoipa::openapi::{ObjectBuilder, RefOr, Type};
use utoipa::{PartialSchema, ToSchema};

/// The id of a product, unique in its tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProductId(NonZeroU32);

/// The text is not the id of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number from 1")]
pub struct NotAProductId;

impl ProductId {
    /// The first id of a tenant.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// The id with this number; `None` for 0 and for more than 32 bits.
    #[must_use]
    pub fn of(number: u64) -> Option<Self> {
        NonZeroU32::new(u32::try_from(number).ok()?).map(Self)
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> u64 {
        u64::from(self.0.get())
    }

    /// The next id; `None` after the last one.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }
}

impl fmt::Display for ProductId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ProductId {
    type Err = NotAProductId;

    /// Only plain digits without leading zeros, so that an id has one spelling.
    fn from_str(text: &str) -> Result<Self, NotAProductId> {
        let is_plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
        text.parse().ok().filter(|_| is_plain).map(Self).ok_or(NotAProductId)
    }
}

impl JsonSchema for ProductId {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ProductId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "minimum": 1, "maximum": u32::MAX})
    }
}

impl PartialSchema for ProductId {
    fn schema() -> RefOr<utoipa::openapi::Schema> {
        let id = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(u32::MAX));
        id.description(Some("The id of a product: a whole number from 1.")).examples([1]).into()
    }
}

impl ToSchema for ProductId {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        assert_eq!("17".parse::<ProductId>().unwrap().number(), 17);
        for text in ["", "0", "-1", "+1", "01", "1.0", "1e3", "4294967296", "abc", "１"] {
            assert_eq!(text.parse::<ProductId>(), Err(NotAProductId), "{text}");
        }
    }
}
