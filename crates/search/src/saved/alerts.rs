//! Finds the saved searches that a home comes to match, and creates their alerts.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use ::projection::deliveries::Delivery;
use ::projection::{ProjectionError, ViewTx};
use domain::fields::Choice;
use domain::preferences::Channel;
use domain::property::{PropertyEvent, Status};
use domain::saved_search::Frequency;
use domain::{Envelope, UserId, Version};
use tokio::sync::Notify;

use super::matching::PreparedHome;
use super::{COLUMNS, Saved, query, schedule, ways};
use crate::home::Home;
use crate::query::Query;
use crate::rows;

/// The delivery for one home, sent at once.
pub const ALERT: &str = "property-alert";
/// The delivery for all homes of a day or a week.
pub const DIGEST: &str = "property-digest";

/// The number of parsed searches cached in memory; further ones are read again each time.
const READY: usize = 20_000;
/// How long the entries of a digest are kept after its morning, in case the outbox worker is late.
const KEPT_SECONDS: i64 = 8 * 86_400;
/// A price cut below this percentage is reported in the morning digest, not at once.
const WORTH_A_LETTER_PERCENT: i128 = 1;

const CANDIDATES: &str = "select id, version from saved_keys where key = $2 and tenant = $1
     and (min_price is null or min_price <= $3) and (max_price is null or max_price >= $3)
     and (listing_types = 0 or listing_types & $4 <> 0) and (bedrooms = 0 or bedrooms & $5 <> 0)";

/// Why people are alerted about a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// It is on the market for the first time.
    New,
    /// Its price fell.
    PriceDrop,
    /// It is on the market again.
    Back,
}

impl Occasion {
    /// The occasion that a listing's event is for people looking for a home, provided the listing is on the market.
    #[must_use]
    pub fn of(event: &PropertyEvent) -> Option<Self> {
        match event {
            PropertyEvent::Listed { status: Status::Active, .. } | PropertyEvent::Approved { .. } => {
                Some(Self::New)
            }
            PropertyEvent::Edited { previous_price: Some(before), content, .. } => {
                (content.price < *before).then_some(Self::PriceDrop)
            }
            PropertyEvent::StatusChanged { to: Status::Active, from, .. } => {
                Some(if *from == Status::Draft { Self::New } else { Self::Back })
            }
            _ => None,
        }
    }

    /// The text shown to people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::New => "New on the market",
            Self::PriceDrop => "The price fell",
            Self::Back => "Back on the market",
        }
    }
}

/// What happened to a home, and whether it deserves an e-mail of its own.
#[derive(Clone, Copy, Debug)]
pub struct News {
    occasion: Occasion,
    is_small: bool,
}

impl News {
    /// The news in an event of a listing, if any.
    #[must_use]
    pub fn of(event: &PropertyEvent) -> Option<Self> {
        let is_small = match event {
            PropertyEvent::Edited { previous_price: Some(before), content, .. } => {
                let (before, now) = (i128::from(before.paise()), i128::from(content.price.paise()));
                (before - now) * 100 < before * WORTH_A_LETTER_PERCENT
            }
            _ => false,
        };
        Occasion::of(event).map(|occasion| Self { occasion, is_small })
    }

    /// Whether to report the news at once. The same occasion for the same home within a day waits for the morning
    /// digest, and so does a small price cut: changing a price again and again must not fill other people's
    /// mailboxes.
    async fn is_told_at_once(self, tx: &mut ViewTx<'_>, event: &Envelope) -> Result<bool, ProjectionError> {
        if self.is_small {
            return Ok(false);
        }
        let tenant = event.stream.tenant.as_str();
        let home = &*event.stream.id;
        let at = event.timestamp.micros();
        let row = [tenant.into(), home.into(), self.occasion.words().into(), at.into()];
        // With `abs`, a clock that was set back delays nothing for longer than a day.
        let sql = "insert into told_at_once (tenant, home, occasion, at) values ($1, $2, $3, $4)
             on conflict (home, occasion, tenant) do update set at = excluded.at
             where abs(excluded.at - told_at_once.at) >= 86400000000";
        Ok(tx.execute(sql, &row).await? == 1)
    }
}

