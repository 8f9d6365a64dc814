//! One cell: what the workbook holds, and what it means under its column.

use std::borrow::Cow;

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::finding::FindingKind as Kind;
use super::layout::{Column, ColumnType};
use crate::code_list::CodeList;
use crate::disability_card::{DisabilityCard, DisabilityCardError};
use crate::identity_number::{IdentityNumber, IdentityNumberError, IssuingPrefixes};
use crate::typed_text::{half_width, readable_name};

/// A cell as the workbook holds it; its text stays where the reader has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RawCell<'a> {
    #[serde(borrow)]
    Text(Cow<'a, str>),
    Number(f64),
    /// A date cell: days since 1899-12-30.
    Date(f64),
    Bool(bool),
    /// `#REF!` and the like.
    #[serde(borrow)]
    Error(Cow<'a, str>),
    /// A formula without the result it had: nobody knows what stood there.
    #[serde(borrow)]
    Formula(Cow<'a, str>),
}

impl RawCell<'_> {
    /// The cell with a text of its own.
    pub fn into_owned(self) -> RawCell<'static> {
        match self {
            Self::Text(text) => RawCell::Text(Cow::Owned(text.into_owned())),
            Self::Number(number) => RawCell::Number(number),
            Self::Date(serial) => RawCell::Date(serial),
            Self::Bool(yes) => RawCell::Bool(yes),
            Self::Error(text) => RawCell::Error(Cow::Owned(text.into_owned())),
            Self::Formula(text) => RawCell::Formula(Cow::Owned(text.into_owned())),
        }
    }

    /// As a person would read it in the cell.
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) | Self::Error(text) | Self::Formula(text) => Cow::Borrowed(text),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Date(serial) => Cow::Owned(
                date_of_serial(*serial).map_or_else(|| serial.to_string(), |d| d.to_string()),
            ),
            Self::Bool(true) => Cow::Borrowed("是"),
            Self::Bool(false) => Cow::Borrowed("否"),
        }
    }

    /// Whether nothing is written, spaces apart.
    pub fn is_blank(&self) -> bool {
        matches!(self, Self::Text(text) if half_width(text).is_empty())
    }
}

/// Last serial that can be meant: the end of 2099.
const LAST_SERIAL: f64 = 73_050.0;

/// The date of a serial number (days since 1899-12-30).
fn date_of_serial(serial: f64) -> Option<Date> {
    let days = serial.floor();
    if !(1.0..=2_958_465.0).contains(&days) {
        return None;
    }
    // Within the bounds above it always fits.
    jiff::civil::date(1899, 12, 30)
        .checked_add((days as i64).days())
        .ok()
}

/// What a check of cells needs to know besides the cell.
#[derive(Debug, Clone, Copy)]
pub struct CellRules {
    pub today: Date,
    pub prefixes: IssuingPrefixes,
}

/// Why a cell is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellFault {
    pub kind: Kind,
    /// More precise than the kind's label, where there is more to say.
    pub message: Option<String>,
    pub suggestion: Option<String>,
}

impl From<Kind> for CellFault {
    fn from(kind: Kind) -> Self {
        Self {
            kind,
            message: None,
            suggestion: None,
        }
    }
}

