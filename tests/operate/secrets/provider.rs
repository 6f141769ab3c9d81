//! A provider of OpenID Connect that refuses every client, and tells how the client showed its secret. Signing in
//! at a real one: `tests/pages/provider.rs`.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::mpsc,
    thread,
};

/// Its address, and the `Authorization` of every client.
pub(super) fn refusing() -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let discovery = format!(
        "{{\"issuer\":\"{issuer}\",\"authorization_endpoint\":\"{issuer}/a\",\
         \"token_endpoint\":\"{issuer}/t\",\"jwks_uri\":\"{issuer}/k\"}}"
    );
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut lines = Vec::new();
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                match line.trim_end() {
                    "" => break,
                    line => lines.push(line.to_owned()),
                }
            }
            let field = |name: &str| {
                let of = |line: &String| {
                    let (field, value) = line.split_once(": ")?;
                    field.eq_ignore_ascii_case(name).then(|| value.to_owned())
                };
                lines.iter().find_map(of).unwrap_or_default()
            };
            let mut body = vec![0; field("content-length").parse().unwrap_or(0)];
            reader.read_exact(&mut body).unwrap();
            let is_token = lines[0].starts_with("POST /t ");
            let (status, said) = match is_token {
                true => ("401 Unauthorized", "{\"error\":\"invalid_client\"}"),
                false => ("200 OK", discovery.as_str()),
            };
            if is_token {
                let _ = tell.send(field("authorization"));
            }
            let length = said.len();
            let head =
                format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close");
            stream
                .write_all(format!("{head}\r\n\r\n{said}").as_bytes())
                .unwrap();
        }
    });
    (issuer, told)
}
