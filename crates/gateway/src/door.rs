//! The listener of a port. Connections are set up and served concurrently, each within its time and its place, so a client
//! that sends nothing does not hold up others.
//!
//! ```text
//! accept -> a place -> PROXY header, from a proxy of ours -> TLS, HTTP/2 by ALPN -> requests
//!                      `------------ at most Patience::head ---------------'
//! ```

mod certificates;
mod connections;
mod progress;
mod proxy_header;
mod serving;
mod transport;

use std::io;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use http_kit::Network;
use ipnet::IpNet;
use serde::Deserialize;
use supervisor::wake;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::either::Either;

use crate::Pipeline;
use crate::arrival::{Connection, Proxies};
pub use certificates::{CertificateError, Certificates};
use connections::{ConnectionSlot, Connections, closed};
pub use progress::OpenRequest;
use progress::Patience;
use serving::Requests;

/// The most connections to the management port.
const MOST_OF_OPERATORS: usize = 128;

/// The limits of connections and of the time that they take. The times are in seconds.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectionSettings {
    /// Open connections in all.
    pub most: NonZeroU32,
    /// Open connections from one address; for IPv6, from one /64.
    pub most_per_address: NonZeroU32,
    /// The PROXY header and the TLS handshake, and then the head of each request.
    pub head_seconds: NonZeroU32,
    /// The pause between two requests.
    pub idle_seconds: NonZeroU32,
    /// The pause between two pieces of a body.
    pub body_pause_seconds: NonZeroU32,
    /// A whole request, up to the beginning of its response.
    pub request_seconds: NonZeroU32,
    /// A body may take longer than that, if this many bytes of it come in each second.
    pub body_bytes_per_second: NonZeroU32,
    /// The time in which a client takes the next part of its response.
    pub unread_seconds: NonZeroU32,
}

impl ConnectionSettings {
    fn patience(&self) -> Patience {
        let seconds = |number: NonZeroU32| Duration::from_secs(number.get().into());
        Patience {
            head: seconds(self.head_seconds),
            idle: seconds(self.idle_seconds),
            unread: seconds(self.unread_seconds),
        }
    }
}

/// The settings of the public listener.
#[derive(Clone, Debug)]
pub struct DoorSettings {
    /// The trusted proxies in front of this server.
    pub trusted_proxies: Vec<IpNet>,
    /// Connections from those proxies begin with a PROXY protocol header, version 2.
    pub proxy_protocol: bool,
    /// The certificate chain and its private key, both PEM files.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// The limits of connections.
    pub connections: ConnectionSettings,
}

/// A connection: plain TCP, or the stream inside TLS.
type Stream = Either<TcpStream, Box<TlsStream<TcpStream>>>;

/// How new connections are set up, and how many there may be. Clones share the certificates and the places.
#[derive(Clone, Debug)]
pub struct Door {
    proxies: Proxies,
    proxy_protocol: bool,
    /// Whether one address may have only so many connections.
    is_public: bool,
    patience: Patience,
    connections: Arc<Connections>,
    /// Set when TLS is used.
    pub certificates: Option<Arc<Certificates>>,
}

impl Door {
    /// The public door. Reads the certificate, if TLS is configured.
    ///
    /// # Errors
    /// When a file cannot be read, or the key does not match the certificate.
    pub fn public(settings: DoorSettings) -> Result<Self, CertificateError> {
        let DoorSettings { trusted_proxies, proxy_protocol, tls, connections } = settings;
        let certificates = tls.map(|(certificate, key)| Certificates::read(certificate, key).map(Arc::new));
        let number = |number: NonZeroU32| usize::try_from(number.get()).unwrap_or(usize::MAX);
        Ok(Self {
            proxies: trusted_proxies.into_iter().collect(),
            proxy_protocol,
            is_public: true,
            patience: connections.patience(),
            connections: Connections::new(number(connections.most), number(connections.most_per_address)),
            certificates: certificates.transpose()?,
        })
    }

    /// The door of the management port: the same times, places of its own, and no proxies.
    #[must_use]
    pub fn for_operators(&self) -> Self {
        Self {
            proxies: Proxies::default(),
            proxy_protocol: false,
            is_public: false,
            patience: self.patience,
            connections: Connections::new(MOST_OF_OPERATORS, MOST_OF_OPERATORS),
            certificates: None,
        }
    }

    /// Serves the connections of `listener` with `pipeline`, whose requests carry the caller's address. After `stop`, no
    /// connection is accepted, and the future ends with the last one.
    pub async fn serve(self, mut listener: TcpListener, pipeline: Pipeline, mut stop: watch::Receiver<bool>) {
        let mut talks = JoinSet::new();
        let stopped = stop.clone();
        loop {
            tokio::select! {
                () = wake::stopped(&mut stop) => break,
                Some(_) = talks.join_next() => {}
                (stream, peer) = Listener::accept(&mut listener) => match self.connections.admit() {
                    Some(place) => {
                        talks.spawn(self.clone().talk((stream, peer), place, pipeline.clone(), stopped.clone()));
                    }
                    None => closed("all_in_use"),
                },
            }
        }
        drop(listener);
        while talks.join_next().await.is_some() {}
    }

    async fn talk(
        self,
        (stream, peer): (TcpStream, SocketAddr),
        place: ConnectionSlot,
        pipeline: Pipeline,
        mut stop: watch::Receiver<bool>,
    ) {
        let _ = stream.set_nodelay(true);
        let (patience, proxies) = (self.patience, self.proxies.clone());
        let greeting = tokio::select! {
            greeting = tokio::time::timeout(patience.head, self.greet(stream, peer, &place)) => greeting,
            () = place.progress.evicted() => return,
            () = wake::stopped(&mut stop) => return,
        };
        match greeting {
            Ok(Ok((stream, connection))) => {
                let requests = Requests { connection, proxies, pipeline };
                serving::serve(stream, place, requests, patience, stop).await;
            }
            Ok(Err(error)) => tracing::debug!(%peer, %error, "a connection did not begin"),
            Err(_) => closed("head"),
        }
    }

    /// The PROXY header and the TLS handshake. The connection counts as one of its address from the moment that address
    /// is known, so that handshakes are limited, too.
    async fn greet(
        self,
        mut stream: TcpStream,
        peer: SocketAddr,
        place: &ConnectionSlot,
    ) -> io::Result<(Stream, Connection)> {
        let peer = if self.proxy_protocol && self.proxies.trust(peer.ip()) {
            proxy_header::read(&mut stream).await?.unwrap_or(peer)
        } else {
            peer
        };
        // A proxy of ours speaks for many.
        let counts = self.is_public && !self.proxies.trust(peer.ip());
        if counts && !place.belongs_to(Network::subscriber(peer.ip())) {
            closed("address_in_use");
            return Err(io::Error::other("its address has too many connections in use"));
        }
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
