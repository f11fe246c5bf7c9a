//! The worker that carries deliveries out.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bus::{ApplyError, Retry};
use domain::{Clock, Timestamp};
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use supervisor::wake;
use tokio::sync::watch;

use super::rows::Settled;
use super::{LeasedDelivery, Outbox, in_turn};

/// The outcome of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// Carried out.
    Delivered,
    /// No longer wanted.
    NotWanted(String),
    /// The target rejects it for good.
    Refused(String),
    /// Certainly not carried out. Another try may help.
    Failed(String),
    /// Perhaps carried out.
    Unknown(String),
    /// Not begun, because of quiet hours or because the channel is paused. It waits until this time and uses up
    /// no try.
    Later(String, Timestamp),
}

/// What the target knows about a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryLookup {
    /// The target has it.
    Delivered,
    /// The target does not have it, and no earlier try can still arrive.
    Missing,
    /// The target cannot tell.
    Unknown,
}

/// Carries deliveries to a target.
#[async_trait]
pub trait DeliveryHandler: Send + Sync + 'static {
    /// Carries a delivery out, under its id.
    async fn carry(&self, order: &LeasedDelivery) -> DeliveryOutcome;

    /// Looks up the outcome of a delivery whose outbox worker was lost.
    async fn look_up(&self, order: &LeasedDelivery) -> DeliveryLookup;
}

/// Settings of an outbox worker.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How often and how fast it retries.
    pub retry: Retry,
    /// Length of a lease in milliseconds.
    pub term_ms: i64,
    /// Number of deliveries leased at once.
    pub batch: usize,
    /// Number of deliveries carried out at the same time; 1 where the order matters.
    pub at_once: usize,
    /// Deliveries to one recipient on one channel are carried out one after the other, in the order of their events.
    /// One that is tried again later holds back the later ones, and those of nobody else. `at_once` then counts
    /// recipients.
    pub by_recipient: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { retry: Retry::default(), term_ms: 60_000, batch: 32, at_once: 1, by_recipient: false }
    }
}

/// Postponed deliveries are checked this often.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Carries out the deliveries of one outbox.
#[derive(Clone)]
pub struct OutboxWorker {
    outbox: Outbox,
    handler: Arc<dyn DeliveryHandler>,
    clock: Clock,
    settings: Settings,
}

impl std::fmt::Debug for OutboxWorker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OutboxWorker({:?})", self.outbox)
    }
}

impl OutboxWorker {
    /// An outbox worker for `outbox`.
    #[must_use]
    pub fn new(outbox: Outbox, handler: Arc<dyn DeliveryHandler>, clock: Clock, settings: Settings) -> Self {
        Self { outbox, handler, clock, settings }
    }

    /// Runs until `stop` turns true. With `alone`, no other outbox worker can be alive, so deliveries that an
    /// earlier one left behind are looked up at once.
    pub async fn run(self, alone: bool, mut stop: watch::Receiver<bool>) {
        let mut lapse = alone;
        while !wake::is_stopped(&stop) {
            if lapse && told(self.outbox.lapse().await).is_some() {
                lapse = false;
            }
            if !lapse && self.settings.by_recipient {
                return self.run_apart(stop).await;
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

    /// Carries out each recipient's deliveries apart from all others' until `stop` turns true: a target that takes its time
    /// holds up nobody else. What is under way then is carried out to its end.
    async fn run_apart(&self, mut stop: watch::Receiver<bool>) {
        let mut under_way = FuturesUnordered::new();
        let at_once = self.settings.at_once.max(1);
        let mut looks_again = true;
        loop {
            let stopping = wake::is_stopped(&stop);
            if stopping && under_way.is_empty() {
                return;
            }
            let room = if stopping { 0 } else { at_once.saturating_sub(under_way.len()) };
            // A lease reads all that is due, so it must be worth it: half of the places are free, or some time has passed.
            let leases = room > 0 && (looks_again || room >= at_once / 2);
            looks_again = false;
            if leases
                && let Some(orders) = told(self.lease(room.min(self.settings.batch)).await)
                && !orders.is_empty()
            {
                let queues = in_turn::queues(orders, true);
                under_way.extend(queues.into_iter().map(|queue| self.carry_apart(queue)));
                continue;
            }
            tokio::select! {
                biased;
                Some(done) = under_way.next() => {
                    told(done);
                }
                () = wake::stopped(&mut stop), if !stopping => {}
                () = self.outbox.woken(), if room > 0 => {}
                () = tokio::time::sleep(LOOK_AGAIN) => looks_again = true,
            }
        }
    }

    async fn carry_apart(&self, queue: Vec<LeasedDelivery>) -> Result<(), ApplyError> {
        let settled = self.each(&queue).await?;
        self.write_down(settled).await
    }

    async fn lease(&self, limit: usize) -> Result<Vec<LeasedDelivery>, ApplyError> {
        let now = self.clock.now();
        let until = now.plus_millis(self.settings.term_ms);
        self.outbox.lease_for(Settings { batch: limit, ..self.settings }, now, until).await
    }

    /// Leases the deliveries that are due and carries them out. Returns true when there were any.
    ///
    /// # Errors
    /// When the outbox is unavailable. Deliveries carried out in this round are looked up later.
    pub async fn round(&self) -> Result<bool, ApplyError> {
        let orders = self.lease(self.settings.batch).await?;
        if orders.is_empty() {
            return Ok(false);
        }
        let mut settled = Vec::with_capacity(orders.len());
        let in_turn = in_turn::queues(orders, self.settings.by_recipient);
        for together in in_turn.chunks(self.settings.at_once.max(1)) {
            for carried in join_all(together.iter().map(|queue| self.each(queue))).await {
                settled.extend(carried?);
            }
        }
        self.write_down(settled).await?;
        Ok(true)
    }

    async fn write_down(&self, settled: Vec<(LeasedDelivery, Settled)>) -> Result<(), ApplyError> {
        let lost = self.outbox.settle(settled).await?;
        if lost > 0 {
            tracing::warn!(lost, "deliveries were leased again before their outcome was written down");
            metrics::counter!("deliveries_lease_lost_total").increment(lost as u64);
        }
        Ok(())
    }

    /// Carries out `queue` in order, until one of them has to wait, or others have waited long enough for it.
    async fn each(&self, queue: &[LeasedDelivery]) -> Result<Vec<(LeasedDelivery, Settled)>, ApplyError> {
        let mut settled = Vec::with_capacity(queue.len());
        let end = self.clock.now().plus_seconds(in_turn::TURN_SECONDS);
        let mut orders = queue.iter();
        for order in orders.by_ref() {
            let Some(done) = self.one(order).await? else { continue };
            let waits = matches!(done.1, Settled::Again(..) | Settled::Later(..));
            settled.push(done);
            if waits || self.clock.now() > end {
                break;
            }
        }
        let now = self.clock.now();
        settled.extend(orders.map(|order| (order.clone(), Settled::Later(in_turn::WAITS.to_owned(), now))));
        Ok(settled)
    }

    /// Returns `None` when another worker has leased the delivery meanwhile.
    async fn one(&self, order: &LeasedDelivery) -> Result<Option<(LeasedDelivery, Settled)>, ApplyError> {
        // The database tells who holds the lease now; a clock that was set back cannot.
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
                    return DeliveryOutcome::Unknown("its worker was lost on the way".into());
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
        metrics::counter!("deliveries_total", "channel" => order.channel.clone(), "outcome" => word)
            .increment(1);
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
