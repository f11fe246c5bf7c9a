//! People with generated tastes and activity, reproducible by seed.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::{PropertyId, UserId};
use search::Home;
use search::recommend::{Activity, Catalogue, Interaction, InteractionKind, Model, Profile};
use search::words::key;
use uuid::Uuid;

use crate::homes::NOW;
use crate::random::Random;

/// The number of homes each person interacts with.
const HOMES_EACH: usize = 16;
/// How many of these, the latest, are hidden from learning.
const HELD: usize = 4;
const DAY: i64 = 86_400;

/// The known activity, and what people look at next.
pub struct World {
    pub catalogue: Catalogue,
    pub known: Activity,
    pub next: BTreeMap<UserId, BTreeSet<PropertyId>>,
}

/// How much a person whose ideal is `dream` likes `home`.
fn liking(dream: &Home, home: &Home) -> f64 {
    let one = &dream.content.specifications;
    let other = &home.content.specifications;
    let place = |home: &Home| key(home.content.location.area.text());
    let ratio = home.standing().price.max(1).min(dream.standing().price.max(1)) * 100
        / home.standing().price.max(dream.standing().price).max(1);
    let mut liking = 1.0;
    for (is, times) in [
        (place(dream) == place(home), 8.0),
        (one.property_type == other.property_type, 2.5),
        (one.bedrooms == other.bedrooms, 3.0),
        (ratio >= 80, 3.0),
        (one.listing_type == other.listing_type, 4.0),
    ] {
        if is {
            liking *= times;
        }
    }
    liking
}

/// Generates the activity of `people` people over `homes`. Some homes are popular with everybody.
pub fn world(random: &mut Random, homes: &[Home], people: usize) -> World {
    let fame: Vec<f64> = (0..homes.len()).map(|_| 1.0 / random.between(0.02, 1.0)).collect();
    let mut known = Activity::default();
    let mut next = BTreeMap::new();
    for number in 0..people {
        let user: UserId = Uuid::from_u64_pair(7, number as u64).into();
        let dream = random.of(homes).clone();
        let mut weights: Vec<f64> =
            homes.iter().zip(&fame).map(|(home, fame)| liking(&dream, home) * fame).collect();
        for turn in 0..HOMES_EACH.min(homes.len() / 2) {
            let at = if random.one_in(8) { random.below(homes.len()) } else { drawn(random, &weights) };
            weights[at] = 0.0;
            let home = homes[at].id;
            if turn >= HOMES_EACH - HELD {
                next.entry(user).or_insert_with(BTreeSet::new).insert(home);
                continue;
            }
            let days = 60 - 3 * i64::try_from(turn).unwrap() - i64::from(random.one_in(2));
            let event = Uuid::from_u64_pair(random.next(), random.next());
            let done = *random.of(&[
                InteractionKind::Viewed,
                InteractionKind::Viewed,
                InteractionKind::Viewed,
                InteractionKind::Saved,
                InteractionKind::Enquired,
            ]);
            known.deeds.push(Interaction { event, user, home, done, at: NOW.plus_seconds(-days * DAY) });
        }
        let seen: Vec<PropertyId> =
            known.deeds.iter().filter(|deed| deed.user == user).map(|deed| deed.home).collect();
        next.entry(user).or_default().retain(|home| !seen.contains(home));
    }
    known.in_order();
    World { catalogue: Catalogue::of(homes), known, next }
}

fn drawn(random: &mut Random, weights: &[f64]) -> usize {
    let mut left = random.between(0.0, weights.iter().sum());
    for (at, weight) in weights.iter().enumerate() {
        left -= weight;
        if left < 0.0 {
            return at;
        }
    }
    weights.len() - 1
}

/// The learned model, its precision at ten, and that of plain popularity.
pub fn precision(world: &World) -> (Model, f64, f64) {
    let model = Model::learn(world.catalogue.clone(), &world.known, NOW);
    let (mut learned, mut popular) = (0, 0);
    let by_person = world.known.by_person();
    for (user, next) in &world.next {
        let mine = &by_person[user];
        let known: HashSet<PropertyId> = mine.deeds.iter().map(|deed| deed.home).collect();
        let profile = Profile::of(mine, model.catalogue(), NOW);
        let best = model.recommend(*user, &profile, &known, 10, NOW);
        learned += best.iter().filter(|best| next.contains(&best.home)).count();
        popular += model.popular(*user, &known, 10).iter().filter(|home| next.contains(home)).count();
    }
    let asked = f64::from(u32::try_from(10 * world.next.len()).unwrap());
    let part = |hits: usize| f64::from(u32::try_from(hits).unwrap()) / asked;
    (model, part(learned), part(popular))
}
