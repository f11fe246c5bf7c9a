//! Saved searches against many new listings, with a `kill -9` in the middle. Every match is notified exactly
//! once, and the matches equal those of a plain comparison. Then the read model is lost with all its delivery
//! states, and nobody is notified again.
//!
//! `HYD_TEST_SAVED` (100) and `HYD_TEST_LISTINGS` (300) set the numbers, and `HYD_TEST_SEED` the seed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::notification::notification_of;
use domain::property::{PropertyEvent, Rooms};
use domain::{Clock, Envelope, Log, Timestamp};
use journal::AggregateStore;
use projection::deliveries::Delivery;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt, SeedableRng};
use reqwest::Method;
use search::Home;
use search::query::{Query, text_score};
use search::understanding::understand;
use serde_json::{Map, Value, json};
use testkit::{ADMIN, Child, Client, Person, everything};
use tokio::sync::Notify;
use tokio::task::JoinSet;

const BINARY: &str = env!("CARGO_BIN_EXE_hyderabadinfra");
const LOCALITIES: [&str; 8] = [
    "Kondapur",
    "Hitech City",
    "HITEC City, Phase 2",
    "Banjara Hills",
    "Road No 12, Banjara Hills",
    "Miyapur",
    "Kokapet",
    "LB Nagar",
];
const ASKED: [&str; 6] = ["kondapur", "Hi-Tech City", "banjara hills", "miyapur", "kokapet", "L B Nagar"];
const NOUNS: [&str; 5] = ["flat", "villa", "penthouse", "studio", "house"];
const ADJECTIVES: [&str; 5] = ["Quiet", "Sunny", "Spacious", "Corner", "Modern"];
const KINDS: [&str; 4] = ["APARTMENT", "VILLA", "PENTHOUSE", "STUDIO"];
/// Saved searches for each person.
const EACH: usize = 50;
const WRITERS: usize = 6;
/// The timeout for every wait.
const LONG: Duration = Duration::from_mins(30);

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |number| number.parse().unwrap())
}

/// The filters of a saved search. Few of all homes match.
fn filters(random: &mut StdRng) -> Map<String, Value> {
    let mut filters = Map::new();
    let mut put = |name: &str, value: Value| filters.insert(name.to_owned(), value);
    put("location", (*ASKED.choose(random).unwrap()).into());
    let least = random.random_range(20..100) * 100_000;
    put("minPrice", least.into());
    put("maxPrice", (least + random.random_range(2..8) * 100_000).into());
    match random.random_range(0..4) {
        0 => drop(put("bedrooms", format!("{}+", random.random_range(2..4)).into())),
        1 => drop(put("propertyType", (*KINDS.choose(random).unwrap()).into())),
        2 => {
            let words = if random.random_bool(0.5) { NOUNS } else { ADJECTIVES };
            let word = words.choose(random).unwrap();
            let cut = random.random_range(3..=word.len());
            drop(put("query", word[..cut].into()));
        }
        _ => {}
    }
    filters
}

fn home(random: &mut StdRng) -> Value {
    let adjective = ADJECTIVES.choose(random).unwrap();
    let noun = NOUNS.choose(random).unwrap();
    json!({"title": format!("{adjective} {noun}"), "location": LOCALITIES.choose(random),
        "price": random.random_range(20..100) * 100_000, "propertyType": KINDS.choose(random),
        "bedrooms": random.random_range(1..5)})
}

/// A saved search.
struct Kept {
    id: String,
    owner: String,
    filters: Map<String, Value>,
    channel: &'static str,
}

async fn save(seekers: &[Person], random: &mut StdRng, many: usize) -> Vec<Kept> {
    let mut all = Vec::new();
    for number in 0..many {
        let owner = &seekers[number / EACH];
        let (filters, channel) =
            (filters(random), if random.random_range(0..8) == 0 { "EMAIL" } else { "IN_APP" });
        let body = json!({"name": format!("Search {number}"), "filters": filters, "channels": [channel],
            "frequency": "INSTANT"});
        let saved = owner.client.post("/api/search/save", &body).await.expect(201);
        let id = saved.data()["id"].as_str().unwrap().to_owned();
        all.push(Kept { id, owner: owner.id.clone(), filters, channel });
    }
    all
}

