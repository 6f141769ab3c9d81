//! Files: CSV as rows and as facts, and the lines of a register.

use verzet::{
    clock::{Day, Micros},
    facts::catalogue::Catalogue,
    intake::{
        ConsentFields, ObjectionFields, Reading, RegisterHeader, RelationFields,
        consent_from_fields,
        csv::{Reader, write_row},
        numbers_in, objection_from_fields, relation_from_fields,
    },
    number::Region,
};

use super::choice;

/// Gives a source's bytes in small pieces, as a slow disk may.
struct Pieces<'d>(&'d [u8], usize);

impl std::io::Read for Pieces<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.0.len().min(self.1).min(buf.len());
        let (now, later) = self.0.split_at(n);
        buf[..n].copy_from_slice(now);
        self.0 = later;
        Ok(n)
    }
}

/// Every good row of some CSV.
fn rows(data: &[u8], piece: usize) -> (Vec<Vec<String>>, u64) {
    let mut reader = Reader::new(Pieces(data, piece));
    let (mut rows, mut bad) = (Vec::new(), 0);
    loop {
        match reader.next_row() {
            Ok(Some(row)) => rows.push((0..row.len()).map(|i| row.get(i).to_owned()).collect()),
            Ok(None) => break,
            Err(e) => {
                bad += 1;
                assert!(bad <= data.len() as u64 + 1, "the same row is bad for ever");
                if e.error.is_final() {
                    break;
                }
            }
        }
    }
    assert!(reader.bytes_read() <= data.len() as u64);
    (rows, bad)
}

/// Rows are the same however the bytes come, are read again from their own writing, and no cell makes
/// the reading of facts panic.
pub fn csv(data: &[u8]) {
    let (piece, data) = choice(data);
    let (whole, bad) = rows(data, usize::MAX);
    assert_eq!((&whole, bad), (&rows(data, usize::from(piece) + 1).0, bad));
    let mut written = String::new();
    for row in &whole {
        write_row(&mut written, row.iter().map(String::as_str));
    }
    // A row of one empty cell is a blank line when written.
    if whole
        .iter()
        .all(|row| row.iter().any(|cell| !cell.is_empty()))
    {
        assert_eq!(
            (whole.clone(), 0),
            rows(written.as_bytes(), usize::MAX),
            "{written:?}"
        );
    }
    let with = Reading {
        default_region: Region::NL,
        received_at: Micros(1_790_000_000_000_000),
        ids: &Catalogue::default(),
    };
    for row in &whole {
        let cell = |i: usize| row.get(i).map_or("", String::as_str);
        let objection = ObjectionFields {
            number: cell(0),
            region: cell(1),
            person_id: cell(2),
            seller_id: cell(3),
            channels: cell(4),
            recorded_at: cell(5),
            source: cell(6),
        };
        let _ = objection_from_fields(&objection, &with);
        let consent = ConsentFields {
            number: cell(0),
            region: cell(1),
            person_id: cell(2),
            seller_id: cell(3),
            channels: cell(4),
            products: cell(5),
            granted_at: cell(6),
            expires_at: cell(7),
            withdrawn_at: cell(8),
            evidence: cell(9),
        };
        let _ = consent_from_fields(&consent, &with);
        let relation = RelationFields {
            number: cell(0),
            region: cell(1),
            person_id: cell(2),
            seller_id: cell(3),
            kind: cell(4),
            product_id: cell(5),
            started_on: cell(6),
            ended_on: cell(7),
            paid: cell(8),
        };
        let _ = relation_from_fields(&relation, &with);
    }
}

/// A register copy of any bytes is read or refused, the same however they come.
pub fn register(data: &[u8]) {
    let (piece, data) = choice(data);
    let header = RegisterHeader {
        register: "bmnr",
        as_of: Day::ALWAYS,
        format: "lines",
        region: Region::NL,
        accept_shrink: false,
        file: "bmnr.txt",
        today: Day::ALWAYS,
        received_at: Micros(0),
    };
    let read = |piece| {
        let found = numbers_in(&header, Pieces(data, piece));
        found.map_err(|e| e.to_string())
    };
    assert_eq!(read(usize::MAX), read(usize::from(piece) + 1));
}
