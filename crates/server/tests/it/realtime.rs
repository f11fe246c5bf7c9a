//! People's own activity in real time: many connections, some of them slow, some that break and reconnect.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http_kit::Cursor;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use testkit::{Client, Events, Person, Socket, TestApp};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

const STREAM: &str = "/api/realtime/stream";
/// Connections of each person. The server allows twice as many, because it may notice a broken connection late.
const CONNECTIONS: usize = 10;

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |n| n.parse().unwrap())
}

async fn act(person: &Person, number: usize) -> String {
    let home = person.list_home(&format!("Home {number} of {}", person.email), 5_000_000).await;
    home["id"].as_str().unwrap().to_owned()
}

/// A connection of either kind.
trait Connection {
    async fn item(&mut self) -> Option<Value>;
}

impl Connection for Events {
    async fn item(&mut self) -> Option<Value> {
        self.next().await
    }
}

impl Connection for Socket {
    async fn item(&mut self) -> Option<Value> {
        self.next().await
    }
}

/// The homes that a connection reports, up to and including `last`. What happened shortly before it was opened may
/// come first: its place is that of the read model, which may be behind.
async fn until(connection: &mut impl Connection, last: &str) -> Vec<String> {
    let mut told = Vec::new();
    while told.last().is_none_or(|id| id != last) {
        let item = connection.item().await.unwrap();
        if item["activityType"] == "PROPERTY_CREATED" {
            told.push(item["relatedEntityId"].as_str().unwrap().to_owned());
        }
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_told_what_they_do_and_nothing_of_others() {
    let app = TestApp::start().await;
    let (asha, ravi) =
        (Person::register(&app.client, "asha").await, Person::register(&app.client, "ravi").await);
    let mut events = asha.client.listen(STREAM, None).await;
    act(&ravi, 1).await;
    let first = act(&asha, 1).await;
    let item = events.next().await.unwrap();
    let place = events.place().to_owned();
    assert_eq!(
        (item["activityType"].as_str(), item["relatedEntityId"].as_str()),
        (Some("PROPERTY_CREATED"), Some(&*first))
    );
    assert_eq!(item["userId"], asha.id.as_str());
    assert!(!item.to_string().contains("9876543210"), "personal values stay shut: {item}");
    drop(events);
    // After a reconnect with the last id, nothing is missing.
    let second = act(&asha, 2).await;
    let seen = asha.client.post(&format!("/api/properties/{first}/share"), &json!({})).await;
    assert_eq!(seen.status, 204);
    let mut events = asha.client.listen(STREAM, Some(&place)).await;
    assert_eq!(until(&mut events, &second).await, std::slice::from_ref(&second));
    assert_eq!(events.next().await.unwrap()["activityType"], "PROPERTY_SHARED");
    let wrong = asha.client.get(&format!("{STREAM}?after=yesterday")).await.expect(400);
    assert!(wrong.body["error"]["fieldErrors"]["after"].is_string(), "{}", wrong.text);
    // When the session ends, its streams end.
    asha.client.post("/api/auth/logout", &json!({})).await.expect(204);
    while events.next().await.is_some() {}
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_tells_the_same_and_goes_on_where_it_was_cut_off() {
    const SOCKET: &str = "/api/realtime";
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let cut = asha.client.socket(SOCKET, None).await;
    let place = cut.place().to_owned();
    drop(cut);
    // Before any event, the opening's cursor is enough to resume.
    let first = act(&asha, 1).await;
    let mut socket = asha.client.socket(SOCKET, Some(&place)).await;
    assert_eq!(until(&mut socket, &first).await, std::slice::from_ref(&first));
    let place = socket.place().to_owned();
    let second = act(&asha, 2).await;
    drop(socket);
    let mut socket = asha.client.socket(SOCKET, Some(&place)).await;
    assert_eq!(until(&mut socket, &second).await, [second]);
    let other = asha.client.socket(SOCKET, None).await;
    assert_eq!(other.close().await, Some(1000), "the closing handshake is answered");
    asha.client.post("/api/auth/logout", &json!({})).await.expect(204);
    while socket.next().await.is_some() {}
    assert_eq!(socket.closed(), Some(1008));
    assert!(socket.close().await.is_none_or(|code| code == 1008));
    app.stop().await;
}

/// As after a restore from a backup: a place that this history does not have, or not yet.
#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_is_not_in_this_history_is_answered_in_words() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    for place in [vec![99_999, 99_999], vec![1, 1, 7]] {
        let place = Cursor(place.into_iter().map(u64::into).collect()).encode();
        let mut events = asha.client.listen(STREAM, Some(&place)).await;
        let reason = events.reset().unwrap()["reason"].as_str().unwrap();
        assert!(reason.contains("load again"), "{place}: {reason}");
        assert_ne!(events.place(), place, "and it goes on from a place that exists");
        let mut socket = asha.client.socket("/api/realtime", Some(&place)).await;
        assert!(socket.reset().is_some_and(|reason| reason.contains("load again")));
        let home = act(&asha, 1).await;
        assert_eq!(until(&mut events, &home).await.last(), Some(&home));
        assert_eq!(until(&mut socket, &home).await.last(), Some(&home));
    }
    let opening = asha.client.head(STREAM, &[]).await.expect(200);
    assert_eq!(opening.header("x-accel-buffering"), Some("no"), "a proxy must not gather events");
    assert_eq!(opening.header("content-encoding"), None);
    app.stop().await;
}

/// What an `EventSource` does by itself: it opens the same address again, with the last id in a header.
#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_opens_its_connection_again_while_its_session_lasts() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let path = format!("{STREAM}?ticket={}", ticket(&asha).await);
    let mut events = app.client.listen(&path, None).await;
    let first = act(&asha, 1).await;
    assert_eq!(until(&mut events, &first).await, [first]);
    let place = events.place().to_owned();
    // The server may not know yet that the connection is broken: the newer one takes its place.
    let missed = act(&asha, 2).await;
    let mut again = app.client.listen(&path, Some(&place)).await;
    assert_eq!(until(&mut again, &missed).await, [missed]);
    while events.next().await.is_some() {}
    // It outlives the access token, and is good for nothing else.
    app.clock.advance(2 * 3600);
    let (asha_again, _) = asha.sign_in().await;
    let place = again.place().to_owned();
    let mut again = app.client.listen(&path, Some(&place)).await;
    let late = act(&asha_again, 3).await;
    assert_eq!(until(&mut again, &late).await, [late]);
    let ticket = path.split_once('=').unwrap().1.to_owned();
    app.client.get(&format!("/api/realtime?ticket={ticket}")).await.expect(401);
    app.client.bearer(&ticket).get("/api/users/profile").await.expect(401);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_ends_with_its_session_and_some_minutes_after_its_connection() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let path = format!("{STREAM}?ticket={}", ticket(&asha).await);
    drop(app.client.listen(&path, None).await);
    asha.client.post("/api/auth/logout", &json!({})).await.expect(204);
    app.client.head(&path, &[]).await.expect(401);
    let (asha, _) = asha.sign_in().await;
    let path = format!("{STREAM}?ticket={}", ticket(&asha).await);
    let mut events = app.client.listen(&path, None).await;
    asha.client.post("/api/auth/logout", &json!({})).await.expect(204);
    while events.next().await.is_some() {}
    app.client.head(&path, &[]).await.expect(401);
    let (asha, _) = asha.sign_in().await;
    let path = format!("{STREAM}?ticket={}", ticket(&asha).await);
    let mut events = app.client.listen(&path, None).await;
    // Nothing outlasts twelve hours; the connection that is open then ends.
    app.clock.advance(13 * 3600);
    let (asha, _) = asha.sign_in().await;
    act(&asha, 1).await;
    while events.next().await.is_some() {}
    app.client.head(&path, &[]).await.expect(401);
    app.stop().await;
}

