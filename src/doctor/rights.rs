//! Who may read and write what.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

use super::Finding;
use crate::config::Config;

const AREA: &str = "rights";

/// Files named one by one; the rest is counted.
const NAMED: usize = 3;

pub(super) fn look(config: &Config) -> Vec<Finding> {
    let dir = &config.data_dir;
    let Ok(meta) = fs::metadata(dir) else {
        let what = format!("{} cannot be looked at", dir.display());
        return vec![Finding::mend(AREA, what, "run as the user of the sidecar")];
    };
    let mut findings = Vec::new();
    if meta.permissions().mode() & 0o077 != 0 {
        let what = format!("others may look into {}", dir.display());
        let how = format!("chmod 0700 {}", dir.display());
        findings.push(Finding::warn(AREA, what, how));
    }
    let me = rustix::process::geteuid().as_raw();
    if me != meta.uid() && me != 0 {
        let what = format!("{} is not this user's", dir.display());
        let how = "run verzet as its owner: what another user writes there the sidecar cannot";
        findings.push(Finding::mend(AREA, what, how));
    }
    let mut others = Vec::new();
    for dir in [dir.clone(), config.ledger_dir(), dir.join("registers")] {
        others.extend(files(&dir).filter(|path| {
            fs::symlink_metadata(path).is_ok_and(|found| found.uid() != meta.uid())
        }));
    }
    if !others.is_empty() {
        let named: Vec<_> = others
            .iter()
            .take(NAMED)
            .map(|p| p.display().to_string())
            .collect();
        let what = format!(
            "{} of the files are not of the owner of the directory, such as {}",
            others.len(),
            named.join(", ")
        );
        let how = format!("chown -R --reference={0} {0}", dir.display());
        findings.push(Finding::mend(AREA, what, how));
    }
    if findings.is_empty() {
        let what = format!("{} is its owner's alone", dir.display());
        findings.push(Finding::ok(AREA, what));
    }
    findings
}

fn files(dir: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|e| e.path())
}
