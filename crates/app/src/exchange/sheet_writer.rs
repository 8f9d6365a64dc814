//! Writing workbooks: rows one after another with constant memory, and text
//! that no program takes for a formula.

use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom};
use std::path::Path;

use domain::exchange::RawCell;
use jiff::civil::Date;
use rust_xlsxwriter::{
    Color, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::{AppError, new_id};

/// Rows an xlsx sheet can hold, title and header apart.
pub(crate) const MOST_ROWS: u32 = 1_048_000;

impl From<XlsxError> for AppError {
    fn from(error: XlsxError) -> Self {
        Self::Internal(format!("workbook: {error}"))
    }
}

/// Formats of the workbooks we write.
pub(crate) struct Formats {
    pub title: Format,
    pub header: Format,
    pub wrapped: Format,
    /// Plain text that begins like a formula keeps its quote.
    guarded: Format,
    date: Format,
    pub error: Format,
    pub warning: Format,
}

impl Formats {
    pub fn new() -> Self {
        let marked = |rgb: u32| {
            Format::new()
                .set_background_color(Color::RGB(rgb))
                .set_border(FormatBorder::Thin)
                .set_quote_prefix()
        };
        Self {
            title: Format::new().set_bold().set_font_size(14),
            header: Format::new()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Center)
                .set_background_color(Color::RGB(0xE8_EEF4)),
            wrapped: Format::new().set_text_wrap().set_align(FormatAlign::Top),
            guarded: Format::new().set_quote_prefix(),
            date: Format::new()
                .set_num_format("yyyy-mm-dd")
                .set_align(FormatAlign::Left),
            error: marked(0xFF_C7CE),
            warning: marked(0xFF_EB9C),
        }
    }
}

/// Whether a program may take the text for a formula when it is typed or
/// pasted elsewhere.
fn looks_like_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// Excel's bound of one cell, in characters.
const CELL_CHARACTERS: usize = 32_767;

/// Writes text as text.
pub(crate) fn write_text(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    text: &str,
    formats: &Formats,
) -> Result<(), AppError> {
    let short: String;
    let text = if text.len() > CELL_CHARACTERS {
        short = text.chars().take(CELL_CHARACTERS).collect();
        &short
    } else {
        text
    };
    if looks_like_formula(text) {
        sheet.write_string_with_format(row, column, text, &formats.guarded)?;
    } else {
        sheet.write_string(row, column, text)?;
    }
    Ok(())
}

/// Writes a day as a day, so that a spreadsheet can sort by it.
pub(crate) fn write_day(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    day: Date,
    formats: &Formats,
) -> Result<(), AppError> {
    let part = |number: i8| u8::try_from(number).unwrap_or(1);
    let year = u16::try_from(day.year()).unwrap_or_default();
    match ExcelDateTime::from_ymd(year, part(day.month()), part(day.day())) {
        Ok(date) => {
            sheet.write_datetime_with_format(row, column, &date, &formats.date)?;
            Ok(())
        }
        // Before 1900 the format knows no days.
        Err(_) => write_text(sheet, row, column, &day.to_string(), formats),
    }
}

/// Writes a cell as it stood in the file it came from; `mark` colours it.
pub(super) fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &RawCell<'_>,
    mark: Option<&Format>,
    formats: &Formats,
) -> Result<(), AppError> {
    match (cell, mark) {
        (RawCell::Number(number), None) if number.abs() < 1e15 => {
            sheet.write_number(row, column, *number)?;
        }
        // Digits that are lost stay visibly lost: as text they could pass.
        (RawCell::Number(number), Some(mark)) => {
            sheet.write_number_with_format(row, column, *number, mark)?;
        }
        (RawCell::Date(serial), None) => {
            sheet.write_number_with_format(row, column, *serial, &formats.date)?;
        }
        (_, Some(mark)) => {
            let shown: String = cell.shown().chars().take(CELL_CHARACTERS).collect();
            sheet.write_string_with_format(row, column, shown, mark)?;
        }
        (_, None) => write_text(sheet, row, column, &cell.shown(), formats)?,
    }
    Ok(())
}

/// A new sheet whose rows leave memory once the next row begins.
pub(crate) fn add_sheet<'a>(
    book: &'a mut Workbook,
    name: &str,
) -> Result<&'a mut Worksheet, AppError> {
    let sheet = book.add_worksheet_with_constant_memory()?;
    sheet.set_name(name)?;
    Ok(sheet)
}

/// Saves a workbook into a file that has no name: nothing unsealed stays on
/// disk. The file is at its beginning.
pub(crate) fn save_unnamed(mut book: Workbook, folder: &Path) -> Result<File, AppError> {
    let failed = |e: std::io::Error| AppError::Internal(e.to_string());
    let path = folder.join(new_id());
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)
        .map_err(failed)?;
    let _ = std::fs::remove_file(&path);
    book.save_to_writer(&mut file)?;
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    Ok(file)
}

/// The file column as the writer counts it.
pub(super) fn column(index: u32) -> Option<u16> {
    u16::try_from(index).ok().filter(|c| *c < 16_384)
}
