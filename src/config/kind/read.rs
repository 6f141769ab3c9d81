//! How each kind of value is read, and what is said of one that cannot be.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use tonic::codegen::http::Uri;

use super::{
    super::SOCKET_FILE, Durability, Kind, Language, LogFormat, LogLevel, OpenLoopback,
    SecondPerson, bytes_text, duration, one_of,
};
use crate::{
    access::{CertificateCallers, oidc::is_address},
    number::Region,
    report::mail::MailTls,
};

/// Why a value was refused: what is wrong, and how to mend it.
pub(in crate::config) type Refusal = (String, String);

/// A type a setting can have.
pub(in crate::config) trait Read: Sized {
    /// Reads a value within the bounds of its kind.
    fn read(text: &str, kind: Kind) -> Result<Self, Refusal>;
}

fn refuse<T>(what: impl Into<String>, hint: impl Into<String>) -> Result<T, Refusal> {
    Err((what.into(), hint.into()))
}

impl Read for SocketAddr {
    fn read(text: &str, _: Kind) -> Result<Self, Refusal> {
        if let Some(local) = on_loopback(text) {
            return Ok(local);
        }
        let Ok(address) = text.parse::<Self>() else {
            return refuse(
                format!("`{text}` is not an IP address and a port"),
                "write it as \"127.0.0.1:50051\" or \"[::1]:50051\"",
            );
        };
        Ok(address)
    }
}

impl Read for String {
    fn read(text: &str, kind: Kind) -> Result<Self, Refusal> {
        // `config show` tells every setting, and a password in an address would be none to tell: neither a
        // refused address nor its user is repeated.
        let (what, hint) = match kind {
            _ if text.is_empty() => return Ok(Self::new()),
            Kind::Web if !is_address(text) => (
                "this is not the address of a web site under TLS",
                "write it as \"https://id.example.org\"; http is only for this machine itself, such as \
                 \"http://127.0.0.1:5556\"",
            ),
            Kind::Collector if !text.parse().is_ok_and(is_collector) => (
                "this is not the address of a collector",
                "write it as \"http://127.0.0.1:4317\", or leave it empty",
            ),
            Kind::MailServer if text.contains('@') => (
                "names a user",
                "write it as \"mail.example.org:587\", the user in report.mail_user, and the password in \
                 the file that report.mail_password_file names",
            ),
            Kind::MailServer if !is_host_and_port(text) => (
                "this is not a host and a port",
                "write it as \"mail.example.org:587\", or leave it empty",
            ),
            _ => return Ok(text.to_owned()),
        };
        refuse(what, hint)
    }
}

/// The address of a collector of traces: nothing but a host, a port, and no `user:password@`.
fn is_collector(uri: Uri) -> bool {
    let names_nobody = uri.authority().is_some_and(|a| !a.as_str().contains('@'));
    let has_port = uri.port().is_some();
    uri.scheme_str() == Some("http") && names_nobody && has_port && uri.path() == "/"
}

fn is_host_and_port(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| {
        let is_host = !host.is_empty() && !host.contains(|c: char| c == '/' || c.is_whitespace());
        is_host && port.parse::<u16>().is_ok()
    })
}

impl Read for jiff::civil::Time {
    fn read(text: &str, _: Kind) -> Result<Self, Refusal> {
        match text.parse() {
            Ok(time) if text.len() == 5 => Ok(time),
            _ => refuse(
                format!("`{text}` is not a time of the day"),
                "write it as \"06:00\"",
            ),
        }
    }
}

impl Read for Option<SocketAddr> {
    fn read(text: &str, _: Kind) -> Result<Self, Refusal> {
        if text == "off" {
            return Ok(None);
        }
        if let Some(local) = on_loopback(text) {
            return Ok(Some(local));
        }
        text.parse().map(Some).or_else(|_| {
            refuse(
                format!("`{text}` is not an IP address and a port"),
                "write it as \"127.0.0.1:9464\" or \"0.0.0.0:9464\", or write \"off\"",
            )
        })
    }
}

/// A port alone is on loopback, so that a short spelling is never the open one.
fn on_loopback(text: &str) -> Option<SocketAddr> {
    let local = text
        .strip_prefix("localhost:")
        .or_else(|| text.strip_prefix(':'));
    let port = local.unwrap_or(text).parse().ok()?;
    Some(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port))
}

/// The longest path of a Unix socket: `sun_path` of unix(7) holds 108 bytes, the last of them zero.
const LONGEST_SOCKET: usize = 107;

