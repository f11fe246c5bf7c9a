//! News that people asked for has a way out, and says nothing in the words of strangers.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Person, TestApp};

use crate::people;

/// The e-mails to `person` about homes in the mailbox, as files.
fn alerts(app: &TestApp, person: &Person) -> Vec<String> {
    let files = std::fs::read_dir(app.data_dir().join("mailbox")).unwrap();
    let letters = files.filter_map(|file| std::fs::read_to_string(file.unwrap().path()).ok());
    let is_alert = |letter: &String| {
        letter.contains(&format!("To: {}\r\n", person.email)) && letter.contains("New on the market")
    };
    letters.filter(is_alert).map(|letter| letter.replace("=\r\n", "").replace("=3D", "=")).collect()
}

async fn save(seeker: &Person) {
    let body = json!({"name": "Kondapur", "filters": {"location": "kondapur"}, "channels": ["EMAIL", "IN_APP"],
        "frequency": "INSTANT"});
    seeker.client.post("/api/search/save", &body).await.expect(201);
}

async fn settled(app: &TestApp) {
    // Deliveries request e-mails in turn, so draining takes two rounds.
    app.drain().await;
    app.drain().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_stopped_by_its_own_link_without_signing_in() {
    let app = people::app().await;
    let (owner, seeker) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "seeker").await);
    save(&seeker).await;
    owner.list_home("A quiet flat", 5_000_000).await;
    settled(&app).await;
    let letters = alerts(&app, &seeker);
    assert_eq!(letters.len(), 1);
    let header = letters[0].lines().find_map(|line| line.strip_prefix("List-Unsubscribe: <")).unwrap();
    let one_click = header.trim_end_matches('>');
    let path = &one_click[one_click.find("/api/").unwrap()..];
    assert!(letters[0].contains("\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{}", letters[0]);
    let token = people::stop_token(&app, &seeker, "PROPERTY_ALERT");
    assert!(letters[0].contains(&format!("/unsubscribe?token={token}")), "{}", letters[0]);

    app.client.get(path).await.expect(200);
    owner.list_home("Another quiet flat", 5_000_000).await;
    settled(&app).await;
    assert_eq!(alerts(&app, &seeker).len(), 2, "looking at a link stops nothing");

    // As Gmail and others send it: no cookie, no token of ours, a form.
    let form = ("application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click".to_vec());
    app.client.send_bytes(Method::POST, path, form, &[]).await.expect(200);
    let choices = seeker.client.get("/api/notifications/preferences/me").await.expect(200);
    assert_eq!(
        choices.data()["channels"]["PROPERTY_ALERT"],
        json!({"EMAIL": false, "SMS": true, "IN_APP": true})
    );
    owner.list_home("A third quiet flat", 5_000_000).await;
    settled(&app).await;
    assert_eq!(alerts(&app, &seeker).len(), 2);
    let inbox = seeker.client.get("/api/notifications/me").await.expect(200);
    assert!(inbox.text.contains("A third quiet flat"), "{}", inbox.text);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_with_a_button_stops_them_too() {
    let app = people::app().await;
    let seeker = Person::confirmed(&app, "seeker").await;
    let token = people::stop_token(&app, &seeker, "PROPERTY_ALERT");
    let path = format!("/unsubscribe?token={token}");
    let page = app.client.get(&path).await.expect(200);
    assert!(
        page.text.contains("e-mails about homes you look for") && page.text.contains("<button>Unsubscribe")
    );
    let cookie = page.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let csrf =
        page.text.split("name=\"_csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let wanted = async || {
        let choices = seeker.client.get("/api/notifications/preferences/me").await.expect(200);
        choices.data()["channels"]["PROPERTY_ALERT"]["EMAIL"] == Value::Bool(true)
    };
    let press = async |body: String, cookie: &str| {
        let form = ("application/x-www-form-urlencoded", body.into_bytes());
        app.client.send_bytes(Method::POST, "/unsubscribe", form, &[("cookie", cookie)]).await
    };
    press(format!("token={token}"), "").await.expect(403);
    assert!(wanted().await, "another site's form stops nothing");
    let done = press(format!("token={token}&_csrf={csrf}"), &cookie).await.expect(200);
    assert!(done.text.contains("You get no more e-mails about homes you look for"), "{}", done.text);
    assert!(!wanted().await);
    let wrong = app.client.get("/unsubscribe?token=x.LEAD.y").await;
    assert!(wrong.status < 500 && wrong.text.contains("open it again from the e-mail"), "{}", wrong.text);
    app.stop().await;
}

/// Anybody can make an account with any address. Until the address is confirmed, nobody gets its words by e-mail.
#[tokio::test(flavor = "multi_thread")]
async fn an_unconfirmed_account_has_no_words_of_its_own_sent_to_others() {
    let app = people::app().await;
    let (owner, seeker) =
        (Person::register(&app.client, "owner").await, Person::confirmed(&app, "seeker").await);
    save(&seeker).await;
    let home = owner.list_home("Win Rs 1 Cr at evil.example", 5_000_000).await;
    settled(&app).await;
    let letters = alerts(&app, &seeker);
    assert_eq!(letters.len(), 1);
    assert!(
        letters[0].contains("a new listing, apartment") && !letters[0].contains("evil"),
        "{}",
        letters[0]
    );
    let id = home["id"].as_str().unwrap();
    assert!(letters[0].contains(&format!("/homes/{id}")), "the home is still to be seen on this site");

    let asked = json!({"message": "Is it still there?"});
    let lead = seeker.client.post(&format!("/api/properties/{id}/leads"), &asked).await.expect(201);
    let path = format!("/api/leads/{}", lead.data()["id"].as_str().unwrap());
    owner.client.patch(&path, &json!({"status": "CONTACTED"})).await.expect(200);
    settled(&app).await;
    let files = std::fs::read_dir(app.data_dir().join("mailbox")).unwrap();
    let letters: Vec<String> =
        files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    assert!(letters.iter().any(|letter| letter.contains("Your enquiry about a home")), "{letters:?}");
    assert!(!letters.iter().any(|letter| letter.contains("evil")), "{letters:?}");
    app.stop().await;
}