/// All homes, across restarts of the server. Homes that it did not acknowledge are sent again with their
/// idempotency keys.
struct Homes {
    all: Vec<(Value, String)>,
    next: AtomicU64,
    acknowledged: AtomicU64,
    enough: u64,
    reached: Notify,
}

impl Homes {
    /// Lists homes until none are left or the server dies. Returns the one that was not acknowledged.
    async fn list(self: Arc<Self>, client: Client, first: Option<usize>) -> Option<usize> {
        let mut next = first;
        loop {
            let number = next
                .take()
                .unwrap_or_else(|| usize::try_from(self.next.fetch_add(1, Ordering::SeqCst)).unwrap());
            let (body, token) = self.all.get(number)?;
            let client = client.bearer(token);
            let key = format!("home-{number}");
            let headers = [("idempotency-key", key.as_str())];
            match client.try_send(Method::POST, "/api/properties", Some(body), &headers).await {
                Some(answer) => drop(answer.expect(201)),
                None => return Some(number),
            }
            if self.acknowledged.fetch_add(1, Ordering::SeqCst) + 1 == self.enough {
                self.reached.notify_one();
            }
        }
    }

    fn all(self: &Arc<Self>, client: &Client, unacknowledged: Vec<Option<usize>>) -> JoinSet<Option<usize>> {
        let mut writers = JoinSet::new();
        for first in unacknowledged {
            writers.spawn(Arc::clone(self).list(client.clone(), first));
        }
        writers
    }
}

/// Plain comparison of one home with one search.
fn fits(home: &Home, filters: &Map<String, Value>) -> bool {
    let content = &home.content;
    let facts = &home.content.specifications;
    let text = |name: &str| filters.get(name).and_then(Value::as_str);
    let rupees = content.price.paise() / 100;
    let mut query = Query::all(home.tenant.clone(), home.created_at);
    let understanding = understand(text("query").unwrap_or_default());
    query.words = understanding.demanded();
    let kinds = understanding.joined(&query.filters).filters.property_types;
    let words = |text: &str| format!(" {} ", search::words::key(text));
    let kind = serde_json::to_value(facts.property_type).unwrap();
    text("location").is_none_or(|asked| words(content.location.area.text()).contains(&words(asked)))
        && filters["minPrice"].as_i64().unwrap() <= rupees
        && filters["maxPrice"].as_i64().unwrap() >= rupees
        && text("bedrooms").is_none_or(|least| {
            facts.bedrooms.unwrap() >= Rooms::from_text(least.trim_end_matches('+')).unwrap()
        })
        && text("propertyType").is_none_or(|asked| kind == asked)
        && (kinds.is_empty() || kinds.contains(&facts.property_type))
        && text_score(home, &query).is_some()
}

fn listed(aggregates: &AggregateStore, event: &Envelope) -> Home {
    let PropertyEvent::Listed { owner_id: owner, content, .. } = aggregates.decode(event).unwrap() else {
        panic!("{event:?} lists no home")
    };
    Home {
        earlier_price: None,
        tenant: event.stream.tenant.clone(),
        id: event.stream.id.parse().unwrap(),
        owner,
        content,
        featured: false,
        verified: false,
        favourites: 0,
        version: 1,
        created_at: event.timestamp,
        updated_at: event.timestamp,
        images: Vec::new(),
    }
}

