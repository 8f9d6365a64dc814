//! 移交: a household passes to another township of the county, or leaves it.
//! The county does it in one act; a township hands over and the other takes it
//! or sends it back.

use domain::account::{Operation, Principal, Scope};
use domain::division::{DivisionCode, Level};
use domain::household::HouseholdFile;
use domain::household::handover::{HandoverStatus, is_other_township};
use domain::household::timeline::Timeline;
use domain::typed_text::readable_length;
use jiff::civil::Date;
use serde::Deserialize;
use store::WriteTx;
use store::audit::chain_of;
use store::household::{HandoverRow, HouseholdRow, VersionMeta};
use utoipa::ToSchema;

use super::change::invalid;
use super::course::timeline;
use super::handover_view::HandoverView;
use super::moving::still_here;
use crate::division::DivisionView;
use crate::error::permit;
use crate::lead::{parse_date, village_of};
use crate::{App, AppError, new_id};

/// Shortest and longest reason and place, in characters.
const SHORTEST: usize = 2;
const LONGEST: usize = 500;

/// Hands a household to another township, or moves it to a village in scope.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct HandOverHousehold {
    pub expected_version: i64,
    /// Another township of the county, or a village of the own scope.
    #[schema(value_type = String)]
    pub to: DivisionCode,
    #[schema(value_type = String)]
    pub effective_on: Date,
    pub reason: String,
}

/// The other township takes it, into one of its villages.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct TakeHousehold {
    pub expected_version: i64,
    #[schema(value_type = String)]
    pub village: DivisionCode,
}

/// Sends a household back, or takes a handover back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct EndHandover {
    pub expected_version: i64,
    pub reason: String,
}

/// The whole household leaves the county.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct MoveOutHousehold {
    pub expected_version: i64,
    #[schema(value_type = String)]
    pub effective_on: Date,
    /// Where to, as it stands on the paper.
    pub to_place: String,
    pub reason: String,
}

/// A text somebody can read, not too long.
fn worded(field: &str, text: &str, message: &str) -> Result<String, AppError> {
    if readable_length(text) < SHORTEST {
        return Err(AppError::invalid(field, message));
    }
    if text.chars().count() > LONGEST {
        return Err(AppError::invalid(
            field,
            format!("太长了，请写在 {LONGEST} 字以内"),
        ));
    }
    Ok(text.trim().to_owned())
}

impl App {
    /// Hands a household to another township of the county; who sees both sides
    /// moves it at once, into a village.
    ///
    /// # Errors
    /// [`AppError::Invalid`] naming what is to be finished first,
    /// [`AppError::Conflict`] while it waits for a township already,
    /// [`AppError::NotFound`] outside the scope.
    pub async fn hand_over_household(
        &self,
        principal: &Principal,
        id: &str,
        form: HandOverHousehold,
    ) -> Result<HandoverView, AppError> {
        permit(principal, Operation::HouseholdHandOver)?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        let (row, mut file, _) = self
            .leaving(&tx, principal, id, form.expected_version, form.effective_on)
            .await?;
        let reason = worded("reason", &form.reason, "请写明为什么移交")?;
        let here = form.to.level() == Level::Village && principal.scope.contains(form.to);
        let known = self.store.division(form.to).await?.is_some();
        let may =
            known && form.to != file.village && (here || is_other_township(file.village, form.to));
        if !may {
            return Err(AppError::invalid(
                "to",
                "请选择本县的另一个乡镇；两边都归您管的，选到迁往的村。迁往外县的，办“整户迁出本县”",
            ));
        }
        let handover = new_id();
        let mut handed = HandoverRow {
            reason_sealed: tx.seal_text("household_handover", "reason", &handover, &reason)?,
            id: handover.clone(),
            household_id: id.to_owned(),
            from_village: file.village.to_string(),
            to_division: form.to.to_string(),
            effective_on: form.effective_on.to_string(),
            status: HandoverStatus::Waiting.as_str().into(),
            handed_by: principal.account_id.clone(),
            handed_by_name: principal.display_name.clone(),
            handed_at: self.clock.now_millis(),
            answered_by: None,
            answered_by_name: None,
            answered_at: None,
            answer_sealed: None,
            version: 1,
        };
        let from = file.village;
        if here {
            let meta = handover_meta(&handed, form.effective_on, reason, principal);
            self.moved_to(&mut tx, principal, (&row, &mut file), form.to, &meta)
                .await?;
            self.answered(&mut handed, principal, HandoverStatus::Accepted);
        } else {
            let casefiles = tx.casefiles_of(id).await?;
            let attached = self.attached(&tx, id, &casefiles).await?;
            attached.may_move(self.today()).map_err(invalid)?;
        }
        tx.add_handover(handed).await?;
        tx.audit(
            &chain_of(Some(from)),
            "household.handed_over",
            &format!("household/{id}"),
            &format!("from={from} to={}", form.to),
        )
        .await?;
        tx.commit().await?;
        self.handover_view(principal, &handover).await
    }

