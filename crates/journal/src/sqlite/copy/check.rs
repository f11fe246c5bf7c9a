//! Checks that copies form a complete log, including everything that a restore relies on.

use std::collections::{HashMap, HashSet};

use domain::{StreamId, TenantId, UserId};
use rusqlite::Row;
use uuid::Uuid;

use super::chain::{Chain, ChainPart};
use super::{CopyError, Keys, Tick};
use crate::encryption::{self, Opened};
use crate::keys::KeyRing;

/// The contents of valid copies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The number of events.
    pub events: u64,
    /// The number of streams.
    pub streams: u64,
    /// The number of unique keys held by streams.
    pub unique_keys: u64,
    /// The number of people with personal values in the events, including erased people.
    pub people: u64,
}

/// Version, first position and last position of a stream.
type Head = (u64, u64, u64);

impl Chain {
    /// Reads everything and checks it: positions are consecutive in the log and versions in every stream, segments
    /// are intact, the table of streams agrees with the events, and every unique key has an owner. With `keys`, it
    /// also checks that every person's key exists or was destroyed, and that it decrypts a value of that person.
    ///
    /// # Errors
    /// The first problem found, with its file.
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

    /// Checks that the tables of streams, merged with later copies taking precedence, agree with the events.
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

/// Checks that all people in `json` have keys. If one of them is new, also checks that the values can be decrypted.
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
