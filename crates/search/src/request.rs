//! Reads a search request.

mod area;

use domain::date::CalendarDate;
use domain::fields::{Choice, MemberKind};
use domain::property::Rooms;
use domain::property::details::MOST_SHARING;
use domain::property::kinds::{PropertyCategory, PropertyType};
use domain::text::cleaned_value;
use domain::{Fields, TenantId, Timestamp};
use http_kit::{Body, Cursor, INCLUDE_FAVOURITE, Paging, Request, include_favourite};
use serde_json::{Map, Value, json};

use crate::query::{
    DetailFilters, Facet, Filters, Geo, Key, MOST_SORTS, Numbers, Query, RoomSet, Sort, SortBy,
};
use crate::relaxing::Missed;
use crate::understanding::{Joined, Understanding, UnderstoodQuery, budget, understand};
use crate::words::key;

/// The number of values in a cursor: the order, the time of the first page, the sort values and the id.
const CURSOR: usize = 3 + MOST_SORTS;
/// Parameters that say how a search is shown, not what is searched for.
const OF_A_PAGE: [&str; 7] = ["page", "size", "cursor", "facets", "explain", "include", "record"];
/// The maximum number of values of one filter.
const MOST_VALUES: usize = 30;

/// A search, from query parameters or a body.
#[derive(Clone, Debug)]
pub struct SearchRequest {
    /// The words of the search, as they were understood.
    understanding: Understanding,
    /// The filters given as parameters.
    filters: Filters,
    geo: Geo,
    /// Whether facet counts are requested; `None` when the request does not say.
    facets: Option<bool>,
    explain: bool,
    with_favourites: bool,
    is_recorded: bool,
    sort: Vec<Sort>,
    order: String,
    paging: Paging,
    /// Where the previous page ended, and when the first page was requested.
    after: Option<(Timestamp, Key)>,
    /// The parameters kept for the person's own history: what was searched for, not how it was shown.
    pub told: Map<String, Value>,
}

/// A search made at a certain time.
#[derive(Clone, Debug)]
pub struct TimedSearch {
    /// The query.
    pub query: Query,
    /// The requested page.
    pub paging: Paging,
    /// The sort order as text. A cursor is valid for one order only.
    pub order: String,
    /// Whether the factors of each relevance score are returned.
    pub explain: bool,
    /// Whether each home says whether the caller saved it.
    pub with_favourites: bool,
    /// Whether it is kept in the caller's own history.
    pub is_recorded: bool,
    /// See [`SearchRequest::told`].
    pub told: Map<String, Value>,
    /// The words of the search, as they were understood.
    pub understanding: Understanding,
    /// The facets whose filter comes from the words alone, one bit each.
    pub understood: u16,
    /// The filters given as parameters, without those from the words.
    pub given: Filters,
}

impl TimedSearch {
    /// The first results of `query`, for lists without further pages.
    pub fn first(paging: Paging, query: Query) -> Self {
        let query = Query { size: usize::try_from(paging.size).unwrap_or(100), ..query };
        Self {
            given: query.filters.clone(),
            query,
            paging,
            order: String::new(),
            explain: false,
            with_favourites: false,
            is_recorded: false,
            told: Map::new(),
            understanding: Understanding::default(),
            understood: 0,
        }
    }

    /// The same search with all words as text, none as a filter.
    pub fn literal(&self) -> Query {
        let words = self.understanding.literal();
        Query { words, filters: self.given.clone(), ..self.query.clone() }
    }

    /// The same search without some of its conditions, and their words.
    pub fn without(&self, missed: Missed) -> (Query, Vec<String>) {
        let mut query = self.query.clone();
        for facet in Facet::every().filter(|facet| missed.facet(*facet)) {
            query.filters.clear(facet);
        }
        let (mut kept, mut left_out) = (Vec::new(), self.understanding.words_about(missed.facets()));
        for (place, word) in query.words.into_iter().enumerate() {
            if missed.word(place) { left_out.push(word) } else { kept.push(word) }
        }
        query.words = kept;
        (query, left_out)
    }
}

