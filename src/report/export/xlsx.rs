//! Decisions as a workbook: real dates, numbers as text.

use std::fs::File;

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::{
    Export, ExportError, Exported,
    columns::{Cell, cells, headings, is_tempting, local},
};
use crate::{
    clock::{Micros, Zone},
    ledger::StoredDecision,
    policy::Language,
    report::Reports,
};

/// Rows of a sheet below its headings: Excel's own limit.
const SHEET: u32 = 1_048_575;

struct Formats {
    heading: Format,
    time: Format,
    /// Text that stays text when its cell is edited.
    text: Format,
}

pub(super) fn write(
    reports: &Reports,
    export: &Export,
    out: File,
) -> Result<Exported, ExportError> {
    let formats = Formats {
        heading: Format::new().set_bold(),
        time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        text: Format::new().set_quote_prefix().set_num_format("@"),
    };
    let mut workbook = Workbook::new();
    let mut exported = Exported {
        sheets: 1,
        ..Exported::default()
    };
    let mut sheet = begin(&mut workbook, export.language, 1, &formats)?;
    let mut row = 0;
    exported.behind = reports.each(&export.filter, |d| -> Result<(), ExportError> {
        if row == SHEET {
            exported.sheets += 1;
            let next = begin(&mut workbook, export.language, exported.sheets, &formats)?;
            workbook.push_worksheet(std::mem::replace(&mut sheet, next));
            row = 0;
        }
        row += 1;
        put(&mut sheet, row, d, export, reports.zone(), &formats)?;
        exported.rows += 1;
        Ok(())
    })?;
    workbook.push_worksheet(sheet);
    workbook.save_to_writer(out)?;
    Ok(exported)
}

fn begin(
    workbook: &mut Workbook,
    language: Language,
    n: u32,
    formats: &Formats,
) -> Result<Worksheet, XlsxError> {
    // Rows go to a temporary file as they come: a million of them is more than memory should hold.
    let mut sheet = workbook.new_worksheet_with_constant_memory()?;
    let name = match language {
        Language::Nl => "Besluiten",
        Language::En => "Decisions",
    };
    sheet.set_name(format!("{name} {n}"))?;
    sheet.set_freeze_panes(1, 0)?;
    for (column, heading) in (0..).zip(headings(language)) {
        let width = if column < 3 { 26 } else { 18 };
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, heading, &formats.heading)?;
    }
    Ok(sheet)
}

fn put(
    sheet: &mut Worksheet,
    row: u32,
    d: &StoredDecision,
    export: &Export,
    zone: &Zone,
    formats: &Formats,
) -> Result<(), XlsxError> {
    for (column, cell) in (0..).zip(cells(d, export.language, export.masked)) {
        match cell {
            Cell::Text(text) if text.is_empty() => {}
            Cell::Text(text) if is_tempting(&text) => {
                sheet.write_string_with_format(row, column, text, &formats.text)?;
            }
            Cell::Text(text) => {
                sheet.write_string(row, column, text)?;
            }
            Cell::Time(at) => {
                sheet.write_datetime_with_format(row, column, time(at, zone)?, &formats.time)?;
            }
        }
    }
    Ok(())
}

fn time(at: Micros, zone: &Zone) -> Result<ExcelDateTime, XlsxError> {
    let t = local(at, zone);
    ExcelDateTime::from_ymd(t.year().unsigned_abs(), t.month() as u8, t.day() as u8)?.and_hms(
        t.hour().unsigned_abs().into(),
        t.minute().unsigned_abs(),
        f64::from(t.second()),
    )
}
