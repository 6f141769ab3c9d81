//! Copying files so that they are durable, with their hashes.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};
use sha2::{Digest, Sha256};

use super::BackupError;

/// Copies a plain file; its size and SHA-256.
pub(super) fn plain(from: &Path, to: &Path) -> Result<(u64, String), BackupError> {
    let mut source = File::open(from).map_err(BackupError::io("read", from))?;
    let mut target = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)
        .map_err(BackupError::io("write", to))?;
    let read = hashed(&mut source, |chunk| target.write_all(chunk));
    let told = read.map_err(BackupError::io("copy", from))?;
    target.sync_all().map_err(BackupError::io("write", to))?;
    Ok(told)
}

/// Copies a SQLite database as of one moment, while others write it; its size and SHA-256.
pub(super) fn database(from: &Path, to: &Path) -> Result<(u64, String), BackupError> {
    let failed = |source| BackupError::Database {
        path: from.to_owned(),
        source,
    };
    let target = to
        .to_str()
        .ok_or_else(|| BackupError::io("write", to)(io::Error::other("its name is not UTF-8")))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let copy = || {
        let conn = Connection::open_with_flags(from, flags)?;
        conn.busy_timeout(Duration::from_secs(10))?;
        conn.execute("VACUUM INTO ?1", [target])
    };
    copy().map_err(failed)?;
    let file = File::open(to).map_err(BackupError::io("read", to))?;
    file.sync_all().map_err(BackupError::io("write", to))?;
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(to, mode).map_err(BackupError::io("protect", to))?;
    sum(to)
}

/// The size and SHA-256 of a file.
pub(super) fn sum(path: &Path) -> Result<(u64, String), BackupError> {
    let mut file = File::open(path).map_err(BackupError::io("read", path))?;
    hashed(&mut file, |_| Ok(())).map_err(BackupError::io("read", path))
}

fn hashed(
    source: &mut impl Read,
    mut each: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<(u64, String)> {
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    let mut buffer = vec![0; 1 << 18];
    loop {
        let n = source.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        hash.update(&buffer[..n]);
        each(&buffer[..n])?;
        bytes += n as u64;
    }
    Ok((bytes, super::hex(&hash.finalize())))
}
