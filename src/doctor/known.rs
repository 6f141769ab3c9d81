//! The facts, the regimes and the registers.

use std::{fs, path::PathBuf};

use sha2::{Digest, Sha256};

use super::{Depth, Finding};
use crate::{
    clock::Micros,
    config::Config,
    policy::enforced::Enforced,
    sidecar::{OpenError, RegisterState, enforcements, read_packs, register_states},
    store::{Glance, SnapshotRow},
};

/// Days before a register is too old from which on it is told.
const SOON: i32 = 7;

pub(super) fn look(config: &Config, depth: Depth) -> Vec<Finding> {
    let restore = "stop the sidecar and restore the last backup (docs/operate.md)";
    if !config.data_dir.join("facts.db").is_file() {
        let what = "facts.db is not there";
        return vec![Finding::mend("facts", what, restore)];
    }
    let opened = Glance::open(&config.data_dir).and_then(|mut glance| {
        let seen = glance.look()?.clone();
        Ok((glance, seen))
    });
    let (glance, seen) = match opened {
        Ok(opened) => opened,
        Err(e) => return vec![Finding::mend("facts", e.to_string(), restore)],
    };
    let mut findings = Vec::new();
    if depth == Depth::Whole {
        match glance.check() {
            Ok(None) => {}
            Ok(Some(wrong)) => {
                let what = format!("facts.db is damaged: {wrong}");
                findings.push(Finding::mend("facts", what, restore));
            }
            Err(e) => findings.push(Finding::mend("facts", e.to_string(), restore)),
        }
    }
    if findings.is_empty() {
        let heard = seen.origins.iter().map(|(o, at)| format!("{o} at {at}"));
        let heard: Vec<_> = heard.collect();
        let what = format!("revision {}; {}", seen.revision, heard.join(", "));
        findings.push(Finding::ok("facts", what));
    }
    if seen.unclear > 0 {
        let what = format!("{} stops wait for a person", seen.unclear);
        findings.push(Finding::warn(
            "unclear",
            what,
            "look at them: `verzet unclear list`",
        ));
    }
    findings.extend(match registers(config, &glance) {
        Ok(found) => found,
        Err(e) => vec![Finding::mend(
            "regime",
            e.to_string(),
            "mend the pack or the facts; the sidecar does not start so",
        )],
    });
    findings
}

fn registers(config: &Config, glance: &Glance) -> Result<Vec<Finding>, OpenError> {
    let packs = read_packs(&config.data_dir)?;
    let chosen = enforcements(glance.enforcements()?, &packs).map_err(OpenError::UnknownRegime)?;
    let enforced = Enforced::new(chosen);
    let now = Micros::system_now();
    let mut findings = Vec::new();
    for e in enforced.iter() {
        let regime = &e.regime;
        if !enforced.is_enforced(regime, now) {
            continue;
        }
        let finding = if regime.is_law_on(regime.zone.day(now)) {
            Finding::ok("regime", format!("{} is enforced", regime.id))
        } else {
            let what = format!("{} is enforced and is no longer the law", regime.id);
            let how = "see `verzet policy list`, and enforce the one in force unless this is meant";
            Finding::warn("regime", what, how)
        };
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    if findings.is_empty() {
        let how = "choose one: `verzet policy list`";
        findings.push(Finding::mend(
            "regime",
            "none is enforced: every check blocks",
            how,
        ));
    }
    let copies = glance.snapshots()?;
    let in_force = |name: &str| {
        let current =
            |(row, _): &&(SnapshotRow, PathBuf)| row.register == name && row.rev_until.is_none();
        copies.iter().find(current)
    };
    let states = register_states(&enforced, now, |name| {
        in_force(name).map(|(row, _)| (row.as_of, row.numbers))
    });
    findings.extend(
        states
            .iter()
            .map(|(name, state)| register(name, state, in_force(name))),
    );
    Ok(findings)
}

fn register(name: &str, state: &RegisterState, copy: Option<&(SnapshotRow, PathBuf)>) -> Finding {
    let fetch = format!("fetch a copy and `verzet register import {name} FILE --as-of DATE`");
    let (Some((row, path)), Some(age)) = (copy, state.age) else {
        return Finding::mend("register", format!("there is no copy of {name}"), fetch);
    };
    let written = fs::read(path).map(|bytes| Sha256::digest(&bytes).as_slice() == row.sha256);
    match written {
        Ok(true) => {}
        Ok(false) => {
            let what = format!("{} is damaged, so {name} counts as missing", path.display());
            return Finding::mend("register", what, fetch);
        }
        Err(e) => {
            let what = format!("{}: {e}, so {name} counts as missing", path.display());
            return Finding::mend("register", what, fetch);
        }
    }
    let what = format!(
        "{name} of {} is {age} days old, at most {}; {} numbers",
        row.as_of, state.max_age, row.numbers
    );
    let left = i32::from(state.max_age) - age;
    match left {
        i32::MIN..0 => Finding::mend("register", what, fetch),
        0..SOON => Finding::warn("register", what, fetch),
        _ => Finding::ok("register", what),
    }
}
