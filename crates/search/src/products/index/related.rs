//! Products that are like another one: those that share its rarest words.
//!
//! Each shared word counts its BM25 weight (how rare it is among all products) times the weight of the text that has it.
//! How often a word stands in a text does not matter.

use std::collections::HashMap;

use domain::ProductId;
use tantivy::{DocId, InvertedIndexReader};

use super::each_of_tenant;
use super::fields::ProductFields;
use super::pass::WEIGHTS;
use crate::engine::view::View;
use crate::engine::word_matches::each;
use crate::products::listed_product::ListedProduct;
use crate::products::words::product_words;

/// The texts that are compared: name, categories and description.
const COMPARED: usize = 3;
/// Only so many words are compared, the rarest.
const MOST_WORDS: usize = 50;
/// What a popular product gains at most.
const POPULAR: f64 = 0.1;

/// A product that is like another one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RelatedProduct {
    /// Its id.
    pub id: ProductId,
    /// How alike it is.
    pub score: f64,
}

/// A word in a text, and what sharing it is worth.
struct SharedWord {
    text: usize,
    word: String,
    worth: f32,
}

/// At most `most` other products of the same tenant that share words with `product`, the most alike first.
pub fn to(
    view: &View<ListedProduct>,
    fields: &ProductFields,
    product: &ListedProduct,
    most: usize,
) -> tantivy::Result<Vec<RelatedProduct>> {
    let words = words_of(view, fields, product)?;
    let mut found = Vec::new();
    for (segment, columns) in view.segments() {
        let mut scores = vec![0.0_f32; segment.max_doc() as usize];
        for SharedWord { text, word, worth } in &words {
            let Some(field) = fields.texts.get(*text) else { continue };
            add(&*segment.inverted_index(*field)?, word, *worth, &mut scores)?;
        }
        each_of_tenant(segment, fields, &product.tenant, |doc: DocId| {
            let score = scores.get(doc as usize).copied().unwrap_or_default();
            let Some(values) = columns.values(doc).filter(|values| values.id != product.details.id) else {
                return;
            };
            if score > 0.0 {
                let popular = 1.0 + POPULAR * values.popularity / (values.popularity + 50.0);
                found.push(RelatedProduct { id: values.id, score: f64::from(score) * popular });
            }
        })?;
    }
    let order = |one: &RelatedProduct, other: &RelatedProduct| {
        other.score.total_cmp(&one.score).then_with(|| one.id.cmp(&other.id))
    };
    if found.len() > most && most > 0 {
        found.select_nth_unstable_by(most - 1, order);
    }
    found.truncate(most);
    found.sort_unstable_by(order);
    Ok(found)
}

fn add(index: &InvertedIndexReader, word: &str, worth: f32, scores: &mut [f32]) -> tantivy::Result<()> {
    if let Some(term) = index.terms().get(word)? {
        each(index, &term, |doc| {
            if let Some(score) = scores.get_mut(doc as usize) {
                *score += worth;
            }
        })?;
    }
    Ok(())
}

/// The words that tell most about the product.
fn words_of(
    view: &View<ListedProduct>,
    fields: &ProductFields,
    product: &ListedProduct,
) -> tantivy::Result<Vec<SharedWord>> {
    let all: f64 = view.segments().map(|(segment, _)| f64::from(segment.num_docs())).sum();
    let mut words = Vec::new();
    for (text, (content, weight)) in product.texts().iter().zip(WEIGHTS).enumerate().take(COMPARED) {
        let Some(field) = fields.texts.get(text) else { continue };
        let mut have: HashMap<String, f64> = HashMap::new();
        for word in product_words(content) {
            have.entry(word).or_default();
        }
        for (segment, _) in view.segments() {
            let index = segment.inverted_index(*field)?;
            for (word, count) in &mut have {
                *count += index.terms().get(word)?.map_or(0.0, |term| f64::from(term.doc_freq));
            }
        }
        words.extend(have.into_iter().map(|(word, count)| {
            let rarity = (1.0 + (all - count).max(0.0) / (count + 0.5)).ln();
            #[expect(clippy::cast_possible_truncation, reason = "a small number")]
            let worth = weight * rarity as f32;
            SharedWord { text, word, worth }
        }));
    }
    // In one order, so that equal sums are added up in one way.
    words.sort_by(|one, other| {
        other.worth.total_cmp(&one.worth).then_with(|| (one.text, &one.word).cmp(&(other.text, &other.word)))
    });
    words.truncate(MOST_WORDS);
    Ok(words)
}
