//! What somebody who is typing may mean.

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use http_kit::{Caller, Failure, Params};

use crate::searches::{Site, popular};
use crate::suggest::{Suggestion, suggest};

/// Suggestions in one answer.
const MOST: i64 = 50;
const USUAL: i64 = 10;

/// `GET /api/search/suggestions?query=&limit=&details=`: an array of texts, as the earlier systems' clients read it; with
/// `details=true` each with its kind and count. What fewer than five people searched for is in neither.
pub async fn suggestions(State(site): State<Site>, caller: Caller, uri: Uri) -> Result<Response, Failure> {
    let params = Params::read(&uri, &["query", "q", "size", "details"])?;
    let mut fields = params.fields();
    let typed = fields.text("query", 1..=200).or_else(|| fields.text("q", 1..=200)).unwrap_or_default();
    let limit = fields.whole("size", 1..=i64::MAX).unwrap_or(USUAL).min(MOST);
    let details = fields.flag("details").unwrap_or_default();
    let limit = fields.finish(usize::try_from(limit).ok())?;
    let searches = &site.searches;
    let known = searches.suggester.known(&caller.tenant).await.map_err(|e| Failure::unavailable(&e))?;
    let popular = popular(&searches.store, &caller.tenant).await.map_err(|e| Failure::unavailable(&e))?;
    let found = suggest(&typed, &known, &popular, limit);
    if details {
        return Ok(searches.kit.reply("Suggestions", found).into_response());
    }
    let texts: Vec<String> = found.into_iter().map(|Suggestion { text, .. }| text).collect();
    Ok(searches.kit.reply("Suggestions", texts).into_response())
}
