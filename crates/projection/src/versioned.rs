//! Rows that hold the version of their aggregate.

use domain::Envelope;

use crate::{ProjectionError, Value, ViewTx};

impl ViewTx<'_> {
    /// Moves the row of the event's aggregate in `table` to the event's version, and sets further columns. The row is
    /// found by the columns `tenant` and `id`; `set` numbers its `values` from `$4`.
    ///
    /// # Errors
    /// When the row is not at the version before: an aggregate's events follow one another without a gap (event
    /// rule 4). When the database fails.
    pub async fn next_version<'a>(
        &mut self,
        table: &'static str,
        event: &'a Envelope,
        set: &str,
        values: impl IntoIterator<Item = Value<'a>>,
    ) -> Result<(), ProjectionError> {
        let (stream, version) = (&event.stream, event.version);
        let keys = [stream.tenant.as_str().into(), (&*stream.id).into(), version.into()];
        let values: Vec<Value<'a>> = keys.into_iter().chain(values).collect();
        let comma = if set.is_empty() { "" } else { ", " };
        let sql = format!(
            "update {table} set version = $3{comma}{set} where tenant = $1 and id = $2 and version = $3 - 1"
        );
        if self.execute(&sql, &values).await? == 1 {
            return Ok(());
        }
        Err(ProjectionError::Event(format!("{stream} is not at version {}, before {version}", version - 1)))
    }
}
