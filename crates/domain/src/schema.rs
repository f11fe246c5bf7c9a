//! Schemas of the types with hand-written serialisation; all other types derive theirs.

mod api;
mod events;
