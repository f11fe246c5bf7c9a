//! Names of products for somebody who is typing.

use std::cmp::Ordering;

use domain::TenantId;

use super::columns::{ProductColumns, written_name};
use super::each_of_tenant;
use super::fields::ProductFields;
use crate::engine::view::View;
use crate::engine::word_matches::{WeightedFields, WordMatches};
use crate::products::listed_product::ListedProduct;
use crate::products::words::product_words;
use crate::query::MOST_WORDS;

/// How well a name suits: how its words match, then how popular the best product of this name is.
type Suits = (f32, f64);

fn better(one: Suits, other: Suits) -> Ordering {
    other.0.total_cmp(&one.0).then_with(|| other.1.total_cmp(&one.1))
}

/// At most `most` distinct names that have all typed words, the best first.
pub fn names(
    view: &View<ListedProduct>,
    fields: &ProductFields,
    tenant: &TenantId,
    typed: &str,
    most: usize,
) -> tantivy::Result<Vec<String>> {
    let mut words = product_words(typed);
    words.truncate(MOST_WORDS);
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let names = WeightedFields { fields: &fields.texts[..1], weights: &[1.0] };
    let words = WordMatches::of(names, &words, &[])?.while_typing()?;
    let mut all: Vec<(Suits, String)> = Vec::new();
    for (segment, columns) in view.segments() {
        let met = words.met(segment)?;
        let mut found: Vec<Option<Suits>> = vec![None; columns.distinct_names()];
        each_of_tenant(segment, fields, tenant, |doc| {
            let Some((score, _)) = met.sums(doc) else { return };
            let (Some(name), Some(values)) = (columns.name(doc), columns.values(doc)) else { return };
            let suits = (score, values.popularity);
            if let Some(best) = found.get_mut(name as usize)
                && best.is_none_or(|best| better(suits, best).is_lt())
            {
                *best = Some(suits);
            }
        })?;
        all.extend(best_of_segment(columns, &found, most)?);
    }
    all.sort_by(|(suits, name), (other, another)| better(*suits, *other).then_with(|| name.cmp(another)));
    let mut names: Vec<String> = Vec::with_capacity(most);
    for (_, sort_name) in &all {
        let name = written_name(sort_name);
        if names.len() < most && !names.iter().any(|named| named == name) {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

/// The best names of a segment. Their places are in the order of the names, so ties are broken as across segments.
fn best_of_segment(
    columns: &ProductColumns,
    found: &[Option<Suits>],
    most: usize,
) -> tantivy::Result<Vec<(Suits, String)>> {
    let mut best: Vec<(Suits, u32)> =
        (0..).zip(found).filter_map(|(place, suits)| Some(((*suits)?, place))).collect();
    best.sort_unstable_by(|(suits, place), (other, another)| {
        better(*suits, *other).then_with(|| place.cmp(another))
    });
    best.truncate(most);
    best.into_iter().map(|(suits, place)| Ok((suits, columns.sort_name(place)?))).collect()
}
