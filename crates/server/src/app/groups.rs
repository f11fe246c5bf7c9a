//! Starts the consumer groups over their read models, with the decisions that operators made.

use std::sync::Arc;

use anyhow::Context as _;
use bus::{AfterTries, GroupDecisions, GroupHandle, Policy, Retry, Runner, Target};
use domain::StreamId;
use domain::audit::AuditEvent;
use http_kit::AppContext;
use projection::ViewStore;

use crate::progress::Progress;
use crate::settings::{self, Settings};

pub struct Starts<'a> {
    pub context: &'a AppContext,
    pub settings: &'a Settings,
    /// Rebuild every read model, because it may hold data of people who were erased.
    pub again: bool,
}

impl Starts<'_> {
    /// Every group over its read model, ready to run. Read models with an outdated shape are rebuilt first, one
    /// at a time.
    ///
    /// # Errors
    /// When a group or its read model cannot be opened or rebuilt, or belongs to another journal.
    pub async fn groups(
        &self,
        views: &[(bus::Group, ViewStore)],
    ) -> anyhow::Result<(Vec<Runner>, Vec<GroupHandle>)> {
        let mut started = Vec::new();
        for (group, store) in views {
            let context = || format!("the consumer group {}", group.name);
            started.push(self.renewed(*group, store).await.with_context(context)?);
        }
        Ok(started.into_iter().unzip())
    }

    /// The group over a read model that has the current shape.
    async fn renewed(&self, group: bus::Group, store: &ViewStore) -> anyhow::Result<(Runner, GroupHandle)> {
        let why = match store.outdated() {
            Some(why) => why.to_string(),
            None if self.again => "it may hold something of people who were erased".to_owned(),
            None => return self.group(group, store.clone()).await,
        };
        let (_, old) = self.group(group, store.clone()).await?;
        renew(store, &old, &why).await?;
        self.group(group, store.clone()).await
    }

    async fn group(&self, group: bus::Group, target: impl Target) -> anyhow::Result<(Runner, GroupHandle)> {
        let aggregates = &self.context.aggregates;
        let (target, journal, clock) =
            (Arc::new(target), aggregates.journal().clone(), aggregates.clock().clone());
        let (runner, handle) = Runner::new(group, journal, target, clock, self.policy(group.name)).await?;
        // The lock on the data directory guarantees this.
        let runner = runner.alone();
        Ok((runner.standing(self.standing(group.name).await?), handle))
    }

    fn policy(&self, group: &str) -> Policy {
        let after = match self.settings.consumers.get(group).map(|consumer| consumer.after_tries) {
            None | Some(settings::AfterTries::Park) => AfterTries::Park,
            Some(settings::AfterTries::Pause) => AfterTries::Pause,
            Some(settings::AfterTries::Stop) => AfterTries::Stop,
        };
        Policy { retry: retry(&self.settings.retry), after, ..Policy::default() }
    }

    /// What operators decided about a group, folded from its stream.
    async fn standing(&self, group: &str) -> anyhow::Result<GroupDecisions> {
        let stream = StreamId::new(self.context.tenants.default_id(), "consumer", group);
        let mut standing = GroupDecisions::default();
        for envelope in self.context.aggregates.journal().read_stream(&stream, 0).await? {
            match self.context.aggregates.decode::<AuditEvent>(&envelope)? {
                AuditEvent::ConsumerPaused { .. } => standing.paused = true,
                AuditEvent::ConsumerResumed { .. } => standing.paused = false,
                AuditEvent::DeadLetterDiscarded { event_id, .. } => {
                    standing.discarded.insert(event_id);
                }
                _ => {}
            }
        }
        Ok(standing)
    }
}

/// Rebuilds `store`, which is outdated. `group` is a group over it that must never run.
///
/// # Errors
/// When it cannot be rebuilt. It is then unchanged, and must not be queried.
async fn renew(store: &ViewStore, group: &GroupHandle, why: &str) -> anyhow::Result<()> {
    let name = group.group.name;
    tracing::info!(
        group = name,
        why,
        "a read model is made again from the journal before the server answers"
    );
    let progress = Progress::drawn_or("events", move |line| tracing::info!(group = name, "{line}"));
    let renewed = projection::renew(store, group, |now| progress.set(now.done, now.total)).await;
    progress.stop();
    let events = renewed.with_context(|| {
        format!("its read model must be made again, because {why}, and the old one stays as it was")
    })?;
    tracing::info!(group = name, events, "a read model was made again");
    Ok(())
}

pub fn retry(settings: &settings::Retry) -> Retry {
    Retry { tries: settings.tries, base_ms: settings.base_ms.into(), cap_ms: settings.cap_ms.into() }
}
