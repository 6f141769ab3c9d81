//! Finding one row in a buffer.

use super::CsvError;

/// Where a field's text stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) from: u32,
    pub(super) to: u32,
    /// Where the field begins in the record, its quote included.
    pub(super) at: u32,
    /// Whether `from..to` is in the unescaped text rather than in the record.
    pub(super) unescaped: bool,
}

/// What stands at the beginning of a buffer.
#[derive(Debug)]
pub(super) enum Scan {
    /// Nothing, and nothing will come.
    End,
    /// The row goes on past the buffer.
    More,
    /// A line without content.
    Blank { length: usize },
    /// A row of so many bytes and line ends, its line end included.
    Row {
        length: usize,
        lines: u64,
        nul: Option<usize>,
    },
    /// Something wrong `at` an offset, in the field that begins at `field`.
    Bad {
        at: usize,
        field: usize,
        error: CsvError,
    },
}

/// Bytes that end a run of plain ones.
const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    special[0] = true;
    special[b'\n' as usize] = true;
    special[b'\r' as usize] = true;
    special[b'"' as usize] = true;
    special[b',' as usize] = true;
    special
};

/// Looks for one row at the beginning of `bytes`. At most `u32::MAX` bytes are looked at; the reader
/// gives far fewer.
pub(super) fn scan(
    bytes: &[u8],
    eof: bool,
    spans: &mut Vec<Span>,
    unescaped: &mut Vec<u8>,
) -> Scan {
    spans.clear();
    unescaped.clear();
    if bytes.is_empty() {
        return if eof { Scan::End } else { Scan::More };
    }
    let mut row = Progress::default();
    loop {
        let field = row.at;
        let ended = if bytes.get(field) == Some(&b'"') {
            row.quoted(bytes, eof, spans, unescaped)
        } else {
            row.plain(bytes, eof, spans)
        };
        match ended {
            Ended::Comma => {}
            Ended::Line => {
                let blank = spans.len() == 1
                    && bytes.first() != Some(&b'"')
                    && bytes[..row.at].iter().all(u8::is_ascii_whitespace);
                return if blank {
                    Scan::Blank { length: row.at }
                } else {
                    Scan::Row {
                        length: row.at,
                        lines: row.lines,
                        nul: row.nul,
                    }
                };
            }
            Ended::More => {
                // Remembered, so that a row that proves too long can be told by its last field.
                spans.push(span(field, field, field, false));
                return Scan::More;
            }
            Ended::Bad(error) => {
                return Scan::Bad {
                    at: row.at,
                    field,
                    error,
                };
            }
        }
    }
}

#[derive(Default)]
struct Progress {
    at: usize,
    lines: u64,
    nul: Option<usize>,
}

enum Ended {
    Comma,
    Line,
    More,
    Bad(CsvError),
}

impl Progress {
    fn plain(&mut self, bytes: &[u8], eof: bool, spans: &mut Vec<Span>) -> Ended {
        let from = self.at;
        loop {
            let rest = bytes[self.at..].iter();
            self.at += rest.take_while(|b| !SPECIAL[**b as usize]).count();
            match bytes.get(self.at) {
                Some(0) => {
                    self.nul.get_or_insert(self.at);
                    self.at += 1;
                }
                Some(b'"') => return Ended::Bad(CsvError::QuoteInside),
                _ => break,
            }
        }
        let to = self.at;
        let ended = self.delimiter(bytes, eof, CsvError::BareCr);
        if matches!(ended, Ended::Comma | Ended::Line) {
            spans.push(span(from, to, from, false));
        }
        ended
    }

    fn quoted(
        &mut self,
        bytes: &[u8],
        eof: bool,
        spans: &mut Vec<Span>,
        unescaped: &mut Vec<u8>,
    ) -> Ended {
        let field = self.at;
        let kept_from = unescaped.len();
        let mut piece = field + 1;
        let mut doubled = false;
        self.at = piece;
        loop {
            match (bytes.get(self.at), bytes.get(self.at + 1)) {
                (None, _) if eof => {
                    self.at = field;
                    return Ended::Bad(CsvError::OpenQuote);
                }
                (None, _) => return Ended::More,
                (Some(b'"'), Some(b'"')) => {
                    unescaped.extend_from_slice(&bytes[piece..=self.at]);
                    doubled = true;
                    self.at += 2;
                    piece = self.at;
                }
                (Some(b'"'), None) if !eof => return Ended::More,
                (Some(b'"'), _) => break,
                (Some(byte), _) => {
                    self.lines += u64::from(*byte == b'\n');
                    if *byte == 0 {
                        self.nul.get_or_insert(self.at);
                    }
                    self.at += 1;
                }
            }
        }
        let text = if doubled {
            unescaped.extend_from_slice(&bytes[piece..self.at]);
            span(kept_from, unescaped.len(), field, true)
        } else {
            span(piece, self.at, field, false)
        };
        self.at += 1;
        let ended = self.delimiter(bytes, eof, CsvError::AfterQuote);
        if matches!(ended, Ended::Comma | Ended::Line) {
            spans.push(text);
        }
        ended
    }

    /// What stands after a field; `otherwise` if it is neither a comma nor a line end.
    fn delimiter(&mut self, bytes: &[u8], eof: bool, otherwise: CsvError) -> Ended {
        match (bytes.get(self.at), bytes.get(self.at + 1)) {
            (Some(b','), _) => {
                self.at += 1;
                Ended::Comma
            }
            (Some(b'\n'), _) => {
                self.at += 1;
                self.lines += 1;
                Ended::Line
            }
            (Some(b'\r'), Some(b'\n')) => {
                self.at += 2;
                self.lines += 1;
                Ended::Line
            }
            (Some(b'\r'), None) if !eof => Ended::More,
            (Some(b'\r'), _) => Ended::Bad(CsvError::BareCr),
            (None, _) if eof => Ended::Line,
            (None, _) => Ended::More,
            (Some(_), _) => Ended::Bad(otherwise),
        }
    }
}

fn span(from: usize, to: usize, at: usize, unescaped: bool) -> Span {
    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Span {
        from: small(from),
        to: small(to),
        at: small(at),
        unescaped,
    }
}
