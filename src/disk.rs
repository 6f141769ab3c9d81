//! What the system says of a disk, and how fast it keeps its promises.

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::MetadataExt,
    path::Path,
    time::{Duration, Instant},
};

/// Where a directory lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A file system of this machine.
    Disk,
    /// One of another machine, by name.
    Network(&'static str),
    /// Memory.
    Memory,
}

/// File systems by the number statfs(2) gives.
const KINDS: &[(u32, Kind)] = &[
    (0x0000_6969, Kind::Network("NFS")),
    (0xff53_4d42, Kind::Network("CIFS")),
    (0xfe53_4d42, Kind::Network("SMB")),
    (0x0000_517b, Kind::Network("SMB")),
    (0x0102_1997, Kind::Network("9P")),
    (0x00c3_6400, Kind::Network("Ceph")),
    (0x0102_1994, Kind::Memory),
    (0x8584_58f6, Kind::Memory),
];

/// Bytes this user can still write on the disk of a path.
///
/// # Errors
/// If there is no such path.
pub fn free_bytes(path: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(path)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Where a path lies.
///
/// # Errors
/// If there is no such path.
pub fn kind(path: &Path) -> io::Result<Kind> {
    // The number has 32 bits; how wide its field is depends on the system.
    let number = rustix::fs::statfs(path)?.f_type as u32;
    let known = KINDS.iter().find(|(n, _)| *n == number);
    Ok(known.map_or(Kind::Disk, |(_, kind)| *kind))
}

/// The device a path is on.
///
/// # Errors
/// If there is no such path.
pub fn device(path: &Path) -> io::Result<u64> {
    Ok(fs::metadata(path)?.dev())
}

/// Writes 4 KiB and syncs it, so many times, in a file that is removed again; the times, shortest first.
///
/// # Errors
/// If the directory cannot be written.
pub fn measure_syncs(dir: &Path, times: usize) -> io::Result<Vec<Duration>> {
    let path = dir.join(format!(".probe-{}.new", std::process::id()));
    let measure = || {
        let mut file = File::create(&path)?;
        let mut all = Vec::with_capacity(times);
        for _ in 0..times {
            let began = Instant::now();
            file.write_all(&[0; 4096])?;
            file.sync_data()?;
            all.push(began.elapsed());
        }
        all.sort_unstable();
        Ok(all)
    };
    let measured = measure();
    let _ = fs::remove_file(&path);
    measured
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_measured_and_nothing_is_left_on_it() {
        let dir = tempfile::tempdir().unwrap();
        let times = measure_syncs(dir.path(), 5).unwrap();
        assert_eq!(times.len(), 5);
        assert!(times.is_sorted());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        assert!(free_bytes(dir.path()).unwrap() > 0);
        assert!(measure_syncs(&dir.path().join("none"), 1).is_err());
    }

    #[test]
    fn memory_is_told_from_a_disk() {
        assert_eq!(kind(Path::new("/dev/shm")).unwrap(), Kind::Memory);
    }
}
