//! Floods within HTTP/2: each frame is allowed, so many are not.

use crate::{
    frames::{
        CHECK, CONTINUATION, END_HEADERS, Ended, HEADERS, Hostile, PING, RST_STREAM, SETTINGS,
        WINDOW_UPDATE, call, frame, head,
    },
    target::{Target, memory},
};

/// ENHANCE_YOUR_CALM.
const CALM: Ended = Ended::GoAway(11);

#[test]
fn rapid_reset_is_cut_off() {
    let mut target = Target::start();
    for _ in 0..3 {
        let mut hostile = Hostile::greet(target.addr, &[]);
        let mut frames = Vec::new();
        for n in 0..5_000_u32 {
            let stream = 2 * n + 1;
            frames.extend(frame(HEADERS, END_HEADERS, stream, &head(CHECK)));
            frames.extend(frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes()));
        }
        hostile.send(&frames);
        let ended = hostile.ended();
        assert!(matches!(ended, CALM | Ended::Closed), "{ended:?}");
        target.is_well();
    }
    target.has_counted("protocol");
    target.finish();
}

#[test]
fn questions_taken_back_at_once_are_only_work_for_nothing() {
    let mut target = Target::start();
    let mut hostile = Hostile::greet(target.addr, &[]);
    for n in 0..2_000_u32 {
        let stream = 2 * n + 1;
        let mut frames = call(stream);
        frames.extend(frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes()));
        if !hostile.send(&frames) {
            break;
        }
    }
    target.is_well();
    drop(hostile);
    target.finish();
}

/// A flood that nobody reads the answers of: it is held back or cut off, and memory stays as it is.
fn flood(target: &mut Target, what: &str, frames: &[u8]) {
    let before = memory(target.pid());
    let mut hostile = Hostile::greet(target.addr, &[]);
    for _ in 0..50 {
        if !hostile.send(frames) {
            break;
        }
    }
    target.is_well();
    let grown = memory(target.pid()).saturating_sub(before);
    assert!(grown < 64, "{what}: {grown} MiB more");
}

#[test]
fn floods_of_control_frames_are_held_back_or_cut_off() {
    let mut target = Target::start();
    let many = |one: Vec<u8>| one.repeat(5_000);
    flood(&mut target, "pings", &many(frame(PING, 0, 0, b"12345678")));
    flood(
        &mut target,
        "settings",
        &many(frame(SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 9])),
    );
    flood(
        &mut target,
        "empty settings",
        &many(frame(SETTINGS, 0, 0, &[])),
    );
    flood(
        &mut target,
        "windows",
        &many(frame(WINDOW_UPDATE, 0, 0, &1_u32.to_be_bytes())),
    );
    flood(&mut target, "unknown frames", &many(frame(99, 0, 0, b"?")));
    flood(
        &mut target,
        "priorities",
        &many(frame(2, 0, 1, &[0, 0, 0, 3, 9])),
    );
    target.finish();
}

#[test]
fn headers_without_an_end_are_cut_off() {
    let mut target = Target::start();
    let mut hostile = Hostile::greet(target.addr, &[]);
    hostile.send(&frame(HEADERS, 0, 1, &head(CHECK)));
    // A header `x-…` of some 4 KiB each time, never the end.
    let mut block = vec![0x00, 0x01, b'x', 0x7f, 0x81, 0x1f];
    block.extend(vec![b'y'; 4_096]);
    let part = frame(CONTINUATION, 0, 1, &block);
    let mut sent = 0;
    while sent < 10_000 && hostile.send(&part) {
        sent += 1;
    }
    assert!(sent < 10_000, "40 MiB of headers were taken");
    hostile.ended();
    target.is_well();
    target.finish();
}

#[test]
fn window_games_gain_nothing() {
    let mut target = Target::start();
    // A step of nothing, and one beyond the end.
    for step in [0, 0x7fff_ffff_u32] {
        let mut hostile = Hostile::greet(target.addr, &[]);
        hostile.send(&frame(WINDOW_UPDATE, 0, 0, &step.to_be_bytes()).repeat(2));
        let ended = hostile.ended();
        assert!(matches!(ended, Ended::GoAway(1 | 3)), "{step}: {ended:?}");
    }
    // A window of nothing: questions, and no room for their answers. The answers wait, as many as
    // there may be streams; then nothing more is taken, and the connection counts as idle.
    let before = memory(target.pid());
    let mut stuck: Vec<_> = (0..10)
        .map(|_| Hostile::greet(target.addr, &[(4, 0)]))
        .collect();
    for hostile in &mut stuck {
        for n in 0..1_000_u32 {
            if !hostile.send(&call(2 * n + 1)) {
                break;
            }
        }
    }
    target.is_well();
    assert!(memory(target.pid()).saturating_sub(before) < 128);
    for hostile in stuck {
        hostile.ended();
    }
    target.has_counted("protocol");
    target.finish();
}
