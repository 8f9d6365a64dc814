//! One document number in two households: noted in the writer's own
//! transaction without telling the writer, for the lowest division above both.

use std::collections::{BTreeMap, BTreeSet};

use domain::account::Scope;
use domain::division::DivisionCode;
use domain::household::{HouseholdFile, MemberStatus};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _,
};

use crate::crypto::digest;
use crate::entity::{duplicate_member, household, member};
use crate::household::number_index;
use crate::{Store, StoreError, WriteTx, within};

pub use crate::entity::duplicate_member::Model as DuplicateRow;

const OPEN: &str = "open";
/// Most numbers of one query; parameters stay below the limit of SQLite.
const NUMBERS: usize = 1_000;

/// A duplicate that still stands.
#[derive(Debug, Clone)]
pub struct Duplicate {
    pub row: DuplicateRow,
    /// The two households, with the name of the person in each.
    pub sides: [Side; 2],
}

/// One household of a duplicate.
#[derive(Debug, Clone)]
pub struct Side {
    pub household_id: String,
    pub village: String,
    pub head_name: String,
    pub member_name: String,
}

/// The lowest division that holds both.
fn above_both(a: DivisionCode, b: DivisionCode) -> DivisionCode {
    std::iter::once(a)
        .chain(a.ancestors())
        .find(|code| code.contains(b))
        .unwrap_or(DivisionCode::NATION)
}

impl WriteTx {
    /// Notes persons of these households who are active members of another
    /// one. Says nothing to the caller: what lies outside a writer's scope
    /// must not show.
    pub(crate) async fn note_duplicates(
        &mut self,
        files: &[(&str, &HouseholdFile)],
    ) -> Result<(), StoreError> {
        let mut own: BTreeMap<String, Vec<(&str, DivisionCode)>> = BTreeMap::new();
        for (id, file) in files {
            for person in &file.members {
                if person.status == MemberStatus::Active && !person.document_number.is_empty() {
                    own.entry(number_index(&*self.crypto, &person.document_number))
                        .or_default()
                        .push((id, file.village));
                }
            }
        }
        let numbers: Vec<&String> = own.keys().collect();
        let mut rows = Vec::new();
        for numbers in numbers.chunks(NUMBERS) {
            let found = member::Entity::find()
                .filter(member::Column::NumberIndex.is_in(numbers.iter().map(|n| n.as_str())))
                .filter(member::Column::Status.eq("active"))
                .all(&self.tx)
                .await?;
            for other in found {
                let (Some(index), Ok(village)) =
                    (&other.number_index, other.village.parse::<DivisionCode>())
                else {
                    continue;
                };
                for (id, own_village) in own.get(index).into_iter().flatten() {
                    if *id != other.household_id {
                        let owner = above_both(*own_village, village);
                        rows.push(pair(
                            index,
                            id,
                            &other.household_id,
                            owner,
                            self.actor.now_millis,
                        ));
                    }
                }
            }
        }
        for row in rows {
            duplicate_member::Entity::insert(duplicate_member::ActiveModel::from(row).reset_all())
                .on_conflict(
                    // A household that moved may have another division above.
                    OnConflict::column(duplicate_member::Column::Id)
                        .update_column(duplicate_member::Column::Owner)
                        .to_owned(),
                )
                .exec_without_returning(&self.tx)
                .await?;
        }
        Ok(())
    }

    /// Closes a duplicate that was looked into.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn close_duplicate(&mut self, id: &str, reason: &str) -> Result<bool, StoreError> {
        let done = duplicate_member::Entity::update_many()
            .col_expr(duplicate_member::Column::Status, "closed".into())
            .col_expr(
                duplicate_member::Column::ClosedBy,
                self.actor.account_id.clone().into(),
            )
            .col_expr(
                duplicate_member::Column::ClosedAt,
                self.actor.now_millis.into(),
            )
            .col_expr(duplicate_member::Column::CloseReason, reason.into())
            .filter(duplicate_member::Column::Id.eq(id))
            .filter(duplicate_member::Column::Status.eq(OPEN))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected > 0)
    }
}

/// The row of two households; its id follows from them, whichever is written
/// last.
fn pair(index: &str, one: &str, other: &str, owner: DivisionCode, now_millis: i64) -> DuplicateRow {
    let (a, b) = if one < other {
        (one, other)
    } else {
        (other, one)
    };
    DuplicateRow {
        id: digest(format!("{index}|{a}|{b}").as_bytes())[..32].to_owned(),
        number_index: index.to_owned(),
        household_a: a.to_owned(),
        household_b: b.to_owned(),
        owner: owner.to_string(),
        found_at: now_millis,
        status: OPEN.into(),
        closed_by: None,
        closed_at: None,
        close_reason: None,
    }
}

impl Store {
    /// Open duplicates owned inside the scope, oldest first; one that was put
    /// right meanwhile is left out.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn duplicates(&self, scope: &Scope) -> Result<Vec<Duplicate>, StoreError> {
        let rows = duplicate_member::Entity::find()
            .filter(within(duplicate_member::Column::Owner, scope))
            .filter(duplicate_member::Column::Status.eq(OPEN))
            .order_by_asc(duplicate_member::Column::FoundAt)
            .order_by_asc(duplicate_member::Column::Id)
            .all(&self.connection)
            .await?;
        standing(&self.connection, rows).await
    }
}

/// Those of which both sides still hold.
async fn standing<C: ConnectionTrait>(
    connection: &C,
    rows: Vec<DuplicateRow>,
) -> Result<Vec<Duplicate>, StoreError> {
    let ids: BTreeSet<&str> = rows
        .iter()
        .flat_map(|r| [r.household_a.as_str(), r.household_b.as_str()])
        .collect();
    let households: BTreeMap<String, household::Model> = household::Entity::find()
        .filter(household::Column::Id.is_in(ids.iter().copied()))
        .all(connection)
        .await?
        .into_iter()
        .map(|h| (h.id.clone(), h))
        .collect();
    let members = member::Entity::find()
        .filter(member::Column::HouseholdId.is_in(ids))
        .filter(member::Column::Status.eq("active"))
        .all(connection)
        .await?;
    let side = |household_id: &str, index: &str| {
        let household = households.get(household_id)?;
        let person = members
            .iter()
            .find(|m| m.household_id == household_id && m.number_index.as_deref() == Some(index))?;
        Some(Side {
            household_id: household_id.to_owned(),
            village: household.village.clone(),
            head_name: household.head_name.clone(),
            member_name: person.name.clone(),
        })
    };
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let sides = [
                side(&row.household_a, &row.number_index)?,
                side(&row.household_b, &row.number_index)?,
            ];
            Some(Duplicate { row, sides })
        })
        .collect())
}
