//! What every service's HTTP has in common: who calls, how bodies and queries are read, how answers and failures
//! look, and how a reader is kept up with their own writes.
#![warn(missing_docs)]

mod access;
mod app_context;
mod background;
mod body;
mod caller;
mod commands;
mod conditions;
mod daily;
pub mod docs;
mod drain_body;
mod edge;
pub mod export;
mod failure;
mod host;
mod in_flight;
mod jobs;
mod links;
mod network;
mod paging;
mod query;
mod quotas;
mod receiving;
mod refusals;
mod reply;
mod request;
mod service;
mod steady;
mod streaming;
mod tokens;
mod under_way;
mod warnings;

pub use access::{Access, Category, Right};
pub use app_context::{AppContext, AppContextParts, Freshness, Tenant, Tenants};
pub use background::in_background;
pub use body::Body;
pub use caller::{Caller, CorrelationId, SignedIn, Visitor, bearer};
pub use commands::Recorded;
pub use conditions::{ClientTags, Conditions};
pub use daily::{CountedAction, Daily, DailyLimits};
pub use edge::{edge, edge_layer};
pub use failure::Failure;
pub use host::{BadHost, Host};
pub use in_flight::{InFlight, to_the_end};
pub use jobs::{Job, JobProgress, Jobs};
pub use links::Links;
pub use network::Network;
pub use paging::{Cursor, First, Page, PageOf, Paging};
pub use query::Query;
pub use quotas::{Allowed, Quotas, over_quota};
pub use receiving::{Receiving, receive};
pub use refusals::refused;
pub use reply::{ApiResponse, Reply};
pub use request::{Invalid, Request, members, read, renamed};
pub use service::{
    Documentation, Groups, Limit, OutboxGroup, ReadModel, Routes, RoutesOf, Run, Service, Task, UnknownGroup,
};
pub use steady::{ClockMark, Steady};
pub use tokens::{Claims, TokenError, Tokens};
pub use under_way::{Begun, Most, UnderWay};
