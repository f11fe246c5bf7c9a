//! Hashing and verifying passwords. It is slow on purpose, so it runs on low-priority threads of its own with a
//! bounded queue.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Argon2, PasswordHash};
use domain::people::prepared_password;
use http_kit::Failure;
use supervisor::{Supervised, Supervisor, priority};
use tokio::sync::oneshot;

/// Each thread keeps the 19 MiB that a hash needs.
const MOST_THREADS: usize = 2;
/// A hash that belongs to no account. It is verified for unknown names, so that they take the same time. It is not
/// secret.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$dxk+4X5MWuLMh/jlK3tu8Q$xottlGpwF5VjtaZN52Y2c9ByPfdW/XP9mU/vpp7sqgs";
/// About a second of work. When the queue is full, it is better to refuse and let the client retry.
const WAITING: usize = 64;

enum Job {
    Hash { password: String, answer: oneshot::Sender<Result<String, String>> },
    Verify { password: String, hash: Option<String>, answer: oneshot::Sender<Result<bool, String>> },
}

/// The password threads; they end when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Passwords(SyncSender<Job>);

impl Passwords {
    /// Starts the threads.
    pub fn start(supervisor: &Supervisor) -> std::io::Result<Self> {
        let (jobs, queue) = sync_channel(WAITING);
        let queue = Arc::new(Mutex::new(queue));
        // Half of the cores are left to other work.
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        for number in 1..=(cores / 2).clamp(1, MOST_THREADS) {
            let queue = Arc::clone(&queue);
            let thread = supervisor.named(format!("passwords-{number}"));
            thread.thread(move |thread| work(thread, &queue))?;
        }
        Ok(Self(jobs))
    }

    /// Hashes a new password with argon2id, in PHC form.
    pub async fn hash(&self, password: String) -> Result<String, Failure> {
        self.ask(|answer| Job::Hash { password, answer }).await
    }

    /// Whether `hash` is of `password`. Without a hash it takes the same time and returns false.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Failure> {
        self.ask(|answer| Job::Verify { password, hash, answer }).await
    }

    async fn ask<T>(
        &self,
        job: impl FnOnce(oneshot::Sender<Result<T, String>>) -> Job,
    ) -> Result<T, Failure> {
        let (answer, answered) = oneshot::channel();
        self.0.try_send(job(answer)).map_err(|error| match error {
            TrySendError::Full(_) => Failure::unavailable(&"too many passwords wait to be checked"),
            TrySendError::Disconnected(_) => Failure::unavailable(&"the password threads ended"),
        })?;
        match answered.await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(Failure::unavailable(&error)),
            Err(_) => Err(Failure::unavailable(&"a password thread broke off")),
        }
    }
}

fn work(thread: &Supervised, queue: &Mutex<Receiver<Job>>) {
    priority::lower_to(priority::LOW);
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        thread.attempt(|| job.work());
    }
}

impl Job {
    fn work(self) {
        match self {
            // The requester may have gone away while the job waited.
            Self::Hash { answer, .. } if answer.is_closed() => {}
            Self::Verify { answer, .. } if answer.is_closed() => {}
            Self::Hash { password, answer } => {
                let _ = answer.send(hash(&password));
            }
            Self::Verify { password, hash, answer } => {
                let known = hash.is_some();
                let fits = verify(&password, hash.as_deref().unwrap_or(NOBODYS));
                let _ = answer.send(fits.map(|fits| fits && known));
            }
        }
    }
}

fn hash(password: &str) -> Result<String, String> {
    let password = prepared_password(password);
    let hash: PasswordHash =
        Argon2::default().hash_password(password.as_bytes()).map_err(|e| e.to_string())?;
    Ok(hash.to_string())
}

/// Passwords from before they were prepared are known as they were typed.
fn verify(password: &str, hash: &str) -> Result<bool, String> {
    let hash = PasswordHash::new(hash).map_err(|e| e.to_string())?;
    let prepared = prepared_password(password);
    Ok(is_of(&prepared, &hash)? || (prepared != password && is_of(password, &hash)?))
}

fn is_of(password: &str, hash: &PasswordHash) -> Result<bool, String> {
    match Argon2::default().verify_password(password.as_bytes(), hash) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_argon2id_and_fits_its_own_password_only() {
        let made = hash("a long phrase").unwrap();
        assert!(made.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{made}");
        assert_eq!(verify("a long phrase", &made), Ok(true));
        assert_eq!(verify("another phrase", &made), Ok(false));
    }

    #[test]
    fn a_password_is_right_from_every_keyboard_and_as_it_was_before() {
        let made = hash("jose\u{301} goes\u{A0}home").unwrap();
        for typed in ["jos\u{E9} goes home", "jose\u{301} goes home"] {
            assert_eq!(verify(typed, &made), Ok(true), "{typed:?}");
        }
        let before = "jose\u{301} goes home";
        let old: PasswordHash = Argon2::default().hash_password(before.as_bytes()).unwrap();
        assert_eq!(verify(before, &old.to_string()), Ok(true));
        assert_eq!(
            verify("jos\u{E9} goes home", &old.to_string()),
            Ok(false),
            "nobody knows what was typed then"
        );
    }

    #[test]
    fn nobodys_hash_takes_as_long_as_any_other() {
        let parts = |hash: &str| hash.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(parts(NOBODYS), parts(&hash("a long phrase").unwrap()));
        assert_eq!(verify("a long phrase", NOBODYS), Ok(false));
    }
}
