//! The server's own TLS: both versions of HTTP, a WebSocket over either, and certificate renewal.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use gateway::Certificates;
use http::{Method, Request};
use hyderabadinfra::settings::{Settings, Tls};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::json;
use testkit::{Child, PASSWORD, TestApp};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

const BINARY: &str = env!("CARGO_BIN_EXE_hyderabadinfra");

/// A certificate authority that signs certificates for localhost.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Writes a new certificate and its key to `directory`, and returns the certificate.
    fn certify(&self, directory: &Path) -> CertificateDer<'static> {
        let key = KeyPair::generate().unwrap();
        let own =
            CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &self.0).unwrap();
        std::fs::write(directory.join("key.pem"), key.serialize_pem()).unwrap();
        std::fs::write(directory.join("chain.pem"), own.pem() + &self.0.pem()).unwrap();
        own.der().clone()
    }

    fn connector(&self, alpn: &[&str]) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.0.pem().as_bytes()).unwrap()).unwrap();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let mut config = builder.unwrap().with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        TlsConnector::from(Arc::new(config))
    }

    async fn connect(&self, port: u16, alpn: &[&str]) -> TlsStream<TcpStream> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        self.connector(alpn).connect(ServerName::try_from("localhost").unwrap(), stream).await.unwrap()
    }

    fn client(&self) -> reqwest::Client {
        let root = reqwest::Certificate::from_pem(self.0.pem().as_bytes()).unwrap();
        let patience = std::time::Duration::from_mins(1);
        reqwest::Client::builder().timeout(patience).tls_certs_only([root]).build().unwrap()
    }
}

fn files(directory: &Path) -> Tls {
    let file = |name| Some(directory.join(name));
    Tls { certificate_file: file("chain.pem"), key_file: file("key.pem") }
}

fn port(base: &str) -> u16 {
    base.rsplit(':').next().unwrap().parse().unwrap()
}

