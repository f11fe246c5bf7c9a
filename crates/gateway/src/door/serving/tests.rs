use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::{get, post};
use futures_util::stream;
use http_body_util::BodyExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::super::connections::Connections;
use super::*;

const PATIENCE: Patience = Patience {
    head: Duration::from_secs(10),
    idle: Duration::from_secs(50),
    unread: Duration::from_secs(30),
};

/// `/` answers at once; `/stream` sends something every 20 s, for ever; `/large` sends more than the client's buffer
/// holds; `/heard` answers with the length of the body.
fn router() -> Router {
    let beats = || {
        let beat = async |()| {
            tokio::time::sleep(Duration::from_secs(20)).await;
            Some((Ok::<_, Infallible>(Bytes::from_static(b"beat\n")), ()))
        };
        Body::from_stream(Box::pin(stream::unfold((), beat)))
    };
    let large = || Body::from(vec![b'x'; 4 * 1024 * 1024]);
    Router::new()
        .route("/", get(async || "hello"))
        .route("/stream", get(async move || beats()))
        .route("/large", get(async move || large()))
        .route("/heard", post(async |body: Bytes| body.len().to_string()))
}

fn requests(peer: SocketAddr) -> Requests {
    let connection = Connection { peer, encrypted: false };
    Requests { connection, proxies: Proxies::default(), pipeline: Pipeline::new(router(), &[], false) }
}

/// A client of one connection.
struct Talk {
    stream: DuplexStream,
    began: Instant,
    stop: watch::Sender<bool>,
    _server: JoinSet<()>,
}

impl Talk {
    fn begin() -> Self {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let place = Connections::new(10, 10).admit().unwrap();
        let peer = ([192, 0, 2, 1], 4000).into();
        let (stop, stopping) = watch::channel(false);
        let mut server = JoinSet::new();
        server.spawn(serve(theirs, place, requests(peer), PATIENCE, stopping));
        Self { stream: ours, began: Instant::now(), stop, _server: server }
    }

    async fn say(&mut self, text: &str) -> &mut Self {
        self.stream.write_all(text.as_bytes()).await.unwrap();
        self
    }

    async fn wait(&mut self, seconds: u64) -> &mut Self {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        self
    }

    /// Reads until `text` came.
    async fn hear(&mut self, text: &str) -> &mut Self {
        let mut heard = Vec::new();
        while !heard.windows(text.len()).any(|part| part == text.as_bytes()) {
            heard.push(self.stream.read_u8().await.unwrap());
        }
        self
    }

    /// The second in which the server closed the connection.
    async fn closed(&mut self) -> u64 {
        let mut rest = Vec::new();
        let _ = self.stream.read_to_end(&mut rest).await;
        self.began.elapsed().as_secs()
    }
}

const GET: &str = "GET / HTTP/1.1\r\nhost: a.test\r\n\r\n";

#[tokio::test(start_paused = true)]
async fn whoever_says_nothing_or_half_a_head_is_not_waited_for() {
    assert_eq!(Talk::begin().closed().await, 10);
    assert_eq!(Talk::begin().say("GET / HT").await.closed().await, 10);
    assert_eq!(Talk::begin().say("PRI * HTTP/2.0\r\n").await.closed().await, 10);
    // Every byte on time, and the head never complete.
    let mut slow = Talk::begin();
    slow.say("GET / HTTP/1.1\r\nhost: a.test\r\n").await;
    for _ in 0..4 {
        slow.wait(2).await.say("a: b\r\n").await;
    }
    assert_eq!(slow.closed().await, 10);
}

#[tokio::test(start_paused = true)]
async fn between_two_requests_a_connection_may_be_idle_for_longer() {
    let mut talk = Talk::begin();
    talk.say(GET).await.hear("hello").await.wait(40).await;
    talk.say(GET).await.hear("hello").await;
    assert_eq!(talk.closed().await, 90);
    let mut talk = Talk::begin();
    talk.say(GET).await.hear("hello").await.wait(30).await.say("GET ").await;
    assert_eq!(talk.closed().await, 40, "half a head is no idle connection");
}

