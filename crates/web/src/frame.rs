//! The layout around the content of every page.

use std::sync::Arc;

use crate::api::Property;
use crate::flash::Flash;
use crate::head::Head;
use crate::messages::{Language, Message, key};
use crate::welcome::Welcome;
use crate::when::Moment;

/// The days for which a home is new.
const NEW_FOR: u64 = 7;
/// The days for which a card tells that a price went down.
const CHEAPER_FOR: u64 = 30;

/// Links: address and key of the text.
type Links = &'static [(&'static str, &'static str)];

/// The kinds of search that the navigation offers.
const PLACES: Links = &[
    ("/hyderabad/homes-for-sale", key("frame-buy")),
    ("/hyderabad/homes-for-rent", key("frame-rent")),
    ("/hyderabad/plots-for-sale", key("frame-plots")),
    ("/hyderabad/commercial-for-sale", key("frame-commercial")),
    ("/hyderabad/pg", key("frame-pg")),
    ("/hyderabad/new-launches", key("frame-new-launches")),
    ("/areas", key("frame-areas")),
];

const OF_A_PERSON: Links = &[
    ("/dashboard", key("frame-dashboard")),
    ("/inbox", key("frame-inbox")),
    ("/dashboard/saved", key("frame-saved")),
    ("/dashboard/listings", key("frame-listings")),
    ("/account", key("frame-account")),
];

const OF_MODERATORS: Links = &[("/moderation", key("frame-moderation"))];

const OF_SUPPORT: Links = &[("/admin/people", key("frame-people"))];

const OF_OPERATORS: Links =
    &[("/admin/events", key("frame-operations")), ("/admin/analytics", key("frame-numbers"))];

/// A link of the layout.
pub(crate) struct Link {
    pub(crate) href: &'static str,
    /// The key of its text.
    pub(crate) key: &'static str,
    /// Whether it leads to this page.
    pub(crate) here: bool,
}

/// The header, the notices and the forms of the layout, as one template value.
#[expect(clippy::struct_excessive_bools, reason = "independent facts about a page")]
pub(crate) struct Frame {
    pub(crate) title: String,
    pub(crate) city: String,
    pub(crate) language: Language,
    pub(crate) signed_in: bool,
    /// The id of the signed-in person, if it is known.
    pub(crate) person: Option<String>,
    /// Whether to link the pages for operators. The API decides who may use them.
    pub(crate) operates: bool,
    /// Whether to link the pages for moderators, in the same way.
    pub(crate) moderates: bool,
    /// Whether to link the pages about people, in the same way.
    pub(crate) sees_people: bool,
    /// Whether people read their e-mails at `/dev/mailbox`.
    pub(crate) mailbox: bool,
    pub(crate) stylesheet: &'static str,
    pub(crate) font: &'static str,
    /// The script that makes pages move, if this program was built with it.
    pub(crate) script: Option<&'static str>,
    pub(crate) csrf: String,
    pub(crate) flash: Option<Flash>,
    pub(crate) stale: bool,
    /// What the page could not take from its address.
    pub(crate) remarks: Vec<String>,
    /// Whether the page lies deeper in its list than lists are shown.
    pub(crate) out_of_reach: bool,
    /// The path of the page, to mark its entry in the navigation.
    pub(crate) path: String,
    /// The address of the page, for coming back after a form.
    pub(crate) here: String,
    /// When the API answered, as it says. Ages are told as of then.
    pub(crate) now: Option<Moment>,
    /// What the page tells search engines; `None` keeps it out of every index.
    pub(crate) head: Option<Head>,
    /// What is new, on the first page after signing in.
    pub(crate) welcome: Option<Arc<Welcome>>,
}

impl Frame {
    /// A text of the catalogue, in the language of the page.
    pub(crate) fn text(&self, key: &str) -> Message {
        self.language.text(key)
    }

    /// The kinds of search.
    pub(crate) fn places(&self) -> Vec<Link> {
        self.marked(PLACES)
    }

    /// The links of the signed-in person.
    pub(crate) fn of_person(&self) -> Vec<Link> {
        self.marked(OF_A_PERSON)
    }

    /// The links of those who look after listings or people, or operate the machine; none for others.
    pub(crate) fn of_staff(&self) -> Vec<Link> {
        let mut links = if self.moderates { self.marked(OF_MODERATORS) } else { Vec::new() };
        if self.sees_people {
            links.extend(self.marked(OF_SUPPORT));
        }
        if self.operates {
            links.extend(self.marked(OF_OPERATORS));
        }
        links
    }

    fn marked(&self, links: Links) -> Vec<Link> {
        links.iter().map(|&(href, key)| Link { href, key, here: self.is_at(href) }).collect()
    }

    /// Makes the page findable.
    pub(crate) fn with_head(self, head: Head) -> Self {
        Self { head: Some(head), ..self }
    }

    /// Whether the page is at `path`; for `aria-current`.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        self.path == path
    }

    /// Whether the page has a large search of its own, beside which a second one would confuse.
    pub(crate) fn has_search(&self) -> bool {
        let lists_homes = |rest: &str| rest.split('/').count() <= 2;
        matches!(&*self.path, "/" | "/homes")
            || self.path.strip_prefix("/hyderabad/").is_some_and(lists_homes)
    }

    /// How long ago it was, such as `2 days ago`; the date, when the present is unknown.
    pub(crate) fn age(&self, then: &Moment) -> String {
        let Some((unit, n)) = self.now.map(|now| then.age(&now)) else { return then.date() };
        self.text(unit).arg("count", n).to_string()
    }

    /// Whether the home was listed within the last week.
    pub(crate) fn is_fresh(&self, home: &Property) -> bool {
        home.listed().zip(self.now).is_some_and(|(then, now)| then.days_until(&now) < NEW_FOR)
    }

    /// Whether the signed-in person listed the home, so that nothing is offered that only others do with it.
    pub(crate) fn is_own(&self, home: &Property) -> bool {
        self.person.is_some() && self.person == home.owner_id
    }

    /// Whether the price of the home went down within the last month.
    pub(crate) fn is_cheaper(&self, home: &Property) -> bool {
        home.cheaper_since().zip(self.now).is_some_and(|(then, now)| then.days_until(&now) < CHEAPER_FOR)
    }

    /// The line of facts on a card.
    pub(crate) fn brief(&self, home: &Property) -> String {
        home.in_brief(self.language)
    }

    /// What a square foot of the home costs.
    pub(crate) fn per_sqft(&self, home: &Property) -> Option<String> {
        home.per_sqft(self.language)
    }
}
