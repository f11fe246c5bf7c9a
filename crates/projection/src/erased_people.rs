//! The people erased so far, as a read model knows it. Events of one person may be applied in another order
//! than they happened, and no data of an erased person may come back. Every read model has this table, so none
//! can miss an erasure.

use domain::{Envelope, TenantId};

use crate::error::ViewError;
use crate::tx::ViewTx;

/// Read models may use this table in their statements.
pub const TABLE: &str = "
create table if not exists erased_people (
    tenant text not null, user_id text not null, primary key (user_id, tenant)
) strict, without rowid;
";

impl ViewTx<'_> {
    /// Records that the person of `event` is erased.
    ///
    /// # Errors
    /// When the database rejects the write.
    pub async fn remember_erased(&mut self, event: &Envelope) -> Result<(), ViewError> {
        let person = [event.stream.tenant.as_str().into(), (&*event.stream.id).into()];
        self.execute(
            "insert into erased_people (tenant, user_id) values ($1, $2) on conflict do nothing",
            &person,
        )
        .await?;
        Ok(())
    }

    /// Whether a person is erased.
    ///
    /// # Errors
    /// When the database rejects the query.
    pub async fn is_erased(&mut self, tenant: &TenantId, person: &str) -> Result<bool, ViewError> {
        let sql = "select 1 from erased_people where user_id = $2 and tenant = $1";
        Ok(!self.query(sql, &[tenant.as_str().into(), person.into()]).await?.is_empty())
    }
}
