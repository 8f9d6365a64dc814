//! Imports in the database: batches, staged households, findings, saved
//! column mappings; in `lookup` the bulk look-ups matching needs. Staging is not yet
//! an act on people, so it needs no audit record of its own: the use cases
//! audit the start of an import and every chunk they merge.

use std::collections::BTreeMap;

use domain::account::Scope;
use domain::exchange::{Finding, FindingKind, Form, column_letter};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, DbErr, EntityTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::entity::{import_batch, import_finding, import_household, import_mapping};
use crate::packing::unpack;
use crate::paging::Sort;
use crate::{Page, Store, StoreError, Window, WriteTx, within};

mod bulk;
mod lookup;

pub use crate::entity::import_batch::ActiveModel as ImportBatchChange;
pub use crate::entity::import_batch::Model as ImportBatchRow;
pub use crate::entity::import_mapping::Model as ImportMappingRow;

/// Sets a field of an [`ImportBatchChange`].
pub fn set<T: Into<sea_orm::Value>>(value: T) -> sea_orm::ActiveValue<T> {
    Set(value)
}

/// A staged household, its form opened.
#[derive(Debug, Clone)]
pub struct StagedHousehold {
    pub seq: i64,
    /// `new`, `changed`, `unchanged`, `rejected`.
    pub verdict: String,
    /// The household it became, once merged.
    pub household_id: Option<String>,
    pub merged: bool,
    pub form: Form,
}

/// A finding as it is kept.
#[derive(Debug, Clone)]
pub struct FindingRow {
    pub seq: i64,
    pub finding: Finding,
    pub column_letter: String,
}

/// What a list of findings is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct FindingFilter {
    pub code: Option<String>,
    pub severity: Option<String>,
}

fn pack(form: &Form) -> Result<Vec<u8>, StoreError> {
    crate::packing::pack(form, 1)
}

fn staged_place(batch: &str, seq: i64) -> String {
    format!("{batch}/{seq}")
}