impl SearchRequest {
    /// This search in `tenant` at the time `now`. `facets` is the default when the request does not say whether to
    /// count facets.
    pub fn asked_in(self, tenant: &TenantId, now: Timestamp, facets: bool) -> TimedSearch {
        let Self { understanding, filters: given, geo, explain, sort, order, paging, told, .. } = self;
        let Self { with_favourites, is_recorded, .. } = self;
        let Joined { filters, understood } = understanding.joined(&given);
        let facets = self.facets.unwrap_or(facets);
        let (at, after) = self.after.map_or((now, None), |(at, place)| (at, Some(place)));
        let offset = usize::try_from(paging.offset()).unwrap_or(usize::MAX);
        let size = usize::try_from(paging.size).unwrap_or(100);
        let all = Query::all(tenant.clone(), at);
        let (words, preferred) = (understanding.demanded(), understanding.preferred());
        let query = Query { words, preferred, filters, geo, sort, offset, size, after, facets, ..all };
        TimedSearch {
            query,
            paging,
            order,
            explain,
            with_favourites,
            is_recorded,
            told,
            understanding,
            understood,
            given,
        }
    }

    /// How its words were understood; `None` without words.
    pub fn understood(&self) -> Option<UnderstoodQuery> {
        self.understanding.told(&self.filters)
    }

    /// Whether the search has no condition, so that it finds every home.
    pub fn finds_everything(&self) -> bool {
        self.understanding.is_empty() && self.filters == Filters::default() && !self.geo.is_asked()
    }
}

/// See [`SearchRequest`].
pub type SearchBody = Body<SearchRequest>;

impl Request for SearchRequest {
    const NAME: &'static str = "Search";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let text = f.text("query", 1..=200).or_else(|| f.text("q", 1..=200));
        let understanding = understand(text.as_deref().unwrap_or_default());
        let filters = filters(f);
        let geo = area::read(f);
        let facets = f.flag("facets");
        let explain = f.flag("explain").unwrap_or_default();
        let with_favourites = include_favourite(f);
        let is_recorded = f.flag("record").unwrap_or(true);
        let sort = sorts(f, !understanding.is_empty(), geo.near.is_some());
        let order: Vec<String> = sort.iter().map(|sort| format!("{sort:?}")).collect();
        let order = key(&order.join(" "));
        let paging = Paging::read(f, 10, CURSOR);
        let cursor = paging.as_ref().and_then(|paging| paging.cursor.as_ref());
        let after = cursor.and_then(|cursor| place(cursor, &order));
        if cursor.is_some() && after.is_none() {
            f.wrong("cursor", "belongs to another order; take it from the page before");
        }
        let paging = paging?;
        let told = told(f);
        Some(Self {
            understanding,
            filters,
            geo,
            facets,
            explain,
            with_favourites,
            is_recorded,
            sort,
            order,
            paging,
            after,
            told,
        })
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(match member {
            "query" | "q" => {
                "Words, as people type them: a letter may be wrong, the last word may be unfinished. Words that mean a \
                 filter, such as `2 bhk`, `for rent`, `under 60 lakh` or `near Miyapur`, become that filter, unless a \
                 parameter says otherwise; the answer tells them as `understood`. Of `ready to move`, `gated`, `family`, \
                 `for girls` and their like, a home that states nothing fits, too. Words in double quotation marks are \
                 always text."
            }
            "location" | "locality" => "A locality, under any of its names.",
            "bedrooms" => "`2`, `2,2.5` or `4+`.",
            "bathrooms" => "`2`, `2,3` or `4+`.",
            "availableBy" => "Available on this day or before; a home that states no day is left out.",
            "facing" => "A direction, or several; a home whose owner names none is left out.",
            "withPhotos" => "Only homes that have a photo, or only those that have none.",
            "forWhom" => "A home for anyone is found, too.",
            "budget" => {
                "Both prices in words, as an earlier form sends them: `50 L - 1 Cr`; `minPrice` and `maxPrice` win."
            }
            "maxDeposit" => "In rupees; a home that states no deposit is left out.",
            "minPrice" | "maxPrice" => "In rupees, such as `85 lakh`; 0 is no bound.",
            "minArea" | "maxArea" => "In square feet; 0 is no bound.",
            "near" => "`latitude,longitude`; with `radiusKm` only what is within.",
            "bbox" => "`minLongitude,minLatitude,maxLongitude,maxLatitude`.",
            "polygon" => "A GeoJSON polygon of at most 1,000 corners; in a query as JSON text.",
            "sort" => "Instead of `sortBy` and `sortDir`: `-price,createdAt`.",
            "facets" => "Whether counts of what can be chosen next are wanted.",
            "include" => INCLUDE_FAVOURITE,
            "record" => {
                "`false` keeps the search out of the caller's own history, for what a program asks beside what the person \
                 searched for."
            }
            "explain" => "Whether the parts of each relevance are wanted.",
            _ => return None,
        })
    }

    fn example() -> Value {
        json!({"query": "lake view", "bedrooms": ["2", "3"], "maxPrice": 12_000_000, "amenities": ["Lift"],
            "sortBy": "price"})
    }
}

