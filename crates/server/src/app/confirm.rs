//! Confirming an address without its letter, for the fictional people of a demo.

use anyhow::Context as _;
use domain::user::{User, UserCommand, UserEvent};
use domain::{Actor, Aggregate, Metadata, StreamId};
use journal::Options;

use super::App;

impl App {
    /// Confirms the address of whoever `token` belongs to, as the link that was sent would.
    ///
    /// # Errors
    /// When the token does not hold or the journal does not answer.
    pub async fn confirm(&self, token: &str) -> anyhow::Result<()> {
        let claims = self.kit.tokens.verify(token).context("the token of a new account")?;
        let ledger = &self.kit.ledger;
        let actor = Actor { tenant: claims.tid, user: Some(claims.sub), metadata: Metadata::default() };
        let stream = StreamId::new(&actor.tenant, User::TYPE, claims.sub);
        for event in ledger.journal().read_stream(&stream, 0).await? {
            if let UserEvent::Registered { verification, .. } = ledger.decode::<UserEvent>(&event)? {
                let verify = UserCommand::VerifyEmail(verification.token_hash);
                let done = ledger.execute::<User>(&actor, claims.sub, verify, Options::default()).await;
                // Whoever was confirmed by an earlier start has no code any more.
                if !matches!(&done, Err(journal::ExecuteError::Rejected(_))) {
                    done.context("the address cannot be confirmed")?;
                }
            }
        }
        Ok(())
    }
}
