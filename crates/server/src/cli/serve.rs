//! `hyderabadinfra serve`

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use domain::Clock;
use domain::fields::Choice as _;
use gateway::LogLevels;
use supervisor::Supervisor;
use tokio::net::TcpListener;
use users::AdminError;

use super::{connect, output};
use crate::api_client::ApiClient;
use crate::app::{self, App, Opening};
use crate::settings::Settings;
use crate::{demo, log, weaknesses};

/// Serves until Ctrl-C or SIGTERM, then finishes open requests and stops.
///
/// # Errors
/// When a socket cannot be bound or the data directory cannot be opened.
pub async fn serve(settings: &Settings, with_demo: bool) -> anyhow::Result<ExitCode> {
    let supervisor = Supervisor::default();
    let (log, levels) = log::start(&supervisor, &settings.log).context("the log cannot start")?;
    let served = serve_until_asked(settings, with_demo, (supervisor, levels)).await;
    if served.is_ok() {
        log.say("stopped; everything is on disk");
    }
    log.flush();
    served.map(|()| ExitCode::SUCCESS)
}

async fn serve_until_asked(
    settings: &Settings,
    with_demo: bool,
    (supervisor, log_levels): (Supervisor, LogLevels),
) -> anyhow::Result<()> {
    for weakness in weaknesses::outside(settings) {
        tracing::warn!(about = weakness.about, "{}", weakness.text);
    }
    let bind = async |address, setting| {
        let bound = TcpListener::bind(address).await;
        bound.with_context(|| format!("cannot listen at {address}; set {setting} to a free port"))
    };
    let public = bind(settings.listen, "--listen or HYD_LISTEN").await?;
    let management = bind(settings.management_listen, "HYD_MANAGEMENT_LISTEN").await?;
    let is_new = connect::must_exist(settings).is_err();
    let url = settings.public_url(public.local_addr()?);
    // Sample data has a past. The clock begins there and has caught up before anybody is served.
    let clock = if with_demo && is_new { Clock::late(demo::PAST_SECONDS) } else { Clock::System };
    let prometheus = app::prometheus()?;
    let public_url = url.clone();
    let opening = Opening { clock, prometheus, public_url, supervisor, log_levels };
    let mut app = App::open(settings, opening).await?;
    app.demo = with_demo;
    if is_new {
        let data_dir = std::path::absolute(&settings.data_dir).unwrap_or_else(|_| settings.data_dir.clone());
        output::note(&format!("made the data directory {}; everything is kept there", data_dir.display()));
    }
    if with_demo {
        let album = Box::pin(demo_homes(&app)).await?;
        demo_accounts(&app, settings).await?;
        if let Some(album) = album {
            photograph(&app, album);
        }
    }
    let metrics = management.local_addr()?;
    output::line(&format!(
        "HyderabadInfra is ready at {url}  (metrics at http://{metrics}/actuator/prometheus)"
    ));
    let drain = Duration::from_secs(settings.server.drain_seconds.into());
    app::serve(app, public, management, drain, asked_to_stop()).await
}

/// Adds the sample homes to an empty instance. Returns the photos that they are to have.
async fn demo_homes(app: &App) -> anyhow::Result<Option<demo::Album>> {
    let clock = app.context.aggregates.clock();
    // Fictional addresses receive no e-mail, and the demo account must be able to contact owners, too.
    let confirm = async |email: &str| app.users.confirm(app.tenant(), email).await;
    let at = async |seconds_ago: i64| {
        // What follows from earlier events belongs to their time.
        if let Err(error) = app.settle().await {
            tracing::warn!(%error, "sample data goes on before its effects are there");
        }
        clock.catch_up(seconds_ago);
    };
    let client = ApiClient::local(app.public().into_router(), "");
    let filled = demo::fill(&client, &mut rand::rng(), confirm, at).await;
    // From here on it is the machine's clock, whatever happened.
    clock.catch_up(0);
    let album = match filled? {
        demo::Outcome::Filled { people, homes, album } => {
            output::note(&format!("added {people} fictional people and {homes} sample homes"));
            Some(album)
        }
        demo::Outcome::LeftAlone => None,
    };
    for email in [demo::SEEKER, demo::OWNER] {
        match confirm(email).await {
            Ok(()) | Err(AdminError::Unknown) => {}
            Err(error) => return Err(error).context("a demo account cannot be confirmed"),
        }
    }
    Ok(album)
}

/// Draws and uploads the photos of the sample homes while the server is in use.
fn photograph(app: &App, album: demo::Album) {
    let photos = album.len();
    output::note(&format!("drawing {photos} photos of them; the newest homes get theirs first"));
    let jobs = &app.context.jobs;
    let background = jobs.background().clone();
    jobs.spawn(async move {
        match album.upload(background).await {
            Ok(()) => tracing::info!(photos, "the sample homes have their photos"),
            Err(error) => tracing::warn!(%error, "some sample homes have no photos"),
        }
    });
}

/// Prints the accounts for trying the portal. Those of staff exist only where nobody else can reach the server, because
/// their password is known to everybody.
async fn demo_accounts(app: &App, settings: &Settings) -> anyhow::Result<()> {
    let password = demo::PASSWORD;
    output::note(&format!("sign in with the password {password} as"));
    output::note(&format!("  {}  (looks for a home)", demo::SEEKER));
    output::note(&format!("  {}  (owns homes)", demo::OWNER));
    if !settings.listen.ip().is_loopback() {
        output::note(
            "  a seller, staff or an administrator only where listen is an address of this machine alone",
        );
        return Ok(());
    }
    for (username, email, role) in demo::STAFF {
        let made = app.users.create_staff(app.tenant(), (email, username, password), role).await;
        made.with_context(|| format!("the demo account {email} cannot be made"))?;
        output::note(&format!("  {email}  ({})", role.word().to_lowercase()));
    }
    let products = demo::fill_catalogue(&ApiClient::local(app.public().into_router(), "")).await?;
    if products > 0 {
        output::note(&format!("added {products} sample products"));
    }
    Ok(())
}

async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                terminate.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}
