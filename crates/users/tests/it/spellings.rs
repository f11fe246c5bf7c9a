//! One account for all spellings of a name, and people who registered before names had one form.

use argon2::password_hash::PasswordHasher as _;
use argon2::{Argon2, PasswordHash};
use axum::http::{Method, StatusCode};
use domain::user::{Account, IssuedToken, Profile, User, UserCommand};
use domain::{Actor, Metadata, UserId};
use journal::{Options, UniqueKeys};
use serde_json::{Value, json};

use crate::harness::{Answer, App, PASSWORD, registration};

impl App {
    async fn register(&self, body: &Value) -> Answer {
        self.clock.advance(1);
        self.post("/api/auth/register").json(body).send().await
    }

    /// Registers as an earlier version did: the names in lower case, otherwise as they were typed, and the password as
    /// it was typed.
    async fn registered_before(&self, username: &str, email: &str, password: &str) -> UserId {
        let id = UserId::from(self.context.aggregates.fresh());
        let hash: PasswordHash = Argon2::default().hash_password(password.as_bytes()).unwrap();
        let keys = self.context.aggregates.keys();
        let taken = [("email", email), ("username", username)];
        let taken = taken.map(|(kind, name)| keys.unique_key(&self.tenant, kind, &name.to_lowercase()));
        let expires_at = self.clock.now().plus_seconds(3600);
        let command = UserCommand::Register {
            id,
            account: Account { username: username.into(), email: email.to_lowercase() },
            profile: Profile { first_name: "Before".into(), last_name: "Then".into(), ..Profile::default() },
            password_hash: hash.to_string(),
            verification: IssuedToken { nonce: "n".into(), token_hash: "h".into(), expires_at },
        };
        let actor = Actor { tenant: self.tenant.clone(), user: Some(id), metadata: Metadata::default() };
        let options = Options::default().on_new_stream().unique(UniqueKeys::taking(taken.into()));
        self.context.aggregates.execute::<User>(&actor, id, command, options).await.unwrap();
        id
    }
}

fn with(username: &str, email: &str) -> Value {
    json!({"username": username, "email": email, "password": PASSWORD})
}

