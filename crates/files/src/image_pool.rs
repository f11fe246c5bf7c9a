//! Re-encodes images on dedicated low-priority threads. Only as many images are processed at a time as fit into a
//! fixed amount of memory; the need of each is computed from its header. The threads are never replaced, so that the
//! memory their allocators keep stays bounded, too.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use domain::FieldErrors;
use http_kit::Failure;
use image::ImageFormat;
use supervisor::{Supervised, Supervisor, priority};
use tokio::sync::{Semaphore, oneshot};

use crate::picture::{self, Picture, PictureError, memory};

const THREADS: usize = 2;
/// The unit in which memory is counted.
const UNIT: u64 = 64 * 1024;

type Job = Box<dyn FnOnce() + Send>;

/// A pool of image threads. Clones share the threads and the memory; the threads end when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct ImagePool {
    jobs: Sender<Job>,
    memory: Arc<Semaphore>,
}

/// The number of units that hold `bytes`, at least one.
fn units(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).max(1)
}

fn work(thread: &Supervised, queue: &Mutex<Receiver<Job>>) {
    priority::lower_to(priority::LOW);
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => drop(thread.attempt(job)),
            Err(_) => return,
        }
    }
}

impl ImagePool {
    /// Starts the threads.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub fn start(supervisor: &Supervisor) -> std::io::Result<Self> {
        let (jobs, queue) = channel();
        let queue = Arc::new(Mutex::new(queue));
        for number in 1..=THREADS {
            let queue = Arc::clone(&queue);
            supervisor.named(format!("studio-{number}")).thread(move |thread| work(thread, &queue))?;
        }
        let memory = Semaphore::new(units(memory::MOST) as usize);
        Ok(Self { jobs, memory: Arc::new(memory) })
    }

    /// Re-encodes the image in `bytes`, which was sent as `field`, or says what is wrong with it.
    pub async fn render(&self, field: &str, bytes: Bytes, format: ImageFormat) -> Result<Picture, Failure> {
        let first = bytes.clone();
        let header = self.ask(field, move || picture::look_at(&first, format)).await?;
        // An image that needs more than there is has been refused already. The memory is held until the work is done,
        // even if nobody waits for the result any more.
        let need = Arc::clone(&self.memory).acquire_many_owned(units(header.need())).await;
        let need = need.map_err(|closed| Failure::unavailable(&closed))?;
        let render = move || {
            let _taken = need;
            picture::render(&bytes, format)
        };
        self.ask(field, render).await
    }

    /// Runs `work` on one of the threads. Problems with the image are reported for `field`.
    async fn ask<T: Send + 'static>(
        &self,
        field: &str,
        work: impl FnOnce() -> Result<T, PictureError> + Send + 'static,
    ) -> Result<T, Failure> {
        let (answer, answered) = oneshot::channel();
        let job = move || {
            // A decoder that panics on its input has done no harm.
            let done = catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(PictureError::Broken));
            // The caller may have stopped waiting.
            let _ = answer.send(done);
        };
        self.jobs.send(Box::new(job)).map_err(|error| Failure::unavailable(&error))?;
        match answered.await.map_err(|error| Failure::unavailable(&error))? {
            Ok(done) => Ok(done),
            Err(PictureError::Encoder) => Err(Failure::unavailable(&PictureError::Encoder)),
            Err(error) => Err(Failure::invalid(FieldErrors::one(field, error.to_string()))),
        }
    }
}
