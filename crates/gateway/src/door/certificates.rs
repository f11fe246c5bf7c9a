//! The TLS certificate of the public listener. It is reloaded while the server runs: new connections use the new
//! certificate.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use supervisor::wake;
use tokio::sync::watch;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

/// How often the files are checked for changes. SIGHUP triggers a check at once.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// The files do not form a valid certificate.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file cannot be read.
    #[error("{} cannot be read: {source}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A file does not contain the expected item in PEM.
    #[error("{} holds no {what} in PEM", file.display())]
    NotPem {
        /// The file.
        file: PathBuf,
        /// The expected item: a certificate or a key.
        what: &'static str,
    },
    /// Certificate and key do not match, or use an unsupported or unsafe algorithm.
    #[error("certificate and key of server.tls do not fit: {0}")]
    Unfit(#[from] rustls::Error),
}

/// A certificate and its key, loaded from files.
pub struct Certificates {
    files: [PathBuf; 2],
    current: watch::Sender<Loaded>,
}

struct Loaded {
    /// The bytes of the files it was loaded from.
    from: [Vec<u8>; 2],
    config: Arc<ServerConfig>,
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Certificates").field(&self.files).finish()
    }
}

impl Certificates {
    /// Reads both files.
    ///
    /// # Errors
    /// When the files do not form a valid certificate.
    pub fn read(certificate: PathBuf, key: PathBuf) -> Result<Self, CertificateError> {
        let files = [certificate, key];
        let from = bytes(&files)?;
        let config = config(&files, &from)?;
        Ok(Self { files, current: watch::Sender::new(Loaded { from, config }) })
    }

    /// The configuration for a new connection.
    pub(super) fn current(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.current.borrow().config)
    }

    /// Reads both files again. Returns whether they changed. If the new ones are invalid, the current certificate
    /// stays in use.
    ///
    /// # Errors
    /// When the files do not form a valid certificate.
    pub fn reload(&self) -> Result<bool, CertificateError> {
        let from = bytes(&self.files)?;
        if from == self.current.borrow().from {
            return Ok(false);
        }
        let config = config(&self.files, &from)?;
        self.current.send_replace(Loaded { from, config });
        Ok(true)
    }

    /// Reloads the files when they change, until `stop`.
    pub async fn follow(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        use tokio::signal::unix::{SignalKind, signal};
        let mut asked = signal(SignalKind::hangup()).ok();
        let mut told = None;
        loop {
            let asked = async {
                match &mut asked {
                    Some(asked) => asked.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = wake::stopped(&mut stop) => return,
                _ = asked => told = None,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            let again = Arc::clone(&self);
            match tokio::task::spawn_blocking(move || again.reload()).await {
                Ok(Ok(true)) => {
                    tracing::info!("the certificate of server.tls was read again");
                    told = None;
                }
                Ok(Ok(false)) => told = None,
                // Logged once per error, not at every check.
                Ok(Err(error)) => {
                    let error = error.to_string();
                    if told.as_ref() != Some(&error) {
                        tracing::error!(error, "the certificate of before stays in use");
                    }
                    told = Some(error);
                }
                Err(error) => tracing::error!(%error, "the certificate was not looked at"),
            }
        }
    }
}

fn bytes(files: &[PathBuf; 2]) -> Result<[Vec<u8>; 2], CertificateError> {
    let read = |file: &Path| {
        std::fs::read(file).map_err(|source| CertificateError::Unreadable { file: file.to_owned(), source })
    };
    Ok([read(&files[0])?, read(&files[1])?])
}

fn config(files: &[PathBuf; 2], from: &[Vec<u8>; 2]) -> Result<Arc<ServerConfig>, CertificateError> {
    let not_pem = |at: usize, what| CertificateError::NotPem { file: files[at].clone(), what };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&from[0]).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(|| not_pem(0, "certificate"))?;
    let key = PrivateKeyDer::from_pem_slice(&from[1]).map_err(|_| not_pem(1, "key"))?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
