//! The open loop: how long an answer takes when questions come at a fixed rate, whatever the server does.
//!
//! Latency counts from the moment a question was *due*, not from when it was sent: a stall is charged to
//! every question it delays ("coordinated omission" is what a closed loop makes of it). How late the
//! generator itself was is printed beside it.

pub(crate) mod pace;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use hdrhistogram::Histogram;
use tokio::{runtime, sync::mpsc, task::JoinSet};

use crate::{
    answer::{Tally, check},
    args::{Args, Kind, Open, cores, sane},
    caller::{Caller, Failure},
    figures::{micros, with_range},
    questions::Questions,
    servers::{Servers, Target},
};
use pace::{Schedule, pace};

/// How long an answer may take to come after the last question was due.
const GRACE: Duration = Duration::from_secs(10);

/// Between rounds, so that the work a server puts off is not charged to the next one.
const PAUSE: Duration = Duration::from_millis(300);

/// The generator lagged if it sent its 99th percentile later than this share of what it measured there.
const LAG: f64 = 0.25;

/// What a round gave; times in nanoseconds.
#[derive(Debug)]
struct Round {
    latency: Histogram<u64>,
    /// How late questions were sent.
    late: Histogram<u64>,
    tally: Tally,
}

impl Round {
    fn new() -> Result<Self> {
        let histogram = || Histogram::new_with_bounds(1_000, 120_000_000_000, 3);
        Ok(Self {
            latency: histogram()?,
            late: histogram()?,
            tally: Tally::default(),
        })
    }
}

/// Measures and prints; false if a request failed.
pub(crate) fn run(args: &Args, load: &Open) -> Result<bool> {
    sane(load.rounds, load.seconds, load.warm_up)?;
    ensure!(
        (1..=1_000_000).contains(&load.rate),
        "--rate is 1 to 1,000,000"
    );
    ensure!(
        (1..=1_000).contains(&load.connections),
        "--connections is 1 to 1,000"
    );
    let questions = Arc::new(Questions::of(&args.mix()?)?);
    let servers = Servers::start(args, &questions, &[Kind::EchoPerCore, Kind::Verzet])?;
    println!(
        "open loop: {} requests/s over {} connections, {} rounds of {} s after {} s of warm-up, servers in turn; {} cores for servers and generator\n",
        load.rate,
        load.connections,
        load.rounds,
        load.seconds,
        load.warm_up,
        cores(),
    );
    let count = servers.targets.len();
    let mut rounds: Vec<Vec<Round>> = (0..count).map(|_| Vec::new()).collect();
    for n in 0..load.rounds {
        for i in (0..count).map(|i| (i + n) % count) {
            rounds[i].push(round(servers.targets[i].addr, load, &questions)?);
            eprint!(".");
            thread::sleep(PAUSE);
        }
    }
    eprintln!();
    print(&servers.targets, &rounds)
}

fn round(addr: SocketAddr, load: &Open, questions: &Arc<Questions>) -> Result<Round> {
    let rt = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    rt.block_on(async {
        let mut callers = Vec::new();
        for _ in 0..load.connections {
            callers.push(Caller::connect(addr).await?);
        }
        let schedule = Schedule {
            begin: Instant::now() + Duration::from_millis(5),
            every: Duration::from_secs(1) / load.rate,
            count: (f64::from(load.rate) * (load.warm_up + load.seconds)) as u32,
        };
        let from = schedule.begin + Duration::from_secs_f64(load.warm_up);
        let (due, mut dues) = mpsc::unbounded_channel();
        let pacing = thread::spawn(move || pace(schedule, &due));
        let gathered = Arc::new(Mutex::new(Round::new()?));
        let mut asking = JoinSet::new();
        let end = schedule.due(schedule.count) + GRACE;
        while let Some(n) = dues.recv().await {
            let mut caller = callers[n as usize % callers.len()].clone();
            let (questions, gathered) = (questions.clone(), gathered.clone());
            asking.spawn(async move {
                let due = schedule.due(n);
                let late = due.elapsed();
                let (id, frame) = questions.next();
                let end = tokio::time::Instant::from_std(end);
                let answer = match tokio::time::timeout_at(end, caller.ask(frame)).await {
                    Ok(answer) => answer.and_then(|a| check(&questions, id, a)),
                    Err(_) => Err(Failure::Late),
                };
                let took = due.elapsed();
                let mut gathered = gathered.lock().unwrap_or_else(PoisonError::into_inner);
                match answer {
                    Ok(bytes) => {
                        let counts = due >= from;
                        gathered.tally.answered(bytes, counts);
                        if counts {
                            gathered.latency.saturating_record(took.as_nanos() as u64);
                            gathered.late.saturating_record(late.as_nanos() as u64);
                        }
                    }
                    Err(failure) => gathered.tally.failed(&failure),
                }
            });
            while asking.try_join_next().is_some() {}
        }
        while asking.join_next().await.is_some() {}
        let _ = pacing.join();
        let mut gathered = gathered.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(std::mem::replace(&mut *gathered, Round::new()?))
    })
}

fn print(targets: &[Target], rounds: &[Vec<Round>]) -> Result<bool> {
    println!(
        "latency in us from the moment a question was due, median of the rounds [range]; max of all rounds"
    );
    println!(
        "  {:<24} {:>20} {:>22} {:>24} {:>9} {:>9}",
        "", "p50", "p99", "p99.9", "max", "answers"
    );
    let mut failed = Tally::default();
    let mut warnings = Vec::new();
    for (target, rounds) in targets.iter().zip(rounds) {
        let at = |of: fn(&Round) -> &Histogram<u64>, quantile: f64| {
            let values: Vec<f64> = rounds
                .iter()
                .map(|r| of(r).value_at_quantile(quantile) as f64)
                .collect();
            with_range(&values, micros)
        };
        let most = |of: fn(&Round) -> &Histogram<u64>| {
            micros(rounds.iter().map(|r| of(r).max()).max().unwrap_or(0) as f64)
        };
        let answers: u64 = rounds.iter().map(|r| r.tally.answered).sum();
        let line = |name: &str, of: fn(&Round) -> &Histogram<u64>, answers: String| {
            println!(
                "  {name:<24} {:>20} {:>22} {:>24} {:>9} {answers:>9}",
                at(of, 0.5),
                at(of, 0.99),
                at(of, 0.999),
                most(of)
            );
        };
        line(target.kind.title(), |r| &r.latency, answers.to_string());
        line("  of which sent late", |r| &r.late, String::new());
        let mut lagging = 0;
        for round in rounds {
            let p99 = |of: &Histogram<u64>| of.value_at_quantile(0.99) as f64;
            lagging += u32::from(p99(&round.late) > LAG * p99(&round.latency));
            failed.add(round.tally.clone());
        }
        if lagging > 0 {
            warnings.push(format!(
                "{}: in {lagging} of {} rounds the generator itself sent late by more than a quarter of the p99 it measured: those tails are the machine's, not the server's",
                target.kind.title(),
                rounds.len()
            ));
        }
    }
    println!(
        "failed requests: {} of {}",
        failed.failures(),
        failed.all + failed.failures()
    );
    for (why, n) in &failed.failed {
        println!("  {n} x {why}");
    }
    for warning in warnings {
        println!("warning: {warning}");
    }
    Ok(failed.failures() == 0)
}
