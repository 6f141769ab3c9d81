//! A form as sent: fields that may come several times, such as ticked boxes.

use std::borrow::Cow;

use super::fail::Failure;

/// The longest form taken, in bytes; a letter is the largest.
pub(crate) const MOST_BYTES: usize = 256 * 1024;

/// The fields of a form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent(Vec<(String, String)>);

impl Sent {
    /// Reads `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// If a field is not UTF-8.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Failure> {
        let text = std::str::from_utf8(body).map_err(|_| Failure::Unreadable)?;
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((unescape(name)?.into_owned(), unescape(value)?.into_owned()))
        });
        pairs
            .collect::<Option<_>>()
            .map(Self)
            .ok_or(Failure::Unreadable)
    }

    /// The field of a name without blanks around it; empty if it was not sent.
    pub(crate) fn one(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The field of a name as sent.
    pub(crate) fn raw(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(n, _)| n == name);
        found.map_or("", |(_, value)| value)
    }

    /// Every field of a name.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let same = self.0.iter().filter(|(n, _)| n == name);
        same.map(|(_, value)| value.as_str()).collect()
    }
}

fn unescape(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains(['%', '+']) {
        return Some(text.into());
    }
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'+' => out.push(b' '),
            b'%' => {
                let hex = text.get(at + 1..at + 3)?;
                out.push(u8::from_str_radix(hex, 16).ok()?);
                at += 2;
            }
            byte => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8(out).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_browsers_send_them() {
        let sent = Sent::read(b"a=1+2&c=VOICE&c=SMS&d=%2B31%C3%A9&e").unwrap();
        assert_eq!(sent.one("a"), "1 2");
        assert_eq!(sent.all("c"), ["VOICE", "SMS"]);
        assert_eq!(sent.one("d"), "+31é");
        assert_eq!((sent.one("e"), sent.one("f")), ("", ""));
        for bad in [&b"a=%"[..], b"a=%4", b"a=%zz", b"a=%ff", b"\xff"] {
            assert!(Sent::read(bad).is_err());
        }
    }
}
