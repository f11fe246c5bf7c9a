//! Products as read from requests: a whole one, and changes of one.

use std::collections::BTreeMap;

use serde_json::Value;

use super::content::{Currency, ProductContent, ProductStatus};
use super::stock::MOST_STOCK;
use crate::fields::{Fields, MemberKind};
use crate::id::UserId;
use crate::money::Paise;
use crate::personal::Erasable;
use crate::text;

/// The greatest price: 99,999,999.99.
const MOST_PAISE: i64 = 9_999_999_999;
/// The most categories, images and attributes of a product.
const MOST_CATEGORIES: usize = 20;
const MOST_IMAGES: usize = 20;
const MOST_ATTRIBUTES: usize = 50;

const NO_CATEGORY: &str = "must hold at least one category, and none that is blank";
const BAD_SKU: &str = "must hold only letters A to Z, digits, - and _";
const BAD_IMAGES: &str = "must be addresses that begin with http:// or https://";
const BAD_ATTRIBUTES: &str = "must be an object of names and values, none of them blank";

/// A new product. Its texts do not belong to anybody yet.
#[derive(Clone, Debug, PartialEq)]
pub struct ProductDraft {
    content: ProductContent,
    /// Its status.
    pub status: ProductStatus,
    /// How many there are; `None` if nobody counts them.
    pub stock: Option<u64>,
}

impl ProductDraft {
    /// Reads a new product. `name`, `categories`, `price` and `sku` are required.
    pub fn read(f: &mut Fields<'_>) -> Option<Self> {
        let name = f.text("name", 1..=255);
        let name = f.required("name", name);
        let description = f.prose("description", 1..=5000);
        let categories = categories(f);
        let categories = f.required("categories", categories);
        let price = price(f);
        let price = f.required("price", price);
        let currency = f.choice("currency").unwrap_or_default();
        let sku = sku(f);
        let sku = f.required("sku", sku);
        let attributes = attributes(f).unwrap_or_default();
        let images = images(f).unwrap_or_default();
        let status = f.choice("status").unwrap_or_default();
        let stock = stock(f);
        let (name, description) = (unowned(name?), description.map(unowned));
        let (categories, price, sku) = (categories?, price?, sku?);
        let attributes = attributes.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let (attributes, images) = (stated(attributes, BTreeMap::is_empty), stated(images, Vec::is_empty));
        let content =
            ProductContent { name, description, categories, price, currency, sku, attributes, images };
        Some(Self { content, status, stock })
    }

    /// The content, belonging to `seller`.
    #[must_use]
    pub fn owned_by(&self, seller: UserId) -> ProductContent {
        self.content.clone().owned_by(seller)
    }

    /// Its SKU.
    #[must_use]
    pub fn sku(&self) -> &str {
        &self.content.sku
    }
}

/// What null means in a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NullMeans {
    /// Nothing: the field stays as it is.
    Unchanged,
    /// The field is taken away (RFC 7396).
    Removed,
}

/// Changes of a product. Fields that are `None` stay as they are.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::option_option, reason = "absent is one thing, taken away another")]
pub struct ProductChanges {
    name: Option<String>,
    description: Option<Option<String>>,
    categories: Option<Vec<String>>,
    price: Option<Paise>,
    currency: Option<Currency>,
    sku: Option<String>,
    attributes: Option<AttributeChanges>,
    images: Option<Vec<String>>,
    /// The new status.
    pub status: Option<ProductStatus>,
    /// The new stock; `Some(None)` if nobody counts them any more.
    pub stock: Option<Option<u64>>,
}

#[derive(Clone, Debug, PartialEq)]
enum AttributeChanges {
    Replace(BTreeMap<String, Option<String>>),
    /// An attribute without a value is taken away.
    Merge(BTreeMap<String, Option<String>>),
}

impl ProductChanges {
    /// Reads a change of a part of a product.
    pub fn read(f: &mut Fields<'_>, null: NullMeans) -> Option<Self> {
        let merges = null == NullMeans::Removed;
        for field in ["name", "categories", "price", "currency", "sku", "status"] {
            if merges && f.given(field).is_some_and(Value::is_null) {
                f.wrong(field, "cannot be taken away");
            }
            // A blank text is no way to leave a field as it is.
            if f.given(field).and_then(Value::as_str).is_some_and(text::is_blank) {
                f.wrong(field, "must not be blank");
            }
        }
        let is_removed = |f: &Fields<'_>, field| merges && f.given(field).is_some_and(Value::is_null);
        let name = f.text("name", 1..=255);
        let description = f.prose("description", 1..=5000).map(Some);
        let description = description.or(is_removed(f, "description").then_some(None));
        let categories = categories(f);
        let price = price(f);
        let currency = f.choice("currency");
        let sku = sku(f);
        let attributes =
            attributes(f).map(if merges { AttributeChanges::Merge } else { AttributeChanges::Replace });
        let none = || AttributeChanges::Replace(BTreeMap::new());
        let attributes = attributes.or_else(|| is_removed(f, "attributes").then(none));
        let images = images(f).or_else(|| is_removed(f, "images").then(Vec::new));
        let status = f.choice("status");
        let stock = stock(f).map(Some).or(is_removed(f, "stock").then_some(None));
        Some(Self { name, description, categories, price, currency, sku, attributes, images, status, stock })
    }

    /// The new SKU, if there is one.
    #[must_use]
    pub fn sku(&self) -> Option<&str> {
        self.sku.as_deref()
    }

