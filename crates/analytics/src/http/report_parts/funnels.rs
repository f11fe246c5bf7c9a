//! How many people got from one step to the next.

use std::collections::BTreeMap;

use projection::ViewError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::anonymity::PeopleCount;
use crate::projection::funnels::{HOMES, PRODUCTS, Step};
use crate::projection::topics::TopicKind;
use crate::queries::{Counts, TopicCount};

/// People who reached each step on one of the days: they did it on the same day as the steps before it, and in the hour of
/// the step before or later.
#[derive(Debug, Serialize, ToSchema)]
pub struct Funnels {
    /// From a search to an enquiry.
    homes: Vec<FunnelStep>,
    /// From a look to a purchase.
    products: Vec<FunnelStep>,
}

/// A step of a funnel.
#[derive(Debug, Serialize, ToSchema)]
pub struct FunnelStep {
    #[schema(examples("SEARCH"))]
    step: &'static str,
    #[serde(flatten)]
    reached: PeopleCount,
}

impl Funnels {
    pub async fn read(counts: &Counts<'_>) -> Result<Self, ViewError> {
        Ok(Self {
            homes: steps(&HOMES, &counts.topics(TopicKind::HomeFunnel).await?),
            products: steps(&PRODUCTS, &counts.topics(TopicKind::ProductFunnel).await?),
        })
    }
}

fn steps(steps: &[Step], topics: &BTreeMap<String, TopicCount>) -> Vec<FunnelStep> {
    let people = |name: &str| topics.get(name).map_or(0, |topic| topic.people);
    steps.iter().map(|(_, step)| FunnelStep { step, reached: people(step).into() }).collect()
}