impl WriteTx {
    /// Adds a batch.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_import_batch(&mut self, row: ImportBatchRow) -> Result<(), StoreError> {
        import_batch::Entity::insert(import_batch::ActiveModel::from(row).reset_all())
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }

    /// Changes the fields that are set, if the batch still stands in one of
    /// `from` (any state when empty). False when it does not.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn change_import_batch(
        &mut self,
        id: &str,
        from: &[&str],
        mut change: ImportBatchChange,
    ) -> Result<bool, StoreError> {
        change.updated_at = Set(self.actor.now_millis);
        let mut update = import_batch::Entity::update_many()
            .set(change)
            .filter(import_batch::Column::Id.eq(id));
        if !from.is_empty() {
            update = update.filter(import_batch::Column::Status.is_in(from.iter().copied()));
        }
        let done = update.exec(&self.tx).await?;
        self.audited = true;
        Ok(done.rows_affected > 0)
    }

    /// Removes what was staged for a batch, to check its file again.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn clear_staging(&mut self, batch: &str) -> Result<(), StoreError> {
        import_household::Entity::delete_many()
            .filter(import_household::Column::BatchId.eq(batch))
            .filter(import_household::Column::Merged.eq(false))
            .exec(&self.tx)
            .await?;
        import_finding::Entity::delete_many()
            .filter(import_finding::Column::BatchId.eq(batch))
            .exec(&self.tx)
            .await?;
        self.clear_staged_villages(batch).await?;
        self.audited = true;
        Ok(())
    }

    /// Adds staged households.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn stage_households(
        &mut self,
        batch: &str,
        rows: &[StagedHousehold],
    ) -> Result<(), StoreError> {
        for chunk in rows.chunks(500) {
            let mut models = Vec::with_capacity(chunk.len());
            for row in chunk {
                let sealed = self.seal(
                    "import_household",
                    "content",
                    &staged_place(batch, row.seq),
                    &pack(&row.form)?,
                )?;
                models.push(import_household::ActiveModel {
                    batch_id: Set(batch.to_owned()),
                    seq: Set(row.seq),
                    household_code: Set(Some(row.form.code.clone())),
                    village: Set(row.form.village.clone()),
                    head_name: Set(row.form.head_name().to_owned()),
                    persons: Set(i32::try_from(row.form.members.len()).unwrap_or(i32::MAX)),
                    verdict: Set(row.verdict.clone()),
                    household_id: Set(row.household_id.clone()),
                    content_sealed: Set(sealed),
                    merged: Set(row.merged),
                });
            }
            import_household::Entity::insert_many(models)
                .exec_without_returning(&self.tx)
                .await?;
        }
        self.audited = true;
        Ok(())
    }

    /// Adds findings, numbered from `first`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn stage_findings(
        &mut self,
        batch: &str,
        first: i64,
        findings: &[Finding],
    ) -> Result<(), StoreError> {
        let mut seq = first;
        for chunk in findings.chunks(1000) {
            let mut models = Vec::with_capacity(chunk.len());
            for finding in chunk {
                let detail =
                    serde_json::to_vec(&(&finding.value, &finding.message, &finding.suggestion))?;
                models.push(import_finding::ActiveModel {
                    batch_id: Set(batch.to_owned()),
                    seq: Set(seq),
                    sheet: Set(finding.sheet.clone()),
                    row_number: Set(i64::from(finding.row)),
                    column_letter: Set(finding.column.map_or_else(String::new, column_letter)),
                    header: Set(finding.header.clone()),
                    code: Set(finding.kind.code().to_owned()),
                    severity: Set(finding.kind.severity().as_str().to_owned()),
                    detail_sealed: Set(self.seal(
                        "import_finding",
                        "detail",
                        &staged_place(batch, seq),
                        &detail,
                    )?),
                });
                seq += 1;
            }
            import_finding::Entity::insert_many(models)
                .exec_without_returning(&self.tx)
                .await?;
        }
        self.audited = true;
        Ok(())
    }

    /// Marks a staged household as done. `became` carries the household it
    /// became and the form as it was settled, if that is not the staged one;
    /// `None` when nothing changed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn mark_merged(
        &mut self,
        batch: &str,
        seq: i64,
        verdict: &str,
        became: Option<(&str, Option<&Form>)>,
    ) -> Result<(), StoreError> {
        let mut change = import_household::ActiveModel {
            verdict: Set(verdict.to_owned()),
            merged: Set(true),
            ..Default::default()
        };
        if let Some((household_id, form)) = became {
            change.household_id = Set(Some(household_id.to_owned()));
            if let Some(form) = form {
                change.content_sealed = Set(self.seal(
                    "import_household",
                    "content",
                    &staged_place(batch, seq),
                    &pack(form)?,
                )?);
            }
        }
        let done = import_household::Entity::update_many()
            .set(change)
            .filter(import_household::Column::BatchId.eq(batch))
            .filter(import_household::Column::Seq.eq(seq))
            .exec(&self.tx)
            .await?;
        if done.rows_affected == 0 {
            return Err(DbErr::RecordNotUpdated.into());
        }
        Ok(())
    }

    /// Saves a column mapping under its name, replacing an earlier one of the
    /// same layout and account.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn save_import_mapping(&mut self, row: ImportMappingRow) -> Result<(), StoreError> {
        import_mapping::Entity::delete_many()
            .filter(import_mapping::Column::Layout.eq(&row.layout))
            .filter(import_mapping::Column::Name.eq(&row.name))
            .filter(import_mapping::Column::AccountId.eq(&row.account_id))
            .exec(&self.tx)
            .await?;
        import_mapping::Entity::insert(import_mapping::ActiveModel::from(row).reset_all())
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }
}

