//! HyderabadInfra, the only crate that depends on all others: settings, the command line, and its work through
//! the API.

pub mod api_client;
pub mod api_docs;
pub mod app;
pub mod backup;
pub mod cli;
pub mod demo;
pub mod import;
pub mod log;
pub mod open_files;
pub mod private;
pub mod progress;
pub mod settings;
pub mod weaknesses;
