//! Counts by division for those who supervise: no names, scope all the same.

use domain::account::Scope;
use jiff::civil::Date;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Func};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::entity::{casefile, lead};
use crate::{Store, StoreError, within};

/// Casefiles of one division prefix, by stage and step.
#[derive(Debug, Clone, sea_orm::FromQueryResult)]
pub struct CasefileCount {
    pub prefix: String,
    pub stage: String,
    pub open_steps: String,
    pub overdue: i64,
    pub due_soon: i64,
    pub count: i64,
}

/// Leads of one division prefix.
#[derive(Debug, Clone, sea_orm::FromQueryResult)]
pub struct LeadCount {
    pub prefix: String,
    pub status: String,
    pub count: i64,
}

impl Store {
    /// Casefiles in scope grouped by the first `digits` digits of the village.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_casefiles(
        &self,
        scope: &Scope,
        digits: u8,
        today: Date,
    ) -> Result<Vec<CasefileCount>, StoreError> {
        let soon = domain::calendar::plus_days(today, 3).to_string();
        let running = || Expr::col(casefile::Column::Stage).eq("running");
        let overdue = running().and(Expr::col(casefile::Column::DeadlineOn).lt(today.to_string()));
        let due_soon = running()
            .and(Expr::col(casefile::Column::DeadlineOn).gte(today.to_string()))
            .and(Expr::col(casefile::Column::DeadlineOn).lte(soon));
        let sum = |condition: Expr| {
            Expr::expr(Func::cast_as(
                Expr::expr(Func::sum(Expr::case(condition, 1).finally(0))),
                Alias::new("BIGINT"),
            ))
        };
        Ok(casefile::Entity::find()
            .select_only()
            .expr_as(prefix(casefile::Column::Village, digits), "prefix")
            .column(casefile::Column::Stage)
            .column(casefile::Column::OpenSteps)
            .expr_as(sum(overdue), "overdue")
            .expr_as(sum(due_soon), "due_soon")
            .expr_as(Expr::col(casefile::Column::Id).count(), "count")
            .filter(within(casefile::Column::Village, scope))
            .group_by(Expr::cust("1"))
            .group_by(casefile::Column::Stage)
            .group_by(casefile::Column::OpenSteps)
            .into_model::<CasefileCount>()
            .all(&self.connection)
            .await?)
    }

    /// Packs of the casefiles in scope that have an open step.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn packs_with_open_steps(&self, scope: &Scope) -> Result<Vec<String>, StoreError> {
        Ok(casefile::Entity::find()
            .select_only()
            .column(casefile::Column::PackId)
            .distinct()
            .filter(within(casefile::Column::Village, scope))
            .filter(casefile::Column::OpenSteps.ne(""))
            .order_by_asc(casefile::Column::PackId)
            .into_tuple()
            .all(&self.connection)
            .await?)
    }

    /// Leads in scope grouped by the first `digits` digits of the village.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_leads(
        &self,
        scope: &Scope,
        digits: u8,
    ) -> Result<Vec<LeadCount>, StoreError> {
        Ok(lead::Entity::find()
            .select_only()
            .expr_as(prefix(lead::Column::Village, digits), "prefix")
            .column(lead::Column::Status)
            .expr_as(Expr::col(lead::Column::Id).count(), "count")
            .filter(within(lead::Column::Village, scope))
            .group_by(Expr::cust("1"))
            .group_by(lead::Column::Status)
            .into_model::<LeadCount>()
            .all(&self.connection)
            .await?)
    }

    /// First lead day and decision day of decided casefiles in scope, for
    /// averages; the newest thousand.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn decided_spans(
        &self,
        scope: &Scope,
    ) -> Result<Vec<(String, String, String)>, StoreError> {
        Ok(casefile::Entity::find()
            .select_only()
            .column(casefile::Column::Village)
            .column(casefile::Column::ClockFrom)
            .column(casefile::Column::DecidedOn)
            .filter(within(casefile::Column::Village, scope))
            .filter(casefile::Column::DecidedOn.is_not_null())
            .order_by_desc(casefile::Column::DecidedOn)
            .limit(1000)
            .into_tuple()
            .all(&self.connection)
            .await?)
    }
}

/// The first digits of a division column, to group by.
pub(crate) fn prefix(column: impl sea_orm::sea_query::IntoColumnRef, digits: u8) -> Expr {
    Expr::expr(
        Func::cust(Alias::new("substr"))
            .arg(Expr::col(column))
            .arg(Expr::val(1))
            .arg(Expr::val(i32::from(digits))),
    )
}
