//! A small mail server that takes e-mails, and fails on demand.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// What it does instead of taking an e-mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trick {
    /// Nothing.
    None,
    /// Sends the second text in answer to commands that start with the first; `.` is the end of an e-mail.
    Answer(&'static str, &'static str),
    /// Closes the connection on a command that starts with this text.
    Cut(&'static str),
}

/// How it encrypts connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    None,
    StartTls,
    Implicit,
}

/// The commands and e-mails it received.
#[derive(Debug, Default)]
pub struct Heard {
    pub commands: Vec<String>,
    pub letters: Vec<String>,
}

pub struct MailServer {
    pub address: SocketAddr,
    /// The certificate of its authority, as PEM.
    pub authority: String,
    pub trick: Arc<Mutex<Trick>>,
    pub heard: Arc<Mutex<Heard>>,
    taken: watch::Sender<()>,
    _running: JoinSet<()>,
}

impl MailServer {
    pub async fn start(secrecy: Secrecy) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (trick, heard) = (Arc::new(Mutex::new(Trick::None)), Arc::new(Mutex::new(Heard::default())));
        let (acceptor, authority) = certified();
        let address = listener.local_addr().unwrap();
        let mut running = JoinSet::new();
        let (trick_too, heard_too) = (Arc::clone(&trick), Arc::clone(&heard));
        let taken = watch::Sender::default();
        let taken_too = taken.clone();
        running.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let talk = Talk { trick: *trick_too.lock().unwrap(), heard: Arc::clone(&heard_too) };
                // A client that breaks off is no reason to stop.
                let _ = talk.serve(stream, secrecy, &acceptor).await;
                taken_too.send_replace(());
            }
        });
        Self { address, authority, trick, heard, taken, _running: running }
    }

    pub fn plays(&self, trick: Trick) {
        *self.trick.lock().unwrap() = trick;
    }

    pub fn letters(&self) -> Vec<String> {
        self.heard.lock().unwrap().letters.clone()
    }

    /// Waits until it has taken `count` e-mails in total.
    pub async fn took(&self, count: usize) {
        let mut taken = self.taken.subscribe();
        let arrive = async {
            while self.letters().len() < count {
                taken.changed().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(20), arrive).await.unwrap();
        assert_eq!(self.letters().len(), count);
    }

    pub fn commands(&self) -> Vec<String> {
        self.heard.lock().unwrap().commands.clone()
    }
}

fn certified() -> (TlsAcceptor, String) {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let own =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let key = key.serialize_der().try_into().unwrap();
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![own.der().clone()], key).unwrap();
    (TlsAcceptor::from(Arc::new(config)), authority.pem())
}

struct Talk {
    trick: Trick,
    heard: Arc<Mutex<Heard>>,
}

impl Talk {
    async fn serve(
        &self,
        stream: TcpStream,
        secrecy: Secrecy,
        acceptor: &TlsAcceptor,
    ) -> std::io::Result<()> {
        match secrecy {
            Secrecy::None => self.talk(stream, true, "AUTH PLAIN LOGIN").await.map(|_| ()),
            Secrecy::Implicit => {
                self.talk(acceptor.accept(stream).await?, true, "AUTH PLAIN LOGIN").await.map(|_| ())
            }
            Secrecy::StartTls => {
                let Some(stream) = self.talk(stream, true, "STARTTLS").await? else { return Ok(()) };
                self.talk(acceptor.accept(stream).await?, false, "AUTH PLAIN LOGIN").await.map(|_| ())
            }
        }
    }

    /// Returns the stream when it is to be encrypted.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        greets: bool,
        offers: &str,
    ) -> std::io::Result<Option<S>> {
        let mut stream = BufReader::new(stream);
        if greets {
            stream.write_all(b"220 mail.example ready\r\n").await?;
        }
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(None);
            }
            let line = line.trim_end().to_owned();
            self.heard.lock().unwrap().commands.push(line.clone());
            let tricked = match self.trick {
                Trick::Cut(start) if line.starts_with(start) => return Ok(None),
                Trick::Answer(start, answer) if line.starts_with(start) => Some(answer),
                _ => None,
            };
            let verb = line.split(' ').next().unwrap_or_default().to_owned();
            let answer = match (tricked, verb.as_str()) {
                (Some(answer), _) => answer.to_owned(),
                (None, "EHLO") => format!("250-mail.example\r\n250-{offers}\r\n250 8BITMIME"),
                (None, "AUTH") => "235 welcome".into(),
                (None, "DATA") => "354 go on".into(),
                (None, "QUIT") => "221 bye".into(),
                (None, "STARTTLS") => "220 go on".into(),
                (None, _) => "250 ok".into(),
            };
            stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
            match verb.as_str() {
                "STARTTLS" => return Ok(Some(stream.into_inner())),
                "QUIT" => return Ok(None),
                "DATA" if answer.starts_with("354") && !self.letter(&mut stream).await? => return Ok(None),
                _ => {}
            }
        }
    }

    /// Reads an e-mail up to its final dot. Returns false if the connection is to be closed then.
    async fn letter<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: &mut BufReader<S>,
    ) -> std::io::Result<bool> {
        let mut letter = String::new();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(false);
            }
            if line == ".\r\n" {
                break;
            }
            letter.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
        let answer = match self.trick {
            Trick::Cut(".") => {
                self.heard.lock().unwrap().letters.push(letter);
                return Ok(false);
            }
            Trick::Answer(".", answer) => answer,
            _ => {
                self.heard.lock().unwrap().letters.push(letter);
                "250 queued"
            }
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        Ok(true)
    }
}
