//! Compares the journal with the rows, and the rows with the index.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ::projection::{Row, Value};
use domain::product::{Product, ProductEvent};
use domain::{Aggregate as _, Log, ProductId, StreamId, TenantId};
use journal::EventQuery;

use super::{Comparison, DriftKind, RowDrift, SyncError, SyncReport};
use crate::engine::IndexPosition;
use crate::products::ProductSearch;
use crate::products::projection::{GROUP, blocked_key};
use crate::products::row::{CHANGED, COLUMNS, FOLDED_COLUMNS, FoldedProduct, JOINED, StoredProduct};

/// Rows, or events, read at once.
const AT_ONCE: usize = 500;
/// The id of the read model's file, and how far the group is, in the snapshot of the rows.
const SNAPSHOT: &str = ", (select m.id from made m),
    (select seq from checkpoints where grp = 'elasticsearch-sync' and log = 'facts')";

/// The index at one of its commits.
struct IndexSnapshot {
    place: IndexPosition,
    checksums: HashMap<ProductId, u64>,
}

/// What is compared with each other.
struct Sides {
    index: IndexSnapshot,
    /// Keys whose events wait for an operator.
    blocked: HashSet<String>,
    /// The products that have a row.
    ids: HashSet<ProductId>,
}

impl ProductSearch {
    /// Compares everything of a tenant.
    ///
    /// # Errors
    /// When journal, rows or index cannot be read.
    pub async fn report(&self, tenant: &TenantId) -> Result<SyncReport, SyncError> {
        Ok(self.compare(tenant, |_| {}).await?.report)
    }

