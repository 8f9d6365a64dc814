//! The acts people may put before a casefile.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::correction::CorrectionRequest;
use super::evidence::PaperStatement;
use crate::account::Level;
use crate::policy::StepKind;

/// An act, as posted by a person. `occurred_on` travels beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Action {
    VerifyHome(HomeVerification),
    SignLetter(CommitmentLetter),
    RequestCrossCheck {
        member_ids: Vec<String>,
        items: Vec<String>,
    },
    ForwardCrossCheck {},
    AnswerCrossCheck {
        department: String,
        answered_by: String,
        discrepancies: Vec<DiscrepancyReport>,
    },
    ReuseCrossCheck {
        source: String,
        #[schema(value_type = String)]
        checked_on: Date,
        reference: String,
        /// Who confirmed that the household is newly on 低保, where its file
        /// does not show it.
        confirmed_by: Option<String>,
    },
    ResolveDiscrepancy {
        index: usize,
        explanation: String,
        verified_by: String,
        conclusion: String,
        #[serde(default)]
        note: String,
    },
    AcknowledgeDiscrepancy {
        index: usize,
        note: String,
    },
    ConcludeCrossCheck {
        #[serde(default)]
        note: String,
    },
    RecordAppraisal(Appraisal),
    PostNotice {
        notice_id: String,
        place: String,
    },
    FileObjection {
        objection_id: String,
        /// Level of the person in office it complains of, where it does.
        official_level: Option<Level>,
    },
    AnswerObjection {
        objection_id: String,
        upheld: bool,
    },
    Review(TownshipReview),
    SubmitToCounty(TownshipSubmission),
    Decide(CountyDecision),
    NotifyTownship(WrittenNotice),
    AcknowledgeDecision {},
    Announce(Announcement),
    Archive(Archive),
    SubmitPlan(ProjectPlan),
    InformHousehold {
        how: String,
        told_by: String,
    },
    RequestRecheck {
        reason: String,
    },
    End {
        ending: String,
        reason: String,
        /// The household's own statement, where it withdraws.
        #[serde(default)]
        withdrawal: Option<Withdrawal>,
    },
    ExplainOverdue {
        clock: String,
        reason: String,
    },
    /// Says where paper evidence is kept.
    StatePaper(PaperStatement),
    /// Asks for a wrongly typed field to be put right.
    RequestCorrection(CorrectionRequest),
    /// Decides such a request, above the level that typed the record.
    DecideCorrection {
        index: usize,
        approve: bool,
        #[serde(default)]
        note: String,
    },
}

impl Action {
    /// The step the act belongs to, if it belongs to one.
    pub fn step(&self) -> Option<StepKind> {
        Some(match self {
            Self::VerifyHome(_) => StepKind::HomeVerification,
            Self::SignLetter(_) => StepKind::CommitmentLetter,
            Self::RequestCrossCheck { .. }
            | Self::ForwardCrossCheck {}
            | Self::AnswerCrossCheck { .. }
            | Self::ReuseCrossCheck { .. }
            | Self::ResolveDiscrepancy { .. }
            | Self::AcknowledgeDiscrepancy { .. }
            | Self::ConcludeCrossCheck { .. } => StepKind::CrossCheck,
            Self::RecordAppraisal(_) => StepKind::DemocraticAppraisal,
            Self::PostNotice { .. } | Self::FileObjection { .. } | Self::AnswerObjection { .. } => {
                StepKind::PublicNotice
            }
            Self::Review(_) => StepKind::TownshipReview,
            Self::SubmitToCounty(_) => StepKind::TownshipSubmission,
            Self::Decide(_) | Self::AcknowledgeDecision {} => StepKind::CountyDecision,
            Self::NotifyTownship(_) => StepKind::WrittenNotice,
            Self::Announce(_) => StepKind::Announcement,
            Self::Archive(_) => StepKind::Archive,
            Self::SubmitPlan(_) => StepKind::ProjectPlan,
            Self::InformHousehold { .. }
            | Self::RequestRecheck { .. }
            | Self::End { .. }
            | Self::ExplainOverdue { .. }
            | Self::StatePaper(_)
            | Self::RequestCorrection(_)
            | Self::DecideCorrection { .. } => return None,
        })
    }
}

/// 农户自愿撤回, as the household signed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Withdrawal {
    /// Name of the adult member who signed.
    pub signed_by: String,
    #[schema(value_type = String)]
    pub signed_on: Date,
    /// Where the paper is kept, if no scan of it is on file.
    #[serde(default)]
    pub paper_place: String,
}

