//! The consumer groups over their read models, as operators left them.

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
    /// Every read model is made again: it may hold something of people who were erased.
    pub again: bool,
}

impl Starts<'_> {
    /// Every group over its read model, to be run. Read models of another shape are made again, one after the other.
    ///
    /// # Errors
    /// When one of them cannot be, or its journal is another one.
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

    /// The group over a read model of the shape of today.
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
        // The data directory's lock says so.
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

    /// What operators decided about a group: the fold of its stream.
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

/// Makes `store`, which is outdated, again; `group`, which is over it, must never run.
///
/// # Errors
/// When it cannot be made again: then it is what it was, and no answer may come from it.
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