async fn ticket(person: &Person) -> String {
    let answer = person.client.post("/api/realtime/ticket", &json!({})).await.expect(201);
    answer.data()["ticket"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_used_within_a_minute_and_a_cookie_only_from_our_own_pages() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let path = format!("{STREAM}?ticket={}", ticket(&asha).await);
    app.client.head(&path, &[]).await.expect(200);
    app.client.head(&format!("{STREAM}?ticket=invented"), &[]).await.expect(401);
    let late = ticket(&asha).await;
    app.clock.advance(61);
    app.client.head(&format!("{STREAM}?ticket={late}"), &[]).await.expect(401);
    let cookie = format!("hyd_csrf=x; hyd_access={}", asha.client.token());
    let host = app.base.strip_prefix("http://").unwrap();
    for (origin, status) in [(format!("http://{host}"), 200), ("http://evil.example".to_owned(), 403)] {
        app.client.head(STREAM, &[("cookie", &cookie), ("origin", &origin)]).await.expect(status);
    }
    app.client.head(STREAM, &[("cookie", &cookie)]).await.expect(403);
    assert_eq!(asha.client.get("/api/realtime").await.code(), "UPGRADE_REQUIRED");
    app.stop().await;
}

/// Receives until the end. From time to time its connection is cut, and it reconnects.
async fn listener(
    client: Client,
    mut events: Events,
    mut cut: watch::Receiver<usize>,
    mut last: watch::Receiver<Option<String>>,
) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    loop {
        if last.borrow().is_some() && told.last() == last.borrow().as_ref() {
            return told;
        }
        tokio::select! {
            event = events.next() => {
                let item = event.unwrap();
                if item["activityType"] == "PROPERTY_CREATED" {
                    told.push(item["relatedEntityId"].as_str().unwrap().to_owned());
                }
            }
            Ok(()) = last.changed() => {}
            Ok(()) = cut.changed() => {
                let place = events.place().to_owned();
                events = client.listen(STREAM, Some(&place)).await;
            }
        }
    }
}

