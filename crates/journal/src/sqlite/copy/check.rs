//! Whether copies are a whole log: everything that a restore relies on.

use std::collections::{HashMap, HashSet};

use domain::{StreamId, TenantId, UserId};
use rusqlite::Row;
use uuid::Uuid;

use super::chain::{Chain, ChainPart};
use super::{CopyError, Keys, Tick};
use crate::encryption::{self, Opened};
use crate::keys::KeyRing;

/// What was found in copies that are whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Events.
    pub events: u64,
    /// Streams they belong to.
    pub streams: u64,
    /// Unique names that streams hold.
    pub unique_keys: u64,
    /// People whose personal values are among them, or were.
    pub people: u64,
}

/// Version, first and last position.
type Head = (u64, u64, u64);

impl Chain {
    /// Reads everything: positions count 1, 2, 3 in the log and versions in every stream, segments are whole, the table
    /// of streams says what the events say, and every unique key has an owner. With `keys`, every person's key is there or
    /// was erased, and opens what was archived with it.
    ///
    /// # Errors
    /// The first thing that is wrong, with its file.
    pub fn check(&self, keys: Keys<'_>, tick: Tick<'_>) -> Result<Checked, CopyError> {
        let mut checked = Checked::default();
        let mut streams: HashMap<StreamId, Head> = HashMap::new();
        let mut people = HashSet::new();
        let mut last = None;
        let Some(newest) = self.parts.last() else { return Ok(checked) };
        self.each(|event| {
            let seq = event.position.seq;
            let head = streams.entry(event.stream.clone()).or_insert((0, seq, seq));
            if event.version != head.0 + 1 {
                let what = format!("version {} of {} follows {}", event.version, event.stream, head.0);
                return Err(CopyError::damaged(&newest.file, format!("{what}, at position {seq}")));
            }
            *head = (event.version, head.1, seq);
            last = Some(event.event_id);
            checked.events += 1;
            if let Some(keys) = keys {
                for (root, json) in [("data", &*event.data), (encryption::METADATA, &*event.metadata)] {
                    let whose = (&event.stream.tenant, event.event_id);
                    opens(keys, whose, (root, json), &mut people).map_err(|what| {
                        CopyError::damaged(&newest.file, format!("at position {seq}: {what}"))
                    })?;
                }
            }
            if checked.events % super::PAGE == 0 { tick(super::PAGE) } else { Ok(()) }
        })?;
        tick(checked.events % super::PAGE)?;
        if last != self.mark().event_id {
            return Err(CopyError::damaged(&newest.file, "its last event is not the one it was made up to"));
        }
        checked.streams = streams.len() as u64;
        checked.people = people.len() as u64;
        self.check_streams(&streams)?;
        checked.unique_keys = self.check_unique_keys(&streams)?;
        Ok(checked)
    }

    /// The tables of streams, the later ones over the earlier ones, say what the events say.
    fn check_streams(&self, streams: &HashMap<StreamId, Head>) -> Result<(), CopyError> {
        let mut told: HashMap<StreamId, Head> = HashMap::new();
        for part in &self.parts {
            let sql = "select tenant, type, id, version, first_position, last_position from streams";
            part.each(sql, |row| {
                told.insert(stream(row)?, (row.get(3)?, row.get(4)?, row.get(5)?));
                Ok(())
            })?;
        }
        let differs = streams.iter().find(|(id, head)| told.get(*id) != Some(head));
        let surplus = || told.keys().find(|id| !streams.contains_key(*id));
        match (differs.map(|(id, _)| id).or_else(surplus), self.parts.last()) {
            (Some(id), Some(part)) => {
                Err(CopyError::damaged(&part.file, format!("the stream {id} is not as its events made it")))
            }
            _ => Ok(()),
        }
    }

    fn check_unique_keys(&self, streams: &HashMap<StreamId, Head>) -> Result<u64, CopyError> {
        let mut held: HashMap<StreamId, u64> = HashMap::new();
        for part in &self.parts {
            part.each("select tenant, type, id from streams", |row| {
                held.remove(&stream(row)?);
                Ok(())
            })?;
            part.each("select tenant, stream_type, stream_id from claims", |row| {
                *held.entry(stream(row)?).or_default() += 1;
                Ok(())
            })?;
            if let Some(nobody) = held.keys().find(|owner| !streams.contains_key(*owner)) {
                let what = format!("{nobody} holds a name and is not there");
                return Err(CopyError::damaged(&part.file, what));
            }
        }
        Ok(held.values().sum())
    }
}

impl ChainPart {
    pub(super) fn each(
        &self,
        sql: &str,
        mut each: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), CopyError> {
        let mut read = || -> rusqlite::Result<()> {
            let mut statement = self.connection.prepare(sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                each(row)?;
            }
            Ok(())
        };
        read().map_err(|error| CopyError::damaged(&self.file, error.to_string()))
    }
}

fn stream(row: &Row<'_>) -> rusqlite::Result<StreamId> {
    let (tenant, kind, id): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    Ok(StreamId::new(&TenantId::stored(&tenant), &kind, id))
}

/// Whether the people in `json` have keys; of those met for the first time, whether it opens.
fn opens(
    keys: &KeyRing,
    (tenant, event): (&TenantId, Uuid),
    (root, json): (&str, &str),
    people: &mut HashSet<(TenantId, UserId)>,
) -> Result<(), String> {
    let mut is_new = false;
    for subject in encryption::subjects(json).map_err(|error| error.to_string())? {
        if !people.insert((tenant.clone(), subject)) {
            continue;
        }
        is_new = true;
        if !keys.knows(tenant, subject).map_err(|error| error.to_string())? {
            return Err(format!("the key of person {subject} of {tenant} is missing, which was not erased"));
        }
    }
    if is_new {
        encryption::open(keys, tenant, event, root, json, Opened::All).map_err(|error| error.to_string())?;
    }
    Ok(())
}