/// Reads a cell that is not blank into its stored form: codes for labels,
/// `YYYY-MM` for months, `yes` or `no`, plain decimal numbers. `list` is the
/// code list of the column.
///
/// # Errors
/// What is wrong with the cell.
pub fn check_cell(
    column: &Column,
    list: Option<&CodeList>,
    raw: &RawCell<'_>,
    rules: CellRules,
) -> Result<String, CellFault> {
    match raw {
        RawCell::Error(_) => return Err(Kind::CellErrorValue.into()),
        RawCell::Formula(_) => return Err(Kind::FormulaWithoutValue.into()),
        // A number under a column of numbers need not be written out first.
        RawCell::Number(_) if is_number(column.kind) => return number(raw, "", column),
        _ => {}
    }
    let shown = raw.shown();
    let words = half_width(&shown);
    if is_error_text(&words) {
        return Err(Kind::CellErrorValue.into());
    }
    if is_number(column.kind) && words.starts_with('=') {
        return Err(Kind::FormulaWithoutValue.into());
    }
    match column.kind {
        ColumnType::Text if column.field == "member.name" => name(&shown, column),
        ColumnType::Text => text(raw, &shown, column),
        ColumnType::IdentityNumber => identity(raw, &words, rules),
        ColumnType::Phone => phone(&words),
        ColumnType::Integer
        | ColumnType::Decimal
        | ColumnType::MoneyYuan
        | ColumnType::AreaMu
        | ColumnType::Km => number(raw, &words, column),
        ColumnType::YearMonth => year_month(raw, &words),
        ColumnType::Date => date(raw, &words),
        ColumnType::YesNo => match &*words {
            "是" => Ok("yes".to_owned()),
            "否" => Ok("no".to_owned()),
            _ => Err(Kind::YesNoInvalid.into()),
        },
        ColumnType::Code => {
            list.map_or_else(|| text(raw, &shown, column), |l| one_label(l, &words))
        }
        ColumnType::Codes => list.map_or_else(|| text(raw, &shown, column), |l| labels(l, &words)),
    }
}

fn is_number(kind: ColumnType) -> bool {
    matches!(
        kind,
        ColumnType::Integer
            | ColumnType::Decimal
            | ColumnType::MoneyYuan
            | ColumnType::AreaMu
            | ColumnType::Km
    )
}

fn is_error_text(words: &str) -> bool {
    words.starts_with('#')
        && [
            "#REF!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "#SPILL!", "#CALC!",
        ]
        .contains(&words)
}

/// Characters nobody sees and nobody means.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{00AD}')
}

fn name(shown: &str, column: &Column) -> Result<String, CellFault> {
    let name = readable_name(shown).ok_or(Kind::NameInvalidCharacters)?;
    within_length(name, column)
}

/// Digits a spreadsheet keeps of a number; what is longer is no longer whole.
const DIGITS_OF_A_NUMBER: usize = 15;

/// Whether a key can name a household: no zero, no number that a spreadsheet
/// shortened to `9.80009E+12`.
fn is_household_key(raw: &RawCell<'_>, key: &str) -> bool {
    if matches!(raw, RawCell::Number(_) | RawCell::Date(_))
        && (key.len() > DIGITS_OF_A_NUMBER || !key.bytes().all(|b| b.is_ascii_digit()))
    {
        return false;
    }
    let shortened = key
        .split_once('E')
        .is_some_and(|(start, _)| start.contains('.') && key.parse::<f64>().is_ok());
    !shortened && !key.chars().all(|c| matches!(c, '0' | '.' | '-'))
}

fn text(raw: &RawCell<'_>, shown: &str, column: &Column) -> Result<String, CellFault> {
    let mut line = String::with_capacity(shown.len());
    for c in shown.trim().chars().filter(|c| !is_invisible(*c)) {
        // A line break within a cell stands for a space.
        let c = if c.is_control() { ' ' } else { c };
        if c != ' ' || !line.ends_with(' ') {
            line.push(c);
        }
    }
    let plain = |b: u8| b.is_ascii_digit() || b.is_ascii_uppercase();
    if (column.field == "division.code" || column.field == "household.code")
        && !line.bytes().all(plain)
    {
        line = half_width(&line)
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
            .to_uppercase();
    }
    if column.field == "household.code" && !is_household_key(raw, &line) {
        return Err(Kind::HouseholdKeyMalformed.into());
    }
    if column.field == "division.code" && line.chars().count() != 12 {
        return Err(Kind::DivisionUnknown.into());
    }
    within_length(line, column)
}

fn within_length(text: String, column: &Column) -> Result<String, CellFault> {
    let length = text.chars().count();
    match column.max {
        Some(max) if length as f64 > max => Err(CellFault {
            kind: Kind::TextTooLong,
            message: Some(format!("文字太长：最多{max}个字，现在是{length}个字")),
            suggestion: None,
        }),
        _ => Ok(text),
    }
}

