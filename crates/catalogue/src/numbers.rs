//! The numbers of new products: 1, 2, 3 … in each tenant.
//!
//! ```text
//! next number -> append to the stream of that number, which must be empty -> taken: the next one
//!                                                                          -> refused: the number is free again
//! ```
//! So a number is given in the append's own transaction, and two products never share one, whoever else creates some.
//! What is kept here only saves attempts.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use domain::{ProductId, TenantId};

/// The numbers that this process may try.
#[derive(Debug, Default)]
pub struct Numbers(Mutex<HashMap<TenantId, Remaining>>);

#[derive(Debug)]
struct Remaining {
    /// Numbers that were refused, and are free.
    free: BTreeSet<ProductId>,
    next: Option<ProductId>,
}

impl Numbers {
    /// The number to try next, once it is known where to begin; `None` after the last number of all.
    #[expect(clippy::option_option, reason = "unknown is one thing, none left another")]
    pub fn take(&self, tenant: &TenantId) -> Option<Option<ProductId>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let remaining = all.get_mut(tenant)?;
        if let Some(free) = remaining.free.pop_first() {
            return Some(Some(free));
        }
        let number = remaining.next;
        remaining.next = number.and_then(ProductId::next);
        Some(number)
    }

    /// Begins after `last`, the greatest number that is known to be taken, unless it is known already.
    pub fn begin(&self, tenant: &TenantId, last: Option<ProductId>) {
        let next = last.map_or(Some(ProductId::FIRST), ProductId::next);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(tenant.clone()).or_insert(Remaining { free: BTreeSet::new(), next });
    }

    /// A number that was taken here, and is not used.
    pub fn give_back(&self, tenant: &TenantId, number: ProductId) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(remaining) = all.get_mut(tenant) {
            remaining.free.insert(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_was_given_back_comes_first() {
        let (numbers, tenant) = (Numbers::default(), TenantId::stored("t"));
        assert_eq!(numbers.take(&tenant), None, "nobody knows where to begin");
        numbers.begin(&tenant, ProductId::of(7));
        numbers.begin(&tenant, None);
        let take = || numbers.take(&tenant).flatten().map(ProductId::number);
        assert_eq!([take(), take()], [Some(8), Some(9)]);
        numbers.give_back(&tenant, ProductId::of(8).unwrap());
        assert_eq!([take(), take()], [Some(8), Some(10)]);
    }
}
