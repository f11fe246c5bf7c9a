//! E-mail addresses: one form for each mailbox, whatever script its domain is written in.
//!
//! The form is in lower case and NFC, with the domain as A-labels (UTS #46), as mail servers need it.

use std::borrow::Cow;

use icu_properties::CodePointMapData;
use icu_properties::props::Script;
use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

use crate::text;

/// The limits of RFC 5321, in bytes.
const LONGEST_LOCAL: usize = 64;
const LONGEST: usize = 254;
/// The scripts in which a domain is shown to people. Letters of the others look like those of Latin, or people here
/// do not read them.
const SHOWN: [Script; 11] = [
    Script::Arabic,
    Script::Bengali,
    Script::Devanagari,
    Script::Gujarati,
    Script::Gurmukhi,
    Script::Kannada,
    Script::Malayalam,
    Script::Oriya,
    Script::Sinhala,
    Script::Tamil,
    Script::Telugu,
];

/// Normalises an e-mail address, also as other programs copy it: `Asha <asha@example.com>`, `mailto:asha@example.com`.
///
/// # Errors
/// With a message for the person when it cannot be an address.
pub fn email(typed: &str) -> Result<String, &'static str> {
    const MESSAGE: &str = "must be an e-mail address";
    let bare = unwrapped(typed);
    if text::hides_something_in_address(bare) {
        return Err("must be an e-mail address without invisible characters; type it anew");
    }
    let (local, domain) = bare.rsplit_once('@').ok_or(MESSAGE)?;
    let domain =
        ascii_domain(domain).ok_or("must be an e-mail address; the part after the @ is no domain")?;
    let local = text::nfc(&local.to_lowercase()).into_owned();
    let clean = !local.chars().any(|c| c.is_whitespace() || c.is_control() || "@<>,;\"()[]\\:".contains(c));
    // Two dots, or one at either end, would need quotes.
    let dots = local.split('.').all(|part| !part.is_empty());
    let address = format!("{local}@{domain}");
    let short = local.len() <= LONGEST_LOCAL && address.len() <= LONGEST;
    if clean && dots && short && domain.contains('.') { Ok(address) } else { Err(MESSAGE) }
}

/// The address in the form for mail servers, with its domain as A-labels. An address from before that is not valid
/// now stays as it is.
#[must_use]
pub fn for_servers(address: &str) -> Cow<'_, str> {
    let ascii = || {
        let (local, domain) = address.rsplit_once('@')?;
        ascii_domain(domain).map(|domain| format!("{local}@{domain}"))
    };
    if address.is_ascii() {
        Cow::Borrowed(address)
    } else {
        ascii().map_or(Cow::Borrowed(address), Cow::Owned)
    }
}

/// The address as people read it: a label of the domain in its own script, if all of it is of one script of India.
#[must_use]
pub fn shown_email(address: &str) -> Cow<'_, str> {
    let Some((local, domain)) = address.rsplit_once('@').filter(|(_, domain)| domain.contains("xn--")) else {
        return Cow::Borrowed(address);
    };
    let (shown, valid) = Uts46::new().to_user_interface(
        domain.as_bytes(),
        AsciiDenyList::STD3,
        Hyphens::CheckFirstLast,
        |label, _, _| is_of_one_script(label),
    );
    if valid.is_ok() { Cow::Owned(format!("{local}@{shown}")) } else { Cow::Borrowed(address) }
}

/// Whether the part before the `@` needs a mail server with SMTPUTF8 (RFC 6531).
#[must_use]
pub fn needs_smtputf8(address: &str) -> bool {
    address.rsplit_once('@').is_some_and(|(local, _)| !local.is_ascii())
}

/// Every spelling of an address that was kept before there was one form, beginning with `address` itself. An account
/// holds all of them, so that none of them can be taken by somebody else.
#[must_use]
pub fn spellings(address: &str) -> Vec<String> {
    let mut spellings = vec![address.to_owned()];
    let Some((local, domain)) = address.rsplit_once('@') else { return spellings };
    let (unicode, valid) =
        Uts46::new().to_unicode(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast);
    let unicode = if valid.is_ok() { unicode } else { Cow::Borrowed(domain) };
    let domains = [domain.to_owned(), text::nfc(&unicode).into_owned(), text::nfd(&unicode).into_owned()];
    for domain in &domains {
        for local in [text::nfc(local), text::nfd(local)] {
            let spelling = format!("{local}@{domain}");
            if !spellings.contains(&spelling) {
                spellings.push(spelling);
            }
        }
    }
    spellings
}

/// The unique names that a person may mean who types `name` to sign in, each with its kind. The spelling that was
/// typed comes first.
#[must_use]
pub fn sign_in_names(name: &str) -> Vec<(&'static str, String)> {
    let typed = name.trim().to_lowercase();
    let kind = if typed.contains('@') { "email" } else { "username" };
    let mut names = vec![typed];
    let others = match kind {
        "email" => email(name).map(|address| spellings(&address)).unwrap_or_default(),
        _ => vec![text::trimmed(name).to_lowercase()],
    };
    for other in others {
        if !names.contains(&other) {
            names.push(other);
        }
    }
    names.into_iter().map(|name| (kind, name)).collect()
}

fn ascii_domain(domain: &str) -> Option<String> {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let ascii = Uts46::new().to_ascii(
        domain.as_bytes(),
        AsciiDenyList::STD3,
        Hyphens::CheckFirstLast,
        DnsLength::Verify,
    );
    ascii.ok().map(Cow::into_owned)
}

