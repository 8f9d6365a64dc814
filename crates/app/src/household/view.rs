//! Households as the console shows them: sensitive fields masked.

use domain::household::{AssuranceRecord, HouseholdFile, IncomeStatement, Member, MemberStatus};
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use crate::casefile::VillageName;

/// Whether and how a household is monitored.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MonitoredView {
    pub category_label: String,
    /// `running` or `cleared`.
    pub status: String,
    pub identified_on: Option<String>,
}

/// One line of the search.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HouseholdRowView {
    pub id: String,
    pub code: Option<String>,
    pub head_name: String,
    pub member_count: i32,
    pub village: VillageName,
    pub household_type_label: String,
    pub monitored: Option<MonitoredView>,
    /// An identification is under way.
    pub has_running_casefile: bool,
    /// Leads waiting to be verified.
    pub open_leads: u64,
    /// `active`, `gone` when nobody is left, `merged` when all joined another, `moved_out`
    /// when all left the county.
    pub status: String,
}

/// A household's file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HouseholdView {
    pub id: String,
    pub version: i64,
    pub code: Option<String>,
    pub village: VillageName,
    pub path: String,
    pub grid_id: Option<String>,
    pub address: String,
    pub phone_masked: String,
    pub household_type: String,
    pub household_type_label: String,
    pub lifted_year: Option<i16>,
    pub head_name: String,
    pub members: Vec<MemberView>,
    pub income: Vec<IncomeView>,
    pub assurances: Vec<AssuranceRecord>,
    pub tags: Vec<String>,
    pub resettlement_area: String,
    pub episodes: Vec<EpisodeView>,
    pub casefiles: Vec<HouseholdCasefile>,
    pub leads: Vec<HouseholdLead>,
    pub findings: Vec<FindingView>,
    /// The household all members joined.
    pub merged_into: Option<String>,
    /// Where the whole household went outside the county.
    pub moved_out_to: Option<String>,
    /// Path of the township asked to take it, while it waits.
    pub handed_to: Option<String>,
    pub as_of: Option<Date>,
}

/// A member, numbers masked.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MemberView {
    pub id: String,
    pub name: String,
    pub relation: String,
    pub relation_label: String,
    pub sex: String,
    pub birth_on: Option<Date>,
    /// The codes behind the labels, for a form that corrects them.
    pub codes: MemberCodes,
    pub age: Option<u16>,
    pub document_type: String,
    pub id_number_masked: String,
    pub health: Vec<String>,
    pub labour_label: String,
    pub education_label: String,
    pub school_stage_label: String,
    pub medical_insurance_label: String,
    pub pension_insurance_label: String,
    pub subsistence_allowance_label: String,
    pub phone_masked: String,
    pub registered: bool,
    pub lives_here: bool,
    pub shares_income: bool,
    pub status: MemberStatus,
    pub status_since: Option<Date>,
    pub work_place: String,
    pub work_months: Option<u8>,
}

/// Codes of a member's fields.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MemberCodes {
    pub health: Vec<String>,
    pub labour: String,
    pub education: String,
    pub school_stage: String,
    pub medical_insurance: String,
    pub pension_insurance: String,
}

/// An income statement with its arithmetic.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IncomeView {
    pub period_from: Date,
    pub period_to: Date,
    pub items: Vec<IncomeItemView>,
    pub net_income_fen: i64,
    pub per_capita_fen: Option<i64>,
    pub claims_fen: i64,
    pub out_of_pocket_fen: i64,
    pub counted_persons: u16,
    /// How the figures come about, in words.
    pub explanation: String,
}

/// One source.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IncomeItemView {
    pub source: String,
    pub source_label: String,
    /// `income` or `expense`.
    pub kind: String,
    pub amount_fen: i64,
    pub note: String,
}

/// A monitored episode.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EpisodeView {
    pub id: String,
    pub category_label: String,
    pub status: String,
    pub identified_on: String,
    pub cleared_on: Option<String>,
    /// `imported` or `casefile`.
    pub origin: String,
    pub evidence_note: String,
    pub risks: Vec<String>,
    pub casefile_id: Option<String>,
    /// Title of the pack it was determined under; none where it was imported.
    pub pack_title: Option<String>,
}

/// A casefile of the household.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HouseholdCasefile {
    pub id: String,
    pub status_label: String,
    pub opened_on: Date,
    /// The pack it started under and keeps.
    pub pack_title: String,
    pub pack_version: u32,
}

/// A lead on the household.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HouseholdLead {
    pub id: String,
    pub channel_label: String,
    pub received_on: Date,
    pub status: String,
}

/// A gap or contradiction in the file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FindingView {
    pub code: String,
    pub message: String,
    pub severity: String,
}

/// A version of the file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VersionView {
    pub version: i64,
    pub effective_on: String,
    pub recorded_at: String,
    pub reason: String,
    pub collected_by: String,
    pub entered_by: String,
    pub reviewed_by: Option<String>,
    pub source: String,
}

