//! The workbook of a listing: what was filtered, by whom and when, then the
//! rows, one after another, fit to be printed.

use std::fs::File;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Workbook, Worksheet};

use super::{Cell, Column};
use crate::AppError;
use crate::clock;
use crate::exchange::sheet_writer::{
    Formats, MOST_ROWS, add_sheet, save_unnamed, write_day, write_text,
};

/// Rows above the first header: title and the two lines of [`Sheet::head`].
const HEADER_ROW: u32 = 3;
/// A4, as the format numbers paper.
const A4: u8 = 9;

pub(super) struct Sheet {
    book: Workbook,
    formats: Formats,
    folder: PathBuf,
    title: &'static str,
    headers: Vec<(&'static str, f64)>,
    head: Vec<String>,
    part: u32,
    next: u32,
}

impl Sheet {
    pub fn begin<R>(
        title: &'static str,
        columns: &[&Column<R>],
        folder: &Path,
    ) -> Result<Self, AppError> {
        let mut book = Workbook::new();
        book.set_tempdir(folder)?;
        Ok(Self {
            book,
            formats: Formats::new(),
            folder: folder.to_path_buf(),
            title,
            headers: columns.iter().map(|c| (c.header, c.width)).collect(),
            head: Vec::new(),
            part: 0,
            next: MOST_ROWS,
        })
    }

    /// The lines under the title; repeated on every further sheet.
    pub fn head(&mut self, lines: &[String]) -> Result<(), AppError> {
        self.head = lines.to_vec();
        self.next_part()
    }

    fn tab(&self) -> String {
        match self.part {
            1 => self.title.to_owned(),
            part => format!("{}（{part}）", self.title),
        }
    }

    fn next_part(&mut self) -> Result<(), AppError> {
        self.part += 1;
        let tab = self.tab();
        let page = add_sheet(&mut self.book, &tab)?;
        page.set_landscape()
            .set_paper_size(A4)
            .set_print_fit_to_pages(1, 0)
            .set_repeat_rows(HEADER_ROW, HEADER_ROW)?
            .set_freeze_panes(HEADER_ROW + 1, 0)?;
        for (at, (_, width)) in (0u16..).zip(&self.headers) {
            page.set_column_width(at, *width)?;
        }
        page.write_string_with_format(0, 0, format!("{}清单", self.title), &self.formats.title)?;
        for (at, line) in (1u32..).zip(&self.head) {
            write_text(page, at, 0, line, &self.formats)?;
        }
        for (at, (header, _)) in (0u16..).zip(&self.headers) {
            page.write_string_with_format(HEADER_ROW, at, *header, &self.formats.header)?;
        }
        self.next = HEADER_ROW + 1;
        Ok(())
    }

    fn line(&mut self) -> Result<(&mut Worksheet, u32, &Formats), AppError> {
        if self.next >= MOST_ROWS {
            self.next_part()?;
        }
        let at = self.next;
        self.next += 1;
        let tab = self.tab();
        let page = self.book.worksheet_from_name(&tab)?;
        Ok((page, at, &self.formats))
    }

    pub fn row(&mut self, cells: impl Iterator<Item = Cell>) -> Result<(), AppError> {
        let (page, line, formats) = self.line()?;
        for (at, cell) in (0u16..).zip(cells) {
            match cell {
                Cell::Empty => {}
                Cell::Text(text) => write_text(page, line, at, &text, formats)?,
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "counts of days and people are far below 2^53"
                )]
                Cell::Number(number) => {
                    page.write_number(line, at, number as f64)?;
                }
                Cell::Day(day) => write_day(page, line, at, day, formats)?,
            }
        }
        Ok(())
    }

    /// A line of words below the rows.
    pub fn note(&mut self, words: &str) -> Result<(), AppError> {
        let (page, line, formats) = self.line()?;
        write_text(page, line, 0, words, formats)
    }

    pub fn finish(self) -> Result<File, AppError> {
        save_unnamed(self.book, &self.folder)
    }
}

/// `2022年5月20日 09:00`, in Shanghai.
pub(super) fn instant_words(millis: i64) -> String {
    let day = clock::date_of(millis);
    let text = clock::instant_text(millis);
    let time = text.get(11..16).unwrap_or_default();
    format!("{} {time}", domain::paper::spoken(day))
}