/// F2, 防止返贫动态监测排查表: what two named people found in the home.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HomeVerification {
    pub verifiers: Vec<String>,
    pub income: IncomeSheet,
    /// One judgement per dimension of the pack (HN22-012).
    pub dimensions: Vec<Judgement>,
    /// 就医, 上学, 就业, 创业 (HN22-064).
    #[serde(default)]
    pub difficulties: Vec<Judgement>,
    #[serde(default)]
    pub risks: Vec<String>,
    #[serde(default)]
    pub risk_note: String,
    /// Why the accounting set is not the members the file says share income.
    #[serde(default)]
    pub persons_reason: String,
    pub opinion: String,
    /// The verifiers' preliminary opinion: go on or not.
    pub recommends: bool,
    pub household_signed: HouseholdSignature,
    /// `on_site` or `remote` (HN22-139).
    #[serde(default = "on_site")]
    pub mode: String,
}

fn on_site() -> String {
    "on_site".into()
}

/// A judgement on one dimension or area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Judgement {
    pub code: String,
    pub problem: bool,
    #[serde(default)]
    pub finding: String,
}

/// Twelve months' income and expenditure of the household, in fen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IncomeSheet {
    pub wage_fen: i64,
    pub operating_fen: i64,
    pub property_fen: i64,
    pub transfer_fen: i64,
    pub operating_expense_fen: i64,
    /// People of the accounting set.
    pub persons: u16,
    #[schema(value_type = String)]
    pub period_from: Date,
    #[schema(value_type = String)]
    pub period_to: Date,
    /// 理赔收入: outside net income, inside the assessment.
    #[serde(default)]
    pub claims_fen: i64,
    /// 合规自付支出: outside net income, inside the assessment.
    #[serde(default)]
    pub out_of_pocket_fen: i64,
}

impl IncomeSheet {
    /// 家庭纯收入: the four kinds of income less operating expense, in fen.
    pub fn net_income_fen(&self) -> i64 {
        self.wage_fen + self.operating_fen + self.property_fen + self.transfer_fen
            - self.operating_expense_fen
    }

    /// 人均纯收入 in fen, rounded to the nearest fen; `None` without people.
    pub fn per_capita_fen(&self) -> Option<i64> {
        let persons = i64::from(self.persons);
        let net = self.net_income_fen();
        (persons > 0).then(|| (2 * net + persons).div_euclid(2 * persons))
    }
}

/// The household's signature under what was written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HouseholdSignature {
    /// `signature`, `fingerprint` or `refused`.
    pub mode: String,
    pub name: String,
    pub witness: Option<String>,
    /// What a guardian or proxy who is no member is to the household, and why
    /// no member signs.
    #[serde(default)]
    pub relation: Option<String>,
    #[serde(default)]
    pub reason: Option<String>,
}

/// F3, 承诺授权书.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CommitmentLetter {
    pub truthfulness: bool,
    pub query_authorisation: bool,
    pub signatures: Vec<LetterSignature>,
    /// Last day on which the authorisation may be used; open where absent.
    #[schema(value_type = Option<String>)]
    pub valid_until: Option<Date>,
}

/// One adult's signature, or a guardian's or proxy's for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LetterSignature {
    pub member_id: String,
    /// `signature`, `fingerprint`, `guardian` or `proxy`.
    pub mode: String,
    pub signer_name: String,
    /// Why a guardian or proxy signs.
    pub reason: Option<String>,
    /// Who saw a fingerprint or a proxy's signature.
    pub witness: Option<String>,
}

/// A hit as a department reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DiscrepancyReport {
    pub member_id: String,
    pub item: String,
    pub finding: String,
}

/// The result of one round of 民主评议 for one household.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Appraisal {
    pub appraisal_id: String,
    pub round: u16,
    /// People present and entitled to vote, recused relatives not counted.
    pub voters: u16,
    pub recused: Vec<String>,
    pub votes_for: u16,
    pub votes_against: u16,
    pub abstentions: u16,
    /// `recommend` or `not_recommend`.
    pub result: String,
    #[serde(default)]
    pub opinion: String,
    /// Codes of the pack's conveners who called the meeting (HN20-035).
    #[serde(default)]
    pub conveners: Vec<String>,
    /// Who chaired the meeting and who took the minutes: nobody of this
    /// household.
    #[serde(default)]
    pub chair: String,
    #[serde(default)]
    pub recorder: String,
    /// What the meeting found, in packs without a home verification.
    #[serde(default)]
    pub findings: Option<HouseholdFindings>,
}

