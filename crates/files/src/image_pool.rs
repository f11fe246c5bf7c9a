//! Where images are made anew: on threads of their own that others go before, as many at a time as fit into a fixed amount of memory, told
//! from their first bytes, whatever comes. The threads stay the same, so that what their allocators keep stays bounded,
//! too.

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
/// What memory is counted in.
const UNIT: u64 = 64 * 1024;

type Job = Box<dyn FnOnce() + Send>;

/// Clones share the threads and the memory; the threads end when the last one is gone.
#[derive(Clone, Debug)]
pub struct ImagePool {
    jobs: Sender<Job>,
    memory: Arc<Semaphore>,
}

/// `bytes` in units, at least one.
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
    /// When the machine gives none.
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

    /// The image that `bytes`, sent as `field`, are; what is wrong with them otherwise.
    pub async fn render(&self, field: &str, bytes: Bytes, format: ImageFormat) -> Result<Picture, Failure> {
        let first = bytes.clone();
        let header = self.ask(field, move || picture::look_at(&first, format)).await?;
        // What needs more than there is has been refused. It is taken until the work is done, whether anybody still
        // waits for it or not.
        let need = Arc::clone(&self.memory).acquire_many_owned(units(header.need())).await;
        let need = need.map_err(|closed| Failure::unavailable(&closed))?;
        let render = move || {
            let _taken = need;
            picture::render(&bytes, format)
        };
        self.ask(field, render).await
    }

    /// Has a thread do `work`; what is wrong with the image is told of `field`.
    async fn ask<T: Send + 'static>(
        &self,
        field: &str,
        work: impl FnOnce() -> Result<T, PictureError> + Send + 'static,
    ) -> Result<T, Failure> {
        let (answer, answered) = oneshot::channel();
        let job = move || {
            // A decoder that gives up on what it was given has done no harm.
            let done = catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(PictureError::Broken));
            // Whoever asked may have gone.
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
