use domain::property::kinds::PropertyType;
use domain::{Ids, PropertyId};

use super::*;

const NOW: &str = "2026-11-21T05:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn flat(number: i64, rupees: i64, listed: &str) -> Home {
    Home {
        id: PropertyId::from(Ids.uuid(Timestamp::from_micros(number))),
        area: "kondapur".into(),
        kind: Kind { property_type: PropertyType::Apartment, listing_type: ListingType::Sale },
        bedrooms: None,
        price: Paise::from_paise(rupees * 100),
        sqft: 1000.0,
        age: None,
        title: "A flat".into(),
        listed_at: at(listed),
        ended_at: None,
    }
}

fn figures(homes: &[Home], prices: &Prices) -> AreaFigures {
    AreaFigures::of(homes, prices, at(NOW))
}

fn rupees(amount: Option<Paise>) -> Option<i64> {
    amount.map(|amount| amount.paise() / 100)
}

#[test]
fn an_area_without_homes_has_no_figures() {
    let none = figures(&[], &Prices::new());
    assert_eq!((none.homes_for_sale, none.homes_for_rent, none.median_price_per_sqft), (0, 0, None));
    assert!(none.series.is_empty() && none.kinds.is_empty() && none.change_percent.is_none());
}

#[test]
fn a_median_is_about_three_homes_at_least() {
    let homes = [5, 6, 9].map(|lakh| flat(lakh, lakh * 100_000, "2026-11-01T00:00:00Z"));
    let two = figures(&homes[..2], &Prices::new());
    assert_eq!((two.homes_for_sale, two.median_price_per_sqft, two.kinds.len()), (2, None, 0));
    let three = figures(&homes, &Prices::new());
    assert_eq!(rupees(three.median_price_per_sqft), Some(600));
    let kind = &three.kinds[0];
    assert_eq!(
        (kind.homes, rupees(Some(kind.lowest)), rupees(Some(kind.highest))),
        (3, Some(500_000), Some(900_000))
    );
}

#[test]
fn land_and_homes_to_rent_are_counted_but_have_prices_of_their_own() {
    let mut homes: Vec<Home> =
        (1..=9).map(|lakh| flat(lakh, lakh * 100_000, "2026-11-01T00:00:00Z")).collect();
    for home in &mut homes[3..6] {
        home.kind.property_type = PropertyType::Plot;
    }
    for home in &mut homes[6..] {
        home.kind.listing_type = ListingType::Rent;
    }
    let figures = figures(&homes, &Prices::new());
    assert_eq!((figures.homes_for_sale, figures.homes_for_rent), (6, 3));
    assert_eq!(rupees(figures.median_price_per_sqft), Some(200));
    assert_eq!(rupees(figures.median_rent), Some(800_000));
    assert_eq!(figures.kinds.len(), 3);
}

#[test]
fn a_month_has_the_homes_that_were_there_at_the_prices_of_then() {
    let mut homes = [5, 6, 9].map(|lakh| flat(lakh, lakh * 100_000, "2026-08-15T00:00:00Z"));
    // Sold in September: it is in that month, and in none after.
    homes[2].ended_at = Some(at("2026-09-10T00:00:00Z"));
    let repriced = vec![
        (at("2026-08-15T00:00:00Z"), Paise::from_paise(70_000_000)),
        (at("2026-09-20T00:00:00Z"), homes[1].price),
    ];
    let prices = Prices::from([(homes[1].id, repriced)]);
    let figures = figures(&homes, &prices);
    let months: Vec<_> = figures
        .series
        .iter()
        .map(|month| (month.month.as_str(), rupees(month.median_price_per_sqft), month.homes))
        .collect();
    assert_eq!(
        months,
        [("2026-08", Some(700), 3), ("2026-09", Some(600), 3), ("2026-10", None, 2), ("2026-11", None, 2)]
    );
    assert_eq!(figures.homes_for_sale, 2);
}

#[test]
fn a_change_is_told_over_a_year_or_what_there_is_of_it() {
    let month = |number: usize, rupees: Option<i64>| MonthFigures {
        month: number.to_string(),
        median_price_per_sqft: rupees.map(|rupees| Paise::from_paise(rupees * 100)),
        homes: 3,
    };
    let of = |medians: &[Option<i64>]| {
        let series: Vec<_> = medians.iter().enumerate().map(|(at, median)| month(at, *median)).collect();
        change(&series)
    };
    assert_eq!(of(&[]), None);
    assert_eq!(of(&[Some(100), Some(100), Some(110)]), None, "two months are no trend");
    assert_eq!(of(&[Some(100), None, None, Some(110)]), Some(10.0));
    assert_eq!(of(&[None, Some(100), None, Some(110)]), None);
    assert_eq!(of(&[Some(100), None, None, None]), None, "nothing is known about the last month");
    let mut long = vec![Some(50); 14];
    long[1] = Some(100);
    long[13] = Some(120);
    assert_eq!(of(&long), Some(20.0), "twelve months before");
}