fn wrong_field(answer: &Answer) -> String {
    let fields = answer.body["error"]["fieldErrors"].as_object().cloned().unwrap_or_default();
    fields.keys().cloned().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn every_spelling_of_an_address_is_one_account() {
    let app = App::start().await;
    for deceptive in ["meera\u{200B}@example.com", "\u{202E}meera@example.com", "meera@exam\u{AD}ple.com"] {
        let refused = app.register(&with("meera0", deceptive)).await;
        assert_eq!((refused.status, wrong_field(&refused)), (StatusCode::BAD_REQUEST, "email".into()));
    }
    for (first, again) in [
        ("jos\u{E9}@example.com", "jose\u{301}@Example.com"),
        ("meera@हैदराबाद.भारत", "meera@xn--j2barp7b6ab9e.xn--h2brj9c"),
        ("asha@example.com", "\u{FEFF}<ASHA@example.com>\u{A0}"),
    ] {
        let name = format!("name{}", first.len());
        assert_eq!(app.register(&with(&name, first)).await.status, StatusCode::CREATED, "{first}");
        let taken = app.register(&with(&format!("{name}b"), again)).await;
        assert_eq!((taken.status, taken.code()), (StatusCode::CONFLICT, "EMAIL_TAKEN".into()), "{again}");
        for typed in [first, again] {
            assert_eq!(app.login(typed, PASSWORD).await.status, StatusCode::OK, "{typed}");
        }
    }
    let taken = app.register(&with("\u{200E}NAME17\u{A0}", "other@example.com")).await;
    assert_eq!(taken.code(), "USERNAME_TAKEN");
}

#[tokio::test]
async fn an_address_of_another_script_is_kept_for_servers_and_shown_to_people() {
    let app = App::start().await;
    let meera = app.register(&with("meera", "Meera@हैदराबाद.भारत")).await;
    assert_eq!(meera.text("/data/user/email"), "meera@xn--j2barp7b6ab9e.xn--h2brj9c");
    assert_eq!(meera.text("/data/user/displayEmail"), "meera@हैदराबाद.भारत");
    let plain = app.register(&with("asha", "asha@example.com")).await;
    assert_eq!(plain.data()["user"]["displayEmail"], Value::Null);
    let admin = app.admin().await;
    app.settle().await;
    for text in ["%E0%A4%B9%E0%A5%88%E0%A4%A6%E0%A4%B0%E0%A4%BE%E0%A4%AC%E0%A4%BE%E0%A4%A6", "xn--j2barp7"] {
        let path = format!("/api/users/search?query={text}");
        let found = app.get(&path).by(&admin.token).send().await;
        assert_eq!(found.text("/data/content/0/displayEmail"), "meera@हैदराबाद.भारत", "{}", found.body);
    }
}

#[tokio::test]
async fn people_from_before_sign_in_with_what_they_registered_with() {
    let app = App::start().await;
    let decomposed =
        app.registered_before("Old_One", "jose\u{301}@example.com", "jose\u{301} goes home").await;
    let unicode = app.registered_before("Old_Two", "meera@हैदराबाद.भारत", PASSWORD).await;
    let upper = app.registered_before("Old_Three", "Asha_k@my_host.example", PASSWORD).await;
    let hidden = app.registered_before("Old_Four", "me\u{200B}era@example.com", PASSWORD).await;
    let turned = app.registered_before("Old_Five", "\u{202E}meera@example.com", PASSWORD).await;
    for (typed, password, who) in [
        ("me\u{200B}era@example.com", PASSWORD, hidden),
        ("\u{202E}meera@example.com", PASSWORD, turned),
        ("jose\u{301}@example.com", "jose\u{301} goes home", decomposed),
        ("Jos\u{E9}@example.com", "jose\u{301} goes home", decomposed),
        ("old_one", "jose\u{301} goes home", decomposed),
        ("meera@हैदराबाद.भारत", PASSWORD, unicode),
        ("meera@xn--j2barp7b6ab9e.xn--h2brj9c", PASSWORD, unicode),
        ("asha_k@my_host.example", PASSWORD, upper),
    ] {
        let answer = app.login(typed, password).await;
        assert_eq!(answer.text("/data/user/id"), who.to_string(), "{typed:?} {}", answer.body);
    }
    for taken in ["jos\u{E9}@example.com", "meera@xn--j2barp7b6ab9e.xn--h2brj9c", "meera@हैदराबाद.भारत"]
    {
        assert_eq!(app.register(&with("newcomer", taken)).await.code(), "EMAIL_TAKEN", "{taken:?}");
    }
}

#[tokio::test]
async fn two_people_from_before_with_two_spellings_both_sign_in() {
    let app = App::start().await;
    let composed = app.registered_before("one", "jos\u{E9}@example.com", "a phrase of the first").await;
    let decomposed = app.registered_before("two", "jose\u{301}@example.com", "a phrase of the second").await;
    for typed in ["jos\u{E9}@example.com", "jose\u{301}@example.com"] {
        for (password, who) in [("a phrase of the first", composed), ("a phrase of the second", decomposed)] {
            assert_eq!(app.login(typed, password).await.text("/data/user/id"), who.to_string(), "{typed:?}");
        }
        assert_eq!(app.login(typed, "a phrase of nobody").await.code(), "INVALID_CREDENTIALS");
    }
}

#[tokio::test]
async fn a_password_is_the_same_from_every_keyboard() {
    let app = App::start().await;
    let body =
        json!({"username": "jose", "email": "j@example.com", "password": "jose\u{301} goes\u{A0}home"});
    assert_eq!(app.register(&body).await.status, StatusCode::CREATED);
    for typed in ["jos\u{E9} goes home", "jose\u{301} goes\u{A0}home"] {
        assert_eq!(app.login("jose", typed).await.status, StatusCode::OK, "{typed:?}");
    }
    assert_eq!(
        app.login("jose", " jos\u{E9} goes home").await.code(),
        "INVALID_CREDENTIALS",
        "never trimmed"
    );
}

#[tokio::test]
async fn somebody_joins_without_names_and_with_phone_for_a_telephone_number() {
    let app = App::start().await;
    let body = json!({"username": "asha", "email": "asha@example.com", "password": PASSWORD,
        "phone": "\u{202A}+91\u{A0}98480 22338\u{202C}"});
    let joined = app.register(&body).await;
    assert_eq!(joined.text("/data/user/phoneNumber"), "+919848022338", "{}", joined.body);
    assert_eq!(joined.data()["user"].get("firstName"), None, "absent is left out");
    let both = json!({"username": "ravi", "email": "ravi@example.com", "password": PASSWORD,
        "phone": "98480 22339", "phoneNumber": "98480 22340"});
    assert_eq!(app.register(&both).await.text("/data/user/phoneNumber"), "+919848022340");
    let wrong = json!({"username": "abc", "email": "abc@example.com", "password": PASSWORD, "phone": "12"});
    assert_eq!(wrong_field(&app.register(&wrong).await), "phone");
}

#[tokio::test]
async fn a_name_is_one_line_without_links_or_anything_hidden() {
    let app = App::start().await;
    for name in [
        "A\n\nYour account is locked. Call 9",
        "A\u{2028}B",
        "Win Rs 1 Cr: http://evil.example/x",
        "Go to www.evil.example",
        "\u{202E}evil",
        "As\u{2066}ha",
        "As\u{E0041}ha",
    ] {
        let mut body = registration("asha");
        body["firstName"] = name.into();
        let refused = app.register(&body).await;
        assert_eq!(
            (refused.status, wrong_field(&refused)),
            (StatusCode::BAD_REQUEST, "firstName".into()),
            "{name:?}"
        );
    }
    let mut body = registration("asha");
    body["firstName"] = "\u{FEFF}क्\u{200D}षमा\u{200B}\n".into();
    assert_eq!(app.register(&body).await.text("/data/user/firstName"), "क्\u{200D}षमा");
}

#[tokio::test]
async fn nobody_was_born_tomorrow_or_before_living_memory() {
    let app = App::start().await;
    let asha = app.join("asha").await;
    // It is September 2026.
    for (date, wrong) in [
        ("2030-01-01", "must not be in the future"),
        ("1890-01-01", "must not be more than 130 years ago"),
        ("0001-01-01", "must not be more than 130 years ago"),
        ("1990-02-30", "must be a date such as 1990-05-31"),
    ] {
        let call = app.call(Method::PUT, "/api/users/profile").by(&asha.token);
        let answer = call.json(&json!({"dateOfBirth": date, "city": "x"})).send().await;
        assert_eq!(answer.text("/error/fieldErrors/dateOfBirth"), wrong, "{date} {}", answer.body);
        assert!(
            answer.text("/error/fieldErrors/city").contains("2 to 100"),
            "all that is wrong is told at once"
        );
    }
    let call = app.call(Method::PUT, "/api/users/profile").by(&asha.token);
    let saved = call.json(&json!({"dateOfBirth": "1990-05-31\u{A0}"})).send().await;
    assert_eq!(saved.text("/data/dateOfBirth"), "1990-05-31", "{}", saved.body);
}
