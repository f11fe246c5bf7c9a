//! With https, cookies are limited to this host, and browsers are told to stay with https.

use reqwest::Method;
use testkit::{Person, TestApp};

const STREAM: &str = "/api/realtime/stream";

#[tokio::test(flavor = "multi_thread")]
async fn under_https_cookies_are_of_this_host_and_https_stays() {
    for (url, https) in [("https://homes.example", true), ("", false)] {
        let app = TestApp::with(|_| {}, &[("limits.enabled", "false"), ("public_url", url)]).await;
        let asha = Person::register(&app.client, "asha").await;
        for path in ["/register", "/homes", "/api/properties", "/api/nothing"] {
            let answer = app.client.get(path).await;
            let told = answer.header("strict-transport-security");
            assert_eq!(told, https.then_some("max-age=31536000"), "{path} at {url:?}");
        }
        let page = app.client.get("/register").await.expect(200);
        let set = page.header("set-cookie").unwrap();
        assert_eq!(set.starts_with("__Host-hyd_csrf="), https, "{set}");
        assert_eq!(set.contains("; Secure"), https, "{set}");
        // A cookie that another host of the domain may have set does not sign anybody in.
        for (name, taken) in [("__Host-hyd_access", https), ("hyd_access", !https)] {
            let cookie = format!("{name}={}", asha.client.token());
            let status = if taken { 200 } else { 303 };
            app.client.send(Method::GET, "/account", None, &[("cookie", &cookie)]).await.expect(status);
            let own = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin")];
            app.client.head(STREAM, &own).await.expect(if taken { 200 } else { 401 });
        }
        app.stop().await;
    }
}
