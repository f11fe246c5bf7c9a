//! The real server over HTTP: the main scenario, imports, races, crashes.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod admin_pages;
mod alert_kills;
mod alerts;
mod asyncapi;
mod backup;
mod clocks;
mod conditions;
mod connections;
mod contact_looks;
mod crash;
mod erasure;
mod faults;
mod hanging_up;
mod hostile;
mod imports;
mod keys;
mod leads;
mod letters;
mod metrics;
mod notices_by_email;
mod notices_in_inbox;
mod old_data;
mod operator_socket;
mod operators;
mod power_cut;
mod private_files;
mod products_killed;
mod races;
mod realtime;
mod rebuild;
mod scenario;
mod shutdown;
mod tls;
mod upgrade;
