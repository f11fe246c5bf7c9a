//! A runtime of its own for costly work, with few threads of low priority, so that it does not slow down
//! requests.
//!
//! ```text
//! request -> main runtime: sockets, HTTP, rights, short queries                    nice 0, every core
//!              `-> background: bodies of uploads, exports, learning, backups       nice 19, half of the cores
//! ```
//! The operating system runs these threads when no other thread needs the core. Blocking work there takes no
//! thread from the main runtime.

use std::io;
use std::sync::Arc;
use std::thread::available_parallelism;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::{JoinError, JoinHandle, JoinSet};

use crate::priority;

/// The background runtime. Clones share it; it shuts down with the last clone. The default value has no runtime
/// of its own: work then runs on the caller's runtime.
#[derive(Clone, Debug, Default)]
pub struct Background(Option<Arc<Own>>);

#[derive(Debug)]
struct Own {
    /// `Some` until it is dropped.
    runtime: Option<Runtime>,
    handle: Handle,
}

impl Drop for Own {
    fn drop(&mut self) {
        // The thread that drops it must not block, and nobody waits for the remaining work.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Background {
    /// Starts the threads: one worker for every two cores (at least one), and up to four plus the number of
    /// cores for blocking work.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start() -> io::Result<Self> {
        let cores = available_parallelism().map_or(1, usize::from);
        let runtime = Builder::new_multi_thread()
            .worker_threads((cores / 2).max(1))
            .max_blocking_threads(4 + cores)
            .thread_name("background")
            .on_thread_start(|| priority::lower_to(priority::LOWEST))
            .enable_all()
            .build()?;
        let handle = runtime.handle().clone();
        Ok(Self(Some(Arc::new(Own { runtime: Some(runtime), handle }))))
    }

    /// Runs `work` on this runtime. Dropping the returned future cancels the work; a panic of the work is
    /// passed on to the caller.
    ///
    /// # Errors
    /// When the process stops before the work is done.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, JoinError> {
        let mut tasks = JoinSet::new();
        self.spawn_in(&mut tasks, work);
        match tasks.join_next().await {
            Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Some(done) => done,
            None => std::future::pending().await,
        }
    }

    /// Spawns `work` on this runtime, as a task of `tasks`.
    pub fn spawn_in<T: Send + 'static>(
        &self,
        tasks: &mut JoinSet<T>,
        work: impl Future<Output = T> + Send + 'static,
    ) {
        match &self.0 {
            Some(own) => tasks.spawn_on(work, &own.handle),
            None => tasks.spawn(work),
        };
    }

    /// Runs blocking `work` on this runtime.
    pub fn spawn_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        match &self.0 {
            Some(own) => own.handle.spawn_blocking(work),
            None => tokio::task::spawn_blocking(work),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn name() -> Option<String> {
        std::thread::current().name().map(str::to_owned)
    }

    #[tokio::test]
    async fn work_goes_on_there_on_threads_of_low_priority() {
        let background = Background::start().unwrap();
        let seen = || (name(), priority::of_this_thread());
        let there = (Some("background".to_owned()), Some(priority::LOWEST));
        let here = seen();
        assert_eq!(background.run(async move { seen() }).await.unwrap(), there);
        assert_eq!(background.spawn_blocking(seen).await.unwrap(), there);
        assert_eq!(
            background.run(async move { tokio::task::spawn_blocking(seen).await }).await.unwrap().unwrap(),
            there
        );
        assert_eq!(seen(), here, "whoever asks keeps their own priority");
        assert_eq!(Background::default().run(async move { seen() }).await.unwrap(), here);
    }

    #[tokio::test]
    async fn work_ends_with_whoever_waits_for_it() {
        let background = Background::start().unwrap();
        let (held, gone) = mpsc::channel::<()>();
        let waiting = background.run(async move {
            let _held = held;
            std::future::pending::<()>().await;
        });
        let none = futures_util::FutureExt::now_or_never(waiting);
        assert!(none.is_none());
        assert_eq!(tokio::task::spawn_blocking(move || gone.recv()).await.unwrap(), Err(mpsc::RecvError));
    }

    #[tokio::test]
    #[should_panic(expected = "as it does")]
    async fn a_panic_is_the_callers() {
        let _ = Background::start().unwrap().run(async { panic!("as it does") }).await;
    }

    /// A task may hold the last clone and so end the runtime that it runs on.
    #[tokio::test]
    async fn it_may_end_from_within() {
        let background = Background::start().unwrap();
        let own = background.clone();
        let mut tasks = JoinSet::new();
        let (go, wait) = tokio::sync::oneshot::channel::<()>();
        background.spawn_in(&mut tasks, async move {
            let _ = wait.await;
            drop(own);
        });
        drop(background);
        go.send(()).unwrap();
        assert!(tasks.join_next().await.is_some());
    }
}
