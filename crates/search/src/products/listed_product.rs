//! A product on sale, as it is searched and shown.

use domain::product::{Popularity, ProductDetails};
use domain::{Erasable, TenantId, Version};

/// The relevance weight of a name.
pub const NAME: f32 = 4.0;
/// The relevance weight of a category.
pub const CATEGORIES: f32 = 2.0;
/// The relevance weight of a description.
pub const DESCRIPTION: f32 = 1.0;
/// The relevance weight of the other texts: SKU, attributes and tags.
pub const REST: f32 = 0.5;
/// What is added when the whole search is the product's SKU.
pub const EXACT_SKU: f32 = 8.0;

/// Separates the names of a category path.
pub const STEP: char = '\u{1e}';

/// A product on sale.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedProduct {
    /// The tenant in whose catalogue it is.
    pub tenant: TenantId,
    /// What its events say.
    pub details: ProductDetails,
    /// How often it was opened and bought.
    pub popularity: Popularity,
    /// Its version.
    pub version: Version,
}

impl ListedProduct {
    /// The searchable texts: name, categories, description and the rest.
    #[must_use]
    pub fn texts(&self) -> [String; 4] {
        let content = &self.details.content;
        let attributes = content.attributes().iter().flat_map(|(name, value)| [name.clone(), value.clone()]);
        let rest = std::iter::once(content.sku.clone()).chain(attributes);
        [
            content.name.text().to_owned(),
            content.categories.join(" "),
            content.description.as_ref().map(Erasable::text).unwrap_or_default().to_owned(),
            rest.chain(self.tags()).collect::<Vec<_>>().join(" "),
        ]
    }

    /// Its tags.
    #[must_use]
    pub fn tags(&self) -> Vec<String> {
        self.details.tags(&self.popularity)
    }

    /// Its categories as one path.
    #[must_use]
    pub fn category_path(&self) -> String {
        self.details.content.categories.join(&STEP.to_string())
    }

    /// Differs, in all likelihood, when anything differs that the index is made from.
    #[must_use]
    pub fn checksum(&self) -> u64 {
        let Self { details, popularity, version, .. } = self;
        let details = serde_json::to_string(details).unwrap_or_default();
        // FNV-1a: the same in every build, unlike the hashers of the standard library.
        let start = 0xcbf2_9ce4_8422_2325_u64;
        format!("{version} {popularity:?} {details}")
            .bytes()
            .fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }
}
