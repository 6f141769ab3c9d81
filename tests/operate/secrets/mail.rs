//! A mail server that takes no password.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener},
    sync::mpsc,
    thread,
};

/// A mail server that refuses every password, and tells the sender's lines.
pub(super) fn refusing() -> (SocketAddr, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let mut say = |text: &str| stream.write_all(text.as_bytes()).is_ok();
            say("220 mail.example\r\n");
            for line in lines.map_while(Result::ok) {
                let on = match line.split(' ').next() {
                    Some("EHLO") => say("250-mail.example\r\n250 AUTH PLAIN\r\n"),
                    Some("AUTH") => say("535 5.7.8 the password is wrong\r\n"),
                    _ => say("221 bye\r\n"),
                };
                if tell.send(line).is_err() || !on {
                    return;
                }
            }
        }
    });
    (address, told)
}
