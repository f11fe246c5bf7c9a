//! Tests e-mails over SMTP: what is certain after each kind of failure, and that a duplicate can be recognised.

use std::time::Duration;

use domain::user::UserCommand;
use http_kit::{BreakerSettings, BreakerState};
use notifications::{Outside, SmtpServer};
use projection::deliveries::{DeliveryState, OutboxWorker, Settings, Tracked};

use crate::site::{Site, site_of, site_with, token};
use crate::smtp_server::{MailServer, Secrecy, Trick};

const ALL: &[DeliveryState] = &[
    DeliveryState::Due,
    DeliveryState::Leased,
    DeliveryState::Delivered,
    DeliveryState::Refused,
    DeliveryState::Failed,
    DeliveryState::Unknown,
];

fn through(server: &MailServer, address: &str) -> Outside {
    let trusted = Some(server.authority.as_bytes());
    let mail = SmtpServer::at(address, trusted, "homes.example").unwrap().timeout(Duration::from_secs(20));
    Outside { mail: Some(mail), ..Outside::default() }
}

fn plain(server: &MailServer) -> String {
    format!("smtp://{}?tls=none", server.address)
}

fn encrypted(scheme: &str, server: &MailServer) -> String {
    format!("{scheme}://hyd%40x:pass%2Bword@localhost:{}", server.address.port())
}

impl Site {
    async fn tracked(&self) -> Vec<Tracked> {
        self.notifications.outbox().list(ALL, 100).await.unwrap()
    }

