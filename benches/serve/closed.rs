//! The closed loop: how many requests a second, as a share of the echoes'.

use std::{
    net::SocketAddr,
    sync::{Arc, Barrier},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, ensure};
use tokio::{runtime, task::JoinSet};

use crate::{
    answer::{Tally, check},
    args::{Args, Closed, Kind, Profile, cores, sane},
    caller::{Caller, Failure},
    cpu,
    figures::{median, ratio, whole, with_range},
    questions::Questions,
    servers::{Servers, Target},
};

/// How long an answer may take to come after the round has ended.
const GRACE: Duration = Duration::from_secs(10);

/// Between rounds, so that the work a server puts off is not charged to the next one.
const PAUSE: Duration = Duration::from_millis(300);

/// What a round gave.
#[derive(Debug)]
struct Round {
    per_second: f64,
    tally: Tally,
    /// Processor time of the server and of this process, over all answers.
    server_cpu: Option<Duration>,
    own_cpu: Option<Duration>,
}

/// Measures and prints; false if a request failed.
pub(crate) fn run(args: &Args, load: &Closed) -> Result<bool> {
    sane(load.rounds, load.seconds, load.warm_up)?;
    let questions = Arc::new(Questions::of(&args.mix()?)?);
    let kinds = [Kind::Echo, Kind::EchoPerCore, Kind::Verzet];
    let servers = Servers::start(args, &questions, &kinds)?;
    println!(
        "closed loop: {} rounds of {} s after {} s of warm-up, servers in turn; {} cores for servers and generator; a question has {} bytes\n",
        load.rounds,
        load.seconds,
        load.warm_up,
        cores(),
        questions.mean_bytes(),
    );
    let count = servers.targets.len();
    let mut rounds: Vec<Vec<Vec<Round>>> = Vec::new();
    for _ in &load.profiles {
        rounds.push((0..count).map(|_| Vec::new()).collect());
    }
    for n in 0..load.rounds {
        for (profile, rounds) in load.profiles.iter().zip(&mut rounds) {
            // Another server begins each round, so that none always follows the same one.
            for i in (0..count).map(|i| (i + n) % count) {
                let target = &servers.targets[i];
                rounds[i].push(round(target, *profile, load, &questions)?);
                eprint!(".");
                thread::sleep(PAUSE);
            }
        }
    }
    eprintln!();
    let mut failed = Tally::default();
    for (profile, rounds) in load.profiles.iter().zip(rounds) {
        print(*profile, &servers.targets, &rounds);
        for round in rounds.into_iter().flatten() {
            failed.add(round.tally);
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
    Ok(failed.failures() == 0)
}

fn round(
    target: &Target,
    profile: Profile,
    load: &Closed,
    questions: &Arc<Questions>,
) -> Result<Round> {
    let pid = target.process.as_ref().map(|p| p.id());
    let server_before = pid.and_then(cpu::used);
    let own_before = cpu::used(std::process::id());
    let threads = profile.connections.min(cores());
    let together = Arc::new(Barrier::new(threads));
    let warm_up = Duration::from_secs_f64(load.warm_up);
    let measured = Duration::from_secs_f64(load.seconds);
    let running: Vec<_> = (0..threads)
        .map(|n| {
            // The connections as even as they can be over the threads.
            let connections = (profile.connections + n) / threads;
            let profile = Profile {
                connections,
                ..profile
            };
            let (together, questions, addr) = (together.clone(), questions.clone(), target.addr);
            thread::spawn(move || ask(addr, profile, warm_up, measured, &together, &questions))
        })
        .collect();
    let mut tally = Tally::default();
    for thread in running {
        tally.add(
            thread
                .join()
                .map_err(|_| anyhow!("a generator thread panicked"))??,
        );
    }
    ensure!(
        tally.all > 0,
        "{}: not one answer: {:?}",
        target.kind.title(),
        tally.failed
    );
    let since =
        |before: Option<Duration>, after: Option<Duration>| Some(after?.saturating_sub(before?));
    Ok(Round {
        per_second: tally.answered as f64 / load.seconds,
        server_cpu: since(server_before, pid.and_then(cpu::used)),
        own_cpu: since(own_before, cpu::used(std::process::id())),
        tally,
    })
}

/// One thread's share of a round.
fn ask(
    addr: SocketAddr,
    profile: Profile,
    warm_up: Duration,
    measured: Duration,
    together: &Barrier,
    questions: &Arc<Questions>,
) -> Result<Tally> {
    let rt = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let connected = rt.block_on(async {
        let mut callers = Vec::new();
        for _ in 0..profile.connections {
            callers.push(Caller::connect(addr).await?);
        }
        Ok::<_, anyhow::Error>(callers)
    });
    // Met even without a connection, or the other threads would wait for ever.
    together.wait();
    let (from, until) = (
        Instant::now() + warm_up,
        Instant::now() + warm_up + measured,
    );
    let callers = connected?;
    rt.block_on(async {
        let mut asking = JoinSet::new();
        for caller in callers
            .iter()
            .flat_map(|c| std::iter::repeat_n(c, profile.under_way))
        {
            let (mut caller, questions) = (caller.clone(), questions.clone());
            asking.spawn(async move {
                let mut tally = Tally::default();
                while Instant::now() < until {
                    let (n, frame) = questions.next();
                    match caller
                        .ask(frame)
                        .await
                        .and_then(|a| check(&questions, n, a))
                    {
                        Ok(bytes) => {
                            let now = Instant::now();
                            tally.answered(bytes, from <= now && now < until);
                        }
                        Err(failure) => {
                            let broken = matches!(failure, Failure::Transport(_));
                            tally.failed(&failure);
                            // A broken connection fails at once, again and again.
                            if broken {
                                break;
                            }
                        }
                    }
                }
                tally
            });
        }
        let mut tally = Tally::default();
        let end = tokio::time::Instant::from_std(until + GRACE);
        while !asking.is_empty() {
            match tokio::time::timeout_at(end, asking.join_next()).await {
                Ok(Some(one)) => tally.add(one.context("a caller panicked")?),
                Ok(None) => break,
                Err(_) => {
                    for _ in 0..asking.len() {
                        tally.failed(&Failure::Late);
                    }
                    break;
                }
            }
        }
        Ok(tally)
    })
}

fn print(profile: Profile, targets: &[Target], rounds: &[Vec<Round>]) {
    let Profile {
        connections,
        under_way,
    } = profile;
    println!(
        "c{connections} x m{under_way}: {connections} connections, {under_way} questions under way on each"
    );
    println!(
        "  {:<24} {:>32}  {:>10} {:>13} {:>14}",
        "", "requests/s, median [range]", "answer, B", "server CPU,us", "generator,us"
    );
    for (target, rounds) in targets.iter().zip(rounds) {
        let all: f64 = rounds.iter().map(|r| r.tally.all as f64).sum();
        let bytes: f64 = rounds.iter().map(|r| r.tally.bytes as f64).sum();
        let each = |cpu: fn(&Round) -> Option<Duration>| {
            let each: Option<Vec<f64>> = rounds
                .iter()
                .map(|r| Some(cpu(r)?.as_secs_f64() * 1e6 / r.tally.all as f64))
                .collect();
            each.map_or("-".to_owned(), |each| format!("{:.1}", median(&each)))
        };
        println!(
            "  {:<24} {:>32}  {:>10.0} {:>13} {:>14}",
            target.kind.title(),
            with_range(&speeds(rounds), whole),
            bytes / all,
            each(|r| r.server_cpu),
            each(|r| r.own_cpu),
        );
    }
    let of = |kind| {
        targets
            .iter()
            .position(|t| t.kind == kind)
            .map(|i| speeds(&rounds[i]))
    };
    for (kind, to) in [
        (Kind::Verzet, Kind::Echo),
        (Kind::Verzet, Kind::EchoPerCore),
        (Kind::EchoPerCore, Kind::Echo),
    ] {
        if let (Some(a), Some(b)) = (of(kind), of(to)) {
            let ratios: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a / b).collect();
            println!(
                "  {} / {}: {}, the median of the rounds' ratios",
                kind.title(),
                to.title(),
                with_range(&ratios, ratio)
            );
        }
    }
    println!();
}

fn speeds(rounds: &[Round]) -> Vec<f64> {
    rounds.iter().map(|r| r.per_second).collect()
}
