//! The way to a page, and the entries of a list.

use serde::Serialize;

/// The pages above this one, and itself. All addresses are complete.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BreadcrumbList {
    #[serde(rename = "@type")]
    kind: &'static str,
    item_list_element: Vec<Crumb>,
}

#[derive(Serialize)]
struct Crumb {
    #[serde(rename = "@type")]
    kind: &'static str,
    position: usize,
    name: String,
    item: String,
}

/// The entries of a list that each have a page of their own.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names of schema.org")]
pub(crate) struct ItemList {
    #[serde(rename = "@type")]
    kind: &'static str,
    number_of_items: usize,
    item_list_element: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    #[serde(rename = "@type")]
    kind: &'static str,
    position: usize,
    name: String,
    url: String,
}

impl BreadcrumbList {
    /// From the outermost page to this one: name and address.
    pub(crate) fn of(steps: impl IntoIterator<Item = (String, String)>) -> Self {
        let crumb = |(at, (name, item))| Crumb { kind: "ListItem", position: at, name, item };
        Self { kind: "BreadcrumbList", item_list_element: (1..).zip(steps).map(crumb).collect() }
    }
}

impl ItemList {
    /// In the order of the page: name and address.
    pub(crate) fn of(entries: impl IntoIterator<Item = (String, String)>) -> Self {
        let item = |(at, (name, url))| Item { kind: "ListItem", position: at, name, url };
        let items: Vec<_> = (1..).zip(entries).map(item).collect();
        Self { kind: "ItemList", number_of_items: items.len(), item_list_element: items }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{BreadcrumbList, ItemList};

    #[test]
    fn positions_count_from_one() {
        let steps = || ["Homes", "Flat"].map(|name| (name.to_owned(), format!("https://h.example/{name}")));
        let crumbs = serde_json::to_value(BreadcrumbList::of(steps())).unwrap();
        let last =
            json!({"@type": "ListItem", "position": 2, "name": "Flat", "item": "https://h.example/Flat"});
        assert_eq!(crumbs["itemListElement"][1], last);
        let entries = serde_json::to_value(ItemList::of(steps())).unwrap();
        assert_eq!(entries["numberOfItems"], 2);
        assert_eq!(entries["itemListElement"][0]["url"], "https://h.example/Homes");
    }
}