/// Of one address, and far more than it may have: they hold up neither others nor each other.
#[tokio::test(flavor = "multi_thread")]
async fn handshakes_that_never_come_to_an_end_keep_nobody_out() {
    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    authority.certify(directory.path());
    let with_tls = |settings: &mut Settings| settings.server.tls = files(directory.path());
    let limits = [
        ("limits.enabled", "false"),
        ("connections.head_seconds", "2"),
        ("connections.idle_seconds", "2"),
        ("connections.most_per_address", "20"),
    ];
    let app = TestApp::with(with_tls, &limits).await;
    let port = port(&app.base);
    let mut silent = Vec::new();
    for n in 0..100 {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        if n % 2 == 0 {
            // The beginning of a handshake record.
            stream.write_all(&[22, 3, 1, 2, 0, 1]).await.unwrap();
        }
        silent.push(stream);
    }
    let health = format!("https://localhost:{port}/actuator/health");
    let answer = authority.client().get(health).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    // Silent after the handshake, in either version of HTTP.
    for alpn in [&["h2"][..], &["http/1.1"]] {
        let mut stream = authority.connect(port, alpn).await;
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
    }
    for mut stream in silent {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_versions_of_http_are_spoken_over_tls() {
    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    authority.certify(directory.path());
    let with_tls = |settings: &mut Settings| settings.server.tls = files(directory.path());
    let app = TestApp::with(with_tls, &[("limits.enabled", "false")]).await;
    let port = port(&app.base);
    let base = format!("https://localhost:{port}");
    let body = json!({"username": "asha", "email": "asha@example.com", "password": PASSWORD, "firstName": "Asha",
        "lastName": "Sample"});
    let client = authority.client();
    let joined = client.post(format!("{base}/api/auth/register")).json(&body).send().await.unwrap();
    assert_eq!((joined.status().as_u16(), joined.version()), (201, http::Version::HTTP_11));
    let joined: serde_json::Value = joined.json().await.unwrap();
    let token = format!("Bearer {}", joined["data"]["accessToken"].as_str().unwrap());
    let signed = client.post(format!("{base}/api/auth/login"));
    let signed =
        signed.json(&json!({"email": "asha@example.com", "password": PASSWORD})).send().await.unwrap();
    let device = signed.headers()["set-cookie"].to_str().unwrap();
    assert!(device.starts_with("__Host-hyd_device=") && device.ends_with("; Secure"), "{device}");

    let stream = authority.connect(port, &["h2", "http/1.1"]).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut h2, connection) = h2::client::handshake(stream).await.unwrap();
    let mut driver = JoinSet::new();
    driver.spawn(async move {
        let _ = connection.await;
    });
    let request = Request::get(format!("{base}/api/users/profile")).header("authorization", &token);
    let (answer, _) = h2.send_request(request.body(()).unwrap(), true).unwrap();
    let mut answer = answer.await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, http::Version::HTTP_2));
    let profile = answer.body_mut().data().await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&profile).contains("asha@example.com"));
    // A WebSocket over an existing HTTP/2 connection, as browsers open it (RFC 8441).
    h2 = h2.ready().await.unwrap();
    assert!(h2.is_extended_connect_protocol_enabled());
    let mut request = Request::builder().method(Method::CONNECT).uri(format!("{base}/api/realtime"));
    request = request.header("authorization", &token).header("sec-websocket-version", "13");
    let mut request = request.body(()).unwrap();
    request.extensions_mut().insert(h2::ext::Protocol::from_static("websocket"));
    let (answer, _talk) = h2.send_request(request, false).unwrap();
    let mut answer = answer.await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let opening = answer.body_mut().data().await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&opening).contains("{\"id\":"), "{opening:?}");
    driver.abort_all();

    // A client without TLS gets no response.
    assert!(testkit::Client::new(&app.base).try_send(reqwest::Method::GET, "/", None, &[]).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_says_nothing_holds_nobody_up() {
    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    authority.certify(directory.path());
    let with_tls = |settings: &mut Settings| settings.server.tls = files(directory.path());
    let app = TestApp::with(with_tls, &[]).await;
    let mut silent = Vec::new();
    for _ in 0..50 {
        silent.push(TcpStream::connect(("127.0.0.1", port(&app.base))).await.unwrap());
    }
    let url = format!("https://localhost:{}/api/properties", port(&app.base));
    assert_eq!(authority.client().get(url).send().await.unwrap().status().as_u16(), 200);
    drop(silent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_is_used_from_the_next_connection_on() {
    let room = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let first = authority.certify(room.path());
    let files = files(room.path());
    let child = Child::start(Command::new(BINARY), &room.path().join("data"), |command| {
        command.env("HYD_SERVER_TLS_CERTIFICATE_FILE", files.certificate_file.as_ref().unwrap());
        command.env("HYD_SERVER_TLS_KEY_FILE", files.key_file.as_ref().unwrap());
    });
    assert!(child.base.starts_with("https://"), "{}", child.base);
    let shown = async || {
        let stream = authority.connect(port(&child.base), &["h2"]).await;
        stream.get_ref().1.peer_certificates().unwrap()[0].clone().into_owned()
    };
    assert_eq!(shown().await, first);
    let second = authority.certify(room.path());
    let asked = Command::new("kill").args(["-HUP", &child.id().to_string()]).status().unwrap();
    assert!(asked.success());
    // The server reads the new certificate meanwhile.
    while shown().await != second {}
    assert!(child.stop().success());
}

#[tokio::test]
async fn a_certificate_that_is_not_right_does_not_take_the_place_of_one_that_is() {
    let room = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    authority.certify(room.path());
    let [chain, key] = ["chain.pem", "key.pem"].map(|name| room.path().join(name));
    let certificates = Certificates::read(chain.clone(), key.clone()).unwrap();
    assert!(!certificates.reload().unwrap(), "nothing changed");
    let right = std::fs::read(&key).unwrap();
    for (bytes, why) in [
        (&b"no key"[..], "holds no key"),
        (KeyPair::generate().unwrap().serialize_pem().as_bytes(), "do not fit"),
    ] {
        std::fs::write(&key, bytes).unwrap();
        let refused = certificates.reload().unwrap_err().to_string();
        assert!(refused.contains(why), "{refused}");
    }
    std::fs::remove_file(&key).unwrap();
    assert!(certificates.reload().unwrap_err().to_string().contains("cannot be read"));
    std::fs::write(&key, right).unwrap();
    assert!(!certificates.reload().unwrap(), "the one of before is in use all the time");
    authority.certify(room.path());
    assert!(certificates.reload().unwrap());
}
