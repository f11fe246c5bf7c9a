//! The levels of the loggers, as Spring Boot's clients read and change them.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::audit::AuditEvent;
use domain::fields::Choice as _;
use domain::{FieldErrors, Fields, StreamId};
use http_kit::docs::IdempotencyKey;
use http_kit::{Body, Caller, Conditions, Failure, Query, Request};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::Gateway;
use crate::log_levels::{self, LogLevel, ROOT};

/// The parts of the program that have loggers of their own.
const PARTS: [&str; 20] = [
    "analytics",
    "bus",
    "catalogue",
    "domain",
    "files",
    "gateway",
    "history",
    "http_kit",
    "hyderabadinfra",
    "journal",
    "market",
    "notifications",
    "partners",
    "projection",
    "properties",
    "search",
    "sheet",
    "supervisor",
    "users",
    "web",
];

/// The level of a logger.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoggerLevel {
    /// Its own level; null when it follows a shorter name.
    configured_level: Option<LogLevel>,
    effective_level: LogLevel,
}

/// All loggers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AllLoggers)]
pub struct Loggers {
    levels: Vec<LogLevel>,
    loggers: BTreeMap<String, LoggerLevel>,
}

fn level(gateway: &Gateway, name: &str) -> LoggerLevel {
    let levels = &gateway.log_levels;
    LoggerLevel { configured_level: levels.configured(name), effective_level: levels.effective(name) }
}

fn checked(name: &str) -> Result<(), Failure> {
    if log_levels::is_name(name) {
        return Ok(());
    }
    let message = "must be ROOT or a path of modules such as journal::sqlite";
    Err(Failure::invalid(FieldErrors::one("name", message)))
}

/// `GET /actuator/loggers`
#[utoipa::path(
    get,
    path = "/actuator/loggers",
    summary = "What the loggers write",
    responses((status = 200, description = "The levels there are, and those of the loggers", body = Loggers)),
)]
pub async fn all(
    state: State<Gateway>,
    caller: Caller,
    Query(nothing): Query<()>,
) -> Result<Json<Loggers>, Failure> {
    caller.operates(&state.context)?;
    nothing?;
    Ok(every(state).await)
}

/// All loggers, for the management port.
pub async fn every(State(gateway): State<Gateway>) -> Json<Loggers> {
    let mut names = gateway.log_levels.names();
    names.extend(PARTS.into_iter().chain([ROOT]).map(str::to_owned));
    let told = |name: String| {
        let level = level(&gateway, &name);
        (name, level)
    };
    let levels = LogLevel::ALL.iter().map(|(_, level)| *level).collect();
    Json(Loggers { levels, loggers: names.into_iter().map(told).collect() })
}

/// `GET /actuator/loggers/{name}`
#[utoipa::path(
    get,
    path = "/actuator/loggers/{name}",
    summary = "What a logger writes",
    responses((status = 200, description = "Its level", body = LoggerLevel)),
)]
pub async fn one(
    state: State<Gateway>,
    caller: Caller,
    name: Path<String>,
    Query(nothing): Query<()>,
) -> Result<Json<LoggerLevel>, Failure> {
    caller.operates(&state.context)?;
    nothing?;
    any_one(state, name).await
}

/// A logger, for the management port.
pub async fn any_one(
    State(gateway): State<Gateway>,
    Path(name): Path<String>,
) -> Result<Json<LoggerLevel>, Failure> {
    checked(&name)?;
    Ok(Json(level(&gateway, &name)))
}

/// See [`LevelChange`].
pub type LevelChangeBody = Body<LevelChange>;

/// The level that a logger gets.
pub struct LevelChange(Option<LogLevel>);

impl Request for LevelChange {
    const NAME: &'static str = "LogLevelChange";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        if f.given("configuredLevel").is_some_and(Value::is_null) {
            return Some(Self(None));
        }
        let level = f.choice::<LogLevel>("configuredLevel");
        Some(Self(Some(f.required("configuredLevel", level)?)))
    }

    fn about(_: &str) -> Option<&'static str> {
        Some("Null: it follows a shorter name again.")
    }

    fn example() -> Value {
        json!({"configuredLevel": "DEBUG"})
    }
}

/// `POST /actuator/loggers/{name}`
#[utoipa::path(
    post,
    path = "/actuator/loggers/{name}",
    summary = "Have a logger write more or less",
    description = "It lasts until the server restarts, and is recorded.",
    params(IdempotencyKey),
    request_body = LevelChangeBody,
    responses((status = 204, description = "It does")),
)]
pub async fn change(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(name): Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: LevelChangeBody,
) -> Result<Response, Failure> {
    caller.operates(&gateway.context)?;
    nothing?;
    checked(&name)?;
    let LevelChange(level) = body.value?;
    if name == ROOT && level.is_none() {
        let message = "must be a level: ROOT follows nobody";
        return Err(Failure::invalid(FieldErrors::one("configuredLevel", message)));
    }
    let context = &gateway.context;
    let stream = StreamId::new(context.tenants.default_id(), "logger", &name);
    let once = conditions.once(context, &caller, &body.bytes, &name);
    let event = AuditEvent::LogLevelChanged {
        logger: name.clone(),
        level: level.map(|level| level.word().to_owned()),
    };
    let recorded = caller.write_down_once(context, stream, &event, once).await?;
    if recorded.answered.is_none() {
        gateway.log_levels.set(&name, level).map_err(|error| Failure::unavailable(&error))?;
    }
    Ok(context.done(&caller, "Changed", (), Some(recorded.position)).empty().into_response())
}
