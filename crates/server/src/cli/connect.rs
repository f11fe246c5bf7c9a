//! Where a command works: on the server that `--server` names, on the one that runs on the data directory, or directly
//! in the data directory.

use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use domain::Clock;
use http::Method;
use rand::Rng as _;
use serde_json::json;
use supervisor::Supervisor;

use super::{AcceptLost, Confirm, CreateAdmin, Target, output, run};
use crate::api_client::ApiClient;
use crate::app::operator_socket::{self, NewAdmin};
use crate::app::{App, LogLevels, Opening, key_store, prometheus};
use crate::settings::Settings;

/// The caller that a command acts as in the data directory.
#[derive(Debug, Clone, Copy)]
pub enum As<'a> {
    /// The account with this e-mail, which must exist.
    Person(&'a str),
    /// An operator, because only an operator has access to the data directory.
    Operator,
}

/// The API, remote or local.
pub struct ApiAccess {
    pub client: ApiClient,
    app: Option<App>,
}

impl ApiAccess {
    /// Shuts down. Everything that was requested is durable by then.
    pub async fn close(self) {
        if let Some(app) = self.app {
            app.shutdown().await;
        }
    }
}

/// # Errors
/// When a server is named without a token, or there is no data directory, or it cannot be opened.
pub async fn open(target: &Target, settings: &Settings, on_behalf: As<'_>) -> anyhow::Result<ApiAccess> {
    if let Some(server) = target.server() {
        let client = run::remote_client(server, std::env::var("HYD_TOKEN").ok().as_deref())?;
        return Ok(ApiAccess { client, app: None });
    }
    let email = match on_behalf {
        As::Person(email) => Some(email),
        As::Operator => None,
    };
    let missing = |email: Option<&str>| match email {
        Some(email) => format!("no token for {email}; the account must exist: register it first"),
        None => "the operator's token cannot be signed".to_owned(),
    };
    match OperatorAccess::find(settings).await? {
        OperatorAccess::Running(client) => {
            let account = json!({"email": email});
            let answer = client.call(Method::POST, operator_socket::TOKEN, Some(account), &[]).await?;
            let data = answer.data().with_context(|| missing(email))?;
            let token = data["accessToken"].as_str().unwrap_or_default();
            Ok(ApiAccess { client: client.with_token(token), app: None })
        }
        OperatorAccess::Opened(app) => {
            let token = app.operator().token(email).await.with_context(|| missing(email))?;
            Ok(ApiAccess { client: ApiClient::local(app.public().into_router(), &token), app: Some(*app) })
        }
    }
}

/// Where the operator's commands work.
enum OperatorAccess {
    /// A server runs on the data directory; it is reached through its socket.
    Running(ApiClient),
    /// No server runs; this process holds the data directory.
    Opened(Box<App>),
}

impl OperatorAccess {
    /// Never makes a data directory: a wrong path would look like an empty server.
    async fn find(settings: &Settings) -> anyhow::Result<Self> {
        must_exist(settings)?;
        match running(&settings.data_dir)? {
            Some(client) => Ok(Self::Running(client)),
            None => Ok(Self::Opened(Box::new(open_app(settings).await?))),
        }
    }
}

/// # Errors
/// When there is no data directory.
pub fn must_exist(settings: &Settings) -> anyhow::Result<()> {
    let data_dir = &settings.data_dir;
    if data_dir.join("journal").is_dir() {
        return Ok(());
    }
    bail!(
        "{} is no data directory; `hyderabadinfra serve` makes one, --data-dir and HYD_DATA_DIR name another",
        data_dir.display()
    )
}

/// The server that runs on `data_dir`, if one does.
///
/// # Errors
/// When an HTTP client cannot be made.
pub fn running(data_dir: &Path) -> anyhow::Result<Option<ApiClient>> {
    let socket = operator_socket::path(data_dir);
    // The file of a server that was killed refuses connections.
    if UnixStream::connect(&socket).is_err() {
        return Ok(None);
    }
    Ok(Some(ApiClient::at_socket(&socket, "")?))
}

async fn open_app(settings: &Settings) -> anyhow::Result<App> {
    let public_url = settings.public_url(settings.listen);
    let clock = Clock::System;
    let supervisor = Supervisor::default();
    let opening = Opening {
        clock,
        prometheus: prometheus()?,
        public_url,
        supervisor,
        log_levels: LogLevels::without_log(),
    };
    App::open(settings, opening).await
}

/// # Errors
/// When there is no data directory, or the account cannot be created.
pub async fn create_admin(args: &CreateAdmin, settings: &Settings) -> anyhow::Result<ExitCode> {
    let (password, made) = if args.password_stdin {
        (run::read_password(std::io::stdin().lock())?, false)
    } else {
        (format!("{:016x}{:016x}", rand::rng().next_u64(), rand::rng().next_u64()), true)
    };
    let (email, username) = (args.email.clone(), args.username.clone());
    let admin = NewAdmin { email, username, password };
    match OperatorAccess::find(settings).await? {
        OperatorAccess::Running(client) => {
            let body = serde_json::to_value(&admin)?;
            client.call(Method::POST, operator_socket::ADMINS, Some(body), &[]).await?.data()?;
        }
        OperatorAccess::Opened(app) => {
            let done = app.operator().create_admin(&admin).await;
            app.shutdown().await;
            done?;
        }
    }
    output::line(&format!("{} is an administrator", admin.email));
    if made {
        output::line(&format!("password, shown only once: {}", admin.password));
    }
    Ok(ExitCode::SUCCESS)
}

/// # Errors
/// When there is no data directory, or no account has the address.
pub async fn confirm(args: &Confirm, settings: &Settings) -> anyhow::Result<ExitCode> {
    match OperatorAccess::find(settings).await? {
        OperatorAccess::Running(client) => {
            let account = json!({"email": args.email});
            client.call(Method::POST, operator_socket::CONFIRMATIONS, Some(account), &[]).await?.data()?;
        }
        OperatorAccess::Opened(app) => {
            let done = app.operator().confirm(&args.email).await;
            app.shutdown().await;
            done?;
        }
    }
    output::line(&format!("{} is confirmed", args.email));
    Ok(ExitCode::SUCCESS)
}

/// Prints each person on a separate line, with their tenant.
///
/// # Errors
/// When the data directory is locked, or journal or key store do not answer.
pub async fn accept_lost(args: &AcceptLost, settings: &Settings) -> anyhow::Result<ExitCode> {
    let lost = key_store::lost(settings, Clock::System, args.yes).await?;
    for person in &lost {
        output::line(person);
    }
    output::note(&match (lost.len(), args.yes) {
        (0, _) => "no key is lost".to_owned(),
        (many, true) => {
            format!("the keys of {many} people are given up; the next start makes read models again")
        }
        (many, false) => format!(
            "the keys of {many} people are lost; if no copy of keys/subjects.db has them, give them up with --yes"
        ),
    });
    Ok(if lost.is_empty() || args.yes { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
