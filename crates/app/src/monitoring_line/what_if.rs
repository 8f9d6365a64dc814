//! How many households an amount would hold: counts by division, never names.

use domain::account::{Operation, Principal};
use domain::division::{DivisionCode, Level, short_name};
use serde::{Deserialize, Serialize};
use store::monitoring_line::IncomeCount;
use utoipa::ToSchema;

use super::rules;
use crate::{App, AppError};

/// The amount tried.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct WhatIfForm {
    /// Unset: the account's own division.
    #[schema(value_type = Option<String>)]
    pub division: Option<DivisionCode>,
    pub amount_yuan: i64,
}

/// Counts of one child division.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WhatIfCounts {
    pub division: String,
    pub division_name: String,
    /// Whether there is a level below to look at.
    pub has_children: bool,
    pub households: i64,
    /// Households whose file holds no income: nothing is said about them.
    pub unknown: i64,
    pub inside_now: i64,
    pub inside_tried: i64,
    pub monitored: i64,
    /// Monitored with an income outside the amount tried: they stay.
    pub monitored_outside: i64,
}

/// The page 试算影响.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WhatIf {
    pub division: String,
    pub division_name: String,
    pub amount_yuan: i64,
    /// The amount in force there today, if any.
    pub now_yuan: Option<i64>,
    /// `<` or `<=`.
    pub comparator: String,
    /// The pack's measure, in words.
    pub measure_label: String,
    /// The files hold this measure; otherwise net income stands in for it.
    pub measure_matches: bool,
    pub rows: Vec<WhatIfCounts>,
    pub sum: WhatIfCounts,
    /// Always said.
    pub notes: Vec<String>,
}

/// 人均可支配收入 or 人均纯收入.
pub(super) fn measure_label(measure: Option<&str>) -> &'static str {
    match measure {
        Some("disposable_income_per_capita") => "人均可支配收入",
        _ => "人均纯收入",
    }
}

impl App {
    /// Counts households inside an amount and inside the line in force, by
    /// child division. Drafters and supervisors may ask.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope, [`AppError::Invalid`] for an
    /// amount that is none.
    pub async fn line_what_if(
        &self,
        principal: &Principal,
        form: WhatIfForm,
    ) -> Result<WhatIf, AppError> {
        if !principal.may(Operation::MonitoringLineDraft)
            && !principal.may(Operation::SupervisionRead)
        {
            return Err(AppError::NotPermitted(
                Operation::MonitoringLineDraft.as_str(),
            ));
        }
        let root = principal.scope.root().ok_or(AppError::NotFound)?;
        let division = form.division.unwrap_or(root);
        if !principal.scope.contains(division) {
            return Err(AppError::NotFound);
        }
        if !(1..=1_000_000).contains(&form.amount_yuan) {
            return Err(AppError::invalid(
                "amount_yuan",
                "请填写每人每年的金额（元）",
            ));
        }
        let pack = self.pack_in_force(division, self.today()).await?;
        let line = rules(pack)?;
        let inclusive = line.comparator.get().as_deref() != Some("<");
        let now_yuan = self.line_in_force(division).await?.map(|l| l.amount_yuan);
        let scope = principal.scope.narrowed(division);
        let own = self
            .store
            .division(division)
            .await?
            .ok_or(AppError::NotFound)?;
        let children = self.store.division_children(&scope, division).await?;
        let digits = children
            .iter()
            .filter_map(|(c, _)| c.code.parse::<DivisionCode>().ok())
            .map(|c| c.level().digits())
            .max()
            .unwrap_or(Level::Village.digits());
        let counts = self
            .store
            .count_incomes(
                &scope,
                u8::try_from(digits).unwrap_or(12),
                inclusive,
                now_yuan.map(|y| y * 100),
                form.amount_yuan * 100,
            )
            .await?;
        let mut rows: Vec<WhatIfCounts> = Vec::new();
        for (child, grandchildren) in children {
            let Ok(code) = child.code.parse::<DivisionCode>() else {
                continue;
            };
            let inside = counts.iter().filter(|c| {
                format!("{:0<12}", c.prefix)
                    .parse::<DivisionCode>()
                    .is_ok_and(|p| code.contains(p))
            });
            rows.push(sum(
                child.code.clone(),
                short_name(&child.name),
                grandchildren > 0,
                inside,
            ));
        }
        let measure = line.measure.get();
        let measure_matches = measure.as_deref() != Some("disposable_income_per_capita");
        let mut notes = vec![
            "在监测范围内不等于认定，也没有人因此退出：认定要走识别程序，退出要走风险消除程序。"
                .to_owned(),
            "按每户档案最近一次核算的收入计数；没有收入记录的户不计在内外，列在“收入未知”。"
                .to_owned(),
        ];
        if !measure_matches {
            notes.push(
                "文件的口径是人均可支配收入，档案记的是人均纯收入：下表只供参考。".to_owned(),
            );
        }
        Ok(WhatIf {
            sum: sum(own.code.clone(), "合计".into(), false, counts.iter()),
            division: own.code,
            division_name: short_name(&own.name),
            amount_yuan: form.amount_yuan,
            now_yuan,
            comparator: line.comparator.get().unwrap_or_default(),
            measure_label: measure_label(measure.as_deref()).into(),
            measure_matches,
            rows,
            notes,
        })
    }
}

fn sum<'a>(
    division: String,
    division_name: String,
    has_children: bool,
    counts: impl Iterator<Item = &'a IncomeCount>,
) -> WhatIfCounts {
    let mut total = WhatIfCounts {
        division,
        division_name,
        has_children,
        households: 0,
        unknown: 0,
        inside_now: 0,
        inside_tried: 0,
        monitored: 0,
        monitored_outside: 0,
    };
    for count in counts {
        total.households += count.households;
        total.unknown += count.households - count.known;
        total.inside_now += count.inside_now;
        total.inside_tried += count.inside_tried;
        total.monitored += count.monitored;
        total.monitored_outside += count.monitored_outside;
    }
    total
}
