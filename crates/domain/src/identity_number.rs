//! The 18-character citizen identity number of GB 11643-1999, and the other
//! documents a person may carry instead.
//!
//! A number is personal data: neither `Debug` nor `Display` prints it in full,
//! and there is no `Serialize`. [`IdentityNumber::reveal`] is the one way out.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::typed_text::half_width;

/// Weights of the first 17 digits, GB 11643-1999.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// Check characters by the weighted sum modulo 11.
const CHECK_CHARACTERS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
/// Province level of GB/T 2260; 81 to 83 stand on residence permits of people
/// from Hong Kong, Macao and Taiwan.
const PROVINCE_PREFIXES: [u8; 35] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52,
    53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83,
];
/// No authority issues numbers with this prefix: invented people carry it.
pub const DEMO_PREFIX: u8 = 98;
/// A birth further back than this is a typing error.
const MAXIMUM_AGE_YEARS: i16 = 130;

/// Sex as the identity number tells it (digit 17 odd = male).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 男
    Male,
    /// 女
    Female,
}

impl Sex {
    /// 男 or 女.
    pub fn label(self) -> &'static str {
        match self {
            Sex::Male => "男",
            Sex::Female => "女",
        }
    }
}

/// Which issuing prefixes (digits 1 and 2) a deployment accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssuingPrefixes {
    /// Only the provinces of GB/T 2260.
    #[default]
    Real,
    /// Also `98`, which only invented people carry. For demonstration and tests.
    Demo,
}

impl IssuingPrefixes {
    /// Whether a number may begin with these two digits.
    pub fn accepts(self, prefix: u8) -> bool {
        PROVINCE_PREFIXES.contains(&prefix)
            || (self == IssuingPrefixes::Demo && prefix == DEMO_PREFIX)
    }
}

/// Why a text is not a valid identity number. The message says what to do and
/// never repeats the number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityNumberError {
    /// Nothing was given.
    #[error("身份证号为空，请填写18位公民身份号码；还没有上户口的，请选择“无证件”")]
    Empty,
    /// `4.11E+17`: a spreadsheet stored the number as a float.
    #[error(
        "身份证号变成了科学计数法（如4.11E+17），原号码已丢失；请把该列设为“文本”格式后重新填写"
    )]
    ScientificNotation,
    /// A first-generation number; it is no longer valid and may be ambiguous.
    #[error("这是15位旧身份证号，已停止使用；请按现行身份证填写18位号码")]
    FifteenDigits,
    /// Not 18 characters.
    #[error("身份证号应为18位，现在是{length}位，请核对是否多填或漏填")]
    Length {
        /// Number of characters found.
        length: usize,
    },
    /// 20 or 22 characters: a disability card number in the wrong column.
    #[error(
        "这里填的是{length}位号码，像是残疾人证号；请填写18位身份证号，残疾人证号填在残疾人证一栏"
    )]
    DisabilityCard {
        /// Number of characters found.
        length: usize,
    },
    /// A character that cannot stand where it stands.
    #[error("身份证号第{position}位不是数字（只有最后一位可以是X），请核对")]
    Character {
        /// 1-based position.
        position: usize,
    },
    /// A spreadsheet kept 15 significant digits and set the rest to zero.
    #[error("身份证号末三位是000且校验不符，像是被表格软件截断；请把该列设为“文本”格式后重新填写")]
    TruncatedBySpreadsheet,
    /// Digits 7 to 14 are no date, or a date too long ago to be true.
    #[error("身份证号第7至14位不是有效的出生日期，请核对")]
    BirthDate,
    /// The 18th character does not follow from the first 17.
    #[error("身份证号最后一位校验不符，说明有一位填错了，请对照证件核对")]
    CheckDigit,
    /// Digits 1 and 2 name no province.
    #[error("身份证号前两位不是有效的省级代码，请对照证件核对")]
    IssuingPrefix,
    /// Born after the date of reference.
    #[error("身份证号里的出生日期晚于今天，请对照证件核对")]
    BirthInFuture,
}

impl IdentityNumberError {
    /// Stable code for interfaces and reports.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "identity_number.empty",
            Self::ScientificNotation => "identity_number.scientific_notation",
            Self::FifteenDigits => "identity_number.fifteen_digits",
            Self::Length { .. } => "identity_number.length",
            Self::DisabilityCard { .. } => "identity_number.disability_card",
            Self::Character { .. } => "identity_number.character",
            Self::TruncatedBySpreadsheet => "identity_number.truncated_by_spreadsheet",
            Self::BirthDate => "identity_number.birth_date",
            Self::CheckDigit => "identity_number.check_digit",
            Self::IssuingPrefix => "identity_number.issuing_prefix",
            Self::BirthInFuture => "identity_number.birth_in_future",
        }
    }
}

