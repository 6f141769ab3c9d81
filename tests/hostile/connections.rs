//! Connections that only take up room.

use std::time::Duration;

use crate::{
    frames::{Hostile, call, frame},
    target::{Target, memory, open_files},
};

/// Idle connections: `HOSTILE_CONNECTIONS`, else what CI tries; as many as the limits on open files let.
fn many() -> usize {
    let wanted = std::env::var("HOSTILE_CONNECTIONS").map_or(2_000, |n| n.parse().unwrap());
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let files = limit.current.map_or(usize::MAX, |n| n as usize);
    wanted.min(files.saturating_sub(200))
}

#[test]
fn idle_connections_by_the_thousand_leave_room_for_others() {
    let mut target = Target::start();
    let before = (open_files(target.pid()), memory(target.pid()));
    let mut idle = Vec::new();
    for n in 0..many() {
        idle.push(Hostile::greet(target.addr, &[]));
        if n % 500 == 499 {
            target.is_well();
        }
    }
    println!("{} idle connections", idle.len());
    // Its 64 places, and what it has open itself.
    let files = open_files(target.pid()) - before.0;
    assert!(files <= 64 + 16, "{files} more files");
    assert!(memory(target.pid()).saturating_sub(before.1) < 64);
    // A new caller gets a place while they are all still there.
    target.has_counted("displaced");
    target.finish();
}

#[test]
fn a_connection_that_never_speaks_or_stops_half_way_is_ended() {
    let mut target = Target::start();
    let silent: Vec<_> = (0..20).map(|_| Hostile::connect(target.addr)).collect();
    let half: Vec<_> = (0..20)
        .map(|_| {
            let mut hostile = Hostile::connect(target.addr);
            hostile.send(b"PRI * HTTP/2.0");
            hostile
        })
        .collect();
    target.is_well();
    for hostile in silent.into_iter().chain(half) {
        hostile.ended();
    }
    target.has_counted("silent");
    target.finish();
}

#[test]
fn one_that_greets_and_asks_nothing_is_ended_as_idle_or_dead() {
    let mut target = Target::start();
    // It answers no ping either: its other end may be gone without a word.
    let idle: Vec<_> = (0..20).map(|_| Hostile::greet(target.addr, &[])).collect();
    target.is_well();
    for hostile in idle {
        hostile.ended();
    }
    target.finish();
}

#[test]
fn a_message_that_does_not_end_holds_up_nobody() {
    let mut target = Target::start();
    let mut half: Vec<_> = (0..20)
        .map(|_| {
            let mut hostile = Hostile::greet(target.addr, &[]);
            let question = call(1);
            hostile.send(&question[..question.len() - 10]);
            hostile
        })
        .collect();
    for _ in 0..20 {
        for hostile in &mut half {
            // A byte of an unknown frame now and then, as if it went on.
            hostile.send(&frame(99, 0, 0, b"."));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    target.is_well();
    for hostile in half {
        hostile.ended();
    }
    target.finish();
}

#[test]
fn who_does_not_read_his_answers_is_held_back_and_ended() {
    let mut target = Target::start();
    let before = memory(target.pid());
    let mut slow: Vec<_> = (0..10).map(|_| Hostile::greet(target.addr, &[])).collect();
    for hostile in &mut slow {
        for n in 0..5_000_u32 {
            if !hostile.send(&call(2 * n + 1)) {
                break;
            }
        }
    }
    target.is_well();
    let grown = memory(target.pid()).saturating_sub(before);
    assert!(grown < 128, "{grown} MiB more");
    for hostile in slow {
        hostile.ended();
    }
    target.finish();
}
