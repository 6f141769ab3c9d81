//! Apache Parquet, without Arrow: row groups of a few thousand decisions, so that memory stays flat.

use std::{
    io::{self, Write},
    sync::Arc,
};

use parquet::{
    basic::Compression,
    data_type::{BoolType, ByteArray, ByteArrayType, Int64Type},
    errors::ParquetError,
    file::{
        properties::WriterProperties,
        writer::{SerializedColumnWriter, SerializedFileWriter},
    },
    schema::parser::parse_message_type,
};

use super::{
    Sink,
    columns::{COLUMNS, Kind, Value},
};
use crate::ledger::StoredDecision;

/// Decisions of a row group.
const GROUP: usize = 16_384;

/// The values of a column that are given, and for each decision whether there is one.
struct Cells {
    given: Vec<i16>,
    texts: Vec<ByteArray>,
    numbers: Vec<i64>,
    flags: Vec<bool>,
}

pub(super) struct Parquet<W: Write + Send> {
    file: SerializedFileWriter<W>,
    cells: Vec<Cells>,
    rows: usize,
}

fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}

fn schema() -> String {
    let mut schema = "message decision {\n".to_owned();
    for column in COLUMNS {
        let kind = match column.kind {
            Kind::Text => "BYTE_ARRAY {} (STRING)",
            Kind::Count => "INT64 {}",
            Kind::Flag => "BOOLEAN {}",
            Kind::Time => "INT64 {} (TIMESTAMP(MICROS,true))",
        };
        schema.push_str(&format!("OPTIONAL {};\n", kind.replace("{}", column.name)));
    }
    schema + "}"
}

impl<W: Write + Send> Parquet<W> {
    pub(super) fn new(out: W) -> io::Result<Self> {
        let schema = parse_message_type(&schema()).map_err(failed)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("verzet ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let file = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties));
        Ok(Self {
            file: file.map_err(failed)?,
            cells: COLUMNS.iter().map(|_| Cells::new()).collect(),
            rows: 0,
        })
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        for (cells, column) in self.cells.iter_mut().zip(COLUMNS) {
            let Some(mut writer) = group.next_column()? else {
                break;
            };
            cells.write(column.kind, &mut writer)?;
            writer.close()?;
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }
}

impl Cells {
    fn new() -> Self {
        Self {
            given: Vec::with_capacity(GROUP),
            texts: Vec::new(),
            numbers: Vec::new(),
            flags: Vec::new(),
        }
    }

    fn push(&mut self, value: Value<'_>) {
        self.given.push(i16::from(value != Value::None));
        // Counts are SQLite's integers, so they fit.
        match value {
            Value::None => {}
            Value::Text(text) => self.texts.push(text.into_owned().into_bytes().into()),
            Value::Count(n) => self.numbers.push(n as i64),
            Value::Flag(yes) => self.flags.push(yes),
            Value::Time(at) => self.numbers.push(at.0),
        }
    }

    fn write(
        &mut self,
        kind: Kind,
        writer: &mut SerializedColumnWriter<'_>,
    ) -> Result<(), ParquetError> {
        let given = Some(&self.given[..]);
        match kind {
            Kind::Text => writer
                .typed::<ByteArrayType>()
                .write_batch(&self.texts, given, None)?,
            Kind::Count | Kind::Time => {
                writer
                    .typed::<Int64Type>()
                    .write_batch(&self.numbers, given, None)?
            }
            Kind::Flag => writer
                .typed::<BoolType>()
                .write_batch(&self.flags, given, None)?,
        };
        self.given.clear();
        self.texts.clear();
        self.numbers.clear();
        self.flags.clear();
        Ok(())
    }
}

impl<W: Write + Send> Sink for Parquet<W> {
    fn write(&mut self, decision: &StoredDecision) -> io::Result<()> {
        for (cells, column) in self.cells.iter_mut().zip(COLUMNS) {
            cells.push((column.of)(decision));
        }
        self.rows += 1;
        if self.rows == GROUP {
            self.flush().map_err(failed)?;
        }
        Ok(())
    }

    fn end(mut self: Box<Self>) -> io::Result<()> {
        self.flush().map_err(failed)?;
        self.file.finish().map_err(failed)?;
        self.file.inner_mut().flush()
    }
}
