//! What the system says of this process. `None` where it does not say, as without `/proc`.

use std::fs;

use rustix::process::{Resource, getrlimit};

/// The ticks `/proc` counts processor time in; 100 a second on every Linux a program can see
/// (`USER_HZ`, proc_pid_stat(5)).
const TICKS: f64 = 100.0;

/// Bytes of memory in use.
pub fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// Seconds of processor time used, of the user and the system.
pub fn cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program may hold blanks and brackets: fields are counted from its end.
    let fields = stat.rsplit_once(')')?.1;
    let mut ticks = fields.split_ascii_whitespace().skip(11);
    let mut next = || ticks.next()?.parse::<u64>().ok();
    Some((next()? + next()?) as f64 / TICKS)
}

/// File descriptors in use.
pub fn open_descriptors() -> Option<u64> {
    Some(fs::read_dir("/proc/self/fd").ok()?.count() as u64)
}

/// The most file descriptors there may be; `None` if there is no limit.
pub fn most_descriptors() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells_of_this_process() {
        assert!(resident_bytes().unwrap() > 100_000);
        assert!(cpu_seconds().unwrap() >= 0.0);
        assert!(open_descriptors().unwrap() >= 3);
        assert!(most_descriptors().unwrap() >= open_descriptors().unwrap());
    }
}
