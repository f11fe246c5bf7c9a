//! A small SMS provider that answers as instructed, or closes the connection.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

pub struct Provider {
    pub url: String,
    /// Its answer from now on. With `None`, it reads a request and closes the connection.
    pub answer: Arc<Mutex<Option<&'static str>>>,
    heard: Arc<Mutex<Vec<String>>>,
    _running: JoinSet<()>,
}

impl Provider {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (answer, heard) = (Arc::new(Mutex::new(None)), Arc::new(Mutex::new(Vec::new())));
        let (answer_too, heard_too) = (Arc::clone(&answer), Arc::clone(&heard));
        let mut running = JoinSet::new();
        running.spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(request) = read(&mut stream).await else { continue };
                heard_too.lock().unwrap().push(request);
                let answer: Option<&str> = *answer_too.lock().unwrap();
                if let Some(answer) = answer {
                    let _ = stream.write_all(answer.as_bytes()).await;
                }
            }
        });
        Self { url, answer, heard, _running: running }
    }

    pub fn says(&self, answer: Option<&'static str>) {
        *self.answer.lock().unwrap() = answer;
    }

    /// The requests as they were received.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut request = String::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        request.push_str(std::str::from_utf8(&buffer[..count]).ok()?);
        let Some((head, body)) = request.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            return Some(request);
        }
    }
}
