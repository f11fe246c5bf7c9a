//! The address of a home's page, `/hyderabad/{locality}/{n-bhk-kind-for-sale}/{title}-{id}`: readable, and found by its
//! id alone, so that old addresses lead to the present one.

use crate::key::Key;

/// The route of all pages of homes.
pub(crate) const ROUTE: &str = "/hyderabad/{locality}/{kind}/{listing}";

/// The most letters of a slug.
const LONGEST: usize = 60;
const UUID_LENGTH: usize = 36;

/// What the address of a home says about it.
pub(crate) struct ListingName<'a> {
    pub(crate) locality: &'a str,
    pub(crate) bedrooms: Option<f64>,
    /// Such as `Apartment for sale`.
    pub(crate) kind: &'a str,
    pub(crate) title: &'a str,
    pub(crate) id: &'a str,
}

/// The address of a home.
pub(crate) fn write(home: &ListingName<'_>) -> String {
    // Only an id that can be read back is put behind a title.
    if id_in(&format!("title-{}", home.id)).is_none_or(|id| id.to_string() != home.id) {
        return Key::parse(home.id).map_or_else(|| "/homes".to_owned(), |id| format!("/homes/{id}"));
    }
    let or = |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
    let locality = or(slug(home.locality), "city");
    let kind = or(slug(home.kind), "home");
    let rooms = home.bedrooms.map_or_else(String::new, rooms);
    let title = or(slug(home.title), "home");
    format!("/hyderabad/{locality}/{rooms}{kind}/{title}-{}", home.id)
}

/// The id at the end of an address.
pub(crate) fn id_in(listing: &str) -> Option<Key> {
    let tail = listing.len().checked_sub(UUID_LENGTH).and_then(|start| listing.get(start..));
    let id = tail.filter(|tail| is_uuid(tail)).or_else(|| listing.rsplit('-').next());
    id.and_then(Key::parse)
}

fn is_uuid(text: &str) -> bool {
    text.bytes().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}

/// The start of the kind: `3-bhk-`, `2-5-bhk-`, or `1-rk-` for one room and kitchen.
fn rooms(bedrooms: f64) -> String {
    if bedrooms < 1.0 { "1-rk-".to_owned() } else { format!("{}-bhk-", slug(&bedrooms.to_string())) }
}

/// A text in an address: its ASCII letters and digits, small, with one `-` between words. Whole words only, if it is
/// long.
pub(crate) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for word in text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let room = LONGEST.saturating_sub(slug.len() + 1);
        if word.len() > room && !slug.is_empty() {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.extend(word.chars().take(LONGEST).map(|letter| letter.to_ascii_lowercase()));
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::{ListingName, id_in, slug, write};

    const ID: &str = "0197a1b2-0000-7000-8000-000000000001";

    fn told<'a>(title: &'a str, id: &'a str) -> ListingName<'a> {
        ListingName { locality: "HITEC City", bedrooms: Some(3.0), kind: "Apartment for sale", title, id }
    }

    #[test]
    fn an_address_is_read_by_people_and_its_id_by_us() {
        let path = write(&told("Bright & airy, near the lake!", ID));
        let listing = format!("bright-airy-near-the-lake-{ID}");
        assert_eq!(path, format!("/hyderabad/hitec-city/3-bhk-apartment-for-sale/{listing}"));
        assert_eq!(id_in(&listing).unwrap().to_string(), ID);
        assert_eq!(id_in(&format!("any-other-words-{ID}")).unwrap().to_string(), ID);
        assert_eq!(id_in(ID).unwrap().to_string(), ID);
        assert_eq!(id_in("flat-h1").unwrap().to_string(), "h1");
    }

    #[test]
    fn rooms_come_first_when_they_are_known() {
        let kind = |bedrooms| {
            let path = write(&ListingName { bedrooms, ..told("Flat", "h1") });
            path.split('/').nth(3).unwrap().to_owned()
        };
        assert_eq!(kind(None), "apartment-for-sale");
        assert_eq!(kind(Some(2.5)), "2-5-bhk-apartment-for-sale");
        assert_eq!(kind(Some(0.5)), "1-rk-apartment-for-sale");
    }

    #[test]
    fn words_in_another_script_leave_an_address_all_the_same() {
        let path =
            write(&ListingName { locality: "", kind: "", ..told("గచ్చిబౌలి", "h1") });
        assert_eq!(path, "/hyderabad/city/3-bhk-home/home-h1");
    }

    #[test]
    fn an_id_that_cannot_be_read_back_stands_alone() {
        assert_eq!(write(&told("Flat", "a-b")), "/homes/a-b");
        assert_eq!(write(&told("Flat", "../x")), "/homes");
        assert_eq!(id_in("flat-\u{fc}"), None);
        assert_eq!(id_in(""), None);
    }

    #[test]
    fn a_long_title_ends_with_a_whole_word() {
        let long = slug(&"spacious ".repeat(20));
        assert!(long.len() <= 60 && long.ends_with("spacious"), "{long}");
        assert_eq!(slug(&"x".repeat(200)).len(), 60);
        assert_eq!(slug(" -- "), "");
    }
}
