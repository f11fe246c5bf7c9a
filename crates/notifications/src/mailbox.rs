//! A directory of e-mails. Each e-mail is there completely or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The mailbox directory. Its methods block.
#[derive(Clone, Debug)]
pub struct Mailbox(Arc<PathBuf>);

impl Mailbox {
    /// Opens the mailbox, and creates its directory if it is missing.
    pub fn open(directory: &Path) -> io::Result<Self> {
        journal::make_directory(directory)?;
        Ok(Self(Arc::new(directory.to_owned())))
    }

    /// Stores an e-mail durably, replacing one with the same name.
    pub fn put(&self, name: &str, letter: &[u8]) -> io::Result<()> {
        let written = self.0.join(format!(".{name}.part"));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // E-mails carry single-use codes.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&written)?;
        file.write_all(letter)?;
        file.sync_all()?;
        fs::rename(&written, self.0.join(name))?;
        metrics::counter!("mailbox_letters_total").increment(1);
        self.sync()
    }

    /// Reads an e-mail, if it is there.
    pub fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.0.join(name)).ok()
    }

    /// Removes an e-mail, if it is there, and any fragment of it that a crash left.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        for path in [self.0.join(name), self.0.join(format!(".{name}.part"))] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        self.sync()
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&*self.0)?.sync_all()
    }
}
