//! How long the lists of a read model are. Counting a list walks all of it, on every page that is asked for. So a
//! projection keeps the lengths of its lists, in the transaction that changes their rows: a list's length is always
//! that of its rows.

use domain::TenantId;

use crate::ViewError;
use crate::tx::ViewTx;

/// The table of lengths, for read models that keep any. An empty list has no row. `owner` is the person a list belongs
/// to, and empty for a list of the whole tenant.
pub const TABLE: &str = "
create table if not exists list_lengths (
    tenant text not null, list text not null, owner text not null, length bigint not null,
    primary key (owner, list, tenant)
);
";

/// A list: its name, and the person it belongs to, or an empty text.
pub type ListName<'a> = (&'static str, &'a str);

/// An SQL expression: the length of `list` of the tenant `$1` and of `owner`, an SQL expression.
#[must_use]
pub fn length_of(list: &'static str, owner: &str) -> String {
    format!(
        "coalesce((select l.length from list_lengths l
         where l.owner = {owner} and l.list = '{list}' and l.tenant = $1), 0)"
    )
}

impl ViewTx<'_> {
    /// Changes the length of a list by `by`.
    ///
    /// # Errors
    /// When the database rejects it.
    pub async fn lengthen(
        &mut self,
        tenant: &TenantId,
        (list, owner): ListName<'_>,
        by: i64,
    ) -> Result<(), ViewError> {
        if by == 0 {
            return Ok(());
        }
        let key = [tenant.as_str().into(), list.into(), owner.into()];
        let [tenant, list, owner] = key.clone();
        self.execute(
            "insert into list_lengths (tenant, list, owner, length) values ($1, $2, $3, $4)
             on conflict (owner, list, tenant) do update set length = list_lengths.length + excluded.length",
            &[tenant, list, owner, by.into()],
        )
        .await?;
        if by < 0 {
            let sql =
                "delete from list_lengths where owner = $3 and list = $2 and tenant = $1 and length = 0";
            self.execute(sql, &key).await?;
        }
        Ok(())
    }

    /// All lists of `owner` are empty now.
    ///
    /// # Errors
    /// When the database rejects it.
    pub async fn empty_lists(&mut self, tenant: &TenantId, owner: &str) -> Result<(), ViewError> {
        let sql = "delete from list_lengths where owner = $2 and tenant = $1";
        self.execute(sql, &[tenant.as_str().into(), owner.into()]).await?;
        Ok(())
    }

    /// A row was in the lists `before`, and is in the lists `after` now.
    ///
    /// # Errors
    /// When the database rejects it.
    pub async fn change_lists(
        &mut self,
        tenant: &TenantId,
        before: &[ListName<'_>],
        after: &[ListName<'_>],
    ) -> Result<(), ViewError> {
        for left in before.iter().filter(|list| !after.contains(list)) {
            self.lengthen(tenant, *left, -1).await?;
        }
        for entered in after.iter().filter(|list| !before.contains(list)) {
            self.lengthen(tenant, *entered, 1).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::tx::query;

    #[tokio::test]
    async fn a_list_is_as_long_as_the_rows_that_entered_and_did_not_leave() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(TABLE).unwrap();
        let tenant = TenantId::stored("t");
        let length = |owner: &str| {
            let sql = format!("select {}", length_of("homes", "$2"));
            query(&connection, &sql, &["t".into(), owner.into()]).unwrap()[0].count(0)
        };
        let mut tx = ViewTx::sqlite(&connection);
        let mine: [ListName<'_>; 2] = [("homes", ""), ("homes", "me")];
        tx.change_lists(&tenant, &[], &mine).await.unwrap();
        tx.change_lists(&tenant, &[], &mine[..1]).await.unwrap();
        assert_eq!([length(""), length("me"), length("you")], [2, 1, 0]);
        tx.change_lists(&tenant, &mine, &[("homes", ""), ("homes", "you")]).await.unwrap();
        assert_eq!([length(""), length("me"), length("you")], [2, 0, 1]);
        tx.lengthen(&tenant, ("homes", ""), -2).await.unwrap();
        let left = query(&connection, "select owner, length from list_lengths", &[]).unwrap();
        assert_eq!(left.len(), 1, "an empty list has no row: {left:?}");
    }
}
