//! A strict reader of CSV (RFC 4180): a quote opens only at the beginning of a field and closes only at
//! its end, and a record is bounded, so a broken file is told of and never swallowed.

use std::io::{self, BufRead};

/// The longest record, in bytes.
const LONGEST: usize = 1 << 20;

/// What is wrong with a record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bad {
    /// The line it begins on, from 1.
    pub(super) line: u64,
    /// What is wrong, and how to mend it.
    pub(super) what: &'static str,
}

/// Why there is no record.
#[derive(Debug)]
pub(super) enum Stop {
    /// It is broken; the next may be asked for.
    Bad(Bad),
    /// The file cannot be read on.
    Io(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Reads records one by one.
pub(super) struct Reader<R> {
    input: R,
    line: u64,
    begun: bool,
}

impl<R: BufRead> Reader<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            line: 0,
            begun: false,
        }
    }

    /// The next record and the line it begins on; blank lines are passed over.
    pub(super) fn record(&mut self) -> Result<Option<(u64, Vec<String>)>, Stop> {
        loop {
            let mut text = Vec::new();
            if !self.physical_line(&mut text)? {
                return Ok(None);
            }
            let line = self.line;
            if !self.begun {
                self.begun = true;
                if text.starts_with("\u{feff}".as_bytes()) {
                    text.drain(..3);
                }
            }
            if text.iter().all(|b| matches!(b, b'\r' | b'\n')) {
                continue;
            }
            let bad = |what| Err(Stop::Bad(Bad { line, what }));
            // An open quote goes on over line ends; only what is new is scanned.
            let mut at = At::FieldStart.after(&text);
            while at == At::Quoted {
                if text.len() > LONGEST {
                    return bad("is longer than 1 MiB; is a quote left open?");
                }
                let scanned = text.len();
                if !self.physical_line(&mut text)? {
                    return bad("a quote is left open up to the end of the file; close it");
                }
                at = at.after(text.get(scanned..).unwrap_or_default());
            }
            if text.len() > LONGEST {
                return bad("is longer than 1 MiB; is this a CSV file?");
            }
            let Ok(text) = std::str::from_utf8(&text) else {
                return bad("is not UTF-8; save the file as CSV in UTF-8");
            };
            return match split(text.trim_end_matches('\n').trim_end_matches('\r')) {
                Ok(fields) => Ok(Some((line, fields))),
                Err(what) => bad(what),
            };
        }
    }

    /// Appends a line with its end; `false` at the end of the file. Of a line that is too long only the
    /// beginning is kept, enough to see that it is.
    fn physical_line(&mut self, text: &mut Vec<u8>) -> io::Result<bool> {
        let mut any = false;
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            any = true;
            let end = buffer
                .iter()
                .position(|b| *b == b'\n')
                .map_or(buffer.len(), |i| i + 1);
            let ended = buffer.get(end.saturating_sub(1)) == Some(&b'\n');
            let room = (LONGEST + 1).saturating_sub(text.len()).min(end);
            text.extend(buffer.iter().take(room));
            self.input.consume(end);
            if ended {
                break;
            }
        }
        self.line += u64::from(any);
        Ok(any)
    }
}

/// Where a scan of a record stands, as far as quotes go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    FieldStart,
    Plain,
    Quoted,
    /// After a quote that closes, unless another follows.
    AfterQuote,
}

impl At {
    fn after(self, bytes: &[u8]) -> Self {
        bytes.iter().fold(self, |at, byte| match (at, byte) {
            (Self::FieldStart | Self::AfterQuote, b'"') => Self::Quoted,
            (Self::Quoted, b'"') => Self::AfterQuote,
            (Self::Quoted, _) => Self::Quoted,
            (_, b',') => Self::FieldStart,
            _ => Self::Plain,
        })
    }
}

fn split(text: &str) -> Result<Vec<String>, &'static str> {
    let mut fields = Vec::new();
    let mut rest = text;
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                let (field, after) = rest.split_at(end);
                if field.contains('"') {
                    return Err(
                        "has a quote inside a field; put the field in quotes and double the quote",
                    );
                }
                (field.to_owned(), after)
            }
        };
        fields.push(field);
        match after.strip_prefix(',') {
            Some(more) => rest = more,
            None if after.is_empty() => return Ok(fields),
            None => return Err("has text after a closing quote; double a quote inside a field"),
        }
    }
}

