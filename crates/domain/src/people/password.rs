//! Rejects new passwords that are easily guessed.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use crate::text;

/// The most common passwords of at least eight characters, in lower case.
static COMMONEST: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("commonest.txt").split_whitespace().collect());
/// Common words, often too short for a password, that people extend with digits and signs at either end.
const STEMS: &str = "password passwort welcome admin qwerty letmein iloveyou dragon monkey secret master login india \
    hyderabad telangana bharat krishna ganesh hanuman cricket bangalore mumbai delhi chennai test hello changeme \
    default guest user root temp pass abc abcd asdf qwer sunshine princess football";
/// Neighbouring keys and letters.
const ROWS: [&str; 5] =
    ["abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
/// The shortest run. Shorter ones also occur in many good passwords.
const RUN: usize = 3;
/// The longest text whose repetition is rejected.
const REPEATED: usize = 4;
/// The shortest name checked. Shorter names occur in many words.
const NAME: usize = 3;

/// A password in the form that is hashed (RFC 8265, `OpaqueString`): other spaces become plain ones, and the text is
/// in NFC, so that each keyboard gives the same password. Nothing is trimmed, and case stays.
#[must_use]
pub fn prepared_password(typed: &str) -> Cow<'_, str> {
    let is_space = |c: char| c.is_whitespace() && !c.is_control() && c != ' ';
    if !typed.contains(is_space) {
        return text::nfc(typed);
    }
    let plain: String = typed.chars().map(|c| if is_space(c) { ' ' } else { c }).collect();
    Cow::Owned(text::nfc(&plain).into_owned())
}

/// Checks a new password: 8–128 characters, not one of the most common, not made of runs or repetitions. Returns it
/// prepared.
///
/// # Errors
/// With a message for the person.
pub fn password(typed: &str) -> Result<String, &'static str> {
    let text = prepared_password(typed);
    if !(8..=128).contains(&text.chars().count()) {
        return Err("must be 8 to 128 characters long");
    }
    let lower = text.to_lowercase();
    if COMMONEST.contains(lower.as_str()) || STEMS.split_whitespace().any(|stem| stem == stem_of(&lower)) {
        return Err("is among the commonest passwords; choose another");
    }
    let letters: Vec<char> = lower.chars().collect();
    if is_repeated(&letters) {
        return Err("repeats the same few characters; choose another");
    }
    if is_made_of_runs(&letters) {
        return Err("is a row of letters, digits or keys; choose another");
    }
    Ok(text.into_owned())
}

/// Checks that a password is not one of the person's own names, such as `("user name", "asha")`, even with
/// digits and signs around it.
///
/// # Errors
/// With a message for the person that says which name it is.
pub fn not_a_name(password: &str, names: &[(&str, &str)]) -> Result<(), String> {
    let lower = password.to_lowercase();
    let stem = stem_of(&lower);
    let is_name = |name: &str| {
        let name = name.trim().to_lowercase();
        let plain = stem_of(&name);
        name.chars().count() >= NAME && (lower == name || (plain.chars().count() >= NAME && stem == plain))
    };
    match names.iter().find(|(_, name)| is_name(name)) {
        Some((what, _)) => Err(format!("is your {what}; choose another")),
        None => Ok(()),
    }
}

/// The text without the digits and signs around it.
fn stem_of(lower: &str) -> &str {
    lower.trim_matches(|c: char| !c.is_alphabetic())
}

fn is_repeated(letters: &[char]) -> bool {
    (1..=REPEATED)
        .any(|length| letters.iter().zip(letters.iter().skip(length)).all(|(one, next)| one == next))
}

/// Whether the text consists only of runs, such as `qwerty987`.
fn is_made_of_runs(letters: &[char]) -> bool {
    let mut rest = letters;
    while !rest.is_empty() {
        let longest = (RUN..=rest.len()).rev().find(|length| is_run(&rest[..*length]));
        let Some(length) = longest else { return false };
        rest = &rest[length..];
    }
    true
}

/// Whether it is one repeated character, or neighbours in one row in either direction.
fn is_run(letters: &[char]) -> bool {
    let forward: String = letters.iter().collect();
    let backward: String = letters.iter().rev().collect();
    let same = letters.iter().all(|letter| Some(letter) == letters.first());
    same || ROWS.iter().any(|row| row.contains(&forward) || row.contains(&backward))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_guessed_first_is_refused() {
        for bad in [
            "short",
            "Password123",
            "welcome2024!",
            "Hyderabad@1",
            "aaaaaaaa",
            "abababab",
            "abcabcabc",
            "12345678",
            "87654321",
            "abcdefgh",
            "qwertyui",
            "ASDFGHJK",
            "qwerty987",
            "abc12345",
            "1234567890123",
            "Iloveyou1",
            "!!!!!!!!",
            "zzzz1111",
            "passw0rd",
        ] {
            assert!(password(bad).is_err(), "{bad}");
        }
        for good in [
            "a long and private phrase",
            "look-around-hyderabad",
            "correct horse",
            "pannier7 ladder",
            "मेरा लंबा वाक्य",
        ] {
            assert_eq!(password(good), Ok(good.to_owned()));
        }
    }

    #[test]
    fn a_password_is_the_same_from_every_keyboard() {
        assert_eq!(prepared_password("Jose\u{301}\u{A0}in Goa "), "Jos\u{E9} in Goa ");
        assert_eq!(prepared_password(" as typed\t"), " as typed\t");
        assert_eq!(password("jose\u{301} goes home"), password("jos\u{E9} goes home"));
    }

    #[test]
    fn ones_own_names_are_refused_by_what_they_are() {
        let names = [("user name", "Asha.Rao"), ("e-mail address", "asha.r77"), ("first name", "Li")];
        let refused = |text| not_a_name(text, &names).unwrap_err();
        assert_eq!(refused("asha.rao"), "is your user name; choose another");
        assert_eq!(refused("ASHA.RAO2024!"), "is your user name; choose another");
        assert_eq!(refused("Asha.R1990"), "is your e-mail address; choose another");
        for good in ["li12345678x", "asha likes long walks"] {
            assert_eq!(not_a_name(good, &names), Ok(()), "{good}");
        }
    }
}
