//! 文书: the papers a procedure lives on. Each kind has one data type; what a
//! template may print is what that type holds, nothing else.

mod household;
mod layout;
mod office;
mod public;
mod sample;

pub use household::{
    CommitmentLetterPaper, HouseholdHead, InvestigationFormPaper, LetterMember, ResultNoticePaper,
    SurveyedMember,
};
pub use layout::{Block, Cell, Layout, Row};
pub use office::{
    AppraisalMinutes, AppraisedHousehold, ListedHousehold, SentList, SignInSheet, SubmissionList,
    WrittenNotice,
};
pub use public::{
    Announcement, NameProtection, NeverPublic, PublicLine, PublicNotice, PublicPlace, PublicText,
    SubstituteLine, Unfit, public_line, unfit_to_post,
};
pub use sample::{SampleWords, sample};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($variant:ident = $code:literal, $label:literal;)*) => {
        /// A paper the platform can write. Which of them a procedure has, and under
        /// which clause, is said by the forms of its pack.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
            utoipa::ToSchema,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum PaperKind { $($variant,)* }

        impl PaperKind {
            /// Every kind, in the order of the procedure.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The code a pack's form names it by; also the name of its template.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The name where a pack gives none.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }
        }

        impl std::str::FromStr for PaperKind {
            type Err = String;
            fn from_str(code: &str) -> Result<Self, String> {
                match code {
                    $($code => Ok(Self::$variant),)*
                    _ => Err(format!("不认识的文书 {code}")),
                }
            }
        }
    };
}

kinds! {
    InvestigationForm = "investigation_form", "防止返贫动态监测排查表";
    CommitmentLetter = "commitment_letter", "承诺授权书";
    SignInSheet = "sign_in_sheet", "民主评议签到表";
    AppraisalMinutes = "appraisal_minutes", "民主评议会议记录";
    PublicNotice = "public_notice", "公示";
    SubmissionList = "submission_list", "报送名单";
    WrittenNotice = "written_notice", "书面通知";
    Announcement = "announcement", "公告";
    ResultNotice = "result_notice", "结果告知书";
}

impl PaperKind {
    /// Posted where everybody reads it.
    pub fn is_public(self) -> bool {
        matches!(self, Self::PublicNotice | Self::Announcement)
    }
}

/// A value with the name a template calls it by.
pub type Value = (&'static str, String);

/// What a template is filled with: single values, and one line for each
/// household, member or voter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filled {
    pub fields: Vec<Value>,
    pub rows: Vec<Vec<Value>>,
}

impl Filled {
    /// The value of a field.
    pub fn field(&self, name: &str) -> Option<&str> {
        value_of(&self.fields, name)
    }
}

/// The value of that name.
pub fn value_of<'a>(values: &'a [Value], name: &str) -> Option<&'a str> {
    values
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(_, value)| value.as_str())
}

/// The data of one paper.
pub trait Paper {
    /// Which paper it is.
    const KIND: PaperKind;

    /// Its values under the names templates use.
    fn filled(&self) -> Filled;
}

/// The names a template of a kind may use: single ones, and those of a line.
pub fn field_names(kind: PaperKind) -> (Vec<&'static str>, Vec<&'static str>) {
    let sample = sample(kind, &SampleWords::default());
    let names = |values: &[Value]| values.iter().map(|(name, _)| *name).collect();
    (
        names(&sample.fields),
        sample.rows.first().map_or_else(Vec::new, |row| names(row)),
    )
}

impl PaperKind {
    /// What the repeated row of a template must hold: a paper without it would
    /// name nobody, or not say what was found of them.
    pub fn demanded_in_row(self) -> &'static [&'static str] {
        match self {
            Self::InvestigationForm => &["姓名", "与户主关系"],
            Self::CommitmentLetter => &["姓名"],
            Self::SignInSheet => &["身份"],
            Self::AppraisalMinutes => &["户主姓名", "同意票", "不同意票", "弃权票", "评议结果"],
            Self::PublicNotice | Self::Announcement => &["户主", "类别"],
            Self::SubmissionList | Self::WrittenNotice => &["村", "户主姓名", "类别"],
            Self::ResultNotice => &[],
        }
    }
}

/// `2022年5月3日`.
pub fn spoken(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// `2022年5月3日`, or nothing where the day is open.
pub(crate) fn spoken_or_blank(day: Option<Date>) -> String {
    day.map(spoken).unwrap_or_default()
}

/// Yuan with two decimals, as forms write money.
pub fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.abs() / 100, fen.abs() % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_named_distinct_fields() {
        for kind in PaperKind::ALL {
            let (fields, row) = field_names(*kind);
            assert!(!fields.is_empty(), "{kind:?} has no field");
            let mut all: Vec<_> = fields.iter().chain(&row).collect();
            let count = all.len();
            all.sort();
            all.dedup();
            assert_eq!(all.len(), count, "{kind:?} names a field twice");
            assert_eq!(kind.as_str().parse(), Ok(*kind));
            let demanded = kind.demanded_in_row();
            assert!(demanded.iter().all(|n| row.contains(n)), "{kind:?}");
            assert_eq!(demanded.is_empty(), row.is_empty(), "{kind:?}");
        }
    }

    #[test]
    fn public_papers_have_no_sensitive_field() {
        const SENSITIVE: [&str; 12] = [
            "证件",
            "身份证",
            "电话",
            "银行",
            "账号",
            "健康",
            "病",
            "残",
            "出生",
            "年龄",
            "收入",
            "住址",
        ];
        for kind in PaperKind::ALL.iter().filter(|k| k.is_public()) {
            let (fields, row) = field_names(*kind);
            for name in fields.iter().chain(&row) {
                assert!(
                    !SENSITIVE.iter().any(|s| name.contains(s)),
                    "{kind:?} could print {name}"
                );
            }
        }
    }

    #[test]
    fn money_is_written_in_yuan() {
        assert_eq!(yuan(1_234_505), "12345.05");
        assert_eq!(yuan(-50), "-0.50");
    }
}
