//! How a product is stored in the index: words to search, columns to filter, count and sort by. Values that the rows hold
//! are not stored again.

use std::collections::BTreeSet;

use domain::search_text::fold;
use tantivy::TantivyDocument;
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};

use super::columns::sort_name_of;
use crate::engine::Indexed as _;
use crate::engine::text_column::shown;
use crate::products::listed_product::{ListedProduct, STEP};
use crate::products::words::product_key;

/// The fields.
#[derive(Clone, Copy, Debug)]
pub struct ProductFields {
    pub key: Field,
    pub tenant: Field,
    pub sku: Field,
    /// Name, categories, description and the rest, in the order of [`ListedProduct::texts`].
    pub texts: [Field; 4],
    id: Field,
    price: Field,
    created: Field,
    clicks: Field,
    purchases: Field,
    trend: Field,
    stocked: Field,
    checksum: Field,
    sort_name: Field,
    path: Field,
    category: Field,
    tag: Field,
    attribute: Field,
}

/// The key by which a category, a tag or a part of an attribute is compared.
#[must_use]
pub fn facet_key(text: &str) -> String {
    fold(text.trim())
}

/// The key of an attribute with its value.
#[must_use]
pub fn attribute_key(name: &str, value: &str) -> String {
    format!("{}{STEP}{}", facet_key(name), facet_key(value))
}

impl ProductFields {
    /// The schema and its fields.
    pub fn schema() -> (Schema, Self) {
        let mut builder = Schema::builder();
        let indexing = |tokenizer| {
            TextFieldIndexing::default()
                .set_tokenizer(tokenizer)
                .set_fieldnorms(false)
                .set_index_option(IndexRecordOption::Basic)
        };
        let whole = TextOptions::default().set_indexing_options(indexing("raw"));
        let words = TextOptions::default().set_indexing_options(indexing("whitespace"));
        let column = TextOptions::default().set_fast("raw");
        let fields = Self {
            key: builder.add_bytes_field("key", INDEXED),
            tenant: builder.add_text_field("tenant", whole.clone()),
            sku: builder.add_text_field("sku", whole),
            texts: ["name", "categories", "description", "rest"]
                .map(|name| builder.add_text_field(name, words.clone())),
            id: builder.add_u64_field("id", FAST),
            price: builder.add_i64_field("price", FAST),
            created: builder.add_i64_field("created", FAST),
            clicks: builder.add_u64_field("clicks", FAST),
            purchases: builder.add_u64_field("purchases", FAST),
            trend: builder.add_f64_field("trend", FAST),
            stocked: builder.add_u64_field("stocked", FAST),
            checksum: builder.add_u64_field("checksum", FAST),
            sort_name: builder.add_text_field("sortName", column.clone()),
            path: builder.add_text_field("path", column.clone()),
            category: builder.add_text_field("category", column.clone()),
            tag: builder.add_text_field("tag", column.clone()),
            attribute: builder.add_text_field("attribute", column),
        };
        (builder.build(), fields)
    }

    /// The document of a product.
    pub fn document(&self, product: &ListedProduct) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        let (details, popularity) = (&product.details, &product.popularity);
        let content = &details.content;
        document.add_bytes(self.key, &ListedProduct::key(&product.tenant, details.id));
        document.add_text(self.tenant, product.tenant.as_str());
        document.add_text(self.sku, &content.sku);
        for (field, text) in self.texts.iter().zip(product.texts()) {
            document.add_text(*field, product_key(&text));
        }
        document.add_u64(self.id, details.id.number());
        document.add_i64(self.price, content.price.paise());
        document.add_i64(self.created, details.created_at.micros());
        document.add_u64(self.clicks, popularity.clicks);
        document.add_u64(self.purchases, popularity.purchases);
        if let Some(level) = popularity.trend().level() {
            document.add_f64(self.trend, level);
        }
        document.add_u64(self.stocked, details.in_stock().into());
        document.add_u64(self.checksum, product.checksum());
        document.add_text(self.sort_name, sort_name_of(content.name.text()));
        document.add_text(self.path, product.category_path());
        Self::add_texts(&mut document, self.category, &content.categories);
        Self::add_texts(&mut document, self.tag, &product.tags());
        for (name, value) in content.attributes() {
            let text = format!("{}{STEP}{}", name.trim(), value.trim());
            document.add_text(self.attribute, shown(&attribute_key(name, value), &text));
        }
        document
    }

    /// A text counts once, however often and however it is written.
    fn add_texts(document: &mut TantivyDocument, field: Field, texts: &[String]) {
        let mut added = BTreeSet::new();
        for text in texts {
            let key = facet_key(text);
            let column_text = shown(&key, text);
            if added.insert(key) {
                document.add_text(field, column_text);
            }
        }
    }
}