fn identity(raw: &RawCell<'_>, words: &str, rules: CellRules) -> Result<String, CellFault> {
    if matches!(raw, RawCell::Number(_)) {
        return Err(Kind::IdentityStoredAsNumber.into());
    }
    match IdentityNumber::parse(words, rules.today, rules.prefixes) {
        Ok(number) => Ok(number.reveal().to_owned()),
        Err(IdentityNumberError::DisabilityCard { .. }) => {
            DisabilityCard::parse(words, rules.today, rules.prefixes)
                .map(|card| card.reveal())
                .map_err(|error| match error {
                    DisabilityCardError::Length { .. } => Kind::IdentityLength.into(),
                    DisabilityCardError::IdentityNumber(inner) => identity_fault(&inner),
                    other => CellFault {
                        message: Some(other.to_string()),
                        ..Kind::DisabilityCardInvalid.into()
                    },
                })
        }
        Err(error) => Err(identity_fault(&error)),
    }
}

fn identity_fault(error: &IdentityNumberError) -> CellFault {
    use IdentityNumberError as E;
    let kind = match error {
        E::Empty | E::Length { .. } | E::DisabilityCard { .. } => Kind::IdentityLength,
        E::ScientificNotation | E::TruncatedBySpreadsheet => Kind::IdentityStoredAsNumber,
        E::FifteenDigits => Kind::Identity15Digit,
        E::Character { .. } => Kind::IdentityInvalidCharacters,
        E::BirthDate => Kind::IdentityImpossibleDate,
        E::CheckDigit => Kind::IdentityCheckDigit,
        E::IssuingPrefix => Kind::IdentityIssuingPrefix,
        E::BirthInFuture => Kind::IdentityFutureBirth,
    };
    CellFault {
        message: Some(error.to_string()),
        ..kind.into()
    }
}

fn phone(words: &str) -> Result<String, CellFault> {
    let digits: String = words
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .collect();
    let mobile = digits.len() == 11
        && digits.bytes().all(|b| b.is_ascii_digit())
        && digits.starts_with('1')
        && matches!(digits.as_bytes()[1], b'3'..=b'9');
    if mobile {
        Ok(digits)
    } else {
        Err(Kind::PhoneMalformed.into())
    }
}

fn number(raw: &RawCell<'_>, words: &str, column: &Column) -> Result<String, CellFault> {
    let value = match raw {
        RawCell::Number(number) => *number,
        RawCell::Text(_) => {
            let plain: String = words.chars().filter(|c| !matches!(c, ',' | ' ')).collect();
            let shaped = plain
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E'));
            plain
                .parse::<f64>()
                .ok()
                .filter(|_| shaped)
                .ok_or(Kind::NumberMalformed)?
        }
        _ => return Err(Kind::NumberMalformed.into()),
    };
    if !value.is_finite() {
        return Err(Kind::NumberMalformed.into());
    }
    if column.kind == ColumnType::Integer && value.fract() != 0.0 {
        return Err(Kind::NumberNotWhole.into());
    }
    if column.kind == ColumnType::MoneyYuan
        && value < 0.0
        && column.min.is_some_and(|min| min >= 0.0)
    {
        return Err(Kind::AmountNegative.into());
    }
    let below = column.min.is_some_and(|min| value < min);
    let above = column.max.is_some_and(|max| value > max);
    if below || above {
        let bound = |b: Option<f64>| b.map_or_else(|| "不限".to_owned(), |b| b.to_string());
        return Err(CellFault {
            message: Some(format!(
                "数字超出允许的范围（{}至{}）",
                bound(column.min),
                bound(column.max)
            )),
            ..Kind::NumberOutOfBounds.into()
        });
    }
    Ok(plain_decimal(
        value,
        if column.kind == ColumnType::MoneyYuan {
            2
        } else {
            4
        },
    ))
}

