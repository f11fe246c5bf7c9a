//! The path of a page of results: `/hyderabad/kondapur/apartments-for-sale`.

use crate::localities::Locality;
use crate::messages::{Language, key};

/// The start of the path of every page of results that filters.
pub(crate) const CITY: &str = "/hyderabad";
/// The path of the page that shows all homes.
pub(crate) const ALL: &str = "/homes";

/// A kind of home that a path can name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) slug: &'static str,
    /// The key of what several of them are called.
    pub(crate) words: &'static str,
    /// The types of property that it means; empty for any.
    pub(crate) types: &'static [&'static str],
    /// Another parameter of a search that it means. Such a kind is named without a deal.
    pub(crate) also: Option<(&'static str, &'static str)>,
}

impl Kind {
    const fn of(slug: &'static str, words: &'static str, types: &'static [&'static str]) -> Self {
        Self { slug, words, types, also: None }
    }

    const fn special(
        slug: &'static str,
        words: &'static str,
        parameter: &'static str,
        value: &'static str,
    ) -> Self {
        Self { slug, words, types: &[], also: Some((parameter, value)) }
    }
}

/// Homes of any kind.
pub(crate) static HOMES: Kind = Kind::of("homes", key("search-homes"), &[]);

/// Every kind, in the order in which lists offer them.
pub(crate) static KINDS: [Kind; 19] = [
    Kind::of("apartments", key("search-apartments"), &["APARTMENT"]),
    Kind::of("houses", key("search-houses"), &["HOUSE"]),
    Kind::of("villas", key("search-villas"), &["VILLA"]),
    Kind::of("builder-floors", key("search-builder-floors"), &["BUILDER_FLOOR"]),
    Kind::of("penthouses", key("search-penthouses"), &["PENTHOUSE"]),
    Kind::of("studios", key("search-studios"), &["STUDIO"]),
    Kind::of("serviced-apartments", key("search-serviced-apartments"), &["SERVICED_APARTMENT"]),
    Kind::of("farmhouses", key("search-farmhouses"), &["FARMHOUSE"]),
    Kind::of("plots", key("search-plots"), &["PLOT"]),
    Kind::of(
        "commercial",
        key("search-commercial"),
        &["OFFICE", "SHOP", "WAREHOUSE", "COWORKING", "INDUSTRIAL", "COMMERCIAL"],
    ),
    Kind::of("offices", key("search-offices"), &["OFFICE"]),
    Kind::of("shops", key("search-shops"), &["SHOP"]),
    Kind::of("warehouses", key("search-warehouses"), &["WAREHOUSE"]),
    Kind::of("coworking-spaces", key("search-coworking-spaces"), &["COWORKING"]),
    Kind::of("industrial-buildings", key("search-industrial-buildings"), &["INDUSTRIAL"]),
    Kind::of("pg-hostels", key("search-pg-hostels"), &["PG_HOSTEL"]),
    Kind::special("pg", key("search-pg"), "listingType", "PG"),
    Kind::special("flatmates", key("search-flatmates"), "listingType", "FLATMATE"),
    Kind::special("new-launches", key("search-new-launches"), "possessionStatus", "NEW_LAUNCH"),
];

/// A deal that a path can name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Deal {
    pub(crate) slug: &'static str,
    pub(crate) code: &'static str,
    /// The key of its words.
    pub(crate) words: &'static str,
}

pub(crate) static DEALS: [Deal; 3] = [
    Deal { slug: "sale", code: "SALE", words: key("search-for-sale") },
    Deal { slug: "rent", code: "RENT", words: key("search-for-rent") },
    Deal { slug: "lease", code: "LEASE", words: key("search-for-lease") },
];

/// A kind and a deal; at least one of them says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct What {
    pub(crate) kind: &'static Kind,
    pub(crate) deal: Option<&'static Deal>,
}

impl What {
    /// `None` when it would say nothing.
    pub(crate) fn new(kind: &'static Kind, deal: Option<&'static Deal>) -> Option<Self> {
        let says_something = kind.slug != HOMES.slug || deal.is_some();
        let fits = kind.also.is_none() || deal.is_none();
        (says_something && fits).then_some(Self { kind, deal })
    }

