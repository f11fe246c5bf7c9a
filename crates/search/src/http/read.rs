//! A request as a query.

use domain::fields::{Choice, MemberKind};
use domain::{Fields, TenantId, Timestamp};
use http_kit::{Cursor, Paging};
use serde_json::{Map, Value};

use super::area;
use crate::query::{Key, MOST_SORTS, Numbers, Query, Sort, SortBy};
use crate::words::key;

/// The parameters of a search.
pub const PARAMS: [&str; 33] = [
    "query",
    "q",
    "city",
    "location",
    "locality",
    "state",
    "pincode",
    "propertyType",
    "listingType",
    "minPrice",
    "maxPrice",
    "bedrooms",
    "bathrooms",
    "minArea",
    "maxArea",
    "furnishedStatus",
    "amenities",
    "featured",
    "verified",
    "latitude",
    "longitude",
    "near",
    "radiusKm",
    "bbox",
    "polygon",
    "sort",
    "sortBy",
    "sortDir",
    "page",
    "size",
    "cursor",
    "facets",
    "explain",
];
/// The parts of a cursor: the order, when the first page was asked for, the place.
const CURSOR: usize = 3 + MOST_SORTS;
/// Values of one filter.
const MOST_VALUES: usize = 30;

/// A request, read.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What is looked for.
    pub query: Query,
    /// Which part of it.
    pub paging: Paging,
    /// The order as a text: a cursor belongs to it.
    pub order: String,
    /// Whether the parts of each relevance are told.
    pub explain: bool,
    /// What was asked for, for the person's own history.
    pub told: Map<String, Value>,
}

/// Names of the earlier systems' bodies.
const ALIASES: [(&str, &str); 3] =
    [("limit", "size"), ("sortOrder", "sortDir"), ("sortDirection", "sortDir")];

/// A body under the names that queries have.
pub fn renamed(mut members: Map<String, Value>) -> Map<String, Value> {
    for (alias, name) in ALIASES {
        if let Some(value) = members.remove(alias) {
            members.entry(name).or_insert(value);
        }
    }
    members
}

/// Reads everything; `facets` says whether they are counted where nothing is said.
pub fn asked(f: &mut Fields<'_>, tenant: &TenantId, now: Timestamp, facets: bool) -> Option<Asked> {
    let mut query = Query::all(tenant.clone(), now);
    let text = f.text("query", 1..=200).or_else(|| f.text("q", 1..=200));
    query.text(text.as_deref().unwrap_or_default());
    filters(f, &mut query);
    query.geo = area::read(f);
    query.facets = f.flag("facets").unwrap_or(facets);
    let explain = f.flag("explain").unwrap_or_default();
    order(f, &mut query);
    let order: Vec<String> = query.sort.iter().map(|sort| format!("{sort:?}")).collect();
    let order = key(&order.join(" "));
    let paging = Paging::read(f, 10, CURSOR);
    if let Some(cursor) = paging.as_ref().and_then(|paging| paging.cursor.as_ref()) {
        match place(cursor, &order) {
            Some((at, place)) => (query.at, query.after) = (at, Some(place)),
            None => f.wrong("cursor", "belongs to another order; take it from the page before"),
        }
    }
    let paging = paging?;
    query.offset = usize::try_from(paging.offset()).unwrap_or(usize::MAX);
    query.size = usize::try_from(paging.size).unwrap_or(100);
    Some(Asked { query, paging, order, explain, told: told(f) })
}

/// What is told in a history: what was looked for, not how it was shown.
fn told(f: &Fields<'_>) -> Map<String, Value> {
    const SHOWN: [&str; 5] = ["page", "size", "cursor", "facets", "explain"];
    let names = PARAMS.iter().filter(|name| !SHOWN.contains(name));
    names.filter_map(|name| Some(((*name).to_owned(), f.raw(name)?.clone()))).collect()
}

fn filters(f: &mut Fields<'_>, query: &mut Query) {
    let filters = &mut query.filters;
    let keys = |texts: Vec<String>| -> Vec<String> {
        texts.iter().map(|text| key(text)).filter(|key| !key.is_empty()).collect()
    };
    filters.cities = keys(texts(f, "city"));
    filters.localities = keys(texts(f, "location"));
    filters.localities.extend(keys(texts(f, "locality")));
    filters.amenities = keys(texts(f, "amenities"));
    filters.state = f.text("state", 1..=100).map(|state| key(&state));
    filters.pincode = f.text("pincode", 1..=10);
    filters.property_types = choices(f, "propertyType");
    filters.listing_types = choices(f, "listingType");
    filters.furnished = choices(f, "furnishedStatus");
    filters.bedrooms = numbers(f, "bedrooms");
    filters.bathrooms = numbers(f, "bathrooms");
    filters.min_price = money(f, "minPrice");
    filters.max_price = money(f, "maxPrice");
    filters.min_area = f.number("minArea", 0.0..=1e9).filter(|area| *area > 0.0);
    filters.max_area = f.number("maxArea", 0.0..=1e9).filter(|area| *area > 0.0);
    filters.featured = f.flag("featured");
    filters.verified = f.flag("verified");
    let ranges = [
        ("maxPrice", filters.min_price.zip(filters.max_price).is_some_and(|(least, most)| least > most)),
        ("maxArea", filters.min_area.zip(filters.max_area).is_some_and(|(least, most)| least > most)),
    ];
    for (field, wrong) in ranges {
        if wrong {
            f.wrong(field, "must not be below the least");
        }
    }
}

