//! What a person may have meant by a word that no product has.

use std::collections::BTreeMap;

use domain::TenantId;
use tantivy::{BitSet, SegmentReader, TantivyError};

use super::each_of_tenant;
use super::fields::ProductFields;
use crate::engine::view::View;
use crate::engine::word_matches::{alike, each};
use crate::products::listed_product::ListedProduct;
use crate::products::query::ProductQuery;
use crate::products::words::synonyms;
use crate::words::{edits, may_begin};

/// The words of the query with the unknown ones replaced by the nearest word of a name or a category; `None` if no word
/// is replaced.
pub fn corrected(
    view: &View<ListedProduct>,
    fields: &ProductFields,
    query: &ProductQuery,
) -> tantivy::Result<Option<String>> {
    let mut words = query.words.clone();
    let last = words.len();
    let mut changed = false;
    for (place, word) in words.iter_mut().enumerate() {
        if edits(word) == 0 || is_known(view, fields, &query.tenant, word, place + 1 == last)? {
            continue;
        }
        if let Some(nearest) = nearest(view, fields, &query.tenant, word)? {
            *word = nearest;
            changed = true;
        }
    }
    Ok(changed.then(|| words.join(" ")))
}

/// The live products of the tenant in a segment.
fn of_tenant(segment: &SegmentReader, fields: &ProductFields, tenant: &TenantId) -> tantivy::Result<BitSet> {
    let mut theirs = BitSet::with_max_value(segment.max_doc());
    each_of_tenant(segment, fields, tenant, |doc| {
        theirs.insert(doc);
    })?;
    Ok(theirs)
}

/// Whether a product of the tenant has the word, a synonym of it or, for an unfinished word, one that begins with it.
fn is_known(
    view: &View<ListedProduct>,
    fields: &ProductFields,
    tenant: &TenantId,
    word: &str,
    unfinished: bool,
) -> tantivy::Result<bool> {
    for (segment, _) in view.segments() {
        let theirs = of_tenant(segment, fields, tenant)?;
        let mut known = false;
        for field in fields.texts {
            let index = segment.inverted_index(field)?;
            for text in std::iter::once(&word).chain(synonyms(word)) {
                if let Some(term) = index.terms().get(text)? {
                    each(&index, &term, |doc| known |= theirs.contains(doc))?;
                }
            }
            if unfinished && may_begin(word) {
                let mut found = index.terms().range().ge(word).into_stream()?;
                while !known && found.advance() && found.key().starts_with(word.as_bytes()) {
                    each(&index, found.value(), |doc| known |= theirs.contains(doc))?;
                }
            }
            if known {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// The word of a name or a category that differs least; of several, the one that most products have.
fn nearest(
    view: &View<ListedProduct>,
    fields: &ProductFields,
    tenant: &TenantId,
    word: &str,
) -> tantivy::Result<Option<String>> {
    let automaton = alike(word)?;
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for (segment, _) in view.segments() {
        let theirs = of_tenant(segment, fields, tenant)?;
        for field in &fields.texts[..2] {
            let index = segment.inverted_index(*field)?;
            let mut found = index.terms().search(&automaton).into_stream().map_err(TantivyError::from)?;
            while found.advance() {
                let mut count = 0;
                each(&index, found.value(), |doc| count += u64::from(theirs.contains(doc)))?;
                if let Ok(text) = std::str::from_utf8(found.key())
                    && count > 0
                {
                    *counts.entry(text.to_owned()).or_default() += count;
                }
            }
        }
    }
    let far = |text: &str| strsim::osa_distance(word, text);
    let nearest = counts.iter().min_by_key(|(text, count)| (far(text), std::cmp::Reverse(**count)));
    Ok(nearest.map(|(text, _)| text.clone()))
}
