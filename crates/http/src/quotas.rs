//! Quotas: how much people may hold, by role, and less while their e-mail address is not confirmed.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use domain::fields::Choice;
use domain::quota::Quota;
use domain::user::Role;

use crate::failure::Failure;

/// The maximum of each quota.
#[derive(Clone, Copy, Debug)]
pub struct QuotaLimits {
    /// Homes.
    pub homes: u64,
    /// Files.
    pub files: u64,
    /// Total bytes of files.
    pub file_bytes: u64,
    /// Saved searches.
    pub saved_searches: u64,
}

impl QuotaLimits {
    pub(crate) fn of(&self, quota: Quota) -> u64 {
        match quota {
            Quota::Homes => self.homes,
            Quota::Files => self.files,
            Quota::FileBytes => self.file_bytes,
            Quota::SavedSearches => self.saved_searches,
            // Only admins create webhooks, and admins have no quotas. The limit of the tenant is a setting.
            Quota::Webhooks => 0,
        }
    }
}

/// The limits of each role. A role without an entry is unlimited; by default that is every role. Admins are always
/// unlimited.
#[derive(Clone, Debug, Default)]
pub struct Quotas {
    by_role: BTreeMap<&'static str, QuotaLimits>,
    /// The upper limit while the e-mail address is not confirmed, whatever the role.
    pub(crate) unconfirmed: Option<QuotaLimits>,
}

impl Quotas {
    /// Creates quotas by role. An entry for admins is ignored.
    #[must_use]
    pub fn new(by_role: impl IntoIterator<Item = (Role, QuotaLimits)>, unconfirmed: QuotaLimits) -> Self {
        let by_role = by_role.into_iter().map(|(role, allowed)| (role.word(), allowed));
        Self { by_role: by_role.collect(), unconfirmed: Some(unconfirmed) }
    }

    pub(crate) fn of_role(&self, role: Role) -> Option<&QuotaLimits> {
        self.by_role.get(role.word()).filter(|_| role != Role::Admin)
    }
}

/// 403: the request would exceed a quota.
#[must_use]
pub fn over_quota(quota: Quota, held: u64, most: u64) -> Failure {
    let (what, remedy) = match quota {
        Quota::Homes => (format!("you have {held} homes listed, of at most {most}"), "remove one first"),
        Quota::Files => (format!("you keep {held} files, of at most {most}"), "delete one first"),
        Quota::FileBytes => {
            let mib = |bytes: u64| bytes >> 20;
            let told = format!("your files take {} MiB, of at most {}", mib(held), mib(most));
            (told, "it would be more with this one; delete others first")
        }
        Quota::SavedSearches => (format!("you keep {held} searches, of at most {most}"), "delete one first"),
        Quota::Webhooks => (format!("this site has {held} webhooks, of at most {most}"), "delete one first"),
    };
    let advice = "a confirmed e-mail address and other roles may have more";
    Failure::new(StatusCode::FORBIDDEN, "QUOTA_EXCEEDED", format!("{what}: {remedy}; {advice}"))
}
