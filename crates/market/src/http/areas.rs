//! The figures of areas.

use axum::extract::{Path, State};
use axum::http::Uri;
use domain::locality::AreaName;
use domain::property::kinds::{ListingType, PropertyType};
use domain::{Fields, Paise, Timestamp};
use http_kit::{ApiResponse, Caller, Failure, Page, Paging, Query, Reply, Request};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use crate::figures::{AreaFigures, KindFigures, MonthFigures};
use crate::queries::{AreaRow, MOST_AREAS};
use crate::statistics::{Bar, one_decimal};
use crate::surroundings::Surroundings;

/// Areas around one are those within this distance …
const NEAR_KM: f64 = 15.0;
/// … and no more than these.
const MOST_NEAR: usize = 6;

/// An area, and what its homes cost. A median is about three homes at least.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MarketArea)]
pub struct AreaDocument {
    #[schema(examples("hitec-city"))]
    slug: String,
    name: String,
    homes_for_sale: u64,
    homes_for_rent: u64,
    /// Of homes for sale, without land and commerce.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    median_price_per_sqft: Option<Paise>,
    /// A month.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    median_rent: Option<Paise>,
    /// How the last month's price per square foot differs from that of a year before, or from the oldest one there is, at
    /// least three months before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    change_percent: Option<f64>,
    /// At most 24 months, the oldest first, with what was asked at the end of each.
    series: Vec<MonthFigures>,
    /// The middle of its homes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    latitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    longitude: Option<f64>,
}

impl AreaDocument {
    fn of(area: AreaRow, figures: &AreaFigures) -> Self {
        Self {
            name: name(&area.slug),
            slug: area.slug,
            homes_for_sale: figures.homes_for_sale,
            homes_for_rent: figures.homes_for_rent,
            median_price_per_sqft: figures.median_price_per_sqft,
            median_rent: figures.median_rent,
            change_percent: figures.change_percent,
            series: figures.series.clone(),
            latitude: area.at.map(|at| at.lat),
            longitude: area.at.map(|at| at.lng),
        }
    }
}

/// The name of an area.
pub(super) fn name(slug: &str) -> String {
    AreaName::of(slug, "").map_or_else(|| slug.to_owned(), |area| area.name)
}

/// The homes of one kind. Kinds with fewer than three homes are left out.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MarketKind)]
pub struct KindDocument {
    property_type: PropertyType,
    listing_type: ListingType,
    homes: u64,
    median_price: Paise,
    lowest: Paise,
    highest: Paise,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    median_price_per_sqft: Option<Paise>,
    /// Of prices.
    distribution: Vec<Bar>,
}

impl KindDocument {
    fn of(kind: &KindFigures) -> Self {
        Self {
            property_type: kind.kind.property_type,
            listing_type: kind.kind.listing_type,
            homes: kind.homes,
            median_price: kind.median_price,
            lowest: kind.lowest,
            highest: kind.highest,
            median_price_per_sqft: kind.median_price_per_sqft,
            distribution: kind.distribution.clone(),
        }
    }
}

/// An area near another one.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MarketNearArea)]
pub struct NearDocument {
    slug: String,
    name: String,
    distance_km: f64,
}

/// An area with its kinds of homes and its neighbours.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MarketAreaDetail)]
pub struct AreaDetail {
    #[serde(flatten)]
    area: AreaDocument,
    kinds: Vec<KindDocument>,
    /// The nearest first.
    near: Vec<NearDocument>,
    computed_at: Timestamp,
}

/// `Query<AreaList>`: a page of areas.
pub struct AreaList(Paging);

impl Request for AreaList {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Paging::by_number(f, 20).map(Self)
    }
}

/// Areas with homes on the market, those with the most homes first.
#[utoipa::path(
    get,
    path = "/api/market/areas",
    summary = "Areas and what their homes cost",
    params(Query<AreaList>),
    responses((status = 200, description = "A page of areas", body = ApiResponse<Page<AreaDocument>>)),
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(list): Query<AreaList>,
    uri: Uri,
) -> Result<Reply<Page<AreaDocument>>, Failure> {
    let AreaList(paging) = list?;
    let fresh = app.wait(&caller).await;
    let (rows, total) = app.of(&caller.tenant).areas(paging.size, paging.offset()).await?;
    let mut areas = Vec::with_capacity(rows.len());
    for row in rows {
        let figures = app.figures(&caller.tenant, &row.slug).await?;
        areas.push(AreaDocument::of(row, &figures));
    }
    let page = Page::new(&paging, areas, total, None);
    let links = page.links(&uri);
    Ok(app.market.context.reply("Areas found", page).links(&links).stale(fresh.is_stale()))
}

/// The slug may be spelt as people spell the locality.
#[utoipa::path(
    get,
    path = "/api/market/areas/{slug}",
    summary = "An area, its kinds of homes and its neighbours",
    params(("slug" = String, Path, description = "The slug of the area, or its name.", example = "hitec-city")),
    responses(
        (status = 200, description = "The area", body = ApiResponse<AreaDetail>),
        (status = 404, description = "`AREA_NOT_FOUND`: no home of the area is on the market"),
    ),
)]
pub async fn detail(
    State(app): State<App>,
    caller: Caller,
    Path(slug): Path<String>,
    Query(nothing): Query<()>,
) -> Result<Reply<AreaDetail>, Failure> {
    nothing?;
    let fresh = app.wait(&caller).await;
    let unknown = || Failure::not_found("AREA_NOT_FOUND", "no home of this area is on the market");
    let slug = AreaName::of(&slug, "").ok_or_else(unknown)?.slug;
    let market = app.of(&caller.tenant);
    let row = market.area(&slug).await?.ok_or_else(unknown)?;
    let figures = app.figures(&caller.tenant, &slug).await?;
    let (areas, _) = market.areas(MOST_AREAS, 0).await?;
    let around = Surroundings::new(&areas);
    let near = around.near(&slug, NEAR_KM).into_iter().take(MOST_NEAR);
    let near = near.map(|(slug, far)| NearDocument {
        slug: slug.to_owned(),
        name: name(slug),
        distance_km: one_decimal(far),
    });
    let detail = AreaDetail {
        near: near.collect(),
        area: AreaDocument::of(row, &figures),
        kinds: figures.kinds.iter().map(KindDocument::of).collect(),
        computed_at: figures.computed_at,
    };
    Ok(app.market.context.reply("Area found", detail).stale(fresh.is_stale()))
}