/// The field up to its closing quote, and what follows that.
fn unquote(text: &str) -> Result<(String, &str), &'static str> {
    let mut field = String::new();
    let mut rest = text;
    loop {
        let Some((before, after)) = rest.split_once('"') else {
            return Err("a quote is left open; close it");
        };
        field.push_str(before);
        match after.strip_prefix('"') {
            Some(more) => {
                field.push('"');
                rest = more;
            }
            None => return Ok((field, after)),
        }
    }
}

/// A record as a line of CSV.
pub(super) fn line(fields: &[impl AsRef<str>]) -> String {
    let mut out = String::new();
    for (i, field) in fields.iter().map(AsRef::as_ref).enumerate() {
        if i > 0 {
            out.push(',');
        }
        // A lone empty field would read back as a blank line.
        let alone = fields.len() == 1 && field.is_empty();
        if alone || field.contains([',', '"', '\n', '\r']) {
            out.push('"');
            out.push_str(&field.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(field);
        }
    }
    out.push('\n');
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &[u8]) -> Vec<Result<(u64, Vec<String>), Bad>> {
        let mut reader = Reader::new(text);
        let mut all = Vec::new();
        loop {
            match reader.record() {
                Ok(Some(record)) => all.push(Ok(record)),
                Ok(None) => return all,
                Err(Stop::Bad(bad)) => all.push(Err(bad)),
                Err(Stop::Io(e)) => panic!("{e}"),
            }
        }
    }

    fn good(text: &str) -> Vec<(u64, Vec<String>)> {
        read(text.as_bytes())
            .into_iter()
            .map(Result::unwrap)
            .collect()
    }

    fn record(line: u64, fields: &[&str]) -> (u64, Vec<String>) {
        (line, fields.iter().map(|f| (*f).to_owned()).collect())
    }

    #[test]
    fn what_spreadsheets_write() {
        assert_eq!(
            good("\u{feff}a,b\r\n\r\n1,\"x, \"\"y\"\"\r\nz\"\r\n,\n\"\",last"),
            [
                record(1, &["a", "b"]),
                record(3, &["1", "x, \"y\"\r\nz"]),
                record(5, &["", ""]),
                record(6, &["", "last"]),
            ]
        );
    }

    #[test]
    fn a_broken_record_is_told_of_and_the_next_is_read() {
        let told = read(b"a\nb\"c\n\"d\"e\n\xff\nf\n\"open\nmore");
        let bad = |line, what| Err(Bad { line, what });
        assert_eq!(
            told,
            [
                Ok(record(1, &["a"])),
                bad(
                    2,
                    "has a quote inside a field; put the field in quotes and double the quote"
                ),
                bad(
                    3,
                    "has text after a closing quote; double a quote inside a field"
                ),
                bad(4, "is not UTF-8; save the file as CSV in UTF-8"),
                Ok(record(5, &["f"])),
                bad(
                    6,
                    "a quote is left open up to the end of the file; close it"
                ),
            ]
        );
    }

    #[test]
    fn a_line_without_end_takes_no_memory_without_end() {
        let long = [b"a\n".as_slice(), &vec![b'x'; 3 * LONGEST], b"\nb\n"].concat();
        let told = read(&long);
        assert_eq!(told.len(), 3);
        assert_eq!(
            told[1],
            Err(Bad {
                line: 2,
                what: "is longer than 1 MiB; is this a CSV file?"
            })
        );
        assert_eq!(told[2], Ok(record(3, &["b"])));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            fields in prop::collection::vec("[a,\"\r\n é]{0,6}", 1..5),
            others in prop::collection::vec("[b,\"\n]{0,6}", 1..5),
        ) {
            let text = line(&fields) + &line(&others);
            let back: Vec<_> = good(&text).into_iter().map(|(_, f)| f).collect();
            prop_assert_eq!(back, vec![fields, others]);
        }

        #[test]
        fn no_bytes_break_it(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            read(&bytes);
        }
    }
}
