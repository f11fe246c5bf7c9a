//! `GET /api/search/recommendations`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::PropertyId;
use domain::favourites::Favourites;
use http_kit::Query as QueryOf;
use http_kit::{ApiResponse, Caller, Failure, FirstHomes};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;

use super::{Because, Catalogue, Model, Profile};
use crate::App;
use crate::home::{Document, Finding, Home};
use crate::query::Query;
use crate::rows;

/// Extra candidates that make up for homes which left the market since the model was learned.
const SPARE: usize = 20;

/// A recommended home, with the reason for it.
#[derive(Serialize, ToSchema)]
#[schema(as = Recommendation)]
struct Recommendation<'a> {
    #[serde(flatten)]
    home: Document<'a>,
    reason: String,
}

/// Homes the caller may like, best first, as an array.
#[utoipa::path(
    get,
    path = "/api/search/recommendations",
    summary = "Homes the caller may like",
    params(QueryOf<FirstHomes<10>>),
    responses((status = 200, description = "The best first, each with its reason", body = ApiResponse<Vec<Recommendation<'static>>>)),
)]
pub async fn recommendations(
    State(app): State<App>,
    caller: Caller,
    QueryOf(first): QueryOf<FirstHomes<10>>,
) -> Result<Response, Failure> {
    let me = caller.person()?.user;
    let FirstHomes { paging, with_favourites } = first?;
    let size = usize::try_from(paging.size).unwrap_or(100);
    let context = &app.search.context;
    if context.activity.holds(&caller.tenant, me) {
        context.activity.flush().await;
    }
    let chosen = match app.search.learner.model(&caller.tenant) {
        Some(model) => app.learned(&caller, model, size).await?,
        None => Vec::new(),
    };
    // Nothing was learned yet, or there was nothing to learn from: show the newest homes, except the caller's own.
    let chosen = if chosen.is_empty() { app.newest(&caller, size).await? } else { chosen };
    let favourites = context.favourites(&caller, with_favourites).await?;
    let shown = app.shown(&caller, chosen, size, favourites.as_ref()).await?;
    Ok(context.reply("Recommendations found", shown).into_response())
}

impl App {
    async fn learned(
        &self,
        caller: &Caller,
        model: Arc<Model>,
        size: usize,
    ) -> Result<Vec<(PropertyId, Because)>, Failure> {
        let me = caller.person()?.user;
        let now = self.search.context.aggregates.clock().now();
        let catalogue: &Catalogue = model.catalogue();
        let mine = self.search.learner.of_person(&caller.tenant, me, catalogue).await;
        let mine = mine.map_err(|error| Failure::unavailable(&error))?;
        let _turn = self.search.turns.acquire().await.map_err(|closed| Failure::unavailable(&closed))?;
        let recommend = move || {
            let known: HashSet<PropertyId> = mine.deeds.iter().map(|deed| deed.home).collect();
            let profile = Profile::of(&mine, model.catalogue(), now);
            model.recommend(me, &profile, &known, size + SPARE, now)
        };
        let found = tokio::task::spawn_blocking(recommend).await;
        let found = found.map_err(|cut| Failure::unavailable(&cut))?;
        Ok(found.into_iter().map(|found| (found.home, found.because)).collect())
    }

    async fn newest(&self, caller: &Caller, size: usize) -> Result<Vec<(PropertyId, Because)>, Failure> {
        let now = self.search.context.aggregates.clock().now();
        let query = Query { size: size + SPARE, ..Query::all(caller.tenant.clone(), now) };
        let found = self.search(query).await?;
        Ok(found.hits.iter().map(|hit| (hit.key.id.into(), Because::Fresh)).collect())
    }

    /// The documents, with reasons, of those homes that are still on the market.
    async fn shown(
        &self,
        caller: &Caller,
        chosen: Vec<(PropertyId, Because)>,
        size: usize,
        favourites: Option<&Favourites>,
    ) -> Result<Vec<Box<RawValue>>, Failure> {
        let me = caller.person()?.user;
        let near = chosen.iter().filter_map(|(_, because)| match because {
            Because::Others(home) => Some(*home),
            _ => None,
        });
        let ids: HashSet<PropertyId> = chosen.iter().map(|(id, _)| *id).chain(near).collect();
        let ids: Vec<PropertyId> = ids.into_iter().collect();
        let homes: HashMap<PropertyId, Home> = rows::homes(&self.search.store, &caller.tenant, &ids)
            .await
            .map_err(|error| Failure::unavailable(&error))?;
        let mut content = Vec::with_capacity(size);
        for (id, because) in chosen {
            let Some(home) = homes.get(&id).filter(|home| home.owner != me) else { continue };
            let title = match &because {
                Because::Others(other) => homes.get(other).map(|home| home.content.title()),
                _ => None,
            };
            let reason = because.words(home, title);
            let is_favorited = favourites.map(|favourites| favourites.hold(id));
            let found = Finding { is_favorited, ..Finding::default() };
            let shown = Recommendation {
                home: Document::of(home, found, self.search.context.photos.base_url()),
                reason,
            };
            content.push(to_raw_value(&shown).map_err(|error| Failure::unavailable(&error))?);
            if content.len() == size {
                break;
            }
        }
        Ok(content)
    }
}
