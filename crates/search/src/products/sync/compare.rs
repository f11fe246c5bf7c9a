//! Compares the journal with the rows, and the rows with the index.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ::projection::{Row, Value};
use domain::product::{Product, ProductEvent};
use domain::{Aggregate as _, Log, ProductId, StreamId, TenantId};
use journal::EventQuery;

use super::{Comparison, DriftKind, RowDrift, Rows, SyncError, SyncReport};
use crate::engine::IndexPosition;
use crate::products::ProductSearch;
use crate::products::projection::{GROUP, blocked_key};
use crate::products::row::{CHANGED, COLUMNS, FOLDED_COLUMNS, FoldedProduct, JOINED, StoredProduct};

/// Rows, or events, read at once.
const AT_ONCE: usize = 500;
/// In the snapshot of the rows: the id of the read model's file, how far the group is, the first event of the product that
/// waits for an operator, and whether its seller closed their account or is away.
const SNAPSHOT: &str = ", (select m.id from made m),
    (select seq from checkpoints where grp = 'elasticsearch-sync' and log = 'facts'),
    (select b.seq from blocked_keys b where b.grp = 'elasticsearch-sync' and b.key = r.tenant || '/product/' || r.id),
    exists (select 1 from erased_people e where e.user_id = r.seller_id and e.tenant = r.tenant),
    exists (select 1 from absent_sellers a where a.tenant = r.tenant and a.user_id = r.seller_id)";

/// The index at one of its commits.
struct IndexSnapshot {
    place: IndexPosition,
    checksums: HashMap<ProductId, u64>,
}

/// What is compared with each other.
struct Sides {
    /// What becomes of rows that differ.
    differing: Rows,
    index: IndexSnapshot,
    /// The products that have a row.
    ids: HashSet<ProductId>,
}

/// Until where the events of a product are folded.
#[derive(Clone, Copy)]
struct Until {
    /// The position that the group has reached.
    reached: u64,
    /// The first event of the product that waits for an operator: it and those behind it are not in the row.
    waiting: Option<u64>,
}

impl Until {
    fn includes(self, seq: u64) -> bool {
        seq <= self.reached && self.waiting.is_none_or(|first| seq < first)
    }
}

/// The position of a waiting event, if there is one.
fn waiting(row: &Row, column: usize) -> Option<u64> {
    row.int(column).and_then(|first| u64::try_from(first).ok())
}

impl ProductSearch {
    /// Compares everything of a tenant. `progress` learns how many rows were compared.
    pub(super) async fn compare(
        &self,
        tenant: &TenantId,
        differing: Rows,
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<Comparison, SyncError> {
        let mut found = Comparison::default();
        let index = self.index_snapshot(tenant).await?;
        found.report.indexed = index.checksums.len() as u64;
        found.report.index_checksum = index.checksums.values().fold(0, |sum, one| sum.wrapping_add(*one));
        let mut sides = Sides { differing, index, ids: HashSet::new() };
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

    /// Compares one product's row with the journal, and corrects it.
    pub(super) async fn compare_one(
        &self,
        tenant: &TenantId,
        id: ProductId,
    ) -> Result<Comparison, SyncError> {
        let mut found = Comparison::default();
        let index = IndexSnapshot { place: IndexPosition::default(), checksums: HashMap::new() };
        let mut sides = Sides { differing: Rows::Healed, index, ids: HashSet::new() };
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

    async fn compare_row(
        &self,
        tenant: &TenantId,
        row: &Row,
        sides: &mut Sides,
        found: &mut Comparison,
    ) -> Result<(), SyncError> {
        let Some(id) = ProductId::of(row.count(2)) else { return Ok(()) };
        sides.ids.insert(id);
        let until = Until { reached: row.count(CHANGED + 2), waiting: waiting(row, CHANGED + 3) };
        if let Some(folded) = self.folded(tenant, id, until, &mut found.report).await? {
            let [gone, away] = [CHANGED + 4, CHANGED + 5].map(|column| row.int(column) == Some(1));
            let expected = folded.values(tenant, gone)?;
            let of_seller = [13, 14].map(|column| row.int(column) == Some(1));
            let kind = match &expected {
                None => (!is_of_nobody(row)).then_some(DriftKind::Orphaned),
                Some(expected) => {
                    let same = row.values().get(1..=FOLDED_COLUMNS) == Some(expected);
                    (!same || of_seller != [gone, away]).then_some(DriftKind::Stale)
                }
            };
            if let Some(kind) = kind {
                let made = row.text(CHANGED + 1).unwrap_or_default().to_owned();
                let (values, changed) = (expected.unwrap_or_default(), row.int(CHANGED).unwrap_or_default());
                self.note(tenant, RowDrift { id, kind, values, made, changed }, sides.differing, found)
                    .await?;
            }
        }
        compare_document(row, id, &sides.index, found);
        Ok(())
    }

    async fn note(
        &self,
        tenant: &TenantId,
        drift: RowDrift,
        differing: Rows,
        found: &mut Comparison,
    ) -> Result<(), SyncError> {
        found.note_row(drift.id, drift.kind);
        if differing == Rows::Healed {
            self.correct_row(tenant, drift).await?;
        }
        Ok(())
    }

    /// What the events of a product say, `until` there. Nothing if one of them cannot be read: the product is then told as
    /// waiting, and does not keep all the others from being compared.
    async fn folded(
        &self,
        tenant: &TenantId,
        id: ProductId,
        until: Until,
        report: &mut SyncReport,
    ) -> Result<Option<FoldedProduct>, SyncError> {
        if until.waiting.is_some() {
            report.waiting.push(id);
        }
        let aggregates = &self.context.aggregates;
        let stream = StreamId::new(tenant, Product::TYPE, id);
        let mut folded = FoldedProduct::default();
        for envelope in aggregates.journal().read_stream(&stream, 0).await? {
            if !until.includes(envelope.position.seq) {
                continue;
            }
            report.events += 1;
            match aggregates.decode::<ProductEvent>(&envelope) {
                Ok(event) => folded.apply(&envelope, &event),
                Err(error) => {
                    tracing::warn!(%stream, %error, "an event of a product cannot be read, so its row is not compared");
                    if until.waiting.is_none() {
                        report.waiting.push(id);
                    }
                    return Ok(None);
                }
            }
        }
        Ok(Some(folded))
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
        let sql = "select (select seq from checkpoints where grp = $3 and log = 'facts'),
            (select 1 from products where tenant = $1 and id = $2),
            (select seq from blocked_keys where grp = $3 and key = $4), (select m.id from made m)";
        let key = blocked_key(tenant.as_str(), &id.to_string());
        let params: Vec<Value<'_>> =
            vec![tenant.as_str().into(), id.number().into(), GROUP.name.into(), key.into()];
        let rows = self.store.query(sql, params).await?;
        let Some(row) = rows.first().filter(|row| row.int(1).is_none()) else { return Ok(()) };
        let until = Until { reached: row.count(0), waiting: waiting(row, 2) };
        let Some(folded) = self.folded(tenant, id, until, &mut found.report).await? else { return Ok(()) };
        let Some(values) = folded.values(tenant, false)? else { return Ok(()) };
        let made = row.text(3).unwrap_or_default().to_owned();
        let drift = RowDrift { id, kind: DriftKind::Missing, values, made, changed: 0 };
        self.note(tenant, drift, sides.differing, found).await
    }
}

/// Whether a row is what healing leaves of one that should not be there.
fn is_of_nobody(row: &Row) -> bool {
    row.int(12) == Some(0) && row.int(5) == Some(1) && row.text(6).is_none()
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