impl Read for PathBuf {
    fn read(text: &str, kind: Kind) -> Result<Self, Refusal> {
        let path = Self::from(text);
        if kind != Kind::DataDir {
            return Ok(path);
        }
        if text.is_empty() {
            return refuse(
                "is empty",
                "write the path of a directory, or leave the setting out",
            );
        }
        let length = path.join(SOCKET_FILE).as_os_str().len();
        if length > LONGEST_SOCKET {
            return refuse(
                format!(
                    "the path of its socket `{SOCKET_FILE}` is {length} bytes, more than the \
                     {LONGEST_SOCKET} a socket's path may have"
                ),
                "choose a shorter path, or one relative to the working directory",
            );
        }
        Ok(path)
    }
}

impl Read for CertificateCallers {
    fn read(text: &str, _: Kind) -> Result<Self, Refusal> {
        Self::parse(text).map_err(|what| {
            (
                what,
                "write \"dialer-1.example=dialer:noordlicht; auditor.example=auditor\"".to_owned(),
            )
        })
    }
}

impl Read for Region {
    fn read(text: &str, _: Kind) -> Result<Self, Refusal> {
        Self::parse(text).or_else(|_| {
            refuse(
                format!("`{text}` is not an ISO 3166 region"),
                "write two letters, such as \"NL\"",
            )
        })
    }
}

impl Read for Duration {
    fn read(text: &str, kind: Kind) -> Result<Self, Refusal> {
        let Kind::Duration(least, most) = kind else {
            return refuse("has no bounds", "this is a fault of verzet itself");
        };
        let (number, unit) = split(text);
        let millis = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => {
                return refuse(
                    bad_unit(text, unit),
                    "write a number and ms, s, m or h, such as \"5s\"",
                );
            }
        };
        let value = number
            .and_then(|n| n.checked_mul(millis))
            .map(Self::from_millis)
            .filter(|d| (least..=most).contains(d));
        value.map_or_else(
            || {
                refuse(
                    format!("`{text}` is out of bounds"),
                    format!("write {} to {}", duration(least), duration(most)),
                )
            },
            Ok,
        )
    }
}

impl Read for u64 {
    fn read(text: &str, kind: Kind) -> Result<Self, Refusal> {
        match kind {
            Kind::Size(least, most) => size(text, least, most),
            Kind::Count(least, most) => text
                .parse()
                .ok()
                .filter(|n| (least..=most).contains(n))
                .map_or_else(
                    || {
                        refuse(
                            format!("`{text}` is not a whole number within bounds"),
                            format!("write {least} to {most}"),
                        )
                    },
                    Ok,
                ),
            _ => refuse("has no bounds", "this is a fault of verzet itself"),
        }
    }
}

macro_rules! read_numbers {
    ($($number:ty),+) => { $(
        impl Read for $number {
            fn read(text: &str, kind: Kind) -> Result<Self, Refusal> {
                Self::try_from(u64::read(text, kind)?).or_else(|_| {
                    refuse(format!("`{text}` is too large"), "write a smaller number")
                })
            }
        }
    )+ };
}
read_numbers!(u32, usize);

macro_rules! read_words {
    ($($word:ty),+) => { $(
        impl Read for $word {
            fn read(text: &str, _: Kind) -> Result<Self, Refusal> {
                Self::parse(text).map_or_else(
                    || {
                        let words: Vec<_> = Self::ALL.iter().map(|w| w.word()).collect();
                        refuse(format!("`{text}` is not one of the words"), format!("write {}", one_of(&words)))
                    },
                    Ok,
                )
            }
        }
    )+ };
}
read_words!(
    Language,
    Durability,
    LogFormat,
    LogLevel,
    MailTls,
    SecondPerson,
    OpenLoopback
);

fn size(text: &str, least: u64, most: u64) -> Result<u64, Refusal> {
    let (number, unit) = split(text);
    let bytes = match unit {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => {
            return refuse(
                bad_unit(text, unit),
                "write a number and B, KiB, MiB or GiB, such as \"1MiB\"",
            );
        }
    };
    let value = number
        .and_then(|n: u64| n.checked_mul(bytes))
        .filter(|n| (least..=most).contains(n));
    value.map_or_else(
        || {
            refuse(
                format!("`{text}` is out of bounds"),
                format!("write {} to {}", bytes_text(least), bytes_text(most)),
            )
        },
        Ok,
    )
}

/// The digits (or `None` if there are none, or too many) and what follows them.
fn split(text: &str) -> (Option<u64>, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    // Without digits there is nothing a unit could be of.
    let unit = if digits.is_empty() {
        ""
    } else {
        unit.trim_start()
    };
    (digits.parse().ok(), unit)
}

fn bad_unit(text: &str, unit: &str) -> String {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        format!("`{text}` does not begin with a whole number")
    } else if unit.is_empty() {
        format!("`{text}` has no unit")
    } else {
        format!("`{unit}` is not a unit")
    }
}
