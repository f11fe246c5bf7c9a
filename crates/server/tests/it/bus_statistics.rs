//! What operators are told about the message bus: what was published, what is still to be done, and the bus in
//! Kafka's words.

use domain::Timestamp;
use serde_json::{Value, json};
use testkit::{ADMIN, Person, TestApp, WITH_ADMIN};

const GROUP: &str = "files-service-group";

async fn stats(admin: &Person, name: &str) -> Value {
    admin.client.get(&format!("/api/v1/admin/stats/{name}")).await.expect(200).data().clone()
}

fn named<'v>(all: &'v Value, member: &str, name: &str) -> &'v Value {
    all.as_array().unwrap().iter().find(|one| one[member] == name).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_is_counted_by_the_writers() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    app.drain().await;
    let before = stats(&admin, "publisher").await;
    let heads = app.context.aggregates.heads().await.unwrap();
    let published: u64 = heads.iter().map(|head| head.seq).sum();
    assert_eq!(before["totalMessagesPublished"].as_u64(), Some(published), "the journal is new");
    admin.client.post("/api/v1/admin/publish-batch?messageCount=40", &json!({})).await.expect(200);
    let after = stats(&admin, "publisher").await;
    let grown = |member: &str| after[member].as_u64().unwrap() - before[member].as_u64().unwrap();
    assert_eq!((grown("totalMessagesPublished"), grown("totalBatchesPublished")), (40, 1));
    assert_eq!(after["failedPublishes"], 0);
    assert!(after["averageBatchSize"].as_f64() > before["averageBatchSize"].as_f64());
    let last = |stats: &Value| stats["lastPublishTimestamp"].as_str().unwrap().parse::<Timestamp>().unwrap();
    assert!(last(&after) > last(&before));

    let broker = stats(&admin, "broker").await;
    assert_eq!(broker["totalMessages"].as_u64(), Some(published + 40));
    assert_eq!(named(&broker["topics"], "topic", "synthetic.load")["messages"], 40);
    assert_eq!(named(&broker["topics"], "topic", &format!("dead-letters.{GROUP}"))["messages"], 0);
    assert!(named(&broker["topics"], "topic", "user-activity")["messages"].as_u64() > Some(0));
    assert_eq!(named(&broker["topics"], "topic", "user-events")["kafkaPartitions"], 3);
    let topics = broker["topics"].as_array().unwrap();
    for group in broker["groups"].as_array().unwrap() {
        let reads = |topic: &Value| topic["consumerGroups"].as_array().unwrap().contains(&group["group"]);
        assert!(topics.iter().any(reads), "{} reads no topic", group["group"]);
    }
    let facts = named(&broker["partitions"], "log", "facts");
    assert_eq!(facts["logEndOffset"].as_u64(), Some(heads[0].seq + 41));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_group_has_not_done_is_told_by_type_and_by_offset() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    app.drain().await;
    assert_eq!(stats(&admin, "outbox").await["unprocessedEvents"], 0);
    admin.client.post(&format!("/api/v1/admin/consumers/{GROUP}/pause"), &json!({})).await.expect(200);
    admin.client.post("/api/v1/admin/publish-batch?messageCount=7", &json!({})).await.expect(200);
    let outbox = stats(&admin, "outbox").await;
    assert_eq!(outbox["eventTypes"]["SYNTHETIC_LOAD"], 7, "{outbox}");
    assert_eq!(
        outbox["totalEventTypes"].as_u64(),
        Some(outbox["eventTypes"].as_object().unwrap().len() as u64)
    );
    assert!(outbox["unprocessedEvents"].as_u64() >= Some(7), "{outbox}");
    assert_eq!(outbox["deliveriesParked"], 0);

    let broker = stats(&admin, "broker").await;
    let group = named(&broker["groups"], "group", GROUP);
    let offset = named(&group["offsets"], "log", "facts");
    let number = |member: &str| offset[member].as_u64().unwrap();
    assert_eq!(number("logEndOffset") - number("currentOffset"), number("lag"), "{group}");
    assert_eq!((&group["state"], &group["lag"]), (&json!("PAUSED"), &outbox["unprocessedEvents"]));
    assert_eq!(group["members"], json!([{"memberId": format!("{GROUP}-1"), "assignments": ["facts"]}]));
    app.stop().await;
}
