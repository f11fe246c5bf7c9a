//! Where a command works: on a running server, or directly in the data directory while no server holds it.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use domain::{Clock, TenantId};
use rand::Rng as _;
use supervisor::Supervisor;

use super::{AcceptLost, Confirm, CreateAdmin, Target, output, run};
use crate::api_client::ApiClient;
use crate::app::{App, Opening, key_store, prometheus};
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
/// When a server is named without a token, or the data directory is locked or cannot be opened.
pub async fn open(target: &Target, settings: &Settings, on_behalf: As<'_>) -> anyhow::Result<ApiAccess> {
    if let Some(server) = target.server() {
        let client = run::remote_client(server, std::env::var("HYD_TOKEN").ok().as_deref())?;
        return Ok(ApiAccess { client, app: None });
    }
    let app = open_app(settings).await?;
    let token = match on_behalf {
        As::Person(email) => {
            let found = app.users.token_for(app.tenant(), email).await;
            found
                .with_context(|| format!("no token for {email}; the account must exist: register it first"))?
                .access_token
        }
        As::Operator => operator_token(&app)?,
    };
    Ok(ApiAccess { client: ApiClient::local(app.public(), &token), app: Some(app) })
}

/// Signs a token without an account. Whoever can read the signing key could do the same.
fn operator_token(app: &App) -> anyhow::Result<String> {
    let id = app.context.aggregates.fresh();
    let tenant: &TenantId = app.tenant();
    let token = app.context.tokens.issue(tenant, id.into(), id.into(), domain::user::Role::Admin, 0);
    token.context("the operator's token cannot be signed")
}

async fn open_app(settings: &Settings) -> anyhow::Result<App> {
    let public_url = settings.public_url(settings.listen);
    let clock = Clock::System;
    let supervisor = Supervisor::default();
    let opening = Opening { clock, prometheus: prometheus()?, public_url, supervisor };
    App::open(settings, opening).await
}

/// # Errors
/// When the data directory is locked, or the account cannot be created.
pub async fn create_admin(args: &CreateAdmin, settings: &Settings) -> anyhow::Result<ExitCode> {
    let (password, made) = if args.password_stdin {
        (run::read_password(std::io::stdin().lock())?, false)
    } else {
        (format!("{:016x}{:016x}", rand::rng().next_u64(), rand::rng().next_u64()), true)
    };
    let app = open_app(settings).await?;
    let done = app.users.create_admin(app.tenant(), &args.email, &args.username, &password).await;
    app.shutdown().await;
    if let Err(error) = done {
        bail!("{error}");
    }
    output::line(&format!("{} is an administrator", args.email));
    if made {
        output::line(&format!("password, shown only once: {password}"));
    }
    Ok(ExitCode::SUCCESS)
}

/// # Errors
/// When the data directory is locked, or no account has the address.
pub async fn confirm(args: &Confirm, settings: &Settings) -> anyhow::Result<ExitCode> {
    let app = open_app(settings).await?;
    let done = app.users.confirm(app.tenant(), &args.email).await;
    app.shutdown().await;
    if let Err(error) = done {
        bail!("{error}");
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
