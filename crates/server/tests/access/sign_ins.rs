//! Guessing a password slows down only the guesser.

use reqwest::Method;
use serde_json::json;
use testkit::{ADMIN, Answer, PASSWORD, Person, TestApp};

use crate::addresses::PROXIED;

const STRANGER: &str = "203.0.113.9";
const ELSEWHERE: &str = "198.51.100.7";

async fn sign_in(app: &TestApp, name: &str, password: &str, from: &str, cookie: &str) -> Answer {
    let body = json!({"emailOrUsername": name, "password": password});
    let headers = [("x-forwarded-for", from), ("cookie", cookie)];
    app.client.send(Method::POST, "/api/auth/login", Some(&body), &headers).await
}

async fn guess(app: &TestApp, name: &str, from: &str) -> u16 {
    sign_in(app, name, "a wrong guess", from, "").await.status
}

/// The cookie that a browser sends back.
fn cookie(answer: &Answer) -> String {
    let mut all = answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    let line = all.find(|line| line.starts_with("hyd_device=")).expect("the browser is known from now on");
    assert!(line.contains("; HttpOnly; SameSite=Strict"), "{line}");
    line.split(';').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_do_not_keep_an_owner_or_an_administrator_out() {
    let settings = [PROXIED, ("admin_email", ADMIN), ("admin_password", PASSWORD)];
    let app = TestApp::with(|_| {}, &settings).await;
    let asha = Person::register(&app.client, "asha").await;
    for _ in 0..3 {
        for name in [&*asha.email, ADMIN] {
            for _ in 0..12 {
                guess(&app, name, STRANGER).await;
            }
            assert_eq!(guess(&app, name, STRANGER).await, 429, "the stranger is slowed down");
            sign_in(&app, name, PASSWORD, ELSEWHERE, "").await.expect(200);
        }
        app.clock.advance(60);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_signed_in_before_is_let_through() {
    let app = TestApp::with(|_| {}, &[PROXIED]).await;
    let (asha, ravi) =
        (Person::register(&app.client, "asha").await, Person::register(&app.client, "ravi").await);
    let own = cookie(&sign_in(&app, "asha", PASSWORD, STRANGER, "").await.expect(200));
    let of_ravi = cookie(&sign_in(&app, "ravi", PASSWORD, ELSEWHERE, "").await.expect(200));
    while guess(&app, &asha.email, STRANGER).await != 429 {}
    sign_in(&app, &asha.email, PASSWORD, STRANGER, "").await.expect(429);
    // Neither another person's cookie nor an invented one makes a device known.
    for other in [&*of_ravi, "hyd_device=a.b", &own.replace('.', "x."), "hyd_device="] {
        sign_in(&app, &asha.email, PASSWORD, STRANGER, other).await.expect(429);
    }
    let again = sign_in(&app, &asha.email, PASSWORD, STRANGER, &format!("a=b; {own}")).await.expect(200);
    assert_eq!(cookie(&again), own, "it stays the same device");
    // Nor does a cookie of the same name hide it, such as another host of the domain sets.
    let planted = format!("hyd_device=a.b; {own}");
    let again = sign_in(&app, &asha.email, PASSWORD, STRANGER, &planted).await.expect(200);
    assert_eq!(cookie(&again), own);
    // A known device cannot guess indefinitely either.
    let mut last = 0;
    for _ in 0..12 {
        last = sign_in(&app, &asha.email, "a wrong guess", STRANGER, &own).await.status;
    }
    assert_eq!(last, 429);
    sign_in(&app, &ravi.email, PASSWORD, ELSEWHERE, &of_ravi).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_remember_the_device() {
    let app = TestApp::with(|_| {}, &[PROXIED, ("limits.sign_in_per_account", "2")]).await;
    let asha = Person::register(&app.client, "asha").await;
    let page = app.client.get("/sign-in").await.expect(200);
    let csrf =
        page.text.split("name=\"_csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let csrf_cookie = page.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let submit = async |cookies: String| {
        let form = format!("_csrf={csrf}&emailOrUsername=asha&password={}", PASSWORD.replace(' ', "+"));
        let media = "application/x-www-form-urlencoded";
        let headers = [("cookie", &*cookies), ("x-forwarded-for", STRANGER)];
        app.client.send_bytes(Method::POST, "/sign-in", (media, form.into_bytes()), &headers).await
    };
    let signed = submit(csrf_cookie.clone()).await.expect(303);
    let device = cookie(&signed);
    let cookies = |answer: &Answer| answer.headers.get_all("set-cookie").iter().cloned().collect::<Vec<_>>();
    assert!(cookies(&signed).iter().all(|line| !line.to_str().unwrap().contains("Secure")));
    // Cookies of a client whose TLS ends at a trusted proxy are not sent over plain HTTP.
    let over_tls = [("x-forwarded-proto", "https"), ("x-forwarded-for", STRANGER)];
    let page = app.client.send(Method::GET, "/sign-in", None, &over_tls).await.expect(200);
    assert!(cookies(&page).iter().all(|line| line.to_str().unwrap().ends_with("Secure")), "{page:?}");
    while guess(&app, &asha.email, STRANGER).await != 429 {}
    assert_ne!(submit(csrf_cookie.clone()).await.status, 303);
    submit(format!("{csrf_cookie}; {device}")).await.expect(303);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_names_of_an_account_are_one_account() {
    let app = TestApp::with(|_| {}, &[PROXIED]).await;
    let asha = Person::register(&app.client, "asha").await;
    for name in [&*asha.email, "asha", "ASHA", " Asha@Example.com ", "asha"].iter().cycle().take(10) {
        assert_eq!(guess(&app, name, STRANGER).await, 401);
    }
    for name in [&*asha.email, "asha"] {
        assert_eq!(guess(&app, name, STRANGER).await, 429);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_persons_wrong_passwords_lock_nobody_else_out() {
    // All clients have one address here, as behind a proxy that the settings do not name.
    let app = TestApp::with(|_| {}, &[]).await;
    let (asha, ravi) =
        (Person::register(&app.client, "asha").await, Person::register(&app.client, "ravi").await);
    for _ in 0..31 {
        guess(&app, &asha.email, STRANGER).await;
    }
    sign_in(&app, &ravi.email, PASSWORD, STRANGER, "").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_at_many_addresses_are_slowed_down_together() {
    let app = TestApp::with(|_| {}, &[PROXIED, ("limits.sign_in_per_account", "2")]).await;
    let asha = Person::register(&app.client, "asha").await;
    let own = cookie(&sign_in(&app, &asha.email, PASSWORD, ELSEWHERE, "").await.expect(200));
    let mut admitted = 0;
    for address in 1..9 {
        for _ in 0..2 {
            admitted += usize::from(guess(&app, &asha.email, &format!("203.0.113.{address}")).await == 401);
        }
    }
    // The first sign-in, from an unknown device, was one of the ten.
    assert_eq!(admitted, 9);
    sign_in(&app, &asha.email, PASSWORD, "192.0.2.77", &own).await.expect(200);
}
