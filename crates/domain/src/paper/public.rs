//! Papers everybody reads. Their types cannot hold an identity number, phone,
//! bank card, illness or birth date, and every text in them is a
//! [`PublicText`], which refuses what looks like one.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Filled, Paper, PaperKind, spoken};
use crate::typed_text::{DIGITS_OF_A_NAME, LONGEST_NAME, digits, has_foreign_sign};

/// Why a public paper cannot be written, as a sentence with the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit(pub String);

impl std::fmt::Display for Unfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unfit {}

/// Words that tell of an illness or disability, from `papers/never_public.txt`.
#[derive(Debug, Clone, Default)]
pub struct NeverPublic(Vec<String>);

impl NeverPublic {
    /// One word a line; `#` begins a remark.
    pub fn parse(text: &str) -> Self {
        Self(
            text.lines()
                .map(str::trim)
                .filter(|line| !line.is_empty() && !line.starts_with('#'))
                .map(str::to_lowercase)
                .collect(),
        )
    }

    /// The words themselves.
    pub fn words(&self) -> &[String] {
        &self.0
    }

    /// Whether a text tells of an illness. A single character may be part of a
    /// name, so names are only searched for longer words.
    fn found_in(&self, text: &str, is_name: bool) -> bool {
        let bare: String = text
            .chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect();
        self.0
            .iter()
            .filter(|word| !is_name || word.chars().count() > 1)
            .any(|word| bare.contains(word.as_str()))
    }
}

/// What a text typed into the template of a public paper may not hold, as a
/// sentence with the way out. The landline of an office may stand there, the
/// number of a person may not.
pub fn unfit_to_post(text: &str, never: &NeverPublic) -> Option<Unfit> {
    let mut runs = vec![String::new()];
    for c in text.chars() {
        let digit = match c {
            '0'..='9' => Some(c),
            '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
            _ => None,
        };
        match (digit, runs.last_mut()) {
            (Some(digit), Some(run)) => run.push(digit),
            // A number may be written in groups.
            _ if matches!(c, ' ' | '-' | '－' | '\u{3000}' | '\u{a0}') => {}
            _ => runs.push(String::new()),
        }
    }
    let of_person = |run: &String| match run.len() {
        0..=10 => false,
        11..=13 => !run.starts_with('0'),
        _ => true,
    };
    if runs.iter().any(of_person) {
        return Some(Unfit(
            "公开文书的模板里写有像证件号、手机号或卡号的数字，请删去；联系电话请写单位的座机"
                .into(),
        ));
    }
    never
        .found_in(text, true)
        .then(|| Unfit("公开文书的模板里写有病情或残疾的内容，请删去".into()))
}

/// The most digits a document number may have; a phone has eleven.
const DIGITS_OF_A_DOCUMENT: usize = 10;

/// A text that may be posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicText(String);

impl PublicText {
    /// A name of a person, place or office.
    ///
    /// # Errors
    /// [`Unfit`] when it looks like a number of a person or tells an illness;
    /// the sentence does not repeat the text.
    pub fn name(text: &str, what: &str, never: &NeverPublic) -> Result<Self, Unfit> {
        Self::checked(text, what, never, DIGITS_OF_A_NAME, true)
    }

    /// The number of a document, such as `×防监〔2022〕5号`.
    ///
    /// # Errors
    /// As for [`PublicText::name`].
    pub fn document_number(text: &str, never: &NeverPublic) -> Result<Self, Unfit> {
        Self::checked(text, "批准文号", never, DIGITS_OF_A_DOCUMENT, false)
    }

    /// The label of a category, or the neutral term where the label itself
    /// would reveal something.
    fn category(label: &str, never: &NeverPublic) -> Self {
        Self::checked(label, "类别", never, 0, false).unwrap_or_else(|_| Self("监测对象".into()))
    }

