//! The homes that an estimate may be made from, and that its error is measured with.

use std::collections::HashSet;
use std::sync::Arc;

use domain::{PropertyId, TenantId};
use http_kit::Failure;

use crate::home::{Home, Kind};
use crate::http::App;
use crate::surroundings::{NEIGHBOURS_KM, Surroundings};
use crate::value::{FEWEST, MOST_MEASURED, MeasuredError, Subject, measured};

/// The most homes of one area that are looked at: the newest.
const MOST_OF_AREA: u64 = 500;
/// The most homes of the whole city that are looked at: the newest.
const MOST_OF_CITY: u64 = 2_000;
/// The most neighbouring areas that are looked at: the nearest.
const MOST_NEIGHBOURS: usize = 8;

impl App {
    /// The homes that may be comparable: of the area, and of more places while there are too few.
    pub async fn pool(
        &self,
        tenant: &TenantId,
        subject: &Subject,
        around: &Surroundings,
    ) -> Result<Vec<Home>, Failure> {
        let market = self.of(tenant);
        let alike = |pool: &[Home]| pool.iter().filter(|home| subject.resembles(home)).count();
        let mut pool = market.newest_of_area(&subject.area, subject.kind, MOST_OF_AREA).await?;
        if alike(&pool) >= FEWEST {
            return Ok(pool);
        }
        for (slug, _) in around.near(&subject.area, NEIGHBOURS_KM).into_iter().take(MOST_NEIGHBOURS) {
            pool.extend(market.newest_of_area(slug, subject.kind, MOST_OF_AREA).await?);
        }
        pool.sort_by_key(|home| std::cmp::Reverse(home.listed_at));
        if alike(&pool) >= FEWEST {
            return Ok(pool);
        }
        let known: HashSet<PropertyId> = pool.iter().map(|home| home.id).collect();
        let city = market.newest(subject.kind, MOST_OF_CITY).await?;
        pool.extend(city.into_iter().filter(|home| !known.contains(&home.id)));
        pool.sort_by_key(|home| std::cmp::Reverse(home.listed_at));
        Ok(pool)
    }

    /// The error of estimates of a kind: from memory, unless a home of the kind changed. It is measured on a thread of its
    /// own, because it takes some milliseconds.
    pub async fn measured(
        &self,
        tenant: &TenantId,
        kind: Kind,
        around: Surroundings,
    ) -> Result<Arc<MeasuredError>, Failure> {
        let cache = &self.market.caches.errors;
        let key = (tenant.clone(), kind.words());
        if let Some(known) = cache.get(&key) {
            return Ok(known);
        }
        let _turn = cache.turn(&key).await;
        if let Some(known) = cache.get(&key) {
            return Ok(known);
        }
        let ticket = cache.ticket(&key);
        let pool = self.of(tenant).newest(kind, MOST_MEASURED as u64).await?;
        let measure = move || measured(&pool, &around);
        let found = tokio::task::spawn_blocking(measure).await;
        let found = Arc::new(found.map_err(|cut| Failure::unavailable(&cut))?);
        cache.keep(&key, ticket, &found);
        Ok(found)
    }
}
