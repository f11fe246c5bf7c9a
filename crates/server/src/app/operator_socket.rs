//! The operator's socket, `operator.sock` in the data directory: commands on the same machine work through it while
//! the server runs. The file system says who may use it: whoever can open it could read the signing key, too.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use domain::TenantId;
use domain::user::Role;
use http::StatusCode;
use http_kit::AppContext;
use serde::{Deserialize, Serialize};
use serde_json::json;
use supervisor::wake;
use tokio::net::UnixListener;
use tokio::sync::watch;
use users::{AdminError, Users};

/// The routes that only the socket has.
pub const TOKEN: &str = "/operator/token";
pub const ADMINS: &str = "/operator/admins";
pub const CONFIRMATIONS: &str = "/operator/confirmations";

/// Where the socket of a data directory is.
#[must_use]
pub fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("operator.sock")
}

/// Listens at the socket of `data_dir`. The caller holds its lock, so a socket that is there is a former server's.
///
/// # Errors
/// When the file of a former server cannot be removed, or the path is too long for a socket.
pub fn listen(data_dir: &Path) -> anyhow::Result<UnixListener> {
    let path = path(data_dir);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("{} cannot be removed", path.display()));
        }
        Ok(()) | Err(_) => {}
    }
    UnixListener::bind(&path).with_context(|| format!("cannot listen at {}", path.display()))
}

/// Serves `router` at the socket until `stop`, and to the end of what was begun.
pub async fn serve(socket: UnixListener, router: Router, mut stop: watch::Receiver<bool>) {
    let until = async move { wake::stopped(&mut stop).await };
    if let Err(error) = axum::serve(socket, router).with_graceful_shutdown(until).await {
        tracing::warn!(%error, "the operator's socket failed");
    }
}

/// What an operator may do that the API has no operation for.
#[derive(Clone)]
pub struct Operator {
    pub context: AppContext,
    pub users: Users,
    pub tenant: TenantId,
}

/// An account to be made an administrator's.
#[derive(Debug, Serialize, Deserialize)]
pub struct NewAdmin {
    pub email: String,
    pub username: String,
    pub password: String,
}

/// The person that a command acts as; without an e-mail address the operator.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Account {
    #[serde(default)]
    pub email: Option<String>,
}

impl Operator {
    /// An access token of the person with this e-mail address, or of the operator.
    ///
    /// # Errors
    /// When there is no such account, it may not sign in, or the token cannot be signed.
    pub async fn token(&self, email: Option<&str>) -> Result<String, AdminError> {
        if let Some(email) = email {
            return Ok(self.users.token_for(&self.tenant, email).await?.access_token);
        }
        // Without an account: anybody who can read the signing key could do the same.
        let id = self.context.aggregates.fresh();
        let token = self.context.tokens.issue(&self.tenant, id.into(), id.into(), Role::Admin, 0);
        token.map_err(|error| AdminError::Unavailable(journal::ErrorCause::new(error)))
    }

    /// Makes an account an administrator's, and makes the account if there is none.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn create_admin(&self, admin: &NewAdmin) -> Result<(), AdminError> {
        let NewAdmin { email, username, password } = admin;
        self.users.create_admin(&self.tenant, email, username, password).await.map(|_| ())
    }

    /// Vouches for a person's e-mail address.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn confirm(&self, email: &str) -> Result<(), AdminError> {
        self.users.confirm(&self.tenant, email).await
    }

    /// The routes of the socket: these operations, and all that the public address has.
    pub fn in_front_of(self, public: Router) -> Router {
        let own = Router::new()
            .route(TOKEN, post(token))
            .route(ADMINS, post(create_admin))
            .route(CONFIRMATIONS, post(confirm))
            .with_state(self);
        own.fallback_service(public)
    }
}

async fn token(State(operator): State<Operator>, Json(account): Json<Account>) -> Response {
    let token = operator.token(account.email.as_deref()).await;
    told(token.map(|token| json!({"accessToken": token})))
}

async fn create_admin(State(operator): State<Operator>, Json(admin): Json<NewAdmin>) -> Response {
    told(operator.create_admin(&admin).await.map(|()| json!({})))
}

async fn confirm(State(operator): State<Operator>, Json(account): Json<Account>) -> Response {
    told(operator.confirm(account.email.as_deref().unwrap_or_default()).await.map(|()| json!({})))
}

fn told(done: Result<serde_json::Value, AdminError>) -> Response {
    match done {
        Ok(data) => Json(json!({"success": true, "data": data})).into_response(),
        Err(error) => {
            let failure = json!({"success": false, "message": error.to_string()});
            (StatusCode::UNPROCESSABLE_ENTITY, Json(failure)).into_response()
        }
    }
}
