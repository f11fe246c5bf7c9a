//! The composition root: settings → keys → journal → services → consumer groups → listeners.

mod groups;
mod journal_files;
mod key_files;
pub mod key_store;
mod mail;
mod metrics_help;
mod monitor;
mod months;
mod open;
pub mod operator_socket;
mod provoke;
mod reports;
mod services;
mod settle;
pub(crate) mod sign_ins;
mod stalls;
mod tasks;
mod tidy;
mod watch;
mod webhooks;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use bus::{Group, GroupHandle};
use domain::TenantId;
use gateway::{Door, Hub, Pipeline, Routers};
use http_kit::AppContext;
use journal::SqliteJournal;
use metrics_exporter_prometheus::PrometheusHandle;
use operator_socket::Operator;
use projection::ViewStore;
use projection::deliveries::Outbox;
use tasks::Tasks;
use tokio::signal::unix::{SignalKind, signal};
use users::Users;

use crate::{backup, private};

pub use gateway::LogLevels;
pub use open::Opening;
pub use search::Search;
pub use services::DOCUMENTATION;

/// After the drain period, requests whose connection is gone get this long to finish.
const LAST_REQUESTS: Duration = Duration::from_secs(2);

/// The whole application on one machine, except its sockets.
#[derive(Debug)]
pub struct App {
    /// Shared by all services.
    pub context: AppContext,
    /// The users service.
    pub users: Users,
    /// The search service.
    pub search: Search,
    /// The running consumer groups.
    pub groups: Vec<GroupHandle>,
    /// Every read model with the group that fills it.
    pub views: Vec<(Group, ViewStore)>,
    /// The outbox of each group that has one.
    pub deliveries: Vec<(&'static str, Outbox)>,
    /// The data that a backup copies.
    pub backup: backup::Source,
    doors: Routers,
    journal: Arc<SqliteJournal>,
    hub: Arc<Hub>,
    tasks: Tasks,
    door: Door,
    /// The public addresses of the portal and of each tenant.
    addresses: Vec<String>,
    secure_cookies: bool,
    /// Whether people read their e-mails on a page.
    mailbox: bool,
    /// Whether this is a trial with sample data.
    pub demo: bool,
    /// Name and label of each sign-in provider.
    providers: Vec<(String, String)>,
    data_dir: PathBuf,
    _lock: File,
}

impl App {
    /// Pages and API: what the public port serves.
    #[must_use]
    pub fn public(&self) -> Pipeline {
        let city =
            self.context.tenants.get(self.context.tenants.default_id()).map(|tenant| tenant.city.clone());
        let settings = web::Settings {
            addresses: self.addresses.clone(),
            secure_cookies: self.secure_cookies,
            city: city.unwrap_or_default(),
            mailbox: self.mailbox,
            demo: self.demo,
            providers: self.providers.clone(),
            form_key: self.context.aggregates.keys().derived("form tokens"),
        };
        self.doors.public(web::router(web::Api::new(self.doors.api.clone()), settings))
    }

    /// What an operator may do that the API has no operation for.
    #[must_use]
    pub fn operator(&self) -> Operator {
        let tenant = self.tenant().clone();
        Operator { context: self.context.clone(), users: self.users.clone(), tenant }
    }

    /// The default tenant.
    #[must_use]
    pub fn tenant(&self) -> &TenantId {
        self.context.tenants.default_id()
    }

    /// Graceful shutdown, in order, after the listeners have closed: finish what was begun, write and then refuse
    /// activity events, let consumer groups finish their step, close the journal.
    pub async fn shutdown(self) {
        self.doors.in_flight.stop(LAST_REQUESTS).await;
        self.context.jobs.stop().await;
        self.context.activity.close().await;
        self.tasks.stop().await;
        self.users.keep_time().await;
        self.journal.close().await;
    }
}

/// Serves `app` at bound sockets until `stop` resolves, then drains for at most `drain`.
///
/// # Errors
/// When a listener closes by itself. The process should then be restarted.
pub async fn serve(
    app: App,
    public: tokio::net::TcpListener,
    management: tokio::net::TcpListener,
    drain: Duration,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let (ended, end) = tokio::sync::watch::channel(false);
    let hub = Arc::clone(&app.hub);
    let mut servers = tokio::task::JoinSet::new();
    if let Some(certificates) = app.door.certificates.clone() {
        // Before any client connects: from here on SIGHUP does not end the process.
        let _ = signal(SignalKind::hangup()).context("SIGHUP cannot be listened to")?;
        let (stop, stopping) = (end.clone(), end.clone());
        let follow = app.context.jobs.supervisor().named("tls-certificate");
        let follow = follow.run(stop, move || Arc::clone(&certificates).follow(stopping.clone()));
        servers.spawn(follow);
    }
    match operator_socket::listen(&app.data_dir) {
        Ok(socket) => {
            let router = app.operator().in_front_of(app.public().into_router());
            servers.spawn(operator_socket::serve(socket, router, end.clone()));
        }
        Err(error) => tracing::warn!(%error, "commands on this machine need --server while the server runs"),
    }
    let operators = app.door.for_operators();
    servers.spawn(app.door.clone().serve(public, app.public(), end.clone()));
    servers.spawn(operators.serve(management, app.doors.management(), end));
    let closed = tokio::select! {
        () = stop => None,
        closed = servers.join_next() => closed,
    };
    tracing::info!("stopping: open requests are finished");
    hub.close();
    ended.send_replace(true);
    let draining = async {
        while servers.join_next().await.is_some() {}
        // Requests whose client has disconnected.
        app.doors.in_flight.finished().await;
    };
    let drained = tokio::time::timeout(drain, draining).await;
    if drained.is_err() {
        tracing::warn!("some connections were still busy and are cut");
        servers.shutdown().await;
    }
    app.shutdown().await;
    match closed {
        None => Ok(()),
        Some(Ok(())) => anyhow::bail!("a door closed by itself"),
        Some(Err(error)) => Err(error).context("a door broke off"),
    }
}

/// Locks the data directory for this process, and closes it to other users of the machine.
pub(crate) fn lock(data_dir: &Path) -> anyhow::Result<File> {
    journal::make_directory(data_dir).with_context(|| format!("{} cannot be made", data_dir.display()))?;
    let path = data_dir.join("lock");
    let file = File::create(&path).with_context(|| format!("{} cannot be written", path.display()))?;
    file.try_lock().map_err(|_| {
        let data_dir = data_dir.display();
        anyhow::anyhow!("{data_dir} is in use by another process; use --server URL, or wait until it ends")
    })?;
    private::close_to_others(data_dir)
        .with_context(|| format!("{} cannot be looked at", data_dir.display()))?;
    if data_dir.join(backup::UNFINISHED).exists() {
        anyhow::bail!("{}: a restore into it did not finish; empty it and restore again", data_dir.display());
    }
    Ok(file)
}

/// The recorder of the process's metrics. It can be installed once.
///
/// # Errors
/// When a recorder is already installed.
pub fn prometheus() -> anyhow::Result<PrometheusHandle> {
    let builder = metrics_help::buckets(metrics_exporter_prometheus::PrometheusBuilder::new())?;
    let handle = builder.install_recorder()?;
    metrics_help::describe();
    Ok(handle)
}
