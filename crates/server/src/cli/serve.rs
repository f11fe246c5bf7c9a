//! `hyderabadinfra serve`

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use domain::Clock;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use super::output;
use crate::api_client::ApiClient;
use crate::app::{self, App, Opening};
use crate::demo;
use crate::settings::{LogFormat, Settings};

/// Serves until Ctrl-C or SIGTERM, then finishes open requests and stops.
///
/// # Errors
/// When a socket cannot be bound or the data directory cannot be opened.
pub async fn serve(settings: &Settings, with_demo: bool) -> anyhow::Result<ExitCode> {
    log_to_stderr(settings);
    let bind = async |address| {
        TcpListener::bind(address).await.with_context(|| format!("cannot listen at {address}"))
    };
    let public = bind(settings.listen).await?;
    let management = bind(settings.management_listen).await?;
    let url = settings.public_url(public.local_addr()?);
    let opening = Opening { clock: Clock::System, prometheus: app::prometheus()?, public_url: url.clone() };
    let app = App::open(settings, opening).await?;
    if with_demo {
        let filled = demo::fill(&ApiClient::local(app.public(), ""), &mut rand::rng()).await?;
        if let demo::Outcome::Filled { people, homes } = filled {
            output::note(&format!("added {people} fictional people and {homes} sample homes"));
        }
        let demo::SignIn { email, password } = demo::SIGN_IN;
        output::note(&format!("sign in as {email} with the password {password}"));
    }
    let metrics = management.local_addr()?;
    output::line(&format!(
        "HyderabadInfra is ready at {url}  (metrics at http://{metrics}/actuator/prometheus)"
    ));
    let drain = Duration::from_secs(settings.server.drain_seconds.into());
    app::serve(app, public, management, drain, asked_to_stop()).await?;
    output::note("stopped; everything is on disk");
    Ok(ExitCode::SUCCESS)
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

fn log_to_stderr(settings: &Settings) {
    let level = format!("{:?}", settings.log.level).to_lowercase();
    let filter = EnvFilter::try_new(level).unwrap_or_default();
    let terminal = std::io::stderr().is_terminal();
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(terminal).with_writer(std::io::stderr);
    match settings.log.format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
}
