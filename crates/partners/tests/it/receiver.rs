//! A partner's server that answers as instructed, hangs, or breaks off.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What a receiver does with a request that it has read.
#[derive(Clone, Debug)]
pub enum Reaction {
    /// Answers with this status.
    Answer(u16),
    /// Answers 302, with this address.
    Redirect(String),
    /// Keeps the connection open and says nothing.
    Hang,
    /// Closes the connection before the answer has begun.
    Close,
    /// Closes the connection within the body of a 200.
    BreakOff,
    /// Stops within the body of a 200, and keeps the connection open.
    Stall,
    /// Answers 200, with a body that has no end.
    Endless,
}

/// A request that a receiver has read.
#[derive(Clone, Debug)]
pub struct Received {
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Received {
    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Which of `secrets` signed it.
    pub fn signed_by(&self, secrets: &[&str]) -> Vec<bool> {
        let content = format!("{}.{}.{}", self.id(), self.headers["webhook-timestamp"], self.body);
        let given: Vec<&str> = self.headers["webhook-signature"].split(' ').collect();
        let by = |secret: &&str| {
            let secret = BASE64.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), content.as_bytes());
            given.contains(&&*format!("v1,{}", BASE64.encode(tag)))
        };
        secrets.iter().map(by).collect()
    }
}

#[derive(Debug, Default)]
struct Script {
    next: VecDeque<Reaction>,
    heard: Vec<Received>,
}

/// A running receiver. It answers 200 when it has no other instruction.
pub struct Receiver {
    pub url: String,
    script: Arc<Mutex<Script>>,
    _running: JoinSet<()>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let script = Arc::new(Mutex::new(Script::default()));
        let told = Arc::clone(&script);
        let mut running = JoinSet::new();
        running.spawn(async move {
            let mut open = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(request) = Box::pin(read(&mut stream)).await else { continue };
                let reaction = {
                    let mut script = told.lock().unwrap();
                    script.heard.push(request);
                    script.next.pop_front().unwrap_or(Reaction::Answer(200))
                };
                if let Some(answer) = answer(&reaction) {
                    let _ = stream.write_all(answer.as_bytes()).await;
                }
                match reaction {
                    Reaction::Hang | Reaction::Stall => open.push(stream),
                    // Until the sender has had enough.
                    Reaction::Endless => while stream.write_all(&[b'x'; 1024]).await.is_ok() {},
                    _ => {}
                }
            }
        });
        Self { url, script, _running: running }
    }

    /// The reactions to the next requests.
    pub fn reacts(&self, next: impl IntoIterator<Item = Reaction>) {
        self.script.lock().unwrap().next.extend(next);
    }

    pub fn heard(&self) -> Vec<Received> {
        self.script.lock().unwrap().heard.clone()
    }

    /// The `PROPERTY_FEATURED` of which homes it heard, in order.
    pub fn homes(&self) -> Vec<String> {
        let id = |received: &Received| received.json()["data"]["aggregateId"].as_str().unwrap().to_owned();
        self.heard().iter().map(id).collect()
    }
}

fn answer(reaction: &Reaction) -> Option<String> {
    let empty = "connection: close\r\ncontent-length: 0\r\n\r\n";
    match reaction {
        Reaction::Answer(status) => Some(format!("HTTP/1.1 {status} Said\r\n{empty}")),
        Reaction::Redirect(to) => Some(format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\n{empty}")),
        Reaction::BreakOff | Reaction::Stall => {
            Some("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf".into())
        }
        Reaction::Endless => Some("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n".into()),
        Reaction::Hang | Reaction::Close => None,
    }
}

async fn read(stream: &mut TcpStream) -> Option<Received> {
    let mut request = String::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        request.push_str(std::str::from_utf8(&buffer[..count]).ok()?);
        let Some((head, body)) = request.split_once("\r\n\r\n") else { continue };
        let line = |line: &str| {
            let (name, value) = line.split_once(": ")?;
            Some((name.to_lowercase(), value.to_owned()))
        };
        let headers: BTreeMap<_, _> = head.lines().filter_map(line).collect();
        let length: usize = headers.get("content-length").and_then(|length| length.parse().ok())?;
        if body.len() >= length {
            return Some(Received { headers, body: body.to_owned() });
        }
    }
}