/// The address without what programs put around it.
fn unwrapped(typed: &str) -> &str {
    let around = |c: char| "\"'\u{2018}\u{2019}\u{201C}\u{201D}\u{AB}\u{BB}".contains(c);
    let mut bare = text::trimmed(text::trimmed(typed).trim_matches(around));
    if let Some((_, inner)) = bare.strip_suffix('>').and_then(|bare| bare.rsplit_once('<')) {
        bare = text::trimmed(inner);
    }
    if bare.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:")) {
        bare = bare[7..].split('?').next().unwrap_or_default();
    }
    text::trimmed(text::trimmed(bare).trim_matches(around).trim_end_matches([',', ';', '.']))
}

fn is_of_one_script(label: &[char]) -> bool {
    let scripts = const { CodePointMapData::<Script>::new() };
    let of = |c: &char| {
        Some(scripts.get(*c)).filter(|script| ![Script::Common, Script::Inherited].contains(script))
    };
    let mut found = label.iter().filter_map(of);
    let Some(first) = found.next() else { return false };
    SHOWN.contains(&first) && found.all(|script| script == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_form() {
        for (typed, kept) in [
            (" Asha.K@Example.COM ", "asha.k@example.com"),
            ("\u{FEFF}asha@example.com\u{200B}", "asha@example.com"),
            ("\u{202A}asha@example.com\u{202C}", "asha@example.com"),
            ("<asha@example.com>", "asha@example.com"),
            ("Asha Rao <Asha@example.com>", "asha@example.com"),
            ("mailto:asha@example.com?subject=Home", "asha@example.com"),
            ("\u{201C}asha@example.com\u{201D}", "asha@example.com"),
            ("asha@example.com,", "asha@example.com"),
            ("asha@example.com.", "asha@example.com"),
            ("jose\u{301}@example.com", "jos\u{E9}@example.com"),
            ("meera@हैदराबाद.भारत", "meera@xn--j2barp7b6ab9e.xn--h2brj9c"),
            ("meera@xn--j2barp7b6ab9e.xn--H2BRJ9C", "meera@xn--j2barp7b6ab9e.xn--h2brj9c"),
            ("मीरा@example.com", "मीरा@example.com"),
            ("o'neil+homes@example.com", "o'neil+homes@example.com"),
        ] {
            assert_eq!(email(typed), Ok(kept.to_owned()), "{typed:?}");
        }
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        for bad in [
            "",
            "asha",
            "@example.com",
            "a@b",
            "a b@example.com",
            "a@exa mple.com",
            "a@.com",
            "a@@example.com",
            "a..b@example.com",
            ".a@example.com",
            "a@-example.com",
            "a@example.com\r\nBcc: b@example.com",
            "a@xn--0.com",
            "(a)@example.com",
        ] {
            assert!(email(bad).is_err(), "{bad:?}");
        }
        for deceptive in [
            "me\u{200B}era@example.com",
            "meera\u{200B}@example.com",
            "\u{202E}meera@example.com",
            "meera@exam\u{AD}ple.com",
            "m\u{200D}eera@example.com",
        ] {
            assert!(email(deceptive).unwrap_err().contains("invisible"), "{deceptive:?}");
        }
        assert!(email(&format!("{}@example.com", "म".repeat(22))).is_err(), "64 bytes at most");
    }

    #[test]
    fn people_see_a_domain_in_its_script_unless_it_may_deceive() {
        let shown = |address: &str| shown_email(&email(address).unwrap()).into_owned();
        assert_eq!(shown("meera@हैदराबाद.भारत"), "meera@हैदराबाद.भारत");
        assert_eq!(shown("meera@example.com"), "meera@example.com");
        // A Cyrillic letter that looks like an `a`.
        assert_eq!(shown("meera@ex\u{430}mple.com"), "meera@xn--exmple-4nf.com");
        assert_eq!(for_servers("meera@हैदराबाद.भारत"), "meera@xn--j2barp7b6ab9e.xn--h2brj9c");
        assert_eq!(for_servers("मीरा@example.com"), "मीरा@example.com");
        assert!(needs_smtputf8("मीरा@example.com") && !needs_smtputf8("meera@हैदराबाद.भारत"));
    }

    #[test]
    fn every_spelling_of_a_name_leads_to_its_account() {
        assert_eq!(spellings("asha@example.com"), ["asha@example.com"]);
        let all = spellings(&email("jose\u{301}@हैदराबाद.भारत").unwrap());
        for spelling in [
            "jos\u{E9}@हैदराबाद.भारत",
            "jose\u{301}@हैदराबाद.भारत",
            "jose\u{301}@xn--j2barp7b6ab9e.xn--h2brj9c",
        ] {
            assert!(all.contains(&spelling.to_owned()), "{spelling} {all:?}");
        }
        let names = |typed: &str| sign_in_names(typed).into_iter().map(|(_, name)| name).collect::<Vec<_>>();
        assert_eq!(names(" Asha@Example.com "), ["asha@example.com"]);
        assert_eq!(names("Asha_K"), ["asha_k"]);
        assert_eq!(names("\u{FEFF}Asha"), ["\u{FEFF}asha", "asha"]);
        // As it was kept before, then as it is kept now.
        assert_eq!(names("Jose\u{301}@example.com"), ["jose\u{301}@example.com", "jos\u{E9}@example.com"]);
        assert_eq!(names("<asha@example.com>"), ["<asha@example.com>", "asha@example.com"]);
    }
}