    /// The same, with what is needed for healing. `progress` learns how many rows were compared.
    pub(super) async fn compare(
        &self,
        tenant: &TenantId,
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<Comparison, SyncError> {
        let mut found = Comparison::default();
        let index = self.index_snapshot(tenant).await?;
        found.report.indexed = index.checksums.len() as u64;
        found.report.index_checksum = index.checksums.values().fold(0, |sum, one| sum.wrapping_add(*one));
        let mut sides = Sides { index, blocked: self.blocked().await?, ids: HashSet::new() };
        let mut last = 0;
        loop {
            let sql = format!(
                "select null, {COLUMNS}, r.changed{SNAPSHOT} from products r {JOINED}
                 where r.tenant = $1 and r.id > $2 order by r.id limit $3"
            );
            let params = vec![tenant.as_str().into(), last.into(), (AT_ONCE as u64).into()];
            let rows = self.store.query(&sql, params).await?;
            for row in &rows {
                last = row.int(2).unwrap_or(i64::MAX);
                self.compare_row(tenant, row, &mut sides, &mut found).await?;
            }
            progress(sides.ids.len() as u64);
            if rows.len() < AT_ONCE {
                break;
            }
        }
        self.find_missing_rows(tenant, &sides, &mut found).await?;
        let orphans: Vec<_> = sides.index.checksums.keys().filter(|id| !sides.ids.contains(id)).collect();
        for id in orphans {
            found.note_document(*id, DriftKind::Orphaned);
        }
        found.report.differences.sort_by_key(|difference| difference.product_id);
        Ok(found)
    }

    /// Compares one product's row with the journal.
    pub(super) async fn compare_one(
        &self,
        tenant: &TenantId,
        id: ProductId,
    ) -> Result<Comparison, SyncError> {
        let mut found = Comparison::default();
        let index = IndexSnapshot { place: IndexPosition::default(), checksums: HashMap::new() };
        let mut sides = Sides { index, blocked: self.blocked().await?, ids: HashSet::new() };
        match crate::products::row::of_ids(&self.store, tenant, &[id], SNAPSHOT).await?.first() {
            Some(row) => self.compare_row(tenant, row, &mut sides, &mut found).await?,
            None => self.find_missing_row(tenant, id, &sides, &mut found).await?,
        }
        found.report.differences.sort_by_key(|difference| difference.product_id);
        Ok(found)
    }

    /// The index between two writes.
    async fn index_snapshot(&self, tenant: &TenantId) -> Result<IndexSnapshot, SyncError> {
        let _turn = self.writing.lock().await;
        let (index, tenant) = (Arc::clone(&self.index), tenant.clone());
        let read = move || {
            let place = index.place()?.unwrap_or_default();
            Ok(IndexSnapshot { place, checksums: index.checksums(&tenant)? })
        };
        tokio::task::spawn_blocking(read).await?
    }

    async fn blocked(&self) -> Result<HashSet<String>, SyncError> {
        let sql = "select key from blocked_keys where grp = $1";
        let rows = self.store.query(sql, vec![GROUP.name.into()]).await?;
        Ok(rows.iter().filter_map(|row| row.text(0).map(str::to_owned)).collect())
    }

    async fn compare_row(
        &self,
        tenant: &TenantId,
        row: &Row,
        sides: &mut Sides,
        found: &mut Comparison,
    ) -> Result<(), SyncError> {
        let Some(id) = ProductId::of(row.count(2)) else { return Ok(()) };
        sides.ids.insert(id);
        if sides.blocked.contains(&blocked_key(tenant.as_str(), &id.to_string())) {
            found.report.waiting.push(id);
        } else {
            let folded = self.folded(tenant, id, row.count(CHANGED + 2), &mut found.report.events).await?;
            let expected = folded.values(tenant, row.int(13) == Some(1))?;
            let kind = match &expected {
                None => Some(DriftKind::Orphaned),
                Some(expected) if row.values().get(1..=FOLDED_COLUMNS) != Some(expected) => {
                    Some(DriftKind::Stale)
                }
                Some(_) => None,
            };
            if let Some(kind) = kind {
                let changed = row.int(CHANGED).unwrap_or_default();
                found.note_row(RowDrift { id, kind, values: expected.unwrap_or_default(), changed });
            }
        }
        compare_document(row, id, &sides.index, found);
        Ok(())
    }

    /// What the events of a product say, up to the position `reached`.
    async fn folded(
        &self,
        tenant: &TenantId,
        id: ProductId,
        reached: u64,
        events: &mut u64,
    ) -> Result<FoldedProduct, SyncError> {
        let aggregates = &self.context.aggregates;
        let stream = StreamId::new(tenant, Product::TYPE, id);
        let mut folded = FoldedProduct::default();
        for envelope in aggregates.journal().read_stream(&stream, 0).await? {
            if envelope.position.seq <= reached {
                folded.apply(&envelope, &aggregates.decode::<ProductEvent>(&envelope)?);
                *events += 1;
            }
        }
        Ok(folded)
    }

    /// Finds products of the journal that have no row.
    async fn find_missing_rows(
        &self,
        tenant: &TenantId,
        sides: &Sides,
        found: &mut Comparison,
    ) -> Result<(), SyncError> {
        let mut created = EventQuery::newest(tenant, Log::Facts, AT_ONCE);
        (created.kind, created.oldest_first) = (Some(Product::TYPE.to_owned()), true);
        created.event_type = Some("ProductCreated".to_owned());
        loop {
            let events = self.context.aggregates.journal().find(&created).await?;
            for event in &events {
                created.after = Some(event.position.seq);
                let id = event.stream.id.parse::<ProductId>().ok();
                if let Some(id) = id.filter(|id| !sides.ids.contains(id)) {
                    self.find_missing_row(tenant, id, sides, found).await?;
                }
            }
            if events.len() < AT_ONCE {
                return Ok(());
            }
        }
    }

    async fn find_missing_row(
        &self,
        tenant: &TenantId,
        id: ProductId,
        sides: &Sides,
        found: &mut Comparison,
    ) -> Result<(), SyncError> {
        if sides.blocked.contains(&blocked_key(tenant.as_str(), &id.to_string())) {
            found.report.waiting.push(id);
            return Ok(());
        }
        let sql = "select (select seq from checkpoints where grp = $3 and log = 'facts'),
            (select 1 from products where tenant = $1 and id = $2)";
        let params: Vec<Value<'_>> = vec![tenant.as_str().into(), id.number().into(), GROUP.name.into()];
        let rows = self.store.query(sql, params).await?;
        let Some(row) = rows.first().filter(|row| row.int(1).is_none()) else { return Ok(()) };
        let folded = self.folded(tenant, id, row.count(0), &mut found.report.events).await?;
        if let Some(values) = folded.values(tenant, false)? {
            found.note_row(RowDrift { id, kind: DriftKind::Missing, values, changed: 0 });
        }
        Ok(())
    }
}

/// Compares a row with its document, if the index should have the row as it is.
fn compare_document(row: &Row, id: ProductId, index: &IndexSnapshot, found: &mut Comparison) {
    // A row that cannot be read differs from the journal, and is found as such.
    let Ok(stored) = StoredProduct::read(row) else { return };
    let expected = stored.on_sale().map(|product| product.checksum());
    if let Some(checksum) = expected {
        found.report.on_sale += 1;
        found.report.row_checksum = found.report.row_checksum.wrapping_add(checksum);
    }
    let is_due = row.int(CHANGED).is_some_and(|changed| changed <= index.place.changed);
    if !is_due || row.text(CHANGED + 1) != Some(&*index.place.made) {
        return;
    }
    match (expected, index.checksums.get(&id)) {
        (Some(_), None) => found.note_document(id, DriftKind::Missing),
        (Some(expected), Some(there)) if expected != *there => found.note_document(id, DriftKind::Stale),
        (None, Some(_)) => found.note_document(id, DriftKind::Orphaned),
        _ => {}
    }
}
