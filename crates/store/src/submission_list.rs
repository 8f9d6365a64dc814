//! Lists as they were sent, and the answers to each household on them. The
//! content is sealed once and no function here writes it again.

use std::collections::{BTreeMap, BTreeSet};

use domain::account::Scope;
use domain::division::DivisionCode;
use domain::submission_list::{ItemAnswer, ListContent, ListStage, Month, SubmissionList};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait,
    EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::crypto::{CryptoProvider, Place, digest};
use crate::database::taken_or;
use crate::entity::{submission_list, submission_list_item};
use crate::paging::Sort;
use crate::{Page, Store, StoreError, Window, WriteTx, within};

pub use crate::entity::submission_list::Model as SubmissionListRow;

const TABLE: &str = "submission_list";
const ITEM: &str = "submission_list_item";

/// A list read back: the row, what stands on it, and its answers so far.
#[derive(Debug, Clone)]
pub struct StoredList {
    pub row: SubmissionListRow,
    pub list: SubmissionList,
    /// Whether the content still has the digest it was sent with.
    pub intact: bool,
}

/// A list about to be kept.
#[derive(Debug)]
pub struct NewList<'a> {
    pub id: &'a str,
    pub area: DivisionCode,
    /// From [`WriteTx::next_list_number`].
    pub number: i32,
    pub list: &'a SubmissionList,
}

/// Filters of the list of lists.
#[derive(Debug, Clone, Default)]
pub struct ListFilter {
    pub stages: Vec<String>,
    pub maker: Option<DivisionCode>,
    pub recipient: Option<DivisionCode>,
    pub code: Option<String>,
    /// `2020-06`.
    pub period: Option<String>,
    /// Only lists that carry a period at all.
    pub monthly: bool,
}

/// The month of a list that was not taken or sent back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenMonth {
    pub area: String,
    pub code: String,
    /// `2020-06`.
    pub period: String,
    /// 0 for the month's list itself, from 1 for its supplements.
    pub supplement: i32,
}

fn item_place(list_id: &str, seq: i64) -> String {
    format!("{list_id}/{seq}")
}

fn opened(
    crypto: &dyn CryptoProvider,
    row: SubmissionListRow,
    items: &[submission_list_item::Model],
) -> Result<StoredList, StoreError> {
    let place = |column| Place {
        table: TABLE,
        column,
        row: &row.id,
    };
    let bytes = crypto.open(place("content"), &row.content_sealed)?;
    let content: ListContent = serde_json::from_slice(&bytes)?;
    let stage: ListStage =
        serde_json::from_slice(&crypto.open(place("stage"), &row.stage_sealed)?)?;
    let mut answers = BTreeMap::new();
    for item in items.iter().filter(|i| i.list_id == row.id) {
        let Some(sealed) = &item.answer_sealed else {
            continue;
        };
        let at = Place {
            table: ITEM,
            column: "answer",
            row: &item_place(&item.list_id, item.seq),
        };
        let answer: ItemAnswer = serde_json::from_slice(&crypto.open(at, sealed)?)?;
        answers.insert(item.casefile_id.clone(), answer);
    }
    Ok(StoredList {
        intact: digest(&bytes) == row.digest,
        list: SubmissionList {
            content,
            stage,
            answers,
        },
        row,
    })
}

async fn items_of<C: ConnectionTrait>(
    connection: &C,
    ids: Vec<String>,
) -> Result<Vec<submission_list_item::Model>, StoreError> {
    Ok(submission_list_item::Entity::find()
        .filter(submission_list_item::Column::ListId.is_in(ids))
        .order_by_asc(submission_list_item::Column::ListId)
        .order_by_asc(submission_list_item::Column::Seq)
        .all(connection)
        .await?)
}

