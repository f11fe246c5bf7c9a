//! Suggestions while somebody is typing a search.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Fields;
use http_kit::{ApiResponse, Caller, Failure, Query, Request};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::searches::{SearchesApp, popular};
use crate::suggest::{Suggestion, suggest};

/// The maximum number of suggestions in one answer.
const MOST: i64 = 50;
const USUAL: i64 = 10;

/// A suggestion: plain text, or an object when `details=true`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum Said {
    Text(String),
    Detailed(Suggestion),
}

/// The text typed so far, and how to answer.
pub struct Typed {
    text: String,
    /// The requested number of suggestions.
    limit: usize,
    details: bool,
}

impl Request for Typed {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let [query, q] = ["query", "q"].map(|name| f.text(name, 1..=200));
        let limit = f.whole("size", 1..=i64::MAX).unwrap_or(USUAL).min(MOST);
        let limit = usize::try_from(limit).ok()?;
        Some(Self {
            text: query.or(q).unwrap_or_default(),
            limit,
            details: f.flag("details").unwrap_or_default(),
        })
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(match member {
            "query" => "What was typed so far.",
            "q" => "The same as `query`.",
            "size" => "How many; more than 50 are 50. `limit` is the same.",
            "details" => "Whether each comes with its kind and count.",
            _ => return None,
        })
    }

    fn example() -> Value {
        json!({"query": "koka"})
    }
}

/// `GET /api/search/suggestions?query=&limit=&details=`: an array of texts, as clients of the earlier systems read
/// it. With `details=true` each entry has its kind and count. Neither form contains anything that fewer than five
/// people searched for.
#[utoipa::path(
    get,
    path = "/api/search/suggestions",
    summary = "What somebody who is typing may mean",
    params(Query<Typed>),
    responses((status = 200, description = "The likeliest first", body = ApiResponse<Vec<Said>>)),
)]
pub async fn suggestions(
    State(site): State<SearchesApp>,
    caller: Caller,
    Query(typed): Query<Typed>,
) -> Result<Response, Failure> {
    let Typed { text, limit, details } = typed?;
    let searches = &site.searches;
    let known = searches.suggester.known(&caller.tenant).await.map_err(|e| Failure::unavailable(&e))?;
    let popular = popular(&searches.store, &caller.tenant).await.map_err(|e| Failure::unavailable(&e))?;
    let found = suggest(&text, &known, &popular, limit);
    let said = |found: Suggestion| if details { Said::Detailed(found) } else { Said::Text(found.text) };
    let data: Vec<Said> = found.into_iter().map(said).collect();
    Ok(searches.context.reply("Suggestions", data).into_response())
}
