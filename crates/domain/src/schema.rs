//! How types that write themselves are described; all others derive it.

mod api;
mod events;
