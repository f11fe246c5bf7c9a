//! Normalises texts into comparable words, in the same way for listings and for searches: in the form of
//! [`domain::search_text`], with alternative spellings replaced by one.

use domain::search_text;

/// Alternative spellings, each with the words it is compared by. Longer ones come first.
const SPELLINGS: &[(&[&str], &[&str])] = &[
    (&["hi", "tech"], &["hitec"]),
    (&["high", "tech"], &["hitec"]),
    (&["hitech"], &["hitec"]),
    (&["hitechcity"], &["hitec", "city"]),
    (&["hiteccity"], &["hitec", "city"]),
    (&["punjagutta"], &["panjagutta"]),
    (&["l", "b", "nagar"], &["lb", "nagar"]),
    (&["lbnagar"], &["lb", "nagar"]),
    (&["lakdikapul"], &["lakdi", "ka", "pul"]),
    (&["flat"], &["apartment"]),
    (&["flats"], &["apartment"]),
    (&["apartments"], &["apartment"]),
    (&["gymnasium"], &["gym"]),
    (&["swimming", "pool"], &["pool"]),
    (&["bedroom"], &["bhk"]),
    (&["bedrooms"], &["bhk"]),
];

/// Longer words are cut to this length.
const LONGEST: usize = 40;

/// The words of a text, folded: `3BHK` as `3 bhk`, alternative spellings replaced by one.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let mut plain: Vec<String> = Vec::new();
    for word in search_text::words(text) {
        match word.strip_suffix("bhk").filter(|rest| rest.parse::<u8>().is_ok()) {
            Some(number) => plain.extend([number.to_owned(), "bhk".to_owned()]),
            None => plain.push(word.chars().take(LONGEST).collect()),
        }
    }
    let mut spelt = Vec::with_capacity(plain.len());
    let mut rest = &plain[..];
    while let Some((first, others)) = rest.split_first() {
        let same = |(from, _): &&(&[&str], &[&str])| {
            rest.len() >= from.len() && rest.iter().zip(*from).all(|(word, part)| word == part)
        };
        if let Some((from, to)) = SPELLINGS.iter().find(same) {
            spelt.extend(to.iter().map(|word| (*word).to_owned()));
            rest = &rest[from.len()..];
        } else {
            spelt.push(first.clone());
            rest = others;
        }
    }
    spelt
}

/// The words in every known spelling, starting with their own: what a person who means them may type.
#[must_use]
pub fn spellings(words: &[String]) -> Vec<Vec<String>> {
    let mut all = vec![words.to_vec()];
    for (from, to) in SPELLINGS {
        let same = |part: &[String]| part.iter().zip(*to).all(|(word, other)| word == other);
        if let Some(at) = words.windows(to.len()).position(same) {
            let mut spelt = words[..at].to_vec();
            spelt.extend(from.iter().map(|word| (*word).to_owned()));
            spelt.extend_from_slice(&words[at + to.len()..]);
            all.push(spelt);
        }
    }
    all
}

/// The normalised words joined by blanks. Texts that mean the same thing have equal keys.
#[must_use]
pub fn key(text: &str) -> String {
    words(text).join(" ")
}

/// Whether `key` contains `wanted`, also a [`key`], as whole words.
#[must_use]
pub fn stands_in(wanted: &str, key: &str) -> bool {
    format!(" {key} ").contains(&format!(" {wanted} "))
}

/// How well a searched word matches a word of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// A few letters differ.
    Alike,
    /// The listing's word begins with it; the searcher may still be typing.
    Begins,
    /// The words are equal.
    Exact,
}

impl Match {
    /// The share of the field's weight that it counts.
    #[must_use]
    pub const fn worth(self) -> f32 {
        match self {
            Self::Alike => 0.5,
            Self::Begins => 0.8,
            Self::Exact => 1.0,
        }
    }
}

/// How many letters of a word may differ: one for 3 to 5 letters, two for more; none for shorter words or words with
/// a digit.
#[must_use]
pub fn edits(word: &str) -> u8 {
    match word.chars().count() {
        _ if word.chars().any(char::is_numeric) => 0,
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    }
}

