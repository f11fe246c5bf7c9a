//! Learned recommendations predict what people with tastes look at next better than popularity does.

use std::collections::{BTreeSet, HashSet};

use domain::{PropertyId, TenantId, UserId};
use search::Home;
use search::recommend::{Activity, Because, Catalogue, Model, Profile};

use crate::homes::{NOW, home};
use crate::random::Random;
use crate::tastes::{precision, world};

fn homes(random: &mut Random, many: usize) -> Vec<Home> {
    let tenant = TenantId::stored("hyderabad");
    (0..many).map(|_| home(random, &tenant)).collect()
}

#[test]
fn what_is_learned_beats_popularity() {
    for seed in 1..=3 {
        let mut random = Random::new(seed);
        let homes = homes(&mut random, 800);
        let world = world(&mut random, &homes, 150);
        let (_, learned, popular) = precision(&world);
        assert!(learned > 1.5 * popular && learned > 0.03, "seed {seed}: {learned:.3} against {popular:.3}");
    }
}

#[test]
fn learning_twice_says_the_same() {
    let mut random = Random::new(9);
    let homes = homes(&mut random, 300);
    let world = world(&mut random, &homes, 60);
    let (one, _, _) = precision(&world);
    let (two, _, _) = precision(&world);
    assert_eq!(one.weights().map(f64::to_bits), two.weights().map(f64::to_bits));
    let (user, mine) = world.known.by_person().pop_first().unwrap();
    let profile = Profile::of(&mine, one.catalogue(), NOW);
    let of = |model: &Model| model.recommend(user, &profile, &HashSet::new(), 20, NOW);
    assert_eq!(of(&one), of(&two));
}

#[test]
fn nobody_is_shown_their_own_and_what_they_know_comes_last() {
    let mut random = Random::new(4);
    let homes = homes(&mut random, 60);
    let world = world(&mut random, &homes, 20);
    let model = Model::learn(world.catalogue.clone(), &world.known, NOW);
    let owner: UserId = homes[0].owner;
    let (_, mine) = world.known.by_person().pop_first().unwrap();
    let profile = Profile::of(&mine, model.catalogue(), NOW);
    let known: HashSet<PropertyId> = mine.deeds.iter().map(|deed| deed.home).collect();
    let all = model.recommend(owner, &profile, &known, 1000, NOW);
    let own = |id: &PropertyId| homes.iter().any(|home| home.id == *id && home.owner == owner);
    assert!(!all.iter().any(|one| own(&one.home)));
    let first_known = all.iter().position(|one| known.contains(&one.home)).unwrap();
    assert!(all[first_known..].iter().all(|one| known.contains(&one.home)));
}

#[test]
fn without_a_taste_the_popular_come_first_and_forgotten_people_taught_nothing() {
    let mut random = Random::new(5);
    let homes = homes(&mut random, 100);
    let world = world(&mut random, &homes, 30);
    let nobody: UserId = uuid::Uuid::from_u64_pair(99, 1).into();
    let model = Model::learn(world.catalogue.clone(), &world.known, NOW);
    let best = model.recommend(nobody, &Profile::default(), &HashSet::new(), 5, NOW);
    assert!(best.iter().all(|one| one.because == Because::Popular), "{best:?}");
    assert!(model.popular(nobody, &HashSet::new(), 10).contains(&best[0].home));

    let (mut forgotten, everybody) = (world.known.clone(), world.known.by_person());
    forgotten.forget(&everybody.into_keys().collect(), &BTreeSet::new());
    assert!(forgotten.deeds.is_empty());
    let mut hidden = world.known.clone();
    let one = hidden.deeds[0].clone();
    hidden.forget(&BTreeSet::new(), &[one.event].into());
    assert!(!hidden.deeds.iter().any(|deed| deed.user == one.user && deed.home == one.home));
    let nothing = Model::learn(Catalogue::of(&homes), &Activity::default(), NOW);
    let best = nothing.recommend(nobody, &Profile::default(), &HashSet::new(), 5, NOW);
    assert!(best.len() == 5 && best.iter().all(|one| one.because == Because::Fresh), "{best:?}");
}

#[test]
fn a_reason_names_what_was_looked_at() {
    let mut random = Random::new(6);
    let homes = homes(&mut random, 200);
    let world = world(&mut random, &homes, 40);
    let model = Model::learn(world.catalogue.clone(), &world.known, NOW);
    let mut reasons = BTreeSet::new();
    for (user, mine) in world.known.by_person() {
        let profile = Profile::of(&mine, model.catalogue(), NOW);
        for one in model.recommend(user, &profile, &HashSet::new(), 10, NOW) {
            let home = homes.iter().find(|home| home.id == one.home).unwrap();
            let words = one.because.words(home, Some("A villa"));
            assert!(words.starts_with("because "), "{words}");
            if let Because::Taste { shared: [place, ..], .. } = one.because {
                assert_eq!(
                    place,
                    words.ends_with(&format!(" in {}", home.content.location.area.text())),
                    "{words}"
                );
            }
            reasons.insert(words);
        }
    }
    for part in ["-BHK ", " in Kondapur", "at about ₹", "people who looked at A villa"] {
        assert!(reasons.iter().any(|words| words.contains(part)), "{part}: {reasons:#?}");
    }
}
