//! 监测范围: lines and receipts, and how many households a line would hold.

use domain::account::Scope;
use domain::division::DivisionCode;
use domain::monitoring_line::MonitoringLine;
use jiff::civil::Date;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Func};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::entity::{household, household_version, monitoring_line, monitoring_line_receipt};
use crate::supervision::prefix;
use crate::{Store, StoreError, WriteTx, within};

pub use crate::entity::monitoring_line::Model as LineRow;
pub use crate::entity::monitoring_line_receipt::Model as LineReceiptRow;

/// Households of one division prefix against two amounts.
#[derive(Debug, Clone, PartialEq, Eq, sea_orm::FromQueryResult)]
pub struct IncomeCount {
    pub prefix: String,
    pub households: i64,
    /// Those whose file holds an income.
    pub known: i64,
    /// Inside the line in force.
    pub inside_now: i64,
    /// Inside the amount tried.
    pub inside_tried: i64,
    /// Monitored today.
    pub monitored: i64,
    /// Monitored today, with an income outside the amount tried.
    pub monitored_outside: i64,
}

/// The row of a line; `version` is the one it will have.
fn line_row(line: &MonitoringLine, version: i64, now: i64) -> Result<LineRow, StoreError> {
    let published = line.records.published.as_ref();
    Ok(LineRow {
        id: line.id.clone(),
        jurisdiction: line.jurisdiction.to_string(),
        year: line.year.into(),
        edition: line.edition.into(),
        stage: line.stage().as_str().into(),
        amount_yuan: line.draft.amount_yuan,
        effective_from: line.holds_from().to_string(),
        effective_until: None,
        document_number: published.map_or_else(String::new, |p| p.document_number.clone()),
        document: serde_json::to_string(line)?,
        version,
        recorded_at: now,
    })
}

impl LineRow {
    /// The line with its records.
    ///
    /// # Errors
    /// When the stored document does not parse.
    pub fn line(&self) -> Result<MonitoringLine, StoreError> {
        Ok(serde_json::from_str(&self.document)?)
    }
}

impl WriteTx {
    /// Adds a line.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when somebody else began the same edition.
    pub async fn add_monitoring_line(&mut self, line: &MonitoringLine) -> Result<(), StoreError> {
        let row = line_row(line, 1, self.actor.now_millis)?;
        monitoring_line::Entity::insert(monitoring_line::ActiveModel::from(row).reset_all())
            .exec_without_returning(&self.tx)
            .await
            .map_err(|e| crate::database::taken_or(e, "monitoring_line.edition"))?;
        Ok(())
    }

    /// Saves a line where it still has the version the writer saw; answers the
    /// new version.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody else saved first.
    pub async fn save_monitoring_line(
        &mut self,
        line: &MonitoringLine,
        expected: i64,
    ) -> Result<i64, StoreError> {
        let row = line_row(line, expected + 1, self.actor.now_millis)?;
        let mut model = monitoring_line::ActiveModel::from(row).reset_all();
        model.effective_until = sea_orm::ActiveValue::NotSet;
        let done = monitoring_line::Entity::update_many()
            .set(model)
            .filter(monitoring_line::Column::Id.eq(&line.id))
            .filter(monitoring_line::Column::Version.eq(expected))
            .exec(&self.tx)
            .await?;
        if done.rows_affected == 0 {
            let current = monitoring_line::Entity::find_by_id(&line.id)
                .one(&self.tx)
                .await?
                .map_or(0, |r| r.version);
            return Err(StoreError::Stale { current });
        }
        Ok(expected + 1)
    }

