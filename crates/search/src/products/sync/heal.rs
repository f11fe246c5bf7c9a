//! Heals what differs, while requests are answered and the group goes on.

use std::collections::HashSet;
use std::sync::Arc;

use ::projection::Value;
use domain::{ProductId, TenantId, UserId};

use super::{Comparison, Difference, DriftKind, RowDrift, Rows, SyncError, SyncReport};
use crate::engine::IndexChange;
use crate::products::row::{self, NEXT, StoredProduct};
use crate::products::{ListedProduct, ProductSearch};

/// Documents written to the index at once.
const AT_ONCE: usize = 500;

impl ProductSearch {
    /// Compares everything of a tenant, and heals what differs. Returns what it found, and what it finds afterwards.
    /// `progress` learns how many rows were compared.
    ///
    /// # Errors
    /// When journal, rows or index fail. What was healed before stays healed.
    pub async fn heal(
        &self,
        tenant: &TenantId,
        progress: impl FnMut(u64) + Send,
    ) -> Result<(SyncReport, SyncReport), SyncError> {
        let mut last = self.comparing.lock().await;
        last.forget(tenant);
        let found = self.compare(tenant, Rows::Healed, progress).await?;
        if found.report.differences.is_empty() {
            return Ok((found.report.clone(), found.report));
        }
        self.heal_found(tenant, &found).await?;
        Ok((found.report, self.compare(tenant, Rows::Compared, |_| {}).await?.report))
    }

    /// Compares one product's row with the journal, heals it, and writes its document to the index again. Returns what
    /// differed, and whether the product is in the index now.
    ///
    /// # Errors
    /// When journal, rows or index fail.
    pub async fn heal_one(
        &self,
        tenant: &TenantId,
        id: ProductId,
    ) -> Result<(Vec<Difference>, bool), SyncError> {
        let mut found = self.compare_one(tenant, id).await?;
        found.index = vec![id];
        let indexed = self.heal_found(tenant, &found).await?;
        // One that is under way may take long, and tells when it was begun.
        if let Ok(mut last) = self.comparing.try_lock() {
            last.forget(tenant);
        }
        Ok((found.report.differences, indexed.contains(&id)))
    }

    /// How many rows a tenant has.
    pub(in crate::products) async fn rows(&self, tenant: &TenantId) -> Result<u64, SyncError> {
        let sql = "select count(*) from products where tenant = $1";
        let rows = self.store.query(sql, vec![tenant.as_str().into()]).await?;
        Ok(rows.first().map(|row| row.count(0)).unwrap_or_default())
    }

    async fn heal_found(
        &self,
        tenant: &TenantId,
        found: &Comparison,
    ) -> Result<HashSet<ProductId>, SyncError> {
        let mut indexed = HashSet::new();
        for ids in found.index.chunks(AT_ONCE) {
            indexed.extend(self.index_again(tenant, ids).await?);
        }
        // What should not have been there may belong to somebody who left. Removing it writes large parts of the index
        // again, so it is done once, and for nothing else.
        if found.index.iter().any(|id| !indexed.contains(id)) {
            let _turn = self.writing.lock().await;
            let index = Arc::clone(&self.index);
            tokio::task::spawn_blocking(move || index.purge()).await??;
        }
        self.caught_up(self.context.wait).await;
        Ok(indexed)
    }

    /// Writes a row as the journal has it, unless the group has changed it since it was compared.
    pub(super) async fn correct_row(&self, tenant: &TenantId, drift: RowDrift) -> Result<(), SyncError> {
        let mut params: Vec<Value<'_>> = drift.values;
        let sql = match drift.kind {
            DriftKind::Missing => format!(
                "insert into products (tenant, id, seller_id, status, deleted, content, stock, purchases,
                 purchase_trend, created_at, updated_at, version, seller_gone, seller_absent, changed)
                 select $1, $2, $3, $4, $5, case g.gone when 0 then $6 end, $7, $8, $9, $10, $11, $12, g.gone,
                 exists (select 1 from absent_sellers a where a.tenant = $1 and a.user_id = $3), {NEXT}
                 from (select exists (select 1 from erased_people e where e.user_id = $3 and e.tenant = $1) as gone) g
                 where true on conflict (tenant, id) do nothing"
            ),
            DriftKind::Stale => {
                params.push(drift.changed.into());
                format!(
                    "update products set seller_id = $3, status = $4, deleted = $5,
                     content = case when exists
                     (select 1 from erased_people e where e.user_id = $3 and e.tenant = $1) then null else $6 end,
                     stock = $7, purchases = $8, purchase_trend = $9, created_at = $10, updated_at = $11, version = $12,
                     seller_gone = exists (select 1 from erased_people e where e.user_id = $3 and e.tenant = $1),
                     seller_absent = exists (select 1 from absent_sellers a where a.tenant = $1 and a.user_id = $3),
                     changed = {NEXT}
                     where tenant = $1 and id = $2 and changed = $13"
                )
            }
            // It stays as a row of nobody and of no version: without it the greatest number might be given again, and
            // the index would not read on to the row that has it then.
            DriftKind::Orphaned => {
                let nobody = UserId::default().to_string();
                let changed = drift.changed.into();
                params = vec![tenant.as_str().into(), drift.id.number().into(), nobody.into(), changed];
                format!(
                    "update products set seller_id = $3, seller_gone = 0, seller_absent = 0, status = 'INACTIVE',
                     deleted = 1, content = null, stock = null, purchases = 0, purchase_trend = null, created_at = 0,
                     updated_at = 0, version = 0, changed = {NEXT}
                     where tenant = $1 and id = $2 and changed = $4"
                )
            }
        };
        if self.store.correct(&drift.made, &sql, params).await? > 0 {
            self.progress.rows_changed(0);
        }
        Ok(())
    }

    /// Writes the documents of `ids` again, from their rows. Returns those that are on sale.
    async fn index_again(
        &self,
        tenant: &TenantId,
        ids: &[ProductId],
    ) -> Result<HashSet<ProductId>, SyncError> {
        let _turn = self.writing.lock().await;
        let mut changes: Vec<IndexChange<ListedProduct>> = Vec::with_capacity(ids.len());
        let mut on_sale = HashSet::new();
        let mut rest: HashSet<ProductId> = ids.iter().copied().collect();
        for row in row::of_ids(&self.store, tenant, ids, "").await? {
            if let Some(product) = StoredProduct::read(&row)?.on_sale() {
                rest.remove(&product.details.id);
                on_sale.insert(product.details.id);
                changes.push(IndexChange::Put(Box::new(product)));
            }
        }
        changes.extend(rest.into_iter().map(|id| IndexChange::Gone { tenant: tenant.clone(), id }));
        let index = Arc::clone(&self.index);
        let write = move || {
            // An empty index is filled from all rows anyway.
            let Some(place) = index.place()? else { return Ok(()) };
            index.write(&changes)?;
            index.commit(&place)
        };
        tokio::task::spawn_blocking(write).await??;
        Ok(on_sale)
    }
}
