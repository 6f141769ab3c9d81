//! Files and directories of our own that survive a power cut: a file is there whole or not at all, and
//! a name that was given stays. (What SQLite writes is SQLite's business.)

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// Writes a file that is, after a crash or power cut at any moment, there whole or as it was before.
/// What is left of an attempt that failed is beside it under a name ending in `.new`, and is overwritten
/// the next time.
///
/// # Errors
/// If the system refuses; then the file is as it was before.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, bytes, 0o666)
}

/// As [`write_whole`], for its owner's eyes only.
///
/// # Errors
/// If the system refuses; then the file is as it was before.
pub(crate) fn write_secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A draft that a crash left has the rights it had.
    if let Err(e) = fs::remove_file(draft_of(path))
        && e.kind() != io::ErrorKind::NotFound
    {
        return Err(e);
    }
    replace(path, bytes, 0o600)
}

/// The bytes of a file; `None` if there is none.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

fn replace(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let draft = draft_of(path);
    let write = || {
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(true).mode(mode);
        let mut file = options.open(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        sync_dir(parent_of(path))
    };
    write().inspect_err(|_| {
        let _ = fs::remove_file(&draft);
    })
}

fn draft_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    path.with_file_name(name)
}

/// Makes a directory and those above it that are missing, readable by their owner only (they hold
/// personal data), and makes their names durable.
///
/// # Errors
/// If the system refuses.
pub(crate) fn make_dir(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = parent_of(path);
    if parent != path {
        make_dir(parent)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
        made => made?,
    }
    sync_dir(parent)
}

/// Makes the names in a directory durable.
///
/// # Errors
/// If the system refuses.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Makes durable what lies in the log of an SQLite file in WAL mode, if it has one; for whoever opens it to
/// write. A process that was killed in a commit may have written all of it and synced nothing: it is seen from
/// then on, somebody relies on it, and a power cut would take it back.
///
/// # Errors
/// If the system refuses.
pub(crate) fn sync_log(database: &Path) -> io::Result<()> {
    // SQLite has no locks on this file that closing it could let go of.
    match File::open(log_path(database)) {
        Ok(log) => {
            log.sync_all()?;
            sync_dir(parent_of(database))
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(e),
    }
}

/// Where SQLite has the log of a file in WAL mode.
pub(crate) fn log_path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// The directory a path is in; of a bare name, the working directory.
pub(crate) fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => path,
    }
}

/// Which file a path names. A file that was deleted or moved while it is open takes what is written to
/// it as before, and nobody finds it there again: whoever keeps records in it must look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    /// The file at a path.
    ///
    /// # Errors
    /// If there is none, or it cannot be looked at.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let meta = fs::metadata(path)?;
        Ok(Self {
            device: meta.dev(),
            inode: meta.ino(),
        })
    }

    /// Whether the path still names this file.
    ///
    /// # Errors
    /// A sentence, if it does not.
    pub(crate) fn is_at(self, path: &Path) -> io::Result<()> {
        match Self::of(path) {
            Ok(found) if found == self => Ok(()),
            Ok(_) => Err(io::Error::other(
                "another file was put in its place while it was in use",
            )),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Err(io::Error::other(
                "it was moved or deleted while it was in use",
            )),
            Err(e) => Err(e),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_a_failed_attempt_leaves_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("id");
        write_whole(&path, b"one").unwrap();
        write_whole(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        // Where the draft is to be written stands a directory.
        fs::create_dir(dir.path().join("id.new")).unwrap();
        write_whole(&path, b"three").unwrap_err();
        assert_eq!(fs::read(&path).unwrap(), b"two");
    }

    #[test]
    fn directories_are_made_down_to_the_last_for_their_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/c");
        make_dir(&path).unwrap();
        make_dir(&path).unwrap();
        for made in ["a", "a/b", "a/b/c"] {
            let mode = fs::metadata(dir.path().join(made)).unwrap().mode();
            assert_eq!(mode & 0o777, 0o700, "{made}");
        }
        fs::write(dir.path().join("file"), "x").unwrap();
        make_dir(&dir.path().join("file/d")).unwrap_err();
        assert_eq!(parent_of(Path::new("name")), Path::new("."));
        assert_eq!(parent_of(Path::new("/")), Path::new("/"));
    }

    #[test]
    fn a_file_that_was_moved_or_replaced_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let (path, away) = (dir.path().join("a"), dir.path().join("b"));
        fs::write(&path, "x").unwrap();
        let id = FileId::of(&path).unwrap();
        id.is_at(&path).unwrap();
        fs::rename(&path, &away).unwrap();
        let gone = id.is_at(&path).unwrap_err().to_string();
        assert!(gone.contains("moved or deleted"), "{gone}");
        fs::write(&path, "x").unwrap();
        let other = id.is_at(&path).unwrap_err().to_string();
        assert!(other.contains("another file"), "{other}");
        id.is_at(&away).unwrap();
    }
}
