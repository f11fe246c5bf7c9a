//! The deliveries of a read model and the transactions on them.

use std::sync::Arc;

use bus::ApplyError;
use domain::{TenantId, Timestamp};
use journal::statements;
use rusqlite::Connection;
use supervisor::wake;
use tokio::sync::{Notify, watch};

use super::hand_over::own;
use super::rows::{self, Settled};
use super::{DeliveryBacklog, DeliveryState, LeasedDelivery, Settings, Tracked, in_turn};
use crate::error::ViewError;
use crate::store::ViewStore;

/// The deliveries of one read model. Clones share them.
#[derive(Clone, Debug)]
pub struct Outbox {
    store: ViewStore,
    wake: Arc<Notify>,
    settled: watch::Sender<()>,
}

impl Outbox {
    pub(crate) fn store(&self) -> &ViewStore {
        &self.store
    }

    /// Opens the deliveries of `store` and makes it their owner if they have none. A read model that is being
    /// rebuilt owns nothing until it takes over; an outdated one stays unchanged until it is made again. The
    /// projection must notify `wake` after every commit.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub fn open(store: &ViewStore, wake: Arc<Notify>) -> Result<Self, ViewError> {
        let database = store.database();
        if database.outdated.is_none() {
            own(&database.writer(), 1)?;
        }
        Ok(Self { store: store.clone(), wake, settled: watch::Sender::default() })
    }

    /// Waits until there may be something to deliver.
    pub(super) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Leases up to `limit` deliveries until `until`. Those whose previous lease has expired are `in_doubt`.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn lease(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<LeasedDelivery>, ApplyError> {
        self.leased(move |tx| rows::lease(tx, now, until, limit)).await
    }

    /// Leases what a worker with `settings` carries out next.
    pub(super) async fn lease_for(
        &self,
        settings: Settings,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<LeasedDelivery>, ApplyError> {
        if settings.by_recipient {
            let leased = self.leased(move |tx| in_turn::lease(tx, now, until, settings.batch)).await;
            // The lease postponed those behind a postponed one. Nobody needs to wait for their first try any more.
            self.settled.send_replace(());
            leased
        } else {
            self.lease(now, until, settings.batch).await
        }
    }

    /// Leases deliveries with `lease`, if this read model owns its deliveries.
    async fn leased(
        &self,
        lease: impl FnOnce(&Connection) -> rusqlite::Result<Vec<LeasedDelivery>> + Send + 'static,
    ) -> Result<Vec<LeasedDelivery>, ApplyError> {
        self.store
            .transaction(move |_, tx| {
                if !rows::owns(tx).map_err(ViewError::from)? {
                    return Ok(Vec::new());
                }
                Ok(lease(tx).map_err(ViewError::from)?)
            })
            .await
    }

    /// Expires all leases. Call it when no other outbox worker is alive: leased deliveries are then in doubt at
    /// once.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn lapse(&self) -> Result<(), ApplyError> {
        let lapse = "update delivery_states set at = 0 where state = 'leased'";
        self.store
            .transaction(move |_, tx| Ok(tx.execute(lapse, []).map(|_| ()).map_err(ViewError::from)?))
            .await
    }

    /// Whether a delivery still has the lease in `order`.
    pub(super) async fn is_leased(&self, order: &LeasedDelivery) -> Result<bool, ViewError> {
        let sql = "select 1 from delivery_states where id = $1 and lease = $2 and state = 'leased'";
        let rows = self.store.query(sql, vec![order.id.as_str().into(), order.lease.into()]).await?;
        Ok(!rows.is_empty())
    }

    /// Records the outcomes of deliveries. Those leased again meanwhile are left alone. Returns how many those
    /// are.
    pub(super) async fn settle(&self, settled: Vec<(LeasedDelivery, Settled)>) -> Result<usize, ApplyError> {
        self.store
            .transaction(move |_, tx| {
                let mut lost = 0;
                for (order, settled) in &settled {
                    let changed = rows::settle(tx, order, settled).map_err(ViewError::from)?;
                    lost += usize::from(changed == 0);
                }
                Ok(lost)
            })
            .await
            .inspect(|_| {
                self.settled.send_replace(());
            })
    }

    /// Deliveries in `states`, oldest first.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn list(
        &self,
        states: &'static [DeliveryState],
        limit: usize,
    ) -> Result<Vec<Tracked>, ApplyError> {
        // Each state by its index: all three together would be sorted, however many there are.
        let oldest = |state: &DeliveryState| {
            format!(
                "select * from (select id, seq from delivery_states where state = '{}' order by seq limit ?1)",
                state.word()
            )
        };
        let each: Vec<String> = states.iter().map(oldest).collect();
        let sql = format!(
            "select d.id, d.tenant, d.recipient, d.channel, d.template, d.event_id, d.seq, s.tries, s.lease,
             s.state = 'leased', s.state, s.at, s.error from ({}) o
             cross join delivery_states s on s.id = o.id cross join delivery d on d.id = s.id
             order by o.seq limit ?1",
            each.join(" union all ")
        );
        self.store
            .transaction(move |_, tx| {
                let read = || -> rusqlite::Result<Vec<Tracked>> {
                    statements::note(tx, &sql);
                    tx.prepare_cached(&sql)?.query_map([limit], rows::tracked)?.collect()
                };
                Ok(read().map_err(ViewError::from)?)
            })
            .await
    }

    /// The number of deliveries that are not done yet.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn backlog(&self) -> Result<DeliveryBacklog, ViewError> {
        let sql = "select state, count(*) from delivery_states
            where state in ('due', 'leased', 'refused', 'failed', 'unknown') group by state";
        let mut backlog = DeliveryBacklog::default();
        for row in self.store.query(sql, Vec::new()).await? {
            let number = row.count(1);
            match row.text(0) {
                Some("due" | "leased") => backlog.waiting += number,
                _ => backlog.parked += number,
            }
        }
        Ok(backlog)
    }

    /// Ids of all deliveries to `recipient`.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn of(&self, tenant: &TenantId, recipient: impl ToString) -> Result<Vec<String>, ViewError> {
        let sql = "select id from delivery where recipient = $2 and tenant = $1";
        let rows = self.store.query(sql, vec![tenant.as_str().into(), recipient.to_string().into()]).await?;
        Ok(rows.iter().filter_map(|row| row.text(0)).map(str::to_owned).collect())
    }

    /// An operator decides to carry out a failed delivery again, even if it may then be sent twice. Returns
    /// false when no delivery with that id waits for an operator.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn again(&self, id: &str) -> Result<bool, ApplyError> {
        self.decide(id, "state = 'due', at = 0, tries = 0").await
    }

    /// An operator gives up a failed delivery. Returns false when no delivery with that id waits for an
    /// operator.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn give_up(&self, id: &str) -> Result<bool, ApplyError> {
        self.decide(id, "state = 'given_up'").await
    }

    async fn decide(&self, id: &str, set: &str) -> Result<bool, ApplyError> {
        let id = id.to_owned();
        let sql = format!(
            "update delivery_states set {set}, lease = lease + 1
             where id = ?1 and state in ('refused', 'failed', 'unknown')"
        );
        let decide = move |tx: &Connection| Ok(tx.execute(&sql, [id]).map_err(ViewError::from)? == 1);
        let decided = self.store.transaction(move |_, tx| decide(tx)).await;
        self.wake.notify_one();
        decided
    }

    /// Waits until every delivery asked for at or before `seq` was tried once or is postponed.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn tried(&self, seq: u64) -> Result<(), ViewError> {
        let sql = "select 1 from delivery_states s join delivery d on d.id = s.id
            where s.state in ('due', 'leased') and s.tries = 0 and s.seq <= $1 and (s.state = 'leased' or s.at = 0)
            limit 1";
        let mut settled = self.settled.subscribe();
        while !self.store.query(sql, vec![seq.into()]).await?.is_empty() {
            wake::moved(&mut settled).await;
        }
        Ok(())
    }
}
