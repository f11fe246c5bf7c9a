//! Webhooks: a tenant's events, signed and sent to addresses of its choice.

pub mod client;
pub mod events;
pub mod failing;
pub mod payload;
pub mod resolver;
pub mod sender;
pub mod settings;
pub mod signature;
pub mod target;
