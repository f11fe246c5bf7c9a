//! Counts events.
//!
//! The rows depend only on which events there are, not on their order, on batch boundaries, or on how the two logs
//! interleave. A person who left is in no count, whether their events came before or after they left. Neither is a partner's
//! program: an API key acts as a user does, but it is no person.

mod changes;
mod contribution;
pub mod funnels;
mod hours;
pub mod people;
pub mod topics;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ::projection::{Projection, ProjectionError, ViewTx};
use async_trait::async_trait;
use domain::{Envelope, TenantId};
use journal::AggregateStore;

use crate::{GROUP, ReportingZones};
use changes::{Changes, HourCell};
use contribution::TopicUse;
use people::People;
use topics::{PersonTopic, TopicKind};

/// The projection that fills the read model.
#[derive(Debug)]
pub struct Counted {
    aggregates: AggregateStore,
    zones: ReportingZones,
}

impl Counted {
    pub fn new(aggregates: AggregateStore, zones: ReportingZones) -> Self {
        Self { aggregates, zones }
    }

    /// The person of `event` left, or was a program all along: takes away what they did, and what others did with what was
    /// theirs.
    async fn forget(&self, tx: &mut ViewTx<'_>, event: &Envelope) -> Result<(), ProjectionError> {
        let tenant = &event.stream.tenant;
        let id = &event.stream.id;
        let person = id.parse().map_err(|_| ProjectionError::Event(format!("{id} is no person")))?;
        let person = people::digest(self.aggregates.keys(), tenant, person);
        let mut changes = Changes::default();
        hours::forget(tx, &mut changes, tenant, person).await?;
        topics::forget(tx, &mut changes, tenant, person).await?;
        changes.write(tx).await
    }
}

#[async_trait(?Send)]
impl Projection for Counted {
    fn name(&self) -> &'static str {
        GROUP
    }

    fn version(&self) -> u32 {
        self.zones.version()
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, event: &Envelope) -> Result<(), ProjectionError> {
        self.apply_batch(tx, std::slice::from_ref(event)).await
    }

    async fn apply_batch(&self, tx: &mut ViewTx<'_>, batch: &[Envelope]) -> Result<(), ProjectionError> {
        let mut step = Step::default();
        for event in batch {
            if self.erases(event) {
                std::mem::take(&mut step).write(tx).await?;
                tx.remember_erased(event).await?;
                self.forget(tx, event).await?;
            } else if people::is_new_program(event) {
                // What the key did may come first: it is in the other log.
                std::mem::take(&mut step).write(tx).await?;
                people::remember_program(tx, event).await?;
                self.forget(tx, event).await?;
            }
            step.add(self, tx, event).await?;
        }
        step.write(tx).await
    }

    fn committed(&self, _: &[Envelope]) {}
}

/// A day of a person.
pub type PersonDay = (i64, TenantId, i64);

/// What a batch adds.
#[derive(Debug, Default)]
struct Step {
    people: People,
    /// The events of a person within an hour.
    hours: BTreeMap<(i64, HourCell), u64>,
    /// By day and owner.
    topics: BTreeMap<(PersonTopic, (i64, i64)), TopicUses>,
    /// The days on which somebody may have got further in a funnel.
    funnels: BTreeSet<PersonDay>,
}

/// How often a topic occurred, and its words if they are kept apart from it.
#[derive(Debug, Default)]
struct TopicUses {
    events: u64,
    words: Option<String>,
}

impl Step {
    async fn add(
        &mut self,
        counted: &Counted,
        tx: &mut ViewTx<'_>,
        event: &Envelope,
    ) -> Result<(), ProjectionError> {
        let keys = counted.aggregates.keys();
        let tenant = &event.stream.tenant;
        let (day, hour) = counted.zones.of(tenant).day_and_hour(event.timestamp);
        let person = match event.user_id {
            Some(user) => self.people.digest(tx, keys, tenant, user).await?,
            None => Some(people::NOBODY),
        };
        let Some(person) = person else { return Ok(()) };
        let tenant = tenant.clone();
        let event_type = Arc::clone(&event.event_type);
        *self.hours.entry((person, HourCell { tenant, day, hour, event_type })).or_default() += 1;
        if person == people::NOBODY {
            return Ok(());
        }
        let tenant = &event.stream.tenant;
        if funnels::concerns(&event.event_type) {
            self.funnels.insert((person, tenant.clone(), day));
        }
        let mut uses = contribution::read(&counted.aggregates, event)?;
        uses.push(TopicUse::once(TopicKind::Active, String::new()));
        for TopicUse { kind, text, owner, events } in uses {
            let owner = match owner {
                Some(owner) => self.people.digest(tx, keys, tenant, owner).await?,
                None => Some(people::NOBODY),
            };
            // The text of an owner who left.
            let Some(owner) = owner else { continue };
            let (topic, words) = if kind.is_written_by_people() {
                (people::text_digest(keys, tenant, &text), Some(text))
            } else {
                (text, None)
            };
            let topic = PersonTopic { person, tenant: tenant.clone(), kind, topic };
            let known = self.topics.entry((topic, (day, owner))).or_default();
            known.events += events;
            known.words = words;
        }
        Ok(())
    }

    /// In the order of the keys: neighbours in an index are written one after the other.
    async fn write(self, tx: &mut ViewTx<'_>) -> Result<(), ProjectionError> {
        let mut changes = Changes::default();
        for (hour, events) in &self.hours {
            hours::add(tx, &mut changes, hour, *events).await?;
        }
        for ((topic, day), TopicUses { events, words }) in &self.topics {
            topic.add(tx, &mut changes, *day, *events, words.as_deref()).await?;
        }
        for day in &self.funnels {
            funnels::advance(tx, &mut changes, day).await?;
        }
        changes.write(tx).await
    }
}
