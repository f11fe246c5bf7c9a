//! Learns in the background from the newest events, and reads a person's own events when they ask for
//! recommendations.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::projection::ViewStore;
use domain::activity::ActivityEvent;
use domain::aggregate::Aggregate as _;
use domain::audit::AuditEvent;
use domain::favourites::{Favourites, FavouritesEvent};
use domain::lead::{Lead, LeadEvent};
use domain::{Envelope, Log, Position, PropertyId, TenantId, Timestamp, UserId};
use journal::{AggregateStore, DecodeError, EventQuery};
use supervisor::{Background, wake};
use tokio::sync::watch;
use uuid::Uuid;

use super::features::{Catalogue, kind, offer, price};
use super::interactions::{Activity, Interaction, InteractionKind, Looked};
use super::model::Model;
use crate::query::Query;
use crate::{rows, saved};

/// How often it learns again, if anything happened.
const EVERY: Duration = Duration::from_mins(10);
/// The number of newest events of each log that it learns from.
const NEWEST: u64 = 100_000;
/// The number of a tenant's homes that can be recommended: the most recently changed ones.
const HOMES: usize = 50_000;
const PAGE: usize = 1_000;
/// The number of a person's newest events read from each log.
const OWN: usize = 300;
/// A search with a wider price range, in price steps, says nothing about taste.
const STEPS: u32 = 6;

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Learns and holds the models of all tenants.
pub struct Learner {
    aggregates: AggregateStore,
    store: ViewStore,
    background: Background,
    models: Mutex<HashMap<TenantId, Arc<Model>>>,
    learned: Mutex<Option<[Position; 2]>>,
}

impl std::fmt::Debug for Learner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Learner")
    }
}

/// The activity read from events so far.
#[derive(Debug, Default)]
struct Read {
    activity: Activity,
    /// The homes currently saved; unsaving removes an entry.
    saved: BTreeMap<(UserId, PropertyId), Interaction>,
    /// History entries that people have hidden.
    hidden: BTreeSet<Uuid>,
}

impl Learner {
    /// Creates a learner without any model. It learns in the background.
    #[must_use]
    pub fn new(aggregates: AggregateStore, store: ViewStore, background: Background) -> Self {
        Self { aggregates, store, background, models: Mutex::default(), learned: Mutex::default() }
    }

    /// The model learned last; `None` before the first.
    #[must_use]
    pub fn model(&self, tenant: &TenantId) -> Option<Arc<Model>> {
        self.models.lock().unwrap_or_else(PoisonError::into_inner).get(tenant).cloned()
    }

    /// Learns periodically until `stop` is true.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        while !wake::is_stopped(&stop) {
            let learner = Arc::clone(&self);
            // All of it runs in the background, because reading so many events takes long, too.
            let learning = self.background.run(async move { learner.refresh().await });
            tokio::select! {
                biased;
                () = wake::stopped(&mut stop) => return,
                outcome = async { learning.await? } => {
                    if let Err(error) = outcome {
                        tracing::warn!(%error, "recommendations could not be learned; tried again later");
                    }
                }
            }
            tokio::select! {
                biased;
                () = wake::stopped(&mut stop) => {}
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// Learns from everything up to now, if there is anything new.
    ///
    /// # Errors
    /// When the journal or the read model does not answer.
    pub async fn refresh(&self) -> Result<(), Failed> {
        let heads = self.aggregates.heads().await?;
        if *self.learned.lock().unwrap_or_else(PoisonError::into_inner) == Some(heads) {
            return Ok(());
        }
        let now = self.aggregates.clock().now();
        let mut catalogues = self.catalogues().await?;
        let mut read: HashMap<TenantId, Read> = HashMap::new();
        for head in heads {
            let mut at = head.at(head.seq.saturating_sub(NEWEST));
            loop {
                let page = self.aggregates.journal().read_after(at, PAGE).await?;
                let Some(last) = page.last() else { break };
                at = last.position;
                for event in &page {
                    let tenant = &event.stream.tenant;
                    let Some(catalogue) = catalogues.get(tenant) else { continue };
                    read.entry(tenant.clone()).or_default().add(&self.aggregates, event, catalogue);
                }
                tokio::task::yield_now().await;
            }
        }
        let mut models = HashMap::new();
        for (tenant, read) in read {
            let Some(catalogue) = catalogues.remove(&tenant) else { continue };
            let mut activity = read.by_now(&self.gone(&tenant).await?);
            activity.disown(&catalogue);
            let learn = move || Model::learn(catalogue, &activity, now);
            models.insert(tenant, Arc::new(tokio::task::spawn_blocking(learn).await?));
        }
        *self.models.lock().unwrap_or_else(PoisonError::into_inner) = models;
        *self.learned.lock().unwrap_or_else(PoisonError::into_inner) = Some(heads);
        Ok(())
    }

    /// The activity of one person, read from the journal as it is now.
    ///
    /// # Errors
    /// When the journal does not answer.
    pub async fn of_person(
        &self,
        tenant: &TenantId,
        user: UserId,
        catalogue: &Catalogue,
    ) -> Result<Activity, Failed> {
        let mut read = Read::default();
        for log in [Log::Activity, Log::Facts] {
            let query = EventQuery { user: Some(user), ..EventQuery::newest(tenant, log, OWN) };
            // In chronological order, so that a later unsave cancels its save.
            for event in self.aggregates.journal().find(&query).await?.iter().rev() {
                read.add(&self.aggregates, event, catalogue);
            }
        }
        Ok(read.by_now(&BTreeSet::new()))
    }

    /// The homes on the market of each tenant.
    async fn catalogues(&self) -> Result<HashMap<TenantId, Catalogue>, Failed> {
        let mut all: HashMap<TenantId, Catalogue> = HashMap::new();
        let mut before = i64::MAX;
        loop {
            let (homes, next) = rows::before(&self.store, before, PAGE).await?;
            for home in &homes {
                let catalogue = all.entry(home.tenant.clone()).or_default();
                if catalogue.items.len() < HOMES {
                    catalogue.add(home);
                }
            }
            match next {
                Some(next) => before = next,
                None => break,
            }
        }
        all.values_mut().for_each(Catalogue::finish);
        Ok(all)
    }

    async fn gone(&self, tenant: &TenantId) -> Result<BTreeSet<UserId>, Failed> {
        let sql = "select user_id from erased_people where tenant = $1";
        let rows = self.store.query(sql, vec![tenant.as_str().into()]).await?;
        Ok(rows.iter().filter_map(|row| row.text(0)?.parse().ok()).collect())
    }
}

impl Read {
    /// Adds an event. One that cannot be read is skipped with a warning.
    fn add(&mut self, aggregates: &AggregateStore, event: &Envelope, catalogue: &Catalogue) {
        if let Err(error) = self.learn(aggregates, event, catalogue) {
            tracing::warn!(position = %event.position, %error, "recommendations pass an event over");
        }
    }