/// A checked identity number: 17 digits and a check character, upper-case `X`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdentityNumber {
    text: String,
    birth_date: Date,
}

impl IdentityNumber {
    /// Reads what a person typed or a spreadsheet holds. Full-width digits, a
    /// lower-case `x`, spaces and the leading apostrophe of a text cell are
    /// accepted. `on` is the date against which the birth may not lie ahead.
    pub fn parse(
        typed: &str,
        on: Date,
        prefixes: IssuingPrefixes,
    ) -> Result<Self, IdentityNumberError> {
        let text: String = half_width(typed)
            .trim_start_matches(['\'', '‘', '’', '`'])
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| c.to_ascii_uppercase())
            .collect();
        check_shape(&text)?;

        let check_digit = check_digit(&text[..17]);
        if check_digit != text.chars().last() {
            // Only with a failing check digit: a true number may end in 000.
            if text.ends_with("000") {
                return Err(IdentityNumberError::TruncatedBySpreadsheet);
            }
            birth_date(&text, on)?;
            return Err(IdentityNumberError::CheckDigit);
        }
        let birth_date = birth_date(&text, on)?;
        let prefix = text[..2]
            .parse()
            .map_err(|_| IdentityNumberError::IssuingPrefix)?;
        if !prefixes.accepts(prefix) {
            return Err(IdentityNumberError::IssuingPrefix);
        }
        if birth_date > on {
            return Err(IdentityNumberError::BirthInFuture);
        }
        Ok(Self { text, birth_date })
    }

    /// Builds the number of an invented person; `region` are the four digits
    /// after `98`, `sequence` the three digits before the check character (its
    /// last digit odd = male). `None` when a part is too long.
    pub fn invent(region: u16, birth_date: Date, sequence: u16) -> Option<Self> {
        if region > 9999 || sequence > 999 {
            return None;
        }
        let mut text = format!(
            "{DEMO_PREFIX}{region:04}{:04}{:02}{:02}{sequence:03}",
            birth_date.year(),
            birth_date.month(),
            birth_date.day()
        );
        text.push(check_digit(&text)?);
        Some(Self { text, birth_date })
    }

    /// The full number. Only for storage, comparison and an audited reveal.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// First six and last four characters: `980229********0011`.
    pub fn masked(&self) -> String {
        format!("{}********{}", &self.text[..6], &self.text[14..])
    }

    /// Digits 7 to 14.
    pub fn birth_date(&self) -> Date {
        self.birth_date
    }

    /// Digit 17: odd = male.
    pub fn sex(&self) -> Sex {
        if (self.text.as_bytes()[16] - b'0') % 2 == 1 {
            Sex::Male
        } else {
            Sex::Female
        }
    }

    /// Completed years (周岁) on a day; 0 before birth. Born on 29 February:
    /// the year is completed on 1 March of an ordinary year.
    pub fn age_on(&self, day: Date) -> u16 {
        age_on(self.birth_date, day)
    }

    /// Whether this number belongs to an invented person.
    pub fn is_demo(&self) -> bool {
        self.text.starts_with("98")
    }

    /// A valid number whose last three characters are zero. Alone it means
    /// nothing (about one true number in ten thousand); many in one column
    /// mean the column was truncated.
    pub fn may_be_truncated_by_spreadsheet(&self) -> bool {
        self.text.ends_with("000")
    }
}

impl fmt::Debug for IdentityNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdentityNumber({})", self.masked())
    }
}

impl fmt::Display for IdentityNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// Completed years between a birth and a day; 0 when the day comes first.
pub fn age_on(birth_date: Date, day: Date) -> u16 {
    let before_birthday = (day.month(), day.day()) < (birth_date.month(), birth_date.day());
    let years = day.year() - birth_date.year() - i16::from(before_birthday);
    u16::try_from(years).unwrap_or(0)
}

/// The check character for 17 digits; `None` when they are not 17 digits.
pub fn check_digit(first_seventeen: &str) -> Option<char> {
    if first_seventeen.len() != 17 {
        return None;
    }
    let mut sum = 0;
    for (character, weight) in first_seventeen.chars().zip(WEIGHTS) {
        sum += character.to_digit(10)? * weight;
    }
    Some(CHECK_CHARACTERS[(sum % 11) as usize])
}