/// The parameters kept for a history. Other members of a body are dropped.
fn told(f: &Fields<'_>) -> Map<String, Value> {
    f.names()
        .filter(|name| is_filter(name))
        .filter_map(|name| Some((name.to_owned(), cleaned_value(f.raw(name)?))))
        .collect()
}

/// Whether the parameter of this name says what is searched for.
pub fn is_filter(name: &str) -> bool {
    !OF_A_PAGE.contains(&name) && http_kit::members::<SearchRequest>().iter().any(|member| member == name)
}

fn filters(f: &mut Fields<'_>) -> Filters {
    let mut filters = Filters::default();
    let keys = |texts: Vec<String>| -> Vec<String> {
        texts.iter().map(|text| key(text)).filter(|key| !key.is_empty()).collect()
    };
    filters.cities = keys(texts(f, "city"));
    filters.localities = keys(texts(f, "location"));
    filters.localities.extend(keys(texts(f, "locality")));
    filters.amenities = keys(texts(f, "amenities"));
    filters.state = f.text("state", 1..=100).map(|state| key(&state));
    filters.pincode = f.text("pincode", 1..=10).map(|code| domain::search_text::fold(&code));
    filters.property_types = property_types(f);
    filters.listing_types = choices(f, "listingType");
    filters.furnished = choices(f, "furnishedStatus");
    filters.bedrooms = rooms(f);
    filters.bathrooms = numbers(f, "bathrooms");
    filters.min_price = money(f, "minPrice");
    filters.max_price = money(f, "maxPrice");
    if let Some((least, most)) = f.parsed("budget", |text| budget(text).ok_or(BUDGET)) {
        filters.min_price = filters.min_price.or(least);
        filters.max_price = filters.max_price.or(most);
    }
    filters.min_area = f.number("minArea", 0.0..=1e9).filter(|area| *area > 0.0);
    filters.max_area = f.number("maxArea", 0.0..=1e9).filter(|area| *area > 0.0);
    filters.featured = f.flag("featured");
    filters.verified = f.flag("verified");
    filters.facing = choices(f, "facing");
    filters.with_photos = f.flag("withPhotos");
    filters.details = details(f);
    let ranges = [
        ("maxPrice", filters.min_price.zip(filters.max_price).is_some_and(|(least, most)| least > most)),
        ("maxArea", filters.min_area.zip(filters.max_area).is_some_and(|(least, most)| least > most)),
    ];
    for (field, wrong) in ranges {
        if wrong {
            f.wrong(field, "must not be below the least");
        }
    }
    filters
}

/// The message about a budget that is none.
const BUDGET: &str = "must be an amount or a range, such as under 60 lakh, or 50 L - 1 Cr";

/// Types of property. `residential`, of an earlier form, is all types that people live in.
fn property_types(f: &mut Fields<'_>) -> Vec<PropertyType> {
    let mut types = Vec::new();
    for word in texts(f, "propertyType") {
        if word.eq_ignore_ascii_case("residential") {
            let homes = PropertyType::ALL.iter().map(|(_, kind)| *kind);
            types.extend(homes.filter(|kind| PropertyCategory::of(*kind) == PropertyCategory::Residential));
        } else {
            match PropertyType::from_word(&word) {
                Some(kind) => types.push(kind),
                None => f.wrong("propertyType", PropertyType::choices()),
            }
        }
    }
    types
}

