//! The one form in which texts are compared when people search: [`fold`] for a whole text, [`words`] for its words.
//! What is indexed and what is asked for go through the same functions.
//!
//! This form is only compared, never stored for people to read: it loses case, accents and ways of writing.

use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation as _;

/// The first digit of the decimal digits in use in India, beside ASCII. The other nine follow it.
const ZEROS: [char; 11] = [
    '\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}', '\u{c66}',
    '\u{ce6}', '\u{d66}',
];

/// The text as it is compared: compatibility forms, case and accents folded.
///
/// - Canonically equal texts are equal (NFKC), and so are wide, narrow and ligated letters.
/// - Case is folded. `ß` equals `ss`.
/// - Accents of letters such as Latin ones are dropped. Marks of Indian scripts carry meaning and stay: vowel signs,
///   nukta and virama.
/// - Arabic and Urdu letters that look alike are one; short vowels are dropped, because most people omit them.
/// - Digits of Indian scripts equal ASCII digits.
/// - Characters that show nothing are dropped.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkd().filter(|c| !is_dropped(*c)).flat_map(without_case).map(look).nfc().collect()
}

/// The words of a text in the form of [`fold`], as UAX #29 separates them. A mark stays with its letter, so a word of
/// an Indian script is one word. Punctuation inside a word separates, too: `L.B.` is two words.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    if text.is_ascii() {
        // The same result, without the tables.
        let parts = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
        return parts.map(str::to_ascii_lowercase).collect();
    }
    let folded = fold(text);
    let parts = folded.unicode_words().flat_map(|word| word.split(is_separator));
    parts.filter(|part| part.chars().any(char::is_alphanumeric)).map(str::to_owned).collect()
}

/// Punctuation that UAX #29 keeps within words and numbers, and a blank that a stray mark follows.
fn is_separator(c: char) -> bool {
    c.is_ascii_punctuation()
        || c.is_whitespace()
        || matches!(c, '’' | '‘' | '·' | '‧' | '‿' | '⁀' | '⁄' | '״' | '׳')
}

fn is_dropped(c: char) -> bool {
    is_accent(c) || is_short_vowel(c) || is_invisible(c)
}

/// Combining marks that belong to no script of their own.
const fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Arabic vowel marks and the letter stretcher. Madda and hamza (U+0653 to U+0655) are parts of letters and stay.
const fn is_short_vowel(c: char) -> bool {
    matches!(c, '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{652}' | '\u{656}'..='\u{65f}' | '\u{670}')
}

/// Format characters that show nothing: joiners, marks of direction, variation selectors.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200c}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Folds case by way of the capital letter, so that `ß`, `ſ` and the Greek final sigma lose their difference.
fn without_case(c: char) -> impl Iterator<Item = char> {
    // First to lower case, because the capital of `ẞ` is itself.
    let capitals = c.to_lowercase().flat_map(char::to_uppercase);
    capitals.flat_map(char::to_lowercase).filter(|c| !is_accent(*c))
}

/// One character for those that look the same or mean the same number.
fn look(c: char) -> char {
    match c {
        // A break opportunity of no width is still a break.
        '\u{200b}' => ' ',
        // Yeh: Arabic, without dots, Farsi and Urdu.
        '\u{64a}' | '\u{649}' | '\u{6cc}' => '\u{6cc}',
        // Kaf: Arabic, and Farsi and Urdu.
        '\u{643}' | '\u{6a9}' => '\u{6a9}',
        // Heh: Arabic, Urdu, and both forms of teh marbuta. The heh of aspirated letters (U+06BE) is another letter.
        '\u{647}' | '\u{6c1}' | '\u{629}' | '\u{6c3}' | '\u{6d5}' => '\u{6c1}',
        _ => ZEROS.iter().find_map(|zero| ascii_digit(c, *zero)).unwrap_or(c),
    }
}

fn ascii_digit(c: char, zero: char) -> Option<char> {
    char::from_digit(u32::from(c).checked_sub(u32::from(zero))?, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_one_form() {
        for (one, other) in [
            ("étage élevé", "E\u{301}tage e\u{301}leve\u{301}"),
            ("Amberpēt", "amberpet"),
            // Nukta: the composed letter, and the letter with its mark.
            ("पहा\u{95c}ी शरीफ", "पहा\u{921}\u{93c}ी शरीफ"),
            // Telugu: a vowel sign of two parts.
            ("\u{c15}\u{c48}", "\u{c15}\u{c46}\u{c56}"),
            ("ＨＩＴＥＣ Ｃｉｔｙ", "hitec city"),
            ("Straße", "STRASSE"),
            ("STRAẞE", "strasse"),
            ("ΟΔΟΣ", "οδος"),
            ("İstanbul ılıca", "istanbul ilica"),
            // Arabic yeh, kaf and heh, and the letters of Urdu.
            ("\u{643}\u{64a}\u{647}", "\u{6a9}\u{6cc}\u{6c1}"),
            (
                "\u{628}\u{64e}\u{646}\u{62c}\u{627}\u{631}\u{6c1}",
                "\u{628}\u{646}\u{62c}\u{627}\u{631}\u{6c1}",
            ),
            ("२ बीएचके", "2 बीएचके"),
            ("౩ పడక", "3 పడక"),
            ("కొండా\u{200c}పూర్", "కొండాపూర్"),
            ("Kon\u{ad}da\u{200d}pur\u{feff}", "kondapur"),
            ("100 m²", "100 m2"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} {other}");
            assert_eq!(words(one), words(other), "{one} {other}");
        }
    }

    #[test]
    fn marks_that_carry_meaning_stay() {
        for (one, other) in [
            ("फल", "फ\u{93c}ल"),
            ("कल", "कला"),
            ("క\u{c4d}క", "కక"),
            ("\u{622}", "\u{627}"),
            // An aspirated letter, and a letter before heh.
            ("\u{6a9}\u{6be}", "\u{6a9}\u{6c1}"),
        ] {
            assert_ne!(fold(one), fold(other), "{one} {other}");
        }
    }

    #[test]
    fn a_word_of_an_indian_script_is_one_word() {
        assert_eq!(words("क्षेत्र, हिन्दी").len(), 2);
        assert_eq!(words("గచ్చిబౌలి కొండాపూర్").len(), 2);
        assert_eq!(words("گچی باؤلی").len(), 2);
        assert_eq!(words("జూబ్లీ\u{200b}హిల్స్").len(), 2);
    }

    #[test]
    fn punctuation_separates_with_and_without_accents() {
        for text in ["L.B. Nagar's road_no 1,200/-", "L.B. Nagar’s road_no 1,200/- \u{301}"] {
            assert_eq!(words(text), ["l", "b", "nagar", "s", "road", "no", "1", "200"], "{text}");
        }
        assert_eq!(words("\u{200b}\u{301} — *"), [""; 0]);
    }

    #[test]
    fn fuzz_folding_again_changes_nothing() {
        bolero::check!().with_type::<String>().for_each(|text| {
            let folded = fold(text);
            assert_eq!(fold(&folded), folded, "{text:?}");
            for word in words(text) {
                assert!(word.chars().any(char::is_alphanumeric), "{text:?}");
                assert!(!word.contains(char::is_whitespace), "{text:?}");
            }
        });
    }
}
