//! HTTP/2 by hand: frames that no library would send (RFC 9113).

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use crate::target::PATIENCE;

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const WINDOW_UPDATE: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;

pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// The head of a call, in HPACK without its tables (RFC 7541 section 6.2.2).
pub(crate) fn head(path: &str) -> Vec<u8> {
    let mut block = vec![0x83, 0x86];
    let text = |block: &mut Vec<u8>, text: &str| {
        block.push(u8::try_from(text.len()).unwrap());
        block.extend(text.as_bytes());
    };
    block.push(0x04);
    text(&mut block, path);
    block.push(0x01);
    text(&mut block, "localhost");
    block.extend([0x0f, 0x10]);
    text(&mut block, "application/grpc");
    block.push(0x00);
    text(&mut block, "te");
    text(&mut block, "trailers");
    block
}

pub(crate) const CHECK: &str = "/verzet.v1.CheckService/Check";

/// A message with its gRPC head.
pub(crate) fn message(bytes: &[u8]) -> Vec<u8> {
    let mut message = vec![0];
    message.extend(u32::try_from(bytes.len()).unwrap().to_be_bytes());
    message.extend(bytes);
    message
}

/// The frames of one good check.
pub(crate) fn call(stream: u32) -> Vec<u8> {
    use prost::Message;
    let question = verzet::proto::v1::CheckRequest {
        number: "0610000002".into(),
        campaign_id: "gas-customers".into(),
        explain: true,
        ..Default::default()
    };
    let mut frames = frame(HEADERS, END_HEADERS, stream, &head(CHECK));
    let question = message(&question.encode_to_vec());
    frames.extend(frame(DATA, END_STREAM, stream, &question));
    frames
}

/// A connection that sends what it is told.
pub(crate) struct Hostile(pub(crate) TcpStream);

/// How the other side ended it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ended {
    /// With a GOAWAY frame of this code.
    GoAway(u32),
    /// Without one.
    Closed,
}

impl Hostile {
    pub(crate) fn connect(addr: SocketAddr) -> Self {
        let stream = TcpStream::connect(addr).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // A server that reads no more is holding back, which is its right.
        stream
            .set_write_timeout(Some(Duration::from_secs(2)))
            .unwrap();
        Self(stream)
    }

    /// Connects and greets, with these settings.
    pub(crate) fn greet(addr: SocketAddr, settings: &[(u16, u32)]) -> Self {
        let mut hostile = Self::connect(addr);
        let mut payload = Vec::new();
        for (id, value) in settings {
            payload.extend(id.to_be_bytes());
            payload.extend(value.to_be_bytes());
        }
        hostile.send(PREFACE);
        hostile.send(&frame(SETTINGS, 0, 0, &payload));
        hostile
    }

    /// Sends, as far as the other side takes it; whether it took all.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> bool {
        self.0.write_all(bytes).is_ok()
    }

    /// Reads to the end, without answering anything.
    pub(crate) fn ended(mut self) -> Ended {
        let mut all = Vec::new();
        let mut part = [0; 65_536];
        loop {
            match self.0.read(&mut part) {
                Ok(0) => break,
                Ok(n) => all.extend(&part[..n]),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    panic!("the connection was not ended");
                }
                // Reset: it was ended while we still sent.
                Err(_) => break,
            }
        }
        go_away(&all)
    }
}

/// The code of the last GOAWAY among frames that is an error's.
fn go_away(mut frames: &[u8]) -> Ended {
    let mut ended = Ended::Closed;
    while let Some((head, rest)) = frames.split_first_chunk::<9>() {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let Some((payload, rest)) = rest.split_at_checked(length) else {
            break;
        };
        if head[3] == GOAWAY {
            let code = u32::from_be_bytes(payload[4..8].try_into().unwrap());
            if code != 0 {
                ended = Ended::GoAway(code);
            }
        }
        frames = rest;
    }
    ended
}