fn details(f: &mut Fields<'_>) -> DetailFilters {
    DetailFilters {
        for_whom: choices(f, "forWhom"),
        possession: choices(f, "possessionStatus"),
        rera: choices(f, "reraStatus"),
        pets_allowed: f.flag("petsAllowed"),
        gated_community: f.flag("gatedCommunity"),
        approvals: choices(f, "approvals"),
        tenants: choices(f, "preferredTenants"),
        meals: choices(f, "meals"),
        sharing: f.wholes("sharing", 1..=MOST_SHARING, 20),
        available_by: f.parsed("availableBy", CalendarDate::from_text),
        max_deposit: money(f, "maxDeposit"),
    }
}

/// Reads numbers of rooms such as `2`, `2,2.5` or `4+`.
fn rooms(f: &mut Fields<'_>) -> RoomSet {
    let mut rooms = RoomSet::default();
    for text in texts(f, "bedrooms") {
        let (number, more) = text.strip_suffix('+').map_or((&*text, false), |number| (number, true));
        match Rooms::from_text(number.trim()) {
            Ok(number) if more => rooms.add_from(number),
            Ok(number) => rooms.add(number),
            Err(_) => f.wrong("bedrooms", "must be numbers up to 50, such as 2, 2.5 or 4+"),
        }
    }
    rooms
}

/// A list of texts: an array, or one text separated by commas. Numbers are taken as they are written.
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

/// Reads numbers such as `2`, `2,3` or `4+`.
fn numbers(f: &mut Fields<'_>, field: &str) -> Numbers {
    let mut numbers = Numbers::default();
    for text in texts(f, field) {
        // In a query that is not encoded, a plus becomes a blank, and blanks have been trimmed by now.
        let (digits, more) = text.strip_suffix('+').map_or((&*text, false), |digits| (digits, true));
        match digits.trim().parse::<u8>() {
            Ok(number) if number <= Numbers::MOST && more => numbers.add_from(number),
            Ok(number) if number <= Numbers::MOST => numbers.add(number),
            _ => f.wrong(field, format!("must be numbers up to {}, such as 2,3 or 4+", Numbers::MOST)),
        }
    }
    numbers
}

/// An amount; 0 means no bound.
pub fn money(f: &mut Fields<'_>, field: &str) -> Option<i64> {
    f.asks(field, || MemberKind::Money);
    let nothing = match f.raw(field)? {
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.trim() == "0",
        _ => false,
    };
    if nothing { None } else { f.money(field).map(domain::Paise::paise) }
}

/// Reads `sort=-price,createdAt`, or `sortBy` and `sortDir`. Without either, the order is best first if there are
/// words, else newest first.
fn sorts(f: &mut Fields<'_>, has_words: bool, has_place: bool) -> Vec<Sort> {
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
    } else if has_words {
        vec![Sort::BEST]
    } else {
        vec![Sort::NEWEST]
    };
    if sorts.len() > MOST_SORTS {
        f.wrong("sort", format!("takes at most {MOST_SORTS} names"));
    }
    if !has_place && sorts.iter().any(|sort| sort.by == SortBy::Distance) {
        f.wrong("sort", "by distance needs near, or latitude and longitude");
    }
    if sorts.is_empty() { vec![Sort::NEWEST] } else { sorts }
}

/// Reads one criterion. Relevance always sorts best first. Without a direction, distance sorts nearest first and
/// everything else largest first.
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

/// The cursor after a hit. Numbers are stored as bits, because they must come back exactly.
pub fn cursor(asked: &TimedSearch, place: &Key) -> Cursor {
    let mut parts = vec![asked.order.clone().into(), asked.query.at.micros().into()];
    parts.extend(place.parts.iter().map(|part| Value::from(part.to_bits())));
    parts.push(place.id.to_string().into());
    Cursor(parts)
}