/// `4103********1234`; short numbers are hidden whole.
pub(crate) fn mask_number(number: &str) -> String {
    if number.is_empty() {
        return String::new();
    }
    let chars: Vec<char> = number.chars().collect();
    if chars.len() < 12 {
        return "*".repeat(chars.len());
    }
    let head: String = chars[..6].iter().collect();
    let tail: String = chars[chars.len() - 4..].iter().collect();
    format!("{head}********{tail}")
}

/// `199****1234`.
pub(crate) fn mask_phone(phone: &str) -> String {
    let chars: Vec<char> = phone.chars().collect();
    if chars.len() < 8 {
        return "*".repeat(chars.len());
    }
    let head: String = chars[..3].iter().collect();
    let tail: String = chars[chars.len() - 4..].iter().collect();
    format!("{head}****{tail}")
}

pub(crate) fn member_view(
    m: &Member,
    today: Date,
    label: &dyn Fn(&str, &str) -> String,
) -> MemberView {
    MemberView {
        id: m.id.clone(),
        name: m.name.clone(),
        relation: m.relation.clone(),
        relation_label: label("relation_to_head", &m.relation),
        sex: m.sex.clone(),
        birth_on: m.birth_on,
        codes: MemberCodes {
            health: m.health.clone(),
            labour: m.labour.clone(),
            education: m.education.clone(),
            school_stage: m.school_stage.clone(),
            medical_insurance: m.medical_insurance.clone(),
            pension_insurance: m.pension_insurance.clone(),
        },
        age: m.age_on(today),
        document_type: label("document_type", &m.document_type),
        id_number_masked: mask_number(&m.document_number),
        health: m
            .health
            .iter()
            .map(|h| label("health_condition", h))
            .collect(),
        labour_label: label("labour_capacity", &m.labour),
        education_label: label("education", &m.education),
        school_stage_label: label("school_stage", &m.school_stage),
        medical_insurance_label: label("medical_insurance", &m.medical_insurance),
        pension_insurance_label: label("pension_insurance", &m.pension_insurance),
        subsistence_allowance_label: label("subsistence_allowance", &m.subsistence_allowance),
        phone_masked: mask_phone(&m.phone),
        registered: m.registered,
        lives_here: m.lives_here,
        shares_income: m.shares_income,
        status: m.status,
        status_since: m.status_since,
        work_place: m
            .employment
            .as_ref()
            .map(|e| e.place.clone())
            .unwrap_or_default(),
        work_months: m.employment.as_ref().and_then(|e| e.months),
    }
}

pub(crate) fn income_view(
    s: &IncomeStatement,
    file: &HouseholdFile,
    label: &dyn Fn(&str, &str) -> String,
) -> IncomeView {
    let net = s.net_income_fen();
    let per_capita = s.per_capita_fen();
    let yuan = |fen: i64| format!("{}.{:02}", fen / 100, fen.rem_euclid(100));
    let now_counted = file.counted_members().count();
    let mut explanation = format!(
        "家庭纯收入 {} 元 = 各项收入 − 生产经营性支出；按共享收支的 {} 人计算，人均 {} 元。理赔收入和合规自付支出不计入纯收入，研判时一并考虑。",
        yuan(net),
        s.counted_persons,
        per_capita.map_or_else(|| "—".into(), yuan)
    );
    if usize::from(s.counted_persons) != now_counted {
        explanation.push_str(&format!("现在共享收支的是 {now_counted} 人，与当时不同。"));
    }
    IncomeView {
        period_from: s.period_from,
        period_to: s.period_to,
        items: s
            .items
            .iter()
            .map(|i| IncomeItemView {
                source_label: label("income_source", &i.source),
                kind: if i.source.starts_with("business_expenditure") {
                    "expense".into()
                } else {
                    "income".into()
                },
                source: i.source.clone(),
                amount_fen: i.amount_fen,
                note: i.note.clone(),
            })
            .collect(),
        net_income_fen: net,
        per_capita_fen: per_capita,
        claims_fen: s.claims_fen,
        out_of_pocket_fen: s.out_of_pocket_fen,
        counted_persons: s.counted_persons,
        explanation,
    }
}

/// Gaps that make the file unfit for a judgement.
pub(crate) fn findings(file: &HouseholdFile, today: Date) -> Vec<FindingView> {
    let mut out = Vec::new();
    let mut add = |code: &str, message: String| {
        out.push(FindingView {
            code: code.into(),
            message,
            severity: "warning".into(),
        });
    };
    if file.head().is_none() && file.active_members().next().is_some() {
        add("no_single_head", "户主不明确：应有且只有一名户主。".into());
    }
    for member in file
        .active_members()
        .filter(|m| m.document_number.is_empty() && m.age_on(today).is_none_or(|a| a >= 1))
    {
        add(
            "document_missing",
            format!("{}没有证件号码，暂用临时编号。", member.name),
        );
    }
    if file.income.is_empty() {
        add("income_missing", "还没有收入支出记录。".into());
    }
    if file.assurances.is_empty() {
        add(
            "assurances_missing",
            "还没有“三保障”和饮水安全记录。".into(),
        );
    }
    out
}
