//! Papers about one household, for that household and the people who work on
//! its case. Numbers arrive masked: whoever builds them never unmasks.

use jiff::civil::Date;

use super::{Filled, Paper, PaperKind, Value, spoken, spoken_or_blank, yuan};
use crate::casefile::IncomeSheet;

/// Where the household lives and how it is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HouseholdHead {
    pub county: String,
    pub township: String,
    pub village: String,
    pub head_name: String,
    pub household_code: String,
}

impl HouseholdHead {
    fn fields(&self) -> Vec<Value> {
        vec![
            ("县名", self.county.clone()),
            ("乡镇名", self.township.clone()),
            ("村名", self.village.clone()),
            ("户主姓名", self.head_name.clone()),
            ("户编号", self.household_code.clone()),
        ]
    }
}

/// A person who signs the letter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LetterMember {
    pub name: String,
    pub relation: String,
    /// With its middle hidden.
    pub masked_number: String,
    /// Under age: a guardian signs.
    pub minor: bool,
}

/// 承诺授权书, F3 (HN22-051).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitmentLetterPaper {
    pub household: HouseholdHead,
    /// Blank until signed.
    pub signed_on: Option<Date>,
    pub valid_until: Option<Date>,
    /// What may be queried, in the words of the document or of the comparison.
    pub queried: String,
    /// Whose assets the letter lets be queried.
    pub members: Vec<LetterMember>,
}

impl Paper for CommitmentLetterPaper {
    const KIND: PaperKind = PaperKind::CommitmentLetter;

    fn filled(&self) -> Filled {
        let mut fields = self.household.fields();
        fields.extend([
            ("家庭人数", self.members.len().to_string()),
            ("查询内容", self.queried.clone()),
            ("签订日期", spoken_or_blank(self.signed_on)),
            (
                "授权有效期",
                self.valid_until
                    .map_or_else(|| "本次识别认定结束之日".to_owned(), spoken),
            ),
        ]);
        let rows = self
            .members
            .iter()
            .enumerate()
            .map(|(index, m)| {
                vec![
                    ("序号", (index + 1).to_string()),
                    ("姓名", m.name.clone()),
                    ("与户主关系", m.relation.clone()),
                    ("证件号码", m.masked_number.clone()),
                    (
                        "签名说明",
                        if m.minor { "由监护人代签" } else { "" }.to_owned(),
                    ),
                ]
            })
            .collect();
        Filled { fields, rows }
    }
}

/// A member on the investigation form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SurveyedMember {
    pub name: String,
    pub sex: String,
    pub age: String,
    pub relation: String,
    /// 文化程度, or the school stage of somebody at school.
    pub education: String,
    pub health: String,
    pub labour: String,
}

/// 防止返贫动态监测排查表, F2 (HN22-030, HN22-050).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InvestigationFormPaper {
    pub household: HouseholdHead,
    pub household_type: String,
    pub address: String,
    pub masked_phone: String,
    /// Blank before the visit.
    pub income: Option<IncomeSheet>,
    /// The monitoring line in words, the one the casefile is held against.
    pub monitoring_line: String,
    /// 住房、义务教育、饮水、基本医保, each in words.
    pub assurances: [String; 4],
    /// One line a dimension (HN22-012).
    pub dimensions: Vec<String>,
    /// One line an area (HN22-064).
    pub difficulties: Vec<String>,
    pub risks: Vec<String>,
    pub risk_note: String,
    pub opinion: String,
    pub recommendation: String,
    pub verifiers: Vec<String>,
    pub verified_on: Option<Date>,
    pub members: Vec<SurveyedMember>,
}

impl InvestigationFormPaper {
    fn income_fields(&self) -> Vec<Value> {
        let money = |of: fn(&IncomeSheet) -> i64| {
            self.income
                .as_ref()
                .map_or_else(String::new, |i| yuan(of(i)))
        };
        vec![
            ("工资性收入", money(|i| i.wage_fen)),
            ("生产经营性收入", money(|i| i.operating_fen)),
            ("财产性收入", money(|i| i.property_fen)),
            ("转移性收入", money(|i| i.transfer_fen)),
            ("生产经营性支出", money(|i| i.operating_expense_fen)),
            ("家庭纯收入", money(IncomeSheet::net_income_fen)),
            (
                "人均纯收入",
                self.income
                    .as_ref()
                    .and_then(IncomeSheet::per_capita_fen)
                    .map_or_else(String::new, yuan),
            ),
            ("理赔收入", money(|i| i.claims_fen)),
            ("合规自付支出", money(|i| i.out_of_pocket_fen)),
            (
                "收支核算期",
                self.income.as_ref().map_or_else(String::new, |i| {
                    format!("{}至{}", spoken(i.period_from), spoken(i.period_to))
                }),
            ),
            ("监测范围", self.monitoring_line.clone()),
        ]
    }
}

impl Paper for InvestigationFormPaper {
    const KIND: PaperKind = PaperKind::InvestigationForm;

    fn filled(&self) -> Filled {
        let mut fields = self.household.fields();
        fields.extend([
            ("户类型", self.household_type.clone()),
            ("家庭住址", self.address.clone()),
            ("联系电话", self.masked_phone.clone()),
            ("家庭人口", self.members.len().to_string()),
        ]);
        fields.extend(self.income_fields());
        let risks = self.risks.join("、");
        fields.extend([
            ("住房安全", self.assurances[0].clone()),
            ("义务教育", self.assurances[1].clone()),
            ("饮水安全", self.assurances[2].clone()),
            ("基本医保", self.assurances[3].clone()),
            ("四个方面", self.dimensions.join("\n")),
            ("实际困难", self.difficulties.join("\n")),
            (
                "致贫返贫风险",
                if self.risk_note.is_empty() {
                    risks
                } else {
                    format!("{risks}（{}）", self.risk_note)
                },
            ),
            ("初步意见", self.opinion.clone()),
            ("是否建议纳入", self.recommendation.clone()),
            ("核实人", self.verifiers.join("、")),
            ("核实日期", spoken_or_blank(self.verified_on)),
        ]);
        let rows = self
            .members
            .iter()
            .enumerate()
            .map(|(index, m)| {
                vec![
                    ("序号", (index + 1).to_string()),
                    ("姓名", m.name.clone()),
                    ("性别", m.sex.clone()),
                    ("年龄", m.age.clone()),
                    ("与户主关系", m.relation.clone()),
                    ("文化程度", m.education.clone()),
                    ("健康状况", m.health.clone()),
                    ("劳动技能", m.labour.clone()),
                ]
            })
            .collect();
        Filled { fields, rows }
    }
}

/// 结果告知书 to the household, in words it understands (HN22-056, practice).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultNoticePaper {
    pub household: HouseholdHead,
    /// What was decided, in one sentence.
    pub result: String,
    /// Why, and what the household may do.
    pub explanation: String,
    pub decided_on: Date,
    /// Day the paper is written.
    pub told_on: Date,
    /// Name of the township's office.
    pub issued_by: String,
}

impl Paper for ResultNoticePaper {
    const KIND: PaperKind = PaperKind::ResultNotice;

    fn filled(&self) -> Filled {
        let mut fields = self.household.fields();
        fields.extend([
            ("结果", self.result.clone()),
            ("说明", self.explanation.clone()),
            ("决定日期", spoken(self.decided_on)),
            ("告知日期", spoken(self.told_on)),
            ("告知单位", self.issued_by.clone()),
        ]);
        Filled {
            fields,
            rows: Vec::new(),
        }
    }
}
