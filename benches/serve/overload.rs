//! Overload: what is answered, how fast, and what becomes of the rest, when more is asked than can be done.
//!
//! First the capacity, as a closed loop finds it, and the latency unloaded, at a tenth of it. Then a
//! fixed schedule at each of some multiples of the capacity, the last one for longer; then the load drops
//! to half of it, and it is watched until service is as it was at that load before. A latency counts from
//! the moment a question was due; one that is not answered within its deadline counts as late, whoever kept
//! it waiting.

mod plot;
mod step;

use std::{fs, sync::Arc, thread, time::Duration};

use anyhow::{Context, Result, ensure};

use crate::{
    args::{Args, Kind, Overload, cores},
    figures::{micros, ratio, whole},
    questions::Questions,
    servers::Servers,
};
use step::{Load, Step, capacity, recovery, step};

/// Between steps, so that what one left waiting is not charged to the next.
const PAUSE: Duration = Duration::from_millis(1_500);

/// Measures, prints, plots; false if the other end broke, not if it shed.
pub(crate) fn run(args: &Args, load: &Overload) -> Result<bool> {
    ensure!(
        load.seconds > 0.0 && load.seconds <= 600.0,
        "--seconds is above 0 and at most 600"
    );
    ensure!(
        load.longest > 0.0 && load.longest <= 3_600.0,
        "--longest is above 0 and at most 3,600"
    );
    ensure!(!load.factors.is_empty(), "--factors needs one");
    let questions = Arc::new(Questions::of(&args.mix()?)?);
    let servers = Servers::start(args, &questions, &[Kind::Verzet])?;
    let target = servers.targets.first().context("no sidecar")?;
    let pid = target.process.as_ref().map(crate::process::Process::id);
    let caller = Load {
        addr: target.addr,
        connections: load.connections,
        deadline: Duration::from_millis(load.deadline_ms),
        pid,
    };
    let capacity = capacity(&caller, load.seconds, &questions)?;
    println!(
        "overload: capacity {}/s (closed loop, {} connections of 50); {} cores for sidecar and generator",
        whole(capacity),
        load.connections,
        cores()
    );
    let unloaded = step(&caller, capacity * 0.1, load.seconds, &questions)?;
    thread::sleep(PAUSE);
    let half = step(&caller, capacity * 0.5, load.seconds, &questions)?;
    thread::sleep(PAUSE);
    println!(
        "\n  {:>7} {:>10} {:>10} {:>8} {:>9} {:>9} {:>10} {:>9} {:>9} {:>8}",
        "x",
        "offered/s",
        "goodput/s",
        "of cap.",
        "p50 us",
        "p99 us",
        "shed/s",
        "late/s",
        "lag p99",
        "MiB"
    );
    print(&unloaded, capacity);
    let mut steps = Vec::new();
    let mut factors = load.factors.clone();
    factors.sort_by(f64::total_cmp);
    let last = factors.len() - 1;
    let mut recovered = None;
    for (n, factor) in factors.iter().enumerate() {
        let seconds = if n == last {
            load.longest
        } else {
            load.seconds
        };
        let taken = step(&caller, capacity * factor, seconds, &questions)?;
        if n == last {
            // At once: how long it takes to be as it was.
            recovered = Some(recovery(&caller, &half, &questions)?);
        } else {
            thread::sleep(PAUSE);
        }
        print(&taken, capacity);
        steps.push(taken);
    }
    let broken: u64 = steps.iter().map(|s| s.broken).sum();
    let top = &steps[last];
    println!(
        "\nat {} times capacity for {} s: goodput {} of capacity; p99 of what was answered {} times the unloaded one; memory {} MiB more than unloaded",
        ratio(factors[last]),
        load.longest,
        ratio(top.goodput() / capacity),
        ratio(top.p99() / unloaded.p99().max(1.0)),
        top.memory.saturating_sub(unloaded.memory),
    );
    match recovered.flatten() {
        Some(after) => println!(
            "normal again {} ms after the load dropped to half of capacity: nothing refused or late, p99 at most three times what it was at that load before",
            after.as_millis()
        ),
        None => println!(
            "not normal again within the seconds watched after the load dropped to half of capacity"
        ),
    }
    if top.lagged() {
        println!(
            "warning: the generator itself sent late by more than a quarter of the p99 it measured: those figures are the machine's, not the sidecar's; give the generator cores of its own"
        );
    }
    if broken > 0 {
        println!("{broken} requests broke off");
    }
    let out = &load.out;
    if let Some(dir) = out.parent() {
        fs::create_dir_all(dir)?;
    }
    fs::write(out, plot::svg(capacity, &unloaded, &steps))
        .with_context(|| format!("cannot write {}", out.display()))?;
    println!("plot: {}", out.display());
    Ok(broken == 0)
}

fn print(step: &Step, capacity: f64) {
    println!(
        "  {:>7} {:>10} {:>10} {:>8} {:>9} {:>9} {:>10} {:>9} {:>9} {:>8}",
        ratio(step.offered / capacity),
        whole(step.offered),
        whole(step.goodput()),
        ratio(step.goodput() / capacity),
        micros(step.p50()),
        micros(step.p99()),
        whole(step.shed as f64 / step.seconds),
        whole(step.late as f64 / step.seconds),
        micros(step.lag()),
        step.memory,
    );
}
