//! The processor time of the servers: of all threads but the one that asks.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use crate::Outcome;

/// Nanoseconds of every other thread so far.
pub(crate) struct Spent(BTreeMap<PathBuf, u64>);

impl Spent {
    /// What the kernel has counted until now. Needs Linux.
    pub(crate) fn now() -> Outcome<Self> {
        let own = fs::read_link("/proc/thread-self")?;
        let mut spent = BTreeMap::new();
        for task in fs::read_dir("/proc/self/task")? {
            let task = task?.path();
            // A thread that ended meanwhile is no longer there.
            let Ok(text) = fs::read_to_string(task.join("schedstat")) else { continue };
            let nanoseconds = text.split(' ').next().unwrap_or_default().parse()?;
            if task.file_name() != own.file_name() {
                spent.insert(task, nanoseconds);
            }
        }
        Ok(Self(spent))
    }

    /// Microseconds from then to now.
    pub(crate) fn until(&self, later: &Self) -> f64 {
        let since = |(task, now): (&PathBuf, &u64)| now - self.0.get(task).copied().unwrap_or_default();
        let nanoseconds: u64 = later.0.iter().map(since).sum();
        // A run is too short for the rounding to count.
        std::time::Duration::from_nanos(nanoseconds).as_secs_f64() * 1e6
    }
}

/// The resident memory of this process, in megabytes.
pub(crate) fn resident() -> Outcome<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes / 1024.0)
}
