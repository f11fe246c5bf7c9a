//! Warns a person that somebody may be trying to get into their account. The warning is an event, and an e-mail is
//! delivered because of it. See `domain::warning` for how often.

use domain::warning::{WarningCommand, Warnings};
use domain::{Actor, Metadata, TenantId, UserId};
use journal::Options;

use crate::app_context::AppContext;

impl AppContext {
    /// Records a warning for a person, unless they were already warned today. Returns whether it is recorded. A
    /// failure is only logged, because the caller who caused the warning must not learn of it.
    pub async fn warn(&self, tenant: &TenantId, person: UserId, command: WarningCommand) -> bool {
        let nobody = Actor { tenant: tenant.clone(), user: None, metadata: Metadata::default() };
        let done = self.aggregates.execute::<Warnings>(&nobody, person, command, Options::default()).await;
        if let Err(error) = &done {
            tracing::warn!(%error, user.id = %person, "a person is not warned that somebody is at their account");
        }
        done.is_ok()
    }
}
