//! Homes that a person may like, learned from what people did.
//!
//! ```text
//! journal -> Learner -> Activity + Catalogue -> Model::learn (in the background) -> Model::recommend -> rows -> answer
//! ```
//! Nothing of it is kept on disk; ADR 21.

mod co_occurrence;
mod features;
pub(crate) mod http;
mod interactions;
mod learner;
mod model;
mod reason;
mod train;
mod weights;

pub use features::{Catalogue, MarketHome, TRAITS, Traits};
pub use interactions::{Activity, Interaction, InteractionKind, Looked, Profile};
pub use learner::Learner;
pub use model::{Model, Recommended};
pub use reason::Because;
