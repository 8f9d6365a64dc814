//! The course of a change: its date held against what the file says already,
//! its people counted before and after.

use domain::account::{Principal, Scope};
use domain::division::DivisionCode;
use domain::household::HouseholdFile;
use domain::household::timeline::{Persons, Timeline};
use domain::paper::spoken;
use jiff::civil::Date;
use store::WriteTx;

use super::change::invalid;
use super::forms::Change;
use crate::{App, AppError};

/// The files a change touches: who was in them, and what each is to be.
#[derive(Debug, Default)]
pub(super) struct Course {
    pub persons: Persons,
    given: Vec<(String, HouseholdFile)>,
}

impl Course {
    /// Of a household before its change.
    pub fn of(file: &HouseholdFile) -> Self {
        Self {
            persons: Persons::of(file),
            given: Vec::new(),
        }
    }

    /// Notes a file as the change is to leave it.
    pub fn leaves(&mut self, id: &str, file: &HouseholdFile) {
        self.given.push((id.to_owned(), file.clone()));
    }

    /// Holds what stands after saving against what was meant. Whatever came
    /// before: nobody falls out of the register, nobody is in it twice.
    pub async fn is_kept(&self, tx: &WriteTx) -> Result<(), AppError> {
        let nation = Scope::subtree(DivisionCode::NATION);
        let mut stand = Vec::with_capacity(self.given.len());
        for (id, given) in &self.given {
            let (_, is) = tx
                .household_file(&nation, id)
                .await?
                .ok_or(AppError::NotFound)?;
            stand.push((is, given));
        }
        self.persons.are_conserved(&stand).map_err(invalid)
    }
}

/// What a household's file, already found in scope, says of its days.
pub(super) async fn timeline(tx: &WriteTx, id: &str) -> Result<Timeline, AppError> {
    let versions = tx.household_history(id).await?;
    Timeline::of(&versions).ok_or(AppError::NotFound)
}

/// A death or departure holds from the day it happened: a later day would show
/// the person living there in between.
pub(super) fn holds_from(
    timeline: &Timeline,
    member_id: &str,
    on: Date,
    effective_on: Date,
) -> Result<(), AppError> {
    let from = timeline.ended_on(member_id, on).map_err(invalid)?;
    if effective_on == from {
        return Ok(());
    }
    let day = spoken(from);
    Err(AppError::invalid(
        "effective_on",
        format!("死亡或迁出从发生的当天算起（不早于档案的第一天）：生效日期请填{day}"),
    ))
}

/// Keeps the households of a change to this transaction, always in the same order.
pub(super) async fn lock(tx: &WriteTx, id: &str, change: &Change) -> Result<(), AppError> {
    let mut ids = vec![id];
    if let Change::MergedInto { household_id, .. } = change {
        ids.push(household_id);
        ids.sort_unstable();
    }
    for id in ids {
        tx.lock_household(id).await?;
    }
    Ok(())
}

impl App {
    /// A household that waits for another township stays where it is and does
    /// not end: whoever is to take it would wait for nobody.
    pub(super) async fn is_not_handed_over(
        &self,
        tx: &WriteTx,
        principal: &Principal,
        id: &str,
    ) -> Result<(), AppError> {
        if !tx.is_handed_over(id).await? {
            return Ok(());
        }
        let who = if principal.may(domain::account::Operation::HouseholdHandOver) {
            "请先在“移交”里撤回"
        } else {
            "请乡镇先在“移交”里撤回"
        };
        Err(AppError::Conflict(format!(
            "这户正在移交，等对方接收，不能并户、搬迁，也不能登记最后一名成员死亡或迁出：{who}，再来登记。"
        )))
    }
}
