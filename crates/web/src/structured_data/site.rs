//! The site itself, and how it is searched.

use serde::Serialize;

const NAME: &str = "HyderabadInfra";

/// Who runs the site.
#[derive(Serialize)]
pub(crate) struct Organization<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    name: &'static str,
    url: &'a str,
    logo: String,
}

/// The site, with its search box.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WebSite<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    name: &'static str,
    url: &'a str,
    potential_action: SearchAction,
}

#[derive(Serialize)]
struct SearchAction {
    #[serde(rename = "@type")]
    kind: &'static str,
    target: EntryPoint,
    #[serde(rename = "query-input")]
    query_input: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EntryPoint {
    #[serde(rename = "@type")]
    kind: &'static str,
    url_template: String,
}

impl<'a> Organization<'a> {
    pub(crate) fn at(url: &'a str) -> Self {
        Self { kind: "Organization", name: NAME, url, logo: format!("{url}/assets/icon.svg") }
    }
}

impl<'a> WebSite<'a> {
    pub(crate) fn at(url: &'a str) -> Self {
        let target =
            EntryPoint { kind: "EntryPoint", url_template: format!("{url}/homes?q={{search_term_string}}") };
        let potential_action =
            SearchAction { kind: "SearchAction", target, query_input: "required name=search_term_string" };
        Self { kind: "WebSite", name: NAME, url, potential_action }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn words_are_searched_for_where_the_search_box_leads() {
        let site = serde_json::to_value(super::WebSite::at("https://h.example")).unwrap();
        let target = &site["potentialAction"]["target"]["urlTemplate"];
        assert_eq!(target, "https://h.example/homes?q={search_term_string}");
    }
}
