//! Scraping `/metrics` as Prometheus does, and reading what it gives.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
};

/// A page of metrics.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) text: String,
    /// By name with its labels, as written.
    values: BTreeMap<String, f64>,
}

/// Asks for a path over HTTP/1.1; the status line and the body.
pub(crate) fn get(address: SocketAddr, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.lines().next().unwrap().to_owned();
    (status, body.to_owned())
}

pub(crate) fn page(address: SocketAddr) -> Page {
    let (status, text) = get(address, "/metrics");
    assert_eq!(status, "HTTP/1.1 200 OK");
    let values = text
        .lines()
        .filter(|l| !l.starts_with('#'))
        .filter_map(|l| l.rsplit_once(' '))
        .map(|(name, value)| (name.to_owned(), value.parse().unwrap()))
        .collect();
    Page { text, values }
}

impl Page {
    /// A value by name and labels; 0 if it is not there.
    pub(crate) fn value(&self, name: &str) -> f64 {
        self.find(name).unwrap_or(0.0)
    }

    pub(crate) fn find(&self, name: &str) -> Option<f64> {
        self.values.get(name).copied()
    }

    /// Every metric told of.
    pub(crate) fn names(&self) -> Vec<&str> {
        let types = self.text.lines().filter_map(|l| l.strip_prefix("# TYPE "));
        types.filter_map(|l| l.split(' ').next()).collect()
    }
}
