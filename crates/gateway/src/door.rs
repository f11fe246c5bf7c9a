//! The listener of the public port. Connections are set up concurrently, so a client that sends nothing does not hold
//! up others.
//!
//! ```text
//! accept -> PROXY header, from a proxy of ours -> TLS, HTTP/2 by ALPN -> requests
//!           `------------ at most GREETING, at most MOST at once ---'
//! ```

mod certificates;
mod proxy_header;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::middleware::from_fn_with_state;
use axum::serve::{IncomingStream, Listener};
use ipnet::IpNet;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::either::Either;

use crate::arrival::{Connection, Proxies, arrive};
pub use certificates::{CertificateError, Certificates};

/// A connection that has not sent its PROXY header and TLS handshake by then is closed.
const GREETING: Duration = Duration::from_secs(10);
/// The most connections being set up at once; further ones wait in the socket's accept queue.
const MOST: usize = 1024;

/// The settings of the public listener.
#[derive(Clone, Debug, Default)]
pub struct DoorSettings {
    /// The trusted proxies in front of this server.
    pub trusted_proxies: Vec<IpNet>,
    /// Connections from those proxies begin with a PROXY protocol header, version 2.
    pub proxy_protocol: bool,
    /// The certificate chain and its private key, both PEM files.
    pub tls: Option<(PathBuf, PathBuf)>,
}

/// A connection: plain TCP, or the stream inside TLS.
pub type Stream = Either<TcpStream, Box<TlsStream<TcpStream>>>;

/// How new connections are set up. Clones share the certificates.
#[derive(Clone, Debug)]
pub struct Greeting {
    proxies: Proxies,
    proxy_protocol: bool,
    /// Set when TLS is used.
    pub certificates: Option<Arc<Certificates>>,
}

impl Greeting {
    /// Reads the certificate, if TLS is configured.
    ///
    /// # Errors
    /// When a file cannot be read, or the key does not match the certificate.
    pub fn new(settings: DoorSettings) -> Result<Self, CertificateError> {
        let DoorSettings { trusted_proxies, proxy_protocol, tls } = settings;
        let certificates = tls.map(|(certificate, key)| Certificates::read(certificate, key).map(Arc::new));
        let proxies = trusted_proxies.into_iter().collect();
        Ok(Self { proxies, proxy_protocol, certificates: certificates.transpose()? })
    }

    /// Wraps `router` so that its requests carry the caller's address.
    pub fn in_front_of(&self, router: Router) -> Router {
        router.layer(from_fn_with_state(self.proxies.clone(), arrive))
    }

    async fn greet(self, mut stream: TcpStream, peer: SocketAddr) -> io::Result<(Stream, Connection)> {
        let peer = if self.proxy_protocol && self.proxies.trust(peer.ip()) {
            proxy_header::read(&mut stream).await?.unwrap_or(peer)
        } else {
            peer
        };
        match &self.certificates {
            None => Ok((Either::Left(stream), Connection { peer, encrypted: false })),
            Some(certificates) => {
                let acceptor = TlsAcceptor::from(certificates.current());
                let stream = Either::Right(Box::new(acceptor.accept(stream).await?));
                Ok((stream, Connection { peer, encrypted: true }))
            }
        }
    }
}

/// The public listener on a socket.
#[derive(Debug)]
pub struct Door {
    listener: TcpListener,
    rules: Greeting,
    greeted: JoinSet<Option<(Stream, Connection)>>,
}

impl Door {
    /// Accepts the connections of `listener` and sets them up by these rules.
    #[must_use]
    pub fn at(listener: TcpListener, rules: Greeting) -> Self {
        Self { listener, rules, greeted: JoinSet::new() }
    }
}

impl Listener for Door {
    type Io = Stream;
    type Addr = Connection;

    async fn accept(&mut self) -> (Stream, Connection) {
        loop {
            let room = self.greeted.len() < MOST;
            tokio::select! {
                Some(done) = self.greeted.join_next() => {
                    if let Ok(Some(greeted)) = done {
                        return greeted;
                    }
                }
                (stream, peer) = Listener::accept(&mut self.listener), if room => {
                    let _ = stream.set_nodelay(true);
                    let greeting = tokio::time::timeout(GREETING, self.rules.clone().greet(stream, peer));
                    self.greeted.spawn(async move {
                        let done = greeting.await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
                        done.inspect_err(|error| tracing::debug!(%peer, %error, "a connection did not begin")).ok()
                    });
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<Connection> {
        let encrypted = self.rules.certificates.is_some();
        self.listener.local_addr().map(|peer| Connection { peer, encrypted })
    }
}

impl Connected<IncomingStream<'_, Door>> for Connection {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        *stream.remote_addr()
    }
}
