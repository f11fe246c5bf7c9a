//! The parts of a report.

mod active_people;
mod busiest;
mod event_hours;
mod funnels;
mod nothing_found;

pub use active_people::ActivePeople;
pub use busiest::{BusyCategory, BusyLocality};
pub use event_hours::EventTypeHours;
pub use funnels::Funnels;
pub use nothing_found::SearchWithoutResult;