/// Whether a last word may be the prefix of a longer one.
#[must_use]
pub fn may_begin(word: &str) -> bool {
    word.chars().count() >= 2
}

/// How `asked` matches `there`. The `last` word of a text may be unfinished.
#[must_use]
pub fn matched(asked: &str, last: bool, there: &str) -> Option<Match> {
    if asked == there {
        Some(Match::Exact)
    } else if last && may_begin(asked) && there.starts_with(asked) {
        Some(Match::Begins)
    } else if is_alike(asked, there) {
        Some(Match::Alike)
    } else {
        None
    }
}

/// Whether as many letters differ as may.
fn is_alike(asked: &str, there: &str) -> bool {
    let most = usize::from(edits(asked));
    // Counting letters is cheap, and leaves little to compare in long texts.
    let differ_in_length = asked.chars().count().abs_diff(there.chars().count());
    most > 0 && differ_in_length <= most && strsim::osa_distance(asked, there) <= most
}

/// Whether `typed` matches some prefix of `there`, apart from as many letters as may differ.
#[must_use]
pub fn begins_alike(typed: &str, there: &str) -> bool {
    let most = usize::from(edits(typed));
    if most == 0 {
        return there.starts_with(typed);
    }
    let typed: Vec<char> = typed.chars().collect();
    // Edit distances of the prefixes of `typed` from the prefix of `there` read so far, and from the two before it.
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=typed.len()).collect();
    let mut read = '\0';
    for (at, letter) in there.chars().take(typed.len() + most).enumerate() {
        let mut row = vec![at + 1; typed.len() + 1];
        for (index, asked) in typed.iter().enumerate() {
            let other = last[index] + usize::from(*asked != letter);
            row[index + 1] = other.min(last[index + 1] + 1).min(row[index] + 1);
            if index > 0 && at > 0 && *asked == read && typed[index - 1] == letter {
                row[index + 1] = row[index + 1].min(before[index - 1] + 1);
            }
        }
        if row[typed.len()] <= most {
            return true;
        }
        if row.iter().all(|distance| *distance > most) {
            return false;
        }
        read = letter;
        before = std::mem::replace(&mut last, row);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_alike_when_some_beginning_is() {
        let there = ["gachibowli", "villa", "hitec", "kondapur", "ga", "banjara"];
        for typed in
            ["gachibwo", "gchib", "vlla", "ivlla", "knodap", "bnajra", "xyz", "gachibowlis", "ka", "hit"]
        {
            let most = usize::from(edits(typed));
            for there in there {
                let ends = there.char_indices().map(|(at, letter)| at + letter.len_utf8());
                let plain = ends.map(|end| strsim::osa_distance(typed, &there[..end])).min();
                assert_eq!(
                    begins_alike(typed, there),
                    plain.is_some_and(|least| least <= most),
                    "{typed} {there}"
                );
            }
        }
    }

    #[test]
    fn spellings_of_a_locality_are_one() {
        for text in ["Hitech City", "HITEC City", "Hi-Tech City", "hitechcity"] {
            assert_eq!(key(text), "hitec city", "{text}");
        }
        assert_eq!(key("Punjagutta"), key("Panjagutta"));
        assert_eq!(key("3BHK Flats, L.B. Nagar"), "3 bhk apartment lb nagar");
    }

    #[test]
    fn letters_may_be_wrong_as_the_word_is_long() {
        assert_eq!(matched("gachibouli", false, "gachibowli"), Some(Match::Alike));
        assert_eq!(matched("vila", false, "villa"), Some(Match::Alike));
        assert_eq!(matched("vlia", false, "villa"), None);
        assert_eq!(matched("3", true, "4"), None);
        assert_eq!(matched("kond", true, "kondapur"), Some(Match::Begins));
        assert_eq!(matched("kond", false, "kondapur"), None);
    }

    #[test]
    fn whole_words_stand_in_a_key() {
        assert!(stands_in("banjara hills", "road no 12 banjara hills"));
        assert!(!stands_in("hills", "foothills"));
    }
}
