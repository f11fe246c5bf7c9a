//! Reading another person's data leaves an audit record: every query, sent by an admin.

use std::collections::BTreeSet;

use domain::{Envelope, Log, Position};
use serde_json::Value;
use testkit::TestApp;

use crate::authorisation::requests;
use crate::authorisation::rules::Who;
use crate::authorisation::world::World;
use crate::rows::{self, Row};
use Shows::{Nobody, Somebody, TestedIn};

/// What a query shows an admin about other people.
enum Shows {
    /// Their data, so the access is recorded.
    Somebody,
    /// None of it, with the reason.
    Nobody(&'static str),
    /// The table cannot request it; the named test file does.
    TestedIn(&'static str),
}

const LOOKS: [(&str, Shows); 49] = [
    ("GET /api/users", Somebody),
    ("GET /api/users/search", Somebody),
    ("GET /api/users/{id}", Somebody),
    ("GET /api/users/{id}/export", Somebody),
    ("GET /api/moderation/queue", Nobody("homes to be judged, and how often they were reported")),
    ("GET /api/search/history/{userId}", Somebody),
    ("GET /api/search/saved/{userId}", Somebody),
    ("GET /api/search/matches/{userId}", Somebody),
    ("GET /api/user-history/{userId}", Somebody),
    ("GET /api/user-history/{userId}/recent", Somebody),
    ("GET /api/user-history/{userId}/properties", Somebody),
    ("GET /api/user-history/{userId}/searches", Somebody),
    ("GET /api/user-history/{userId}/activities/{activityType}", Somebody),
    ("GET /api/user-history/{userId}/events", Somebody),
    ("GET /api/user-history/{userId}/timeline", Somebody),
    ("GET /api/user-history/{userId}/stats", Somebody),
    ("GET /api/user-history/{userId}/since", Somebody),
    ("GET /api/notifications/{userId}", Somebody),
    ("GET /api/notifications/preferences/{userId}", Somebody),
    ("GET /api/files/{id}", TestedIn("files.rs")),
    ("GET /api/files/download/{userId}/{fileName}", TestedIn("files.rs")),
    ("GET /api/v1/admin/stats/consumers", Nobody("figures")),
    ("GET /api/v1/admin/stats/publisher", Nobody("figures")),
    ("GET /api/v1/admin/stats/outbox", Nobody("figures")),
    ("GET /api/v1/admin/stats/broker", Nobody("figures")),
    ("GET /api/v1/admin/dead-letters", Nobody("keys, ids and errors")),
    ("GET /api/v1/admin/dead-letters/{id}", TestedIn("../it/letters.rs")),
    ("GET /api/v1/admin/events", Somebody),
    ("GET /api/v1/admin/streams/{type}/{id}", Somebody),
    ("GET /api/v1/admin/mailbox", Somebody),
    ("GET /api/v1/admin/webhooks", Nobody("what the tenant set up")),
    ("GET /api/v1/admin/webhooks/{id}", Nobody("what the tenant set up")),
    ("GET /api/v1/admin/webhooks/{id}/deliveries", Nobody("names and ids of events")),
    ("GET /api/v1/admin/api-keys", Nobody("what the tenant set up")),
    ("GET /api/jobs/{id}", Nobody("how far work is")),
    ("GET /api/jobs/{id}/report", Nobody("one's own import only")),
    ("GET /api/v1/health/detailed", Nobody("figures")),
    ("GET /api/v1/health/metrics", Nobody("figures")),
    ("GET /api/v1/admin/sync/status", Nobody("ids of products")),
    ("GET /api/v1/admin/analytics", Nobody("figures about at least five people each")),
    ("GET /api/v1/admin/views/stats", Nobody("figures")),
    ("GET /api/v1/admin/views/sync-stats", Nobody("figures")),
    ("GET /api/v1/admin/views/product/{id}", Nobody("figures")),
    ("GET /api/v1/products/export", Nobody("what is, or was, for everybody to buy")),
    ("GET /actuator/prometheus", Nobody("figures")),
    ("GET /actuator/metrics", Nobody("names of figures")),
    ("GET /actuator/metrics/{name}", Nobody("figures")),
    ("GET /actuator/loggers", Nobody("parts of the program")),
    ("GET /actuator/loggers/{name}", Nobody("a part of the program")),
];

/// Whether the response may be about another person.
fn may_show_others(row: &Row) -> bool {
    row.method == "GET" && !["P", "U"].contains(&row.who.as_str())
}

async fn since(app: &TestApp, before: Position) -> Vec<Envelope> {
    let events = app.context.aggregates.journal().read_after(before, 100_000).await.unwrap();
    let is_look = |event: &Envelope| event.event_type.starts_with("PERSONAL_DATA_");
    events.into_iter().filter(|event| &*event.stream.kind == "audit" && is_look(event)).collect()
}

fn subjects(look: &Envelope) -> BTreeSet<String> {
    let data: Value = serde_json::from_str(&look.data).unwrap();
    let many = data["subjectIds"].as_array().into_iter().flatten();
    many.chain(data.get("subjectId")).map(|id| id.as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_look_at_somebody_else_is_recorded() {
    let world = World::new().await;
    let mut wrong = Vec::new();
    for row in rows::built().iter().filter(|row| may_show_others(row)) {
        let Some((_, shows)) = LOOKS.iter().find(|(name, _)| *name == row.name()) else {
            wrong.push(format!("{} has no line in the table: does it show anything of others?", row.name()));
            continue;
        };
        let request = requests::prepare(&world, row, Who::Admin).await;
        let before = world.app.context.aggregates.journal().head(Log::Facts).await.unwrap();
        let status = request.send(&[]).await.status;
        let looks = since(&world.app, before).await;
        let named: BTreeSet<String> = looks.iter().flat_map(subjects).collect();
        let in_path =
            request.path.split(['/', '?']).find(|part| row.path.contains("{userId}") && part.len() == 36);
        let right = match shows {
            Somebody if looks.len() != 1 => false,
            Somebody => {
                let own = looks[0].user_id.unwrap().to_string();
                !named.is_empty() && !named.contains(&own) && in_path.is_none_or(|id| named.contains(id))
            }
            Nobody(_) | TestedIn(_) => looks.is_empty(),
        };
        if !right {
            wrong.push(format!("{}: {status}, {} looks at {named:?}", row.name(), looks.len()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_line_is_of_an_operation_there_is() {
    let all: Vec<String> = rows::built().iter().map(Row::name).collect();
    for (name, shows) in &LOOKS {
        assert!(all.iter().any(|row| row == name), "{name} is no operation");
        match shows {
            Somebody => {}
            Nobody(reason) => assert!(!reason.is_empty(), "{name} needs a reason"),
            TestedIn(file) => {
                let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/access");
                assert!(directory.join(file).exists(), "{name}: there is no {file}");
            }
        }
    }
}
