//! A minimal HTTP/1.1 client with keep-alive: one request and one response of known length at a time.

use std::net::SocketAddr;

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// No response in a benchmark is longer.
const LONGEST: usize = 16 << 20;

/// A request.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub method: &'a str,
    pub path: &'a str,
    /// Empty for an anonymous caller.
    pub token: &'a str,
    pub body: Option<&'a str>,
}

impl Request<'_> {
    /// Appends the request to `out`.
    pub fn write(&self, out: &mut Vec<u8>) {
        let Self { method, path, token, body } = self;
        let mut text = |part: &str| out.extend_from_slice(part.as_bytes());
        for part in [method, " ", path, " HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: xtask bench\r\n"] {
            text(part);
        }
        text("accept: application/json\r\n");
        if !token.is_empty() {
            ["authorization: Bearer ", token, "\r\n"].into_iter().for_each(&mut text);
        }
        match body {
            Some(body) => {
                text("content-type: application/json\r\n");
                text(&format!("content-length: {}\r\n\r\n{body}", body.len()));
            }
            None => text("\r\n"),
        }
    }
}

/// A response.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    pub status: u16,
    head: &'a str,
    body: &'a [u8],
}

impl<'a> Answer<'a> {
    pub fn header(&self, name: &str) -> Option<&'a str> {
        header(self.head, name)
    }

    pub fn text(&self) -> &'a str {
        std::str::from_utf8(self.body).unwrap_or("(no text)")
    }

    pub fn json(&self) -> anyhow::Result<Value> {
        serde_json::from_slice(self.body).with_context(|| format!("no JSON: {}", self.text()))
    }

    /// Any other status ends the benchmark, because it would then measure something else.
    pub fn expect(self, status: u16) -> anyhow::Result<Self> {
        ensure!(self.status == status, "answered {} instead of {status}: {}", self.status, self.text());
        Ok(self)
    }
}

/// One persistent connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream =
            TcpStream::connect(address).await.with_context(|| format!("nothing answers at {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 << 10) })
    }

    pub async fn send(&mut self, request: Request<'_>) -> anyhow::Result<Answer<'_>> {
        let mut bytes = Vec::with_capacity(2048);
        request.write(&mut bytes);
        self.call(&bytes).await
    }

    /// Sends a whole request and reads the whole response.
    pub async fn call(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let mut searched = 0;
        let head_end = loop {
            self.more().await?;
            let end = self.buffer[searched..].windows(4).position(|four| four == b"\r\n\r\n");
            if let Some(end) = end {
                break searched + end;
            }
            searched = self.buffer.len().saturating_sub(3);
        };
        let head = std::str::from_utf8(&self.buffer[..head_end])?;
        let status: u16 = head.get(9..12).context("no status line")?.parse()?;
        let length = match header(head, "content-length") {
            Some(length) => length.parse()?,
            None if status == 204 || status == 304 => 0,
            None => bail!("an answer without a length: {head}"),
        };
        ensure!(length <= LONGEST, "an answer of {length} bytes");
        let start = head_end + 4;
        while self.buffer.len() < start + length {
            self.more().await?;
        }
        let head = std::str::from_utf8(&self.buffer[..head_end])?;
        Ok(Answer { status, head, body: &self.buffer[start..start + length] })
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        let read = self.stream.read_buf(&mut self.buffer).await?;
        ensure!(read > 0 && self.buffer.len() <= 2 * LONGEST, "the connection was cut");
        Ok(())
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}
