//! What stands on a list. Written once, when it is submitted; nothing edits it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Month;
use crate::casefile::PackRef;
use crate::division::{DivisionCode, Level};
use crate::policy::{ListDefinition, StepKind};

/// What the document says of this kind of list, as it was on the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListTerms {
    pub code: String,
    pub label: String,
    /// Level that draws it up.
    pub level: Level,
    /// Level it goes to.
    pub submitted_to: Level,
    /// A household qualifies once this step is done.
    pub after: StepKind,
    /// The step that answers each household; absent where the list only informs.
    pub answered_by: Option<StepKind>,
    /// Whether it goes month by month (按月进行动态调整).
    pub monthly: bool,
    /// Whether it goes down with a written notice to acknowledge (书面通知).
    pub written_notice: bool,
    pub clause: Option<String>,
}

impl ListTerms {
    /// The terms a pack gives on a day.
    pub fn of(definition: &ListDefinition, day: Date) -> Self {
        Self {
            code: definition.code.clone(),
            label: definition.label.clone(),
            level: definition.level,
            submitted_to: definition.submitted_to,
            after: definition.after,
            answered_by: definition.answered_by,
            monthly: definition.monthly_on(day),
            written_notice: definition.written_notice,
            clause: definition.clause.as_ref().map(|c| c.get_ref().clone()),
        }
    }

    /// Whether the receiving level takes note instead of answering.
    pub fn informs(&self) -> bool {
        self.answered_by.is_none()
    }

    /// The level of the division a list of this kind covers: the lower one.
    pub fn area_level(&self) -> Level {
        self.level.max(self.submitted_to)
    }

    /// Title of the list of an area: of its maker, or of the lower level it
    /// is about.
    pub fn title(&self, area: DivisionCode, name: &str, month: &str) -> String {
        if area.level() == self.level {
            list_title(&self.label, self.level, name, month)
        } else {
            format!("{name}{month}{}", self.label)
        }
    }

    /// Who draws up and who receives the list of an area; `None` where the
    /// area has no such level above it, or is not of the list's own level.
    pub fn parties(&self, area: DivisionCode) -> Option<(DivisionCode, DivisionCode)> {
        if area.level() != self.area_level() {
            return None;
        }
        Some((
            area.at_level(self.level)?,
            area.at_level(self.submitted_to)?,
        ))
    }
}

/// `龙仙镇人民政府上报名单`: the name of the maker takes the place of its level
/// (镇级、村级) in the label.
pub fn list_title(label: &str, level: Level, name: &str, month: &str) -> String {
    let own: &[&str] = match level {
        Level::Village => &["村级"],
        Level::Township => &["乡镇级", "镇级", "乡级"],
        Level::County => &["县级"],
        _ => &[],
    };
    match own.iter().find_map(|level| label.strip_prefix(level)) {
        // 龙仙镇人民政府 stays one name.
        Some(rest) if !month.is_empty() => format!("{name}{rest}（{month}）"),
        Some(rest) => format!("{name}{rest}"),
        None => format!("{name}{month}{label}"),
    }
}

/// A division by code and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Party {
    #[schema(value_type = String)]
    pub code: DivisionCode,
    pub name: String,
    /// How it signs and is addressed; empty on lists sent before it was kept.
    #[serde(default)]
    pub office: String,
}

impl Party {
    /// The name a paper signs with or is addressed to.
    pub fn signs_as(&self) -> &str {
        if self.office.is_empty() {
            &self.name
        } else {
            &self.office
        }
    }
}

/// A list exactly as it was sent. No number of a document, phone or account
/// stands on it: who answers opens the casefile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListContent {
    /// e.g. `柳泉村初选名单`.
    pub title: String,
    /// Running number of the maker's lists of this kind, e.g. `〔2022〕3号`.
    pub number: String,
    pub terms: ListTerms,
    pub pack: PackRef,
    pub pack_title: String,
    pub maker: Party,
    pub recipient: Party,
    /// The month it is the list of, in documents that adjust by months.
    pub period: Option<Month>,
    /// 0 for the month's list itself, from 1 for what was added to the month (补充).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub supplement: u32,
    #[schema(value_type = String)]
    pub submitted_on: Date,
    pub submitted_by: String,
    /// The colleague stood in for, if a deputy submitted.
    pub deputy_of: Option<String>,
    /// Number of the written notice or of the government's letter.
    #[serde(default)]
    pub document_number: String,
    #[serde(default)]
    pub signatory: String,
    /// Day by which the maker asks for the acknowledgement.
    #[schema(value_type = Option<String>)]
    pub acknowledge_by: Option<Date>,
    /// In the order they stand on paper.
    pub rows: Vec<ListRow>,
    /// Who qualified and was not put on it, each with its reason.
    #[serde(default)]
    pub left_out: Vec<LeftOut>,
    /// Why there is nothing to report (本月无调整); empty on a list with rows.
    #[serde(default)]
    pub note: String,
}

/// A list of its own is kept as lists were kept before there were supplements.
fn is_zero(supplement: &u32) -> bool {
    *supplement == 0
}

/// One household on a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListRow {
    /// 序号, from 1.
    pub seq: u32,
    pub casefile_id: String,
    /// Version of the casefile when it was sent.
    pub casefile_version: i64,
    pub household_id: String,
    pub household_code: Option<String>,
    #[schema(value_type = String)]
    pub village: DivisionCode,
    pub village_name: String,
    pub head_name: String,
    pub member_count: u32,
    pub household_type_label: String,
    /// Determined category, or the one the rules propose.
    pub category_label: Option<String>,
    /// Day on which it qualified.
    #[schema(value_type = String)]
    pub qualified_on: Date,
    /// How often records had been put aside by then; a send-back adds one.
    pub superseded: usize,
}

/// A household that qualified and was left out on purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftOut {
    pub casefile_id: String,
    pub head_name: String,
    pub reason: String,
}

/// Something that is different now from what was sent (报送后有变化).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    pub label: String,
    pub then: String,
    pub now: String,
}

impl ListRow {
    /// What has changed since; the frozen row stays as it is. Answers and
    /// versions are no changes: they are what a list is for.
    pub fn differences(&self, now: &Self) -> Vec<Difference> {
        let category = |row: &Self| row.category_label.clone().unwrap_or_default();
        let code = |row: &Self| row.household_code.clone().unwrap_or_default();
        [
            ("户主", self.head_name.clone(), now.head_name.clone()),
            (
                "家庭人口",
                self.member_count.to_string(),
                now.member_count.to_string(),
            ),
            ("户编号", code(self), code(now)),
            (
                "户类型",
                self.household_type_label.clone(),
                now.household_type_label.clone(),
            ),
            ("类别", category(self), category(now)),
            ("村", self.village_name.clone(), now.village_name.clone()),
        ]
        .into_iter()
        .filter(|(_, then, now)| then != now)
        .map(|(label, then, now)| Difference {
            label: label.into(),
            then,
            now,
        })
        .collect()
    }
}
