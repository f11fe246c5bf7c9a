//! Index files that are written without fsync: the operating system flushes them when it likes. A commit would wait
//! for about twenty fsyncs, which is most of its cost. The index is a cache, so a power cut may damage it as long as
//! the damage is detected: every file ends in a checksum, and an index with a damaged file is recreated at startup.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, TerminatingWrite,
    WatchCallback, WatchHandle, WritePtr,
};
use tantivy::{Index, TantivyError};

/// The directory of the index, without fsync.
#[derive(Clone, Debug)]
pub struct Unhurried {
    path: PathBuf,
    files: MmapDirectory,
}

impl Unhurried {
    /// Opens the directory at `path`, which must exist.
    pub fn at(path: &Path) -> tantivy::Result<Self> {
        Ok(Self { path: path.to_owned(), files: MmapDirectory::open(path)? })
    }

    /// Opens the index in it if it is undamaged, and removes files that belong to no segment.
    pub fn whole_index(self) -> tantivy::Result<Index> {
        let path = self.path.clone();
        let index = Index::open(self)?;
        let damaged =
            |what: String| TantivyError::SystemError(format!("{what} of the search index is damaged"));
        if let Some(file) = index.validate_checksum()?.into_iter().next() {
            return Err(damaged(file.display().to_string()));
        }
        let listed = index.directory().list_managed_files();
        let ids = index.searchable_segment_ids()?;
        let ids: HashSet<String> = ids.iter().map(tantivy::index::SegmentId::uuid_string).collect();
        for entry in std::fs::read_dir(path)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let of_segment = name.split('.').next().is_some_and(|id| ids.contains(id));
            if of_segment && !listed.contains(Path::new(&name)) {
                // Its checksum was not verified, and nothing would ever remove it.
                return Err(damaged("the list of files".into()));
            }
            if !of_segment && !name.starts_with('.') && name != "meta.json" {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(index)
    }
}

/// A file that counts as written once all bytes are handed to the operating system.
struct Written(File);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl TerminatingWrite for Written {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        self.0.flush()
    }
}

impl Directory for Unhurried {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.files.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.files.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.files.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let file = File::create_new(self.path.join(path)).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => OpenWriteError::FileAlreadyExists(path.to_owned()),
            _ => OpenWriteError::wrap_io_error(error, path.to_owned()),
        })?;
        Ok(BufWriter::new(Box::new(Written(file))))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.files.atomic_read(path)
    }

    /// A reader sees either the old or the new content, unless the power is cut.
    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let fresh = self.path.join(format!(".fresh-{}", path.display()));
        std::fs::write(&fresh, data)?;
        std::fs::rename(fresh, self.path.join(path))
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.files.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.files.watch(callback)
    }
}
