//! What is not HTTP/2 at all, or only at first.

use crate::{
    frames::{DATA, END_HEADERS, Ended, HEADERS, Hostile, frame, head},
    target::Target,
};

#[test]
fn garbage_on_the_port_ends_that_connection_and_nothing_else() {
    let mut target = Target::start();
    let tls_hello = [
        0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03,
    ];
    let mut noise = 0x9E37_79B9_7F4A_7C15_u64;
    let random: Vec<u8> = (0..4_096)
        .map(|_| {
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            noise as u8
        })
        .collect();
    let garbage: [&[u8]; 7] = [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nand then something else, longer than a frame",
        b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
        b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        &[0xff; 10_000],
        &[tls_hello.as_slice(), &[0; 500]].concat(),
        &random,
    ];
    for round in 0..5 {
        for bytes in garbage {
            let mut hostile = Hostile::connect(target.addr);
            hostile.send(bytes);
            if round == 0 {
                // Whether it says why depends on how far it got.
                hostile.ended();
            }
        }
        target.is_well();
    }
    target.has_counted("protocol");
    target.finish();
}

#[test]
fn frames_that_break_the_rules_end_that_connection() {
    let mut target = Target::start();
    let good = head("/verzet.v1.CheckService/Check");
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("data on a stream that is not open", frame(DATA, 0, 1, b"x")),
        ("headers on stream 0", frame(HEADERS, END_HEADERS, 0, &good)),
        ("an even stream", frame(HEADERS, END_HEADERS, 2, &good)),
        (
            "headers that cannot be decoded",
            frame(HEADERS, END_HEADERS, 1, &[0xff; 40]),
        ),
        (
            "a frame over the size limit",
            frame(DATA, 0, 1, &vec![0; 1 << 20]),
        ),
        ("a ping of seven bytes", frame(6, 0, 0, b"1234567")),
        ("settings of five bytes", frame(4, 0, 0, b"12345")),
        (
            "an answer to no settings, with a payload",
            frame(4, 1, 0, b"123456"),
        ),
        ("a push", frame(5, END_HEADERS, 1, &good)),
    ];
    for (what, bytes) in cases {
        let mut hostile = Hostile::greet(target.addr, &[]);
        hostile.send(&bytes);
        let ended = hostile.ended();
        // FRAME_SIZE_ERROR may come with the connection cut while we still send.
        assert!(
            matches!(ended, Ended::GoAway(1..=13) | Ended::Closed),
            "{what}: {ended:?}"
        );
        target.is_well();
    }
    target.has_counted("protocol");
    target.finish();
}
