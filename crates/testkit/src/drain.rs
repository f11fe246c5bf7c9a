//! Waiting for effects instead of sleeping.

use std::time::Duration;

use bus::{Asker, Waited};
use domain::Position;

use crate::TestApp;

impl TestApp {
    /// Writes queued activity and waits until every consumer group has applied everything there is.
    pub async fn drain(&self) {
        self.kit.activity.flush().await;
        let heads = self.kit.ledger.heads().await.unwrap();
        let nobody = Asker { tenant: self.kit.tenants.default_id(), user: self.kit.ledger.fresh().into() };
        for handle in &self.groups {
            let needed: Vec<Position> = handle.group.logs.iter().map(|log| heads[log.index()]).collect();
            let waited = handle.status.wait(&needed, nobody, Duration::from_mins(1)).await;
            assert_eq!(waited, Waited::Applied, "{} is behind", handle.group.name);
        }
    }
}
