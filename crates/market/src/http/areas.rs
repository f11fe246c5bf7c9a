//! The figures of areas.

mod documents;

use axum::extract::{Path, State};
use axum::http::Uri;
use domain::Fields;
use domain::locality::AreaName;
use http_kit::{ApiResponse, Caller, Failure, Page, Paging, Query, Reply, Request};

use super::App;
use crate::queries::MOST_AREAS;
use crate::statistics::one_decimal;
use crate::surroundings::Surroundings;
pub(super) use documents::name;
use documents::{AreaDetail, AreaDocument, KindDocument, NearDocument};

/// Areas around one are those within this distance …
const NEAR_KM: f64 = 15.0;
/// … and no more than these.
const MOST_NEAR: usize = 6;

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

/// The slug may be spelt as people spell the locality, with the city after it.
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
    let slug = AreaName::of(&slug, app.city(&caller)).ok_or_else(unknown)?.slug;
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
