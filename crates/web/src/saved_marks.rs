//! Marks homes that the person saved, so that their cards offer to take them off the list. Lists of the API do not tell
//! it.

use std::collections::BTreeSet;

use crate::api::{Call, Page, Property};
use crate::visit::Visit;

/// How many saved homes are looked through, those saved last first.
const LOOKED_THROUGH: &str = "100";

/// Without an answer the homes stay unmarked: saving a home again changes nothing.
pub(crate) async fn mark<const N: usize>(visit: &Visit, lists: [&mut Vec<Property>; N]) {
    if !visit.signed_in() || lists.iter().all(|homes| homes.is_empty()) {
        return;
    }
    let call = Call::get("/api/properties/favorites").query(&[("size", LOOKED_THROUGH)]);
    let Ok(saved) = visit.ask::<Page<Property>>(call).await else { return };
    let saved: BTreeSet<String> = saved.content.into_iter().map(|home| home.id).collect();
    for home in lists.into_iter().flatten() {
        home.is_favorited = Some(saved.contains(&home.id));
    }
}
