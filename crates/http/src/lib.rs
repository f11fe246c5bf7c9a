//! The HTTP layer shared by all services: identifying callers, reading bodies and queries, rendering responses and
//! failures, and letting callers read their own writes.
#![warn(missing_docs)]

mod access;
mod answers;
mod api_keys;
mod app_context;
mod background;
mod body;
mod caller;
mod circuit_breaker;
mod commands;
mod concurrency_limiter;
mod conditions;
mod daily;
pub mod docs;
mod drain_body;
mod edge;
pub mod export;
mod failure;
mod favourites;
mod host;
mod in_flight;
mod jobs;
mod links;
mod monotonic_clock;
mod network;
mod own_writes;
mod paging;
pub mod photos;
mod query;
mod quotas;
mod quotas_left;
mod receiving;
mod refusals;
mod reply;
mod request;
mod service;
mod streaming;
mod tokens;
mod visitor_counter;
mod warnings;

pub use access::{Access, Category, Right};
pub use api_keys::{API_KEY_PREFIX, ActiveApiKey, ApiKeyError, ApiKeyText, ApiKeys};
pub use app_context::{AppContext, AppContextParts, Tenant, Tenants};
pub use background::in_background;
pub use body::{Body, without_mark};
pub use caller::{Caller, CorrelationId, SignedIn, Visitor, bearer};
pub use circuit_breaker::{
    BreakerFamily, BreakerFamilyStatus, BreakerSettings, BreakerState, BreakerStatus, CallPermit,
    CallTimedOut, CircuitBreaker, CircuitBreakers, CircuitOpen,
};
pub use commands::Recorded;
pub use concurrency_limiter::{ConcurrencyLimiter, ConcurrencyLimits, Permit};
pub use conditions::{ClientTags, Conditions, OF_CODINGS};
pub use daily::{CountedAction, DailyCounters, DailyLimits};
pub use edge::{edge, edge_layer};
pub use failure::Failure;
pub use favourites::{FirstHomes, INCLUDE_FAVOURITE, include_favourite};
pub use host::{BadHost, Host};
pub use in_flight::{InFlight, to_the_end};
pub use jobs::{Job, JobProgress, Jobs};
pub use links::Links;
pub use monotonic_clock::{ClockMark, MonotonicClock};
pub use network::Network;
pub use own_writes::Freshness;
pub use paging::{Cursor, First, Page, PageOf, Paging, Total, TotalRelation};
pub use query::Query;
pub use quotas::{QuotaLimits, Quotas, over_quota};
pub use receiving::{BodyPatience, Receiving, receive};
pub use refusals::refused;
pub use reply::{ApiResponse, Reply};
pub use request::{Invalid, Request, described_members, members, read, renamed};
pub use service::{
    CountRun, Documentation, Groups, OutboxGroup, ReadModel, RouteLimit, Routes, RoutesOf, Service,
    ServiceCount, Task, TaskRun, UnknownGroup,
};
pub use tokens::{Claims, TokenError, Tokens};
pub use visitor_counter::{Visit, VisitorCounter};
