//! Warning a person that somebody is at their account. The fact is an event, and the e-mail about it a delivery that follows
//! from the event; see `domain::warning` for how often.

use domain::warning::{WarningCommand, Warnings};
use domain::{Actor, Metadata, TenantId, UserId};
use journal::Options;

use crate::app_context::AppContext;

impl AppContext {
    /// Puts on record what a person is to be warned of, unless they were today. Says whether it is on record; a failure is
    /// logged, because whoever caused the warning is not to be told of it.
    pub async fn warn(&self, tenant: &TenantId, person: UserId, command: WarningCommand) -> bool {
        let nobody = Actor { tenant: tenant.clone(), user: None, metadata: Metadata::default() };
        let done = self.aggregates.execute::<Warnings>(&nobody, person, command, Options::default()).await;
        if let Err(error) = &done {
            tracing::warn!(%error, user.id = %person, "a person is not warned that somebody is at their account");
        }
        done.is_ok()
    }
}
