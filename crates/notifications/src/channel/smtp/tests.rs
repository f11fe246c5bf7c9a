use http_kit::CircuitBreakers;
use lettre::address::Envelope;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::*;

fn letter(bytes: usize) -> WrittenEmail {
    let to = "asha@example.com".parse().unwrap();
    let envelope = Envelope::new(Some("no-reply@homes.example".parse().unwrap()), vec![to]).unwrap();
    WrittenEmail { envelope, bytes: b"a line of a long letter\r\n".repeat(bytes / 25) }
}

/// Answers the first lines it reads with `answers`, one each, then closes the connection without reading on.
async fn server(answers: &'static [&'static str]) -> (SmtpServer, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("smtp://{}?tls=none", listener.local_addr().unwrap());
    let mut running = JoinSet::new();
    running.spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut buffer = [0; 1024];
        for answer in answers {
            stream.write_all(answer.as_bytes()).await.unwrap();
            // It does not matter what was received, or how much of it at once.
            let _said = stream.read(&mut buffer).await.unwrap();
        }
    });
    (SmtpServer::at(&address, None, "homes.example").unwrap(), running)
}

/// What becomes of a letter of so many bytes.
async fn sent(server: &SmtpServer, bytes: usize) -> Sent {
    let breaker = CircuitBreakers::default().named("email", server.timeout);
    server.send(&letter(bytes), &breaker.admit().unwrap()).await
}

const UP_TO_DATA: &[&str] = &["220 hello\r\n", "250 hello\r\n", "250 ok\r\n", "250 ok\r\n", "354 go on\r\n"];

#[tokio::test]
async fn a_letter_cut_off_before_its_end_certainly_did_not_arrive() {
    let (server, _running) = server(UP_TO_DATA).await;
    // More than the connection buffers: the server has closed before the end of the e-mail is written.
    let sent = sent(&server, 64 * 1024 * 1024).await;
    assert_eq!(sent, Sent::Down("the mail server was not reached, or cut the connection".into(), None));
}

#[tokio::test]
async fn a_letter_whose_end_is_out_may_have_arrived() {
    let (server, _running) = server(UP_TO_DATA).await;
    let sent = sent(&server, 100).await;
    assert_eq!(sent, Sent::Unknown("the mail server was not reached, or cut the connection".into()));
}

#[test]
fn an_address_says_how_it_is_kept_secret_and_no_password_goes_in_clear() {
    let at = |address: &str| SmtpServer::at(address, None, "homes.example");
    let shown = |address: &str| {
        let server = at(address).unwrap();
        (server.host, server.port, format!("{:?}", server.security), server.credentials)
    };
    let credentials = |user: &str, password: &str| Some(Credentials::new(user.into(), password.into()));
    let (host, port, security, given) = shown("smtps://hyd%40x:p%2Bq+r%25@mail.example");
    assert_eq!((&*host, port, &*security), ("mail.example", 465, "Implicit"));
    assert_eq!(given, credentials("hyd@x", "p+q+r%"));
    let (_, port, security, given) = shown("smtp://mail.example:2525");
    assert_eq!((port, &*security, given), (2525, "StartTls", None));
    assert_eq!(shown("smtp://[::1]:25?tls=none").2, "None");
    for (address, error) in [
        ("mail.example", SmtpAddressError::Malformed),
        ("http://mail.example", SmtpAddressError::Malformed),
        ("smtp://user:secret@mail.example?tls=none", SmtpAddressError::Clear),
        ("smtp://mail.example?tls=opportunistic", SmtpAddressError::Parameters),
        ("smtps://%ff:secret@mail.example", SmtpAddressError::Encoding),
    ] {
        assert_eq!(at(address).unwrap_err(), error, "{address}");
    }
    assert_eq!(
        SmtpServer::at("smtp://mail.example", Some(b"-----BEGIN CERTIFICATE-----\nx"), "x").unwrap_err(),
        SmtpAddressError::Certificates
    );
}
