//! How much people may hold: by role, and less before their address is confirmed.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use domain::TenantId;
use domain::fields::Choice;
use domain::quota::Quota;
use domain::user::{Role, User};

use crate::app_context::AppContext;
use crate::caller::Caller;
use crate::failure::Failure;

/// How much somebody may hold of each.
#[derive(Clone, Copy, Debug)]
pub struct Allowed {
    /// Homes.
    pub homes: u64,
    /// Files.
    pub files: u64,
    /// Bytes of files.
    pub file_bytes: u64,
    /// Saved searches.
    pub saved_searches: u64,
}

impl Allowed {
    fn of(&self, quota: Quota) -> u64 {
        match quota {
            Quota::Homes => self.homes,
            Quota::Files => self.files,
            Quota::FileBytes => self.file_bytes,
            Quota::SavedSearches => self.saved_searches,
        }
    }
}

/// What each role may hold. Whoever has none may hold as much as they like: admins, and by default everybody.
#[derive(Clone, Debug, Default)]
pub struct Quotas {
    by_role: BTreeMap<&'static str, Allowed>,
    /// Whose address is not confirmed holds no more than this, whatever their role.
    unconfirmed: Option<Allowed>,
}

impl Quotas {
    /// Quotas by role. An admin's is not looked at.
    #[must_use]
    pub fn new(by_role: impl IntoIterator<Item = (Role, Allowed)>, unconfirmed: Allowed) -> Self {
        let by_role = by_role.into_iter().map(|(role, allowed)| (role.word(), allowed));
        Self { by_role: by_role.collect(), unconfirmed: Some(unconfirmed) }
    }
}

impl AppContext {
    /// The most of `quotas` that `caller` may hold; of those that are not in it, as much as they like.
    ///
    /// # Errors
    /// 401 when nobody is signed in, 503 when the journal does not answer.
    pub async fn limits(&self, caller: &Caller, quotas: &[Quota]) -> Result<Vec<(Quota, u64)>, Failure> {
        let person = caller.person()?;
        let Some(allowed) =
            self.quotas.by_role.get(person.role.word()).filter(|_| person.role != Role::Admin)
        else {
            return Ok(Vec::new());
        };
        let (user, _) = self.aggregates.load::<User>(&caller.tenant, person.user).await?;
        let confirmed = user.person.is_some_and(|person| person.email_verified);
        let less = self.quotas.unconfirmed.filter(|_| !confirmed);
        let most = |quota| allowed.of(quota).min(less.map_or(u64::MAX, |less| less.of(quota)));
        Ok(quotas.iter().map(|quota| (*quota, most(*quota))).collect())
    }

    /// What is left of each of `limits`, for the header `X-Quota-Left`: `homes;left=7;limit=20`.
    ///
    /// # Errors
    /// 503 when the journal does not answer.
    pub async fn quota_left(&self, caller: &Caller, limits: &[(Quota, u64)]) -> Result<String, Failure> {
        let (tenant, user): (&TenantId, _) = (&caller.tenant, caller.person()?.user);
        let mut told = Vec::with_capacity(limits.len());
        for (quota, most) in limits {
            let held = self.aggregates.journal().held(tenant, user, *quota).await?;
            told.push(format!("{};left={};limit={most}", quota.word(), most.saturating_sub(held)));
        }
        Ok(told.join(", "))
    }
}

/// 403: somebody would hold too much.
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
    };
    let advice = "a confirmed e-mail address and other roles may have more";
    Failure::new(StatusCode::FORBIDDEN, "QUOTA_EXCEEDED", format!("{what}: {remedy}; {advice}"))
}