    fn learn(
        &mut self,
        aggregates: &AggregateStore,
        event: &Envelope,
        catalogue: &Catalogue,
    ) -> Result<(), DecodeError> {
        let Some(user) = event.user_id else { return Ok(()) };
        let deed = |home, done| Interaction { event: event.event_id, user, home, done, at: event.timestamp };
        match (&*event.stream.kind, &*event.event_type) {
            ("activity", _) => match aggregates.decode(event)? {
                ActivityEvent::Viewed { property_id, .. } => {
                    self.did(deed(property_id, InteractionKind::Viewed));
                }
                ActivityEvent::Shared { property_id, .. } => {
                    self.did(deed(property_id, InteractionKind::Shared));
                }
                ActivityEvent::ContactRevealed { property_id, .. } => {
                    self.did(deed(property_id, InteractionKind::Contacted));
                }
                ActivityEvent::Searched { filters, .. } => {
                    let query = filters
                        .into_value()
                        .and_then(|told| saved::query(&event.stream.tenant, told, event.timestamp).ok());
                    let looked = query.map(|query| looked(event, user, &query, catalogue));
                    self.activity.searches.extend(looked);
                }
                ActivityEvent::ViewsCounted { .. }
                | ActivityEvent::ProductViewed { .. }
                | ActivityEvent::ProductViewsCounted { .. }
                | ActivityEvent::ProductViewsSynced { .. } => {}
            },
            (Favourites::TYPE, _) => match aggregates.decode(event)? {
                FavouritesEvent::Saved { property_id, .. } => {
                    self.saved.insert((user, property_id), deed(property_id, InteractionKind::Saved));
                }
                FavouritesEvent::Unsaved { property_id, .. } => {
                    self.saved.remove(&(user, property_id));
                }
            },
            (Lead::TYPE, "LEAD_CREATED") => {
                if let LeadEvent::Made { property_id, .. } = aggregates.decode(event)? {
                    self.did(deed(property_id, InteractionKind::Enquired));
                }
            }
            ("history", "HISTORY_ENTRY_HIDDEN") => {
                if let AuditEvent::HistoryEntryHidden { activity_id } = aggregates.decode(event)? {
                    self.hidden.insert(activity_id);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn did(&mut self, deed: Interaction) {
        self.activity.deeds.push(deed);
    }

    /// The final activity, in chronological order, without what was undone or hidden and without these people.
    fn by_now(self, gone: &BTreeSet<UserId>) -> Activity {
        let Self { mut activity, saved, hidden } = self;
        activity.deeds.extend(saved.into_values());
        activity.forget(gone, &hidden);
        activity.in_order();
        activity
    }
}

/// The traits that a search named.
fn looked(event: &Envelope, user: UserId, query: &Query, catalogue: &Catalogue) -> Looked {
    let filters = &query.filters;
    let prices = filters.min_price.zip(filters.max_price).map(|(least, most)| (price(least), price(most)));
    let prices = prices.filter(|(least, most)| most - least <= STEPS);
    let traits = [
        filters.localities.iter().filter_map(|place| catalogue.place(place)).collect(),
        filters.property_types.iter().map(|one| kind(*one)).collect(),
        filters.bedrooms.iter().map(|rooms| u32::from(rooms.halves())).collect(),
        prices.map(|(least, most)| (least..=most).collect()).unwrap_or_default(),
        filters.listing_types.iter().map(|one| offer(*one)).collect(),
    ];
    let at: Timestamp = event.timestamp;
    Looked { event: event.event_id, user, traits, at }
}
