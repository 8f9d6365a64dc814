//! Invented data for the preview of a template, clearly marked as such.

use jiff::civil::{Date, date};

use super::household::HouseholdHead;
use super::{
    Announcement, AppraisalMinutes, AppraisedHousehold, CommitmentLetterPaper, Filled,
    InvestigationFormPaper, LetterMember, ListedHousehold, NameProtection, NeverPublic, Paper,
    PaperKind, PublicLine, PublicNotice, PublicPlace, PublicText, ResultNoticePaper, SentList,
    SignInSheet, SubmissionList, SubstituteLine, SurveyedMember, WrittenNotice, public_line,
};
use crate::calendar::plus_days;
use crate::casefile::IncomeSheet;
use crate::division::{Level, customary_office};
use crate::policy::{GuardKind, Item, Pack, StepKind};
use crate::submission_list::list_title;

const COUNTY: &str = "样例县";
const TOWNSHIP: &str = "样例镇";
const VILLAGE: &str = "样例村";

/// The words and the day a sample is filled with: the samples are about
/// nobody, but they speak as the papers of the pack do.
#[derive(Debug, Clone)]
pub struct SampleWords {
    day: Date,
    notice_days: u16,
    /// Steps judged before the notice.
    before_notice: Vec<String>,
    categories: Vec<String>,
    dimensions: Vec<String>,
    conveners: Vec<String>,
    /// The list the township sends up, and the one that comes down by letter.
    sent_up: String,
    sent_down: String,
    village_office: String,
    township_office: String,
    county_office: String,
}

impl Default for SampleWords {
    /// For the names of fields: no pack, a fixed day.
    fn default() -> Self {
        let words = |all: &[&str]| all.iter().map(|w| (*w).to_owned()).collect();
        Self {
            day: date(2022, 5, 4),
            notice_days: 5,
            before_notice: words(&["样例环节甲", "样例环节乙"]),
            categories: words(&["样例类别"]),
            dimensions: words(&["样例方面"]),
            conveners: Vec::new(),
            sent_up: "样例名单".into(),
            sent_down: "样例名单".into(),
            village_office: customary_office(Level::Village, VILLAGE),
            township_office: customary_office(Level::Township, TOWNSHIP),
            county_office: COUNTY.into(),
        }
    }
}

impl SampleWords {
    /// In the words of a pack, on a day.
    pub fn of(pack: &Pack, day: Date) -> Self {
        let plain = Self::default();
        let labels = |items: &[Item]| items.iter().map(|i| i.label.clone()).collect();
        let list = |by_letter: bool| {
            let mut lists = pack.values.lists.iter();
            lists
                .find(|l| {
                    l.written_notice == by_letter && (by_letter || l.level == Level::Township)
                })
                .map_or_else(|| plain.sent_up.clone(), |l| l.label.clone())
        };
        let procedure = pack.identification();
        let notice_days = procedure
            .and_then(|p| p.guards.iter().find(|g| g.kind == GuardKind::NoticeStood))
            .and_then(|g| g.number.as_ref())
            .map_or(0, |n| *n.get_ref());
        Self {
            day,
            notice_days,
            before_notice: procedure.map_or_else(Vec::new, |p| {
                let steps = p.judged_before(StepKind::PublicNotice);
                steps.into_iter().map(str::to_owned).collect()
            }),
            categories: pack
                .values
                .categories
                .iter()
                .map(|c| c.label.clone())
                .collect(),
            dimensions: labels(&pack.values.dimensions),
            conveners: labels(&pack.values.conveners),
            sent_up: list(false),
            sent_down: list(true),
            village_office: pack.office(Level::Village, VILLAGE),
            township_office: pack.office(Level::Township, TOWNSHIP),
            county_office: pack.office(Level::County, COUNTY),
        }
    }

    fn number(&self) -> String {
        format!("样防〔{}〕1号", self.day.year())
    }

    fn after(&self, days: i64) -> Date {
        plus_days(self.day, days)
    }

    /// A category of the pack, the last one where it has fewer.
    fn category(&self, index: usize) -> &str {
        let last = self.categories.len().saturating_sub(1);
        self.categories
            .get(index.min(last))
            .map_or("样例类别", String::as_str)
    }

