//! The effect of a power cut on files whose writers do not wait for the disk, and on names in a directory.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use projection::SyncPath;

use crate::chaos::Chaos;

/// A write-ahead log up to this size was never copied into its file, so a power cut may leave any prefix of it.
const NEVER_COPIED: u64 = 900 * 4096;

/// The disk of one life.
pub struct Disk {
    chaos: Arc<Chaos>,
    durable: Mutex<Durable>,
}

#[derive(Default)]
struct Durable {
    /// Durable length of each file, in bytes.
    lengths: BTreeMap<PathBuf, u64>,
    /// Content of each pointer file; `None` where there is none.
    pointers: BTreeMap<PathBuf, Option<Vec<u8>>>,
}

fn read(pointer: &Path) -> Option<Vec<u8>> {
    std::fs::read(pointer).ok()
}

impl Disk {
    /// Starts with the files left by the previous life, all of them durable.
    pub fn new(chaos: &Arc<Chaos>, pointers: [PathBuf; 2]) -> Arc<Self> {
        let pointers = pointers.into_iter().map(|pointer| (pointer.clone(), read(&pointer))).collect();
        let durable = Mutex::new(Durable { lengths: BTreeMap::new(), pointers });
        Arc::new(Self { chaos: Arc::clone(chaos), durable })
    }

    /// Whether no power cut can bring an earlier file back.
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

    /// Applies a power cut of `file` to its copy `copy`.
    pub fn cut(&self, file: &Path, copy: &Path) {
        let durable = self.durable.lock().unwrap();
        if let Some(content) = durable.pointers.get(file) {
            // A rename that was not synced may survive anyway.
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
