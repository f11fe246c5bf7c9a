use std::path::Path;

use domain::fields::Choice;

use super::words::{Reader, Variables};
use super::*;
use crate::email::read::read;
use crate::stop::StopLinks;
use crate::template::Template;

const HOME: &str = "0197c000-0000-7000-8000-000000000002";

fn at() -> Timestamp {
    "2026-11-21T05:00:00Z".parse().unwrap()
}

fn site() -> MailSite {
    MailSite { name: "Homes & Sons".into(), url: "https://homes.example/".into() }
}

fn draft<'a>(template: Template, to: &'a str, site: &'a MailSite, told: &Variables) -> EmailDraft<'a> {
    let link = "https://homes.example/verify-email?userId=u&code=c";
    let stop = template.kind().map(|kind| StopLinks {
        page: format!("https://homes.example/unsubscribe?token=u.{}.c", kind.word()),
        one_click: format!("https://homes.example/api/notifications/unsubscribe?token=u.{}.c", kind.word()),
        kind,
    });
    // Whose address is not confirmed is not called by a name.
    let name = Some("Ashà <b>").filter(|_| !template.confirms());
    let reader = Reader { site, name, link: Some((link, at())), stop: stop.as_ref() };
    let words = Words::of(template, &reader, told);
    EmailDraft { from: "no-reply@homes.example", to, site, words, at: at() }
}

/// All variables, each with something that a page must escape.
fn told() -> Variables {
    let pairs = [
        ("title", "3BHK in <Kondapur>"),
        ("area", "Kondapur & Miyapur"),
        ("price", "₹95 Lakh"),
        ("propertyId", HOME),
        ("name", "Ravi \"R\" Rao"),
        ("phone", "+919876543210"),
        ("email", "ravi@example.com"),
        ("when", "22 November 2026, 11:00"),
        ("with", "Ravi Rao"),
        ("tries", "12"),
        ("networks", "3"),
        ("since", "22 November 2026, 09:30 Indian time"),
        ("subject", "News"),
        ("message", "<script>alert(1)</script>\nSecond line"),
    ];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// With `HYD_WRITE_GOLDEN=1`, missing files are written.
fn golden(name: &str, written: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if !file.exists() && std::env::var_os("HYD_WRITE_GOLDEN").is_some() {
        std::fs::write(&file, written).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), written, "{name}");
}

#[test]
fn every_letter_says_what_its_golden_file_says() {
    let site = site();
    for template in Template::ALL {
        let draft = draft(template, "asha@example.com", &site, &told());
        let html = html(&draft.words).unwrap();
        golden(&format!("{}.txt", template.name()), &text(&draft.words).unwrap());
        golden(&format!("{}.html", template.name()), &html);
        assert!(!html.contains("<script>") && !html.contains("<b>"), "{html}");
    }
    let letter =
        draft(Template::General, "asha@example.com", &site, &told()).write(&"ab".repeat(32)).unwrap();
    golden("general.eml", &String::from_utf8(letter.bytes).unwrap());
}

#[test]
fn a_letter_reads_back_and_is_the_same_at_every_try() {
    let site = site();
    let told = Variables::from([
        (
            "subject".into(),
            "नमस्ते Asha, a long subject that does not fit in one line of a header\r\nBcc: eve@example.com"
                .into(),
        ),
        ("message".into(), "line = one\nfar too long ".to_owned() + &"x".repeat(300)),
    ]);
    let write = || draft(Template::General, "asha@example.com", &site, &told).write("the-id").unwrap();
    let letter = String::from_utf8(write().bytes).unwrap();
    assert_eq!(letter.as_bytes(), write().bytes);
    assert!(letter.contains("Message-ID: <the-id@homes.example>\r\n"), "{letter}");
    assert!(letter.contains("Date: Sat, 21 Nov 2026 05:00:00 +0000\r\n"), "{letter}");
    assert!(letter.contains("From: =?utf-8?b?SG9tZXMgJiBTb25z?= <no-reply@homes.example>\r\n"), "{letter}");
    assert!(!letter.contains("\nBcc"), "{letter}");
    // An address in a header cannot be folded.
    let fits = |line: &str| line.len() <= 78 || line.starts_with("List-Unsubscribe: <");
    assert!(letter.is_ascii() && letter.lines().all(fits), "{letter}");
    let shown = read(&letter).unwrap();
    assert_eq!(shown.to, "asha@example.com");
    assert!(shown.subject.starts_with("नमस्ते Asha, a long subject that does"), "{}", shown.subject);
    let body = text(&draft(Template::General, "asha@example.com", &site, &told).words).unwrap();
    assert_eq!(shown.body, body);
}

#[test]
fn a_letter_of_an_earlier_version_still_reads() {
    let old = "Date: Sat, 21 Nov 2026 05:00:00 +0000\r\nTo: asha@example.com\r\nSubject: Set a new password\r\n\
        Content-Type: text/plain; charset=utf-8\r\n\r\nHello,\r\n\r\nmore\r\n";
    let shown = read(old).unwrap();
    assert_eq!((&*shown.subject, &*shown.body), ("Set a new password", "Hello,\n\nmore\n"));
}

#[test]
fn nobody_is_written_to_at_an_address_that_is_none() {
    let site = site();
    for to in ["asha@example.com\r\nBcc: eve@example.com", "", "asha", "a@b@c"] {
        let refused = draft(Template::General, to, &site, &told()).write("id").unwrap_err();
        assert_eq!(refused, Unwritable::Recipient, "{to:?}");
    }
}

#[test]
fn a_home_is_shown_with_a_photo_of_our_own_site() {
    const PHOTO: &str = "0197c000-0000-7000-8000-000000000009";
    let shown = format!(
        "<p><a href=\"https://homes.example/homes/{HOME}\"><img \
         src=\"https://homes.example/api/files/{PHOTO}?w=320\" alt=\"Photo of 3BHK in &#60;Kondapur&#62;"
    );
    let html_of = |told: &Variables| {
        html(&draft(Template::PropertyAlert, "asha@example.com", &site(), told).words).unwrap()
    };
    let one = Variables::from([("photo".to_owned(), PHOTO.to_owned())]).into_iter().chain(told()).collect();
    assert!(html_of(&one).contains(&shown), "{}", html_of(&one));
    let mut digest = Variables::from([
        ("title".to_owned(), "2 homes for you".to_owned()),
        ("total".to_owned(), "2".to_owned()),
        ("homes".to_owned(), format!("{HOME} 3BHK in <Kondapur>\n0197c000-0000-7000-8000-000000000003 Plot")),
        ("photos".to_owned(), format!("{HOME} {PHOTO}")),
    ]);
    let letter = html_of(&digest);
    assert!(letter.contains(&shown) && letter.matches("<img").count() == 1, "{letter}");
    let words = draft(Template::PropertyAlert, "asha@example.com", &site(), &digest).words;
    assert!(!text(&words).unwrap().contains(PHOTO), "the text has links alone");
    for strange in ["https://elsewhere.example/x.gif", "", "..", "1"] {
        digest.insert("photos".into(), format!("{HOME} {strange}"));
        assert!(!html_of(&digest).contains("<img"), "{strange}");
    }
}
