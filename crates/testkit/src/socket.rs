//! Subscribes over a WebSocket, as the pages do.

use futures_util::StreamExt as _;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::http::Client;

/// A stream of messages.
#[derive(Debug)]
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    place: String,
    reset: Option<String>,
    /// The code with which the server closed the connection.
    closed: Option<u16>,
}

impl Client {
    /// Subscribes with this client's token, after the given cursor or from now on.
    pub async fn socket(&self, path: &str, after: Option<&str>) -> Socket {
        let after = after.map(|after| format!("?after={after}")).unwrap_or_default();
        let address = format!("{}{path}{after}", self.base().replacen("http", "ws", 1));
        let mut request = address.into_client_request().unwrap();
        let token = format!("Bearer {}", self.token()).parse().unwrap();
        request.headers_mut().insert("authorization", token);
        let (stream, _) = connect_async(request).await.expect("the server switches to WebSocket");
        let mut socket = Socket { stream, place: String::new(), reset: None, closed: None };
        assert_eq!(socket.next().await, Some(Value::Null), "a connection begins with its place");
        socket
    }
}

impl Client {
    /// A raw connection after the WebSocket handshake, for tests that violate the protocol.
    pub async fn raw_socket(&self, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.base().trim_start_matches("http://")).await.unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\nconnection: upgrade\r\n\
             upgrade: websocket\r\nsec-websocket-version: 13\r\n\
             sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            self.token()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 101");
        stream
    }
}

impl Socket {
    /// The reset notice of the opening message, if the stream could not resume from the given cursor.
    #[must_use]
    pub fn reset(&self) -> Option<&str> {
        self.reset.as_deref()
    }

    /// The code with which the server closed the connection.
    #[must_use]
    pub fn closed(&self) -> Option<u16> {
        self.closed
    }

    /// The cursor from which to resume after the last message.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Closes the connection, and returns the code with which the server closes it, too. `None` when it does not.
    pub async fn close(mut self) -> Option<u16> {
        let frame = CloseFrame { code: CloseCode::Normal, reason: "enough".into() };
        self.stream.close(Some(frame)).await.ok()?;
        let mut code = None;
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Close(frame))) => code = frame.map(|frame| frame.code.into()),
                Some(Ok(_)) => {}
                // Without a handshake this is an error, and 1006 in a browser.
                Some(Err(_)) => return None,
                None => return code,
            }
        }
    }

    /// The next activity. `None` when the server has closed the connection.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            match self.stream.next().await?.ok()? {
                Message::Text(text) => {
                    let mut message: Value = serde_json::from_str(&text).unwrap();
                    message["id"].as_str().unwrap().clone_into(&mut self.place);
                    if let Some(why) = message["reset"].as_str() {
                        self.reset = Some(why.to_owned());
                    }
                    return Some(message["activity"].take());
                }
                Message::Close(frame) => {
                    self.closed = frame.map(|frame| frame.code.into());
                    return None;
                }
                _ => {}
            }
        }
    }
}