/// The notifications that must be requested, each with its recipient and channel.
fn expected(
    aggregates: &AggregateStore,
    facts: &[Envelope],
    kept: &[Kept],
) -> BTreeMap<String, (String, &'static str)> {
    let mut expected = BTreeMap::new();
    for event in facts.iter().filter(|event| &*event.event_type == "PROPERTY_CREATED") {
        let home = listed(aggregates, event);
        let owner = home.owner.to_string();
        // One message for each person and home, by the first matching search. What is sent by e-mail is also in
        // the inbox.
        let mut told: BTreeSet<(&str, &str)> = BTreeSet::new();
        for search in kept.iter().filter(|search| search.owner != owner && fits(&home, &search.filters)) {
            let channel = search.channel;
            let recipient = search.id.as_str();
            let template = "property-alert";
            let mut theirs = told.iter().filter(|(whose, _)| *whose == search.owner);
            if theirs.any(|(_, way)| channel == "IN_APP" || *way == channel) {
                continue;
            }
            told.insert((search.owner.as_str(), channel));
            let id = Delivery { event, channel, recipient, template }.id();
            let twin =
                expected.insert(notification_of(&id).unwrap().to_string(), (search.owner.clone(), channel));
            assert!(twin.is_none(), "two matches have one id");
        }
    }
    expected
}

fn asked_for(facts: &[Envelope]) -> Vec<&Envelope> {
    facts.iter().filter(|event| &*event.stream.kind == "notification").collect()
}

/// The names of the e-mails in the mailbox.
fn mailbox(data_dir: &Path) -> BTreeSet<String> {
    let names = std::fs::read_dir(data_dir.join("mailbox")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    // An e-mail that is still being written does not count yet.
    names.filter(|name| !name.starts_with('.')).collect()
}

/// The administrator of the settings, who is not asked to confirm an address.
fn administrator(facts: &[Envelope]) -> &str {
    &facts.iter().find(|event| &*event.event_type == "USER_ROLE_CHANGED").unwrap().stream.id
}

/// The account e-mail that an event requests.
fn account_letter(event: &Envelope, administrator: &str) -> Option<&'static str> {
    match &*event.event_type {
        "USER_REGISTERED" if &*event.stream.id == administrator => None,
        "USER_REGISTERED" => Some("verify-email"),
        "USER_EMAIL_VERIFIED" => Some("welcome"),
        _ => None,
    }
}

/// The e-mails that must exist: alerts and account e-mails.
fn letters(facts: &[Envelope]) -> BTreeSet<String> {
    let administrator = administrator(facts);
    let alert = |event: &Envelope| {
        let data: Value = serde_json::from_str(&event.data).unwrap();
        let recipient = data["subjectId"].as_str().unwrap().to_owned();
        let delivery =
            Delivery { event, channel: "email", recipient: &recipient, template: "property-alert" };
        (data["channel"] == "EMAIL").then(|| delivery.id())
    };
    let account = |event: &Envelope| {
        let template = account_letter(event, administrator)?;
        Some(Delivery { event, channel: "email", recipient: &event.stream.id, template }.id())
    };
    let alerts = asked_for(facts).into_iter().filter_map(alert);
    alerts.chain(facts.iter().filter_map(account)).map(|id| format!("{id}.eml")).collect()
}

