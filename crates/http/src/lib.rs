//! What every service's HTTP has in common: who calls, how bodies and queries are read, how answers and failures
//! look, and how a reader is kept up with their own writes.
#![warn(missing_docs)]

mod access;
mod background;
mod body;
mod caller;
mod commands;
mod conditions;
mod daily;
pub mod docs;
mod edge;
pub mod export;
mod failure;
mod host;
mod in_flight;
mod jobs;
mod kit;
mod links;
mod network;
mod paging;
mod pieces;
mod query;
mod quotas;
mod receiving;
mod refusals;
mod reply;
mod request;
mod rest;
mod service;
mod steady;
mod tokens;
mod under_way;
mod warnings;

pub use access::{Access, Category, Right};
pub use background::in_background;
pub use body::Body;
pub use caller::{Caller, CorrelationId, SignedIn, Visitor, bearer};
pub use commands::Recorded;
pub use conditions::{Conditions, Held};
pub use daily::{Daily, DailyLimits, Deed};
pub use edge::{edge, edge_layer};
pub use failure::Failure;
pub use host::{BadHost, Host};
pub use in_flight::{InFlight, to_the_end};
pub use jobs::{Job, JobProgress, Jobs};
pub use kit::{Freshness, Kit, KitParts, Tenant, Tenants};
pub use links::Links;
pub use network::Network;
pub use paging::{Cursor, First, Page, PageOf, Paging};
pub use query::Query;
pub use quotas::{Allowed, Quotas, over_quota};
pub use receiving::{Receiving, receive};
pub use refusals::refused;
pub use reply::{Envelope, Reply};
pub use request::{Invalid, Request, members, read, renamed};
pub use service::{
    Documentation, Groups, Limit, Outbox, ReadModel, Routes, RoutesOf, Run, Service, Task, UnknownGroup,
};
pub use steady::{Mark, Steady};
pub use tokens::{Claims, TokenError, Tokens};
pub use under_way::{Begun, Most, UnderWay};
