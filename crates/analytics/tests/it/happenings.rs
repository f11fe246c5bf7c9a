//! Random days of a site: what a crowd does, from a seed. `HYD_TEST_DAYS` sets the number of days (default 3).

use domain::activity::{ActivityEvent, ProductSnapshot, Snapshot};
use domain::favourites::FavouritesEvent;
use domain::lead::{Enquiry, LeadEvent, Purpose};
use domain::product::content::Currency;
use domain::product::{ProductEvent, ProductId};
use domain::property::content::Contact;
use domain::system::SystemEvent;
use domain::{Erasable, Paise, Personal, PropertyId, StreamId, Timestamp, UserId};
use futures_util::StreamExt;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use uuid::Uuid;

use crate::site::{App, START, Somebody};

const AREAS: [&str; 6] = ["Kondapur", "Miyapur", "HITEC City", "Uppal", "Narsingi", "A lane nobody knows"];
const CATEGORIES: [&str; 3] = ["Electronics", "Audio", "Cameras"];
const SEARCHES: [&str; 4] = ["lake view", "penthouse", "3 bhk", "a castle of my own"];
/// The last second of the last day in India.
const END: Timestamp = START.plus_seconds(13 * 3600 + 29 * 60 + 59);
/// Appends under way at once.
const AT_ONCE: usize = 256;

pub struct Crowd {
    pub people: Vec<Somebody>,
    pub owners: Vec<Somebody>,
    days: i64,
    random: StdRng,
}

/// Something somebody does.
#[derive(Clone, Debug)]
struct Deed {
    who: Somebody,
    owner: UserId,
    kind: u8,
    area: &'static str,
    words: &'static str,
    category: usize,
    views: u64,
    counted: bool,
    nothing_found: bool,
    at: Timestamp,
    id: Uuid,
}

impl Crowd {
    /// `count` people of the default tenant and some of another one, and the owners of listings.
    pub fn new(site: &App, seed: u64, count: usize) -> Self {
        let people =
            (0..count).map(|number| site.somebody(if number % 8 == 7 { "pune" } else { "hyderabad" }));
        let owners = (0..4).map(|_| site.somebody("hyderabad"));
        let days = std::env::var("HYD_TEST_DAYS").map_or(3, |text| text.parse().unwrap());
        let random = StdRng::seed_from_u64(seed);
        Self { people: people.collect(), owners: owners.collect(), days, random }
    }

    /// Lets the crowd do `count` things.
    pub async fn act(&mut self, site: &App, count: usize) {
        let deeds: Vec<Deed> = (0..count).map(|_| self.deed()).collect();
        let acts = deeds.into_iter().map(|deed| async move { deed.happen(site).await });
        futures_util::stream::iter(acts).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
    }

    fn deed(&mut self) -> Deed {
        let random = &mut self.random;
        // Some people do much, and some areas are rare.
        let skewed = |random: &mut StdRng, length: usize| {
            let one = random.random_range(0..length);
            random.random_range(0..=one)
        };
        let person = skewed(random, self.people.len());
        let back = random.random_range(0..self.days * 86_400);
        Deed {
            who: self.people[person].clone(),
            owner: self.owners[random.random_range(0..self.owners.len())].user,
            kind: random.random_range(0..20),
            area: AREAS[skewed(random, AREAS.len())],
            words: SEARCHES[skewed(random, SEARCHES.len())],
            category: skewed(random, CATEGORIES.len()),
            views: random.random_range(1..=2),
            counted: random.random_range(0..10) > 0,
            nothing_found: random.random_range(0..4) == 0,
            at: END.plus_seconds(-back),
            id: Uuid::from_u128(random.random_range(1..u128::MAX)),
        }
    }
}

impl Deed {
    fn snapshot(&self) -> Snapshot {
        Snapshot::of(self.owner, "A villa", Paise::from_paise(950_000_000), self.area)
    }

    fn product(&self) -> ProductSnapshot {
        ProductSnapshot {
            sku: "WBH-001".into(),
            name: Erasable::of(self.owner, "Headphones".into()),
            categories: self.categories(),
            price: Paise::from_paise(100),
        }
    }

    fn categories(&self) -> Vec<String> {
        CATEGORIES[..=self.category].iter().map(|name| (*name).to_owned()).collect()
    }

    async fn happen(self, site: &App) {
        let who = &self.who;
        let property_id: PropertyId = self.id.into();
        let snapshot = self.snapshot();
        let activity = || who.stream("activity");
        match self.kind {
            0..6 => {
                let Self { views, counted, .. } = self;
                let event = ActivityEvent::Viewed { property_id, snapshot, views, counted };
                site.happened(Some(who), activity(), &event, self.at).await;
            }
            6..11 => {
                let mut filters = serde_json::Map::new();
                filters.insert("query".into(), json!(self.words));
                if self.counted {
                    filters.insert("location".into(), json!(self.area));
                }
                let filters = Personal::of(who.user, filters);
                let results_count = if self.nothing_found { 0 } else { 3 };
                let event = ActivityEvent::Searched { filters, results_count };
                site.happened(Some(who), activity(), &event, self.at).await;
            }
            11..13 => {
                let event = FavouritesEvent::Saved { property_id, snapshot };
                site.happened(Some(who), who.stream("favourite"), &event, self.at).await;
            }
            13..15 => self.enquire(site, property_id, snapshot).await,
            15..17 => {
                let product_id = ProductId::FIRST;
                let Self { views, counted, .. } = self;
                let snapshot = self.product();
                let event = ActivityEvent::ProductViewed { product_id, snapshot, views, counted };
                site.happened(Some(who), activity(), &event, self.at).await;
            }
            17..19 => self.buy(site).await,
            _ => {
                let event = SystemEvent::ConsumerRecovered { group: "a-group".into() };
                let stream = StreamId::new(&who.tenant, "system", "a-group");
                site.happened(None, stream, &event, self.at).await;
            }
        }
    }

    async fn enquire(&self, site: &App, property_id: PropertyId, snapshot: Snapshot) {
        let contact = Contact { name: None, phone: Some("+919876543210".into()), email: None };
        let seeker_id = self.who.user;
        let enquiry = Enquiry {
            seeker_id,
            purpose: Purpose::Visit,
            seeker: Personal::of(seeker_id, contact),
            words: None,
            visit_at: None,
        };
        let lead_id = self.id.into();
        let event = LeadEvent::Made { lead_id, property_id, snapshot, owner_id: self.owner, enquiry };
        site.happened(Some(&self.who), StreamId::new(&self.who.tenant, "lead", self.id), &event, self.at)
            .await;
    }

    async fn buy(&self, site: &App) {
        let event = ProductEvent::Purchased {
            product_id: ProductId::FIRST,
            sku: "WBH-001".into(),
            name: Erasable::of(self.owner, "Headphones".into()),
            categories: self.categories(),
            seller_id: self.owner,
            user_id: self.who.user,
            order_id: "an order".into(),
            quantity: 1,
            unit_price: Paise::from_paise(100),
            total_price: Paise::from_paise(100),
            currency: Currency::Inr,
            purchased_at: self.at,
        };
        site.happened(Some(&self.who), StreamId::new(&self.who.tenant, "product", 1), &event, self.at).await;
    }
}
