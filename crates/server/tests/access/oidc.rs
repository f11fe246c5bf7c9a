//! Sign-in through a provider: who is let in, who is not, and what remains of a squatter in the account.

mod hostile_providers;
mod linking;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use testkit::{Answer, Client, Issuer, TestApp, WITH_ADMIN};

/// An application that trusts a provider, named `sample`.
pub struct Door {
    pub app: TestApp,
    pub issuer: Issuer,
}

/// A browser that was redirected to the provider.
pub struct Away {
    pub door: String,
    pub cookie: String,
}

impl Door {
    pub async fn open() -> Self {
        let issuer = Issuer::start().await;
        let app = TestApp::with(|settings| issuer.trusted_by(settings, "sample"), &WITH_ADMIN).await;
        Self { app, issuer }
    }

    pub async fn leave(&self, query: &str) -> Away {
        let answer = self.app.client.get(&format!("/api/auth/oidc/sample{query}")).await.expect(302);
        let cookie = cookie(&answer, "hyd_oidc").unwrap();
        Away { door: answer.header("location").unwrap().to_owned(), cookie: format!("hyd_oidc={cookie}") }
    }

    pub async fn back(&self, path: &str, cookie: &str) -> Answer {
        self.app.client.send(reqwest::Method::GET, path, None, &[("cookie", cookie)]).await
    }

    /// A complete sign-in, with `claims` about the person.
    pub async fn through(&self, claims: Value) -> Answer {
        let away = self.leave("").await;
        let back = self.issuer.approve(&away.door, claims);
        self.back(&back, &away.cookie).await
    }
}

/// A cookie that a response sets. `None` when the response removes it.
pub fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let all = answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    let found = all.filter_map(|line| line.split(';').next()?.split_once('='));
    let mut values = found.filter(|(key, value)| *key == name && !value.is_empty());
    values.next().map(|(_, value)| value.to_owned())
}

/// A client with the access token from the response's cookies.
pub fn inside(app: &TestApp, answer: &Answer) -> Client {
    app.client.bearer(&cookie(answer, "hyd_access").unwrap())
}

pub async fn history(client: &Client) -> Vec<String> {
    let answer = client.get("/api/user-history/me?size=20").await.expect(200);
    let all = answer.data()["activities"].as_array().unwrap();
    all.iter().map(|activity| activity["activityType"].as_str().unwrap().to_owned()).collect()
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

pub fn asha() -> Value {
    json!({"sub": "subject-of-asha-4711", "email": "Asha@Example.com", "given_name": "Asha", "family_name": "Sample"})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_joins_by_their_provider_and_comes_back_as_themselves() {
    let door = Door::open().await;
    let away = door.leave("?next=/homes%3Fpage%3D2").await;
    let answer = door.app.client.get("/api/auth/oidc/sample").await.expect(302);
    let line = answer.header("set-cookie").unwrap();
    assert!(line.contains("HttpOnly; SameSite=Lax") && line.contains("Path=/api/auth/oidc/"), "{line}");
    let back = door.issuer.approve(&away.door, asha());
    let answer = door.back(&back, &away.cookie).await.expect(302);
    assert_eq!(answer.header("location"), Some("/homes?page=2"));
    assert_eq!(
        (answer.header("cache-control"), answer.header("referrer-policy")),
        (Some("no-store"), Some("no-referrer"))
    );
    assert!(cookie(&answer, "hyd_refresh").is_some());
    let client = inside(&door.app, &answer);
    let profile = client.get("/api/users/profile").await.expect(200);
    assert_eq!(profile.data()["email"], "asha@example.com");
    assert_eq!(
        (&profile.data()["status"], &profile.data()["emailVerified"]),
        (&json!("ACTIVE"), &json!(true))
    );
    // The subject is encrypted in the journal, is a keyed digest in the claim, and appears nowhere else.
    for entry in files(door.app.data_dir()) {
        let bytes = std::fs::read(&entry).unwrap_or_default();
        let subject = b"subject-of-asha-4711";
        assert!(!bytes.windows(subject.len()).any(|window| window == subject), "{}", entry.display());
    }
    // They happened at the same time.
    let mut joined = history(&client).await;
    joined.sort();
    assert_eq!(joined, ["USER_EMAIL_VERIFIED", "USER_IDENTITY_LINKED", "USER_REGISTERED"]);
    // The provider's account stays linked. A later change of address changes nothing and needs no confirmation.
    let mut changed = asha();
    changed["email"] = json!("new@example.com");
    changed["email_verified"] = json!(false);
    let again = door.through(changed).await.expect(302);
    let client = inside(&door.app, &again);
    assert_eq!(client.get("/api/users/profile").await.data()["id"], profile.data()["id"]);
    assert_eq!(history(&client).await[0], "USER_LOGIN");
    // The pages accept the token, too.
    let page = format!("hyd_access={}", client.token());
    let page = door.app.client.send(reqwest::Method::GET, "/dashboard", None, &[("cookie", &page)]).await;
    page.expect(200);
    door.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sign_in_page_offers_each_provider_and_says_what_went_wrong() {
    let door = Door::open().await;
    let page = door.app.client.get("/sign-in?next=/homes").await.expect(200).text;
    assert!(page.contains("href=\"/api/auth/oidc/sample?next=%2Fhomes\""), "{page}");
    assert!(page.contains("Continue with Sample"));
    let away = door.leave("").await;
    let state = away.door.split("state=").nth(1).unwrap().split('&').next().unwrap();
    let cancelled = format!("/api/auth/oidc/sample/callback?error=access_denied&state={state}");
    let headers = [("cookie", &*away.cookie), ("accept", "text/html,*/*;q=0.8")];
    let answer = door.app.client.send(reqwest::Method::GET, &cancelled, None, &headers).await.expect(302);
    assert_eq!(answer.header("location"), Some("/sign-in?refused=OIDC_CANCELLED"));
    assert!(cookie(&answer, "hyd_access").is_none());
    let page = door.app.client.get("/sign-in?refused=OIDC_CANCELLED").await.expect(200).text;
    assert!(page.contains("role=\"alert\"") && page.contains("You did not sign in there"), "{page}");
    let page = door.app.client.get("/sign-in?refused=%3Cb%3E").await.expect(200).text;
    assert!(!page.contains("<b>") && page.contains("That sign-in did not work"));
    door.app.client.get("/api/auth/oidc/unknown").await.expect(404);
    for next in ["https://evil.example", "//evil.example", "/%5Cevil.example"] {
        let answer = door.app.client.get(&format!("/api/auth/oidc/sample?next={next}")).await.expect(400);
        assert!(answer.body["error"]["fieldErrors"]["next"].is_string(), "{}", answer.text);
    }
    door.app.stop().await;
}
