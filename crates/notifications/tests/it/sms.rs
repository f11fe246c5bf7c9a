//! Tests text messages: what is certain after each answer.

use domain::preferences::Channel;
use notifications::{Outside, Twilio, TwilioAccount};
use projection::deliveries::{DeliveryState, Settings};

use crate::site::site_with;
use crate::sms_server::Provider;

const QUEUED: &str =
    "HTTP/1.1 201 Created\r\ncontent-length: 32\r\n\r\n{\"sid\":\"SM1\",\"status\":\"queued\"  }";

fn through(url: &str) -> Outside {
    let account = TwilioAccount {
        url: url.into(),
        sid: "AC1".into(),
        token: "secret".into(),
        sender: "HYDINF".into(),
        templates: [("property-alert".to_owned(), "HX42".to_owned())].into(),
    };
    Outside { texts: Some(Twilio::of(account).unwrap()), ..Outside::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_goes_out_as_an_approved_template_under_its_deliverys_id() {
    let provider = Provider::start().await;
    provider.says(Some(QUEUED));
    let site = site_with(through(&provider.url)).await;
    let (tenant, asha) = site.register("hyderabad", "asha@example.com").await;
    site.notify(&tenant, asha, Channel::Sms, Some("+919876543210")).await;
    let sent = site.notifications.outbox().list(&[DeliveryState::Delivered], 10).await.unwrap();
    let id = &sent.iter().find(|tracked| tracked.order.channel == "sms").unwrap().order.id;
    let heard = provider.heard();
    assert_eq!(heard.len(), 1, "{heard:?}");
    let (headers, form) = heard[0].split_once("\r\n\r\n").unwrap();
    assert!(headers.starts_with("POST /2010-04-01/Accounts/AC1/Messages.json HTTP/1.1\r\n"), "{headers}");
    for line in [
        &format!("idempotency-key: {id}"),
        "authorization: Basic QUMxOnNlY3JldA==",
        "content-type: application/x-www-form-urlencoded",
    ] {
        assert!(headers.lines().any(|given| given == line), "{line} in {headers}");
    }
    assert_eq!(
        form,
        "To=%2B919876543210&From=HYDINF&ContentSid=HX42&\
         ContentVariables=%7B%22area%22%3A%22Miyapur%22%2C%22title%22%3A%22A+villa%22%7D"
    );
    assert_eq!(site.files().len(), 1, "the confirmation letter alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_says_what_is_certain() {
    let provider = Provider::start().await;
    for (answer, state, error) in [
        (
            Some(
                "HTTP/1.1 400 Bad Request\r\ncontent-length: 40\r\n\r\n{\"code\":21211,\"message\":\"+919876543210\"}",
            ),
            DeliveryState::Refused,
            "the SMS provider answered 400, code 21211",
        ),
        (
            Some("HTTP/1.1 429 Too Many Requests\r\nretry-after: 900\r\ncontent-length: 0\r\n\r\n"),
            DeliveryState::Due,
            "the SMS provider answered 429",
        ),
        (
            Some("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"),
            DeliveryState::Due,
            "the SMS provider answered 503",
        ),
        (
            Some("HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n"),
            DeliveryState::Due,
            "the SMS provider answered 401",
        ),
        (
            Some("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n"),
            DeliveryState::Unknown,
            "the SMS provider answered 500",
        ),
        (None, DeliveryState::Unknown, "the SMS provider took the message and did not answer"),
    ] {
        provider.says(answer);
        let site = site_with(through(&provider.url)).await;
        let (tenant, asha) = site.register("hyderabad", "asha@example.com").await;
        let before = provider.heard().len();
        site.notify(&tenant, asha, Channel::Sms, Some("+919876543210")).await;
        let all = &[DeliveryState::Due, DeliveryState::Refused, DeliveryState::Unknown];
        let tracked = site.notifications.outbox().list(all, 10).await.unwrap();
        assert_eq!((tracked.len(), tracked[0].state, tracked[0].error.as_str()), (1, state, error));
        assert_eq!(provider.heard().len(), before + 1, "{answer:?}");
        provider.says(Some(QUEUED));
        let asks_for_a_pause = answer.is_some_and(|answer| answer.contains("retry-after"));
        if asks_for_a_pause {
            site.clock.advance(899);
            while site.notifications.worker(Settings::default()).round().await.unwrap() {}
            assert_eq!(provider.heard().len(), before + 1, "it waits as it was asked to");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_not_there_certainly_got_nothing() {
    let site = site_with(through("http://127.0.0.1:1")).await;
    let (tenant, asha) = site.register("hyderabad", "asha@example.com").await;
    site.notify(&tenant, asha, Channel::Sms, Some("+919876543210")).await;
    let waiting = site.notifications.outbox().list(&[DeliveryState::Due], 10).await.unwrap();
    assert_eq!((waiting[0].error.as_str(), waiting[0].order.tries), ("the SMS provider was not reached", 1));
}