/// Any number of texts: an array, or one text with commas; numbers are taken as they are written.
fn texts(f: &mut Fields<'_>, field: &str) -> Vec<String> {
    f.asks(field, || MemberKind::Values(MOST_VALUES, 100));
    let one = |value: &Value| match value {
        Value::String(text) => Some(text.split(',').map(|part| part.trim().to_owned()).collect()),
        Value::Number(number) => Some(vec![number.to_string()]),
        _ => None,
    };
    let found: Option<Vec<Vec<String>>> = match f.raw(field) {
        None => return Vec::new(),
        Some(Value::Array(items)) => items.iter().map(one).collect(),
        Some(value) => one(value).map(|texts| vec![texts]),
    };
    let found: Vec<String> =
        found.unwrap_or_default().concat().into_iter().filter(|text| !text.is_empty()).collect();
    if found.is_empty() {
        f.wrong(field, "must be texts");
    } else if found.len() > MOST_VALUES || found.iter().any(|text| text.chars().count() > 100) {
        f.wrong(field, format!("must hold at most {MOST_VALUES} texts of at most 100 characters"));
    }
    found
}

fn choices<T: Choice>(f: &mut Fields<'_>, field: &str) -> Vec<T> {
    let found: Vec<Option<T>> = texts(f, field).iter().map(|word| T::from_word(word)).collect();
    if found.iter().any(Option::is_none) {
        f.wrong(field, T::choices());
    }
    found.into_iter().flatten().collect()
}

/// `2`, `2,3` or `4+`.
fn numbers(f: &mut Fields<'_>, field: &str) -> Numbers {
    let mut numbers = Numbers::default();
    for text in texts(f, field) {
        // A plus is a blank in a query that is not encoded; blanks were taken off by then.
        let (digits, more) = text.strip_suffix('+').map_or((&*text, false), |digits| (digits, true));
        match digits.trim().parse::<u8>() {
            Ok(number) if number <= Numbers::MOST && more => numbers.add_from(number),
            Ok(number) if number <= Numbers::MOST => numbers.add(number),
            _ => f.wrong(field, format!("must be numbers up to {}, such as 2,3 or 4+", Numbers::MOST)),
        }
    }
    numbers
}

/// An amount; 0 is no bound.
fn money(f: &mut Fields<'_>, field: &str) -> Option<i64> {
    f.asks(field, || MemberKind::Money);
    let nothing = match f.raw(field)? {
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.trim() == "0",
        _ => false,
    };
    if nothing { None } else { f.money(field).map(domain::Paise::paise) }
}

/// `sort=-price,createdAt`, or `sortBy` and `sortDir`; without either the best first where words are asked for, else
/// the newest.
fn order(f: &mut Fields<'_>, query: &mut Query) {
    f.asks("sort", || MemberKind::Values(MOST_SORTS, 100));
    f.asks("sortBy", || MemberKind::Choice(SortBy::WORDS.iter().map(|(word, _)| *word).collect()));
    f.asks("sortDir", || MemberKind::Choice(vec!["asc", "desc"]));
    let sorts: Vec<Sort> = if f.raw("sort").is_some() {
        let named = texts(f, "sort");
        named
            .iter()
            .filter_map(|text| {
                let name = text.trim_start_matches('-');
                sort(f, "sort", name, Some(text.starts_with('-')))
            })
            .collect()
    } else if let Some(name) = f.text("sortBy", 1..=40) {
        let direction = f.text("sortDir", 1..=10).map(|direction| direction.to_lowercase());
        if direction.as_deref().is_some_and(|direction| !["asc", "desc"].contains(&direction)) {
            f.wrong("sortDir", "must be asc or desc");
        }
        sort(f, "sortBy", &name, direction.map(|direction| direction == "desc")).into_iter().collect()
    } else if query.words.is_empty() {
        vec![Sort::NEWEST]
    } else {
        vec![Sort::BEST]
    };
    if sorts.len() > MOST_SORTS {
        f.wrong("sort", format!("takes at most {MOST_SORTS} names"));
    }
    if query.geo.near.is_none() && sorts.iter().any(|sort| sort.by == SortBy::Distance) {
        f.wrong("sort", "by distance needs near, or latitude and longitude");
    }
    if !sorts.is_empty() {
        query.sort = sorts;
    }
}

/// The best comes first whatever the direction; without one the nearest, else the largest.
fn sort(f: &mut Fields<'_>, field: &str, name: &str, descending: Option<bool>) -> Option<Sort> {
    let Some((_, by)) = SortBy::WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(name)) else {
        let names: Vec<&str> = SortBy::WORDS.iter().map(|(word, _)| *word).collect();
        f.wrong(field, format!("must be of {}", names.join(", ")));
        return None;
    };
    let descending = *by == SortBy::Relevance || descending.unwrap_or(*by != SortBy::Distance);
    Some(Sort { by: *by, descending })
}

fn place(cursor: &Cursor, order: &str) -> Option<(Timestamp, Key)> {
    let [its, at, parts @ .., id] = &cursor.0[..] else { return None };
    if its.as_str()? != order {
        return None;
    }
    let mut place = Key { parts: [0.0; MOST_SORTS], id: id.as_str()?.parse().ok()? };
    for (part, bits) in place.parts.iter_mut().zip(parts) {
        *part = f64::from_bits(bits.as_u64()?);
    }
    Some((Timestamp::from_micros(at.as_i64()?), place))
}

/// The cursor behind a hit. Bits, because a number must come back as the very same.
pub fn cursor(asked: &Asked, place: &Key) -> Cursor {
    let mut parts = vec![asked.order.clone().into(), asked.query.at.micros().into()];
    parts.extend(place.parts.iter().map(|part| Value::from(part.to_bits())));
    parts.push(place.id.to_string().into());
    Cursor(parts)
}
