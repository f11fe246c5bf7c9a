//! Funnels: how many people get from one step to the next.
//!
//! A person reaches a step on a day when they do it on that day, in the hour in which they reached the step before it, or
//! later. The order within an hour is not looked at. A funnel that takes several days is not seen.

use std::collections::BTreeMap;

use ::projection::{ProjectionError, ViewTx};

use super::PersonDay;
use super::changes::Changes;
use super::people::NOBODY;
use super::topics::{PersonTopic, TopicKind};

/// A step: the type of its event, and its name.
pub type Step = (&'static str, &'static str);

/// From a search to an enquiry.
pub const HOMES: [Step; 4] = [
    ("PROPERTY_SEARCHED", "SEARCH"),
    ("PROPERTY_VIEWED", "VIEW"),
    ("PROPERTY_FAVORITED", "SAVE"),
    ("LEAD_CREATED", "LEAD"),
];
/// From a look to a purchase.
pub const PRODUCTS: [Step; 2] = [("ProductViewed", "VIEW"), ("ProductPurchased", "PURCHASE")];

const FUNNELS: [(TopicKind, &[Step]); 2] =
    [(TopicKind::HomeFunnel, &HOMES), (TopicKind::ProductFunnel, &PRODUCTS)];

const HOURS: &str =
    "select event_type, hour from person_hours where person = $1 and tenant = $2 and day = $3";

/// Whether an event is a step of a funnel.
#[must_use]
pub fn concerns(event_type: &str) -> bool {
    HOMES.iter().chain(&PRODUCTS).any(|(step, _)| *step == event_type)
}

/// Counts a person for the steps that they have newly reached on a day. More events never take a step back.
pub async fn advance(
    tx: &mut ViewTx<'_>,
    changes: &mut Changes,
    (person, tenant, day): &PersonDay,
) -> Result<(), ProjectionError> {
    let rows = tx.query(HOURS, &[(*person).into(), tenant.as_str().into(), (*day).into()]).await?;
    let mut hours: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for row in &rows {
        let Some((event_type, hour)) = row.text(0).zip(row.int(1)) else { continue };
        hours.entry(event_type).or_default().push(hour);
    }
    for (kind, steps) in FUNNELS {
        for (_, name) in steps.iter().take(reached(steps, &hours)) {
            let tenant = tenant.clone();
            let step = PersonTopic { person: *person, tenant, kind, topic: (*name).into() };
            step.add_once(tx, changes, *day, NOBODY).await?;
        }
    }
    Ok(())
}

/// How many of the steps somebody reached, by the hours in which they did each.
fn reached(steps: &[Step], hours: &BTreeMap<&str, Vec<i64>>) -> usize {
    let mut since = 0;
    let next = |(event_type, _): &&Step| {
        let later = hours.get(event_type).into_iter().flatten().filter(|hour| **hour >= since);
        later.min().inspect(|hour| since = **hour).is_some()
    };
    steps.iter().take_while(next).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hours of each type of event.
    type Hours<'a> = &'a [(&'a str, &'a [i64])];

    #[test]
    fn a_step_counts_in_the_hour_of_the_one_before_or_later() {
        let cases: [(usize, Hours<'_>); 7] = [
            (0, &[]),
            (0, &[("PROPERTY_VIEWED", &[1])]),
            (1, &[("PROPERTY_SEARCHED", &[1])]),
            (1, &[("PROPERTY_SEARCHED", &[2]), ("PROPERTY_VIEWED", &[1])]),
            (2, &[("PROPERTY_SEARCHED", &[2, 9]), ("PROPERTY_VIEWED", &[1, 2]), ("LEAD_CREATED", &[3])]),
            (3, &[("PROPERTY_SEARCHED", &[2]), ("PROPERTY_VIEWED", &[9, 3]), ("PROPERTY_FAVORITED", &[4])]),
            (
                4,
                &[
                    ("PROPERTY_SEARCHED", &[0]),
                    ("PROPERTY_VIEWED", &[0]),
                    ("PROPERTY_FAVORITED", &[23]),
                    ("LEAD_CREATED", &[5, 23]),
                ],
            ),
        ];
        for (expected, done) in cases {
            let hours = done.iter().map(|(event, hours)| (*event, hours.to_vec())).collect();
            assert_eq!(reached(&HOMES, &hours), expected, "{done:?}");
        }
    }
}