impl Store {
    /// A batch in scope.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn import_batch(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<Option<ImportBatchRow>, StoreError> {
        Ok(import_batch::Entity::find_by_id(id)
            .filter(within(import_batch::Column::Division, scope))
            .one(&self.connection)
            .await?)
    }

    /// Batches in scope, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn import_batches(
        &self,
        scope: &Scope,
        window: &Window,
    ) -> Result<Page<ImportBatchRow>, StoreError> {
        let find =
            import_batch::Entity::find().filter(within(import_batch::Column::Division, scope));
        let order = [(import_batch::Column::Id, Sort::Descending)];
        self.page("import", find, &order, window).await
    }

    /// The earliest batch in scope with the same file bytes that was not
    /// refused, cancelled or failed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn import_batch_of_digest(
        &self,
        scope: &Scope,
        digest: &str,
    ) -> Result<Option<ImportBatchRow>, StoreError> {
        Ok(import_batch::Entity::find()
            .filter(within(import_batch::Column::Division, scope))
            .filter(import_batch::Column::FileDigest.eq(digest))
            .filter(import_batch::Column::Status.is_not_in(["refused", "cancelled", "failed"]))
            .order_by_asc(import_batch::Column::Id)
            .one(&self.connection)
            .await?)
    }

    /// Batches that were being worked on when the process ended. For the
    /// platform itself at start-up; no personal data.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn unfinished_import_batches(&self) -> Result<Vec<ImportBatchRow>, StoreError> {
        Ok(import_batch::Entity::find()
            .filter(import_batch::Column::Status.is_in(["received", "checking", "merging"]))
            .order_by_asc(import_batch::Column::Id)
            .all(&self.connection)
            .await?)
    }

    /// Findings of a batch in scope, in the order of sheet and row.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn import_findings(
        &self,
        scope: &Scope,
        batch: &str,
        filter: &FindingFilter,
        window: &Window,
    ) -> Result<Page<FindingRow>, StoreError> {
        if self.import_batch(scope, batch).await?.is_none() {
            return Ok(Page::empty());
        }
        let mut find =
            import_finding::Entity::find().filter(import_finding::Column::BatchId.eq(batch));
        if let Some(code) = &filter.code {
            find = find.filter(import_finding::Column::Code.eq(code));
        }
        if let Some(severity) = &filter.severity {
            find = find.filter(import_finding::Column::Severity.eq(severity));
        }
        let order = [
            (import_finding::Column::Sheet, Sort::Ascending),
            (import_finding::Column::RowNumber, Sort::Ascending),
            (import_finding::Column::Seq, Sort::Ascending),
        ];
        let list = format!("finding/{batch}");
        let page = self.page(&list, find, &order, window).await?;
        page.try_map(|row| self.finding_row(row))
    }

    fn finding_row(&self, row: import_finding::Model) -> Result<FindingRow, StoreError> {
        let detail = self.open_text(
            "import_finding",
            "detail",
            &staged_place(&row.batch_id, row.seq),
            &row.detail_sealed,
        )?;
        let (value, message, suggestion): (String, String, String) = serde_json::from_str(&detail)?;
        let kind = FindingKind::of_code(&row.code)
            .ok_or_else(|| StoreError::Unsuitable(format!("unknown finding kind {}", row.code)))?;
        Ok(FindingRow {
            seq: row.seq,
            column_letter: row.column_letter,
            finding: Finding {
                kind,
                sheet: row.sheet,
                row: u32::try_from(row.row_number).unwrap_or(0),
                column: None,
                header: row.header,
                value,
                message,
                suggestion,
            },
        })
    }

    /// How many findings of each code a batch in scope has.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn import_finding_counts(
        &self,
        scope: &Scope,
        batch: &str,
    ) -> Result<BTreeMap<String, u64>, StoreError> {
        if self.import_batch(scope, batch).await?.is_none() {
            return Ok(BTreeMap::new());
        }
        let rows: Vec<(String, i64)> = import_finding::Entity::find()
            .select_only()
            .column(import_finding::Column::Code)
            .column_as(Expr::col(import_finding::Column::Seq).count(), "count")
            .filter(import_finding::Column::BatchId.eq(batch))
            .group_by(import_finding::Column::Code)
            .into_tuple()
            .all(&self.connection)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(code, n)| (code, u64::try_from(n).unwrap_or(0)))
            .collect())
    }

    /// A page of the staged households of a batch in scope, as in the file.
    ///
    /// # Errors
    /// When the database refuses or a document does not open.
    pub async fn staged_page(
        &self,
        scope: &Scope,
        batch: &str,
        window: &Window,
    ) -> Result<Page<StagedHousehold>, StoreError> {
        if self.import_batch(scope, batch).await?.is_none() {
            return Ok(Page::empty());
        }
        let find =
            import_household::Entity::find().filter(import_household::Column::BatchId.eq(batch));
        let order = [(import_household::Column::Seq, Sort::Ascending)];
        let list = format!("staged/{batch}");
        let page = self.page(&list, find, &order, window).await?;
        page.try_map(|row| self.staged(row))
    }

    /// Staged households of a batch in scope after a sequence number; only
    /// those still to be merged when `pending`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn staged_households(
        &self,
        scope: &Scope,
        batch: &str,
        after: i64,
        limit: u64,
        pending: bool,
    ) -> Result<Vec<StagedHousehold>, StoreError> {
        if self.import_batch(scope, batch).await?.is_none() {
            return Ok(Vec::new());
        }
        let mut find = import_household::Entity::find()
            .filter(import_household::Column::BatchId.eq(batch))
            .filter(import_household::Column::Seq.gt(after));
        if pending {
            find = find
                .filter(import_household::Column::Merged.eq(false))
                .filter(import_household::Column::Verdict.ne("rejected"));
        }
        let rows = find
            .order_by_asc(import_household::Column::Seq)
            .limit(limit)
            .all(&self.connection)
            .await?;
        rows.into_iter().map(|row| self.staged(row)).collect()
    }

    fn staged(&self, row: import_household::Model) -> Result<StagedHousehold, StoreError> {
        let place = staged_place(&row.batch_id, row.seq);
        let bytes = self.crypto.open(
            crate::crypto::Place {
                table: "import_household",
                column: "content",
                row: &place,
            },
            &row.content_sealed,
        )?;
        Ok(StagedHousehold {
            seq: row.seq,
            verdict: row.verdict,
            household_id: row.household_id,
            merged: row.merged,
            form: unpack(&bytes)?,
        })
    }

    /// How many staged households a batch in scope has, by verdict and whether
    /// they are merged, with their persons.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn staged_counts(
        &self,
        scope: &Scope,
        batch: &str,
    ) -> Result<Vec<(String, bool, u64, u64)>, StoreError> {
        if self.import_batch(scope, batch).await?.is_none() {
            return Ok(Vec::new());
        }
        let rows: Vec<(String, bool, i64, i64)> = import_household::Entity::find()
            .select_only()
            .column(import_household::Column::Verdict)
            .column(import_household::Column::Merged)
            .column_as(
                Expr::col(import_household::Column::Seq).count(),
                "households",
            )
            .column_as(
                Expr::col(import_household::Column::Persons)
                    .sum()
                    .cast_as("BIGINT"),
                "persons",
            )
            .filter(import_household::Column::BatchId.eq(batch))
            .group_by(import_household::Column::Verdict)
            .group_by(import_household::Column::Merged)
            .into_tuple()
            .all(&self.connection)
            .await?;
        let natural = |n: i64| u64::try_from(n).unwrap_or(0);
        Ok(rows
            .into_iter()
            .map(|(v, m, h, p)| (v, m, natural(h), natural(p)))
            .collect())
    }

    /// Saved mappings of a layout by this account.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn import_mappings(
        &self,
        account_id: &str,
        layout: &str,
    ) -> Result<Vec<ImportMappingRow>, StoreError> {
        Ok(import_mapping::Entity::find()
            .filter(import_mapping::Column::AccountId.eq(account_id))
            .filter(import_mapping::Column::Layout.eq(layout))
            .order_by_asc(import_mapping::Column::Name)
            .limit(200)
            .all(&self.connection)
            .await?)
    }
}