    /// Ends the published lines of a jurisdiction that are still open, the day
    /// before the next one holds.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_monitoring_lines(
        &mut self,
        jurisdiction: &str,
        except: &str,
        last_day: Date,
    ) -> Result<(), StoreError> {
        monitoring_line::Entity::update_many()
            .col_expr(
                monitoring_line::Column::EffectiveUntil,
                last_day.to_string().into(),
            )
            .filter(monitoring_line::Column::Jurisdiction.eq(jurisdiction))
            .filter(monitoring_line::Column::Stage.eq("published"))
            .filter(monitoring_line::Column::EffectiveUntil.is_null())
            .filter(monitoring_line::Column::Id.ne(except))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// Adds receipts to be confirmed; a division that has one keeps it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_line_receipts(&mut self, rows: Vec<LineReceiptRow>) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let rows = rows
            .into_iter()
            .map(|r| monitoring_line_receipt::ActiveModel::from(r).reset_all());
        monitoring_line_receipt::Entity::insert_many(rows)
            .on_conflict(
                sea_orm::sea_query::OnConflict::columns([
                    monitoring_line_receipt::Column::LineId,
                    monitoring_line_receipt::Column::Division,
                ])
                .do_nothing()
                .to_owned(),
            )
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }

    /// Saves a confirmation: the first one, or the own amount of a division
    /// that confirmed on `followed_on` that it follows.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody else answered first.
    pub async fn save_line_receipt(
        &mut self,
        row: LineReceiptRow,
        followed_on: Option<Date>,
    ) -> Result<(), StoreError> {
        let id = row.id.clone();
        let before = monitoring_line_receipt::Column::AcknowledgedOn;
        let done = monitoring_line_receipt::Entity::update_many()
            .set(monitoring_line_receipt::ActiveModel::from(row).reset_all())
            .filter(monitoring_line_receipt::Column::Id.eq(id))
            .filter(monitoring_line_receipt::Column::OwnAmountYuan.is_null())
            .filter(match followed_on {
                Some(day) => before.eq(day.to_string()),
                None => before.is_null(),
            })
            .exec(&self.tx)
            .await?;
        if done.rows_affected == 0 {
            return Err(StoreError::Stale { current: 0 });
        }
        Ok(())
    }

    /// Sends another amount to those below a division once more: who follows
    /// confirms anew, who set its own keeps it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn reissue_line_receipts(
        &mut self,
        line_id: &str,
        sender: DivisionCode,
        amount_yuan: i64,
        issued_on: Date,
        due_on: Date,
    ) -> Result<(), StoreError> {
        use monitoring_line_receipt::Column;
        let nothing = Option::<String>::None;
        monitoring_line_receipt::Entity::update_many()
            .col_expr(Column::AmountYuan, amount_yuan.into())
            .col_expr(Column::IssuedOn, issued_on.to_string().into())
            .col_expr(Column::DueOn, due_on.to_string().into())
            .col_expr(Column::AcknowledgedOn, nothing.clone().into())
            .col_expr(Column::AcknowledgedBy, nothing.clone().into())
            .col_expr(Column::AccountId, nothing.into())
            .col_expr(Column::DocumentNumber, "".into())
            .filter(Column::LineId.eq(line_id))
            .filter(within(Column::Division, &Scope::subtree(sender)))
            .filter(Column::Division.ne(sender.to_string()))
            .filter(Column::OwnAmountYuan.is_null())
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// The lines of a jurisdiction as this transaction sees them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn monitoring_lines_of(
        &self,
        jurisdiction: &str,
    ) -> Result<Vec<LineRow>, StoreError> {
        Ok(monitoring_line::Entity::find()
            .filter(monitoring_line::Column::Jurisdiction.eq(jurisdiction))
            .order_by_desc(monitoring_line::Column::EffectiveFrom)
            .all(&self.tx)
            .await?)
    }

    /// Takes the latest income of up to `limit` households into their rows
    /// where a file was written before the rows held it; answers how many.
    ///
    /// # Errors
    /// When the database refuses or a file does not open.
    pub async fn project_incomes(&mut self, limit: u64) -> Result<usize, StoreError> {
        let behind = household::Entity::find()
            .filter(
                Expr::col(household::Column::IncomeVersion)
                    .lt(Expr::col(household::Column::Version)),
            )
            .order_by_asc(household::Column::Id)
            .limit(limit)
            .all(&self.tx)
            .await?;
        for row in &behind {
            let found = household_version::Entity::find_by_id((row.id.clone(), row.version))
                .one(&self.tx)
                .await?;
            let latest = match found {
                Some(found) => {
                    let file = crate::household::opened(&*self.crypto, &found)?;
                    crate::household::latest_income(&file)
                }
                None => (None, None),
            };
            household::Entity::update_many()
                .col_expr(household::Column::IncomePerCapitaFen, latest.0.into())
                .col_expr(household::Column::IncomeUntil, latest.1.into())
                .col_expr(household::Column::IncomeVersion, row.version.into())
                .filter(household::Column::Id.eq(&row.id))
                .exec(&self.tx)
                .await?;
        }
        Ok(behind.len())
    }
}

