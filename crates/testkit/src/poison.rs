//! Poison events, as a faulty program of another version might have written. No reader understands them.

use domain::{Ids, StreamId, UserId};
use journal::{Append, Expected, NewEvent, UniqueKeys};

use crate::TestApp;

impl TestApp {
    /// Appends one to a stream of the default tenant, as if `user` had caused it.
    pub async fn poison(&self, (kind, id): (&str, &str), event_type: &str, user: Option<UserId>) {
        let now = self.clock.now();
        let event = NewEvent {
            event_id: Ids.uuid(now),
            user_id: user,
            event_type: event_type.into(),
            schema_version: 1,
            timestamp: now,
            data: r#"{"price":"a lot"}"#.into(),
            metadata: "{}".into(),
        };
        let stream = StreamId::new(self.context.tenants.default_id(), kind, id);
        let expected = Expected::Any;
        let unique_keys = UniqueKeys::default();
        let append = Append {
            stream,
            expected,
            events: vec![event],
            unique_keys,
            limits: Vec::new(),
            idempotency: None,
        };
        self.context.aggregates.journal().append(append).await.unwrap();
    }
}