    /// A household about to go: locked, of the version seen, not gone already
    /// and not waiting for anybody.
    async fn leaving(
        &self,
        tx: &WriteTx,
        principal: &Principal,
        id: &str,
        expected_version: i64,
        effective_on: Date,
    ) -> Result<(HouseholdRow, HouseholdFile, Timeline), AppError> {
        tx.lock_household(id).await?;
        let (row, file) = tx
            .household_file(&principal.scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        if row.version != expected_version {
            return Err(AppError::Stale {
                current: row.version,
            });
        }
        still_here(&file, "household")?;
        let timeline = timeline(tx, id).await?;
        timeline.has_begun("这户", effective_on).map_err(invalid)?;
        if effective_on > self.today() {
            return Err(AppError::invalid("effective_on", "搬迁日期不能晚于今天"));
        }
        if tx.is_handed_over(id).await? {
            return Err(AppError::Conflict(
                "这户正在移交，等对方接收；要改的先撤回那次移交。".into(),
            ));
        }
        Ok((row, file, timeline))
    }

    fn answered(&self, row: &mut HandoverRow, principal: &Principal, status: HandoverStatus) {
        status.as_str().clone_into(&mut row.status);
        row.answered_by = Some(principal.account_id.clone());
        row.answered_by_name = Some(principal.display_name.clone());
        row.answered_at = Some(self.clock.now_millis());
    }

    /// A handover that waits, of the version seen.
    async fn waiting(
        &self,
        principal: &Principal,
        id: &str,
        expected_version: i64,
    ) -> Result<HandoverRow, AppError> {
        permit(principal, Operation::HouseholdHandOver)?;
        let row = self
            .store
            .handover(&principal.scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        if row.status != HandoverStatus::Waiting.as_str() {
            return Err(AppError::Conflict("这次移交已经办过了，请刷新。".into()));
        }
        if row.version != expected_version {
            return Err(AppError::Stale {
                current: row.version,
            });
        }
        Ok(row)
    }

    /// Takes a household that was handed over, with all that belongs to it.
    ///
    /// # Errors
    /// [`AppError::Invalid`] naming what is to be finished first,
    /// [`AppError::Conflict`] when it is not theirs to take,
    /// [`AppError::NotFound`] outside the scope.
    pub async fn take_household(
        &self,
        principal: &Principal,
        id: &str,
        form: TakeHousehold,
    ) -> Result<HandoverView, AppError> {
        let mut handed = self.waiting(principal, id, form.expected_version).await?;
        let asked = village_of(&handed.to_division)?;
        for_receiver(principal, asked)?;
        if !asked.contains(form.village) {
            return Err(AppError::invalid("village", "请选择接收乡镇的一个村"));
        }
        self.village_in_scope(principal, form.village).await?;
        let from = village_of(&handed.from_village)?;
        let household = handed.household_id.clone();
        let mut tx = self.store.write(self.actor(principal)).await?;
        tx.lock_household(&household).await?;
        // The handover lets the receiver act on this household of another
        // township; within that one it may have moved meanwhile.
        let township = Scope::subtree(from.at_level(Level::Township).unwrap_or(from));
        let (row, mut file) = tx
            .household_file(&township, &household)
            .await?
            .ok_or_else(|| AppError::Conflict("这户已不在原来的乡镇，请退回这次移交。".into()))?;
        still_here(&file, "village")?;
        let reason = self.store.open_sealed(
            "household_handover",
            "reason",
            &handed.id,
            &handed.reason_sealed,
        )?;
        let on = parse_date(&handed.effective_on)?;
        let meta = handover_meta(&handed, on, reason, principal);
        self.moved_to(&mut tx, principal, (&row, &mut file), form.village, &meta)
            .await?;
        self.answered(&mut handed, principal, HandoverStatus::Accepted);
        handed.to_division = form.village.to_string();
        tx.save_handover(handed).await?;
        tx.audit(
            &chain_of(Some(from)),
            "household.taken",
            &format!("household/{household}"),
            &format!("from={from} to={}", form.village),
        )
        .await?;
        tx.commit().await?;
        self.handover_view(principal, id).await
    }

    /// Sends a household back to who handed it over, with a reason.
    ///
    /// # Errors
    /// [`AppError::Invalid`] without a reason, [`AppError::Conflict`] when it is
    /// not theirs to answer, [`AppError::NotFound`] outside the scope.
    pub async fn refuse_handover(
        &self,
        principal: &Principal,
        id: &str,
        form: EndHandover,
    ) -> Result<HandoverView, AppError> {
        let row = self.waiting(principal, id, form.expected_version).await?;
        for_receiver(principal, village_of(&row.to_division)?)?;
        self.end_handover(principal, row, &form.reason, HandoverStatus::Refused)
            .await
    }

    /// Takes a handover back before it is answered.
    ///
    /// # Errors
    /// [`AppError::Invalid`] without a reason, [`AppError::Conflict`] when
    /// others handed it over, [`AppError::NotFound`] outside the scope.
    pub async fn withdraw_handover(
        &self,
        principal: &Principal,
        id: &str,
        form: EndHandover,
    ) -> Result<HandoverView, AppError> {
        let row = self.waiting(principal, id, form.expected_version).await?;
        if !principal.scope.contains(village_of(&row.from_village)?) {
            return Err(AppError::Conflict(
                "这是别的乡镇移交来的，要退回请办“退回”。".into(),
            ));
        }
        self.end_handover(principal, row, &form.reason, HandoverStatus::Withdrawn)
            .await
    }

    async fn end_handover(
        &self,
        principal: &Principal,
        mut row: HandoverRow,
        reason: &str,
        status: HandoverStatus,
    ) -> Result<HandoverView, AppError> {
        let reason = worded("reason", reason, "请写明原因")?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        row.answer_sealed = Some(tx.seal_text("household_handover", "answer", &row.id, &reason)?);
        self.answered(&mut row, principal, status);
        let (id, household) = (row.id.clone(), row.household_id.clone());
        let from = village_of(&row.from_village)?;
        tx.save_handover(row).await?;
        tx.audit(
            &chain_of(Some(from)),
            &format!("household.handover_{}", status.as_str()),
            &format!("household/{household}"),
            "",
        )
        .await?;
        tx.commit().await?;
        self.handover_view(principal, &id).await
    }

    /// Ends the file of a household that left the county as a whole.
    ///
    /// # Errors
    /// [`AppError::Invalid`] naming what is to be ended first,
    /// [`AppError::NotFound`] outside the scope.
    pub async fn move_out_household(
        &self,
        principal: &Principal,
        id: &str,
        form: MoveOutHousehold,
    ) -> Result<super::SavedHousehold, AppError> {
        permit(principal, Operation::HouseholdHandOver)?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        let (row, mut file, timeline) = self
            .leaving(&tx, principal, id, form.expected_version, form.effective_on)
            .await?;
        let place = worded(
            "to_place",
            &form.to_place,
            "请写明迁往哪里（省、市、县、乡镇）",
        )?;
        let reason = worded("reason", &form.reason, "请写明迁出的原因和依据")?;
        timeline.may_end(form.effective_on).map_err(invalid)?;
        let casefiles = tx.casefiles_of(id).await?;
        let attached = self.attached(&tx, id, &casefiles).await?;
        attached.may_leave().map_err(invalid)?;
        for member in &mut file.members {
            if member.status == domain::household::MemberStatus::Active {
                member.status = domain::household::MemberStatus::Left;
                member.status_since = Some(form.effective_on);
            }
        }
        file.moved_out_to = Some(place);
        let meta = VersionMeta {
            effective_on: form.effective_on,
            reason,
            source: "console".into(),
            collected_by: principal.display_name.clone(),
            entered_by: principal.display_name.clone(),
            reviewed_by: String::new(),
        };
        let version = tx
            .save_household(id, &file, &meta, Some(row.version))
            .await?;
        tx.episodes_move_out(id).await?;
        tx.audit(
            &chain_of(Some(file.village)),
            "household.moved_out",
            &format!("household/{id}"),
            &format!("version={version}"),
        )
        .await?;
        tx.commit().await?;
        Ok(super::SavedHousehold {
            id: id.to_owned(),
            version,
            new_household_id: None,
        })
    }

    /// The townships of the own county: where a household may be handed to.
    ///
    /// # Errors
    /// When the operation is missing or the database refuses.
    pub async fn handover_townships(
        &self,
        principal: &Principal,
    ) -> Result<Vec<DivisionView>, AppError> {
        permit(principal, Operation::HouseholdHandOver)?;
        let root = principal.scope.root().ok_or(AppError::NotFound)?;
        let Some(county) = root
            .at_level(Level::County)
            .or_else(|| root.at_level(Level::City))
        else {
            return Ok(Vec::new());
        };
        let rows = self
            .store
            .division_children(&Scope::subtree(county), county)
            .await?;
        Ok(rows
            .into_iter()
            .filter(|(r, _)| r.level == Level::Township.as_str())
            .map(|(r, n)| crate::division::view(r, n, String::new()))
            .collect())
    }
}

fn for_receiver(principal: &Principal, asked: DivisionCode) -> Result<(), AppError> {
    if principal.scope.contains(asked) {
        return Ok(());
    }
    Err(AppError::Conflict(
        "这户是移交给别的乡镇的，由对方接收或退回。".into(),
    ))
}

fn handover_meta(
    row: &HandoverRow,
    effective_on: Date,
    reason: String,
    principal: &Principal,
) -> VersionMeta {
    VersionMeta {
        effective_on,
        reason,
        source: "console".into(),
        collected_by: row.handed_by_name.clone(),
        entered_by: principal.display_name.clone(),
        reviewed_by: String::new(),
    }
}
