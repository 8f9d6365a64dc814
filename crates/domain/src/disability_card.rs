//! The disability card number (残疾人证号): identity number + class + grade,
//! 20 characters; a re-issued card adds `B` and a counter, 22 characters.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identity_number::{IdentityNumber, IdentityNumberError, IssuingPrefixes};
use crate::typed_text::to_half_width;

/// Class of disability, character 19.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DisabilityClass {
    /// 1 视力
    Visual,
    /// 2 听力
    Hearing,
    /// 3 言语
    Speech,
    /// 4 肢体
    Physical,
    /// 5 智力
    Intellectual,
    /// 6 精神
    Mental,
    /// 7 多重
    Multiple,
}

impl DisabilityClass {
    fn from_digit(digit: u8) -> Option<Self> {
        Some(match digit {
            1 => Self::Visual,
            2 => Self::Hearing,
            3 => Self::Speech,
            4 => Self::Physical,
            5 => Self::Intellectual,
            6 => Self::Mental,
            7 => Self::Multiple,
            _ => return None,
        })
    }

    /// The national label, for example 肢体.
    pub fn label(self) -> &'static str {
        match self {
            Self::Visual => "视力",
            Self::Hearing => "听力",
            Self::Speech => "言语",
            Self::Physical => "肢体",
            Self::Intellectual => "智力",
            Self::Mental => "精神",
            Self::Multiple => "多重",
        }
    }
}

/// Whether grades 3 and 4 of 智力 and 精神 count as severe. A value of the
/// policy pack: WY21-012 names them, other documents do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SevereDisability {
    /// Grades 1 and 2 of any class.
    GradesOneAndTwo,
    /// Grades 1 and 2 of any class, and grades 3 and 4 of 智力 and 精神
    /// ("重度残疾人（含三、四级精神残疾和智力残疾）", WY21-012).
    WithIntellectualAndMentalThreeAndFour,
}

/// Why a text is not a disability card number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DisabilityCardError {
    /// Neither 20 nor 22 characters.
    #[error("残疾人证号应为20位（补办的为22位），现在是{length}位，请核对")]
    Length {
        /// Number of characters found.
        length: usize,
    },
    /// The first 18 characters are no identity number.
    #[error("残疾人证号前18位应为本人身份证号：{0}")]
    IdentityNumber(#[source] IdentityNumberError),
    /// Character 19 is not 1 to 7.
    #[error("残疾人证号第19位是残疾类别，应为1至7，请核对")]
    Class,
    /// Character 20 is not 1 to 4.
    #[error("残疾人证号第20位是残疾等级，应为1至4，请核对")]
    Grade,
    /// Characters 21 and 22 are not `B` and a digit.
    #[error("补办的残疾人证号最后两位应为字母B加一位数字，请核对")]
    Reissue,
}

impl DisabilityCardError {
    /// Stable code for interfaces and reports.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "disability_card.length",
            Self::IdentityNumber(_) => "disability_card.identity_number",
            Self::Class => "disability_card.class",
            Self::Grade => "disability_card.grade",
            Self::Reissue => "disability_card.reissue",
        }
    }
}

/// A checked disability card number. Contains the identity number, so it is
/// masked in the same way.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DisabilityCard {
    identity_number: IdentityNumber,
    class: DisabilityClass,
    grade: u8,
    reissue: Option<u8>,
}

impl DisabilityCard {
    /// Reads a typed number; `on` and `prefixes` as for [`IdentityNumber::parse`].
    pub fn parse(
        typed: &str,
        on: Date,
        prefixes: IssuingPrefixes,
    ) -> Result<Self, DisabilityCardError> {
        let characters: Vec<char> = to_half_width(typed)
            .trim_start_matches('\'')
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let length = characters.len();
        if length != 20 && length != 22 {
            return Err(DisabilityCardError::Length { length });
        }
        let digit = |index: usize| {
            characters[index]
                .to_digit(10)
                .and_then(|d| u8::try_from(d).ok())
        };
        let first_part: String = characters[..18].iter().collect();
        let identity_number = IdentityNumber::parse(&first_part, on, prefixes)
            .map_err(DisabilityCardError::IdentityNumber)?;
        let class = digit(18)
            .and_then(DisabilityClass::from_digit)
            .ok_or(DisabilityCardError::Class)?;
        let grade = digit(19)
            .filter(|grade| (1..=4).contains(grade))
            .ok_or(DisabilityCardError::Grade)?;
        let reissue = match length {
            20 => None,
            _ if characters[20] == 'B' => Some(digit(21).ok_or(DisabilityCardError::Reissue)?),
            _ => return Err(DisabilityCardError::Reissue),
        };
        Ok(Self {
            identity_number,
            class,
            grade,
            reissue,
        })
    }

