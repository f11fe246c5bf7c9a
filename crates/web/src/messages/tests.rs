use std::collections::BTreeSet;

use super::*;
use crate::numbers::Count;
use crate::written;

/// What people read and no catalogue has: the end of a file's path (any, if empty), and the words (all, if empty).
const IN_NO_CATALOGUE: [(&str, &str); 11] = [
    // The name of this site.
    ("", "HyderabadInfra"),
    // What the trade calls a number of bedrooms, in every language.
    ("", "BHK"),
    // Names of places on a drawing.
    ("listing/place.html", "Charminar"),
    ("listing/place.html", "HITEC City"),
    ("listing/place.html", "Secunderabad"),
    ("listing/place.html", "Airport"),
    // Names of classes.
    ("saved_homes.rs", "badge good"),
    ("saved_homes.rs", "badge warn"),
    // A part of a tag.
    ("parts/attributes.html", ""),
    // Samples and the names of classes, in trials only.
    ("templates/design.html", ""),
    ("pages/design.rs", ""),
];

/// The sources that speak to people.
const SPEAKING: [&str; 11] = [
    "src/flash.rs",
    "src/frame.rs",
    "src/labels.rs",
    "src/pages",
    "src/place_path.rs",
    "src/rupees.rs",
    "src/sheet.rs",
    "src/since",
    "src/visit.rs",
    "src/home_search",
    "src/welcome",
];

/// The keys of a file, in order.
fn keys(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()));
    lines.filter_map(|line| Some(line.split_once(" =")?.0.to_owned())).collect()
}

#[test]
fn every_file_is_whole_and_each_key_begins_with_the_family_of_its_file() {
    for (name, text) in ENGLISH_FILES {
        if let Err((_, errors)) = FluentResource::try_new((*text).to_owned()) {
            panic!("{name}: {errors:?}");
        }
        let family = name.strip_suffix(".ftl").unwrap();
        for key in keys(text) {
            assert!(key.starts_with(&format!("{family}-")), "{key} in {name}");
        }
    }
}

#[test]
fn every_text_that_is_asked_for_is_there_and_every_text_is_asked_for() {
    let written: Vec<String> = ENGLISH_FILES.iter().flat_map(|(_, text)| keys(text)).collect();
    let there: BTreeSet<String> = written.iter().cloned().collect();
    assert_eq!(there.len(), written.len(), "a key is there twice");
    let asked = written::literals_after(&[".text(", " key(", "(key("]);
    let missing: Vec<_> = asked.difference(&there).collect();
    assert!(missing.is_empty(), "in no file of locales/en: {missing:?}");
    let unused: Vec<_> = there.difference(&asked).collect();
    assert!(unused.is_empty(), "in locales/en, and used nowhere: {unused:?}");
}

#[test]
fn no_text_stands_in_a_template_or_a_source() {
    let mut found = Vec::new();
    for file in written::files() {
        let texts = if file.path.starts_with("templates") {
            file.words()
        } else if SPEAKING.iter().any(|start| file.path.starts_with(*start)) {
            file.sentences()
        } else {
            continue;
        };
        let is_allowed = |words: &String| {
            let mut allowed = IN_NO_CATALOGUE.iter();
            allowed.any(|(end, text)| file.path.ends_with(*end) && (text.is_empty() || text == words))
        };
        found.extend(texts.into_iter().filter(|words| !is_allowed(words)).map(|it| (file.path.clone(), it)));
    }
    assert!(found.is_empty(), "these belong in locales/en: {found:#?}");
    let titles = written::literals_after(&[".frame("]);
    assert!(titles.is_empty(), "these titles belong in locales/en: {titles:?}");
}

#[test]
fn words_between_bars_are_parts_of_their_own() {
    let parts = Language::English.text("account-unsubscribed-again").parts();
    assert_eq!(parts, ["You can ", "choose again which e-mails you get", "; for that you sign in."]);
}

#[test]
fn numbers_choose_the_plural_and_are_grouped_as_in_india() {
    let photos = |n: u64| Language::English.text("card-photos").arg("count", n).to_string();
    assert_eq!(photos(1), "1 photo");
    assert_eq!(photos(1_234_567), "12,34,567 photos");
    let text = Language::English.text("card-photos").arg("count", Count(4)).to_string();
    assert_eq!(text, "4 photos");
}

#[test]
fn an_argument_is_text_and_nothing_is_put_around_it() {
    let text = Language::English.text("card-save-unseen").arg("title", "<b>{ $x }").to_string();
    assert!(text.ends_with("<b>{ $x }"), "{text:?}");
    assert_eq!(Language::English.text("no-such-text").to_string(), "no-such-text");
}
