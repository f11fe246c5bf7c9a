//! What a service provides to the process that runs it: everything the composition root needs, without implementation
//! details.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use bus::{Group, GroupHandle, GroupStatus};
use projection::ViewStore;
use projection::deliveries::{Outbox, OutboxWorker};
use tokio::sync::watch;
use utoipa::openapi::OpenApi;

use crate::docs::Listed;
use crate::export::{ExportPart, Exports};

/// A service of a process.
pub struct Service {
    /// Its role name, which is also its metrics label and its configuration key.
    pub name: &'static str,
    /// The port it listens on when it runs in a process of its own.
    pub port: u16,
    /// The read models it queries.
    pub read_models: Vec<ReadModel>,
    /// Its external side effects, each done once.
    pub outboxes: Vec<OutboxGroup>,
    /// Its work outside requests.
    pub tasks: Vec<Task>,
    /// Builds its routes, after the consumer groups of all services exist.
    pub routes: RoutesOf,
}

/// Builds a service's routes from the running consumer groups.
pub type RoutesOf = Box<dyn FnOnce(&Groups) -> Result<Routes, UnknownGroup> + Send>;

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Service({}, port {})", self.name, self.port)
    }
}

/// A read model and the consumer group that fills it.
#[derive(Clone, Debug)]
pub struct ReadModel {
    /// The consumer group: which events, in which order.
    pub group: Group,
    /// Where the data is stored.
    pub store: ViewStore,
}

/// External side effects requested by a consumer group.
#[derive(Debug)]
pub struct OutboxGroup {
    /// The group's name.
    pub group: &'static str,
    /// The outcome of each side effect.
    pub outbox: Outbox,
    /// The worker that performs them.
    pub worker: OutboxWorker,
}

/// A run of a task, until it is told to stop.
pub type TaskRun = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Work outside requests. It is supervised under its name and restarted after a panic.
pub struct Task {
    /// Its name, unique in the process.
    pub name: &'static str,
    /// Starts a run of the task.
    pub run: Box<dyn FnMut(watch::Receiver<bool>) -> TaskRun + Send>,
}

impl Task {
    /// Creates a task; `run` is called again for a new future after a panic.
    pub fn new<F: Future<Output = ()> + Send + 'static>(
        name: &'static str,
        mut run: impl FnMut(watch::Receiver<bool>) -> F + Send + 'static,
    ) -> Self {
        Self { name, run: Box::new(move |stop| Box::pin(run(stop))) }
    }
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Task({})", self.name)
    }
}

/// The HTTP interface of a service.
pub struct Routes {
    /// Its operations.
    pub router: Router,
    /// Operations with a rate limit of their own, by routed path.
    pub limits: Vec<(&'static str, RouteLimit)>,
    /// Paths where even safe methods change state. They run to completion like commands.
    pub changing_reads: Vec<&'static str>,
    /// Its lists in an export, in order.
    pub export: Vec<Arc<dyn ExportPart>>,
    /// Receives the lists of all services; set by the service that answers exports.
    pub answers_exports: Option<Exports>,
    /// How many things it has, for operators.
    pub counts: Vec<ServiceCount>,
}

impl Routes {
    /// Operations with only the common limits and no lists in an export.
    #[must_use]
    pub fn new(router: Router) -> Self {
        Self {
            router,
            limits: Vec::new(),
            changing_reads: Vec::new(),
            export: Vec::new(),
            answers_exports: None,
            counts: Vec::new(),
        }
    }
}

impl std::fmt::Debug for Routes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Routes({} lists in an export, limits {:?})", self.export.len(), self.limits)
    }
}

/// How many things of one kind a service has, such as products.
#[derive(Clone)]
pub struct ServiceCount {
    /// What is counted, in the plural.
    pub name: &'static str,
    count: Arc<dyn Fn() -> CountRun + Send + Sync>,
}

/// A count; `None` while it is unknown.
pub type CountRun = Pin<Box<dyn Future<Output = Option<u64>> + Send>>;

impl ServiceCount {
    /// `count` must not go through a whole table.
    pub fn new<F: Future<Output = Option<u64>> + Send + 'static>(
        name: &'static str,
        count: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self {
        Self { name, count: Arc::new(move || Box::pin(count())) }
    }

    /// The number now.
    pub async fn now(&self) -> Option<u64> {
        (self.count)().await
    }
}

impl std::fmt::Debug for ServiceCount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ServiceCount({})", self.name)
    }
}

/// A rate limit in addition to the common one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteLimit {
    /// As for signing in, per address.
    SignIn,
    /// As for registering, per address.
    Registration,
    /// As for showing contact details, per person.
    Contact,
}

/// The consumer groups of a process by name.
#[derive(Clone, Debug, Default)]
pub struct Groups(BTreeMap<&'static str, GroupStatus>);

/// A service asked for a consumer group that no service provides.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no consumer group {0}")]
pub struct UnknownGroup(pub &'static str);

impl<'a> FromIterator<(&'a Group, GroupStatus)> for Groups {
    fn from_iter<I: IntoIterator<Item = (&'a Group, GroupStatus)>>(groups: I) -> Self {
        Self(groups.into_iter().map(|(group, status)| (group.name, status)).collect())
    }
}

impl Groups {
    /// The running groups.
    #[must_use]
    pub fn of(handles: &[GroupHandle]) -> Self {
        handles.iter().map(|handle| (&handle.group, handle.status.clone())).collect()
    }

    /// The status of a group.
    ///
    /// # Errors
    /// If no service provides it.
    pub fn status(&self, group: &Group) -> Result<GroupStatus, UnknownGroup> {
        self.0.get(group.name).cloned().ok_or(UnknownGroup(group.name))
    }
}

/// The documentation of a service, available without starting it.
pub struct Documentation {
    /// Its operations.
    pub operations: OpenApi,
    /// Its lists in an export.
    pub exported: Vec<Listed>,
}

impl std::fmt::Debug for Documentation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Documentation({})", self.operations.paths.paths.len())
    }
}
