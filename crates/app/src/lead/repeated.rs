//! A lead that repeats another of its household.

use domain::account::Principal;
use store::WriteTx;
use store::lead::LeadRow;

use crate::{App, AppError};

impl App {
    /// The lead this one repeats: named, of the same household, not itself
    /// taken in by another.
    pub(super) async fn repeated_lead(
        &self,
        tx: &WriteTx,
        principal: &Principal,
        lead: &LeadRow,
        named: Option<&str>,
    ) -> Result<String, AppError> {
        let refused = |message: &str| Err(AppError::invalid("duplicate_of", message));
        let Some(named) = named.map(str::trim).filter(|id| !id.is_empty()) else {
            return refused("请选择与哪条线索重复");
        };
        if named == lead.id {
            return refused("不能与自己重复，请选择另一条线索");
        }
        let Some(other) = tx.lead(&principal.scope, named).await? else {
            return refused("没有这条线索，请重新选择");
        };
        if lead.household_id.is_none() || other.household_id != lead.household_id {
            return refused(
                "只有同一户的线索才算重复：请先把线索对应到农户，再选择这户的另一条线索",
            );
        }
        if other.merged_into.is_some() {
            return refused("那条线索已并入别的线索，请选择没有并入的一条");
        }
        Ok(other.id)
    }
}
