//! Whether the key store is the one that this journal was left with, looked at before anybody is answered.
//!
//! An older copy lacks the keys of newer people: the start is refused, as what cannot be read must never look erased. And
//! it has the keys of people who were erased since: they are erased again, and read models are made again, as they may
//! hold what was read with those keys.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use domain::audit::AuditEvent;
use domain::{Actor, Clock, Envelope, Ids, Log, Metadata, StreamId, TenantId, UserId};
use journal::keys::{KeyError, LogMark};
use journal::{
    AggregateStore, Append, AppendError, Expected, Journal, KeyRing, Refused, SqliteJournal, UniqueKeys,
    subjects,
};
use supervisor::Supervisor;

use super::journal_files::open_journal;
use super::{key_files, lock};
use crate::settings::Settings;

/// So many of the newest people, and of the newest events of each log, must have their keys.
const NEWEST: usize = 300;
const PAGE: usize = 1000;
/// What says that somebody was erased, and that they, or what was sent to nobody's account, are to be. In this order:
/// whose receipt is there came back.
const ENDS: [&str; 3] = ["PERSONAL_DATA_ERASED", "USER_DELETED", "NOTIFICATION_DELETED"];

type People = BTreeSet<(TenantId, UserId)>;

/// The key store under `keys`, which is made when it is not there.
///
/// # Errors
/// When the master key cannot be had, or the store not opened.
pub fn open_store(settings: &Settings, keys: &Path) -> anyhow::Result<KeyRing> {
    let master = key_files::master(settings.master_key_file.as_deref(), keys)?;
    KeyRing::open(&keys.join("subjects.db"), &master).context("the key store")
}

/// What is to be done once the keys fit the journal.
#[derive(Clone, Copy, Debug)]
pub struct Settled {
    /// Read models may hold something of people who were erased: they are made again.
    pub made_again: bool,
    /// Erasures are done up to here then; nothing when there are no facts.
    mark: Option<LogMark>,
}

impl Settled {
    /// Read models are what they must be.
    ///
    /// # Errors
    /// When the store does not answer.
    pub fn done(self, keys: &KeyRing) -> Result<(), KeyError> {
        self.mark.map_or(Ok(()), |mark| keys.set_mark(mark))
    }
}

