//! Restores a log from its copies.

use std::path::Path;

use rusqlite::{Connection, params};

use super::super::{file, holdings};
use super::chain::{Chain, ChainPart};
use super::{CopyError, PAGE, TABLES, Tick, sync};

impl Chain {
    /// Creates the log in `directory`, where none may exist yet, as a new history. `epoch` must differ from that of
    /// every journal these copies were ever restored to. The copies must have been checked before. Blocks.
    ///
    /// # Errors
    /// If a copy cannot be read or the log cannot be written. The new log is then incomplete and must not be used.
    pub fn restore(&self, directory: &Path, epoch: u32, tick: Tick<'_>) -> Result<(), CopyError> {
        let path = directory.join(format!("{}.db", self.log.as_str()));
        if path.exists() {
            return Err(CopyError::damaged(&path, "it is there already"));
        }
        std::fs::create_dir_all(directory).map_err(CopyError::io(directory))?;
        let log = file::open(&path)?;
        let failed = CopyError::sqlite(&path);
        // The log is not used until it is complete and synced, so no rollback journal is needed.
        log.execute_batch("pragma journal_mode = off; pragma synchronous = off;").map_err(&failed)?;
        for part in &self.parts {
            add(&log, part, self.archived(), tick)?;
        }
        let end = || -> rusqlite::Result<()> {
            log.execute("update history set epoch = ?1", [epoch])?;
            holdings::derive(&log)?;
            log.execute_batch("pragma journal_mode = wal; pragma wal_checkpoint(truncate);")
        };
        end().map_err(&failed)?;
        drop(log);
        for (segment, file) in &self.segments {
            let into = directory.join("segments");
            std::fs::create_dir_all(&into).map_err(CopyError::io(&into))?;
            let into = into.join(&segment.name);
            std::fs::copy(file, &into).map_err(CopyError::io(&into))?;
            sync(&into)?;
            tick(segment.last - segment.first + 1)?;
        }
        sync(&path)
    }
}

fn add(log: &Connection, part: &ChainPart, archived: u64, tick: Tick<'_>) -> Result<(), CopyError> {
    let failed = CopyError::sqlite(&part.file);
    log.execute("attach database ?1 as part", [part.file.to_string_lossy()]).map_err(&failed)?;
    let format = |schema: &str| {
        log.query_row(&format!("pragma {schema}.user_version"), [], |row| row.get::<_, i64>(0))
    };
    if format("part").map_err(&failed)? > format("main").map_err(&failed)? {
        return Err(CopyError::damaged(&part.file, "it was made by a later version of this program"));
    }
    let mut done = part.after.max(archived);
    while done < part.mark.seq {
        let to = part.mark.seq.min(done + PAGE);
        let insert = insert(log, "event_store").map_err(&failed)?;
        let events = format!("{insert} where position > ?1 and position <= ?2");
        log.execute(&events, params![done, to]).map_err(&failed)?;
        tick(to - done)?;
        done = to;
    }
    let changed = || -> rusqlite::Result<()> {
        log.execute_batch(
            "delete from claims where (stream_id, stream_type, tenant) in (select id, type, tenant from part.streams);
             delete from segments;",
        )?;
        for (name, _) in TABLES {
            log.execute(&insert(log, name)?, [])?;
        }
        log.execute_batch("detach database part")
    };
    changed().map_err(&failed)
}

/// Uses the columns of the copy, so columns added in later formats get their defaults.
fn insert(log: &Connection, table: &str) -> rusqlite::Result<String> {
    let sql = "select group_concat(name, ', ') from pragma_table_info(?1, 'part')";
    let columns: String = log.query_row(sql, [table], |row| row.get(0))?;
    Ok(format!("insert or replace into {table} ({columns}) select {columns} from part.{table}"))
}
