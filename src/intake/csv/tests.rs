#![allow(clippy::unwrap_used)]
use std::io::{self, Read};

use proptest::prelude::*;

use super::*;

/// Gives out a few bytes at a time, so that every boundary falls inside a row.
struct Drip<'a>(&'a [u8], usize);

impl Read for Drip<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.1.min(self.0.len()).min(out.len());
        out[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        Ok(n)
    }
}

/// Everything in a file: rows as fields, bad rows as `line:column: what`.
fn all(source: impl Read) -> Vec<Result<Vec<String>, String>> {
    let mut reader = Reader::new(source);
    let mut out = Vec::new();
    loop {
        match reader.next_row() {
            Ok(None) => return out,
            Ok(Some(row)) => out.push(Ok((0..row.len()).map(|i| row.get(i).into()).collect())),
            Err(bad) => {
                let what = bad.error.to_string();
                let what = what.split([';', ',']).next().unwrap();
                out.push(Err(format!("{}:{}: {what}", bad.line, bad.column)));
            }
        }
    }
}

fn read(text: &str) -> Vec<Result<Vec<String>, String>> {
    let whole = all(text.as_bytes());
    for step in 1..5 {
        assert_eq!(
            all(Drip(text.as_bytes(), step)),
            whole,
            "{step} bytes at a time"
        );
    }
    whole
}

fn row(fields: &[&str]) -> Result<Vec<String>, String> {
    Ok(fields.iter().map(|f| (*f).to_owned()).collect())
}

#[test]
fn lf_crlf_a_byte_order_mark_blank_lines_and_no_last_line_end_are_all_fine() {
    let want = vec![row(&["a", "b"]), row(&["c", ""])];
    for text in [
        "a,b\nc,\n",
        "a,b\r\nc,\r\n",
        "\u{feff}a,b\nc,",
        "\n\r\n  \na,b\n\nc,\n\n",
    ] {
        assert_eq!(read(text), want, "{text:?}");
    }
}

#[test]
fn quoted_fields_hold_commas_quotes_and_line_ends() {
    assert_eq!(
        read("\"a,b\",\"say \"\"no\"\"\",\"\"\r\n\"x\ny\",\"\"\"\",z\n"),
        vec![row(&["a,b", "say \"no\"", ""]), row(&["x\ny", "\"", "z"]),]
    );
}

#[test]
fn a_bad_row_is_told_with_its_place_and_the_next_is_read() {
    let good = row(&["c", "d"]);
    for (text, what) in [
        ("aé,\"b\"x\nc,d\n", "1:7: text after a closing quote"),
        ("é,b\"x\nc,d\n", "1:4: a quote inside a field"),
        ("a,b\0\nc,d\n", "1:4: a NUL byte"),
        ("a\rb\nc,d\n", "1:2: a carriage return without a line feed"),
        ("a,\"b\nc,d\n", "1:3: a quote is left open"),
    ] {
        assert_eq!(
            read(text),
            vec![Err(what.to_owned()), good.clone()],
            "{text:?}"
        );
    }
    let latin1 = all(&b"a,caf\xe9\nc,d\n"[..]);
    assert_eq!(latin1, vec![Err("1:6: not UTF-8".to_owned()), good]);
}

#[test]
fn an_open_quote_costs_only_its_own_line() {
    let text = "a,\"b\n1,\"2\"\n3,4\n";
    let got = read(text);
    assert_eq!(got[0], Err("2:4: text after a closing quote".to_owned()));
    assert_eq!(got[1..], [row(&["1", "2"]), row(&["3", "4"])]);
}

#[test]
fn places_count_characters_and_lines_inside_quotes() {
    let mut reader = Reader::new("h,h\n\n\"é\nü\",ß,\"x\"\n".as_bytes());
    reader.next_row().unwrap().unwrap();
    let row = reader.next_row().unwrap().unwrap();
    assert_eq!(row.line(), 3);
    assert_eq!(row.place(0), (3, 1));
    assert_eq!(row.place(1), (4, 4));
    assert_eq!(row.place(2), (4, 6));
    assert_eq!(row.place(3), (4, 9));
    assert_eq!(row.raw(), "\"é\nü\",ß,\"x\"");
}

#[test]
fn utf_16_is_told_once() {
    let text: Vec<u8> = "\u{feff}a,b\nc,d\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(
        all(&text[..]),
        vec![Err("1:1: the file is UTF-16".to_owned())]
    );
}

#[test]
fn a_line_without_end_is_one_problem_and_memory_stays_flat() {
    let line = io::repeat(b'x').take(1 << 27);
    let source = (&b"a,b\n"[..]).chain(line).chain(&b"\nc,d\n"[..]);
    let mut reader = Reader::new(source);
    assert_eq!(reader.next_row().unwrap().unwrap().len(), 2);
    let bad = reader.next_row().unwrap_err();
    assert!(matches!(bad.error, CsvError::TooLong), "{bad:?}");
    assert_eq!((bad.line, bad.column), (2, 1));
    assert!(bad.raw.len() <= RAW_KEPT);
    let row = reader.next_row().unwrap().unwrap();
    assert_eq!((row.get(0), row.line()), ("c", 3));
    assert!(reader.next_row().unwrap().is_none());
    assert!(
        reader.buf.capacity() <= 2 * (MAX_ROW + 2 * CHUNK),
        "{}",
        reader.buf.capacity()
    );
}

#[test]
fn a_quote_left_open_over_a_megabyte_costs_only_its_own_line() {
    let mut text = String::from("a,b\n1,\"x\n");
    for i in 0..300_000 {
        text.push_str(&format!("{i},yes\n"));
    }
    let got = all(text.as_bytes());
    assert_eq!(got.len(), 300_002);
    assert_eq!(got[1], Err("2:3: a quote is left open".to_owned()));
    assert!(got[2..].iter().all(Result::is_ok));
}

#[test]
fn a_failing_source_is_told_once_and_ends_the_rows() {
    struct Fails;
    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let got = all((&b"a,b\nc,d\ne"[..]).chain(Fails));
    assert_eq!(got.len(), 3);
    assert!(got[2].as_ref().unwrap_err().contains("the disk is gone"));
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        rows in prop::collection::vec(
            prop::collection::vec("[a-c,\"\r\n é\u{1F600}]{0,6}", 1..5), 0..8),
        step in 1_usize..40,
    ) {
        let mut text = String::new();
        for row in &rows {
            write_row(&mut text, row.iter().map(String::as_str));
        }
        let want: Vec<_> = rows.into_iter().map(Ok).collect();
        prop_assert_eq!(all(text.as_bytes()), want.clone());
        prop_assert_eq!(all(Drip(text.as_bytes(), step)), want);
    }

    #[test]
    fn any_bytes_give_the_same_rows_however_they_arrive(
        bytes in prop::collection::vec(
            prop::sample::select(&b"ab,\"\n\r\0\xff\xc3\xa9"[..]), 0..60),
        step in 1_usize..7,
    ) {
        prop_assert_eq!(all(&bytes[..]), all(Drip(&bytes, step)));
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = all(&bytes[..]);
    }
}