    fn checked(
        text: &str,
        what: &str,
        never: &NeverPublic,
        most_digits: usize,
        is_name: bool,
    ) -> Result<Self, Unfit> {
        let text = text.trim();
        let unfit = |why: &str| Err(Unfit(format!("{what}里{why}，不能写进公开文书，请先更正")));
        if digits(text) > most_digits {
            return unfit("有像证件号、电话或卡号的数字");
        }
        if never.found_in(text, is_name) {
            return unfit("有像病情或残疾的内容");
        }
        if text.chars().count() > LONGEST_NAME || has_foreign_sign(text) {
            return unfit("有不该出现的符号或内容太长");
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What stands in for the name of a head who may not be named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SubstituteLine {
    /// The guardian is named instead.
    Guardian { name: String },
    /// The last digits of the household code.
    CodeTail { tail: String },
    /// Neither: a household without a code that has no other adult to name.
    Withheld,
}

/// What stands where no name, guardian or code may.
const NAME_WITHHELD: &str = "本村一户（姓名不公开）";

impl SubstituteLine {
    /// What the paper says.
    pub fn text(&self) -> String {
        match self {
            Self::Guardian { name } => format!("{name}（监护人）"),
            Self::CodeTail { tail } => format!("户编号尾号{tail}"),
            Self::Withheld => NAME_WITHHELD.to_owned(),
        }
    }
}

/// Whether a household's head may be named on public papers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameProtection {
    /// Nothing stands against the name.
    None,
    /// Under age or protected, and no township has approved a substitute yet.
    Awaiting,
    /// The township approved what is written instead.
    Approved(SubstituteLine),
}

/// One household of a public paper: a name, a category, whether the name
/// stands in for another. There is no room for anything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicLine {
    name: PublicText,
    category: PublicText,
    substituted: bool,
}

/// Whether a minor's name was written beside the head's: 张三丰 is not 张三
/// with something beside it, 张三张小宝 holds 张小宝.
fn written_beside(head_name: &str, minor: &str) -> bool {
    let minor = minor.trim();
    !minor.is_empty()
        && head_name.contains(minor)
        && head_name.trim().chars().count() >= minor.chars().count() + 2
}

/// The line of a household. `whose` says which one it is in a sentence (第 3 户,
/// 这一户); `minors` are the names of its members under age,
/// which are never printed.
///
/// # Errors
/// [`Unfit`] when the head may not be named and no substitute is approved, or
/// the name holds something that may not be posted.
pub fn public_line(
    whose: &str,
    head_name: &str,
    minors: &[&str],
    protection: &NameProtection,
    category_label: &str,
    never: &NeverPublic,
) -> Result<PublicLine, Unfit> {
    let what = format!("{whose}的户主姓名");
    let is_minor = |name: &str| minors.iter().any(|m| m.trim() == name.trim());
    let awaiting = || {
        Unfit(format!(
            "{whose}的户主未成年或受保护，姓名不能公开：请在“公示用名”里提出代替写法，乡镇批准后再打印"
        ))
    };
    let (name, substituted) = match protection {
        NameProtection::Awaiting => return Err(awaiting()),
        NameProtection::None if is_minor(head_name) => return Err(awaiting()),
        NameProtection::None if minors.iter().any(|m| written_beside(head_name, m)) => {
            return Err(Unfit(format!(
                "{what}里还写着未成年人的名字，请先更正农户档案"
            )));
        }
        NameProtection::None => (PublicText::name(head_name, &what, never)?, false),
        NameProtection::Approved(substitute) => {
            match substitute {
                SubstituteLine::Guardian { name } if is_minor(name) => {
                    return Err(Unfit(format!(
                        "{whose}批准的代替姓名是未成年人，请重新提出代替写法"
                    )));
                }
                SubstituteLine::Guardian { name } => {
                    PublicText::name(name, &format!("{whose}的监护人姓名"), never)?;
                }
                SubstituteLine::CodeTail { tail } if tail.chars().count() > 4 => {
                    return Err(Unfit(format!("{whose}的户编号只能写末四位")));
                }
                SubstituteLine::CodeTail { tail } => {
                    PublicText::name(tail, &format!("{whose}的户编号尾号"), never)?;
                }
                SubstituteLine::Withheld => {}
            }
            (PublicText(substitute.text()), true)
        }
    };
    if name.0.is_empty() {
        return Err(Unfit(format!("{what}是空的，请先补全农户档案")));
    }
    Ok(PublicLine {
        name,
        category: PublicText::category(category_label, never),
        substituted,
    })
}

/// County, township and village as a paper writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicPlace {
    county: PublicText,
    township: PublicText,
    village: PublicText,
}

