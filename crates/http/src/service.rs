//! What a service brings to the process that runs it: everything the composition root needs, and nothing of how it is
//! made.

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

/// A service of one process.
pub struct Service {
    /// Its role, the label of its metrics, and the key of its settings.
    pub name: &'static str,
    /// Where it listens when it has a process of its own.
    pub port: u16,
    /// What it reads from.
    pub read_models: Vec<ReadModel>,
    /// What it does outside, once.
    pub outboxes: Vec<OutboxGroup>,
    /// What goes on beside requests.
    pub tasks: Vec<Task>,
    /// What it answers; made when the groups of all services are there.
    pub routes: RoutesOf,
}

/// Makes a service's routes over groups that run.
pub type RoutesOf = Box<dyn FnOnce(&Groups) -> Result<Routes, UnknownGroup> + Send>;

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Service({}, port {})", self.name, self.port)
    }
}

/// A read model and the group that fills it.
#[derive(Clone, Debug)]
pub struct ReadModel {
    /// Which events, in which order.
    pub group: Group,
    /// Where they go.
    pub store: ViewStore,
}

/// One-way effects that a group asks for.
#[derive(Debug)]
pub struct OutboxGroup {
    /// The group's name.
    pub group: &'static str,
    /// What became of each.
    pub outbox: Outbox,
    /// Who carries them out.
    pub worker: OutboxWorker,
}

/// A run of a task, until it is told to stop.
pub type TaskRun = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Work beside requests. It is supervised by its name: after a panic it is made again.
pub struct Task {
    /// Its name, unique in the process.
    pub name: &'static str,
    /// Makes a run of it.
    pub run: Box<dyn FnMut(watch::Receiver<bool>) -> TaskRun + Send>,
}

impl Task {
    /// `run` makes the task's future, and another one after a panic.
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

/// What a service answers.
pub struct Routes {
    /// Its operations.
    pub router: Router,
    /// Those that come under a limit of their own, by their path as it is routed.
    pub limits: Vec<(&'static str, RouteLimit)>,
    /// Paths whose safe methods change something, too: they run to their end like any command.
    pub changing_reads: Vec<&'static str>,
    /// Its lists in an export, in their order.
    pub export: Vec<Arc<dyn ExportPart>>,
    /// Where the lists of all services are told, in the one that answers an export.
    pub answers_exports: Option<Exports>,
}

impl Routes {
    /// Operations under the limits that all have, with nothing in an export.
    #[must_use]
    pub fn new(router: Router) -> Self {
        Self {
            router,
            limits: Vec::new(),
            changing_reads: Vec::new(),
            export: Vec::new(),
            answers_exports: None,
        }
    }
}

impl std::fmt::Debug for Routes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Routes({} lists in an export, limits {:?})", self.export.len(), self.limits)
    }
}

/// A limit of its own, beside the one on all calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteLimit {
    /// As signing in: of an address.
    SignIn,
    /// As registering: of an address.
    Registration,
    /// As being shown whom to ask: of a person.
    Contact,
}

/// The groups of a process by their name.
#[derive(Clone, Debug, Default)]
pub struct Groups(BTreeMap<&'static str, GroupStatus>);

/// A service asks for a group that it did not bring.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no consumer group {0}")]
pub struct UnknownGroup(pub &'static str);

impl<'a> FromIterator<(&'a Group, GroupStatus)> for Groups {
    fn from_iter<I: IntoIterator<Item = (&'a Group, GroupStatus)>>(groups: I) -> Self {
        Self(groups.into_iter().map(|(group, status)| (group.name, status)).collect())
    }
}

impl Groups {
    /// Those that run.
    #[must_use]
    pub fn of(handles: &[GroupHandle]) -> Self {
        handles.iter().map(|handle| (&handle.group, handle.status.clone())).collect()
    }

    /// How far a group is.
    ///
    /// # Errors
    /// When no service brought it.
    pub fn status(&self, group: &Group) -> Result<GroupStatus, UnknownGroup> {
        self.0.get(group.name).cloned().ok_or(UnknownGroup(group.name))
    }
}

/// What a service says of itself, without being opened.
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
