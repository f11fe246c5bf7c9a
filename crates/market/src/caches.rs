//! Computed figures in memory. A transaction notes which areas and kinds it changes, and its commit drops their figures.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ::projection::DocumentCache;
use domain::{Paise, PropertyId, TenantId};

use crate::figures::AreaFigures;
use crate::home::KindWords;
use crate::value::MeasuredError;

/// The most areas in memory.
const AREAS: u64 = 2_000;
/// The most kinds in memory.
const KINDS: u64 = 500;
/// The most kinds of areas in memory.
const KINDS_OF_AREAS: u64 = 2_000;

/// An area of a tenant.
pub type AreaKey = (TenantId, String);
/// A kind of listing of a tenant.
pub type KindKey = (TenantId, KindWords);
/// A kind of listing in an area of a tenant.
pub type KindOfAreaKey = (TenantId, String, KindWords);

/// Prices per square foot, each with its home.
pub type PricesPerSqft = Vec<(PropertyId, Paise)>;

/// What changed since the last commit.
#[derive(Debug, Default)]
struct Touched {
    areas: HashSet<AreaKey>,
    kinds: HashSet<KindKey>,
    kinds_of_areas: HashSet<KindOfAreaKey>,
}

/// The figures in memory.
#[derive(Debug)]
pub struct Caches {
    pub areas: DocumentCache<AreaKey, AreaFigures>,
    pub errors: DocumentCache<KindKey, MeasuredError>,
    /// Of the newest homes of a kind in an area.
    pub prices: DocumentCache<KindOfAreaKey, PricesPerSqft>,
    /// A rebuild beside the read model notes its changes here, too: figures are then dropped once more than needed.
    touched: Mutex<Touched>,
}

impl Caches {
    pub fn new() -> Self {
        Self {
            areas: DocumentCache::new(AREAS),
            errors: DocumentCache::new(KINDS),
            prices: DocumentCache::new(KINDS_OF_AREAS),
            touched: Mutex::default(),
        }
    }

    fn touched(&self) -> MutexGuard<'_, Touched> {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a home of this area and kind changes. An empty area is none.
    pub fn touch(&self, tenant: &TenantId, area: &str, kind: KindWords) {
        let mut touched = self.touched();
        touched.areas.insert((tenant.clone(), area.to_owned()));
        touched.kinds.insert((tenant.clone(), kind));
        touched.kinds_of_areas.insert((tenant.clone(), area.to_owned(), kind));
    }

    /// Drops the figures of what was noted.
    pub fn forget_touched(&self) {
        let Touched { areas, kinds, kinds_of_areas } = std::mem::take(&mut *self.touched());
        for area in &areas {
            self.areas.forget(area);
        }
        for kind in &kinds {
            self.errors.forget(kind);
        }
        for kind in &kinds_of_areas {
            self.prices.forget(kind);
        }
    }

    pub fn forget_all(&self) {
        *self.touched() = Touched::default();
        self.areas.forget_all();
        self.errors.forget_all();
        self.prices.forget_all();
    }
}
