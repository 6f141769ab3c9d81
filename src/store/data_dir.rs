//! The data directory: made when absent, owned by one process at a time.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

use super::StoreError;

/// A data directory that this process owns until it is dropped.
#[derive(Debug)]
pub(super) struct DataDir {
    path: PathBuf,
    /// The system gives the lock back when the file closes, however the process ends.
    _lock: File,
}

impl DataDir {
    /// Makes the directory when absent (readable by its owner only: it holds personal data) and takes
    /// the lock.
    pub(super) fn own(path: &Path) -> Result<Self, StoreError> {
        make(path)?;
        let lock = lock(path)?;
        make(&path.join(REGISTERS))?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// The file of facts.
    pub(super) fn facts(&self) -> PathBuf {
        self.path.join("facts.db")
    }

    /// Where the numbers of a register copy are.
    pub(super) fn snapshot(&self, register: &str, n: u64) -> PathBuf {
        self.path
            .join(REGISTERS)
            .join(format!("{register}-{n}.roaring"))
    }
}

const REGISTERS: &str = "registers";

fn make(path: &Path) -> Result<(), StoreError> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .map_err(|e| StoreError::io("make the directory", path, e))
}

fn lock(dir: &Path) -> Result<File, StoreError> {
    let path = dir.join("lock");
    let wrong = |doing| {
        let path = path.clone();
        move |e: io::Error| StoreError::io(doing, &path, e)
    };
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(wrong("open"))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            // The owner may not have written its number yet, or the system may keep us from reading it.
            let mut text = String::new();
            let read = file.read_to_string(&mut text);
            return Err(StoreError::Locked {
                dir: fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned()),
                pid: read.ok().and_then(|_| text.trim().parse().ok()),
            });
        }
        Err(TryLockError::Error(e)) => return Err(StoreError::io("lock", &path, e)),
    }
    file.set_len(0).map_err(wrong("write"))?;
    file.rewind().map_err(wrong("write"))?;
    writeln!(file, "{}", std::process::id()).map_err(wrong("write"))?;
    Ok(file)
}
