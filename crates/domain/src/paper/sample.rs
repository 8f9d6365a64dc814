//! Invented data for the preview of a template, clearly marked as such.

use jiff::civil::date;

use super::household::HouseholdHead;
use super::{
    Announcement, AppraisalMinutes, AppraisedHousehold, CommitmentLetterPaper, Filled,
    InvestigationFormPaper, LetterMember, ListedHousehold, NameProtection, NeverPublic, Paper,
    PaperKind, PublicLine, PublicNotice, PublicPlace, PublicText, ResultNoticePaper, SentList,
    SignInSheet, SubmissionList, SubstituteLine, SurveyedMember, WrittenNotice, public_line,
};
use crate::casefile::IncomeSheet;

const COUNTY: &str = "样例县";
const TOWNSHIP: &str = "样例镇";
const VILLAGE: &str = "样例村";

/// A filled paper of that kind, about nobody.
pub fn sample(kind: PaperKind) -> Filled {
    match kind {
        PaperKind::InvestigationForm => investigation_form().filled(),
        PaperKind::CommitmentLetter => commitment_letter().filled(),
        PaperKind::SignInSheet => sign_in_sheet().filled(),
        PaperKind::AppraisalMinutes => appraisal_minutes().filled(),
        PaperKind::PublicNotice => public_notice().filled(),
        PaperKind::SubmissionList => submission_list().filled(),
        PaperKind::WrittenNotice => written_notice().filled(),
        PaperKind::Announcement => announcement().filled(),
        PaperKind::ResultNotice => result_notice().filled(),
    }
}

fn text(text: &str) -> PublicText {
    // The samples hold nothing a public text would refuse; a test fills them all.
    PublicText::name(text, "样例", &NeverPublic::default()).unwrap_or_else(|e| unreachable!("{e}"))
}

fn lines() -> Vec<PublicLine> {
    let line = |position, name: &str, protection, category: &str| {
        public_line(
            position,
            name,
            &[],
            &protection,
            category,
            &NeverPublic::default(),
        )
        .unwrap_or_else(|e| unreachable!("{e}"))
    };
    vec![
        line(1, "样例甲", NameProtection::None, "脱贫不稳定户"),
        line(2, "样例乙", NameProtection::None, "边缘易致贫户"),
        line(
            3,
            "样例丙",
            NameProtection::Approved(SubstituteLine::Guardian {
                name: "样例丁".into(),
            }),
            "突发严重困难户",
        ),
    ]
}

fn place() -> PublicPlace {
    PublicPlace::new(COUNTY, TOWNSHIP, VILLAGE, &NeverPublic::default())
        .unwrap_or_else(|e| unreachable!("{e}"))
}

fn public_notice() -> PublicNotice {
    PublicNotice {
        place: place(),
        after: vec![text("入户核实"), text("村级民主评议")],
        posted_on: date(2022, 5, 4),
        stands_until: date(2022, 5, 9),
        days_required: 5,
        lines: lines(),
    }
}

fn announcement() -> Announcement {
    Announcement {
        place: place(),
        issued_by: text("样例镇人民政府"),
        document_number: text("样防〔2022〕1号"),
        approved_on: date(2022, 5, 12),
        announced_on: date(2022, 5, 13),
        lines: lines(),
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

fn commitment_letter() -> CommitmentLetterPaper {
    let member = |name: &str, relation: &str, minor| LetterMember {
        name: name.into(),
        relation: relation.into(),
        masked_number: "980000********0000".into(),
        minor,
    };
    CommitmentLetterPaper {
        household: head(),
        signed_on: Some(date(2022, 5, 2)),
        valid_until: None,
        queried: "房产、车辆、大型农机具、财政供养、养老保险、工商登记、公积金、税收、银行存款、理财、股票、投资型保险等信息".into(),
        members: vec![
            member("样例甲", "户主", false),
            member("样例乙", "配偶", false),
            member("样例丙", "之子", true),
        ],
    }
}

fn investigation_form() -> InvestigationFormPaper {
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
            period_from: date(2021, 5, 1),
            period_to: date(2022, 4, 30),
            claims_fen: 0,
            out_of_pocket_fen: 2_500_000,
        }),
        monitoring_line: "见本地公布的监测范围".into(),
        assurances: ["无问题", "无问题", "无问题", "无问题"].map(String::from),
        dimensions: vec![
            "家庭收入支出：有问题，支出大于收入".into(),
            "“三保障”：无问题".into(),
            "饮水安全：无问题".into(),
            "返贫致贫风险：有问题".into(),
        ],
        difficulties: vec!["就医：有困难".into(), "上学：无困难".into()],
        risks: vec!["样例风险".into()],
        risk_note: String::new(),
        opinion: "建议提交村级民主评议。".into(),
        recommendation: "建议纳入".into(),
        verifiers: vec!["样例核实人甲".into(), "样例核实人乙".into()],
        verified_on: Some(date(2022, 5, 2)),
        members: vec![
            member("样例甲", "男", "45", "户主"),
            member("样例乙", "女", "43", "配偶"),
            member("样例丙", "男", "12", "之子"),
        ],
    }
}