/// A household's situation and risks as judged together by a meeting or a
/// township check, where the pack orders no F2 form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HouseholdFindings {
    /// Income per person by the measure of the pack's line, in fen.
    pub per_capita_income_fen: Option<i64>,
    /// The household's income of the year before, in fen.
    pub previous_year_income_fen: Option<i64>,
    /// Rigid expenditure (刚性支出) of the household, in fen.
    pub rigid_expenditure_fen: Option<i64>,
    /// 明显超过: a person's judgement where the document sets no ratio.
    #[serde(default)]
    pub rigid_clearly_exceeds: bool,
    /// 刚性支出较大: a person's judgement, compared with nothing.
    #[serde(default)]
    pub rigid_expenditure_large: bool,
    /// 收入大幅缩减: a person's judgement.
    #[serde(default)]
    pub income_dropped_sharply: bool,
    /// Codes of the pack's causes.
    #[serde(default)]
    pub causes: Vec<String>,
    /// Codes of the pack's risk types.
    #[serde(default)]
    pub risks: Vec<String>,
    /// One judgement per dimension of the pack.
    #[serde(default)]
    pub dimensions: Vec<Judgement>,
    /// 家庭基本情况 in words.
    pub situation: String,
}

/// What a deciding level says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Approve,
    SendBack,
    Refuse,
}

/// 乡级审核. Who checks signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TownshipReview {
    pub outcome: Verdict,
    pub checkers: Vec<String>,
    #[serde(default)]
    pub opinion: String,
    /// What the township found in the household (镇级组织对农户家庭情况核查).
    #[serde(default)]
    pub findings: Option<HouseholdFindings>,
    /// On a refusal: what was found in each dimension of the pack, in words the
    /// household is told (HN22-012, -064).
    #[serde(default)]
    pub judgements: Vec<Judgement>,
    pub send_back_to: Option<StepKind>,
    /// Code of the ground of a refusal.
    pub ground: Option<String>,
    pub reason: Option<String>,
}

/// 由镇级人民政府报县级 (WY21-047).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TownshipSubmission {
    /// Name of the township government that submits.
    pub government: String,
    #[serde(default)]
    pub document_number: String,
    #[serde(default)]
    pub signatory: String,
}

/// 书面通知乡镇 (HN20-037).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WrittenNotice {
    #[serde(default)]
    pub document_number: String,
    /// Name of the township that is told.
    pub township: String,
}

/// 帮扶项目规划，报县级有关项目主管部门 (WY21-049).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectPlan {
    /// What is planned, in words.
    pub plan: String,
    /// County department the plan went to.
    pub department: String,
    /// Day it went there.
    #[schema(value_type = Option<String>)]
    pub submitted_on: Option<Date>,
}

/// 县级审批.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CountyDecision {
    pub outcome: Verdict,
    pub category: Option<String>,
    #[serde(default)]
    pub document_number: String,
    #[schema(value_type = Option<String>)]
    pub signed_on: Option<Date>,
    #[serde(default)]
    pub signatory: String,
    #[serde(default)]
    pub opinion: String,
    /// Dimensions the decider considered (HN22-012).
    #[serde(default)]
    pub dimensions_considered: Vec<String>,
    /// On a refusal: what was found in each dimension of the pack, in words the
    /// household is told (HN22-012, -064).
    #[serde(default)]
    pub judgements: Vec<Judgement>,
    pub send_back_to: Option<StepKind>,
    pub ground: Option<String>,
    /// Why it is refused or sent back; or, where the household is not of the
    /// kind the category is usually for, why this category.
    pub reason: Option<String>,
}

/// 结果公告, in the township's name, posted in the village (HN22-057).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Announcement {
    pub place: String,
    /// Name of the township that announces.
    pub issued_by: String,
}

/// 录入建档 (HN22-058).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Archive {
    /// Day of entry into the national system.
    #[schema(value_type = String)]
    pub entry_on: Date,
    pub national_reference: Option<String>,
    /// Collector, enterer and reviewer of the entry (HN22-131).
    #[serde(default)]
    pub collected_by: String,
    #[serde(default)]
    pub entered_by: String,
    #[serde(default)]
    pub reviewed_by: String,
}
