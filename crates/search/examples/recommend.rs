//! Compares the precision at ten of learned recommendations with that of plain popularity, for people with generated
//! tastes: `cargo run --release -p search --example recommend [PEOPLE] [LISTINGS.csv]`. The homes are generated, or
//! read from a CSV file whose first columns are price, area in square feet, locality and bedrooms.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement prints and fails by panicking")]

#[path = "../tests/it/homes.rs"]
mod homes;
#[path = "../tests/it/random.rs"]
mod random;
#[path = "../tests/it/tastes.rs"]
mod tastes;

use domain::property::Rooms;
use domain::property::kinds::{ListingType, PropertyType};
use domain::{Erasable, Paise, TenantId, UserId};
use search::Home;
use tokio::time::Instant;

use homes::home;
use random::Random;

/// The number of generated homes.
const HOMES: usize = 2_000;

fn main() {
    let people = std::env::args().nth(1).map_or(400, |text| text.parse().unwrap());
    let file = std::env::args().nth(2);
    for seed in 1..=3 {
        let mut random = Random::new(seed);
        let homes = match file.as_deref() {
            Some(path) => read(&mut random, path),
            None => made(&mut random),
        };
        let world = tastes::world(&mut random, &homes, people);
        let began = Instant::now();
        let (model, learned, popular) = tastes::precision(&world);
        println!(
            "seed {seed}: {} homes, {people} people, {} deeds: precision@10 {learned:.4} learned, {popular:.4} popular, \
             {:.1} times; {:.2?} in all",
            homes.len(),
            world.known.deeds.len(),
            learned / popular,
            began.elapsed()
        );
        println!(
            "  weights of place, kind, bedrooms, price, offer, others, popular, fresh: {:.2?}",
            model.weights()
        );
    }
}

fn made(random: &mut Random) -> Vec<Home> {
    let tenant = TenantId::stored("hyderabad");
    (0..HOMES).map(|_| home(random, &tenant)).collect()
}

/// Reads the homes of a CSV file. Values that the file does not give are generated.
fn read(random: &mut Random, path: &str) -> Vec<Home> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut homes = Vec::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let (Ok(price), Ok(bedrooms)) = (cells[0].parse::<i64>(), cells[3].parse::<u8>()) else { continue };
        let mut home = home(random, &TenantId::stored("hyderabad"));
        let content = &mut home.content;
        content.price = Paise::from_paise(price * 100);
        content.location.area = Erasable::of(UserId::default(), cells[2].to_owned());
        content.specifications.bedrooms = Some(Rooms::whole(bedrooms));
        content.specifications.listing_type = ListingType::Sale;
        content.specifications.property_type = PropertyType::Apartment;
        homes.push(home);
    }
    homes
}
