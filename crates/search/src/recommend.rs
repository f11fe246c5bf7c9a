//! Recommends homes that a person may like, learned from what people did.
//!
//! ```text
//! journal -> Learner -> Activity + Catalogue -> Model::learn (in the background) -> Model::recommend -> rows -> answer
//! ```
//! Nothing is kept on disk; see ADR 21.

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
