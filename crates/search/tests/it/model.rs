//! A slow reference implementation of search that looks at every home.

use std::collections::BTreeMap;

use domain::fields::Choice;
use domain::property::Rooms;
use domain::property::details::Details;
use domain::property::kinds::ForWhom;
use search::Home;
use search::query::{
    AREAS, Bucket, Count, DetailFilters, Facet, Facets, Hit, IndexHits, Key, Query, prices, score,
};
use search::words::{key, stands_in};

/// A home with its texts split once, not again for each search.
pub struct Known {
    home: Home,
    texts: [(f32, Vec<String>); 4],
    city: String,
    locality: String,
    state: Option<String>,
    amenities: Vec<String>,
}

impl Known {
    pub fn of(home: &Home) -> Self {
        let location = &home.content.location;
        Self {
            texts: home.texts().map(|(weight, text)| (weight, search::words::words(&text))),
            city: key(&location.city),
            locality: key(location.area.text()),
            state: location.state.as_deref().map(key),
            amenities: home.content.amenities().iter().map(|text| key(text)).collect(),
            home: home.clone(),
        }
    }
}

/// The filters that a home fails.
fn failed(known: &Known, query: &Query) -> Vec<Facet> {
    let Known { home, city, locality, amenities, .. } = known;
    let filters = &query.filters;
    let facts = &home.content.specifications;
    let standing = home.standing();
    let mut failed = Vec::new();
    let mut check = |facet: Facet, fits: bool| {
        if !fits {
            failed.push(facet);
        }
    };
    check(Facet::City, filters.cities.is_empty() || filters.cities.contains(city));
    let stands = filters.localities.iter().any(|wanted| stands_in(wanted, locality));
    check(Facet::Locality, filters.localities.is_empty() || stands);
    check(Facet::Amenities, filters.amenities.iter().all(|wanted| amenities.contains(wanted)));
    check(
        Facet::PropertyType,
        filters.property_types.is_empty() || filters.property_types.contains(&facts.property_type),
    );
    check(
        Facet::ListingType,
        filters.listing_types.is_empty() || filters.listing_types.contains(&facts.listing_type),
    );
    let furnished = facts.furnished_status.is_some_and(|status| filters.furnished.contains(&status));
    check(Facet::Furnished, filters.furnished.is_empty() || furnished);
    check(Facet::Bedrooms, filters.bedrooms.hold(standing.bedrooms));
    check(Facet::Bathrooms, filters.bathrooms.hold(home.bathrooms()));
    let price = standing.price;
    check(
        Facet::Price,
        filters.min_price.is_none_or(|p| p <= price) && filters.max_price.is_none_or(|p| p >= price),
    );
    let area = facts.area.map(|area| area.sqft);
    let least = filters.min_area.is_none_or(|least| area.is_some_and(|area| area >= least));
    let most = filters.max_area.is_none_or(|most| area.is_some_and(|area| area <= most));
    check(Facet::Area, least && most);
    check(Facet::Featured, filters.featured.is_none_or(|asked| asked == home.featured));
    check(Facet::Verified, filters.verified.is_none_or(|asked| asked == home.verified));
    let facing = home.facing().is_some_and(|facing| filters.facing.contains(&facing));
    check(Facet::Facing, filters.facing.is_empty() || facing);
    failed
}

fn is_looked_at(known: &Known, query: &Query) -> bool {
    let Known { home, state, .. } = known;
    let location = &home.content.location;
    home.tenant == query.tenant
        && query.exclude != Some(home.id)
        && query.filters.state.as_ref().is_none_or(|asked| state.as_ref() == Some(asked))
        && query.filters.pincode.as_ref().is_none_or(|asked| location.pincode.as_ref() == Some(asked))
        && query.filters.with_photos.is_none_or(|asked| asked != home.images.is_empty())
        && query.geo.holds(location.at())
        && suits(&home.content.details, &query.filters.details)
}

/// Whether the details of a home are as asked for.
fn suits(details: &Details, asked: &DetailFilters) -> bool {
    let terms = details.terms.clone().unwrap_or_default();
    let shared = details.shared_living.clone().unwrap_or_default();
    let project = details.project.clone().unwrap_or_default();
    let whom = |whom: &ForWhom| [*whom, ForWhom::Anyone].map(Some).contains(&shared.for_whom);
    (asked.for_whom.is_empty() || asked.for_whom.iter().any(whom))
        && (asked.possession.is_empty()
            || asked.possession.iter().any(|it| project.possession_status == Some(*it)))
        && (asked.rera.is_empty() || asked.rera.iter().any(|it| project.rera_status == Some(*it)))
        && asked.pets_allowed.is_none_or(|pets| terms.pets_allowed == Some(pets))
        && asked.gated_community.is_none_or(|gated| details.gated_community == Some(gated))
        && (asked.approvals.is_empty() || asked.approvals.iter().any(|it| details.approvals.contains(it)))
        && (asked.tenants.is_empty() || asked.tenants.iter().any(|it| terms.preferred_tenants.contains(it)))
        && asked.meals.iter().all(|meal| shared.meals.contains(meal))
        && (asked.sharing.is_empty() || asked.sharing.iter().any(|it| shared.sharing.contains(it)))
        && asked.available_by.is_none_or(|by| terms.available_from.is_some_and(|from| from <= by))
        && asked.max_deposit.is_none_or(|most| terms.deposit.is_some_and(|deposit| deposit.paise() <= most))
}

