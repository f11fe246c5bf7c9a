//! The localities of [`domain::locality`] by the names that people use in searches. A locality that is missing there is
//! found as text.

use std::collections::HashMap;
use std::sync::LazyLock;

use domain::locality::LOCALITIES;

use crate::words::{key, spellings, words};

/// The most words of a name.
pub const LONGEST: usize = 5;
/// A word of fewer letters is never taken for a misspelt name.
const SHORTEST_MISSPELT: usize = 6;
/// From this length on, two letters may differ.
const LONG: usize = 10;

/// A locality.
#[derive(Debug)]
pub struct Locality {
    /// Its name.
    pub name: &'static str,
    /// Its names as [`key`]s.
    pub keys: Vec<String>,
}

struct Gazetteer {
    all: Vec<Locality>,
    /// Every spelling of every name, its words joined by blanks.
    by_words: HashMap<String, usize>,
}

static GAZETTEER: LazyLock<Gazetteer> = LazyLock::new(|| {
    let mut gazetteer = Gazetteer { all: Vec::new(), by_words: HashMap::new() };
    for names in LOCALITIES {
        let place = gazetteer.all.len();
        for name in *names {
            for spelt in spellings(&words(name)) {
                gazetteer.by_words.insert(spelt.join(" "), place);
            }
            gazetteer.by_words.insert(domain::search_text::words(name).join(" "), place);
        }
        let mut keys: Vec<String> = names.iter().map(|name| key(name)).collect();
        keys.dedup();
        gazetteer.all.push(Locality { name: names.first().copied().unwrap_or_default(), keys });
    }
    gazetteer
});

/// The locality of this name, as folded words joined by blanks.
pub fn named(words: &str) -> Option<&'static Locality> {
    GAZETTEER.by_words.get(words).and_then(|place| GAZETTEER.all.get(*place))
}

/// The one locality whose name is nearest to misspelt `words`; `None` when none is near, or two are equally near.
pub fn misspelt(words: &str) -> Option<&'static Locality> {
    let long = words.chars().count();
    if long < SHORTEST_MISSPELT {
        return None;
    }
    let most = if long < LONG { 1 } else { 2 };
    let parts = words.split(' ').count();
    let mut nearest: Option<(usize, usize)> = None;
    let mut is_tie = false;
    for (name, place) in &GAZETTEER.by_words {
        // People seldom miss the first letter.
        if name.chars().count().abs_diff(long) > most
            || name.chars().next() != words.chars().next()
            || name.split(' ').count() != parts
        {
            continue;
        }
        let distance = strsim::osa_distance(name, words);
        if distance > most {
            continue;
        }
        match nearest {
            Some((best, other)) if best == distance => is_tie |= other != *place,
            Some((best, _)) if best < distance => {}
            _ => (nearest, is_tie) = (Some((distance, *place)), false),
        }
    }
    let (_, place) = nearest.filter(|_| !is_tie)?;
    GAZETTEER.all.get(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locality_has_many_names() {
        for (words, name) in [
            ("kondapur", "Kondapur"),
            ("hitech city", "HITEC City"),
            ("hi tech city", "HITEC City"),
            ("hiteccity", "HITEC City"),
            ("punjagutta", "Panjagutta"),
            ("l b nagar", "LB Nagar"),
            ("lakdikapul", "Lakdi Ka Pul"),
            ("dilsukh nagar", "Dilsukhnagar"),
        ] {
            assert_eq!(named(words).unwrap().name, name, "{words}");
        }
        assert!(named("hills").is_none());
    }

    #[test]
    fn a_misspelt_name_is_taken_for_the_nearest_one() {
        for (words, name) in [
            ("gachibolwi", Some("Gachibowli")),
            ("gachibouli", Some("Gachibowli")),
            ("kondapr", Some("Kondapur")),
            ("banjra hills", Some("Banjara Hills")),
            ("company", None),
            ("medical", None),
            ("nursing", None),
            ("upal", None),
        ] {
            assert_eq!(misspelt(words).map(|locality| locality.name), name, "{words}");
        }
    }

    #[test]
    fn no_name_has_more_words_than_are_looked_up() {
        let words = GAZETTEER.by_words.keys().map(|name| name.split(' ').count());
        assert!(words.max().unwrap() <= LONGEST);
    }
}
