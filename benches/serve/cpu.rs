//! Processor time of a process, where the system tells it in `/proc`.

use std::{fs, time::Duration};

/// Clock ticks a second in `/proc`: 100 on every Linux, whatever the kernel's own tick.
const TICK: Duration = Duration::from_millis(10);

/// User and system time of a process so far, all its threads together; `None` if it cannot be known.
pub(crate) fn used(pid: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in brackets, may itself hold blanks and brackets.
    let after_name = stat.get(stat.rfind(')')? + 1..)?;
    let mut fields = after_name.split_ascii_whitespace().skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some(TICK * (user + system))
}
