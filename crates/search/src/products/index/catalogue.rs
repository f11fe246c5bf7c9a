//! What the index holds as a whole: the tree of categories, and a checksum of each product.

use std::collections::{BTreeMap, HashMap};

use domain::{ProductId, TenantId};
use serde::Serialize;
use utoipa::ToSchema;

use super::each_of_tenant;
use super::fields::{ProductFields, facet_key};
use crate::engine::view::View;
use crate::products::listed_product::{ListedProduct, STEP};

/// A category in the tree of all categories.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = CategoryNode)]
pub struct CategoryNode {
    /// Its name.
    pub name: String,
    /// The names from the widest category to this one.
    pub path: String,
    /// How many products are in it, or in one below it.
    pub count: u64,
    /// The narrower categories, the largest first.
    #[schema(no_recursion)]
    pub children: Vec<CategoryNode>,
}

/// The categories below one, by key.
#[derive(Default)]
struct Level(BTreeMap<String, Category>);

#[derive(Default)]
struct Category {
    /// The written forms, with the number of products that use each.
    written: BTreeMap<String, u64>,
    below: Level,
}

impl Level {
    fn add(&mut self, path: &[&str], count: u64) {
        let Some((name, rest)) = path.split_first() else { return };
        let category = self.0.entry(facet_key(name)).or_default();
        *category.written.entry((*name).to_owned()).or_default() += count;
        category.below.add(rest, count);
    }

    fn nodes(self, above: &str) -> Vec<CategoryNode> {
        let node = |category: Category| {
            let count = category.written.values().sum();
            let name = category.written.into_iter().rev().max_by_key(|(_, count)| *count);
            let name = name.map(|(name, _)| name).unwrap_or_default();
            let path = if above.is_empty() { name.clone() } else { format!("{above} > {name}") };
            let children = category.below.nodes(&path);
            CategoryNode { name, path, count, children }
        };
        let mut nodes: Vec<CategoryNode> = self.0.into_values().map(node).collect();
        nodes.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.name.cmp(&other.name)));
        nodes
    }
}

/// The tree of the categories of the tenant's products.
pub fn tree(
    view: &View<ListedProduct>,
    fields: &ProductFields,
    tenant: &TenantId,
) -> tantivy::Result<Vec<CategoryNode>> {
    let mut top = Level::default();
    for (segment, columns) in view.segments() {
        let mut counts = vec![0_u64; columns.paths.texts.len()];
        each_of_tenant(segment, fields, tenant, |doc| {
            for number in columns.paths.of_document(doc) {
                if let Some(count) = counts.get_mut(*number as usize) {
                    *count += 1;
                }
            }
        })?;
        for (path, count) in columns.paths.texts.iter().zip(counts).filter(|(_, count)| *count > 0) {
            top.add(&path.shown.split(STEP).collect::<Vec<_>>(), count);
        }
    }
    Ok(top.nodes(""))
}

/// The checksum of each of the tenant's products.
pub fn checksums(
    view: &View<ListedProduct>,
    fields: &ProductFields,
    tenant: &TenantId,
) -> tantivy::Result<HashMap<ProductId, u64>> {
    let mut checksums = HashMap::new();
    for (segment, columns) in view.segments() {
        each_of_tenant(segment, fields, tenant, |doc| {
            if let (Some(values), Some(checksum)) = (columns.values(doc), columns.checksum(doc)) {
                checksums.insert(values.id, checksum);
            }
        })?;
    }
    Ok(checksums)
}
