//! What a home may be worth.

mod pool;

use axum::extract::State;
use domain::area::MAX_SQFT;
use domain::fields::MemberKind;
use domain::locality::AreaName;
use domain::property::Rooms;
use domain::property::kinds::ListingType;
use domain::{FieldErrors, Fields, Paise, PropertyId, Timestamp};
use http_kit::{ApiResponse, Caller, Failure, Query, Reply, Request};
use serde::Serialize;
use utoipa::ToSchema;

use super::{App, areas};
use crate::home::{Home, Kind};
use crate::queries::MOST_AREAS;
use crate::surroundings::Surroundings;
use crate::value::{Comparable, FEWEST, MeasuredError, Subject, comparables, estimate};

/// The most comparable homes that are shown, those that count the most first.
const MOST_SHOWN: usize = 20;

const NO_LOCALITY: &str = "must name a locality";

/// `Query<Valuation>`: the home that is valued.
pub struct Valuation {
    locality: String,
    kind: Kind,
    bedrooms: Option<Rooms>,
    sqft: f64,
    age: Option<i64>,
}

impl Request for Valuation {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let locality = f.text("locality", 2..=200);
        let locality = f.required("locality", locality);
        if locality.as_ref().is_some_and(|text| AreaName::of(text, "").is_none()) {
            f.wrong("locality", NO_LOCALITY);
        }
        let property_type = f.choice("propertyType");
        let property_type = f.required("propertyType", property_type);
        let listing_type = f.choice("listingType").unwrap_or(ListingType::Sale);
        f.asks("bedrooms", || MemberKind::Number(0.0..=f64::from(Rooms::MOST)));
        let bedrooms = f.parsed("bedrooms", Rooms::from_text);
        let sqft = f.number("areaSqft", 1.0..=MAX_SQFT);
        let sqft = f.required("areaSqft", sqft);
        let age = f.whole("ageOfProperty", 0..=300);
        let kind = Kind { property_type: property_type?, listing_type };
        Some(Self { locality: locality?, kind, bedrooms, sqft: sqft?, age })
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(match member {
            "locality" => "The locality, in any spelling, with or without the city, or the slug of an area.",
            "listingType" => "What is estimated: a price (`SALE`, unless said) or a rent.",
            "bedrooms" => "Such as 3, or 2.5.",
            "ageOfProperty" => "In years.",
            _ => return None,
        })
    }
}

impl Valuation {
    /// The home in its area. People may name the city after the locality.
    fn subject(self, city: &str) -> Result<Subject, Failure> {
        let Self { locality, kind, bedrooms, sqft, age } = self;
        let wrong = || Failure::invalid(FieldErrors::one("locality", NO_LOCALITY));
        let area = AreaName::of(&locality, city).ok_or_else(wrong)?.slug;
        Ok(Subject { area, kind, bedrooms, sqft, age })
    }
}

/// A home that the estimate is made from.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MarketComparable)]
pub struct ComparableDocument {
    id: PropertyId,
    title: String,
    price: Paise,
    area_sqft: f64,
    /// The name of its area.
    location: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    bedrooms: Option<Rooms>,
    /// When it came on the market.
    created_at: Timestamp,
}

impl ComparableDocument {
    fn of(home: &Home) -> Self {
        Self {
            id: home.id,
            title: home.title.clone(),
            price: home.price,
            area_sqft: home.sqft,
            location: areas::name(&home.area),
            bedrooms: home.bedrooms,
            created_at: home.listed_at,
        }
    }
}

/// An estimate from asking prices.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MarketValue)]
pub struct ValueDocument {
    low: Paise,
    middle: Paise,
    high: Paise,
    price_per_sqft: Paise,
    /// At most 20, those that count the most first.
    comparables: Vec<ComparableDocument>,
    /// How far such estimates are from asking prices, each made without the home itself. It tells about the newest homes
    /// of the kind.
    measured: MeasuredError,
}

/// From the asking prices of comparable homes on the market: of the same kind, about the same size, in the same area; if
/// they are too few, within 3 km; if they still are, in the whole city.
#[utoipa::path(
    get,
    path = "/api/market/value",
    summary = "What a home may be worth",
    params(Query<Valuation>),
    responses(
        (status = 200, description = "The estimate", body = ApiResponse<ValueDocument>),
        (status = 404, description = "`NOT_ENOUGH_HOMES`: fewer than five comparable homes are on the market"),
    ),
)]
pub async fn estimated(
    State(app): State<App>,
    caller: Caller,
    Query(valuation): Query<Valuation>,
) -> Result<Reply<ValueDocument>, Failure> {
    let subject = valuation?.subject(app.city(&caller))?;
    let fresh = app.wait(&caller).await;
    let (areas, _) = app.of(&caller.tenant).areas(MOST_AREAS, 0).await?;
    let around = Surroundings::new(&areas);
    let pool = app.pool(&caller.tenant, &subject, &around).await?;
    let mut comparables = comparables(&subject, &pool, &around, None);
    let estimate = estimate(&subject, &comparables).filter(|_| comparables.len() >= FEWEST);
    let estimate = estimate.ok_or_else(|| {
        let few = "fewer than five comparable homes are on the market, which is too few for an estimate";
        Failure::not_found("NOT_ENOUGH_HOMES", few)
    })?;
    // Those that count as much stay with the newest first.
    comparables.sort_by(|one, other| other.weight.total_cmp(&one.weight));
    let shown =
        comparables.iter().take(MOST_SHOWN).map(|Comparable { home, .. }| ComparableDocument::of(home));
    let document = ValueDocument {
        low: estimate.low,
        middle: estimate.middle,
        high: estimate.high,
        price_per_sqft: estimate.per_sqft,
        comparables: shown.collect(),
        measured: *app.measured(&caller.tenant, subject.kind, around).await?,
    };
    Ok(app.market.context.reply("Value estimated", document).stale(fresh.is_stale()))
}
