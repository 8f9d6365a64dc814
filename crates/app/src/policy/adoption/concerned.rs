//! Changing what governed days gone by: procedures were carried through under
//! it. They are listed and have to be agreed to, and beyond the bound of the
//! pack nothing is changed behind them.

use std::collections::BTreeMap;

use domain::account::Scope;
use domain::calendar::plus_days;
use domain::division::{DivisionCode, Level};
use domain::paper::spoken;
use domain::policy::{Adoption, Pack, Timeline};
use jiff::civil::Date;
use store::policy::CasefilesOfDay;

use crate::casefile::stage_label;
use crate::{App, AppError};

/// Counts of the procedures concerned, for people who see no household.
struct Concerned {
    total: i64,
    by_stage: BTreeMap<String, i64>,
    by_township: BTreeMap<String, i64>,
}

fn township_of(village: &str) -> String {
    let code: Option<DivisionCode> = village.parse().ok();
    code.and_then(|c| c.at_level(Level::Township))
        .map_or_else(|| village.to_owned(), |t| t.to_string())
}

/// Those whose day another pack would govern than the one they follow.
fn concerned(rows: &[CasefilesOfDay], after: &Timeline) -> Concerned {
    let mut found = Concerned {
        total: 0,
        by_stage: BTreeMap::new(),
        by_township: BTreeMap::new(),
    };
    for row in rows {
        let (Ok(village), Ok(day)) = (row.village.parse(), row.clock_from.parse::<Date>()) else {
            continue;
        };
        let governs = after.governing(village, day);
        if governs.is_some_and(|a| a.pack_id == row.pack_id) {
            continue;
        }
        found.total += row.count;
        *found.by_stage.entry(row.stage.clone()).or_default() += row.count;
        *found
            .by_township
            .entry(township_of(&row.village))
            .or_default() += row.count;
    }
    found
}

impl App {
    /// Fails where the change from `before` to `after` reaches days gone by on
    /// which procedures began, unless they were agreed to within the bound.
    ///
    /// # Errors
    /// [`AppError::Invalid`] naming the procedures by stage and township, or
    /// the day before which nothing may be changed.
    pub(super) async fn procedures_agreed(
        &self,
        adoption: &Adoption,
        (before, after): (&Timeline, &Timeline),
        (since, field): (Date, &str),
        agreed: bool,
    ) -> Result<(), AppError> {
        if since >= self.today() {
            return Ok(());
        }
        let scope = Scope::subtree(adoption.jurisdiction);
        let rows = self.store.casefiles_of_days(&scope, since).await?;
        // What stood apart before is not this change's doing.
        let rows: Vec<CasefilesOfDay> = rows
            .into_iter()
            .filter(|row| {
                let (Ok(village), Ok(day)) = (row.village.parse(), row.clock_from.parse()) else {
                    return false;
                };
                before
                    .governing(village, day)
                    .is_some_and(|a| a.pack_id == row.pack_id)
            })
            .collect();
        let found = concerned(&rows, after);
        if found.total == 0 {
            return Ok(());
        }
        let bound = self
            .library
            .pack(&adoption.pack_id)
            .and_then(|pack: &Pack| pack.values.bounds.as_ref())
            .and_then(|b| b.change_adoption_within_days.get());
        let listed = self.listed(&found).await?;
        if let Some(days) = bound
            && plus_days(since, i64::from(days)) < self.today()
        {
            let earliest = plus_days(self.today(), -i64::from(days));
            return Err(AppError::invalid(
                field,
                format!(
                    "{}以来{listed}。已有事项照它办理的，最多往前改 {days} 天（{}起）",
                    spoken(since),
                    spoken(earliest)
                ),
            ));
        }
        if agreed {
            return Ok(());
        }
        Err(AppError::invalid(
            "accept_procedures",
            format!(
                "{}以来{listed}。这些事项仍按原来的政策包办完，不重新办理；确实要改的，请勾选确认，并在理由里写明",
                spoken(since)
            ),
        ))
    }

    /// `有 3 件事项照原来的政策包办理（办理中 2 件、已认定 1 件；柳泉镇 3 件）`.
    async fn listed(&self, found: &Concerned) -> Result<String, AppError> {
        let names = self
            .division_names(found.by_township.keys().cloned())
            .await?;
        let stages: Vec<String> = found
            .by_stage
            .iter()
            .map(|(stage, count)| format!("{} {count} 件", stage_label(stage)))
            .collect();
        let townships: Vec<String> = found
            .by_township
            .iter()
            .map(|(code, count)| format!("{} {count} 件", names.get(code).unwrap_or(code)))
            .collect();
        Ok(format!(
            "有 {} 件事项照原来的政策包办理（{}；{}）",
            found.total,
            stages.join("、"),
            townships.join("、")
        ))
    }
}
