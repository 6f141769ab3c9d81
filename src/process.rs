//! What the system says of this process, and threads that come behind others. `None` where it does not
//! say, as without `/proc`.

use std::{fs, sync::LazyLock};

use rustix::process::{Resource, getrlimit};
use tokio::{
    runtime::{Builder, Runtime},
    task::{JoinHandle, spawn_blocking},
};

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

/// How far readers stand back (nice(2)): a thread that answers checks takes the processor from them at
/// once, and they keep a tenth of it where checks want all.
const READERS: i32 = 10;
/// Most that read at once. An export reads for as long as its caller takes.
const MOST_READERS: usize = 64;

/// Threads for reading. A thread cannot raise its priority again, so they do nothing else.
static READING: LazyLock<Option<Runtime>> = LazyLock::new(|| {
    Builder::new_current_thread()
        .thread_name("read")
        .max_blocking_threads(MOST_READERS)
        .on_thread_start(|| stand_back(READERS))
        .build()
        .inspect_err(|error| tracing::warn!(%error, "reports are read on threads of any priority"))
        .ok()
});

/// Runs what reads much for reports and pages on a thread that stands back for whoever answers checks.
/// Nothing that holds what others wait for belongs here, such as the one writer of the facts. Begins at
/// once, and goes on if nobody waits for it; like `spawn_blocking`, it is called from within a runtime.
pub fn reading<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    match &*READING {
        Some(readers) => readers.spawn_blocking(work),
        None => spawn_blocking(work),
    }
}

/// Lowers the priority of this thread: on Linux each has its own.
pub fn stand_back(nice: i32) {
    if let Err(error) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), nice) {
        tracing::debug!(%error, "a thread keeps its priority");
    }
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

    #[tokio::test]
    async fn readers_stand_back_and_nobody_else_does() {
        let nice = || rustix::process::getpriority_process(Some(rustix::thread::gettid())).unwrap();
        let before = nice();
        let of_reader = reading(nice).await.unwrap();
        assert_eq!(of_reader, before.max(READERS));
        assert_eq!(nice(), before);
        assert_eq!(spawn_blocking(nice).await.unwrap(), before);
    }
}
