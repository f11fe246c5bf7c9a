//! Connections that say nothing, or half of something, end in time and keep nobody else out.

use std::time::Duration;

use hyderabadinfra::open_files::raise_limit;
use reqwest::Method;
use serde_json::json;
use testkit::{Client, Person, TestApp};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Times of a second each.
const SHORT: [(&str, &str); 5] = [
    ("limits.enabled", "false"),
    ("connections.head_seconds", "1"),
    ("connections.idle_seconds", "1"),
    ("connections.body_pause_seconds", "1"),
    ("connections.unread_seconds", "2"),
];
const STREAM: &str = "/api/realtime/stream";

/// Long enough for a busy machine; nothing waits for it to pass.
const PATIENCE: Duration = Duration::from_mins(1);

async fn connect(base: &str) -> TcpStream {
    TcpStream::connect(base.trim_start_matches("http://")).await.unwrap()
}

async fn saying(base: &str, text: &[u8]) -> TcpStream {
    let mut stream = connect(base).await;
    stream.write_all(text).await.unwrap();
    stream
}

/// What the server says until it closes the connection.
async fn until_closed(mut stream: TcpStream) -> String {
    let mut said = Vec::new();
    let closed = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut said)).await;
    assert!(closed.is_ok(), "it stays open");
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_stops_in_the_middle_is_not_waited_for() {
    let app = TestApp::with(|_| {}, &SHORT).await;
    let asha = Person::register(&app.client, "asha").await;
    for base in [&app.base, &app.management] {
        for said in
            ["", "GET / HT", "GET / HTTP/1.1\r\nhost: localhost\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]
        {
            let answer = until_closed(saying(base, said.as_bytes()).await).await;
            assert!(!answer.contains("200 OK"), "{said}: {answer}");
        }
        let whole = b"GET /actuator/health HTTP/1.1\r\nhost: localhost\r\n\r\n";
        let answer = until_closed(saying(base, whole).await).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "idle after an answer: {answer}");
    }
    let token = asha.client.token();
    for (path, media, body) in [
        ("/api/auth/login", "application/json", "{\"email\": "),
        ("/api/properties", "application/json", "{"),
        (
            "/api/files/upload",
            "multipart/form-data; boundary=x",
            "--x\r\ncontent-disposition: form-data; name=file",
        ),
        ("/sign-in", "application/x-www-form-urlencoded", "email=a"),
    ] {
        let half = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\ncontent-type: {media}\r\n\
             content-length: 1000\r\n\r\n{body}"
        );
        let answer = until_closed(saying(&app.base, half.as_bytes()).await).await;
        assert!(answer.starts_with("HTTP/1.1 408"), "{path}: {answer}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_silent_connections_keep_nobody_out() {
    // Both ends of each connection are in this process.
    let places =
        raise_limit().map_or(1000, |files| usize::try_from(files.saturating_sub(600) / 2).unwrap().min(1000));
    assert!(places >= 200, "this machine allows too few open files for this test");
    let app = TestApp::with(
        |_| {},
        &[("limits.enabled", "false"), ("connections.most_per_address", "100"), ("connections.most", "400")],
    )
    .await;
    let asha = Person::register(&app.client, "asha").await;
    let mut events = asha.client.listen(STREAM, None).await;
    let half_a_body = "POST /api/auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{";
    let kinds = ["", "GET / HTTP/1.1\r\nhost: ", "PRI * HTTP/2.0\r\n\r\n", ""];
    let mut silent = Vec::new();
    for n in 0..places {
        let said = if n % 40 == 39 { half_a_body } else { kinds[n % kinds.len()] };
        silent.push(saying(&app.base, said.as_bytes()).await);
    }
    // Each of these makes connections of its own.
    for n in 0..20 {
        let client = Client::new(&app.base);
        client.get("/actuator/health").await.expect(200);
        if n % 5 == 0 {
            let person = Person::register(&client, &format!("person-{n}")).await;
            person.list_home("Two rooms", 5_000_000).await;
        }
    }
    let home = asha.list_home("Three rooms", 5_000_000).await;
    let told = events.next().await.unwrap();
    assert_eq!(told["relatedEntityId"], home["id"], "who was there before is there still");
    // The first ones gave up their places.
    let first = silent.swap_remove(0);
    assert_eq!(until_closed(first).await, "");
    Client::new(&app.management).get("/actuator/health").await.expect(200);
    drop(silent);
    app.stop().await;
}

fn header_of_proxy(last: u8) -> Vec<u8> {
    let mut bytes = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".to_vec();
    bytes.extend([203, 0, 113, last, 192, 0, 2, 1, 0x13, 0x88, 0x01, 0xbb]);
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_the_proxy_protocol_the_real_address_counts() {
    let proxied = [("server.trusted_proxies", "127.0.0.0/8"), ("server.proxy_protocol", "true")];
    let settings = [&SHORT[..2], &proxied, &[("connections.most_per_address", "2")]].concat();
    let app = TestApp::with(|_| {}, &settings).await;
    let half_a_header = until_closed(saying(&app.base, &header_of_proxy(7)[..20]).await).await;
    assert_eq!(half_a_header, "");
    // A request in use: its body is still coming.
    let using = async |last: u8| {
        let request = "POST /api/auth/login HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\n\
                       content-type: application/json\r\ncontent-length: 1000\r\n\r\n";
        let mut stream = saying(&app.base, &[&header_of_proxy(last), request.as_bytes()].concat()).await;
        let mut answer = [0; 12];
        let heard = tokio::time::timeout(PATIENCE, stream.read_exact(&mut answer)).await.unwrap();
        heard.is_ok().then_some(stream)
    };
    let (one, two) = (using(7).await.unwrap(), using(7).await.unwrap());
    assert!(using(7).await.is_none(), "a third of the same address");
    assert!(using(8).await.is_some(), "another address is not held up");
    drop((one, two));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn proxies_of_ours_may_have_any_number_of_connections() {
    let settings = [
        ("limits.enabled", "false"),
        ("connections.most_per_address", "2"),
        ("server.trusted_proxies", "127.0.0.1"),
    ];
    let app = TestApp::with(|_| {}, &settings).await;
    let asha = Person::register(&app.client, "asha").await;
    let mut listening = Vec::new();
    for _ in 0..5 {
        listening.push(Client::new(&app.base).bearer(asha.client.token()).listen(STREAM, None).await);
    }
    let of_each: Vec<(&str, &str)> = settings[..2].to_vec();
    let limited = TestApp::with(|_| {}, &[of_each[0], ("connections.most_per_address", "3")]).await;
    let ravi = Person::register(&limited.client, "ravi").await;
    let apart = || Client::new(&limited.base).bearer(ravi.client.token());
    let (first, second) = (apart(), apart());
    let _held = [first.listen(STREAM, None).await, second.listen(STREAM, None).await];
    // The third place goes from one idle connection to the next.
    for _ in 0..3 {
        apart().get("/api/users/profile").await.expect(200);
    }
    let third = apart();
    let _third = third.listen(STREAM, None).await;
    let refused = apart().try_send(Method::GET, "/api/users/profile", None, &[]).await;
    assert!(refused.is_none(), "all three are in use");
    let other = asha.client.post("/api/realtime/ticket", &json!({})).await;
    assert_eq!(other.status, 201);
    drop(listening);
    app.stop().await;
}
