//! The whole application for tests: real files in a temporary directory, real HTTP on port 0, a clock that
//! moves only as a test moves it (and a microsecond a look).
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "tests fail by panicking")]

mod child;
mod drain;
mod form;
pub mod hostile;
mod http;
mod issuer;
mod journal_facts;
mod people;
mod poison;
mod small_disk;
mod socket;

use std::path::{Path, PathBuf};
use std::time::Duration;

use bus::GroupHandle;
use domain::{Clock, Timestamp};
use http_kit::AppContext;
use hyderabadinfra::app::{self, App, Opening, Search};
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

/// A running application. Dropping it ends it; [`TestApp::stop`] ends it in order.
#[derive(Debug)]
pub struct TestApp {
    /// `http://127.0.0.1:port`
    pub base: String,
    /// The management door.
    pub management: String,
    /// Ticks a microsecond a look; a test advances it.
    pub clock: Clock,
    /// Speaks to it as nobody.
    pub client: Client,
    /// What its services share.
    pub context: AppContext,
    /// What a backup of it is made of.
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

/// Settings over the defaults, for a data directory, with `overrides` such as `("limits.enabled", "false")`.
#[must_use]
pub fn settings(data_dir: &Path, overrides: &[(&'static str, &str)]) -> Settings {
    let flag = |key, value: &str| Flag { name: key, key, value: value.to_owned() };
    let mut flags = vec![flag("data_dir", data_dir.to_str().unwrap())];
    // The machine's disk is nobody's test: its DISK_FILLING would be one event more.
    flags.extend([flag("disk.warn_percent", "0"), flag("disk.warn_mib", "0")]);
    flags.extend(overrides.iter().map(|(key, value)| flag(key, value)));
    settings::load(&Sources { config: None, environment: Vec::new(), flags }).unwrap()
}

impl TestApp {
    /// With limits off.
    pub async fn start() -> Self {
        Self::with(|_| {}, &[("limits.enabled", "false")]).await
    }

    /// With settings of the test's own; `change` reaches what no flag does, such as further tenants.
    pub async fn with(change: impl FnOnce(&mut Settings), overrides: &[(&'static str, &str)]) -> Self {
        let directory = Directory::Ours(tempfile::tempdir().unwrap());
        Self::open(directory, change, overrides, Clock::ticking(START)).await
    }

    /// On a data directory that exists already, with the machine's clock.
    pub async fn on(data_dir: &Path) -> Self {
        let directory = Directory::Given(data_dir.to_owned());
        Self::open(directory, |_| {}, &[("limits.enabled", "false")], Clock::System).await
    }

    /// The same with settings.
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
        let (context, groups, backup) = (app.context.clone(), app.groups.clone(), app.backup.clone());
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

    /// Where everything is kept.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.directory.path()
    }

    /// Ends it in order; the directory stays until the value returned is dropped.
    pub async fn stop(mut self) -> Kept {
        self.stop.take().map(|stop| stop.send(()));
        while self.server.join_next().await.is_some() {}
        Kept(self.directory)
    }
}

/// A data directory whose application has ended.
#[derive(Debug)]
pub struct Kept(Directory);

impl Kept {
    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// The application without sockets.
pub async fn open_app(settings: &Settings, clock: Clock, url: &str) -> App {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let (prometheus, public_url, supervisor) = (recorder.handle(), url.to_owned(), Supervisor::default());
    let opening = Opening { clock, prometheus, public_url, supervisor };
    App::open(settings, opening).await.unwrap()
}

/// The real listings, where they are; says so and gives nothing where they are not.
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