/// A saved search with its parsed query.
#[derive(Debug)]
struct Ready {
    query: Query,
    saved: Saved,
}

/// Turns listings' events into alerts.
#[derive(Debug, Default)]
pub struct Alerts {
    /// Keyed by id and version, so that rebuilds, undone batches and other read models cannot make it wrong.
    ready: Mutex<HashMap<(String, Version), Arc<Ready>>>,
    /// Wakes the outbox worker.
    pub wake: Arc<Notify>,
}

impl Alerts {
    /// Clears the cache after a person left, so that none of their data stays in memory.
    pub fn forget(&self) {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Finds every saved search that the listing of `envelope` matches now. A person with several matching searches
    /// is notified once per channel, by the search that notifies soonest.
    pub async fn apply(
        &self,
        tx: &mut ViewTx<'_>,
        envelope: &Envelope,
        news: News,
    ) -> Result<(), ProjectionError> {
        let tenant = envelope.stream.tenant.as_str();
        if tx.query("select 1 from saved_keys where tenant = $1 limit 1", &[tenant.into()]).await?.is_empty()
        {
            return Ok(());
        }
        let Some(home) = home(tx, envelope).await? else { return Ok(()) };
        let mut look = PreparedHome::of(&home);
        let mut fitting = Vec::new();
        for (id, version) in candidates(tx, tenant, &look).await? {
            let Some(ready) = self.ready(tx, envelope, &id, version).await? else { continue };
            // Nobody is alerted about their own home.
            if ready.saved.owner != home.owner && look.fits(&ready.query) {
                fitting.push(ready);
            }
        }
        // Among searches of the same frequency, one for the inbox alone comes last, because an e-mail also appears in
        // the inbox.
        let inbox_alone = |saved: &Saved| ways(&saved.channels) == [Channel::InApp];
        fitting.sort_by_key(|ready| (soonest(ready.saved.frequency), inbox_alone(&ready.saved)));
        let hurries = fitting.first().is_some_and(|ready| ready.saved.frequency == Frequency::Instant);
        let at_once = hurries && news.is_told_at_once(tx, envelope).await?;
        let mut told = BTreeSet::new();
        for saved in fitting.iter().map(|ready| &ready.saved) {
            let ways = not_yet(&mut told, saved);
            let frequency = match saved.frequency {
                Frequency::Instant if !at_once => Frequency::Daily,
                chosen => chosen,
            };
            tell(tx, envelope, &saved.id.to_string(), &ways, frequency).await?;
        }
        Ok(())
    }

    async fn ready(
        &self,
        tx: &mut ViewTx<'_>,
        envelope: &Envelope,
        id: &str,
        version: Version,
    ) -> Result<Option<Arc<Ready>>, ProjectionError> {
        let key = (id.to_owned(), version);
        let tenant = &envelope.stream.tenant;
        let known = self.ready.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let sql = format!("select {COLUMNS} from saved_searches where id = $2 and tenant = $1");
        let rows = tx.query(&sql, &[tenant.as_str().into(), id.into()]).await?;
        let Some(saved) = rows.first().and_then(Saved::read) else { return Ok(None) };
        let Ok(mut query) = query(tenant, saved.filters.clone(), saved.updated_at) else { return Ok(None) };
        // Photos come with an event after the one that lists a home: nobody would be told of a new one.
        query.filters.with_photos = None;
        let ready = Arc::new(Ready { query, saved });
        let mut all = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= READY {
            all.clear();
        }
        all.insert(key, Arc::clone(&ready));
        Ok(Some(ready))
    }
}

async fn home(tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<Option<Home>, ProjectionError> {
    let key = [envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into()];
    let rows = tx.query(&rows::of_one(), &key).await?;
    let unreadable = |error: rows::RowsError| ProjectionError::Event(error.to_string());
    let stored = rows.first().map(rows::read).transpose().map_err(unreadable)?;
    Ok(stored.and_then(rows::Stored::on_the_market))
}

/// The candidate searches, ordered by id, so that a replay writes the same rows.
async fn candidates(
    tx: &mut ViewTx<'_>,
    tenant: &str,
    look: &PreparedHome<'_>,
) -> Result<BTreeSet<(String, Version)>, ProjectionError> {
    let (price, listing_type, bedrooms) = look.narrow();
    let mut found = BTreeSet::new();
    for key in look.keys() {
        let params = [tenant.into(), key.into(), price.into(), listing_type.into(), bedrooms.into()];
        let rows = tx.query(CANDIDATES, &params).await?;
        found.extend(rows.iter().filter_map(|row| Some((row.text(0)?.to_owned(), row.count(1)))));
    }
    Ok(found)
}

/// The rank by which a person's searches notify, soonest first.
fn soonest(frequency: Frequency) -> usize {
    Frequency::ALL.iter().position(|(_, other)| *other == frequency).unwrap_or_default()
}

/// The channels of a search on which its owner has not yet been notified of the home. Every notification also appears
/// in the inbox, so the inbox is left out once there is one.
fn not_yet(told: &mut BTreeSet<(UserId, Channel)>, saved: &Saved) -> Vec<Channel> {
    let is_told = Channel::ALL.iter().any(|(_, channel)| told.contains(&(saved.owner, *channel)));
    let ways = ways(&saved.channels).into_iter().filter(|way| *way != Channel::InApp || !is_told);
    ways.filter(|way| told.insert((saved.owner, *way))).collect()
}

/// Requests one delivery per channel: for this home alone, or for the next digest.
async fn tell(
    tx: &mut ViewTx<'_>,
    event: &Envelope,
    recipient: &str,
    ways: &[Channel],
    frequency: Frequency,
) -> Result<(), ProjectionError> {
    for way in ways {
        let channel = way.word();
        let mut template = ALERT;
        if frequency != Frequency::Instant {
            if !collect(tx, event, (recipient, channel), frequency).await? {
                continue;
            }
            template = DIGEST;
        }
        Delivery { event, channel, recipient, template }.add(tx).await?;
    }
    Ok(())
}

/// Adds the home to the next digest of a channel, once. Returns true if it is the digest's first home.
async fn collect(
    tx: &mut ViewTx<'_>,
    event: &Envelope,
    (id, channel): (&str, &str),
    frequency: Frequency,
) -> Result<bool, ProjectionError> {
    let tenant = event.stream.tenant.as_str();
    let due = schedule::after(event.timestamp, frequency).micros();
    let old = event.timestamp.plus_seconds(-KEPT_SECONDS).micros();
    let sql = "delete from saved_matches where id = $2 and tenant = $1 and due < $3";
    tx.execute(sql, &[tenant.into(), id.into(), old.into()]).await?;
    let digest = [tenant.into(), id.into(), channel.into(), due.into()];
    let sql =
        "select 1 from saved_matches where id = $2 and tenant = $1 and channel = $3 and due = $4 limit 1";
    let first = tx.query(sql, &digest).await?.is_empty();
    let [tenant, id, channel, due] = digest;
    let row = [tenant, id, channel, due, (&*event.stream.id).into(), event.position.seq.into()];
    let sql = "insert into saved_matches (tenant, id, channel, home, seq, due) select $1, $2, $3, $5, $6, $4
         where not exists (select 1 from saved_matches
             where id = $2 and tenant = $1 and channel = $3 and due = $4 and home = $5)";
    tx.execute(sql, &row).await?;
    Ok(first)
}
