//! A client that keeps status, headers and JSON together.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;

/// A response that was read completely.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body; null if it is not JSON.
    pub body: Value,
    /// The unparsed body.
    pub text: String,
}

impl Answer {
    /// Checks the status. A failure message contains the body.
    #[track_caller]
    #[expect(
        clippy::must_use_candidate,
        clippy::return_self_not_must_use,
        reason = "often the check is all that is wanted"
    )]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// `data` of the envelope.
    #[must_use]
    pub fn data(&self) -> &Value {
        &self.body["data"]
    }

    /// What is wrong about a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.body["error"]["fieldErrors"][name].as_str()
    }

    /// `error.code` of the envelope.
    #[must_use]
    pub fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or("")
    }

    /// A header's text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// An HTTP client of one server, with or without a token.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
    host: Option<String>,
}

impl Client {
    /// An anonymous client.
    #[must_use]
    pub fn new(base: &str) -> Self {
        let http = reqwest::Client::builder()
            // Low-priority work waits for everything else on the machine.
            .timeout(Duration::from_mins(3))
            .redirect(reqwest::redirect::Policy::none())
            .user_agent("testkit")
            .build()
            .unwrap();
        Self { http, base: base.to_owned(), token: None, host: None }
    }

    /// The same with separate connections, because connections belong to the runtime that opened them.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self { token: self.token.clone(), host: self.host.clone(), ..Self::new(&self.base) }
    }

    /// The same with a bearer token.
    #[must_use]
    pub fn bearer(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same with another host name of the server.
    #[must_use]
    pub fn at(&self, host: &str) -> Self {
        Self { host: Some(host.to_owned()), ..self.clone() }
    }

    /// The address of the server.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or("")
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> reqwest::RequestBuilder {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(host) = &self.host {
            request = request.header("host", host);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        request
    }

    /// Starts a request whose response has no end.
    async fn begin(&self, path: &str, headers: &[(&str, &str)]) -> reqwest::Response {
        let request = self.request(Method::GET, path, None, headers).timeout(Duration::from_hours(1));
        request.send().await.expect("the server answers")
    }

    /// One request. `None` when the server cannot be reached or dies before it responds.
    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Option<Answer> {
        let response = self.request(method, path, body, headers).send().await.ok()?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.ok()?;
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Some(Answer { status, headers, body, text })
    }

    /// Requests an endless response, and disconnects once it has begun.
    pub async fn head(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let response = self.begin(path, headers).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = if status < 400 { String::new() } else { response.text().await.unwrap() };
        Answer { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::Null), text }
    }

    /// Subscribes to server-sent events, after the given cursor or from now on.
    pub async fn listen(&self, path: &str, after: Option<&str>) -> Events {
        let headers: Vec<_> = after.map(|after| ("last-event-id", after)).into_iter().collect();
        let response = self.begin(path, &headers).await;
        assert_eq!(response.status(), 200);
        let mut events = Events { response, text: String::new(), place: String::new(), reset: None };
        let (place, reset) = events.any().await.expect("a connection begins with its place");
        (events.place, events.reset) = (place, reset);
        events
    }

    /// One request that must get a response.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        self.try_send(method, path, body, headers).await.expect("the server answers")
    }

    /// One request with a body that is not JSON.
    pub async fn send_bytes(
        &self,
        method: Method,
        path: &str,
        (media, body): (&str, Vec<u8>),
        headers: &[(&str, &str)],
    ) -> Answer {
        let request = self.request(method, path, None, headers).header("content-type", media).body(body);
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("an answer to its end");
        Answer { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::Null), text }
    }

    /// The same with shared bytes. `None` when the server resets the connection, as it does with a body that it
    /// will not read.
    pub async fn try_send_bytes(
        &self,
        method: Method,
        path: &str,
        (media, body): (&str, bytes::Bytes),
    ) -> Option<u16> {
        let request = self.request(method, path, None, &[]).header("content-type", media).body(body);
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        response.bytes().await.ok()?;
        Some(status)
    }

    /// The bytes at a path, with status and headers.
    pub async fn bytes(
        &self,
        path: &str,
        headers: &[(&str, &str)],
    ) -> (u16, reqwest::header::HeaderMap, Vec<u8>) {
        let response = self.request(Method::GET, path, None, headers).send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        (status, headers, response.bytes().await.expect("an answer to its end").to_vec())
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    /// GET, wherever the page has moved for good.
    pub async fn open(&self, path: &str) -> Answer {
        let answer = self.get(path).await;
        let to = answer.header("location").filter(|_| answer.status == 301).map(str::to_owned);
        match to {
            Some(to) => self.get(&to).await,
            None => answer,
        }
    }

    /// POST.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body), &[]).await
    }

    /// PUT.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, Some(body), &[]).await
    }

    /// PATCH.
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, Some(body), &[]).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None, &[]).await
    }
}

/// A stream of server-sent events.
#[derive(Debug)]
pub struct Events {
    response: reqwest::Response,
    text: String,
    place: String,
    reset: Option<Value>,
}

impl Events {
    /// The reset notice of the opening event, if the stream could not resume from the given cursor.
    #[must_use]
    pub fn reset(&self) -> Option<&Value> {
        self.reset.as_ref()
    }

    /// The cursor from which to resume after the last event.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The data of the next event. `None` when the connection has ended.
    pub async fn next(&mut self) -> Option<Value> {
        let (place, data) = self.any().await?;
        self.place = place;
        Some(data.expect("only the first event says nothing"))
    }

    /// The next event's id and data.
    async fn any(&mut self) -> Option<(String, Option<Value>)> {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let event = event.to_owned();
                let rest = rest.to_owned();
                self.text = rest;
                let field = |name| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                // A keep-alive comment has no id.
                if let Some(id) = field("id:") {
                    return Some((
                        id.to_owned(),
                        field("data:").map(|data| serde_json::from_str(data).unwrap()),
                    ));
                }
            }
            let chunk = self.response.chunk().await.ok()??;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}
