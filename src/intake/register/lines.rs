//! The format `lines`: one number a line, any spelling; blank lines, a byte order mark and CRLF allowed.

use std::io::{self, BufRead, BufReader, Read};

use roaring::RoaringTreemap;

use super::{RegisterHeader, RegisterRefused};
use crate::{
    intake::problem::{Problem, Problems, shown},
    number::{self, E164, Region},
};

/// The longest line that is read, in bytes.
const MAX_LINE: usize = 1_000;

/// Numbers collected before they are put in, since in order that is much faster.
const RUN: usize = 1 << 16;

/// A copy that was read.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) numbers: RoaringTreemap,
    pub(super) unreadable: Vec<Problem>,
}

/// Reads a copy to its end.
pub(super) fn read(
    header: &RegisterHeader<'_>,
    source: impl Read,
) -> Result<Lines, RegisterRefused> {
    let file = header.file;
    let mut source = Source {
        reader: BufReader::with_capacity(256 << 10, source),
        line: Vec::new(),
        number: 0,
    };
    let mut copy = Copy::default();
    let mut lines = 0_u64;
    let mut unread = 0_u64;
    let mut problems = Problems::default();
    loop {
        let end = source.next().map_err(|source| RegisterRefused::Read {
            file: file.to_owned(),
            source,
        })?;
        let Some(end) = end else { break };
        let text = match source.text() {
            Ok("") => continue,
            other => other,
        };
        lines += 1;
        if lines == 1
            && let Some(what) = other_format(&source.line)
        {
            return Err(RegisterRefused::OtherFormat {
                file: file.to_owned(),
                what: what.to_owned(),
                problems: Vec::new(),
            });
        }
        let reading = text.map(|text| one(text, header.region));
        let place = |what: String, hint: &str| Problem {
            file: file.to_owned(),
            line: source.number,
            column: 1,
            what,
            hint: hint.to_owned(),
            ..Problem::default()
        };
        match reading {
            Ok(Reading::Number(number)) => {
                if let End::File = end
                    && copy.longest > length(number)
                {
                    return Err(source.truncated(file, "is shorter than the others"));
                }
                copy.add(number);
            }
            Ok(Reading::Second(number)) if matches!(end, End::Line) => {
                copy.add(number);
                let text = text.unwrap_or_default();
                problems.add(|| {
                    let what = format!("{} is not valid, but can be read as {number}", shown(text));
                    place(what, "it counts as registered")
                });
            }
            _ if matches!(end, End::File) && lines > 1 => {
                return Err(source.truncated(file, "is no whole number"));
            }
            _ => {
                unread += 1;
                let text = text.unwrap_or_else(|what| what);
                problems.add(|| {
                    let what = format!("{} is not a number", shown(text));
                    place(what, "it is not in the copy")
                });
            }
        }
    }
    let numbers = copy.done();
    if unread * 1_000 > lines {
        return Err(RegisterRefused::OtherFormat {
            file: file.to_owned(),
            what: format!("{unread} of {lines} lines are not numbers"),
            problems: problems.into_list(),
        });
    }
    if numbers.is_empty() {
        return Err(RegisterRefused::Empty {
            file: file.to_owned(),
        });
    }
    Ok(Lines {
        numbers,
        unreadable: problems.into_list(),
    })
}

enum Reading {
    Number(E164),
    /// Only the second reader reads it. To leave it out could lose a stop.
    Second(E164),
    None,
}

fn one(text: &str, region: Region) -> Reading {
    // A field separator would be taken for the beginning of an extension.
    let parameter = |rest: &str| {
        let rest = rest.to_ascii_lowercase();
        ["ext=", "isub=", "phone-context="]
            .iter()
            .any(|p| rest.starts_with(p))
    };
    if text.contains([',', '\t', '"', '<', '{', '|'])
        || text.split(';').skip(1).any(|rest| !parameter(rest))
    {
        return Reading::None;
    }
    match number::read(text, region) {
        Some(number) => Reading::Number(number.e164),
        None => number::second_reader(text, region).map_or(Reading::None, Reading::Second),
    }
}

/// What the first line says that is not a number.
fn other_format(line: &[u8]) -> Option<&'static str> {
    match line {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some("the file is UTF-16; save it as UTF-8"),
        [b'P', b'K', 3, 4, ..] | [0x1F, 0x8B, ..] => Some("the file is packed; unpack it"),
        line => match line.iter().find(|b| !b.is_ascii_whitespace()) {
            Some(b'<') => Some("the file looks like XML"),
            Some(b'{' | b'[') => Some("the file looks like JSON"),
            _ if line.contains(&b',') || line.contains(&b'\t') => Some("the file looks like CSV"),
            _ => None,
        },
    }
}

/// How many digits a number has.
fn length(number: E164) -> u32 {
    number.digits().ilog10()
}

/// The numbers so far.
#[derive(Default)]
struct Copy {
    numbers: RoaringTreemap,
    run: Vec<u64>,
    longest: u32,
}

impl Copy {
    fn add(&mut self, number: E164) {
        self.longest = self.longest.max(length(number));
        self.run.push(number.digits());
        if self.run.len() == RUN {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.run.sort_unstable();
        self.numbers.extend(self.run.drain(..));
    }

    fn done(mut self) -> RoaringTreemap {
        self.flush();
        self.numbers
    }
}

/// How a line ended.
#[derive(Clone, Copy)]
enum End {
    Line,
    File,
}

struct Source<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    number: u64,
}

impl<R: Read> Source<R> {
    /// Reads the next line, keeping no more than is read; `None` at the end.
    fn next(&mut self) -> io::Result<Option<End>> {
        self.line.clear();
        self.number += 1;
        let mut any = false;
        loop {
            let chunk = match self.reader.fill_buf() {
                Ok(chunk) => chunk,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(e),
            };
            if chunk.is_empty() {
                self.pass_mark();
                return Ok(any.then_some(End::File));
            }
            any = true;
            let end = chunk.iter().position(|b| *b == b'\n');
            let part = &chunk[..end.unwrap_or(chunk.len())];
            // One byte more than is read, so that a longer line is known as such.
            let room = (MAX_LINE + 1).saturating_sub(self.line.len());
            self.line.extend_from_slice(&part[..part.len().min(room)]);
            let used = end.map_or(chunk.len(), |at| at + 1);
            self.reader.consume(used);
            if end.is_some() {
                self.pass_mark();
                return Ok(Some(End::Line));
            }
        }
    }

    /// Passes over a byte order mark.
    fn pass_mark(&mut self) {
        if self.number == 1 && self.line.starts_with(b"\xEF\xBB\xBF") {
            self.line.drain(..3);
        }
    }

    /// The line without blanks around it, or why it cannot be a number.
    fn text(&self) -> Result<&str, &'static str> {
        if self.line.len() > MAX_LINE {
            return Err("a line of more than 1,000 bytes");
        }
        match std::str::from_utf8(&self.line) {
            Ok(text) => Ok(text.trim()),
            Err(_) => Err("a line that is not UTF-8"),
        }
    }

    fn truncated(&self, file: &str, why: &'static str) -> RegisterRefused {
        RegisterRefused::Truncated {
            file: file.to_owned(),
            line: self.number,
            why,
        }
    }
}