    /// The holder's identity number; must equal the member's own.
    pub fn identity_number(&self) -> &IdentityNumber {
        &self.identity_number
    }

    /// Class of disability.
    pub fn class(&self) -> DisabilityClass {
        self.class
    }

    /// Grade 1 (most severe) to 4.
    pub fn grade(&self) -> u8 {
        self.grade
    }

    /// How often the card was re-issued, when it was.
    pub fn reissue(&self) -> Option<u8> {
        self.reissue
    }

    /// 重度残疾 under the pack's reading.
    pub fn is_severe(&self, reading: SevereDisability) -> bool {
        let widened = reading == SevereDisability::WithIntellectualAndMentalThreeAndFour
            && matches!(
                self.class,
                DisabilityClass::Intellectual | DisabilityClass::Mental
            );
        self.grade <= 2 || widened
    }

    /// The full number. Only for storage and an audited reveal.
    pub fn reveal(&self) -> String {
        format!("{}{}", self.identity_number.reveal(), self.suffix())
    }

    /// The masked number, for example `980229********001143`.
    pub fn masked(&self) -> String {
        format!("{}{}", self.identity_number.masked(), self.suffix())
    }

    fn suffix(&self) -> String {
        let reissue = self.reissue.map(|n| format!("B{n}")).unwrap_or_default();
        format!("{}{}{reissue}", self.class as u8 + 1, self.grade)
    }
}

impl fmt::Debug for DisabilityCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DisabilityCard({})", self.masked())
    }
}

impl fmt::Display for DisabilityCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2022, 5, 1);

    fn card(suffix: &str) -> Result<DisabilityCard, DisabilityCardError> {
        let holder = IdentityNumber::invent(229, date(1970, 3, 2), 12).unwrap();
        DisabilityCard::parse(
            &format!("{}{suffix}", holder.reveal()),
            TODAY,
            IssuingPrefixes::Demo,
        )
    }

    #[test]
    fn reads_class_and_grade() {
        let card = card("４３").unwrap();
        assert_eq!(
            (card.class(), card.grade(), card.reissue()),
            (DisabilityClass::Physical, 3, None)
        );
        assert_eq!(super::tests::card("43b2").unwrap().reissue(), Some(2));
        assert_eq!(super::tests::card("43B2").unwrap().reveal().len(), 22);
    }

    #[test]
    fn each_error_is_named() {
        let code = |suffix: &str| card(suffix).unwrap_err().code();
        assert_eq!(code(""), "disability_card.length");
        assert_eq!(code("83"), "disability_card.class");
        assert_eq!(code("45"), "disability_card.grade");
        assert_eq!(code("4311"), "disability_card.reissue");
        let wrong = DisabilityCard::parse("98000019700101000143", TODAY, IssuingPrefixes::Real);
        assert_eq!(wrong.unwrap_err().code(), "disability_card.identity_number");
    }

    #[test]
    fn severity_follows_the_reading() {
        use SevereDisability::*;
        assert!(card("42").unwrap().is_severe(GradesOneAndTwo));
        assert!(
            !card("43")
                .unwrap()
                .is_severe(WithIntellectualAndMentalThreeAndFour)
        );
        assert!(!card("64").unwrap().is_severe(GradesOneAndTwo));
        assert!(
            card("64")
                .unwrap()
                .is_severe(WithIntellectualAndMentalThreeAndFour)
        );
        assert!(
            card("53")
                .unwrap()
                .is_severe(WithIntellectualAndMentalThreeAndFour)
        );
        assert!(
            !card("74")
                .unwrap()
                .is_severe(WithIntellectualAndMentalThreeAndFour)
        );
    }

    #[test]
    fn nothing_prints_the_number() {
        let card = card("43").unwrap();
        let full = card.reveal();
        assert!(!format!("{card} {card:?}").contains(&full[..18]));
    }
}
