//! Ranking, by examples.

use domain::property::Content;
use domain::property::kinds::PropertyType;
use domain::{Erasable, TenantId, UserId};
use search::query::{Query, Sort, SortBy};
use search::{Home, Index, IndexChange, IndexPosition};
use tempfile::TempDir;

use crate::homes::{NOW, home};
use crate::random::Random;

/// An index of homes that differ only in what the test sets.
struct Shelf {
    index: Index,
    _directory: TempDir,
    homes: Vec<Home>,
}

fn said(text: &str) -> Erasable<String> {
    Erasable::of(UserId::default(), text.to_owned())
}

impl Shelf {
    fn of(texts: &[(&str, &str, &str)], change: impl Fn(usize, &mut Home)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let index = Index::open(directory.path()).unwrap();
        let mut random = Random::new(1);
        let mut homes = Vec::new();
        for (number, (title, area, description)) in texts.iter().enumerate() {
            let mut home = home(&mut random, &TenantId::stored("hyderabad"));
            home.content = Content {
                title: said(title),
                description: Some(said(description)),
                amenities: None,
                nearby_facilities: None,
                ..home.content
            };
            home.content.location.area = said(area);
            home.content.location.city = "Hyderabad".into();
            home.content.specifications.property_type = PropertyType::House;
            (home.featured, home.verified, home.favourites) = (false, false, 0);
            (home.created_at, home.updated_at) = (NOW.plus_seconds(-86_400), NOW.plus_seconds(-86_400));
            change(number, &mut home);
            homes.push(home);
        }
        let changes: Vec<IndexChange<Home>> =
            homes.iter().map(|home| IndexChange::Put(Box::new(home.clone()))).collect();
        index.write(&changes).unwrap();
        index.commit(&IndexPosition { made: "a file".into(), changed: 1 }).unwrap();
        Self { index, _directory: directory, homes }
    }

    fn ask(&self, text: &str, sort: Sort) -> Vec<usize> {
        let mut query = Query { sort: vec![sort], ..Query::all(TenantId::stored("hyderabad"), NOW) };
        query.text(text);
        let found = self.index.search(&query).unwrap();
        let place = |id| self.homes.iter().position(|home| home.id.uuid() == id).unwrap();
        found.hits.iter().map(|hit| place(hit.key.id)).collect()
    }

    fn best(&self, text: &str) -> Vec<usize> {
        self.ask(text, Sort::BEST)
    }
}

#[test]
fn a_title_counts_more_than_a_place_and_a_place_more_than_a_description() {
    let texts = [
        ("A home", "Miyapur", "Like a palace in Kokapet"),
        ("A home", "Kokapet", "Quiet"),
        ("Kokapet home", "Miyapur", "Quiet"),
        ("A home", "Miyapur", "Quiet"),
    ];
    assert_eq!(Shelf::of(&texts, |_, _| {}).best("kokapet"), [2, 1, 0]);
}

#[test]
fn every_spelling_of_a_locality_finds_it() {
    let texts =
        [("A home", "Hitech City", "-"), ("A home", "HITEC City", "-"), ("A home", "Hi-Tech City", "-")];
    let shelf = Shelf::of(&texts, |_, _| {});
    for text in ["hitech city", "HITEC City", "hi-tech city", "hitec", "hitech cit"] {
        assert_eq!(shelf.best(text).len(), 3, "{text}");
    }
    let shelf = Shelf::of(&[("A home", "Punjagutta", "-")], |_, _| {});
    assert_eq!(shelf.best("Panjagutta"), [0]);
}

#[test]
fn letters_may_be_wrong_and_the_last_word_unfinished() {
    let texts = [("Villa with a garden", "Gachibowli", "-"), ("Home", "Kondapur", "-")];
    let shelf = Shelf::of(&texts, |_, _| {});
    for (text, expected) in [
        ("vila", vec![0]),
        ("gachibouli", vec![0]),
        ("gardne", vec![0]),
        ("kond", vec![1]),
        ("villa kond", vec![]),
    ] {
        assert_eq!(shelf.best(text), expected, "{text}");
    }
}

#[test]
fn featured_verified_fresh_and_popular_go_first_among_equals_over_the_whole_result() {
    let texts = [("Villa", "Miyapur", "-"); 40];
    let shelf = Shelf::of(&texts, |number, home| match number {
        37 => home.featured = true,
        38 => home.verified = true,
        39 => home.favourites = 40,
        36 => home.created_at = NOW,
        _ => home.created_at = NOW.plus_seconds(-86_400 * 400),
    });
    // Each boost has an effect; home 36 was listed today.
    let mut first = shelf.best("villa")[..4].to_vec();
    assert_eq!(first[0], 37);
    first.sort_unstable();
    assert_eq!(first, [36, 37, 38, 39]);
}

#[test]
fn an_order_that_is_asked_for_always_wins() {
    let texts = [("Kokapet villa", "Kokapet", "Kokapet"), ("A home", "Miyapur", "Near Kokapet")];
    let shelf = Shelf::of(&texts, |number, home| {
        home.featured = number == 0;
        home.content.price = domain::Paise::from_paise(if number == 0 { 900 } else { 100 });
    });
    assert_eq!(shelf.best("kokapet"), [0, 1]);
    assert_eq!(shelf.ask("kokapet", Sort { by: SortBy::Price, descending: false }), [1, 0]);
}
