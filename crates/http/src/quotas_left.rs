//! The quotas of a caller.

use domain::TenantId;
use domain::quota::Quota;
use domain::user::User;

use crate::app_context::AppContext;
use crate::caller::Caller;
use crate::failure::Failure;

impl AppContext {
    /// The most that `caller` may hold of each of `quotas`. A quota missing from the result is unlimited.
    ///
    /// # Errors
    /// 401 if nobody is signed in, 503 if the journal is unavailable.
    pub async fn limits(&self, caller: &Caller, quotas: &[Quota]) -> Result<Vec<(Quota, u64)>, Failure> {
        let person = caller.person()?;
        let Some(allowed) = self.quotas.of_role(person.role) else { return Ok(Vec::new()) };
        let (user, _) = self.aggregates.load::<User>(&caller.tenant, person.user).await?;
        let confirmed = user.person.is_some_and(|person| person.email_verified);
        let less = self.quotas.unconfirmed.filter(|_| !confirmed);
        let most = |quota| allowed.of(quota).min(less.map_or(u64::MAX, |less| less.of(quota)));
        Ok(quotas.iter().map(|quota| (*quota, most(*quota))).collect())
    }

    /// The remaining part of each of `limits`, for the header `X-Quota-Left`: `homes;left=7;limit=20`.
    ///
    /// # Errors
    /// 503 if the journal is unavailable.
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