    /// Reads `apartments-for-sale`, `homes-for-rent`, `villas`, `pg`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (kind, deal) = match text.rsplit_once("-for-") {
            Some((kind, deal)) => (kind, Some(DEALS.iter().find(|it| it.slug == deal)?)),
            None => (text, None),
        };
        let kind = if kind == HOMES.slug { &HOMES } else { KINDS.iter().find(|it| it.slug == kind)? };
        Self::new(kind, deal)
    }

    /// What means exactly these property types and listing types; `None` when a path cannot say it.
    pub(crate) fn of(types: &[&str], listings: &[&str]) -> Option<Self> {
        let kind = if types.is_empty() {
            &HOMES
        } else {
            let same = |kind: &&Kind| {
                kind.types.len() == types.len() && kind.types.iter().all(|code| types.contains(code))
            };
            KINDS.iter().find(same)?
        };
        let [listing] = listings else {
            return if listings.is_empty() { Self::new(kind, None) } else { None };
        };
        if let Some(deal) = DEALS.iter().find(|deal| deal.code == *listing) {
            return Self::new(kind, Some(deal));
        }
        let special = |kind: &&Kind| kind.also == Some(("listingType", *listing));
        if types.is_empty() { Self::new(KINDS.iter().find(special)?, None) } else { None }
    }

    pub(crate) fn slug(self) -> String {
        match self.deal {
            Some(deal) => format!("{}-for-{}", self.kind.slug, deal.slug),
            None => self.kind.slug.to_owned(),
        }
    }

    /// `apartments for sale`.
    pub(crate) fn words(self, language: Language) -> String {
        let deal = self.deal.map_or("any", |deal| deal.slug);
        language.text("search-what").arg("deal", deal).arg("kind", language.text(self.kind.words)).to_string()
    }
}

/// Where and what: the parts of a search that its path says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct PlacePath {
    pub(crate) locality: Option<Locality>,
    pub(crate) what: Option<What>,
}

impl PlacePath {
    /// Reads a path; `None` for one that names nothing we know.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        if path == ALL {
            return Some(Self::default());
        }
        let mut segments = path.strip_prefix(CITY)?.split('/');
        if !segments.next()?.is_empty() {
            return None;
        }
        let found = match (segments.next(), segments.next()) {
            (None, _) => Self::default(),
            (Some(only), None) => match What::parse(only) {
                Some(what) => Self { locality: None, what: Some(what) },
                None => Self { locality: Some(Locality::of_slug(only)?), what: None },
            },
            (Some(locality), Some(what)) => {
                Self { locality: Some(Locality::of_slug(locality)?), what: Some(What::parse(what)?) }
            }
        };
        segments.next().is_none().then_some(found)
    }

    pub(crate) fn path(&self) -> String {
        let locality = self.locality.as_ref().map(|locality| locality.slug.clone());
        let what = self.what.map(What::slug);
        let parts = [Some(CITY.to_owned()), locality, what];
        parts.into_iter().flatten().collect::<Vec<_>>().join("/")
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_and_written() {
        for path in [
            "/hyderabad",
            "/hyderabad/kondapur",
            "/hyderabad/apartments-for-sale",
            "/hyderabad/villas",
            "/hyderabad/banjara-hills/homes-for-rent",
            "/hyderabad/hitec-city/commercial-for-lease",
            "/hyderabad/pg",
            "/hyderabad/miyapur/flatmates",
            "/hyderabad/kokapet/new-launches",
            "/hyderabad/shankarpally/plots-for-sale",
            "/hyderabad/some-other-place/studios-for-rent",
        ] {
            assert_eq!(PlacePath::parse(path).unwrap().path(), path);
        }
        assert!(PlacePath::parse("/homes").unwrap().is_empty());
    }

    #[test]
    fn every_kind_has_its_own_path() {
        for kind in &KINDS {
            let alone = What::new(kind, None).unwrap();
            assert_eq!(What::parse(&alone.slug()), Some(alone));
            for deal in &DEALS {
                let both = What::new(kind, Some(deal));
                assert_eq!(both.is_none(), kind.also.is_some(), "{}", kind.slug);
                assert_eq!(both.and_then(|what| What::parse(&what.slug())), both);
            }
        }
    }

    #[test]
    fn what_is_no_place_has_no_page() {
        for bad in [
            "/hyderabad/",
            "/hyderabad//pg",
            "/hyderabad/Kondapur",
            "/hyderabad/kondapur/",
            "/hyderabad/kondapur/castles-for-sale",
            "/hyderabad/kondapur/apartments-for-fun",
            "/hyderabad/kondapur/homes",
            "/hyderabad/kondapur/pg-for-rent",
            "/hyderabad/kondapur/pg/x",
            "/hyderabad/%3Cb%3E",
            "/hyderabadi/kondapur",
            "/secunderabad",
        ] {
            assert_eq!(PlacePath::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn types_and_deals_become_a_path_if_it_can_say_them() {
        let path = |types: &[&str], deals: &[&str]| What::of(types, deals).map(What::slug);
        assert_eq!(path(&["APARTMENT"], &["SALE"]).unwrap(), "apartments-for-sale");
        assert_eq!(path(&[], &["RENT"]).unwrap(), "homes-for-rent");
        assert_eq!(path(&["PLOT"], &[]).unwrap(), "plots");
        assert_eq!(path(&[], &["PG"]).unwrap(), "pg");
        assert_eq!(path(&["APARTMENT", "VILLA"], &[]), None);
        assert_eq!(path(&[], &["SALE", "RENT"]), None);
        assert_eq!(path(&["APARTMENT"], &["PG"]), None);
        assert_eq!(path(&[], &[]), None);
    }
}
