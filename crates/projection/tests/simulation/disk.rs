//! What a power cut leaves of files whose writers do not wait for the disk, and of names in a directory.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use projection::SyncPath;

use crate::chaos::Chaos;

/// A write-ahead log this short was never copied into its file: any beginning of it is what a power cut may leave.
const NEVER_COPIED: u64 = 900 * 4096;

/// A disk of one life.
pub struct Disk {
    chaos: Arc<Chaos>,
    durable: Mutex<Durable>,
}

#[derive(Default)]
struct Durable {
    /// So many bytes of each file.
    lengths: BTreeMap<PathBuf, u64>,
    /// What each pointer to a read model's file says; nothing where there is none.
    pointers: BTreeMap<PathBuf, Option<Vec<u8>>>,
}

fn read(pointer: &Path) -> Option<Vec<u8>> {
    std::fs::read(pointer).ok()
}

impl Disk {
    /// With what a former life left, which is all durable.
    pub fn new(chaos: &Arc<Chaos>, pointers: [PathBuf; 2]) -> Arc<Self> {
        let pointers = pointers.into_iter().map(|pointer| (pointer.clone(), read(&pointer))).collect();
        let durable = Mutex::new(Durable { lengths: BTreeMap::new(), pointers });
        Arc::new(Self { chaos: Arc::clone(chaos), durable })
    }

    /// No power cut can bring a former file back.
    pub fn is_certain(&self) -> bool {
        self.durable.lock().unwrap().pointers.iter().all(|(pointer, content)| *content == read(pointer))
    }

    /// Makes a file or a directory durable, unless the disk fails.
    pub fn sync(self: &Arc<Self>) -> SyncPath {
        let disk = Arc::clone(self);
        Arc::new(move |path| {
            let about = path.metadata()?;
            if disk.chaos.fails(3) {
                disk.chaos.note("the disk fails to sync");
                return Err(io::Error::other("simulated"));
            }
            let mut durable = disk.durable.lock().unwrap();
            if about.is_dir() {
                durable.pointers.iter_mut().for_each(|(pointer, content)| *content = read(pointer));
            } else {
                durable.lengths.insert(path.to_owned(), about.len());
            }
            Ok(())
        })
    }

    /// Does to `copy` what a power cut does to `file`.
    pub fn cut(&self, file: &Path, copy: &Path) {
        let durable = self.durable.lock().unwrap();
        if let Some(content) = durable.pointers.get(file) {
            // A name that was not synced may be there all the same.
            if self.chaos.one_in(2) {
                match content {
                    Some(content) => std::fs::write(copy, content).unwrap(),
                    None => std::fs::remove_file(copy).unwrap(),
                }
            }
            return;
        }
        if !file.to_string_lossy().ends_with("-wal") {
            return;
        }
        let cut = OpenOptions::new().write(true).open(copy).unwrap();
        let length = cut.metadata().unwrap().len();
        let kept = durable.lengths.get(file).copied().unwrap_or(0).min(length);
        if length < NEVER_COPIED {
            cut.set_len(self.chaos.draw(kept, length)).unwrap();
        }
    }
}
