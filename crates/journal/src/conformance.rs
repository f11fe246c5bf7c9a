//! What every journal promises, as tests any implementation runs: each takes a journal that may already hold
//! other tenants' events, and uses a tenant of its own.
#![expect(clippy::missing_panics_doc, reason = "these are tests: a broken promise panics")]
