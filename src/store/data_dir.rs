//! The data directory: made when absent, owned by one process at a time.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

use super::StoreError;
use crate::durable;

/// A data directory that this process owns until it is dropped.
#[derive(Debug)]
pub(super) struct DataDir {
    path: PathBuf,
    /// The system gives the lock back when the file closes, however the process ends.
    lock: File,
}

impl Drop for DataDir {
    fn drop(&mut self) {
        // Closing is not enough: a process that is being started by this one at this very moment holds
        // a copy of the open file for a while, and the lock would last as long as the copy.
        let _ = self.lock.unlock();
    }
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
            lock,
        })
    }

    /// The file of facts.
    pub(super) fn facts(&self) -> PathBuf {
        facts(&self.path)
    }

    /// Where the numbers of a register copy are.
    pub(super) fn snapshot(&self, register: &str, n: u64) -> PathBuf {
        snapshot(&self.path, register, n)
    }

    /// The directory itself.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// The file of facts in a data directory.
pub(super) fn facts(dir: &Path) -> PathBuf {
    dir.join("facts.db")
}

/// Where the numbers of a register copy are in a data directory.
pub(super) fn snapshot(dir: &Path, register: &str, n: u64) -> PathBuf {
    dir.join(REGISTERS).join(format!("{register}-{n}.roaring"))
}

const REGISTERS: &str = "registers";

fn make(path: &Path) -> Result<(), StoreError> {
    durable::make_dir(path).map_err(|e| StoreError::io("make the directory", path, e))
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_copy_of_the_open_file_does_not_keep_the_lock() {
        let dir = tempfile::tempdir().unwrap();
        let owned = DataDir::own(dir.path()).unwrap();
        // As a process has it that was forked and has not begun its own program yet.
        let copy = owned.lock.try_clone().unwrap();
        assert!(matches!(
            DataDir::own(dir.path()),
            Err(StoreError::Locked { .. })
        ));
        drop(owned);
        DataDir::own(dir.path()).unwrap();
        drop(copy);
    }
}