fn check_shape(text: &str) -> Result<(), IdentityNumberError> {
    use IdentityNumberError as E;
    let length = text.chars().count();
    let looks_like_float = text.contains('E')
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, 'E' | '.' | '+' | '-'));
    match length {
        0 => return Err(E::Empty),
        _ if looks_like_float => return Err(E::ScientificNotation),
        18 => {}
        15 if text.chars().all(|c| c.is_ascii_digit()) => return Err(E::FifteenDigits),
        20 | 22 => return Err(E::DisabilityCard { length }),
        _ => return Err(E::Length { length }),
    }
    for (index, character) in text.chars().enumerate() {
        let allowed = character.is_ascii_digit() || (index == 17 && character == 'X');
        if !allowed {
            return Err(E::Character {
                position: index + 1,
            });
        }
    }
    Ok(())
}

fn birth_date(text: &str, on: Date) -> Result<Date, IdentityNumberError> {
    let number = |range: std::ops::Range<usize>| text[range].parse::<i16>().unwrap_or(0);
    let (year, month, day) = (number(6..10), number(10..12), number(12..14));
    if year < on.year() - MAXIMUM_AGE_YEARS {
        return Err(IdentityNumberError::BirthDate);
    }
    // Two digits always fit an i8.
    Date::new(year, month as i8, day as i8).map_err(|_| IdentityNumberError::BirthDate)
}

/// Documents other than the identity card; codes of `policy/codes/document_type.csv`.
/// Checks the shape only, so that a slip is noticed while typing.
pub fn check_document_number(
    document_type: &str,
    typed: &str,
    on: Date,
    prefixes: IssuingPrefixes,
) -> Result<(), DocumentNumberError> {
    let text = half_width(typed).to_uppercase();
    let shape = |valid: bool, expected: &'static str| {
        if valid {
            Ok(())
        } else {
            Err(DocumentNumberError::Shape { expected })
        }
    };
    let letters_and_digits = text.chars().all(|c| c.is_ascii_alphanumeric());
    match document_type {
        "resident_identity_card" => {
            IdentityNumber::parse(typed, on, prefixes)?;
            Ok(())
        }
        // GB 11643 numbers with the region codes 81, 82 and 83.
        "residence_permit_hong_kong_macao" => {
            IdentityNumber::parse(typed, on, prefixes)?;
            shape(
                text.starts_with("81") || text.starts_with("82"),
                "以81或82开头的18位号码",
            )
        }
        "residence_permit_taiwan" => {
            IdentityNumber::parse(typed, on, prefixes)?;
            shape(text.starts_with("83"), "以83开头的18位号码")
        }
        // 18 characters beginning with 9 since 2023, before that 3 letters + 12 digits.
        "foreign_permanent_residence_card" => {
            let since_2023 = letters_and_digits
                && text.len() == 18
                && text.starts_with('9')
                && check_digit(&text[..17]).is_some_and(|c| text.ends_with(c));
            let before = text.len() == 15
                && text.chars().take(3).all(|c| c.is_ascii_alphabetic())
                && text.chars().skip(3).all(|c| c.is_ascii_digit());
            shape(
                since_2023 || (letters_and_digits && before),
                "18位（9开头）或15位（3个字母加12位数字）号码",
            )
        }
        "passport" => shape(
            letters_and_digits && (5..=20).contains(&text.len()),
            "5至20位字母和数字",
        ),
        "birth_medical_certificate" => shape(
            text.len() == 10
                && text.starts_with(|c: char| c.is_ascii_alphabetic())
                && text.chars().skip(1).all(|c| c.is_ascii_digit()),
            "1个字母加9位数字",
        ),
        "disability_card" => {
            crate::disability_card::DisabilityCard::parse(typed, on, prefixes)
                .map_err(DocumentNumberError::DisabilityCard)?;
            Ok(())
        }
        "none" => shape(text.is_empty(), "空白（选择了“无证件”）"),
        _ => Err(DocumentNumberError::UnknownType),
    }
}

/// Why a document number does not fit its type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentNumberError {
    /// It follows GB 11643 and fails there.
    #[error(transparent)]
    IdentityNumber(#[from] IdentityNumberError),
    /// A disability card that does not hold.
    #[error(transparent)]
    DisabilityCard(crate::disability_card::DisabilityCardError),
    /// The number does not look like this document.
    #[error("证件号码与证件类型不符，应为{expected}，请对照证件核对")]
    Shape {
        /// What was expected, in words.
        expected: &'static str,
    },
    /// The type is not in the code list.
    #[error("不认识的证件类型，请从证件类型列表中选择")]
    UnknownType,
}

impl DocumentNumberError {
    /// Stable code for interfaces and reports.
    pub fn code(&self) -> &'static str {
        match self {
            Self::IdentityNumber(error) => error.code(),
            Self::DisabilityCard(error) => error.code(),
            Self::Shape { .. } => "document_number.shape",
            Self::UnknownType => "document_number.unknown_type",
        }
    }
}

#[cfg(test)]
#[path = "identity_number_tests.rs"]
mod tests;
