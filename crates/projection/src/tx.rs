//! The transaction that a projection writes in. The same SQL text runs on every database: placeholders `$1`,
//! `$2` …, and only columns of type `text`, `bigint` and `double precision`.

use std::borrow::Cow;

use journal::statements;
use rusqlite::{CachedStatement, Connection, params_from_iter};

use crate::error::ViewError;
use crate::value::{Row, Value};

/// An open transaction of a read model.
#[derive(Debug)]
pub struct ViewTx<'c> {
    database: Transaction<'c>,
    changed: Vec<ChangedDocument>,
}

/// The transaction of a database.
#[derive(Debug)]
enum Transaction<'c> {
    /// A SQLite transaction. Its calls block, so it runs on a thread that may block.
    Sqlite(&'c Connection),
}

/// A document that a transaction changed, although its event alone does not say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedDocument {
    /// The tenant that it belongs to.
    pub tenant: String,
    /// The id of its aggregate.
    pub id: String,
}

impl<'c> ViewTx<'c> {
    pub(crate) fn sqlite(connection: &'c Connection) -> Self {
        Self { database: Transaction::Sqlite(connection), changed: Vec::new() }
    }

    /// Notes that the document `id` changed. [`crate::Projection::changed`] is told once this is committed.
    pub fn note_changed(&mut self, tenant: &str, id: &str) {
        self.changed.push(ChangedDocument { tenant: tenant.to_owned(), id: id.to_owned() });
    }

    pub(crate) fn into_changed(self) -> Vec<ChangedDocument> {
        self.changed
    }

    /// Runs a statement and returns the number of rows it changed.
    ///
    /// # Errors
    /// When the database rejects it.
    #[expect(clippy::unused_async, reason = "a database over the network will wait here")]
    pub async fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<usize, ViewError> {
        match &self.database {
            Transaction::Sqlite(connection) => {
                Ok(prepared(connection, sql)?.execute(params_from_iter(params))?)
            }
        }
    }

    /// Runs a statement once for each of `rows`, in order.
    ///
    /// # Errors
    /// When the database rejects one of them.
    #[expect(clippy::unused_async, reason = "a database over the network will wait here")]
    pub async fn execute_each(&mut self, sql: &str, rows: &[Vec<Value<'_>>]) -> Result<(), ViewError> {
        match &self.database {
            Transaction::Sqlite(connection) => {
                let mut statement = prepared(connection, sql)?;
                for row in rows {
                    statement.execute(params_from_iter(row))?;
                }
                Ok(())
            }
        }
    }

    /// Runs a query and returns its rows.
    ///
    /// # Errors
    /// When the database rejects it.
    #[expect(clippy::unused_async, reason = "a database over the network will wait here")]
    pub async fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, ViewError> {
        match &self.database {
            Transaction::Sqlite(connection) => query(connection, sql, params),
        }
    }
}

pub fn query(connection: &Connection, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, ViewError> {
    let mut statement = prepared(connection, sql)?;
    let columns = statement.column_count();
    let rows = statement.query_map(params_from_iter(params), |row| Row::read(row, columns))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn prepared<'c>(connection: &'c Connection, sql: &str) -> Result<CachedStatement<'c>, ViewError> {
    let sql = native(sql);
    statements::note(connection, &sql);
    Ok(connection.prepare_cached(&sql)?)
}

/// To SQLite, `$1` is a named parameter, numbered by first use; `?1` is always the first parameter.
fn native(sql: &str) -> Cow<'_, str> {
    if sql.contains('$') { Cow::Owned(sql.replace('$', "?")) } else { Cow::Borrowed(sql) }
}