    /// The content after these changes.
    #[must_use]
    pub fn applied_to(self, content: &ProductContent) -> ProductContent {
        let old = content.clone();
        let attributes = match self.attributes {
            None => old.attributes,
            Some(AttributeChanges::Replace(new)) => stated(merged(BTreeMap::new(), new), BTreeMap::is_empty),
            Some(AttributeChanges::Merge(new)) => {
                stated(merged(content.attributes().clone(), new), BTreeMap::is_empty)
            }
        };
        ProductContent {
            name: self.name.map_or(old.name, unowned),
            description: self.description.map_or(old.description, |text| text.map(unowned)),
            categories: self.categories.unwrap_or(old.categories),
            price: self.price.unwrap_or(old.price),
            currency: self.currency.unwrap_or(old.currency),
            sku: self.sku.unwrap_or(old.sku),
            attributes,
            images: self.images.map_or(old.images, |images| stated(images, Vec::is_empty)),
        }
    }
}

fn unowned<T>(value: T) -> Erasable<T> {
    Erasable::of(UserId::default(), value)
}

/// A value that is not empty.
fn stated<T>(value: T, is_empty: impl Fn(&T) -> bool) -> Option<Erasable<T>> {
    (!is_empty(&value)).then(|| unowned(value))
}

fn merged(
    mut attributes: BTreeMap<String, String>,
    changes: BTreeMap<String, Option<String>>,
) -> BTreeMap<String, String> {
    for (name, value) in changes {
        match value {
            Some(value) => drop(attributes.insert(name, value)),
            None => drop(attributes.remove(&name)),
        }
    }
    attributes
}

fn categories(f: &mut Fields<'_>) -> Option<Vec<String>> {
    let blank = |value: &Value| value.as_str().is_some_and(text::is_blank);
    let is_partly_blank =
        f.raw("categories").and_then(Value::as_array).is_some_and(|all| all.iter().any(blank));
    let was_given = f.given("categories").is_some_and(|value| !value.is_null());
    let categories = f.list("categories", MOST_CATEGORIES);
    if categories.is_empty() || is_partly_blank {
        if was_given {
            f.wrong("categories", NO_CATEGORY);
        }
        return None;
    }
    Some(categories)
}

fn price(f: &mut Fields<'_>) -> Option<Paise> {
    let price = f.money("price")?;
    if price.paise() > MOST_PAISE {
        f.wrong("price", "must be at most 99999999.99");
        return None;
    }
    Some(price)
}

fn sku(f: &mut Fields<'_>) -> Option<String> {
    let sku = f.text("sku", 1..=100)?;
    normal_sku(&sku).map_err(|message| f.wrong("sku", message)).ok()
}

/// The one spelling of a SKU: in capital letters.
///
/// # Errors
/// When it has other characters.
pub fn normal_sku(text: &str) -> Result<String, &'static str> {
    let sku = text.trim().to_ascii_uppercase();
    let is_plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    if !sku.is_empty() && sku.bytes().all(is_plain) { Ok(sku) } else { Err(BAD_SKU) }
}

fn stock(f: &mut Fields<'_>) -> Option<u64> {
    let most = i64::try_from(MOST_STOCK).unwrap_or(i64::MAX);
    f.whole("stock", 0..=most).and_then(|stock| u64::try_from(stock).ok())
}

fn images(f: &mut Fields<'_>) -> Option<Vec<String>> {
    f.asks("images", || MemberKind::Values(MOST_IMAGES, 2000));
    let images = f.raw("images")?;
    let address = |value: &Value| {
        let text = value.as_str()?.trim();
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
        let is_address =
            |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '"' | '\\');
        (!rest.is_empty() && text.len() <= 2000 && text.chars().all(is_address)).then(|| text.to_owned())
    };
    let read: Option<Vec<String>> = images.as_array().and_then(|all| all.iter().map(address).collect());
    match read {
        None => f.wrong("images", BAD_IMAGES),
        Some(images) if images.len() > MOST_IMAGES => {
            f.wrong("images", format!("must hold at most {MOST_IMAGES} entries"));
        }
        Some(images) => return Some(images),
    }
    None
}

/// The attributes; an attribute that is null has no value. Numbers, true and false are read as their texts.
fn attributes(f: &mut Fields<'_>) -> Option<BTreeMap<String, Option<String>>> {
    f.asks("attributes", || MemberKind::Map(Box::new(MemberKind::Text(1..=500))));
    let Some(members) = f.raw("attributes")?.as_object() else {
        f.wrong("attributes", BAD_ATTRIBUTES);
        return None;
    };
    let mut attributes = BTreeMap::new();
    for (name, value) in members {
        let kept = match value {
            Value::Null => Some(None),
            Value::String(text) => readable(text, 500).map(Some),
            Value::Number(number) => Some(Some(number.to_string())),
            Value::Bool(flag) => Some(Some(flag.to_string())),
            Value::Array(_) | Value::Object(_) => None,
        };
        let (Some(name), Some(value)) = (readable(name, 60), kept) else {
            f.wrong("attributes", BAD_ATTRIBUTES);
            return None;
        };
        attributes.insert(name, value);
    }
    if attributes.len() > MOST_ATTRIBUTES {
        f.wrong("attributes", format!("must hold at most {MOST_ATTRIBUTES} entries"));
        return None;
    }
    Some(attributes)
}

/// A short text of one line as it is kept; `None` if it is blank, too long or deceives.
fn readable(given: &str, most: usize) -> Option<String> {
    let kept = text::cleaned(given);
    let odd = |c: char| c.is_control() || text::is_line_break(c) || text::is_override(c);
    let fits = !text::is_blank(&kept) && kept.chars().count() <= most && !kept.contains(odd);
    fits.then(|| kept.into_owned())
}
