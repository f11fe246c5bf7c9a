//! The channels of the topics, and those that tell people of their own activity.

pub use gateway::TOPICS;
use gateway::Topic;
use serde_json::{Map, Value, json};

use super::events::Described;

const WEEK_IN_MS: u32 = 7 * 24 * 60 * 60 * 1000;

fn topic(name: &str, partitions: u16, key: &str, about: &str, messages: &Map<String, Value>) -> Value {
    json!({
        "address": name, "title": name, "description": about, "messages": messages,
        "servers": [{"$ref": "#/servers/kafka"}], "x-partition-key": key,
        "bindings": {"kafka": {
            "partitions": partitions, "replicas": 2,
            "topicConfiguration": {"retention.ms": WEEK_IN_MS}, "bindingVersion": "0.5.0",
        }},
    })
}

fn references(messages: impl Iterator<Item = String>) -> Map<String, Value> {
    messages.map(|name| (name.clone(), json!({"$ref": format!("#/components/messages/{name}")}))).collect()
}

/// Every topic, and the two channels that notify people of their own activity.
pub fn channels(events: &[Described]) -> Map<String, Value> {
    let mut channels = Map::new();
    for Topic { name, partitions, key, writers, carries, .. } in TOPICS {
        let messages = references(events.iter().map(|e| e.message.clone()).filter(|m| carries(m)));
        let about = format!("Ordered by {key}. Written by: {writers}.");
        channels.insert((*name).into(), topic(name, *partitions, key, &about, &messages));
    }
    let about = "One record for everything a person did, derived from every event that has a userId. Ordered by user.";
    let messages = references(["activity".to_owned()].into_iter());
    channels.insert("user-activity".into(), topic("user-activity", 5, "user id", about, &messages));
    let about = "What a group could not apply, by the parked key, with its error. Written by: every group.";
    let messages = references(["dead-letter".to_owned()].into_iter());
    let mut letters = topic("dead-letters.{group}", 1, "the parked key", about, &messages);
    letters["parameters"] = json!({"group": {"description": "The consumer group."}});
    channels.insert("dead-letters".into(), letters);
    channels.insert("realtime".into(), realtime());
    channels.insert("realtime-stream".into(), stream());
    channels
}

fn place(name: &str) -> Value {
    let about = "Where to go on: the id of the last message there was. Nothing since then is lost.";
    json!({"type": "object", "properties": {name: {"type": "string", "description": about}}})
}

fn realtime() -> Value {
    let mut query = place("after");
    query["properties"]["ticket"] = json!({"type": "string", "description": "From POST /api/realtime/ticket: within 60 seconds, and again when the connection breaks."});
    json!({
        "address": "/api/realtime", "title": "WebSocket",
        "description": "What the person signed in does, on any device, while it happens.",
        "servers": [{"$ref": "#/servers/websocket"}],
        "messages": references(["opening", "told"].map(str::to_owned).into_iter()),
        "bindings": {"ws": {"method": "GET", "query": query, "bindingVersion": "0.1.0"}},
    })
}

fn stream() -> Value {
    json!({
        "address": "/api/realtime/stream", "title": "Server-sent events",
        "description": "The same as server-sent events: the event is `activity`, its id is where to go on \
            (`Last-Event-ID` or `?after=`), and the first one is an id alone. When nobody can go on from the place \
            that was named, as after a restore from a backup, the first event is `reset`, with an id: load again what is \
            shown.",
        "servers": [{"$ref": "#/servers/http"}],
        "messages": references(["activity".to_owned()].into_iter()),
    })
}

/// Which operations send and receive what.
pub fn operations() -> Map<String, Value> {
    let operation = |action: &str, channel: &str, summary: String| {
        json!({
            "action": action, "summary": summary,
            "channel": {"$ref": format!("#/channels/{channel}")},
        })
    };
    let mut operations = Map::new();
    for Topic { name, writers, readers, .. } in TOPICS {
        let sends = operation("send", name, format!("Written by: {writers}."));
        operations.insert(format!("send-{name}"), sends);
        for group in *readers {
            let receives = operation("receive", name, format!("{group} follows {name}."));
            operations.insert(format!("{group}-receives-{name}"), receives);
        }
    }
    let others = [
        ("send", "user-activity", "Derived from both logs."),
        (
            "receive",
            "user-activity",
            "history-service-group keeps everybody's history, analytics-service-group counts.",
        ),
        ("send", "dead-letters", "A group parks a key after its last try."),
        ("send", "realtime", "People are told over a WebSocket."),
        ("send", "realtime-stream", "People are told by server-sent events."),
    ];
    for (action, channel, summary) in others {
        operations.insert(format!("{action}-{channel}"), operation(action, channel, summary.into()));
    }
    operations
}