impl PublicPlace {
    /// From the names of the division table.
    ///
    /// # Errors
    /// [`Unfit`] when a name is none.
    pub fn new(
        county: &str,
        township: &str,
        village: &str,
        never: &NeverPublic,
    ) -> Result<Self, Unfit> {
        Ok(Self {
            county: PublicText::name(county, "县名", never)?,
            township: PublicText::name(township, "乡镇名", never)?,
            village: PublicText::name(village, "村名", never)?,
        })
    }

    fn fields(&self) -> Vec<super::Value> {
        vec![
            ("县名", self.county.0.clone()),
            ("乡镇名", self.township.0.clone()),
            ("村名", self.village.0.clone()),
        ]
    }
}

fn rows(lines: &[PublicLine]) -> Vec<Vec<super::Value>> {
    lines
        .iter()
        .enumerate()
        .map(|(index, line)| {
            vec![
                ("序号", (index + 1).to_string()),
                ("户主", line.name.0.clone()),
                ("类别", line.category.0.clone()),
                // The only remark there is: free text could tell anything.
                (
                    "备注",
                    if line.substituted { "代用名" } else { "" }.to_owned(),
                ),
            ]
        })
        .collect()
}

/// 公示 of the households a village proposes (HN22-054).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicNotice {
    pub place: PublicPlace,
    /// Who posts it.
    pub issued_by: PublicText,
    /// The steps that led to it, in the words of the pack.
    pub after: Vec<PublicText>,
    pub posted_on: Date,
    /// The last day it has to hang.
    pub stands_until: Date,
    /// Days it stands at least, from the pack; 0 where the document states none.
    pub days_required: u16,
    pub lines: Vec<PublicLine>,
}

impl Paper for PublicNotice {
    const KIND: PaperKind = PaperKind::PublicNotice;

    fn filled(&self) -> Filled {
        let posted = spoken(self.posted_on);
        // Nobody is told to speak within a period the document does not set.
        let (until, days, period, speak) = match self.days_required {
            0 => (
                String::new(),
                String::new(),
                format!("自{posted}张贴"),
                "请",
            ),
            days => {
                let until = spoken(self.stands_until);
                let period = format!("公示时间不少于{days}天，自{posted}张贴，公示至{until}");
                (until, days.to_string(), period, "请在公示期内")
            }
        };
        let mut fields = self.place.fields();
        fields.extend([
            ("张贴日期", posted),
            (
                "经过",
                self.after
                    .iter()
                    .map(PublicText::as_str)
                    .collect::<Vec<_>>()
                    .join("和"),
            ),
            ("公示截止日期", until),
            ("公示天数", days),
            ("公示期限", period),
            ("异议期限", speak.to_owned()),
            ("张贴单位", self.issued_by.0.clone()),
            ("户数", self.lines.len().to_string()),
        ]);
        Filled {
            fields,
            rows: rows(&self.lines),
        }
    }
}

/// 公告 of the approved households, in the township's name (HN22-057).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    pub place: PublicPlace,
    /// Name of the township's office.
    pub issued_by: PublicText,
    pub document_number: PublicText,
    pub approved_on: Date,
    pub announced_on: Date,
    pub lines: Vec<PublicLine>,
}

impl Paper for Announcement {
    const KIND: PaperKind = PaperKind::Announcement;