/// Searches `homes`.
pub fn search(homes: &[Known], query: &Query) -> IndexHits {
    let (mut hits, mut counted) = (Vec::new(), Vec::new());
    for known in homes.iter().filter(|known| is_looked_at(known, query)) {
        let failed = failed(known, query);
        if failed.len() > 1 {
            continue;
        }
        let Some(text) = score(&known.texts, query) else { continue };
        let home = &known.home;
        if failed.is_empty() {
            hits.push(Hit { key: Key::of(query, &home.standing(), text, home.id.uuid()), text });
        }
        counted.push((known, failed));
    }
    let total = hits.len() as u64;
    hits.sort_by_key(|hit| hit.key);
    let rest = hits.into_iter().filter(|hit| query.after.is_none_or(|after| hit.key > after));
    let hits = rest.skip(query.offset).take(query.size).collect();
    let facets = if query.facets { facets(&counted, query) } else { Facets::new() };
    IndexHits { hits, total, facets }
}

fn facets(counted: &[(&Known, Vec<Facet>)], query: &Query) -> Facets {
    let one = |(name, facet): &(&'static str, Facet)| {
        let homes = counted.iter().filter(|(_, failed)| failed.iter().all(|other| other == facet));
        (*name, values(homes.map(|(known, _)| *known), *facet, query))
    };
    Facet::ALL.iter().map(one).collect()
}

fn homes<'a>(all: impl Iterator<Item = &'a Known>) -> impl Iterator<Item = &'a Home> {
    all.map(|known| &known.home)
}

fn values<'a>(all: impl Iterator<Item = &'a Known>, facet: Facet, query: &Query) -> Vec<Count> {
    let facts = |home: &'a Home| &home.content.specifications;
    let small = |number: Option<u8>| number.map(|number| format!("{number:02}"));
    match facet {
        Facet::Details => Vec::new(),
        Facet::City => texts(all.map(|known| vec![(&*known.city, &*known.home.content.location.city)])),
        Facet::Locality => {
            texts(all.map(|known| vec![(&*known.locality, known.home.content.location.area.text())]))
        }
        Facet::Amenities => texts(all.map(|known| {
            let written = known.home.content.amenities().iter().map(String::as_str);
            known.amenities.iter().map(String::as_str).zip(written).collect()
        })),
        Facet::PropertyType => words(homes(all).map(|home| Some(facts(home).property_type))),
        Facet::ListingType => words(homes(all).map(|home| Some(facts(home).listing_type))),
        Facet::Furnished => words(homes(all).map(|home| facts(home).furnished_status)),
        Facet::Facing => words(homes(all).map(Home::facing)),
        Facet::Bedrooms => {
            let mut rooms: BTreeMap<Rooms, u64> = BTreeMap::new();
            for one in homes(all).filter_map(|home| home.standing().bedrooms) {
                *rooms.entry(one).or_default() += 1;
            }
            rooms.into_iter().map(|(rooms, number)| count(&rooms.to_string(), number)).collect()
        }
        Facet::Bathrooms => plain(homes(all).filter_map(|home| small(home.bathrooms()))),
        #[expect(clippy::cast_precision_loss, reason = "money below 2^53 paise")]
        Facet::Price => {
            ranges(homes(all).map(|home| home.content.price.paise() as f64 / 100.0), prices(&query.filters))
        }
        Facet::Area => ranges(homes(all).filter_map(|home| Some(facts(home).area?.sqft)), &AREAS),
        Facet::Featured => plain(homes(all).map(|home| home.featured.to_string())),
        Facet::Verified => plain(homes(all).map(|home| home.verified.to_string())),
    }
}

fn count(value: &str, count: u64) -> Count {
    Count { value: value.to_owned(), count, from: None, to: None }
}

/// A home counts once for each key. The value is shown in its most common written form.
fn texts<'a>(homes: impl Iterator<Item = Vec<(&'a str, &'a str)>>) -> Vec<Count> {
    let mut all: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    for values in homes {
        let mine: BTreeMap<&str, &str> = values.into_iter().collect();
        for (key, value) in mine {
            *all.entry(key).or_default().entry(value).or_default() += 1;
        }
    }
    let mut counts = Vec::new();
    for written in all.values() {
        let most = written.values().max().unwrap();
        let (value, _) = written.iter().find(|(_, count)| *count == most).unwrap();
        counts.push(count(value, written.values().sum()));
    }
    counts.sort_by(|a, b| b.count.cmp(&a.count).then(a.value.cmp(&b.value)));
    counts.truncate(50);
    counts
}

fn plain(values: impl Iterator<Item = String>) -> Vec<Count> {
    let mut all: BTreeMap<String, u64> = BTreeMap::new();
    for value in values {
        *all.entry(value).or_default() += 1;
    }
    let shown = |value: &str| match value.trim_start_matches('0') {
        "" => "0".to_owned(),
        digits => digits.to_owned(),
    };
    all.iter().map(|(value, sum)| count(&shown(value), *sum)).collect()
}

fn words<T: Choice>(values: impl Iterator<Item = Option<T>>) -> Vec<Count> {
    let values: Vec<T> = values.flatten().collect();
    let sum = |value: T| values.iter().filter(|other| **other == value).count() as u64;
    let all = T::ALL.iter().map(|(word, value)| count(word, sum(*value)));
    all.filter(|count| count.count > 0).collect()
}

fn ranges(values: impl Iterator<Item = f64>, buckets: &[Bucket]) -> Vec<Count> {
    let values: Vec<f64> = values.collect();
    let one = |bucket: &Bucket| {
        let sum =
            values.iter().filter(|value| **value >= bucket.from && bucket.to.is_none_or(|to| **value < to));
        Count { from: Some(bucket.from), to: bucket.to, ..count(bucket.name, sum.count() as u64) }
    };
    buckets.iter().map(one).collect()
}
