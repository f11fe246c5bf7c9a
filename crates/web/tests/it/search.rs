//! The search for words on `/homes`: what was understood, and how to take it away.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::stub::{listing, page_of};

/// A relaxed search with two filters.
pub fn found() -> Value {
    let filter = |label: &str, without: &str| json!({"label": label, "words": label, "parameters": {}, "without": without});
    let mut found = page_of(&[listing("h1", "Flat")]);
    let filters = [filter("2 BHK", "flat in kondapur & \"lake\""), filter("Kondapur", "")];
    found["understood"] = json!({"filters": filters, "text": [], "preferred": [], "ignored": ["in"]});
    found["relaxed"] = json!({"how": "LEFT_OUT", "leftOut": ["<lake>"]});
    found
}

#[tokio::test]
async fn what_was_understood_can_be_taken_away_one_by_one() {
    let mut browser = Browser::new();
    browser.api.says("GET /api/search/properties", found());
    let answer = browser.get("/homes?q=2+bhk+%3Cb%3E+kondapur").await;
    let asked =
        "page=0&size=12&sortBy=relevance&sortDir=desc&query=2+bhk+%3Cb%3E+kondapur&facets=true&explain=true";
    browser.api.last(&format!("GET /api/search/properties?{asked}"));
    answer
        .has("href=\"/homes?q=flat+in+kondapur+%26+%22lake%22\" data-filter>2 BHK")
        .has("href=\"/homes\" data-filter>Kondapur")
        .has("href=\"/homes?q=%222+bhk+%3Cb%3E+kondapur%22\"")
        .has("These homes match without “&#60;lake&#62;”.")
        .has("value=\"2 bhk &#60;b&#62; kondapur\"")
        .has("Best match first");
    let answer = browser.get("/homes?q=kondapur&sort=price-low").await;
    browser.api.last(
        "GET /api/search/properties?page=0&size=12&sortBy=price&sortDir=asc&query=kondapur&facets=true",
    );
    answer.has("/homes?q=flat+in+kondapur+%26+%22lake%22&#38;sort=price-low");
}

#[tokio::test]
async fn a_search_that_finds_nothing_says_so() {
    let mut browser = Browser::new();
    browser.api.says("GET /api/search/properties", page_of(&[]));
    browser.get("/homes?q=helipad").await.has("No home was found.").lacks("We understood");
    // A blank search lists all homes.
    browser.api.says("GET /api/properties", page_of(&[listing("h1", "Flat")]));
    browser.get("/homes?q=+").await.has("All homes in Hyderabad").lacks("Best match");
}
