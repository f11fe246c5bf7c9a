//! What is written about a product.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::fields::Choice;
use crate::id::UserId;
use crate::money::Paise;
use crate::personal::Erasable;

/// What is written about a product, without its status and its stock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductContent {
    /// Its name.
    pub name: Erasable<String>,
    /// Its description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Erasable<String>>,
    /// Its categories, from the widest to the narrowest.
    pub categories: Vec<String>,
    /// The price of one, in major units of the currency.
    pub price: Paise,
    /// The currency of the price.
    pub currency: Currency,
    /// The seller's article number: capital letters, digits, hyphens and underscores. Unique in the tenant.
    pub sku: String,
    /// Its attributes by name, such as `color`; `None` if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributes: Option<Erasable<BTreeMap<String, String>>>,
    /// Addresses of its images; `None` if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images: Option<Erasable<Vec<String>>>,
}

static NO_ATTRIBUTES: BTreeMap<String, String> = BTreeMap::new();

/// The currency of a price. All of them have two decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the codes of ISO 4217 say it")]
pub enum Currency {
    #[default]
    Inr,
    Usd,
    Eur,
    Gbp,
    Aed,
}

impl Choice for Currency {
    const ALL: &'static [(&'static str, Self)] =
        &[("INR", Self::Inr), ("USD", Self::Usd), ("EUR", Self::Eur), ("GBP", Self::Gbp), ("AED", Self::Aed)];
}

/// Whether a product is on sale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProductStatus {
    /// On sale.
    #[default]
    Active,
    /// Not on sale now.
    Inactive,
    /// Not on sale any more.
    Discontinued,
}

impl Choice for ProductStatus {
    const ALL: &'static [(&'static str, Self)] =
        &[("ACTIVE", Self::Active), ("INACTIVE", Self::Inactive), ("DISCONTINUED", Self::Discontinued)];
}

impl ProductContent {
    /// The content with its texts belonging to `seller`.
    #[must_use]
    pub fn owned_by(self, seller: UserId) -> Self {
        Self {
            name: self.name.owned_by(seller),
            description: self.description.map(|text| text.owned_by(seller)),
            attributes: self.attributes.map(|attributes| attributes.owned_by(seller)),
            images: self.images.map(|images| images.owned_by(seller)),
            ..self
        }
    }

    /// Its attributes by name.
    #[must_use]
    pub fn attributes(&self) -> &BTreeMap<String, String> {
        self.attributes.as_ref().and_then(Erasable::as_ref).unwrap_or(&NO_ATTRIBUTES)
    }

    /// Addresses of its images.
    #[must_use]
    pub fn images(&self) -> &[String] {
        self.images.as_ref().and_then(Erasable::as_ref).map_or(&[], Vec::as_slice)
    }

    /// Takes away what its seller wrote.
    pub fn erase(&mut self) {
        self.name = Erasable::Erased;
        self.description = self.description.take().map(|_| Erasable::Erased);
        self.attributes = self.attributes.take().map(|_| Erasable::Erased);
        self.images = self.images.take().map(|_| Erasable::Erased);
    }

    /// The fields in which `new` differs, named as in requests, each with its value in `self`.
    #[must_use]
    pub fn replaced_by(&self, new: &Self) -> Map<String, Value> {
        let attributes: Map<String, Value> =
            self.attributes().iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        let fields: [(&str, bool, Value); 8] = [
            ("name", self.name != new.name, self.name.text().into()),
            (
                "description",
                self.description != new.description,
                self.description.as_ref().map(Erasable::text).into(),
            ),
            ("categories", self.categories != new.categories, self.categories.clone().into()),
            ("price", self.price != new.price, Value::Number(self.price.to_json())),
            ("currency", self.currency != new.currency, self.currency.word().into()),
            ("sku", self.sku != new.sku, self.sku.as_str().into()),
            ("attributes", self.attributes != new.attributes, attributes.into()),
            ("images", self.images != new.images, self.images().to_vec().into()),
        ];
        fields
            .into_iter()
            .filter(|(_, differs, _)| *differs)
            .map(|(name, _, value)| (name.to_owned(), value))
            .collect()
    }
}
