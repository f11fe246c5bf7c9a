//! The one form of text that is kept: NFC (UAX #15), without characters that show nothing and mean nothing.
//!
//! ```text
//! typed -> without paste artefacts -> NFC -> kept
//! ```
//! Joiners stay in free text, because the scripts of India and emoji need them. Overrides of the direction are refused
//! in every text: their only use is to make a text look like another one.

use std::borrow::Cow;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::props::{CanonicalCombiningClass, DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};
use serde_json::Value;

/// Zero-width non-joiner and joiner.
const JOINERS: [char; 2] = ['\u{200C}', '\u{200D}'];
/// Overrides of the direction.
const OVERRIDES: [char; 2] = ['\u{202D}', '\u{202E}'];
/// The characters that ask for a picture or a plain sign.
const PRESENTATIONS: [char; 2] = ['\u{FE0E}', '\u{FE0F}'];
/// The first digit of each script that people in India type numbers in.
const ZEROS: [char; 13] = [
    '\u{0660}', '\u{06F0}', '\u{0966}', '\u{09E6}', '\u{0A66}', '\u{0AE6}', '\u{0B66}', '\u{0BE6}',
    '\u{0C66}', '\u{0CE6}', '\u{0D66}', '\u{ABF0}', '\u{FF10}',
];

/// The text in NFC.
#[must_use]
pub fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    const { ComposingNormalizerBorrowed::new_nfc() }.normalize(text)
}

/// The text in NFD, as some programs write it.
#[must_use]
pub fn nfd(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    const { DecomposingNormalizerBorrowed::new_nfd() }.normalize(text)
}

/// The text without what other programs put around it when it is copied: white space of any kind, marks and embeddings
/// of the direction, byte-order marks and zero-width spaces.
#[must_use]
pub fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_artefact(c) || is_direction_mark(c))
}

/// The text as it is kept: trimmed, without artefacts of pasting, in NFC.
#[must_use]
pub fn cleaned(text: &str) -> Cow<'_, str> {
    let text = trimmed(text);
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    if text.contains(is_artefact) {
        let text: String = text.chars().filter(|c| !is_artefact(*c)).collect();
        return Cow::Owned(nfc(&text).into_owned());
    }
    nfc(text)
}

/// A JSON value with every text in it as it is kept.
#[must_use]
pub fn cleaned_value(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(cleaned(text).into_owned()),
        Value::Array(values) => values.iter().map(cleaned_value).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), cleaned_value(value))).collect()
        }
        other => other.clone(),
    }
}

/// Whether the character shows nothing (`Default_Ignorable_Code_Point`).
#[must_use]
pub fn is_invisible(c: char) -> bool {
    !c.is_ascii() && const { CodePointSetData::new::<DefaultIgnorableCodePoint>() }.contains(c)
}

/// Whether the character overrides the direction of the text after it.
#[must_use]
pub fn is_override(c: char) -> bool {
    OVERRIDES.contains(&c)
}

/// Whether the character begins another line.
#[must_use]
pub fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether nobody sees anything of the text. A control character is no blank, so that it is reported.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(is_blank_character)
}

/// The number of characters that are not invisible.
#[must_use]
pub fn visible_length(text: &str) -> usize {
    text.chars().filter(|c| !is_invisible(*c)).count()
}

/// Whether a name holds an invisible character. Joiners inside a word of another script than ours are part of its
/// spelling, and emoji have their presentation.
#[must_use]
pub fn hides_something(name: &str) -> bool {
    let mut before = ' ';
    name.chars().any(|c| {
        let belongs = !before.is_ascii() && (JOINERS.contains(&c) || PRESENTATIONS.contains(&c));
        before = c;
        is_invisible(c) && !belongs
    })
}

/// Whether an address holds an invisible character. Joiners belong after a virama only (RFC 5892, appendix A).
#[must_use]
pub fn hides_something_in_address(address: &str) -> bool {
    let class = const { CodePointMapData::<CanonicalCombiningClass>::new() };
    let mut before = ' ';
    address.chars().any(|c| {
        let belongs = JOINERS.contains(&c) && class.get(before) == CanonicalCombiningClass::Virama;
        before = c;
        is_invisible(c) && !belongs
    })
}