#[tokio::test(start_paused = true)]
async fn what_goes_on_is_not_cut() {
    let mut talk = Talk::begin();
    talk.say("GET /stream HTTP/1.1\r\nhost: a.test\r\n\r\n").await;
    for _ in 0..100 {
        talk.hear("beat").await;
    }
    assert_eq!(talk.began.elapsed().as_secs(), 2000);
    let mut talk = Talk::begin();
    talk.say("POST /heard HTTP/1.1\r\nhost: a.test\r\ncontent-length: 100\r\n\r\n").await;
    for _ in 0..100 {
        talk.wait(20).await.say("x").await;
    }
    talk.hear("\r\n100").await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_takes_is_given_up() {
    let mut talk = Talk::begin();
    talk.say("GET /large HTTP/1.1\r\nhost: a.test\r\n\r\n").await.wait(31).await;
    let mut rest = Vec::new();
    let _ = talk.stream.read_to_end(&mut rest).await;
    assert!(rest.len() < 1024 * 1024, "the rest of it came: {}", rest.len());
    // Slowly taken, it comes to its end.
    let mut talk = Talk::begin();
    talk.say("GET /large HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\n\r\n").await;
    let mut piece = vec![0; 64 * 1024];
    let mut taken = 0;
    loop {
        let read = talk.wait(10).await.stream.read(&mut piece).await.unwrap();
        taken += read;
        if read == 0 {
            break;
        }
    }
    assert!(taken > 4 * 1024 * 1024, "{taken}");
}

#[tokio::test(start_paused = true)]
async fn over_http2_nobody_holds_a_connection_with_answers_that_they_do_not_take() {
    let mut talk = Talk::begin();
    // The preface, SETTINGS with a window of 0 bytes, and a request for `/`.
    let settings = [0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0];
    let headers = [0, 0, 9, 1, 5, 0, 0, 0, 1, 0x82, 0x84, 0x86, 0x41, 4, b'a', b'.', b't', b'e'];
    talk.say("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    talk.stream.write_all(&settings).await.unwrap();
    talk.stream.write_all(&headers).await.unwrap();
    let closed = talk.closed().await;
    assert!((30..=60).contains(&closed), "{closed}");
}

#[tokio::test(start_paused = true)]
async fn over_http2_a_large_answer_may_be_taken_slowly() {
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let place = Connections::new(10, 10).admit().unwrap();
    let peer = ([192, 0, 2, 1], 4000).into();
    let (_stop, stopping) = watch::channel(false);
    let mut tasks = JoinSet::new();
    tasks.spawn(serve(theirs, place, requests(peer), PATIENCE, stopping));
    let mut builder = hyper::client::conn::http2::Builder::new(TokioExecutor::new());
    builder.initial_stream_window_size(64 * 1024).initial_connection_window_size(64 * 1024);
    let (mut client, connection) = builder.handshake(TokioIo::new(ours)).await.unwrap();
    tasks.spawn(async move {
        let _ = connection.await;
    });
    let request = Request::get("http://a.test/large").body(Body::empty()).unwrap();
    let mut answer = client.send_request(request).await.unwrap().into_body();
    let mut taken = 0;
    while let Some(piece) = answer.frame().await {
        taken += piece.unwrap().into_data().map_or(0, |data| data.len());
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    assert_eq!(taken, 4 * 1024 * 1024);
}

#[tokio::test(start_paused = true)]
async fn an_idle_http2_connection_ends_though_it_is_pinged() {
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let place = Connections::new(10, 10).admit().unwrap();
    let peer = ([192, 0, 2, 1], 4000).into();
    let (_stop, stopping) = watch::channel(false);
    let began = Instant::now();
    let mut server = JoinSet::new();
    server.spawn(serve(theirs, place, requests(peer), PATIENCE, stopping));
    let (mut client, mut connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(ours))
            .await
            .map(|(client, connection)| (client, Box::pin(connection)))
            .unwrap();
    let request = Request::get("http://a.test/").body(Body::empty()).unwrap();
    let answered = tokio::select! {
        answer = client.send_request(request) => answer.unwrap().status(),
        _ = &mut connection => panic!("it ended before the answer"),
    };
    assert_eq!(answered, 200);
    let _ = connection.await;
    let after = began.elapsed().as_secs();
    assert!((50..=52).contains(&after), "{after}");
    while server.join_next().await.is_some() {}
}

#[tokio::test(start_paused = true)]
async fn when_the_server_stops_idle_connections_close_at_once() {
    let mut talk = Talk::begin();
    talk.say(GET).await.hear("hello").await.stop.send_replace(true);
    assert_eq!(talk.closed().await, 0);
    let mut silent = Talk::begin();
    silent.stop.send_replace(true);
    assert_eq!(silent.closed().await, 0);
    let mut asking = Talk::begin();
    asking.say("GET /stream HTTP/1.1\r\nhost: a.test\r\n\r\n").await.hear("beat").await;
    asking.stop.send_replace(true);
    asking.hear("beat").await;
}
