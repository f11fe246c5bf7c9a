//! The whole application for tests: real files in a temporary directory, real HTTP on port 0, and a clock that
//! moves only when a test advances it (and by a microsecond at each reading).
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "tests fail by panicking")]

mod child;
mod drain;
mod form;
pub mod hostile;
pub mod hostile_files;
mod http;
pub mod images;
mod issuer;
mod journal_facts;
mod people;
mod poison;
pub mod schema;
mod small_disk;
mod socket;

use std::path::{Path, PathBuf};
use std::time::Duration;

use bus::GroupHandle;
use domain::{Clock, Timestamp};
use http_kit::AppContext;
use hyderabadinfra::app::{self, App, LogLevels, Opening, Search};
use hyderabadinfra::settings::{self, Flag, Settings, Sources};
use projection::deliveries::Outbox;
use supervisor::Supervisor;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

pub use child::Child;
pub use drain::until;
pub use form::Form;
pub use http::{Answer, Client, Events};
pub use issuer::{Issuer, Misdeed};
pub use journal_facts::{aggregates, everything, read_models};
pub use people::{ADMIN, PASSWORD, Person, WITH_ADMIN, mailed};
pub use small_disk::SmallDisk;
pub use socket::Socket;

/// Where every test's clock starts: 2026-01-15 10:30 UTC.
pub const START: Timestamp = Timestamp::from_micros(1_768_473_000_000_000);

/// A running application. Dropping it stops it abruptly; [`TestApp::stop`] shuts it down gracefully.
#[derive(Debug)]
pub struct TestApp {
    /// `http://127.0.0.1:port`
    pub base: String,
    /// The address of the management listener.
    pub management: String,
    /// Advances by a microsecond at each reading. A test can advance it further.
    pub clock: Clock,
    /// An anonymous client.
    pub client: Client,
    /// The context shared by its services.
    pub context: AppContext,
    /// The data that a backup copies.
    pub backup: hyderabadinfra::backup::Source,
    groups: Vec<GroupHandle>,
    outboxes: Vec<Outbox>,
    search: Search,
    directory: Directory,
    server: JoinSet<()>,
    stop: Option<oneshot::Sender<()>>,
}

#[derive(Debug)]
enum Directory {
    Ours(TempDir),
    Given(PathBuf),
}

impl Directory {
    fn path(&self) -> &Path {
        match self {
            Self::Ours(directory) => directory.path(),
            Self::Given(path) => path,
        }
    }
}

/// The default settings for a data directory, with `overrides` such as `("limits.enabled", "false")`.
#[must_use]
pub fn settings(data_dir: &Path, overrides: &[(&'static str, &str)]) -> Settings {
    let flag = |key, value: &str| Flag { name: key, key, value: value.to_owned() };
    let mut flags = vec![flag("data_dir", data_dir.to_str().unwrap())];
    // Tests must not depend on the machine's disk: a `DISK_FILLING` would be an extra event.
    flags.extend([flag("disk.warn_percent", "0"), flag("disk.warn_mib", "0")]);
    flags.extend(overrides.iter().map(|(key, value)| flag(key, value)));
    settings::load(&Sources { config: None, environment: Vec::new(), flags }).unwrap()
}

impl TestApp {
    /// Starts with limits off.
    pub async fn start() -> Self {
        Self::with(|_| {}, &[("limits.enabled", "false")]).await
    }

    /// Starts with the test's settings. `change` sets what no flag can, such as further tenants.
    pub async fn with(change: impl FnOnce(&mut Settings), overrides: &[(&'static str, &str)]) -> Self {
        let directory = Directory::Ours(tempfile::tempdir().unwrap());
        Self::open(directory, change, overrides, Clock::ticking(START)).await
    }

    /// Starts on an existing data directory, with the machine's clock.
    pub async fn on(data_dir: &Path) -> Self {
        let directory = Directory::Given(data_dir.to_owned());
        Self::open(directory, |_| {}, &[("limits.enabled", "false")], Clock::System).await
    }

    /// The same with `overrides`.
    pub async fn on_with(data_dir: &Path, overrides: &[(&'static str, &str)]) -> Self {
        Self::open(Directory::Given(data_dir.to_owned()), |_| {}, overrides, Clock::System).await
    }

    async fn open(
        directory: Directory,
        change: impl FnOnce(&mut Settings),
        overrides: &[(&'static str, &str)],
        clock: Clock,
    ) -> Self {
        let mut settings = settings(directory.path(), overrides);
        change(&mut settings);
        let bind = async || TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (public, operators) = (bind().await, bind().await);
        let base = format!("http://{}", public.local_addr().unwrap());
        let management = format!("http://{}", operators.local_addr().unwrap());
        let url = settings.public_url(public.local_addr().unwrap());
        let app = open_app(&settings, clock.clone(), &url).await;
        let context = app.context.clone();
        let groups = app.groups.clone();
        let backup = app.backup.clone();
        let outboxes = app.deliveries.iter().map(|(_, outbox)| outbox.clone()).collect();
        let search = app.search.clone();
        let (stop, stopped) = oneshot::channel();
        let mut server = JoinSet::new();
        server.spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            app::serve(app, public, operators, Duration::from_secs(2), stopped).await.unwrap();
        });
        let client = Client::new(&base);
        Self {
            base,
            management,
            clock,
            client,
            context,
            backup,
            groups,
            outboxes,
            search,
            directory,
            server,
            stop: Some(stop),
        }
    }

    /// The data directory.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.directory.path()
    }

    /// Shuts down gracefully. The directory exists until the returned value is dropped.
    pub async fn stop(mut self) -> Kept {
        self.stop.take().map(|stop| stop.send(()));
        while self.server.join_next().await.is_some() {}
        Kept(self.directory)
    }
}

/// A data directory whose application has stopped.
#[derive(Debug)]
pub struct Kept(Directory);

impl Kept {
    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// The application without sockets.
pub async fn open_app(settings: &Settings, clock: Clock, url: &str) -> App {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let prometheus = recorder.handle();
    let public_url = url.to_owned();
    let supervisor = Supervisor::default();
    let opening = Opening { clock, prometheus, public_url, supervisor, log_levels: LogLevels::without_log() };
    App::open(settings, opening).await.unwrap()
}

/// The file with real listings, if this machine has it. Otherwise says so and returns `None`.
#[must_use]
pub fn real_data(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let directory =
        std::env::var_os("HYD_TEST_DATA").map_or_else(|| root.join("../shared/data"), PathBuf::from);
    let file = directory.join(name);
    if file.exists() {
        return Some(file);
    }
    say_skipped(&file);
    None
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn say_skipped(file: &Path) {
    eprintln!("SKIPPED: {} is not there; set HYD_TEST_DATA", file.display());
}