/// A number as people type it: ASCII digits for those of other scripts, and nothing invisible.
#[must_use]
pub fn plain_digits(text: &str) -> String {
    let visible = text.chars().filter(|c| !is_invisible(*c));
    visible.map(|c| digit(c).and_then(|digit| char::from_digit(digit, 10)).unwrap_or(c)).collect()
}

fn digit(c: char) -> Option<u32> {
    let of = |zero: &char| u32::from(c).checked_sub(u32::from(*zero)).filter(|digit| *digit < 10);
    ZEROS.iter().find_map(of)
}

fn is_blank_character(c: char) -> bool {
    // A Braille cell without dots is an ordinary symbol, but shows nothing.
    if c.is_whitespace() || c == '\u{2800}' || is_invisible(c) {
        return true;
    }
    let category = || const { CodePointMapData::<GeneralCategory>::new() }.get(c);
    // A mark without a letter to stand on.
    !c.is_ascii() && matches!(category(), GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark)
}

/// Whether the character shows nothing and changes nothing of what stands around it, or only embeds a direction.
fn is_artefact(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{180E}' | '\u{200B}' | '\u{2060}'..='\u{2064}' | '\u{206A}'..='\u{206F}' | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{202A}'..='\u{202C}' | '\u{2066}'..='\u{2069}'
    )
}

fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{61C}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_has_one_form_and_nothing_around_it() {
        for (typed, kept) in [
            ("\u{FEFF}\u{A0} Kokapet \u{200B}\u{200E}", "Kokapet"),
            ("\u{202A}+91 98480 22338\u{202C}", "+91 98480 22338"),
            ("Jose\u{301}", "Jos\u{E9}"),
            ("Ko\u{200B}ka\u{AD}pet", "Kokapet"),
            ("e\u{200B}\u{301}", "\u{E9}"),
            // Nukta letters are excluded from composition: NFC writes them in two characters.
            ("\u{958}", "\u{915}\u{93C}"),
        ] {
            assert_eq!(cleaned(typed), kept, "{typed:?}");
        }
        for kept in [
            "क्\u{200D}ष",
            "नम\u{200C}ते",
            "👩\u{200D}🌾",
            "❤\u{FE0F}",
            "🏴\u{E0067}\u{E007F}",
            "a\u{200E}!\u{200E}b",
        ] {
            assert_eq!(cleaned(kept), kept, "{kept:?}");
        }
    }

    #[test]
    fn a_text_of_nothing_visible_is_blank() {
        for blank in [
            "",
            " \u{A0}\u{3000}",
            "\u{200B}\u{200B}",
            "\u{3164}\u{115F}",
            "\u{2800}",
            "\u{301}\u{301}",
            "\u{E0041}",
        ] {
            assert!(is_blank(blank), "{blank:?}");
        }
        for seen in ["a", ".", "घ", "👍", "\u{1}", "क\u{94D}\u{200D}"] {
            assert!(!is_blank(seen), "{seen:?}");
        }
        assert_eq!(visible_length("a\u{200D}\u{200D}b"), 2);
    }

    #[test]
    fn joiners_hide_nothing_where_a_script_needs_them() {
        assert!(!hides_something("क्\u{200D}षमा") && !hides_something("Asha ❤\u{FE0F}"));
        for name in ["As\u{200D}ha", "Asha\u{2066}", "Asha\u{200E}Rao", "A\u{E0041}"] {
            assert!(hides_something(name), "{name:?}");
        }
        assert!(!hides_something_in_address("श्\u{200D}री"));
        assert!(hides_something_in_address("शर\u{200D}ी") && hides_something_in_address("me\u{200B}era"));
    }

    #[test]
    fn digits_of_other_scripts_are_numbers() {
        assert_eq!(plain_digits("९८४८०\u{200B} २२३३८"), "98480 22338");
        assert_eq!(plain_digits("౫౦౦౦౩౨ ４２ ٣٤"), "500032 42 34");
    }
}
