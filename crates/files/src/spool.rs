//! Holds uploads in unnamed temporary files, so that memory holds only a little of each upload at a time. A file is
//! gone once its last holder is dropped or the process ends.

use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use bytes::{Bytes, BytesMut};
use http_kit::Failure;
use tokio::sync::{Semaphore, SemaphorePermit};

/// How many bytes are written at once.
const PIECE: usize = 128 * 1024;
/// How many files may be in memory as a whole at the same time.
const IN_MEMORY: usize = 2;

/// The directory of the temporary files. Clones share it.
#[derive(Clone, Debug)]
pub struct Spool {
    directory: Arc<Path>,
    in_memory: Arc<Semaphore>,
}

/// A file that is being received.
pub struct Writing {
    file: Arc<File>,
    piece: BytesMut,
    size: u64,
    digest: Context,
}

/// A file that was received.
pub struct Spooled {
    file: Arc<File>,
    size: u64,
    sha256: Vec<u8>,
}

/// A permit to have one whole file in memory.
pub struct Turn<'a>(#[expect(dead_code, reason = "it is held")] SemaphorePermit<'a>);

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|error| Failure::unavailable(&error))?;
    done.map_err(|error| Failure::unavailable(&error))
}

impl Spool {
    /// A spool in `directory`, which must exist.
    pub fn in_directory(directory: &Path) -> Self {
        let directory = PathBuf::from(directory).into();
        Self { directory, in_memory: Arc::new(Semaphore::new(IN_MEMORY)) }
    }

    /// Starts a file.
    pub async fn begin(&self) -> Result<Writing, Failure> {
        let directory = Arc::clone(&self.directory);
        let file = blocking(move || tempfile::tempfile_in(directory)).await?;
        Ok(Writing { file: Arc::new(file), piece: BytesMut::new(), size: 0, digest: Context::new(&SHA256) })
    }

    /// Stores these bytes as a file.
    pub async fn keep(&self, bytes: &[u8]) -> Result<Spooled, Failure> {
        let mut writing = self.begin().await?;
        writing.write(bytes).await?;
        writing.finish().await
    }

    /// Waits until one more file may be in memory.
    pub async fn turn(&self) -> Result<Turn<'_>, Failure> {
        self.in_memory.acquire().await.map(Turn).map_err(|closed| Failure::unavailable(&closed))
    }
}

impl Writing {
    /// The number of bytes received so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    pub async fn write(&mut self, chunk: &[u8]) -> Result<(), Failure> {
        self.size += chunk.len() as u64;
        self.digest.update(chunk);
        self.piece.extend_from_slice(chunk);
        if self.piece.len() >= PIECE { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Result<(), Failure> {
        let file = Arc::clone(&self.file);
        let piece = self.piece.split().freeze();
        blocking(move || (&*file).write_all(&piece)).await
    }

    pub async fn finish(mut self) -> Result<Spooled, Failure> {
        self.flush().await?;
        let sha256 = self.digest.finish().as_ref().to_vec();
        Ok(Spooled { file: self.file, size: self.size, sha256 })
    }
}

impl Spooled {
    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn sha256(&self) -> &[u8] {
        &self.sha256
    }

    /// Reads the whole file. The caller must hold a [`Turn`].
    pub async fn bytes(&self, _turn: &Turn<'_>) -> Result<Bytes, Failure> {
        self.part(0..self.size).await
    }

    /// Reads the first bytes, at most `most`.
    pub async fn head(&self, most: u64) -> Result<Bytes, Failure> {
        self.part(0..self.size.min(most)).await
    }

    /// Reads the last bytes, at most `most`.
    pub async fn tail(&self, most: u64) -> Result<Bytes, Failure> {
        self.part(self.size.saturating_sub(most)..self.size).await
    }

    async fn part(&self, part: Range<u64>) -> Result<Bytes, Failure> {
        let size = usize::try_from(part.end - part.start).map_err(|error| Failure::unavailable(&error))?;
        // Allocate here, not on the reading thread: there are many of those, and the memory that the allocator keeps
        // for each adds up.
        let file = Arc::clone(&self.file);
        let mut bytes = vec![0; size];
        blocking(move || {
            file.read_exact_at(&mut bytes, part.start)?;
            Ok(bytes.into())
        })
        .await
    }
}
