//! A disk that fills up: a small file system or, where none can be mounted, a limit on the size of files that a
//! process writes.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::Child;

/// A directory on a small disk.
#[derive(Debug)]
pub struct SmallDisk {
    directory: TempDir,
    mounted: bool,
}

/// While the limit makes the disk full, no file may grow beyond this. Every file already has this size.
const ONE_PAGE: &str = "--fsize=4096:unlimited";

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let output = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    output.is_ok_and(|status| status.success())
}

impl SmallDisk {
    /// A disk of `mib` MiB. Prints a line and returns `None` on a machine where that is not possible.
    #[must_use]
    pub fn of(mib: u64) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let size = format!("size={mib}m");
        let path = directory.path().to_str().unwrap().to_owned();
        let mounted = succeeds("mount", &["-t", "tmpfs", "-o", &size, "tmpfs", &path]);
        if !mounted {
            let limits = succeeds("prlimit", &["--version"]);
            say(if limits {
                "no tmpfs can be mounted: files are limited instead"
            } else {
                "SKIPPED: no disk can be filled"
            });
            limits.then_some(())?;
        }
        Some(Self { directory, mounted })
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Whether it is a separate file system, whose free space can be queried.
    #[must_use]
    pub fn is_mounted(&self) -> bool {
        self.mounted
    }

    /// Starts `binary` so that a file at its limit causes an error and not a signal.
    #[must_use]
    pub fn command(&self, binary: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", r#"trap "" XFSZ; exec "$0" "$@""#, binary]);
        command
    }

    fn filler(&self) -> PathBuf {
        self.directory.path().join("filler")
    }

    /// Leaves no free space for `child`.
    pub fn fill(&self, child: &Child) {
        if self.mounted {
            self.fill_to(0);
        } else {
            assert!(succeeds("prlimit", &["--pid", &child.id().to_string(), ONE_PAGE]));
        }
    }

    /// Leaves `mib` MiB free, if it is a separate file system.
    pub fn fill_to(&self, mib: u64) {
        let mut filler = File::options().create(true).append(true).open(self.filler()).unwrap();
        let piece = vec![0; 64 * 1024];
        while self.mounted && self.room() > mib << 20 {
            // Only a part of the last piece fits.
            if filler.write_all(&piece).is_err() {
                break;
            }
        }
    }

    fn room(&self) -> u64 {
        let told = rustix::fs::statvfs(self.path()).unwrap();
        told.f_bavail * told.f_frsize
    }

    /// Frees the space again.
    pub fn empty(&self, child: &Child) {
        if self.mounted {
            self.remove_filler();
        } else {
            assert!(succeeds("prlimit", &["--pid", &child.id().to_string(), "--fsize=unlimited:unlimited"]));
        }
    }

    /// Frees the space while no process uses it.
    pub fn remove_filler(&self) {
        let _ = std::fs::remove_file(self.filler());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if self.mounted {
            succeeds("umount", &["-l", self.path().to_str().unwrap_or_default()]);
        }
    }
}

#[expect(clippy::print_stderr, reason = "a test that tests less says so")]
fn say(line: &str) {
    eprintln!("{line}");
}
