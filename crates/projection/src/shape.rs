//! The shape of a read model: everything its rows depend on besides the journal. Each file remembers the shape
//! it was made with, so that an upgrade that changes it is detected.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::error::ViewError;
use crate::tx::query;
use crate::{bookkeeping, deliveries, digest};

/// The text of the tables and the version of the projection.
#[derive(Debug)]
pub struct Shape {
    tables: String,
    version: u32,
}

/// Why a read model differs from what the current code would make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Outdated {
    /// The file does not say what it was made with.
    #[error("it is from before read models remembered their shape")]
    Unknown,
    /// The text of its tables is different.
    #[error("its tables have changed")]
    Tables,
    /// Its projection makes different rows.
    #[error("its projection has changed from version {made} to {now}")]
    Rows {
        /// The version that made it.
        made: u32,
        /// The current version.
        now: u32,
    },
}

impl Shape {
    pub fn of(tables: &str, version: u32) -> Self {
        Self { tables: digest::hex(&statements(tables)), version }
    }

    /// Compares this shape with the file's. A new file has none and gets this one. Must be called before the
    /// tables are created: then a file left half made has a shape, and the next start completes it.
    pub fn settle(&self, file: &mut Connection) -> Result<Option<Outdated>, ViewError> {
        let tx = file.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let read = "select tables, version from shape";
        let made = tx.query_row(read, [], |row| Ok((row.get::<_, String>(0)?, row.get(1)?))).optional()?;
        let outdated = match made {
            Some((tables, _)) if tables != self.tables => Some(Outdated::Tables),
            Some((_, made)) if made != self.version => Some(Outdated::Rows { made, now: self.version }),
            Some(_) => None,
            None if is_used(&tx)? => Some(Outdated::Unknown),
            None => {
                let write = "insert into shape (tables, version) values (?1, ?2)";
                tx.execute(write, params![self.tables, self.version])?;
                None
            }
        };
        tx.commit()?;
        Ok(outdated)
    }
}

fn is_used(file: &Connection) -> Result<bool, ViewError> {
    let begun = file.query_row("select exists (select 1 from checkpoints)", [], |row| row.get(0))?;
    Ok(begun || !tables(file)?.is_empty())
}

/// `sql` without the parts that change no row: line comments, repeated white space, and pragmas, which only say
/// how the file is stored.
fn statements(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut quote = None;
    let mut left = sql.chars().peekable();
    while let Some(c) = left.next() {
        if quote.is_none() && c == '-' && left.peek() == Some(&'-') {
            while left.next_if(|c| *c != '\n').is_some() {}
        } else if quote.is_none() && c.is_whitespace() {
            if !text.ends_with(' ') {
                text.push(' ');
            }
        } else {
            quote = match quote {
                None if matches!(c, '\'' | '"') => Some(c),
                Some(open) if open == c => None,
                unchanged => unchanged,
            };
            text.push(c);
        }
    }
    let all = text.split(';').map(str::trim);
    let kept: Vec<&str> = all.filter(|one| !one.is_empty() && !one.starts_with("pragma ")).collect();
    kept.join(";")
}

/// The read model's own tables, without those that every file has.
pub(crate) fn tables(connection: &Connection) -> Result<Vec<String>, ViewError> {
    let all = query(connection, "select name from sqlite_master where type = 'table' order by name", &[])?;
    let names = all.iter().filter_map(|row| row.text(0));
    let own = |name: &&str| !bookkeeping::NAMES.contains(name) && !deliveries::STATE_TABLES.contains(name);
    Ok(names.filter(own).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::statements;

    #[test]
    fn comments_space_and_pragmas_are_no_part_of_a_shape() {
        let plain = "create table t (a text, b text);create index i on t (a)";
        let dressed = "
            pragma synchronous = full; -- kept well
            -- The rows; there is one; really.
            create table t (a text,
                b text);
            create index i on t (a);
        ";
        assert_eq!(statements(dressed), plain);
        assert_ne!(statements("create table t (a text)"), plain);
    }

    #[test]
    fn what_is_quoted_stays_as_it_is() {
        for text in ["insert into t values ('a  -- b')", "create table t (\"a  --b\" text)"] {
            assert_eq!(statements(text), text);
        }
        assert_eq!(statements("select 'it''s  so' -- so"), "select 'it''s  so'");
    }
}
