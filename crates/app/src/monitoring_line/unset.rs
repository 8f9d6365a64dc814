//! A line that a document orders for this year and that does not hold yet.

use domain::account::Principal;
use domain::division::DivisionCode;
use domain::monitoring_line::LineStage;
use domain::policy::Pack;
use serde::Serialize;
use store::monitoring_line::LineRow;
use utoipa::ToSchema;

use crate::{App, AppError};

/// A line the document orders for this year that does not hold yet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnsetLine {
    pub year: i16,
    /// What is missing and what holds meanwhile, in words.
    pub message: String,
    /// The clause that orders one for each year.
    pub clause: String,
    /// Where it is to be drafted.
    pub jurisdiction: String,
    /// Somebody has begun it.
    pub in_work: bool,
    /// It is published and begins later.
    pub published: bool,
}

impl App {
    /// What is said where a document orders a line of its own for this year and
    /// there is none yet: `None` where there is one, or none is ordered.
    pub(super) async fn unset_line(
        &self,
        pack: &Pack,
        division: DivisionCode,
    ) -> Result<Option<UnsetLine>, AppError> {
        let year = self.today().year();
        let ordered = pack.values.line.as_ref().and_then(|l| l.set_anew_in(year));
        let Some(clause) = ordered else {
            return Ok(None);
        };
        let now = self.line_under(pack, division).await?;
        if now.as_ref().and_then(|c| c.year) == Some(year) {
            return Ok(None);
        }
        let meanwhile = match &now {
            Some(line) => format!(
                "暂按{} {} 元执行（文件未规定，按惯例）",
                line.year.map_or_else(String::new, |y| format!(" {y} 年的")),
                line.amount_yuan
            ),
            None => "没有数可比，收入只作记录".into(),
        };
        let place = &pack.values.jurisdiction;
        let rows = self.store.monitoring_lines().await?;
        let begun: Vec<&LineRow> = rows
            .iter()
            .filter(|r| &r.jurisdiction == place && r.year == i32::from(year))
            .filter(|r| r.stage != LineStage::Withdrawn.as_str())
            .collect();
        let published = begun
            .iter()
            .find(|r| r.stage == LineStage::Published.as_str());
        let message = match published {
            Some(row) => format!(
                "{year} 年的监测范围从 {} 起执行；在那以前{meanwhile}。",
                row.effective_from
            ),
            None => {
                format!("{year} 年的监测范围还没有定，文件要求每年定一次；定下以前{meanwhile}。")
            }
        };
        Ok(Some(UnsetLine {
            year,
            message,
            clause: clause.to_owned(),
            jurisdiction: place.clone(),
            in_work: published.is_none() && !begun.is_empty(),
            published: published.is_some(),
        }))
    }

    /// Lines of this year that are ordered, not begun, and this account's to
    /// draft.
    pub(super) async fn lines_to_draft(
        &self,
        principal: &Principal,
    ) -> Result<Vec<UnsetLine>, AppError> {
        let timeline = crate::policy::timeline_of(&self.store.adoptions().await?)?;
        let mut found = Vec::new();
        for pack in self.library.packs() {
            let Ok(place) = pack.values.jurisdiction.parse::<DivisionCode>() else {
                continue;
            };
            let governs = timeline.in_use(pack.id(), self.today());
            if !governs || !principal.scope.contains(place) {
                continue;
            }
            let unset = self.unset_line(pack, place).await?;
            found.extend(unset.filter(|u| !u.in_work && !u.published));
        }
        Ok(found)
    }
}