    fn lines(&self) -> Vec<PublicLine> {
        let line = |position: usize, name: &str, protection| {
            let category = text(self.category(position - 1));
            public_line(
                &format!("第 {position} 户"),
                name,
                &[],
                &protection,
                category.as_str(),
                &NeverPublic::default(),
            )
            .unwrap_or_else(|e| unreachable!("{e}"))
        };
        vec![
            line(1, "样例甲", NameProtection::None),
            line(2, "样例乙", NameProtection::None),
            line(
                3,
                "样例丙",
                NameProtection::Approved(SubstituteLine::Guardian {
                    name: "样例丁".into(),
                }),
            ),
        ]
    }
}

/// A filled paper of that kind, about nobody.
pub fn sample(kind: PaperKind, words: &SampleWords) -> Filled {
    match kind {
        PaperKind::InvestigationForm => investigation_form(words).filled(),
        PaperKind::CommitmentLetter => commitment_letter(words).filled(),
        PaperKind::SignInSheet => sign_in_sheet(words).filled(),
        PaperKind::AppraisalMinutes => appraisal_minutes(words).filled(),
        PaperKind::PublicNotice => public_notice(words).filled(),
        PaperKind::SubmissionList => submission_list(words).filled(),
        PaperKind::WrittenNotice => written_notice(words).filled(),
        PaperKind::Announcement => announcement(words).filled(),
        PaperKind::ResultNotice => result_notice(words).filled(),
    }
}

/// A word for a public paper; one of a pack that may not stand there is left out.
fn text(text: &str) -> PublicText {
    let public = |text: &str| PublicText::name(text, "样例", &NeverPublic::default());
    public(text)
        .or_else(|_| public("样例"))
        .unwrap_or_else(|e| unreachable!("{e}"))
}

fn place() -> PublicPlace {
    PublicPlace::new(COUNTY, TOWNSHIP, VILLAGE, &NeverPublic::default())
        .unwrap_or_else(|e| unreachable!("{e}"))
}

fn public_notice(words: &SampleWords) -> PublicNotice {
    PublicNotice {
        place: place(),
        issued_by: text(&words.village_office),
        after: words.before_notice.iter().map(|w| text(w)).collect(),
        posted_on: words.day,
        stands_until: words.after(i64::from(words.notice_days)),
        days_required: words.notice_days,
        lines: words.lines(),
    }
}

fn announcement(words: &SampleWords) -> Announcement {
    Announcement {
        place: place(),
        issued_by: text(&words.township_office),
        document_number: PublicText::document_number(&words.number(), &NeverPublic::default())
            .unwrap_or_else(|_| text("样例")),
        approved_on: words.after(8),
        announced_on: words.after(9),
        lines: words.lines(),
    }
}

fn head() -> HouseholdHead {
    HouseholdHead {
        county: COUNTY.into(),
        township: TOWNSHIP.into(),
        village: VILLAGE.into(),
        head_name: "样例甲".into(),
        household_code: "样例0001".into(),
    }
}

fn commitment_letter(words: &SampleWords) -> CommitmentLetterPaper {
    let member = |name: &str, relation: &str| LetterMember {
        name: name.into(),
        relation: relation.into(),
        masked_number: "980000********0000".into(),
        minor: false,
    };
    CommitmentLetterPaper {
        household: head(),
        signed_on: Some(words.day),
        valid_until: None,
        queried: "房产、车辆、大型农机具、财政供养、养老保险、工商登记、公积金、税收、银行存款、理财、股票、投资型保险等信息".into(),
        members: vec![member("样例甲", "户主"), member("样例乙", "配偶")],
    }
}

fn investigation_form(words: &SampleWords) -> InvestigationFormPaper {
    let member = |name: &str, sex: &str, age: &str, relation: &str| SurveyedMember {
        name: name.into(),
        sex: sex.into(),
        age: age.into(),
        relation: relation.into(),
        education: "初中".into(),
        health: "健康".into(),
        labour: "普通劳动力".into(),
    };
    InvestigationFormPaper {
        household: head(),
        household_type: "一般农户".into(),
        address: "样例村一组1号".into(),
        masked_phone: "199****0000".into(),
        income: Some(IncomeSheet {
            wage_fen: 1_200_000,
            operating_fen: 300_000,
            property_fen: 20_000,
            transfer_fen: 200_000,
            operating_expense_fen: 100_000,
            persons: 3,
            period_from: words.after(-365),
            period_to: words.after(-1),
            claims_fen: 0,
            out_of_pocket_fen: 2_500_000,
        }),
        monitoring_line: "见本地公布的监测范围".into(),
        assurances: ["无问题", "无问题", "无问题", "无问题"].map(String::from),
        dimensions: words
            .dimensions
            .iter()
            .map(|d| format!("{d}：无问题"))
            .collect(),
        difficulties: vec!["就医：有困难".into(), "上学：无困难".into()],
        risks: vec!["样例风险".into()],
        risk_note: String::new(),
        opinion: "建议提交村级民主评议。".into(),
        recommendation: "建议纳入".into(),
        verifiers: vec!["样例核实人甲".into(), "样例核实人乙".into()],
        verified_on: Some(words.day),
        members: vec![
            member("样例甲", "男", "45", "户主"),
            member("样例乙", "女", "43", "配偶"),
            member("样例丙", "男", "12", "之子"),
        ],
    }
}