/// Refuses a store without the keys of the newest people, and does erasures again that it does not know of.
///
/// # Errors
/// When keys are missing, or journal or store do not answer.
pub async fn settle(journal: &SqliteJournal, keys: &KeyRing) -> anyhow::Result<Settled> {
    let missing = missing_newest(journal, keys).await?;
    if let Some((tenant, subject)) = missing.first() {
        bail!(
            "keys/subjects.db is older than the journal, or another one: it has no key of {subject} of {tenant} and \
             {} more of the newest people. Put its newest copy back and start again. If there is none, \
             `hyderabadinfra keys accept-lost` gives up for good what is encrypted with the lost keys",
            missing.len() - 1
        );
    }
    let head = journal.head(Log::Facts).await?;
    let mark = mark_at(journal, head.seq).await?;
    let known = match keys.mark()? {
        Some(known) if mark_at(journal, known.seq).await? == Some(known) => known.seq,
        _ => 0,
    };
    let mut again = 0;
    for event_type in ENDS {
        let mut after = known;
        loop {
            let page = journal.facts_of(event_type, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.position.seq;
            for event in &page {
                again += usize::from(end(keys, event)?);
            }
        }
    }
    if again > 0 {
        tracing::warn!(
            people = again,
            "the key store had keys of people who were erased; they are destroyed again"
        );
    }
    Ok(Settled { made_again: keys.erased_again()? > 0, mark })
}

/// Destroys the key of whom `event` is about; true when they had been erased before, and came back.
fn end(keys: &KeyRing, event: &Envelope) -> anyhow::Result<bool> {
    let StreamId { tenant, kind, id } = &event.stream;
    // Of a stream that is nobody's there is no key.
    let Ok(subject) = id.parse::<UserId>() else { return Ok(false) };
    match &**kind {
        "erasure" => Ok(keys.erase_again(tenant, subject)?),
        // An outbox worker has not come to them yet and sees to the rest; or the key came back, of which read models hold nothing.
        "user" | "notification" if keys.knows(tenant, subject)? && !keys.is_erased(tenant, subject)? => {
            Ok(keys.erase(tenant, subject).map(|()| false)?)
        }
        _ => Ok(false),
    }
}

async fn mark_at(journal: &SqliteJournal, seq: u64) -> anyhow::Result<Option<LogMark>> {
    let head = journal.head(Log::Facts).await?;
    if seq == 0 || seq > head.seq {
        return Ok(None);
    }
    let found = journal.read_after(head.at(seq - 1), 1).await?;
    Ok(found.first().map(|event| LogMark::at(event.position, event.event_id)))
}

/// Whoever made a key last is among the newest people or events: a copy from before that lacks it.
async fn missing_newest(journal: &SqliteJournal, keys: &KeyRing) -> anyhow::Result<People> {
    let mut newest = journal.newest_facts_of("USER_REGISTERED", NEWEST).await?;
    for log in Log::ALL {
        let head = journal.head(log).await?;
        newest.extend(journal.read_after(head.at(head.seq.saturating_sub(NEWEST as u64)), NEWEST).await?);
    }
    missing(keys, &newest)
}

/// Whom something is encrypted for in `events`, with a key that the store does not have and did not destroy.
fn missing(keys: &KeyRing, events: &[Envelope]) -> anyhow::Result<People> {
    let mut missing = People::new();
    for event in events {
        for json in [&event.data, &event.metadata] {
            let tenant = &event.stream.tenant;
            for subject in subjects(json).with_context(|| format!("event {}", event.position))? {
                if !keys.knows(tenant, subject)? {
                    missing.insert((tenant.clone(), subject));
                }
            }
        }
    }
    Ok(missing)
}

/// Whom something is encrypted for in the whole journal with a key that is lost. With `give_up` it is written down, in
/// the journal and in the key store, that they are erased: what is encrypted for them cannot be read any more, and the next
/// start makes the read models again without it.
///
/// # Errors
/// When a server holds the data directory, or journal or store do not answer.
pub async fn lost(settings: &Settings, clock: Clock, give_up: bool) -> anyhow::Result<Vec<String>> {
    let _lock = lock(&settings.data_dir)?;
    let journal = Arc::new(open_journal(settings, &clock, &Supervisor::default())?);
    let keys = Arc::new(open_store(settings, &settings.data_dir.join("keys"))?);
    let mut lost = People::new();
    for log in Log::ALL {
        let (head, mut after) = (journal.head(log).await?, 0);
        while after < head.seq {
            let page = journal.read_after(head.at(after), PAGE).await?;
            lost.extend(missing(&keys, &page)?);
            after += page.len() as u64;
        }
    }
    let aggregates =
        AggregateStore::new(Arc::<SqliteJournal>::clone(&journal), Arc::clone(&keys), clock, Ids);
    let run = format!("accept-lost-{}", aggregates.fresh());
    for (tenant, subject) in lost.iter().filter(|_| give_up) {
        receipt(&aggregates, tenant, *subject, &run).await?;
        keys.erase_again(tenant, *subject)?;
    }
    journal.close().await;
    Ok(lost.into_iter().map(|(tenant, subject)| format!("{tenant}\t{subject}")).collect())
}

/// First in the journal: should the process end before the store knows of it, the next start does it.
async fn receipt(
    aggregates: &AggregateStore,
    tenant: &TenantId,
    subject_id: UserId,
    run: &str,
) -> anyhow::Result<()> {
    let metadata = Metadata { correlation_id: Some(run.to_owned()), ..Metadata::default() };
    let actor = Actor { tenant: tenant.clone(), user: None, metadata };
    let append = Append {
        stream: StreamId::new(tenant, "erasure", subject_id),
        expected: Expected::Exactly(0),
        events: aggregates.encode_all(
            &actor,
            &[AuditEvent::Erased { subject_id }],
            aggregates.clock().now(),
        )?,
        unique_keys: UniqueKeys::default(),
        limits: Vec::new(),
        idempotency: None,
    };
    match aggregates.journal().append(append).await {
        Ok(_) | Err(AppendError::Refused(Refused::Conflict { .. })) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
