//! Every notation of a host is the same host, and an invalid host is refused.

use testkit::{Person, TestApp};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::tenants::sides;

/// Sends one request unchanged and returns the raw response.
async fn ask(app: &TestApp, target: &str, hosts: &[&str], authorization: &str) -> String {
    let hosts: String = hosts.iter().fold(String::new(), |all, host| all + "Host: " + host + "\r\n");
    let request = format!(
        "GET {target} HTTP/1.1\r\n{hosts}Authorization: {authorization}\r\nConnection: close\r\n\r\n"
    );
    let request = if authorization.is_empty() { request.replace("Authorization: \r\n", "") } else { request };
    let mut stream = TcpStream::connect(app.base.trim_start_matches("http://")).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut told = String::new();
    stream.read_to_string(&mut told).await.unwrap();
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenants_host_is_its_host_however_it_is_written() {
    const HOMES: &str = "/api/properties";
    let (app, [first, second]) = sides().await;
    let (one, other) = ("Kondapur", "Hanamkonda");
    let absolute = format!("http://second.test{HOMES}");
    let table: &[(&str, &[&str], &str)] = &[
        (HOMES, &["second.test"], other),
        (HOMES, &["Second.TEST"], other),
        (HOMES, &["second.test."], other),
        (HOMES, &["SECOND.test.:8080"], other),
        (HOMES, &["second.test:"], other),
        // The absolute request target takes precedence over the header.
        (&absolute, &["first.test"], other),
        (&absolute.replace("second.test", "SECOND.test.:80"), &["first.test"], other),
        // An unknown host leads to the default tenant.
        (HOMES, &["third.test"], one),
        (HOMES, &["127.0.0.1:8080"], one),
        (HOMES, &["[::1]:8080"], one),
    ];
    for (target, hosts, area) in table {
        let told = ask(&app, target, hosts, "").await;
        assert!(told.starts_with("HTTP/1.1 200") && told.contains(area), "{target} {hosts:?}: {told}");
    }
    let refused: &[(&str, &[&str])] = &[
        (HOMES, &["second.test:1:2"]),
        (HOMES, &["second.test:port"]),
        (HOMES, &["second.test, first.test"]),
        (HOMES, &["user@second.test"]),
        (HOMES, &["second.test", "first.test"]),
        (HOMES, &["::1"]),
        (HOMES, &["[::1"]),
        (HOMES, &[".."]),
        ("http://user@second.test/api/properties", &["second.test"]),
        ("/", &["second.test:1:2"]),
    ];
    for (target, hosts) in refused {
        let told = ask(&app, target, hosts, "").await;
        assert!(told.starts_with("HTTP/1.1 400"), "{target} {hosts:?}: {told}");
    }
    let told = ask(&app, HOMES, &["second.test:1:2"], "").await;
    assert!(told.contains("BAD_HOST"), "{told}");
    // A token is not valid at another tenant's host either, in any notation.
    let profile = "/api/users/profile";
    let token = format!("Bearer {}", first.asha.client.token());
    for host in ["second.test", "SECOND.test.", "second.test.:99"] {
        let told = ask(&app, profile, &[host], &token).await;
        assert!(told.starts_with("HTTP/1.1 401"), "{host}: {told}");
    }
    let token = format!("Bearer {}", second.asha.client.token());
    assert!(ask(&app, profile, &["SECOND.test."], &token).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_word_bearer_is_read_in_any_case() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let token = asha.client.token();
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR "] {
        for path in ["/api/users/profile", "/api/realtime/ticket"] {
            let headers = [("authorization", &*format!("{scheme} {token}"))];
            let method = if path.ends_with("ticket") { reqwest::Method::POST } else { reqwest::Method::GET };
            let answer = app.client.send(method, path, None, &headers).await;
            assert!(answer.status < 300, "{scheme} {path}: {}", answer.text);
        }
    }
    for wrong in
        [format!("Basic {token}"), format!("Bearer{token}"), format!("Bearer\t{token}"), "Bearer".into()]
    {
        let headers = [("authorization", &*wrong)];
        app.client.send(reqwest::Method::GET, "/api/users/profile", None, &headers).await.expect(401);
    }
}
