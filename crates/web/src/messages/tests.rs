use std::collections::BTreeSet;

use super::*;
use crate::numbers::Count;
use crate::written;

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
