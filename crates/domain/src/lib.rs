//! The business rules, pure and synchronous: what a command may do and which events result.
//!
//! Nothing here reads a clock, draws a random number or does I/O. All of that comes in as arguments, so every
//! rule can be tested by value (given events, when command, then events or rejection).
#![warn(missing_docs)]

pub mod activity;
pub mod aggregate;
pub mod api_key;
pub mod area;
pub mod audit;
pub mod date;
pub mod envelope;
pub mod favourites;
pub mod fields;
pub mod file;
pub mod id;
pub mod lead;
pub mod locality;
pub mod money;
pub mod notification;
pub mod people;
pub mod personal;
pub mod position;
pub mod preferences;
pub mod product;
pub mod property;
pub mod quota;
pub mod report;
pub mod saved_search;
mod schema;
pub mod search_text;
pub mod session;
pub mod synthetic;
pub mod system;
pub mod tenant;
pub mod text;
pub mod time;
pub mod upcast;
pub mod user;
pub mod warning;
pub mod webhook;

pub use aggregate::{Aggregate, EventKind};
pub use envelope::{Actor, Envelope, Metadata, StreamId, Version};
pub use fields::{FieldErrors, Fields};
pub use id::{
    ApiKeyId, EventIds, FileId, Id, Ids, LeadId, NotificationId, PropertyId, ReportId, ReservationId,
    SavedSearchId, SessionId, UserId, WebhookId,
};
pub use money::Paise;
pub use personal::{Erasable, Personal};
pub use position::{Log, Position};
pub use product::ProductId;
pub use tenant::TenantId;
pub use time::{Clock, Timestamp};
