//! Which address counts as the caller's: behind trusted proxies, behind others, with the PROXY protocol, over
//! IPv6.

use reqwest::Method;
use serde_json::json;
use testkit::{Answer, PASSWORD, Person, TestApp};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub const PROXIED: (&str, &str) = ("server.trusted_proxies", "127.0.0.0/8");

async fn from(app: &TestApp, address: &str) -> Answer {
    app.client.send(Method::GET, "/api/properties", None, &[("x-forwarded-for", address)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_our_proxy_everybody_has_limits_of_their_own() {
    let app = TestApp::with(|_| {}, &[PROXIED, ("limits.anonymous_per_second", "2")]).await;
    for address in ["203.0.113.7", "203.0.113.8", "made up, 203.0.113.9", "203.0.113.10, 127.0.0.3"] {
        for status in [200, 200, 429] {
            from(&app, address).await.expect(status);
        }
    }
    // Every notation of an address is the same address.
    from(&app, "::ffff:203.0.113.7").await.expect(429);
    // An address that the client prepends does not change the caller.
    from(&app, "1.2.3.4, 203.0.113.7").await.expect(429);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_is_believed() {
    for settings in [&[][..], &[("server.trusted_proxies", "10.0.0.0/8,192.0.2.1")]] {
        let settings = [settings, &[("limits.anonymous_per_second", "3")]].concat();
        let app = TestApp::with(|_| {}, &settings).await;
        for (address, status) in
            [("203.0.113.7", 200), ("203.0.113.8", 200), ("10.0.0.1", 200), ("203.0.113.9", 429)]
        {
            from(&app, address).await.expect(status);
        }
        let forwarded = [("forwarded", "for=203.0.113.77;proto=https"), ("x-real-ip", "203.0.113.77")];
        app.client.send(Method::GET, "/api/properties", None, &forwarded).await.expect(429);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_tells_the_address_of_its_person() {
    for (settings, seen) in [(&[PROXIED][..], "203.0.113.7"), (&[], "127.0.0.1")] {
        let app = TestApp::with(|_| {}, settings).await;
        let asha = Person::register(&app.client, "asha").await;
        let body = json!({"email": asha.email, "password": PASSWORD});
        let headers = [("x-forwarded-for", "203.0.113.7")];
        app.client.send(Method::POST, "/api/auth/login", Some(&body), &headers).await.expect(200);
        let sessions = asha.client.get("/api/auth/sessions").await.expect(200);
        assert_eq!(sessions.data()[0]["ipAddress"], seen);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_of_ipv6_does_not_have_a_limit_for_each_of_its_networks() {
    let app = TestApp::with(|_| {}, &[PROXIED, ("limits.anonymous_per_second", "1")]).await;
    from(&app, "2001:db8:1::1").await.expect(200);
    from(&app, "2001:db8:1::ffff").await.expect(429);
    for network in 1..8 {
        from(&app, &format!("2001:db8:1:{network}::1")).await.expect(200);
    }
    from(&app, "2001:db8:1:8::1").await.expect(429);
    from(&app, "2001:db8:2::1").await.expect(200);
}

/// Sends bytes on a new connection and returns everything that comes back.
async fn raw(app: &TestApp, sent: &[&[u8]]) -> String {
    let mut stream = TcpStream::connect(app.base.trim_start_matches("http://")).await.unwrap();
    stream.write_all(&sent.concat()).await.unwrap();
    let mut told = Vec::new();
    // A connection that the server cuts may be reset.
    let _ = stream.read_to_end(&mut told).await;
    String::from_utf8_lossy(&told).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_a_proxy_hands_on_are_those_of_their_source() {
    const GET: &[u8] = b"GET /api/properties HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let limits = [("limits.anonymous_per_second", "1")];
    let settings = [limits.as_slice(), &[PROXIED, ("server.proxy_protocol", "true")]].concat();
    let app = TestApp::with(|_| {}, &settings).await;
    let header = |last: u8| {
        let mut bytes = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".to_vec();
        bytes.extend([203, 0, 113, last, 192, 0, 2, 1, 0x13, 0x88, 0x01, 0xbb]);
        bytes
    };
    for (last, status) in [(7, "200 OK"), (8, "200 OK"), (7, "429 Too Many Requests")] {
        let told = raw(&app, &[&header(last), GET]).await;
        assert!(told.starts_with(&format!("HTTP/1.1 {status}")), "{last}: {told}");
    }
    assert_eq!(raw(&app, &[GET]).await, "", "a connection of the proxy without its header is cut");
    // A PROXY header from an untrusted peer is a bad request, and the source it names is ignored.
    let settings =
        [limits.as_slice(), &[("server.trusted_proxies", "10.0.0.1"), ("server.proxy_protocol", "true")]];
    let app = TestApp::with(|_| {}, &settings.concat()).await;
    assert!(!raw(&app, &[&header(7), GET]).await.contains("200 OK"));
    assert!(raw(&app, &[GET]).await.starts_with("HTTP/1.1 200 OK"));
}