impl WriteTx {
    /// The next running number of a maker's lists of a kind in a year.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn next_list_number(
        &self,
        maker: DivisionCode,
        code: &str,
        year: i16,
    ) -> Result<i32, StoreError> {
        let last = submission_list::Entity::find()
            .filter(submission_list::Column::Maker.eq(maker.to_string()))
            .filter(submission_list::Column::Code.eq(code))
            .filter(submission_list::Column::Year.eq(i32::from(year)))
            .order_by_desc(submission_list::Column::Number)
            .one(&self.tx)
            .await?;
        Ok(last.map_or(1, |l| l.number + 1))
    }

    /// Keeps a list as it is sent; answers the digest of its content.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when a household stands on another open list of
    /// the kind, or the month has its list already.
    pub async fn add_submission_list(&mut self, new: NewList<'_>) -> Result<String, StoreError> {
        let content = &new.list.content;
        let bytes = serde_json::to_vec(content)?;
        let sum = digest(&bytes);
        let row = SubmissionListRow {
            id: new.id.to_owned(),
            area: new.area.to_string(),
            maker: content.maker.code.to_string(),
            recipient: content.recipient.code.to_string(),
            pack_id: content.pack.id.clone(),
            code: content.terms.code.clone(),
            year: i32::from(content.submitted_on.year()),
            number: new.number,
            period: content.period.map(|p| p.to_string()),
            supplement: i32::try_from(content.supplement).unwrap_or(i32::MAX),
            stage: new.list.stage.as_str().to_owned(),
            submitted_on: content.submitted_on.to_string(),
            acknowledge_by: content.acknowledge_by.map(|d| d.to_string()),
            item_count: i32::try_from(content.rows.len()).unwrap_or(i32::MAX),
            digest: sum.clone(),
            content_sealed: self.seal(TABLE, "content", new.id, &bytes)?,
            stage_sealed: self.seal(
                TABLE,
                "stage",
                new.id,
                &serde_json::to_vec(&new.list.stage)?,
            )?,
            account_id: self.actor.account_id.clone(),
            recorded_at: self.actor.now_millis,
            version: 1,
        };
        submission_list::Entity::insert(submission_list::ActiveModel::from(row).reset_all())
            .exec_without_returning(&self.tx)
            .await
            .map_err(|e| taken_or(e, TABLE))?;
        // Few columns, many households: below every database's bound of parameters.
        for rows in content.rows.chunks(500) {
            let items = rows.iter().map(|r| submission_list_item::ActiveModel {
                list_id: Set(new.id.to_owned()),
                seq: Set(i64::from(r.seq)),
                casefile_id: Set(r.casefile_id.clone()),
                village: Set(r.village.to_string()),
                code: Set(content.terms.code.clone()),
                held: Set(true),
                verdict: Set(None),
                answered_on: Set(None),
                answer_sealed: Set(None),
            });
            submission_list_item::Entity::insert_many(items)
                .exec_without_returning(&self.tx)
                .await
                .map_err(|e| taken_or(e, ITEM))?;
        }
        Ok(sum)
    }

    /// A list in scope as this transaction sees it.
    ///
    /// # Errors
    /// When the database refuses or the content does not open.
    pub async fn submission_list(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<Option<StoredList>, StoreError> {
        one(&self.tx, &*self.crypto, scope, id).await
    }

    /// Lists on which a casefile waits for its answer.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn lists_awaiting(&self, casefile_id: &str) -> Result<Vec<String>, StoreError> {
        Ok(submission_list_item::Entity::find()
            .filter(submission_list_item::Column::CasefileId.eq(casefile_id))
            .filter(submission_list_item::Column::Held.eq(true))
            .filter(submission_list_item::Column::Verdict.is_null())
            .all(&self.tx)
            .await?
            .into_iter()
            .map(|i| i.list_id)
            .collect())
    }

    /// A list as it stands, locked: two answers to one list are given one
    /// after the other, so that the last one closes it.
    ///
    /// # Errors
    /// When the list is gone or does not open.
    pub async fn lock_submission_list(&mut self, id: &str) -> Result<StoredList, StoreError> {
        // Writing the row, unchanged, takes its lock on both databases.
        submission_list::Entity::update_many()
            .col_expr(
                submission_list::Column::Version,
                Expr::col(submission_list::Column::Version),
            )
            .filter(submission_list::Column::Id.eq(id))
            .exec(&self.tx)
            .await?;
        let row = submission_list::Entity::find_by_id(id)
            .one(&self.tx)
            .await?
            .ok_or_else(|| StoreError::Unsuitable("a list without its row".into()))?;
        let items = items_of(&self.tx, vec![id.to_owned()]).await?;
        opened(&*self.crypto, row, &items)
    }

    /// Saves where a list stands, and one answer if it is what moved it. A
    /// household taken off or answered may go on another list; one that was
    /// only informed stays.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody else moved it first.
    pub async fn save_list_stage(
        &mut self,
        before: &StoredList,
        next: &SubmissionList,
        answered: Option<&str>,
    ) -> Result<i64, StoreError> {
        let id = &before.row.id;
        let version = before.row.version + 1;
        let sealed = self.seal(TABLE, "stage", id, &serde_json::to_vec(&next.stage)?)?;
        let done = submission_list::Entity::update_many()
            .set(submission_list::ActiveModel {
                stage: Set(next.stage.as_str().to_owned()),
                stage_sealed: Set(sealed),
                version: Set(version),
                ..Default::default()
            })
            .filter(submission_list::Column::Id.eq(id))
            .filter(submission_list::Column::Version.eq(before.row.version))
            .exec(&self.tx)
            .await?;
        if done.rows_affected == 0 {
            let current = submission_list::Entity::find_by_id(id)
                .one(&self.tx)
                .await?
                .map_or(0, |l| l.version);
            return Err(StoreError::Stale { current });
        }
        let own = submission_list_item::Column::ListId.eq(id);
        let given = answered.and_then(|casefile| {
            let row = next
                .content
                .rows
                .iter()
                .find(|r| r.casefile_id == casefile)?;
            Some((i64::from(row.seq), next.answers.get(casefile)?))
        });
        if let Some((seq, answer)) = given {
            let sealed = self.seal(
                ITEM,
                "answer",
                &item_place(id, seq),
                &serde_json::to_vec(answer)?,
            )?;
            submission_list_item::Entity::update_many()
                .set(submission_list_item::ActiveModel {
                    held: Set(next.content.terms.informs()),
                    verdict: Set(Some(answer.verdict.as_str().to_owned())),
                    answered_on: Set(Some(answer.on.to_string())),
                    answer_sealed: Set(Some(sealed)),
                    ..Default::default()
                })
                .filter(own.clone())
                .filter(submission_list_item::Column::Seq.eq(seq))
                .exec(&self.tx)
                .await?;
        }
        if matches!(
            next.stage,
            ListStage::Withdrawn { .. } | ListStage::Returned { .. }
        ) {
            submission_list_item::Entity::update_many()
                .set(submission_list_item::ActiveModel {
                    held: Set(false),
                    ..Default::default()
                })
                .filter(own)
                .exec(&self.tx)
                .await?;
        }
        Ok(version)
    }
}