    fn by_hand(&self) -> OutboxWorker {
        self.notifications.worker(Settings::default())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_goes_out_encrypted_and_signed_in_under_its_deliverys_id() {
    for (scheme, secrecy) in [("smtps", Secrecy::Implicit), ("smtp", Secrecy::StartTls)] {
        let server = MailServer::start(secrecy).await;
        let site = site_with(through(&server, &encrypted(scheme, &server))).await;
        site.register("hyderabad", "asha@example.com").await;
        let tracked = site.tracked().await;
        assert_eq!((tracked.len(), tracked[0].state), (1, DeliveryState::Delivered), "{tracked:?}");
        let letters = server.letters();
        assert_eq!(letters.len(), 1);
        let id = format!("Message-ID: <{}@homes.example>\r\n", tracked[0].order.id);
        assert!(letters[0].contains(&id), "{}", letters[0]);
        assert!(letters[0].contains("multipart/alternative"), "{}", letters[0]);
        let commands = server.commands();
        // \0hyd@x\0pass+word
        assert!(commands.contains(&"AUTH PLAIN AGh5ZEB4AHBhc3Mrd29yZA==".to_owned()), "{commands:?}");
        assert!(commands.contains(&"RCPT TO:<asha@example.com>".to_owned()), "{commands:?}");
        assert_eq!(site.files(), Vec::new(), "no copy stays here");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_encryption_gets_neither_password_nor_letter() {
    let server = MailServer::start(Secrecy::None).await;
    let site = site_with(through(&server, &encrypted("smtp", &server))).await;
    site.register("hyderabad", "asha@example.com").await;
    let tracked = site.tracked().await;
    assert_eq!(tracked[0].state, DeliveryState::Due);
    assert!(tracked[0].error.contains("does not offer what is needed"), "{tracked:?}");
    assert_eq!(server.letters(), Vec::<String>::new());
    assert!(!server.commands().iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_for_a_certificate_of_an_unknown_authority() {
    let (server, other) =
        (MailServer::start(Secrecy::Implicit).await, MailServer::start(Secrecy::None).await);
    let site = site_with(through(&other, &encrypted("smtps", &server))).await;
    site.register("hyderabad", "asha@example.com").await;
    let tracked = site.tracked().await;
    assert_eq!((tracked[0].state, tracked[0].order.tries), (DeliveryState::Due, 1), "{tracked:?}");
    assert_eq!(server.letters(), Vec::<String>::new());
}

/// What is recorded after each failure, and whether the delivery is retried automatically.
#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_says_what_is_certain() {
    let server = MailServer::start(Secrecy::None).await;
    for (trick, state, error) in [
        (Trick::Answer("RCPT", "550 <asha@example.com> unknown"), DeliveryState::Refused, "answered 550"),
        (Trick::Answer("RCPT", "451 asha@example.com: later"), DeliveryState::Due, "answered 451"),
        (Trick::Answer("DATA", "554 no"), DeliveryState::Refused, "answered 554"),
        (Trick::Answer(".", "550 spam"), DeliveryState::Refused, "answered 550"),
        (Trick::Answer(".", "452 full"), DeliveryState::Due, "answered 452"),
        (Trick::Answer("EHLO", "550 go away"), DeliveryState::Due, "answered 550"),
        (Trick::Answer("MAIL", "421 closing"), DeliveryState::Due, "answered 421"),
        (Trick::Cut("EHLO"), DeliveryState::Due, "cut the connection"),
        (Trick::Cut("RCPT"), DeliveryState::Due, "cut the connection"),
        (Trick::Cut("DATA"), DeliveryState::Due, "cut the connection"),
        (Trick::Cut("."), DeliveryState::Unknown, "cut the connection"),
    ] {
        server.plays(trick);
        let site = site_with(through(&server, &plain(&server))).await;
        site.register("hyderabad", "asha@example.com").await;
        let tracked = site.tracked().await;
        assert_eq!((tracked.len(), tracked[0].state), (1, state), "{trick:?} {tracked:?}");
        assert!(tracked[0].error.contains(error), "{trick:?} {tracked:?}");
        assert!(!tracked[0].error.contains("asha"), "{tracked:?}");
        assert_eq!(tracked[0].order.tries, u32::from(state == DeliveryState::Due), "{trick:?}");
        server.plays(Trick::None);
        site.clock.advance(3600);
        let before = server.letters().len();
        while site.by_hand().round().await.unwrap() {}
        let arrives = usize::from(state == DeliveryState::Due);
        server.took(before + arrives).await;
    }
}

/// The server took the e-mail, but its answer was lost with the outbox worker. The e-mail is not sent again
/// automatically. If an operator sends it again, the second e-mail has the same bytes as the first.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_arrival_is_the_same_letter() {
    let server = MailServer::start(Secrecy::None).await;
    server.plays(Trick::Cut("."));
    let site = site_with(through(&server, &plain(&server))).await;
    site.register("hyderabad", "asha@example.com").await;
    let tracked = site.tracked().await;
    server.plays(Trick::None);
    assert!(site.notifications.outbox().again(&tracked[0].order.id).await.unwrap());
    let seq = tracked[0].order.seq;
    site.notifications.outbox().tried(seq).await.unwrap();
    let letters = server.letters();
    assert_eq!(letters.len(), 2);
    assert_eq!(letters[0], letters[1]);
    assert_eq!(site.tracked().await[0].state, DeliveryState::Delivered);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_is_left_alone_and_tried_with_one_letter() {
    let server = MailServer::start(Secrecy::None).await;
    server.plays(Trick::Answer("EHLO", "421 out of order"));
    let breaker = BreakerSettings { failures: 2, open_for: Duration::from_mins(10) };
    let site = site_of(through(&server, &plain(&server)), breaker).await;
    let state =
        || site.context.breakers.statuses().into_iter().find(|told| told.name == "email").unwrap().state;
    assert_eq!(state(), BreakerState::Closed);
    let (tenant, asha) = site.register("hyderabad", "asha@example.com").await;
    for nonce in ["second", "third", "fourth"] {
        site.tell(&tenant, asha, UserCommand::RequestReset(token(nonce))).await;
    }
    let hellos = || server.commands().iter().filter(|line| line.starts_with("EHLO")).count();
    assert_eq!(hellos(), 2, "two failures, then it rests");
    let tries: Vec<u32> = site.tracked().await.iter().map(|tracked| tracked.order.tries).collect();
    assert_eq!(tries, [1, 1, 0, 0], "waiting uses up no tries");
    assert_eq!(state(), BreakerState::Open);
    server.plays(Trick::None);
    site.clock.advance(601);
    // The outbox worker checks its clock once a second of real time.
    server.took(4).await;
    assert_eq!(state(), BreakerState::Closed);
}

const OFFERS_UTF8: Trick = Trick::Answer("EHLO", "250-mail.example\r\n250-8BITMIME\r\n250 SMTPUTF8");

/// An account from before holds the domain in its own script.
#[tokio::test(flavor = "multi_thread")]
async fn a_domain_of_another_script_goes_to_any_server_in_ascii() {
    let server = MailServer::start(Secrecy::None).await;
    let site = site_with(through(&server, &plain(&server))).await;
    site.register("hyderabad", "meera@हैदराबाद.भारत").await;
    assert_eq!(site.tracked().await[0].state, DeliveryState::Delivered);
    let to = "meera@xn--j2barp7b6ab9e.xn--h2brj9c";
    let commands = server.commands();
    assert!(commands.contains(&format!("RCPT TO:<{to}>")), "{commands:?}");
    assert!(commands.contains(&"MAIL FROM:<no-reply@homes.example>".to_owned()), "{commands:?}");
    let letters = server.letters();
    assert!(letters[0].contains(&format!("To: {to}\r\n")) && letters[0].is_ascii(), "{}", letters[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_another_script_goes_to_a_server_that_takes_it_and_is_refused_at_once_elsewhere() {
    let server = MailServer::start(Secrecy::None).await;
    let site = site_with(through(&server, &plain(&server))).await;
    site.register("hyderabad", "मीरा@example.com").await;
    let tracked = site.tracked().await;
    assert_eq!((tracked[0].state, tracked[0].order.tries), (DeliveryState::Refused, 0), "{tracked:?}");
    assert!(tracked[0].error.contains("SMTPUTF8") && tracked[0].error.is_ascii(), "{tracked:?}");
    assert!(!server.commands().iter().any(|line| line.starts_with("MAIL") || line.starts_with("RCPT")));

    // An operator whose server has learnt it meanwhile sends it again.
    server.plays(OFFERS_UTF8);
    assert!(site.notifications.outbox().again(&tracked[0].order.id).await.unwrap());
    server.took(1).await;
    let commands = server.commands();
    assert!(commands.contains(&"MAIL FROM:<no-reply@homes.example> SMTPUTF8".to_owned()), "{commands:?}");
    assert!(commands.contains(&"RCPT TO:<मीरा@example.com>".to_owned()), "{commands:?}");
    assert!(server.letters()[0].contains("To: मीरा@example.com\r\n"), "{}", server.letters()[0]);
    // Others get no extension they do not need.
    site.confirmed("pune", "asha@example.com").await;
    server.took(3).await;
    let plain = server.commands().iter().filter(|line| *line == "MAIL FROM:<no-reply@homes.example>").count();
    assert_eq!(plain, 2);
}
