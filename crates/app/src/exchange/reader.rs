//! Reading an office's file: cells as they stand, one row at a time, within
//! limits. Runs in a child process with a memory limit where the server set
//! one up (`transport`), and in process otherwise; the code is the same.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read, Seek as _, SeekFrom};

use calamine::{
    CellErrorType, DataRef, Reader as _, Xlsx, XlsxCellFormulaMetadataRecord, XlsxError,
    XlsxFormulaMetadata,
};
use domain::exchange::{FindingKind, RawCell};
use encoding_rs::{CoderResult, Decoder, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use serde::{Deserialize, Serialize};

/// What a file may hold at most. Anything beyond stops the reading.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of the file after inflating.
    pub inflated_bytes: u64,
    /// How many times larger than packed it may become: sheets of real
    /// offices reach 30, a bomb 900.
    pub inflation: u64,
    pub rows: u64,
    /// Cells of one row.
    pub row_cells: usize,
    /// Bytes of one cell's text.
    pub cell_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            inflated_bytes: 8 << 30,
            inflation: 200,
            rows: 4_000_000,
            row_cells: 2_000,
            cell_bytes: 1 << 20,
        }
    }
}

/// A file below this size after inflating is no bomb, however well it packs.
const HARMLESS_BYTES: u64 = 64 << 20;

/// What the reader tells, in the order of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event<'a> {
    /// A sheet begins; a CSV file is one sheet without a name.
    Sheet(String),
    /// 1-based row and its cells by 0-based column; blank cells are absent.
    Row(u32, #[serde(borrow)] Vec<(u32, RawCell<'a>)>),
    /// The file or sheet cannot be read further.
    Problem(FindingKind, String),
}

/// Receives events; false stops the reading.
pub type Sink<'a> = dyn FnMut(Event<'_>) -> bool + 'a;

fn problem(sink: &mut Sink<'_>, kind: FindingKind, message: impl Into<String>) {
    let message = message.into();
    sink(Event::Problem(
        kind,
        if message.is_empty() {
            kind.label().to_owned()
        } else {
            message
        },
    ));
}

/// Reads a file to its end, or to the first thing that cannot be read.
pub fn read_office_file(mut file: File, file_name: &str, limits: Limits, sink: &mut Sink<'_>) {
    let mut start = [0; 8];
    let read = file.read(&mut start).unwrap_or(0);
    if file.seek(SeekFrom::Start(0)).is_err() {
        return problem(sink, FindingKind::FileNotAWorkbook, "");
    }
    let named_csv = [".csv", ".txt"]
        .iter()
        .any(|e| file_name.to_lowercase().ends_with(e));
    match &start[..read] {
        [b'P', b'K', 3, 4, ..] => read_xlsx(file, limits, sink),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => problem(
            sink,
            FindingKind::FileNotAWorkbook,
            "这是旧版 .xls 文件或加了密码的文件，请用 Excel 或 WPS 去掉密码后另存为 .xlsx",
        ),
        _ if named_csv => read_csv(file, limits, sink),
        _ => problem(sink, FindingKind::FileNotAWorkbook, ""),
    }
}

fn read_xlsx(mut file: File, limits: Limits, sink: &mut Sink<'_>) {
    match super::zip_sizes::inflated_size(&mut file) {
        Some((packed, inflated)) => {
            let bomb = inflated > HARMLESS_BYTES && inflated / packed.max(1) > limits.inflation;
            if bomb || inflated > limits.inflated_bytes {
                let message = format!("文件解开后约{}MB，太大，没有读取", inflated >> 20);
                return problem(sink, FindingKind::FileTooLarge, message);
            }
        }
        None => return problem(sink, FindingKind::FileNotAWorkbook, ""),
    }
    if file.seek(SeekFrom::Start(0)).is_err() {
        return problem(sink, FindingKind::FileNotAWorkbook, "");
    }
    let mut book: Xlsx<_> = match Xlsx::new(BufReader::with_capacity(1 << 16, file)) {
        Ok(book) => book,
        Err(XlsxError::Password) => {
            return problem(
                sink,
                FindingKind::FileNotAWorkbook,
                "文件加了密码，请去掉密码后再上传",
            );
        }
        Err(_) => return problem(sink, FindingKind::FileNotAWorkbook, ""),
    };
    let mut rows = 0;
    for name in book.sheet_names() {
        if !read_sheet(&mut book, &name, limits, &mut rows, sink) {
            return;
        }
    }
}

