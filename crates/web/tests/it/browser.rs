//! A browser without scripts: it handles cookies and forms only.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use serde_json::json;
use tower::ServiceExt as _;
use web::{Api, Settings};

use crate::stub::Stub;

pub struct Browser {
    pub api: Stub,
    pub cookies: BTreeMap<String, String>,
    pub router: Router,
    /// The prefix of every cookie name under HTTPS.
    pub host: &'static str,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
}

impl Answer {
    pub fn to(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |to| to.to_str().unwrap())
    }

    /// The `Set-Cookie` lines of that cookie.
    pub fn sets(&self, name: &str) -> Vec<&str> {
        let lines = self.headers.get_all(SET_COOKIE).into_iter().map(|line| line.to_str().unwrap());
        lines
            .filter(|line| {
                line.split_once('=')
                    .is_some_and(|(key, _)| key.strip_prefix("__Host-").unwrap_or(key) == name)
            })
            .collect()
    }

    #[track_caller]
    pub fn has(&self, text: &str) -> &Self {
        assert!(self.html.contains(text), "no {text:?} in\n{}", self.html);
        self
    }

    #[track_caller]
    pub fn lacks(&self, text: &str) -> &Self {
        assert!(!self.html.contains(text), "{text:?} in\n{}", self.html);
        self
    }
}

impl Browser {
    pub fn new() -> Self {
        Self::over(&Stub::default())
    }

    pub fn settings() -> Settings {
        Settings {
            addresses: vec!["https://homes.example".to_owned()],
            secure_cookies: true,
            city: "Hyderabad".to_owned(),
            mailbox: true,
            demo: true,
            providers: vec![("sample".to_owned(), "Sample & Co".to_owned())],
            form_key: [7; 32],
        }
    }

    pub fn over(api: &Stub) -> Self {
        let router = web::router(Api::new(api.router()), Self::settings());
        Self { api: api.clone(), cookies: BTreeMap::new(), router, host: "__Host-" }
    }

    /// Signed in as `u1`, with an access token that has not expired.
    pub fn signed_in() -> Self {
        let mut browser = Self::new();
        browser.cookies.insert("hyd_access".to_owned(), "access-1".to_owned());
        browser.cookies.insert("hyd_refresh".to_owned(), "refresh-1".to_owned());
        browser.api.says("GET /api/users/profile", json!({"id": "u1", "username": "asha"}));
        browser
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], String::new()).await
    }

    /// Opens a page, wherever it has moved for good.
    pub async fn open(&mut self, path: &str) -> Answer {
        let answer = self.get(path).await;
        if answer.status == StatusCode::MOVED_PERMANENTLY {
            return self.get(answer.to()).await;
        }
        answer
    }

    /// Posts like a person who opened a page first: with the CSRF token of its form.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        if !self.cookies.contains_key("hyd_csrf") {
            self.get("/verify-email").await;
        }
        let token = self.cookies["hyd_csrf"].clone();
        let mut fields = fields.to_vec();
        fields.push(("_csrf", &token));
        self.post_exactly(path, &[], &fields).await
    }

    pub async fn post_exactly(
        &mut self,
        path: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(Method::POST, path, headers, body).await
    }

    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "homes.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let cookies: Vec<_> =
            self.cookies.iter().map(|(name, value)| format!("{}{name}={value}", self.host)).collect();
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        let request = request.body(Body::from(body)).unwrap();
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let html = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        for line in parts.headers.get_all(SET_COOKIE) {
            self.take(line.to_str().unwrap());
        }
        Answer { status: parts.status, headers: parts.headers, html }
    }

    fn take(&mut self, line: &str) {
        let (pair, attributes) = line.split_once(';').unwrap();
        let (name, value) = pair.strip_prefix(self.host).unwrap().split_once('=').unwrap();
        if attributes.contains("Max-Age=0;") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}
