//! Checks at start-up, before any request is answered, that the key store belongs to this journal and is current.
//!
//! An older copy lacks the keys of newer people. The start is then refused, because unreadable data must never
//! look erased. An older copy also holds keys of people who were erased since. Those people are erased again, and
//! read models are rebuilt, because they may hold values that were read with those keys.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use domain::audit::AuditEvent;
use domain::user::DELETED;
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

/// The keys of this many newest people, and of this many newest events of each log, must be present.
const NEWEST: usize = 300;
const PAGE: usize = 1000;
/// Event types that report an erasure as done, or ask for one: of a person, or of a notification sent to an
/// address without an account. The order matters: if somebody has an erasure receipt and a key, the key has come
/// back.
const ENDS: [&str; 3] = ["PERSONAL_DATA_ERASED", DELETED, "NOTIFICATION_DELETED"];

type People = BTreeSet<(TenantId, UserId)>;

/// Opens the key store under `keys`, and creates it if absent.
///
/// # Errors
/// When the master key is not available, or the store cannot be opened.
pub fn open_store(settings: &Settings, keys: &Path) -> anyhow::Result<KeyRing> {
    let master = key_files::master(settings.master_key_file.as_deref(), keys)?;
    KeyRing::open(&keys.join("subjects.db"), &master).context("the key store")
}

/// What remains to be done once the keys match the journal.
#[derive(Clone, Copy, Debug)]
pub struct Settled {
    /// Read models may hold data of people who were erased, so they must be rebuilt.
    pub made_again: bool,
    /// The position up to which erasures are then done; `None` when there are no facts.
    mark: Option<LogMark>,
}

impl Settled {
    /// Records the mark, once read models have been rebuilt as far as needed.
    ///
    /// # Errors
    /// When the store does not answer.
    pub fn done(self, keys: &KeyRing) -> Result<(), KeyError> {
        self.mark.map_or(Ok(()), |mark| keys.set_mark(mark))
    }
}

/// Refuses a store without the keys of the newest people, and repeats erasures that the store missed.
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

/// Destroys the key of the person that `event` is about. True if they had been erased before and their key came
/// back.
fn end(keys: &KeyRing, event: &Envelope) -> anyhow::Result<bool> {
    let StreamId { tenant, kind, id } = &event.stream;
    // A stream that belongs to no person has no key.
    let Ok(subject) = id.parse::<UserId>() else { return Ok(false) };
    match &**kind {
        "erasure" => Ok(keys.erase_again(tenant, subject)?),
        // Either the outbox worker has not reached them yet and will do the rest, or the key came back and read
        // models hold nothing of it.
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

/// The newest key belongs to one of the newest people or events, so an older copy of the store lacks it.
async fn missing_newest(journal: &SqliteJournal, keys: &KeyRing) -> anyhow::Result<People> {
    let mut newest = journal.newest_facts_of("USER_REGISTERED", NEWEST).await?;
    for log in Log::ALL {
        let head = journal.head(log).await?;
        newest.extend(journal.read_after(head.at(head.seq.saturating_sub(NEWEST as u64)), NEWEST).await?);
    }
    missing(keys, &newest)
}

/// The people whose values are encrypted in `events` with a key that the store neither has nor destroyed.
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

/// All people in the journal whose values are encrypted with a lost key. With `give_up`, they are recorded as
/// erased in the journal and in the key store. Their values can then never be read again, and the next start
/// rebuilds the read models without them.
///
/// # Errors
/// When a server holds the data directory, or journal or store do not answer.
pub async fn lost(settings: &Settings, clock: Clock, give_up: bool) -> anyhow::Result<Vec<String>> {
    let _lock = lock(&settings.data_dir)?;
    let journal = Arc::new(open_journal(settings, &clock, &Supervisor::default())?);
    let keys = Arc::new(open_store(settings, &settings.data_dir.join("keys"))?);
    let mut lost = People::new();
    for log in Log::ALL {
        let head = journal.head(log).await?;
        let mut after = 0;
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

/// The journal is written first. If the process ends before the key store is updated, the next start updates it.
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