fn sign_in_sheet(words: &SampleWords) -> SignInSheet {
    SignInSheet {
        county: COUNTY.into(),
        township: TOWNSHIP.into(),
        village: VILLAGE.into(),
        held_on: Some(words.day),
        place: "村委会会议室".into(),
        seats: vec!["村民代表".into(); 12],
    }
}

fn appraisal_minutes(words: &SampleWords) -> AppraisalMinutes {
    let household = |name: &str, votes_for, votes_against, result: &str| AppraisedHousehold {
        head_name: name.into(),
        round: 1,
        recused: Vec::new(),
        voters: 12,
        votes_for,
        votes_against,
        abstentions: 12 - votes_for - votes_against,
        result: result.into(),
        opinion: "样例评议意见".into(),
        // Only where the pack has the meeting judge it, which it then calls together.
        findings: if words.conveners.is_empty() {
            String::new()
        } else {
            "人均收入5200.00元；主要原因：因病；家庭基本情况：三口之家。".into()
        },
    };
    AppraisalMinutes {
        county: COUNTY.into(),
        township: TOWNSHIP.into(),
        village: VILLAGE.into(),
        held_on: words.day,
        place: "村委会会议室".into(),
        chair: "样例主持人".into(),
        recorder: "样例记录人".into(),
        attendance: vec![("村“两委”".into(), 4), ("村民代表".into(), 8)],
        conveners: words.conveners.clone(),
        minutes: "主持人介绍了各户情况，与会人员逐户讨论、逐户表决。".into(),
        households: vec![
            household("样例甲", 10, 1, "同意初选"),
            household("样例乙", 3, 8, "不同意初选"),
        ],
    }
}

fn sent_list(words: &SampleWords, title: String, issued_by: &str, addressed_to: &str) -> SentList {
    let household = |name: &str, persons, kind: &str, category: &str| ListedHousehold {
        village: VILLAGE.into(),
        head_name: name.into(),
        persons,
        household_type: kind.into(),
        category: category.into(),
        remark: String::new(),
    };
    SentList {
        title,
        number: format!("〔{}〕3号", words.day.year()),
        issued_by: issued_by.into(),
        addressed_to: addressed_to.into(),
        document_number: words.number(),
        signatory: "样例签发人".into(),
        issued_on: words.after(8),
        prepared_by: "样例经办人".into(),
        acknowledge_by: Some(words.after(11)),
        digest: "0123456789abcdef".repeat(4),
        households: vec![
            household("样例甲", 3, "脱贫户", words.category(0)),
            household("样例乙", 4, "一般农户", words.category(1)),
        ],
    }
}

fn submission_list(words: &SampleWords) -> SubmissionList {
    SubmissionList {
        list: sent_list(
            words,
            list_title(&words.sent_up, Level::Township, TOWNSHIP, ""),
            &words.township_office,
            &words.county_office,
        ),
        informs: false,
        nobody: String::new(),
    }
}

fn written_notice(words: &SampleWords) -> WrittenNotice {
    WrittenNotice {
        list: sent_list(
            words,
            format!("关于{TOWNSHIP}{}的通知", words.sent_down),
            &words.county_office,
            &words.township_office,
        ),
    }
}

fn result_notice(words: &SampleWords) -> ResultNoticePaper {
    ResultNoticePaper {
        household: head(),
        result: format!("纳入防止返贫监测，类别为{}", words.category(0)),
        explanation: "帮扶责任人会与您联系。有疑问可以到镇政府询问，也可以拨打12317。".into(),
        decided_on: words.after(8),
        told_on: words.after(9),
        issued_by: words.township_office.clone(),
    }
}
