//! A strict, streaming CSV reader (RFC 4180) that can say where everything stood.
//!
//! Lines end in LF or CRLF; a quoted field may hold commas, quotes (doubled) and line ends. Reading a
//! good row allocates nothing: a [`Row`] borrows the reader's buffer. Memory stays flat whatever the
//! file: a row over [`MAX_ROW`] is one problem, after which reading goes on at the next line.

mod scan;

use std::io::{self, Read};

use scan::{Scan, Span, scan};

/// The longest row that is read, in bytes.
pub const MAX_ROW: usize = 1 << 20;

/// How much is asked of the source at once.
const CHUNK: usize = 256 << 10;

/// How much of a bad row is kept for people to see, in bytes.
const RAW_KEPT: usize = 64 << 10;

/// What is wrong with a row, or with the whole file.
#[derive(Debug, thiserror::Error)]
pub enum CsvError {
    /// A byte that is not UTF-8.
    #[error("not UTF-8; save the file as UTF-8")]
    NotUtf8,
    /// The file is in another encoding altogether.
    #[error("the file is UTF-16; save it as UTF-8")]
    Utf16,
    /// A NUL byte.
    #[error("a NUL byte; save the file as UTF-8 text")]
    Nul,
    /// A quote that is never closed.
    #[error(
        "a quote is left open, or the field is longer than 1 MiB; close it, and double quotes inside a quoted field"
    )]
    OpenQuote,
    /// Something other than a comma or the line's end after a closing quote.
    #[error("text after a closing quote; double quotes inside a quoted field")]
    AfterQuote,
    /// A quote inside a field that is not quoted.
    #[error("a quote inside a field; put the whole field in quotes and double the quotes inside")]
    QuoteInside,
    /// A carriage return that is not followed by a line feed.
    #[error("a carriage return without a line feed; end lines with LF or CRLF")]
    BareCr,
    /// A row over [`MAX_ROW`].
    #[error("the row is longer than 1 MiB; look for a missing line end")]
    TooLong,
    /// The source failed; nothing more can be read.
    #[error("the file cannot be read on: {0}; check the disk and its rights")]
    Io(#[from] io::Error),
}

impl CsvError {
    /// Whether nothing after it can be read.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Utf16 | Self::Io(_))
    }
}

/// A row that could not be split into fields.
#[derive(Debug)]
pub struct BadRow {
    /// Line, from 1.
    pub line: u64,
    /// Column in characters, from 1.
    pub column: u64,
    /// What is wrong.
    pub error: CsvError,
    /// The text that was passed over, as far as it can be shown.
    pub raw: String,
}

/// A row, borrowed from the reader until the next one is read.
#[derive(Debug)]
pub struct Row<'r> {
    record: &'r str,
    unescaped: &'r str,
    spans: &'r [Span],
    line: u64,
}

impl<'r> Row<'r> {
    /// How many fields it has.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether it has no field; never so for a row that was read.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// A field's text without its quotes; empty where there is no such field.
    pub fn get(&self, field: usize) -> &'r str {
        self.spans.get(field).map_or("", |span| {
            let text = if span.unescaped {
                self.unescaped
            } else {
                self.record
            };
            text.get(span.from as usize..span.to as usize).unwrap_or("")
        })
    }

    /// The line the row begins on, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Line and column (in characters), both from 1, where a field begins; where the row ends if
    /// there is no such field.
    pub fn place(&self, field: usize) -> (u64, u64) {
        let text = self.raw();
        let at = self.spans.get(field).map_or(text.len(), |s| s.at as usize);
        place_in(text.as_bytes(), at, self.line)
    }

    /// The row as written, without its line end.
    pub fn raw(&self) -> &'r str {
        let text = self.record.strip_suffix('\n').unwrap_or(self.record);
        text.strip_suffix('\r').unwrap_or(text)
    }
}

/// Reads rows from a source.
#[derive(Debug)]
pub struct Reader<R> {
    source: R,
    buf: Vec<u8>,
    /// Where the unread part of `buf` begins and ends.
    start: usize,
    end: usize,
    begun: bool,
    eof: bool,
    /// The rest of a line is to be passed over.
    skipping: bool,
    /// The line of `buf[start]`.
    line: u64,
    bytes_read: u64,
    spans: Vec<Span>,
    unescaped: Vec<u8>,
}

impl<R: Read> Reader<R> {
    /// Reads from the source's beginning; a byte order mark is passed over.
    pub fn new(source: R) -> Self {
        Self {
            source,
            buf: Vec::new(),
            start: 0,
            end: 0,
            begun: false,
            eof: false,
            skipping: false,
            line: 1,
            bytes_read: 0,
            spans: Vec::new(),
            unescaped: Vec::new(),
        }
    }

    /// Bytes taken from the source so far.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// The next row that is not blank; `None` at the end.
    ///
    /// # Errors
    /// [`BadRow`]: reading may go on after it, unless [`CsvError::is_final`] (then `None` follows).
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, BadRow> {
        if !self.begun {
            self.begin()?;
        }
        let (length, lines) = loop {
            if self.skipping {
                self.skip_on()?;
            }
            let unread = &self.buf[self.start..self.end];
            match scan(unread, self.eof, &mut self.spans, &mut self.unescaped) {
                Scan::End => return Ok(None),
                Scan::More if unread.len() > MAX_ROW => return Err(self.too_long()),
                Scan::More => self.fill()?,
                Scan::Blank { length } => self.advance(length, 1),
                Scan::Row { length, .. } if length > MAX_ROW => return Err(self.too_long()),
                Scan::Row {
                    length,
                    nul: None,
                    lines,
                } => break (length, lines),
                Scan::Row {
                    length,
                    nul: Some(at),
                    ..
                } => return Err(self.bad(CsvError::Nul, at, length)),
                Scan::Bad { at, field, error } => {
                    let length = self.to_line_end(field);
                    return Err(self.bad(error, at, length));
                }
            }
        };
        let from = self.start;
        let record = &self.buf[from..from + length];
        if let Err(e) = std::str::from_utf8(record) {
            let at = e.valid_up_to();
            return Err(self.bad(CsvError::NotUtf8, at, length));
        }
        let line = self.line;
        self.advance(length, lines);
        // The whole record is UTF-8, and cut only at ASCII bytes; so these cannot fail.
        let text = |bytes| std::str::from_utf8(bytes).unwrap_or("");
        Ok(Some(Row {
            record: text(&self.buf[from..from + length]),
            unescaped: text(&self.unescaped),
            spans: &self.spans,
            line,
        }))
    }

