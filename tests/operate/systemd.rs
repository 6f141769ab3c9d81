//! `Type=notify`: systemd is told when it serves and when it stops.

use std::{os::unix::net::UnixDatagram, time::Duration};

use super::{served::Served, sidecar::Dir};

#[test]
fn the_service_manager_is_told_of_both() {
    let dir = Dir::new();
    let path = dir.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(180)))
        .unwrap();
    let told = || {
        let mut buffer = [0; 512];
        let n = socket.recv(&mut buffer).unwrap();
        String::from_utf8(buffer[..n].to_vec()).unwrap()
    };
    let served = Served::start(
        &dir,
        &["--sample"],
        &[("NOTIFY_SOCKET", path.to_str().unwrap())],
    );
    assert_eq!(told().trim(), "READY=1");
    served.stop();
    assert_eq!(told().trim(), "STOPPING=1");
}