/// A decimal without exponent, rounded to `places`, without trailing zeros.
fn plain_decimal(value: f64, places: usize) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return (value as i64).to_string();
    }
    let text = format!("{value:.places$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

/// Year and month out of `2022-03`, `2022年3月`, `202203` and longer dates.
fn split_date(words: &str) -> Option<(i16, i8, Option<i8>)> {
    let digits_only = !words.is_empty() && words.bytes().all(|b| b.is_ascii_digit());
    if digits_only {
        return match words.len() {
            6 => Some((words[..4].parse().ok()?, words[4..].parse().ok()?, None)),
            8 => Some((
                words[..4].parse().ok()?,
                words[4..6].parse().ok()?,
                Some(words[6..].parse().ok()?),
            )),
            _ => None,
        };
    }
    // A time of day may follow the date.
    let words = words.split(['T', ' ']).next().unwrap_or(words);
    let parts: Vec<&str> = words
        .split(['-', '/', '.', '年', '月', '日'])
        .map(str::trim)
        .filter(|p| !p.is_empty())
        .collect();
    let shaped = words
        .chars()
        .all(|c| c.is_ascii_digit() || "-/.年月日".contains(c));
    if !shaped || !(2..=3).contains(&parts.len()) || parts[0].len() != 4 {
        return None;
    }
    let day = parts.get(2).map(|d| d.parse()).transpose().ok()?;
    Some((parts[0].parse().ok()?, parts[1].parse().ok()?, day))
}

fn month_text(year: i16, month: i8) -> Option<String> {
    ((1900..=2999).contains(&year) && (1..=12).contains(&month))
        .then(|| format!("{year:04}-{month:02}"))
}

fn year_month(raw: &RawCell<'_>, words: &str) -> Result<String, CellFault> {
    match raw {
        RawCell::Number(n) if n.fract() == 0.0 && (190_001.0..=299_912.0).contains(n) => {
            split_date(words)
                .and_then(|(y, m, _)| month_text(y, m))
                .ok_or(Kind::YearMonthMalformed.into())
        }
        RawCell::Number(serial) | RawCell::Date(serial) => {
            // A serial below the year 2000 is a typing error, not a month of monitoring.
            let date =
                date_of_serial(*serial).filter(|_| (36_526.0..=LAST_SERIAL).contains(serial));
            date.and_then(|d| month_text(d.year(), d.month()))
                .ok_or(Kind::DateSerialAbsurd.into())
        }
        _ => split_date(words)
            .and_then(|(y, m, _)| month_text(y, m))
            .ok_or(Kind::YearMonthMalformed.into()),
    }
}

fn date(raw: &RawCell<'_>, words: &str) -> Result<String, CellFault> {
    let written = || {
        let (year, month, day) = split_date(words)?;
        Date::new(year, month, day?).ok().map(|d| d.to_string())
    };
    match raw {
        RawCell::Number(n) if *n >= 18_000_101.0 => written().ok_or(Kind::DateMalformed.into()),
        RawCell::Number(serial) | RawCell::Date(serial) => date_of_serial(*serial)
            .filter(|_| (366.0..=LAST_SERIAL).contains(serial))
            .map(|d| d.to_string())
            .ok_or(Kind::DateSerialAbsurd.into()),
        _ => written().ok_or(Kind::DateMalformed.into()),
    }
}

fn unknown_label(error: &crate::code_list::UnknownCode) -> CellFault {
    CellFault {
        kind: Kind::LabelUnknown,
        message: Some(error.to_string()),
        suggestion: error.nearest.as_ref().map(|n| format!("是否应为“{n}”")),
    }
}

fn one_label(list: &CodeList, words: &str) -> Result<String, CellFault> {
    list.lookup(words)
        .map(|entry| entry.code.clone())
        .map_err(|e| unknown_label(&e))
}

/// Codes in the order of the list, so that equal sets are equal text.
fn labels(list: &CodeList, words: &str) -> Result<String, CellFault> {
    let found = list.lookup_many(words).map_err(|e| unknown_label(&e))?;
    let codes: Vec<&str> = list
        .entries()
        .iter()
        .filter(|e| found.contains(e))
        .map(|e| e.code.as_str())
        .collect();
    Ok(codes.join(","))
}