/// Waits until every inbox and the mailbox have the expected entries.
async fn told(
    child: &Child,
    data_dir: &Path,
    seekers: &[Person],
    expected: &BTreeMap<String, (String, &'static str)>,
    others: usize,
) {
    let mut pace = tokio::time::interval(Duration::from_millis(20));
    for seeker in seekers {
        let client = child.client.bearer(seeker.client.token());
        let wanted = expected.values().filter(|(owner, _)| *owner == seeker.id).count();
        while client.get("/api/notifications/me?size=1").await.expect(200).data()["totalElements"] != wanted {
            pace.tick().await;
        }
    }
    let by_letter = expected.values().filter(|(_, channel)| *channel == "EMAIL").count();
    // Account e-mails arrive, too.
    while mailbox(data_dir).len() < by_letter + others {
        pace.tick().await;
    }
}

async fn nothing_was_told_again(data_dir: &Path, before: usize) {
    std::fs::remove_dir_all(data_dir.join("views")).unwrap();
    let live = mailbox(data_dir);
    // The application reads the whole journal again. The wait ends when every group has done so.
    let app = testkit::TestApp::on(data_dir).await;
    tokio::time::timeout(LONG, async { while !app.all_told().await {} }).await.unwrap();
    app.stop().await;
    let facts = everything(data_dir, Log::Facts).await;
    assert_eq!(asked_for(&facts).len(), before, "somebody was told again");
    assert_eq!(mailbox(data_dir), live);
}

fn since(began: Timestamp) -> f64 {
    f64::from(u32::try_from((Clock::System.now().micros() - began.micros()) / 1000).unwrap()) / 1000.0
}

#[tokio::test(flavor = "multi_thread")]
async fn every_match_is_told_once_whatever_dies() {
    let (many, listings) = (number("HYD_TEST_SAVED", 100), number("HYD_TEST_LISTINGS", 300));
    let seed = number("HYD_TEST_SEED", 5) as u64;
    let mut random = StdRng::seed_from_u64(seed);
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path();
    let mut child = Child::serve(BINARY, data_dir);
    let seller = Person::register(&child.client, "seller").await;
    let admin = Person::enter(&child.client, ADMIN).await;
    let mut seekers = Vec::new();
    for number in 0..many.div_ceil(EACH) {
        let seeker = Person::register(&child.client, &format!("seeker-{number}")).await;
        seeker.confirm_by_mailbox(&admin).await;
        seekers.push(seeker);
    }
    let kept = save(&seekers, &mut random, many).await;
    // Some homes belong to a seeker.
    let all = (0..listings).map(|number| {
        let owner = if number % 10 == 0 { &seekers[number % seekers.len()] } else { &seller };
        (home(&mut random), owner.client.token().to_owned())
    });
    let enough = (listings / 2) as u64;
    let (next, acknowledged) = (AtomicU64::new(0), AtomicU64::new(0));
    let homes = Arc::new(Homes { all: all.collect(), next, acknowledged, enough, reached: Notify::new() });
    let began = Clock::System.now();
    let writers = homes.all(&child.client, vec![None; WRITERS]);
    homes.reached.notified().await;
    child.kill();
    let left = writers.join_all().await;
    let asked_before = asked_for(&everything(data_dir, Log::Facts).await).len();
    child = Child::serve(BINARY, data_dir);
    let left = homes.all(&child.client, left).join_all().await;
    assert!(left.iter().all(Option::is_none), "{left:?}");
    let written = since(began);

    // The events up to this point decide what must be notified. Meanwhile the server continues to notify.
    child.kill();
    let facts = everything(data_dir, Log::Facts).await;
    let known = administrator(&facts);
    let others = facts.iter().filter(|event| account_letter(event, known).is_some()).count();
    let listed = facts.iter().filter(|event| &*event.event_type == "PROPERTY_CREATED").count();
    assert_eq!(listed, listings);
    let expected = expected(&testkit::aggregates(data_dir), &facts, &kept);
    assert!(expected.len() > many / 2, "{} matches only", expected.len());
    child = Child::serve(BINARY, data_dir);
    let waited = tokio::time::timeout(LONG, told(&child, data_dir, &seekers, &expected, others)).await;
    let seconds = since(began);
    child.kill();
    let facts = everything(data_dir, Log::Facts).await;
    let asked = asked_for(&facts);
    let ids: BTreeSet<&str> = asked.iter().map(|event| &*event.stream.id).collect();
    let must: BTreeSet<&str> = expected.keys().map(String::as_str).collect();
    assert_eq!(ids, must, "told is not what plain comparison says");
    assert_eq!(asked.len(), ids.len(), "somebody was told twice");
    assert!(waited.is_ok(), "not all of them came to inboxes and mailbox");
    let letters = letters(&facts);
    assert_eq!(mailbox(data_dir), letters);
    nothing_was_told_again(data_dir, asked.len()).await;
    println!(
        "seed {seed}: {many} saved searches, {listings} listings, {} matches, {} letters, \
         {asked_before} told before the kill; all listed in {written:.1} s, all told after {seconds:.1} s",
        expected.len(),
        letters.len() - others,
    );
}
