//! All products of a seller or of a tenant, a portion at a time.

use ::projection::Value;
use domain::{TenantId, UserId};
use http_kit::Failure;
use http_kit::export::AT_ONCE;

use super::{COLUMNS, FROM, StoredProduct};
use crate::AppParts;

impl AppParts {
    /// The next products behind this number, on sale or not: a seller's, or everybody's.
    pub async fn numbered_after(
        &self,
        tenant: &TenantId,
        seller: Option<UserId>,
        number: u64,
    ) -> Result<Vec<StoredProduct>, Failure> {
        let mut params: Vec<Value<'static>> = vec![tenant.to_string().into(), number.into(), AT_ONCE.into()];
        params.extend(seller.map(|seller| Value::from(seller.to_string())));
        let of_seller = if seller.is_some() { "and p.seller_id = $4" } else { "" };
        let sql = format!(
            "select {COLUMNS} from {FROM} where p.tenant = $1 and p.number > $2 {of_seller}
             order by p.number limit $3"
        );
        let broken = || Failure::unavailable(&"a row of the catalogue cannot be read");
        let rows = self.store.query(&sql, params).await?;
        rows.iter().map(|row| StoredProduct::read(row).ok_or_else(broken)).collect()
    }
}
