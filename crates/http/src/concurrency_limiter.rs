//! Limits concurrent requests of an expensive kind, per person and in total.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use domain::{TenantId, UserId};

use crate::failure::Failure;

/// `Retry-After`, in seconds.
const TRY_AGAIN: u64 = 5;

type PersonKey = (TenantId, UserId);

/// The maximum numbers of concurrent requests.
#[derive(Clone, Copy, Debug)]
pub struct ConcurrencyLimits {
    /// Per person.
    pub of_one: usize,
    /// In total.
    pub of_all: usize,
}

/// Counts the concurrent requests of one kind in a process. Clones share the counts.
#[derive(Clone, Debug)]
pub struct ConcurrencyLimiter {
    /// The plural name of the kind, used in messages.
    kind: &'static str,
    most: ConcurrencyLimits,
    people: Arc<Mutex<HashMap<PersonKey, usize>>>,
}

/// Permission for one request, held until it is dropped.
#[derive(Debug)]
pub struct Permit {
    people: Arc<Mutex<HashMap<PersonKey, usize>>>,
    person: PersonKey,
}

impl ConcurrencyLimiter {
    /// Creates a limiter without any requests in progress.
    #[must_use]
    pub fn new(kind: &'static str, most: ConcurrencyLimits) -> Self {
        Self { kind, most, people: Arc::default() }
    }

    /// Starts a request of `person`.
    ///
    /// # Errors
    /// 429 if the person has too many in progress, 503 if there are too many in total.
    pub fn begin(&self, person: PersonKey) -> Result<Permit, Failure> {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        let own = people.get(&person).copied().unwrap_or_default();
        let busy = |status, message: String| {
            Err(Failure { retry_after: Some(TRY_AGAIN), ..Failure::new(status, "BUSY", message) })
        };
        let kind = self.kind;
        if own >= self.most.of_one {
            let message = format!("{own} {kind} of yours are under way; wait until one has ended");
            return busy(StatusCode::TOO_MANY_REQUESTS, message);
        }
        if people.values().sum::<usize>() >= self.most.of_all {
            let message = format!("too many {kind} are under way; try again in a moment");
            return busy(StatusCode::SERVICE_UNAVAILABLE, message);
        }
        people.insert(person.clone(), own + 1);
        Ok(Permit { people: Arc::clone(&self.people), person })
    }
}

impl Permit {
    /// Whether other requests are in progress too.
    #[must_use]
    pub fn is_contended(&self) -> bool {
        let people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        people.values().sum::<usize>() > 1
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = people.get_mut(&self.person) {
            *own -= 1;
            if *own == 0 {
                people.remove(&self.person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{Ids, Timestamp};

    use super::*;

    #[test]
    fn a_person_has_so_many_and_all_have_so_many() {
        let uploads = ConcurrencyLimiter::new("uploads", ConcurrencyLimits { of_one: 3, of_all: 5 });
        let person = || (TenantId::stored("hyderabad"), Ids.id(Timestamp::from_micros(0)));
        let first = person();
        let alone = uploads.begin(person()).unwrap();
        assert!(!alone.is_contended());
        let second = uploads.begin(first.clone()).unwrap();
        assert!(alone.is_contended() && second.is_contended());
        drop((alone, second));
        let own: Vec<_> = (0..3).map(|_| uploads.begin(first.clone()).unwrap()).collect();
        let refused = uploads.begin(first.clone()).unwrap_err();
        assert_eq!((refused.status, refused.retry_after), (StatusCode::TOO_MANY_REQUESTS, Some(5)));
        assert_eq!(refused.message, "3 uploads of yours are under way; wait until one has ended");
        let others: Vec<_> = (0..2).map(|_| uploads.begin(person()).unwrap()).collect();
        assert_eq!(uploads.begin(person()).unwrap_err().status, StatusCode::SERVICE_UNAVAILABLE);
        drop(others);
        uploads.begin(person()).unwrap();
        assert_eq!(uploads.begin(first.clone()).unwrap_err().status, StatusCode::TOO_MANY_REQUESTS);
        drop(own);
        uploads.begin(first).unwrap();
        assert!(uploads.people.lock().unwrap().is_empty());
    }
}