/// 200 connections in CI, or `HYD_TEST_CLIENTS`. A fifth of them read nothing until the end. From time to time
/// one of the others is cut and reconnects.
#[tokio::test(flavor = "multi_thread")]
async fn many_connections_miss_and_double_nothing() {
    let (clients, homes) = (number("HYD_TEST_CLIENTS", 200), number("HYD_TEST_CLIENT_HOMES", 40));
    let settings = [("limits.enabled", "false"), ("connections.most_per_address", "100000")];
    let app = TestApp::with(|_| {}, &settings).await;
    let mut people = Vec::new();
    for n in 0..clients.div_ceil(CONNECTIONS) {
        people.push(Person::register(&app.client, &format!("person-{n}")).await);
    }
    let mut quick = JoinSet::new();
    let mut slow = Vec::new();
    let (mut lasts, mut cuts) = (Vec::new(), Vec::new());
    for (n, person) in people.iter().enumerate() {
        let (tell_last, last) = watch::channel(None);
        lasts.push(tell_last);
        for connection in 0..CONNECTIONS {
            // Separate clients, because a slow one must have its own socket.
            let client = Client::new(&app.base).bearer(person.client.token());
            if connection % 5 == 4 {
                slow.push((n, client.listen(STREAM, None).await));
            } else {
                let (cut, is_cut) = watch::channel(0);
                cuts.push(cut);
                let last = last.clone();
                let events = client.listen(STREAM, None).await;
                quick.spawn(async move { (n, listener(client, events, is_cut, last).await) });
            }
        }
    }
    let done = Arc::new(AtomicUsize::new(0));
    let mut acting = JoinSet::new();
    for (n, person) in people.iter().cloned().enumerate() {
        let done = Arc::clone(&done);
        acting.spawn(async move {
            let mut listed = Vec::new();
            for number in 0..homes {
                listed.push(act(&person, number).await);
                done.fetch_add(1, Ordering::SeqCst);
            }
            (n, listed)
        });
    }
    // The connections are cut one after the other while homes are being listed.
    let mut cut = 0;
    while done.load(Ordering::SeqCst) < people.len() * homes {
        if done.load(Ordering::SeqCst) > cut * 10 {
            cuts[cut % cuts.len()].send_modify(|times| *times += 1);
            cut += 1;
        }
        tokio::task::yield_now().await;
    }
    let mut listed: Vec<(usize, Vec<String>)> = acting.join_all().await;
    listed.sort();
    for (n, homes) in &listed {
        lasts[*n].send_replace(homes.last().cloned());
    }
    for (n, told) in quick.join_all().await {
        assert_eq!(told, listed[n].1, "a quick connection of person {n}");
    }
    let slow_ones = slow.len();
    for (n, mut events) in slow {
        let told = until(&mut events, listed[n].1.last().unwrap()).await;
        assert_eq!(told, listed[n].1, "a slow connection of person {n}");
    }
    println!(
        "{clients} connections, {slow_ones} slow, {cut} cut: {} homes each told to all of theirs",
        people.len() * homes
    );
    app.stop().await;
}

/// Random bytes: half a frame, a frame of another kind, one with an absurd length.
fn frames(random: &mut StdRng) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..random.random_range(1..6) {
        let opcode: u8 = random.random();
        let length: u8 = random.random();
        bytes.extend([opcode, length]);
        let more = random.random_range(0..300);
        bytes.extend((0..more).map(|_| random.random::<u8>()));
    }
    bytes
}

/// The duration is that of the crates' fuzz tests: `BOLERO_RANDOM_TEST_TIME_MS`.
#[tokio::test(flavor = "multi_thread")]
async fn fuzz_websocket_frames() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let time = Duration::from_millis(number("BOLERO_RANDOM_TEST_TIME_MS", 500) as u64);
    let mut random = StdRng::seed_from_u64(number("HYD_TEST_SEED", 11) as u64);
    let over = Instant::now() + time;
    let mut tried = 0;
    while tried < 20 || Instant::now() < over {
        let mut socket = asha.client.raw_socket("/api/realtime").await;
        let sent = frames(&mut random);
        // The server may close the connection before all bytes are sent.
        let _ = socket.write_all(&sent).await;
        let _ = socket.shutdown().await;
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(20), socket.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "the connection stays open after {sent:?}");
        tried += 1;
    }
    println!("{tried} connections");
    let mut events = asha.client.listen(STREAM, None).await;
    let home = act(&asha, 1).await;
    assert_eq!(until(&mut events, &home).await, [home], "the others hear what they did");
    app.stop().await;
}