    fn begin(&mut self) -> Result<(), BadRow> {
        self.begun = true;
        while self.end < 3 && !self.eof {
            self.fill()?;
        }
        match &self.buf[..self.end] {
            [0xEF, 0xBB, 0xBF, ..] => self.start = 3,
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => {
                let bad = self.bad(CsvError::Utf16, 0, self.end);
                self.stop();
                return Err(bad);
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes in one more chunk, moving what is unread to the front.
    fn fill(&mut self) -> Result<(), BadRow> {
        self.buf.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.buf.len() < self.end + CHUNK {
            self.buf.resize(self.end + CHUNK, 0);
        }
        loop {
            match self.source.read(&mut self.buf[self.end..]) {
                Ok(n) => {
                    self.eof = n == 0;
                    self.end += n;
                    self.bytes_read += n as u64;
                    return Ok(());
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => {
                    let bad = BadRow {
                        line: self.line,
                        column: 1,
                        error: CsvError::Io(e),
                        raw: String::new(),
                    };
                    self.stop();
                    return Err(bad);
                }
            }
        }
    }

    fn stop(&mut self) {
        (self.start, self.end, self.eof, self.skipping) = (0, 0, true, false);
    }

    fn advance(&mut self, length: usize, lines: u64) {
        self.start += length;
        self.line += lines;
    }

    /// The row's text passes [`MAX_ROW`]: told by the field in which it does. A quoted field may have
    /// swallowed the lines after it, so reading goes on after the line it begins on.
    fn too_long(&mut self) -> BadRow {
        let inside = |s: &&Span| s.at as usize <= MAX_ROW;
        let last = self.spans.iter().rfind(inside);
        let field = last.map_or(0, |s| s.at as usize);
        let length = self.to_line_end(field);
        if self.buf.get(self.start + field) == Some(&b'"') && length < MAX_ROW {
            return self.bad(CsvError::OpenQuote, field, length);
        }
        self.bad(CsvError::TooLong, 0, length)
    }

    /// From the row's beginning to the end of the line its byte `from` stands on.
    fn to_line_end(&self, from: usize) -> usize {
        let rest = self.buf[self.start + from..self.end].iter();
        from + rest.take_while(|b| **b != b'\n').count()
    }

    /// A bad row: what is wrong `at` an offset of it; passes over `length` bytes and the rest of
    /// that line.
    fn bad(&mut self, error: CsvError, at: usize, length: usize) -> BadRow {
        let (line, column) = place_in(&self.buf[self.start..self.end], at, self.line);
        let passed = &self.buf[self.start..self.start + length];
        let shown = &passed[..length.min(RAW_KEPT)];
        let raw = String::from_utf8_lossy(shown)
            .trim_end_matches(['\r', '\n'])
            .to_owned();
        let whole = passed.last() == Some(&b'\n');
        let lines = passed.iter().filter(|b| **b == b'\n').count() as u64;
        self.advance(length, lines);
        self.skipping = !whole;
        BadRow {
            line,
            column,
            error,
            raw,
        }
    }

    /// Passes over the rest of a line, however long.
    fn skip_on(&mut self) -> Result<(), BadRow> {
        loop {
            let unread = &self.buf[self.start..self.end];
            if let Some(at) = unread.iter().position(|b| *b == b'\n') {
                self.advance(at + 1, 1);
                break;
            }
            self.start = self.end;
            if self.eof {
                break;
            }
            self.fill()?;
        }
        self.skipping = false;
        Ok(())
    }
}

/// Line and column of an offset in bytes that begin on `line`.
fn place_in(bytes: &[u8], at: usize, line: u64) -> (u64, u64) {
    let before = &bytes[..at.min(bytes.len())];
    let lines = before.iter().filter(|b| **b == b'\n').count();
    let on_line = before
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |i| i + 1);
    let column = String::from_utf8_lossy(&before[on_line..]).chars().count();
    (line + lines as u64, column as u64 + 1)
}

/// Appends a row, quoting what needs it, with an LF.
pub fn write_row<'a>(out: &mut String, fields: impl IntoIterator<Item = &'a str>) {
    let begin = out.len();
    for (i, field) in fields.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        // U+FEFF at the beginning of a file would be taken for its byte order mark.
        if field.contains([',', '"', '\r', '\n', '\u{feff}']) {
            out.push('"');
            for c in field.chars() {
                if c == '"' {
                    out.push('"');
                }
                out.push(c);
            }
            out.push('"');
        } else {
            out.push_str(field);
        }
    }
    // A row of one blank field would read as a blank line.
    if !out[begin..].contains([',', '"']) && out[begin..].trim().is_empty() {
        let field = out.split_off(begin);
        out.push('"');
        out.push_str(&field);
        out.push('"');
    }
    out.push('\n');
}

#[cfg(test)]
mod tests;
