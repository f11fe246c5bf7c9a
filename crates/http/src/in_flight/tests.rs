use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::middleware::{Next, from_fn_with_state};
use axum::routing::{get, post};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tower::ServiceExt as _;

use super::*;

/// Signals that a handler waits for, and whether it ran to completion.
#[derive(Clone, Default)]
struct Gate {
    begun: Arc<Notify>,
    open: Arc<Notify>,
    passed: Arc<AtomicBool>,
}

async fn wait(State(gate): State<Gate>) -> &'static str {
    gate.begun.notify_one();
    gate.open.notified().await;
    gate.passed.store(true, Ordering::SeqCst);
    "done"
}

/// Reads the body and sets `passed` if the body was aborted.
async fn read(State(gate): State<Gate>, body: Body) -> StatusCode {
    gate.begun.notify_one();
    let broken = axum::body::to_bytes(body, usize::MAX).await.is_err();
    gate.passed.store(broken, Ordering::SeqCst);
    gate.open.notify_one();
    StatusCode::OK
}

async fn fall() -> &'static str {
    panic!("a stone in the way")
}

fn site(in_flight: &InFlight, gate: &Gate) -> Router {
    Router::new()
        .route("/wait", get(wait).post(wait))
        .route("/come-back", get(wait))
        .route("/read", post(read))
        .route("/fall", get(fall).post(fall))
        .with_state(gate.clone())
        .layer(from_fn_with_state(
            in_flight.clone(),
            async |State(all): State<InFlight>, request, next: Next| {
                to_the_end(all, request, |request| next.run(request)).await
            },
        ))
}

fn request(method: &str, path: &str) -> Request {
    Request::builder().method(method).uri(path).body(Body::empty()).unwrap()
}

/// Sends a request and disconnects while the handler is running.
async fn hang_up(in_flight: &InFlight, gate: &Gate, method: &str, path: &str) {
    let asking = site(in_flight, gate).oneshot(request(method, path));
    tokio::select! {
        _ = asking => panic!("the gate is shut"),
        () = gate.begun.notified() => {}
    }
}

#[tokio::test]
async fn what_changes_something_goes_on_when_its_client_has_gone() {
    for (method, path, goes_on) in
        [("POST", "/wait", true), ("GET", "/come-back", true), ("GET", "/wait", false)]
    {
        let in_flight = InFlight::with_changing_reads(vec!["/come-back"]);
        let gate = Gate::default();
        hang_up(&in_flight, &gate, method, path).await;
        gate.open.notify_one();
        in_flight.finished().await;
        assert_eq!(gate.passed.load(Ordering::SeqCst), goes_on, "{method} {path}");
    }
}

#[tokio::test]
async fn who_stays_gets_the_answer_and_nothing_is_left() {
    let in_flight = InFlight::default();
    let gate = Gate::default();
    gate.open.notify_one();
    let answer = site(&in_flight, &gate).oneshot(request("POST", "/wait")).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    in_flight.finished().await;
    assert!(in_flight.tasks().is_empty());
}

#[tokio::test]
async fn a_panic_is_an_answer() {
    for method in ["GET", "POST"] {
        let in_flight = InFlight::default();
        let gate = Gate::default();
        let mut answer = site(&in_flight, &gate).oneshot(request(method, "/fall")).await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR, "{method}");
        let failure = answer.extensions_mut().remove::<Arc<Failure>>().unwrap();
        assert_eq!(failure.code, "INTERNAL", "the edge gives it a body and a correlation id");
        in_flight.finished().await;
    }
}

#[tokio::test]
async fn a_stop_waits_for_what_comes_to_its_end_and_no_longer() {
    let in_flight = InFlight::default();
    let gate = Gate::default();
    hang_up(&in_flight, &gate, "POST", "/wait").await;
    in_flight.stop(Duration::ZERO).await;
    assert!(in_flight.tasks().is_empty() && !gate.passed.load(Ordering::SeqCst));
    hang_up(&in_flight, &gate, "POST", "/wait").await;
    gate.open.notify_one();
    in_flight.stop(Duration::from_mins(1)).await;
    assert!(gate.passed.load(Ordering::SeqCst));
}

#[tokio::test]
async fn a_body_that_breaks_off_ends_its_request() {
    let in_flight = InFlight::default();
    let gate = Gate::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut server = JoinSet::new();
    server.spawn(axum::serve(listener, site(&in_flight, &gate)).into_future());
    for head in ["content-length: 1000000\r\n\r\nhalf", "transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"] {
        let mut client = TcpStream::connect(address).await.unwrap();
        let request = format!("POST /read HTTP/1.1\r\nhost: localhost\r\n{head}");
        client.write_all(request.as_bytes()).await.unwrap();
        gate.begun.notified().await;
        drop(client);
        gate.open.notified().await;
        assert!(gate.passed.load(Ordering::SeqCst), "{head}: a body that breaks off is none");
        in_flight.finished().await;
    }
}