    fn filled(&self) -> Filled {
        let mut fields = self.place.fields();
        fields.extend([
            ("发布单位", self.issued_by.0.clone()),
            ("批准文号", self.document_number.0.clone()),
            ("批准日期", spoken(self.approved_on)),
            ("公告日期", spoken(self.announced_on)),
            ("户数", self.lines.len().to_string()),
        ]);
        Filled {
            fields,
            rows: rows(&self.lines),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn never() -> NeverPublic {
        NeverPublic::parse("# 词表\n病\n癌\n肺癌\n残疾\n")
    }

    #[test]
    fn a_public_template_holds_no_number_of_a_person_and_no_illness() {
        for bad in [
            "身份证号980122199001011234",
            "电话１９９００００１２３４",
            "199 0000 1234",
            "62170000 0000 0000 123",
            "因肺癌纳入",
        ] {
            let refused = unfit_to_post(bad, &never()).expect(bad);
            assert!(!refused.0.contains(bad), "the sentence repeats the text");
        }
        for good in [
            "公示期5天，自2022年5月1日至2022年5月6日",
            "监督电话：0379-68812345、12317",
            "{{村}}{{日期}}",
        ] {
            assert_eq!(unfit_to_post(good, &never()), None, "{good}");
        }
    }

    #[test]
    fn names_hold_neither_numbers_nor_illness() {
        for bad in [
            "张三19900001234",
            "张三 9 8 2 8 0 1",
            "张三９８２８０１",
            "张三九八〇一零三",
            "张三肺癌",
            "张三（肺 癌）",
            "张三\n李四",
            "张三<b>",
        ] {
            let refused = PublicText::name(bad, "姓名", &never()).expect_err(bad);
            assert!(!refused.0.contains(bad), "the sentence repeats the text");
        }
        for good in [
            "张三",
            "买买提·吐尔逊",
            "欧阳三丰",
            "上官二十八",
            "辛弃疾",
            "王病",
        ] {
            PublicText::name(good, "姓名", &never()).expect(good);
        }
    }

    #[test]
    fn a_telling_category_becomes_the_neutral_term() {
        assert_eq!(
            PublicText::category("脱贫不稳定户", &never()).0,
            "脱贫不稳定户"
        );
        assert_eq!(PublicText::category("因病致贫户", &never()).0, "监测对象");
    }

    #[test]
    fn unstated_days_are_not_printed() {
        let none = NeverPublic::default();
        let notice = |days_required| PublicNotice {
            issued_by: PublicText::name("丙村村民委员会", "张贴单位", &never()).unwrap(),
            after: vec![PublicText::name("民主评议", "环节", &never()).unwrap()],
            place: PublicPlace::new("甲县", "乙镇", "丙村", &none).expect("a place"),
            posted_on: jiff::civil::date(2022, 5, 4),
            stands_until: jiff::civil::date(2022, 5, 9),
            days_required,
            lines: Vec::new(),
        };
        let period = |days| notice(days).filled().field("公示期限").map(str::to_owned);
        assert_eq!(period(0).as_deref(), Some("自2022年5月4日张贴"));
        let speak = |days| notice(days).filled().field("异议期限").map(str::to_owned);
        assert_eq!(speak(0).as_deref(), Some("请"));
        assert_eq!(speak(5).as_deref(), Some("请在公示期内"));
        assert_eq!(
            period(5).as_deref(),
            Some("公示时间不少于5天，自2022年5月4日张贴，公示至2022年5月9日")
        );
    }

    #[test]
    fn a_minor_is_never_named() {
        let line = |head: &str, protection: &NameProtection| {
            public_line(
                "第 1 户",
                head,
                &["小宝"],
                protection,
                "边缘易致贫户",
                &never(),
            )
        };
        assert!(line("小宝", &NameProtection::None).is_err());
        assert!(line("张三", &NameProtection::Awaiting).is_err());
        assert!(line("张三小宝", &NameProtection::None).is_err());
        assert!(line("小宝山", &NameProtection::None).is_ok());
        let guardian =
            |name: &str| NameProtection::Approved(SubstituteLine::Guardian { name: name.into() });
        assert!(line("小宝", &guardian("小宝")).is_err());
        let lawful = line("小宝", &guardian("王五")).expect("approved");
        assert_eq!(lawful.name.0, "王五（监护人）");
        let tail = NameProtection::Approved(SubstituteLine::CodeTail {
            tail: "0123".into(),
        });
        assert_eq!(
            line("小宝", &tail).expect("approved").name.0,
            "户编号尾号0123"
        );
        let long = NameProtection::Approved(SubstituteLine::CodeTail {
            tail: "410123".into(),
        });
        assert!(line("小宝", &long).is_err());
    }
}
