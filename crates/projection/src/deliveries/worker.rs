//! Carries deliveries out.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bus::{ApplyError, Retry};
use domain::{Clock, Timestamp};
use futures_util::future::join_all;
use supervisor::wake;
use tokio::sync::watch;

use super::rows::Settled;
use super::{LeasedDelivery, Outbox};

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// Carried out.
    Delivered,
    /// Nobody wants it any more.
    NotWanted(String),
    /// The target will never take it.
    Refused(String),
    /// Certainly not carried out; another try may help.
    Failed(String),
    /// Perhaps carried out.
    Unknown(String),
    /// Not begun: nobody is to be disturbed, or the way rests. It waits until then, and no try is used up.
    Later(String, Timestamp),
}

/// What the target knows of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryLookup {
    /// It has it.
    Delivered,
    /// It has it not, and nobody is about to bring it.
    Missing,
    /// It cannot tell.
    Unknown,
}

/// The way to a target.
#[async_trait]
pub trait DeliveryHandler: Send + Sync + 'static {
    /// Carries a delivery out, under its id.
    async fn carry(&self, order: &LeasedDelivery) -> DeliveryOutcome;

    /// What became of a delivery whose outbox worker was lost.
    async fn look_up(&self, order: &LeasedDelivery) -> DeliveryLookup;
}

/// How an outbox worker works.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How often and how fast it tries again.
    pub retry: Retry,
    /// What it leases is its own for so long.
    pub term_ms: i64,
    /// Deliveries leased at once.
    pub batch: usize,
    /// So many of them are carried at the same time: one, where the order matters.
    pub at_once: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { retry: Retry::default(), term_ms: 60_000, batch: 32, at_once: 1 }
    }
}

/// Deliveries whose time comes later are looked at this often.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Carries out the deliveries of one book.
#[derive(Clone)]
pub struct OutboxWorker {
    outbox: Outbox,
    handler: Arc<dyn DeliveryHandler>,
    clock: Clock,
    settings: Settings,
}

impl std::fmt::Debug for OutboxWorker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Courier({:?})", self.outbox)
    }
}

impl OutboxWorker {
    /// An outbox worker for `outbox`.
    #[must_use]
    pub fn new(outbox: Outbox, handler: Arc<dyn DeliveryHandler>, clock: Clock, settings: Settings) -> Self {
        Self { outbox, handler, clock, settings }
    }

    /// Runs until `stop` turns true. With `alone`, no other outbox worker can be alive: what one before left behind is
    /// looked up at once.
    pub async fn run(self, alone: bool, mut stop: watch::Receiver<bool>) {
        let mut lapse = alone;
        while !wake::is_stopped(&stop) {
            if lapse && told(self.outbox.lapse().await).is_some() {
                lapse = false;
            }
            if !lapse && told(self.round().await) == Some(true) {
                continue;
            }
            tokio::select! {
                biased;
                () = wake::stopped(&mut stop) => {}
                () = self.outbox.woken() => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
    }

    /// Leases what is due and carries it out; true when there was anything.
    ///
    /// # Errors
    /// When the book does not answer: then what was carried out is looked up later.
    pub async fn round(&self) -> Result<bool, ApplyError> {
        let now = self.clock.now();
        let until = now.plus_millis(self.settings.term_ms);
        let orders = self.outbox.lease(now, until, self.settings.batch).await?;
        if orders.is_empty() {
            return Ok(false);
        }
        let mut settled = Vec::with_capacity(orders.len());
        for together in orders.chunks(self.settings.at_once.max(1)) {
            for carried in join_all(together.iter().map(|order| self.one(order))).await {
                settled.extend(carried?);
            }
        }
        let lost = self.outbox.settle(settled).await?;
        if lost > 0 {
            tracing::warn!(lost, "deliveries were leased again before their outcome was written down");
            metrics::counter!("deliveries_lease_lost").increment(lost as u64);
        }
        Ok(true)
    }

    /// Nothing when it is somebody else's by now.
    async fn one(&self, order: &LeasedDelivery) -> Result<Option<(LeasedDelivery, Settled)>, ApplyError> {
        // The book says whose it is now; a clock that was set back does not.
        if !self.outbox.is_leased(order).await? {
            return Ok(None);
        }
        let outcome = self.carry(order).await;
        Ok(Some((order.clone(), self.settle(order, outcome))))
    }

    async fn carry(&self, order: &LeasedDelivery) -> DeliveryOutcome {
        if order.in_doubt {
            match self.handler.look_up(order).await {
                DeliveryLookup::Delivered => return DeliveryOutcome::Delivered,
                DeliveryLookup::Missing => {}
                DeliveryLookup::Unknown => {
                    return DeliveryOutcome::Unknown("its courier was lost on the way".into());
                }
            }
        }
        self.handler.carry(order).await
    }

    fn settle(&self, order: &LeasedDelivery, outcome: DeliveryOutcome) -> Settled {
        let word = match &outcome {
            DeliveryOutcome::Delivered => "delivered",
            DeliveryOutcome::NotWanted(_) => "not_wanted",
            DeliveryOutcome::Refused(_) => "refused",
            DeliveryOutcome::Failed(_) => "failed",
            DeliveryOutcome::Unknown(_) => "unknown",
            DeliveryOutcome::Later(..) => "later",
        };
        metrics::counter!("deliveries", "channel" => order.channel.clone(), "outcome" => word).increment(1);
        let now: Timestamp = self.clock.now();
        match outcome {
            DeliveryOutcome::Failed(why) if order.tries + 1 < self.settings.retry.tries => {
                let pause = self.settings.retry.pause_of(&order.id, order.tries + 1);
                tracing::warn!(delivery = order.id, tries = order.tries + 1, why, "a delivery failed");
                Settled::Again(why, now.plus_millis(pause))
            }
            DeliveryOutcome::Delivered | DeliveryOutcome::NotWanted(_) | DeliveryOutcome::Later(..) => {
                Settled::of(outcome, now)
            }
            DeliveryOutcome::Refused(_) | DeliveryOutcome::Failed(_) | DeliveryOutcome::Unknown(_) => {
                tracing::error!(delivery = order.id, ?outcome, "a delivery waits for an operator");
                Settled::of(outcome, now)
            }
        }
    }
}

fn told<T>(done: Result<T, ApplyError>) -> Option<T> {
    done.inspect_err(|error| tracing::warn!(%error, "deliveries are in trouble and are tried again")).ok()
}