/// False when the reading is to stop.
fn read_sheet<R: Read + std::io::Seek>(
    book: &mut Xlsx<R>,
    name: &str,
    limits: Limits,
    rows: &mut u64,
    sink: &mut Sink<'_>,
) -> bool {
    let mut reader = match book.worksheet_cells_reader(name) {
        Ok(reader) => reader,
        // A sheet of charts holds no rows.
        Err(XlsxError::NotAWorksheet(_)) => return true,
        Err(_) => {
            problem(
                sink,
                FindingKind::FileNotAWorkbook,
                format!("工作表“{name}”已损坏，不能读取"),
            );
            return false;
        }
    };
    if !sink(Event::Sheet(name.to_owned())) {
        return false;
    }
    // The row being read, and its cells that are not blank.
    let mut row: (u32, Vec<XlsxCellFormulaMetadataRecord<'_>>) = (0, Vec::new());
    loop {
        let cell = match reader.next_cell_with_formula_metadata() {
            Ok(Some(cell)) => cell,
            Ok(None) => break,
            Err(_) => {
                problem(
                    sink,
                    FindingKind::FileNotAWorkbook,
                    format!("工作表“{name}”已损坏，读到第{}行为止", row.0),
                );
                return false;
            }
        };
        let number = cell.pos.0 + 1;
        if number != row.0 {
            if !give_row(row.0, &row.1, sink) {
                return false;
            }
            row.0 = number;
            row.1.clear();
            *rows += 1;
        }
        let Some(value) = cell_of(&cell) else {
            continue;
        };
        let oversized = matches!(&value, RawCell::Text(text) if text.len() > limits.cell_bytes);
        if oversized || *rows > limits.rows || row.1.len() >= limits.row_cells {
            problem(
                sink,
                FindingKind::FileTooLarge,
                format!("工作表“{name}”第{}行起太大，已停止读取", row.0),
            );
            return false;
        }
        row.1.push(cell);
    }
    give_row(row.0, &row.1, sink)
}

fn give_row(number: u32, cells: &[XlsxCellFormulaMetadataRecord<'_>], sink: &mut Sink<'_>) -> bool {
    let cells: Vec<_> = cells
        .iter()
        .filter_map(|cell| Some((cell.pos.1, cell_of(cell)?)))
        .collect();
    cells.is_empty() || sink(Event::Row(number, cells))
}

/// A cell with what it holds. A formula whose result the program that wrote
/// the file did not save looks blank, and is not.
fn cell_of<'a>(cell: &'a XlsxCellFormulaMetadataRecord<'_>) -> Option<RawCell<'a>> {
    if let (DataRef::Empty, Some(formula)) = (&cell.value, &cell.formula) {
        let text = match formula {
            XlsxFormulaMetadata::Normal { formula }
            | XlsxFormulaMetadata::Shared { formula, .. } => formula.as_str(),
            _ => "",
        };
        return Some(RawCell::Formula(Cow::Owned(format!("={text}"))));
    }
    raw_cell(&cell.value)
}

fn raw_cell<'a>(value: &'a DataRef<'_>) -> Option<RawCell<'a>> {
    Some(match value {
        DataRef::Empty => return None,
        // Whole numbers beyond 2^53 are no longer exact in a float; as text
        // they would look like a good identity number, so they stay numbers.
        DataRef::Int(number) => RawCell::Number(*number as f64),
        DataRef::Float(number) => RawCell::Number(*number),
        DataRef::String(text) if text.is_empty() => return None,
        DataRef::String(text) => RawCell::Text(Cow::Borrowed(text)),
        DataRef::SharedString("") => return None,
        DataRef::SharedString(text) => RawCell::Text(Cow::Borrowed(text)),
        DataRef::Bool(yes) => RawCell::Bool(*yes),
        DataRef::DateTime(moment) if moment.is_datetime() => RawCell::Date(serial_of(*moment)),
        DataRef::DateTime(moment) => RawCell::Number(moment.as_f64()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            RawCell::Text(Cow::Borrowed(text))
        }
        DataRef::Error(CellErrorType::GettingData) => {
            RawCell::Error(Cow::Borrowed("#GETTING_DATA"))
        }
        DataRef::Error(error) => RawCell::Error(Cow::Owned(error.to_string())),
    })
}

/// Days since 1899-12-30, also for workbooks that count from 1904.
fn serial_of(moment: calamine::ExcelDateTime) -> f64 {
    let (year, month, day, ..) = moment.to_ymd_hms_milli();
    let date = i16::try_from(year)
        .ok()
        .zip(i8::try_from(month).ok())
        .zip(i8::try_from(day).ok());
    let date = date.and_then(|((y, m), d)| jiff::civil::Date::new(y, m, d).ok());
    let raw = moment.as_f64();
    match date {
        Some(date) if (1.0..2_957_003.0).contains(&raw) => {
            let days = (date - jiff::civil::date(1899, 12, 30)).get_days();
            f64::from(days)
        }
        _ => raw,
    }
}

fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// Decodes bytes of any of the accepted encodings into UTF-8.
struct Decoding<R> {
    inner: R,
    decoder: Decoder,
    buffer: Vec<u8>,
    /// The input is at its end.
    ended: bool,
    /// The decoder has given its last character.
    finished: bool,
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        // The reader above asks for whole buffers; a few bytes would not hold
        // one character.
        if self.finished || out.len() < 8 {
            return Ok(0);
        }
        loop {
            if self.buffer.is_empty() && !self.ended {
                let mut chunk = vec![0; 1 << 16];
                let read = self.inner.read(&mut chunk)?;
                chunk.truncate(read);
                self.ended = read == 0;
                self.buffer = chunk;
            }
            let (result, read, written, _) =
                self.decoder.decode_to_utf8(&self.buffer, out, self.ended);
            self.buffer.drain(..read);
            self.finished = self.ended && result == CoderResult::InputEmpty;
            if written > 0 || self.finished {
                return Ok(written);
            }
        }
    }
}

/// UTF-16 by its mark, UTF-8 when every byte agrees, GB18030 otherwise.
fn detect(file: &mut File) -> std::io::Result<&'static Encoding> {
    let mut start = [0; 3];
    let read = file.read(&mut start)?;
    file.seek(SeekFrom::Start(0))?;
    match &start[..read] {
        [0xFF, 0xFE, ..] => return Ok(UTF_16LE),
        [0xFE, 0xFF, ..] => return Ok(UTF_16BE),
        [0xEF, 0xBB, 0xBF] => return Ok(UTF_8),
        _ => {}
    }
    let mut decoder = UTF_8.new_decoder_without_bom_handling();
    let mut reader = BufReader::with_capacity(1 << 16, &mut *file);
    let mut valid = true;
    let mut out = vec![0u8; 3 * (1 << 16) + 16];
    loop {
        let chunk = reader.fill_buf()?;
        let length = chunk.len();
        let (_, _, _, malformed) = decoder.decode_to_utf8(chunk, &mut out, length == 0);
        valid &= !malformed;
        if length == 0 || !valid {
            break;
        }
        reader.consume(length);
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(if valid { UTF_8 } else { GB18030 })
}

fn delimiter(file: &mut File, encoding: &'static Encoding) -> std::io::Result<u8> {
    let mut start = vec![0; 16 << 10];
    let read = file.read(&mut start)?;
    file.seek(SeekFrom::Start(0))?;
    let (text, _, _) = encoding.decode(&start[..read]);
    let count = |c: char| text.chars().filter(|x| *x == c).count();
    let (comma, tab, semicolon) = (count(','), count('\t'), count(';'));
    Ok(if tab > comma && tab > semicolon {
        b'\t'
    } else if semicolon > comma {
        b';'
    } else {
        b','
    })
}

fn read_csv(mut file: File, limits: Limits, sink: &mut Sink<'_>) {
    let shape = detect(&mut file).and_then(|e| delimiter(&mut file, e).map(|d| (e, d)));
    let Ok((encoding, delimiter)) = shape else {
        return problem(sink, FindingKind::FileNotAWorkbook, "");
    };
    let decoding = Decoding {
        inner: file,
        decoder: encoding.new_decoder(),
        buffer: Vec::new(),
        ended: false,
        finished: false,
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(1 << 16)
        .from_reader(decoding);
    if !sink(Event::Sheet(String::new())) {
        return;
    }
    let mut record = csv::StringRecord::new();
    // Rows as a spreadsheet counts them: a line break inside a cell is no new
    // row, a blank line is.
    let (mut row, mut next_line) = (0u32, 1u64);
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return,
            Err(_) => {
                return problem(
                    sink,
                    FindingKind::FileNotAWorkbook,
                    format!("CSV 文件读到第{row}行为止，后面不合格式"),
                );
            }
        }
        let line = record.position().map_or(next_line, csv::Position::line);
        let blank_lines = u32::try_from(line.saturating_sub(next_line)).unwrap_or(0);
        row = row.saturating_add(1 + blank_lines);
        let breaks = record.as_slice().bytes().filter(|b| *b == b'\n').count();
        next_line = line + breaks as u64 + 1;
        let oversized = record.iter().any(|f| f.len() > limits.cell_bytes);
        if oversized || u64::from(row) > limits.rows || record.len() > limits.row_cells {
            return problem(
                sink,
                FindingKind::FileTooLarge,
                format!("第{row}行起太大，已停止读取"),
            );
        }
        let cells: Vec<_> = (0u32..)
            .zip(record.iter())
            .filter(|(_, text)| !text.is_empty())
            .map(|(column, text)| (column, RawCell::Text(without_nul(text))))
            .collect();
        if !cells.is_empty() && !sink(Event::Row(row, cells)) {
            return;
        }
    }
}
