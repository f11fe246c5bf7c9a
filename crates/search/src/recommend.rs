//! Homes that a person may like, learned from what people did.
//!
//! ```text
//! journal -> Learner -> Activity + Catalogue -> Model::learn (in the background) -> Model::recommend -> rows -> answer
//! ```
//! Nothing of it is kept on disk; ADR 21.

mod catalogue;
mod deeds;
pub(crate) mod http;
mod learner;
mod model;
mod reason;
mod together;
mod train;

pub use catalogue::{Catalogue, Item, TRAITS, Traits};
pub use deeds::{Activity, Deed, Done, Looked, Profile};
pub use learner::Learner;
pub use model::{Model, Recommended};
pub use reason::Because;