impl Store {
    /// Every line, the newest first. Lines are documents of the state, not
    /// data about people: who may read a draft is the use case's question.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn monitoring_lines(&self) -> Result<Vec<LineRow>, StoreError> {
        Ok(monitoring_line::Entity::find()
            .order_by_desc(monitoring_line::Column::Year)
            .order_by_asc(monitoring_line::Column::Jurisdiction)
            .order_by_desc(monitoring_line::Column::Edition)
            .all(&self.connection)
            .await?)
    }

    /// One line.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn monitoring_line(&self, id: &str) -> Result<Option<LineRow>, StoreError> {
        Ok(monitoring_line::Entity::find_by_id(id)
            .one(&self.connection)
            .await?)
    }

    /// Published lines of these jurisdictions that hold on a day.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn monitoring_lines_on(
        &self,
        jurisdictions: &[String],
        day: Date,
    ) -> Result<Vec<LineRow>, StoreError> {
        let day = day.to_string();
        Ok(monitoring_line::Entity::find()
            .filter(monitoring_line::Column::Jurisdiction.is_in(jurisdictions.to_vec()))
            .filter(monitoring_line::Column::Stage.eq("published"))
            .filter(monitoring_line::Column::EffectiveFrom.lte(&day))
            .filter(
                monitoring_line::Column::EffectiveUntil
                    .is_null()
                    .or(monitoring_line::Column::EffectiveUntil.gte(&day)),
            )
            .order_by_desc(monitoring_line::Column::EffectiveFrom)
            .all(&self.connection)
            .await?)
    }

    /// Amounts of their own that these divisions set under a line.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn own_amounts(
        &self,
        line_id: &str,
        divisions: &[String],
    ) -> Result<Vec<LineReceiptRow>, StoreError> {
        Ok(monitoring_line_receipt::Entity::find()
            .filter(monitoring_line_receipt::Column::LineId.eq(line_id))
            .filter(monitoring_line_receipt::Column::Division.is_in(divisions.to_vec()))
            .filter(monitoring_line_receipt::Column::OwnAmountYuan.is_not_null())
            .all(&self.connection)
            .await?)
    }

    /// Receipts of divisions in scope.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn line_receipts(
        &self,
        scope: &Scope,
        line_ids: &[String],
    ) -> Result<Vec<LineReceiptRow>, StoreError> {
        Ok(monitoring_line_receipt::Entity::find()
            .filter(within(monitoring_line_receipt::Column::Division, scope))
            .filter(monitoring_line_receipt::Column::LineId.is_in(line_ids.to_vec()))
            .order_by_asc(monitoring_line_receipt::Column::Division)
            .all(&self.connection)
            .await?)
    }

    /// A receipt of a division in scope.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn line_receipt(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<Option<LineReceiptRow>, StoreError> {
        Ok(monitoring_line_receipt::Entity::find_by_id(id)
            .filter(within(monitoring_line_receipt::Column::Division, scope))
            .one(&self.connection)
            .await?)
    }

    /// Households in scope, grouped by the first `digits` digits of the
    /// village, against the amount in force and one that is tried, in fen. A
    /// household is inside below the amount, and at it where `inclusive`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_incomes(
        &self,
        scope: &Scope,
        digits: u8,
        inclusive: bool,
        now_fen: Option<i64>,
        tried_fen: i64,
    ) -> Result<Vec<IncomeCount>, StoreError> {
        let income = || Expr::col(household::Column::IncomePerCapitaFen);
        let inside = |fen: i64| {
            if inclusive {
                income().lte(fen)
            } else {
                income().lt(fen)
            }
        };
        let running = || Expr::col(household::Column::Monitored).eq("running");
        let sum = |condition: Expr| {
            Expr::expr(Func::cast_as(
                Expr::expr(Func::sum(Expr::case(condition, 1).finally(0))),
                Alias::new("BIGINT"),
            ))
        };
        Ok(household::Entity::find()
            .select_only()
            .expr_as(prefix(household::Column::Village, digits), "prefix")
            .expr_as(Expr::col(household::Column::Id).count(), "households")
            .expr_as(sum(income().is_not_null()), "known")
            .expr_as(
                sum(now_fen.map_or_else(|| Expr::val(1).eq(0), inside)),
                "inside_now",
            )
            .expr_as(sum(inside(tried_fen)), "inside_tried")
            .expr_as(sum(running()), "monitored")
            .expr_as(
                sum(running()
                    .and(income().is_not_null())
                    .and(inside(tried_fen).not())),
                "monitored_outside",
            )
            .filter(within(household::Column::Village, scope))
            .filter(household::Column::Status.eq("active"))
            .group_by(Expr::cust("1"))
            .into_model::<IncomeCount>()
            .all(&self.connection)
            .await?)
    }
}
