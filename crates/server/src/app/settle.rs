//! Waits until what happened so far has had its effects.

use std::time::Duration;

use bus::Asker;
use domain::{Log, Position, UserId};

use super::App;

/// The longest wait for each group and each outbox. What takes longer happens later.
const LONGEST: Duration = Duration::from_secs(5);

/// Deliveries cause further events; after so many rounds it is enough.
const ROUNDS: u8 = 4;

impl App {
    /// Returns when every event so far is applied by every group, and every delivery that was asked for was tried. For
    /// sample data: what follows from an event then carries the time of that event.
    ///
    /// # Errors
    /// When the journal is unavailable.
    pub async fn settle(&self) -> anyhow::Result<()> {
        self.context.activity.flush().await;
        for _ in 0..ROUNDS {
            let heads = self.context.aggregates.heads().await?;
            self.reach(&heads).await?;
            if self.context.aggregates.heads().await? == heads {
                break;
            }
        }
        Ok(())
    }

    async fn reach(&self, heads: &[Position]) -> anyhow::Result<()> {
        let nobody = Asker { tenant: self.tenant(), user: UserId::nil() };
        for handle in &self.groups {
            let is_read = |position: &&Position| handle.group.logs.contains(&position.log);
            let needed: Vec<Position> = heads.iter().filter(is_read).copied().collect();
            handle.status.wait(&needed, nobody, LONGEST).await;
        }
        let facts =
            heads.iter().find(|position| position.log == Log::Facts).map_or(0, |position| position.seq);
        for (_, outbox) in &self.deliveries {
            // A delivery that fails or hangs is no reason to wait.
            if let Ok(tried) = tokio::time::timeout(LONGEST, outbox.tried(facts)).await {
                tried?;
            }
        }
        Ok(())
    }
}
