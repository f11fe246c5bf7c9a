//! A journal with products, and the search for them over it.

use std::sync::Arc;
use std::time::Duration;

use bus::{Asker, GroupHandle, Retry, Runner, WaitOutcome};
use domain::activity::{ActivityEvent, SyncedViews};
use domain::product::{Product, ProductCommand, ProductDraft};
use domain::user::{UserEvent, UserStatus};
use domain::{Fields, ProductId, StreamId, UserId};
use journal::Options;
use search::Search;
use search::products::ProductSearch;
use search::products::query::ProductQuery;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::homes::NOW;
use crate::products::SAMPLES;
use crate::site::Site;

const LONG: Duration = Duration::from_mins(1);

pub struct Shop {
    pub site: Site,
    pub products: ProductSearch,
    handle: GroupHandle,
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
}

/// The body of a product.
pub fn body(name: &str, categories: &[&str], price: i64, sku: &str) -> Value {
    json!({"name": name, "categories": categories, "price": format!("{}.{:02}", price / 100, price % 100),
        "sku": sku, "stock": 10})
}

impl Shop {
    /// Opens the search over the site's journal, and keeps rows and index in step with it.
    pub async fn open(site: Site) -> Self {
        let search = Search::open(site.context.clone(), &site.views()).await.unwrap();
        let products = search.products().clone();
        let aggregates = &site.context.aggregates;
        let (journal, clock) = (aggregates.journal().clone(), aggregates.clock().clone());
        let target = Arc::new(products.store().clone());
        let started = Runner::new(ProductSearch::group(), journal, target, clock, Retry::default()).await;
        let (runner, handle) = started.unwrap();
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(runner.alone().run(stopped.clone()));
        tasks.spawn(products.indexer().run(stopped));
        let opened = Self { site, products, handle, tasks, stop };
        opened.settled().await;
        opened
    }

    /// Stops everything, and returns the journal.
    pub async fn close(mut self) -> Site {
        self.stop.send(true).unwrap();
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap();
        }
        self.site
    }

    /// Waits until the group has read everything. Events may wait behind one that failed.
    pub async fn read_on(&self) {
        let heads = self.site.context.aggregates.heads().await.unwrap();
        let nobody = Asker { tenant: &self.site.tenant, user: self.site.somebody() };
        let waited = self.handle.status.wait(&heads, nobody, LONG).await;
        assert_eq!(waited, WaitOutcome::Applied);
    }

    /// Applies the events that wait.
    pub async fn redrive(&self) {
        for blocked in self.handle.status.blocked() {
            self.handle.redrive(&blocked.id).await.unwrap();
        }
    }

    /// Waits until rows and index have everything.
    pub async fn settled(&self) {
        self.read_on().await;
        assert!(self.handle.status.blocked().is_empty(), "{:?}", self.handle.status.blocked());
        assert!(self.products.caught_up(LONG).await);
    }

    pub async fn command(&self, by: UserId, id: u64, command: ProductCommand) {
        let actor = self.site.actor(by);
        let id = ProductId::of(id).unwrap();
        let done = self.site.context.aggregates.execute::<Product>(&actor, id, command, Options::default());
        assert!(done.await.is_ok());
    }

    pub async fn create(&self, seller: UserId, id: u64, body: &Value) {
        let draft = Fields::read(body.as_object().unwrap(), ProductDraft::read).unwrap();
        let id = ProductId::of(id).unwrap();
        self.command(seller, id.number(), ProductCommand::Create { id, seller, draft }).await;
    }

    /// Creates the sample products.
    pub async fn stocked(&self, seller: UserId) {
        for (id, (name, categories, price, sku)) in (1..).zip(SAMPLES) {
            self.create(seller, id, &body(name, &categories, price, sku)).await;
        }
        self.settled().await;
    }

    pub async fn record(&self, user: UserId, event: &UserEvent) {
        let stream = StreamId::new(&self.site.tenant, "user", user);
        self.site.context.aggregates.record(&self.site.actor(user), stream, event).await.unwrap();
    }

    pub async fn set_status(&self, user: UserId, from: UserStatus, to: UserStatus) {
        self.record(user, &UserEvent::StatusChanged { subject_id: user, from, to }).await;
    }

    pub async fn views(&self, id: u64, view_increment: u64, total_views: u64) {
        let product_id = ProductId::of(id).unwrap();
        let products = vec![SyncedViews { product_id, view_increment, total_views }];
        let stream = StreamId::new(&self.site.tenant, "counts", "2026-01-15");
        let event = ActivityEvent::ProductViewsSynced { products };
        let nobody = domain::Actor { user: None, ..self.site.actor(UserId::default()) };
        self.site.context.aggregates.record(&nobody, stream, &event).await.unwrap();
    }

    /// The ids of all that can be found, in order.
    pub fn on_sale(&self) -> Vec<u64> {
        let all = ProductQuery { size: 1000, ..ProductQuery::all(self.site.tenant.clone(), NOW) };
        let found = self.products.index().search(&all).unwrap();
        let mut ids: Vec<u64> = found.hits.iter().map(|hit| hit.key.id.number()).collect();
        ids.sort_unstable();
        ids
    }
}