fn sign_in_sheet() -> SignInSheet {
    SignInSheet {
        county: COUNTY.into(),
        township: TOWNSHIP.into(),
        village: VILLAGE.into(),
        held_on: Some(date(2022, 5, 4)),
        place: "村委会会议室".into(),
        seats: vec!["村民代表".into(); 12],
    }
}

fn appraisal_minutes() -> AppraisalMinutes {
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
        findings: "人均收入5200.00元；主要原因：因病；家庭基本情况：三口之家。".into(),
    };
    AppraisalMinutes {
        county: COUNTY.into(),
        township: TOWNSHIP.into(),
        village: VILLAGE.into(),
        held_on: date(2022, 5, 4),
        place: "村委会会议室".into(),
        chair: "样例主持人".into(),
        recorder: "样例记录人".into(),
        attendance: vec![("村“两委”".into(), 4), ("村民代表".into(), 8)],
        conveners: vec!["村“两委”".into(), "驻村工作队".into(), "脱贫责任组".into()],
        minutes: "主持人介绍了各户情况，与会人员逐户讨论、逐户表决。".into(),
        households: vec![
            household("样例甲", 10, 1, "同意初选"),
            household("样例乙", 3, 8, "不同意初选"),
        ],
    }
}

fn sent_list(title: &str, issued_by: &str, addressed_to: &str) -> SentList {
    let household = |name: &str, persons, kind: &str, category: &str| ListedHousehold {
        village: VILLAGE.into(),
        head_name: name.into(),
        persons,
        household_type: kind.into(),
        category: category.into(),
        remark: String::new(),
    };
    SentList {
        title: title.into(),
        number: "〔2022〕3号".into(),
        issued_by: issued_by.into(),
        addressed_to: addressed_to.into(),
        document_number: "样防〔2022〕1号".into(),
        signatory: "样例签发人".into(),
        issued_on: date(2022, 5, 12),
        prepared_by: "样例经办人".into(),
        acknowledge_by: Some(date(2022, 5, 15)),
        digest: "0123456789abcdef".repeat(4),
        households: vec![
            household("样例甲", 3, "脱贫户", "脱贫不稳定户"),
            household("样例乙", 4, "一般农户", "边缘易致贫户"),
        ],
    }
}

fn submission_list() -> SubmissionList {
    SubmissionList {
        list: sent_list("样例镇拟纳入监测对象名单", "样例镇", "样例县"),
        informs: false,
        nobody: String::new(),
    }
}

fn written_notice() -> WrittenNotice {
    WrittenNotice {
        list: sent_list("关于样例镇监测对象最终名单的通知", "样例县", "样例镇"),
    }
}

fn result_notice() -> ResultNoticePaper {
    ResultNoticePaper {
        household: head(),
        result: "纳入防止返贫监测，类别为边缘易致贫户".into(),
        explanation: "帮扶责任人会与您联系。有疑问可以到镇政府询问，也可以拨打12317。".into(),
        decided_on: date(2022, 5, 12),
        told_on: date(2022, 5, 13),
        issued_by: "样例镇人民政府".into(),
    }
}
