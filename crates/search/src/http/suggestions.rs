//! What somebody who is typing may mean.

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use domain::Fields;
use http_kit::docs::Query;
use http_kit::{Caller, Envelope, Failure, Params};
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Typed;
use crate::searches::{Site, popular};
use crate::suggest::{Suggestion, suggest};

/// Suggestions in one answer.
const MOST: i64 = 50;
const USUAL: i64 = 10;

/// A suggestion, by itself or with `details=true`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum Said {
    Text(String),
    Detailed(Suggestion),
}

/// What was typed, how many are wanted, and whether with details.
pub fn asked(fields: &mut Fields<'_>) -> (String, i64, bool) {
    let [query, q] = ["query", "q"].map(|name| fields.text(name, 1..=200));
    let limit = fields.whole("size", 1..=i64::MAX).unwrap_or(USUAL).min(MOST);
    (query.or(q).unwrap_or_default(), limit, fields.flag("details").unwrap_or_default())
}

/// `GET /api/search/suggestions?query=&limit=&details=`: an array of texts, as the earlier systems' clients read it; with
/// `details=true` each with its kind and count. What fewer than five people searched for is in neither.
#[utoipa::path(
    get,
    path = "/api/search/suggestions",
    summary = "What somebody who is typing may mean",
    params(Query<Typed>),
    responses((status = 200, description = "The likeliest first", body = Envelope<Vec<Said>>)),
)]
pub async fn suggestions(State(site): State<Site>, caller: Caller, uri: Uri) -> Result<Response, Failure> {
    let params = Params::read(&uri, &["query", "q", "size", "details"])?;
    let mut fields = params.fields();
    let (typed, limit, details) = asked(&mut fields);
    let limit = fields.finish(usize::try_from(limit).ok())?;
    let searches = &site.searches;
    let known = searches.suggester.known(&caller.tenant).await.map_err(|e| Failure::unavailable(&e))?;
    let popular = popular(&searches.store, &caller.tenant).await.map_err(|e| Failure::unavailable(&e))?;
    let found = suggest(&typed, &known, &popular, limit);
    let said = |found: Suggestion| if details { Said::Detailed(found) } else { Said::Text(found.text) };
    let data: Vec<Said> = found.into_iter().map(said).collect();
    Ok(searches.kit.reply("Suggestions", data).into_response())
}
