//! The system calls of a traced process, parsed from the output of `strace -f -y -xx`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// A call that changed something below the data directory or made it durable, or that sent a response.
#[derive(Debug)]
pub enum Call {
    /// A file was opened and, if absent, created. `emptied` if it was truncated.
    Open {
        path: PathBuf,
        emptied: bool,
    },
    Write {
        path: PathBuf,
        at: Option<u64>,
        bytes: Vec<u8>,
    },
    Truncate {
        path: PathBuf,
        length: u64,
    },
    Rename {
        from: PathBuf,
        to: PathBuf,
    },
    Remove {
        path: PathBuf,
    },
    MakeDirectory {
        path: PathBuf,
    },
    /// A file or directory is on disk as it was when the sync `began`, counted in calls.
    Sync {
        path: PathBuf,
        began: usize,
    },
    /// Data was sent to the client.
    Sent {
        text: Vec<u8>,
    },
}

pub struct Trace {
    pub calls: Vec<Call>,
}

struct Reading<'a> {
    root: &'a Path,
    calls: Vec<Call>,
    /// Syncs in progress, by thread.
    syncing: HashMap<String, (PathBuf, usize)>,
    /// Other calls in progress, by thread.
    unfinished: HashMap<String, String>,
}

impl Trace {
    pub fn read(text: &str, root: &Path) -> Self {
        let (syncing, unfinished) = (HashMap::new(), HashMap::new());
        let mut reading = Reading { root, calls: Vec::new(), syncing, unfinished };
        text.lines().for_each(|line| reading.line(&with_paths(line)));
        Self { calls: reading.calls }
    }

    /// The index of the call that began to send the response to request `number`.
    pub fn answered(&self, number: usize) -> usize {
        let mark = format!("cmd-{number}-");
        let sent = |call: &Call| match call {
            Call::Sent { text } => text.windows(mark.len()).any(|part| part == mark.as_bytes()),
            _ => false,
        };
        self.calls.iter().position(sent).unwrap_or_else(|| panic!("request {number} was not answered"))
    }
}

impl Reading<'_> {
    fn line(&mut self, line: &str) {
        let Some((thread, call)) = line.split_once(char::is_whitespace) else { return };
        let call = call.trim_start();
        if let Some(rest) = call.strip_prefix("<... ") {
            let rest = rest.split_once("resumed>").map_or("", |(_, rest)| rest);
            if let Some((path, began)) = self.syncing.remove(thread) {
                if call.ends_with("= 0") {
                    self.calls.push(Call::Sync { path, began });
                }
            } else if let Some(begun) = self.unfinished.remove(thread) {
                self.call(&format!("{begun}{rest}"));
            }
            return;
        }
        if let Some(begun) = call.strip_suffix("<unfinished ...>") {
            let Some((name, arguments)) = begun.split_once('(') else { return };
            match name {
                "fsync" | "fdatasync" => {
                    if let Some(path) = self.below(described(arguments)) {
                        self.syncing.insert(thread.to_owned(), (path, self.calls.len()));
                    }
                }
                // A write or send may take effect as soon as it begins.
                "write" | "pwrite64" | "writev" | "sendto" | "sendmsg" => self.call(begun),
                _ => drop(self.unfinished.insert(thread.to_owned(), begun.to_owned())),
            }
            return;
        }
        self.call(call);
    }

    fn call(&mut self, call: &str) {
        let Some((name, arguments)) = call.split_once('(') else { return };
        let failed = call.rsplit_once(" = ").is_some_and(|(_, result)| result.starts_with('-'));
        if failed {
            return;
        }
        match name {
            "write" | "pwrite64" => self.written(name, arguments),
            "writev" | "sendto" | "sendmsg" => self.sent(arguments),
            "fsync" | "fdatasync" => {
                if let Some(path) = self.below(described(arguments)) {
                    let began = self.calls.len();
                    self.calls.push(Call::Sync { path, began });
                }
            }
            "ftruncate" => {
                let length = arguments.rsplit_once(", ").and_then(|(_, rest)| number(rest));
                if let (Some(path), Some(length)) = (self.below(described(arguments)), length) {
                    self.calls.push(Call::Truncate { path, length });
                }
            }
            "openat" if arguments.contains("O_CREAT") => {
                // The resulting path follows the new descriptor.
                let opened = call.rsplit_once(" = ").and_then(|(_, result)| described(result));
                if let Some(path) = self.below(opened) {
                    self.calls.push(Call::Open { path, emptied: arguments.contains("O_TRUNC") });
                }
            }
            _ => self.named(name, arguments),
        }
    }

    /// Calls whose arguments contain paths.
    fn named(&mut self, name: &str, arguments: &str) {
        let mut paths = strings(arguments).into_iter().map(|bytes| {
            let path = PathBuf::from(String::from_utf8_lossy(&bytes).into_owned());
            path.starts_with(self.root).then_some(path)
        });
        let (first, second) = (paths.next().flatten(), paths.next().flatten());
        match (name, first, second) {
            ("rename" | "renameat" | "renameat2", Some(from), Some(to)) => {
                self.calls.push(Call::Rename { from, to });
            }
            ("unlink" | "unlinkat" | "rmdir", Some(path), _) => self.calls.push(Call::Remove { path }),
            ("mkdir" | "mkdirat", Some(path), _) => self.calls.push(Call::MakeDirectory { path }),
            _ => {}
        }
    }

    fn written(&mut self, name: &str, arguments: &str) {
        let Some(path) = self.below(described(arguments)) else { return self.sent(arguments) };
        let Some(bytes) = strings(arguments).into_iter().next() else { return };
        let behind = arguments.rsplit_once('"').map_or("", |(_, rest)| rest);
        let at = behind.split(", ").nth(2).and_then(number).filter(|_| name == "pwrite64");
        self.calls.push(Call::Write { path, at, bytes });
    }

    fn sent(&mut self, arguments: &str) {
        if described(arguments).is_some_and(|to| to.starts_with("TCP:") || to.starts_with("socket:")) {
            self.calls.push(Call::Sent { text: strings(arguments).concat() });
        }
    }

    fn below(&self, path: Option<&str>) -> Option<PathBuf> {
        let path = Path::new(path?.trim_end_matches(" (deleted)"));
        path.starts_with(self.root).then(|| path.to_owned())
    }
}

/// Decodes the paths of descriptors, as in `7<\\x2f\\x61>`, to plain text. Other angle brackets are strace's own.
fn with_paths(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once("<\\x") {
        let Some((hex, after)) = behind.split_once('>') else { break };
        plain.push_str(before);
        plain.push('<');
        plain.push_str(&String::from_utf8_lossy(&bytes(&format!("\\x{hex}"))));
        plain.push('>');
        rest = after;
    }
    plain + rest
}

fn number(text: &str) -> Option<u64> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// The path `/somewhere/file` in `7</somewhere/file>, …`.
fn described(arguments: &str) -> Option<&str> {
    let (descriptor, rest) = arguments.split_once('<')?;
    if descriptor.is_empty() || !descriptor.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let end = rest.find(">,").or_else(|| rest.find(">)")).or_else(|| rest.rfind('>'))?;
    Some(&rest[..end])
}

/// The quoted strings. All their bytes are written as `\x41`.
fn strings(arguments: &str) -> Vec<Vec<u8>> {
    arguments.split('"').skip(1).step_by(2).map(bytes).collect()
}

fn bytes(text: &str) -> Vec<u8> {
    let byte = |hex: &str| u8::from_str_radix(hex.get(..2)?, 16).ok();
    text.split("\\x").skip(1).filter_map(byte).collect()
}
