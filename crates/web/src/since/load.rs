//! Joins three answers of the API: when the reader was last here, and what the services know about the time since.

use std::sync::Arc;

use super::{Since, words};
use crate::api::{ApiError, Call, HomeNews, LastVisit, Matches};
use crate::failure::Failure;
use crate::visit::Visit;
use crate::when::Moment;

impl Since {
    /// Loads it once for a visit. `None` when nobody is signed in, or when it cannot be had: no page is only about it.
    pub(crate) async fn load(visit: &Visit) -> Result<Option<Arc<Self>>, Failure> {
        if !visit.signed_in() {
            return Ok(None);
        }
        if let Some(known) = visit.since.get() {
            return Ok(Some(Arc::clone(known)));
        }
        match Self::ask(visit).await.map_err(Failure::from) {
            Ok(since) => Ok(Some(Arc::clone(visit.since.get_or_init(|| Arc::new(since))))),
            Err(Failure::SignedOut) => Err(Failure::SignedOut),
            Err(failure) => {
                tracing::warn!(error = %failure, "a page is shown without what is new");
                Ok(None)
            }
        }
    }

    async fn ask(visit: &Visit) -> Result<Self, ApiError> {
        let LastVisit { from } = visit.ask(Call::get("/api/user-history/me/since")).await?;
        let call = |path: &str| match from.as_deref() {
            Some(from) => Call::get(path).query(&[("since", from)]),
            None => Call::get(path),
        };
        let matches: Matches = visit.ask(call("/api/search/matches/me")).await?;
        let news = match &from {
            Some(_) => {
                let homes: HomeNews = visit.ask(call("/api/properties/news")).await?;
                words::all(visit, &homes, &matches.searches)
            }
            // Nothing is new to somebody who was never here.
            None => Vec::new(),
        };
        Ok(Self { from: Moment::parse_some(from.as_ref()), news, searches: matches.searches })
    }
}