async fn one<C: ConnectionTrait>(
    connection: &C,
    crypto: &dyn CryptoProvider,
    scope: &Scope,
    id: &str,
) -> Result<Option<StoredList>, StoreError> {
    let row = submission_list::Entity::find_by_id(id)
        .filter(within(submission_list::Column::Area, scope))
        .one(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let items = items_of(connection, vec![row.id.clone()]).await?;
    opened(crypto, row, &items).map(Some)
}

impl Store {
    /// A list in scope.
    ///
    /// # Errors
    /// When the database refuses or the content does not open.
    pub async fn submission_list(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<Option<StoredList>, StoreError> {
        one(&self.connection, self.crypto(), scope, id).await
    }

    /// Lists in scope, newest first.
    ///
    /// # Errors
    /// When the database refuses or a content does not open.
    pub async fn submission_lists(
        &self,
        scope: &Scope,
        filter: &ListFilter,
        window: &Window,
    ) -> Result<Page<StoredList>, StoreError> {
        let mut find =
            submission_list::Entity::find().filter(within(submission_list::Column::Area, scope));
        if !filter.stages.is_empty() {
            find = find.filter(submission_list::Column::Stage.is_in(filter.stages.clone()));
        }
        if let Some(maker) = filter.maker {
            find = find.filter(submission_list::Column::Maker.eq(maker.to_string()));
        }
        if let Some(recipient) = filter.recipient {
            find = find.filter(submission_list::Column::Recipient.eq(recipient.to_string()));
        }
        if let Some(code) = &filter.code {
            find = find.filter(submission_list::Column::Code.eq(code));
        }
        if let Some(period) = &filter.period {
            find = find.filter(submission_list::Column::Period.eq(period));
        }
        if filter.monthly {
            find = find.filter(submission_list::Column::Period.is_not_null());
        }
        let order = [
            (submission_list::Column::SubmittedOn, Sort::Descending),
            (submission_list::Column::Id, Sort::Descending),
        ];
        let page = self.page("submission_list", find, &order, window).await?;
        let items = items_of(
            &self.connection,
            page.items.iter().map(|r| r.id.clone()).collect(),
        )
        .await?;
        page.try_map(|row| opened(self.crypto(), row, &items))
    }

    /// Which lists these casefiles ever stood on and were answered, or stand
    /// on now, as (casefile, code of the list).
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn ever_listed(
        &self,
        scope: &Scope,
        ids: &[String],
    ) -> Result<BTreeSet<(String, String)>, StoreError> {
        let held = submission_list_item::Column::Held.eq(true);
        let answered = submission_list_item::Column::Verdict.is_not_null();
        self.on_lists(scope, ids, Condition::any().add(held).add(answered))
            .await
    }

    /// The months a maker has given lists for since `from`; those taken or sent
    /// back count as not given.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn given_months(
        &self,
        scope: &Scope,
        maker: DivisionCode,
        from: Month,
    ) -> Result<Vec<GivenMonth>, StoreError> {
        let found: Vec<(String, String, String, i32)> = submission_list::Entity::find()
            .select_only()
            .column(submission_list::Column::Area)
            .column(submission_list::Column::Code)
            .column(submission_list::Column::Period)
            .column(submission_list::Column::Supplement)
            .filter(within(submission_list::Column::Area, scope))
            .filter(submission_list::Column::Maker.eq(maker.to_string()))
            .filter(submission_list::Column::Period.gte(from.to_string()))
            .filter(submission_list::Column::Stage.is_not_in(["withdrawn", "returned"]))
            .into_tuple()
            .all(&self.connection)
            .await?;
        let month = |(area, code, period, supplement)| GivenMonth {
            area,
            code,
            period,
            supplement,
        };
        Ok(found.into_iter().map(month).collect())
    }

    /// Which of these casefiles a list keeps off another of its kind, as
    /// (casefile, code of the list).
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn listed_casefiles(
        &self,
        scope: &Scope,
        ids: &[String],
    ) -> Result<BTreeSet<(String, String)>, StoreError> {
        let held = submission_list_item::Column::Held.eq(true);
        self.on_lists(scope, ids, Condition::all().add(held)).await
    }

    /// The items of these casefiles that meet a condition, as (casefile, code
    /// of the list).
    async fn on_lists(
        &self,
        scope: &Scope,
        ids: &[String],
        condition: Condition,
    ) -> Result<BTreeSet<(String, String)>, StoreError> {
        let mut listed = BTreeSet::new();
        for ids in ids.chunks(500) {
            let found: Vec<(String, String)> = submission_list_item::Entity::find()
                .select_only()
                .column(submission_list_item::Column::CasefileId)
                .column(submission_list_item::Column::Code)
                .filter(within(submission_list_item::Column::Village, scope))
                .filter(submission_list_item::Column::CasefileId.is_in(ids.to_vec()))
                .filter(condition.clone())
                .into_tuple()
                .all(&self.connection)
                .await?;
            listed.extend(found);
        }
        Ok(listed)
    }
}
