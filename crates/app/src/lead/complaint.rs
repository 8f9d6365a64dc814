//! Leads that complain of somebody in office: taken in by anybody, read and
//! handled above the person complained of, met by nobody else.

use domain::account::{Operation, Principal};
use domain::casefile::{Refusal, handling_level};
use domain::division::{DivisionCode, Level};
use domain::lead::{NewLead, Official};
use domain::typed_text::{is_blank, person_key};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::account::AccountRow;
use store::audit::chain_of;
use store::complaint::{ComplaintReader, ComplaintRow, account_list};
use store::{StoreError, WriteTx};
use utoipa::ToSchema;

use super::{parse_date, village_of};
use crate::casefile::VillageName;
use crate::error::permit;
use crate::workbench::{WorkItem, Workbench};
use crate::{App, AppError, FieldError, PageView, Window, clock, mask_name, new_id};

/// A complaint as those who handle it see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ComplaintView {
    pub id: String,
    pub household_id: Option<String>,
    /// Head of the household, or the name as reported.
    pub head_name: String,
    pub village: VillageName,
    pub channel: String,
    pub channel_label: String,
    pub received_on: String,
    pub recorded_at: String,
    pub content: String,
    pub reporter: Option<String>,
    pub official: Option<String>,
    #[schema(value_type = String)]
    pub official_level: String,
    /// The lowest level that handles it.
    pub handling_level: String,
    /// `open` or `handled`.
    pub status: String,
    /// Whether the signed-in person may handle it now.
    pub mine: bool,
    pub answer: Option<String>,
    pub upheld: Option<bool>,
    pub handled_on: Option<String>,
    pub handled_by: Option<String>,
    pub version: i64,
}

/// Filters of the list.
#[derive(Debug, Clone, Default, Deserialize, ToSchema, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ComplaintListQuery {
    pub status: Option<String>,
    #[param(value_type = Option<String>)]
    #[schema(value_type = Option<String>)]
    pub division: Option<DivisionCode>,
    pub limit: Option<u64>,
    pub cursor: Option<String>,
}

/// What came of a complaint.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct HandleComplaint {
    pub expected_version: i64,
    pub upheld: bool,
    pub answer: String,
    pub handled_by: String,
    #[schema(value_type = String)]
    pub handled_on: Date,
}

fn reader(principal: &Principal) -> ComplaintReader<'_> {
    ComplaintReader {
        account_id: &principal.account_id,
        level: principal.level,
    }
}

impl App {
    /// Takes in a lead that names somebody in office. It joins no other lead
    /// and moves no clock; whoever typed it in does not read it again unless
    /// it is theirs to handle. Answers the level that handles it.
    pub(super) async fn take_in_complaint(
        &self,
        tx: &mut WriteTx,
        principal: &Principal,
        (form, official): (&NewLead, &Official),
        village: DivisionCode,
    ) -> Result<Level, AppError> {
        let named = self.officials_named(village, &official.name).await?;
        if named.iter().any(|a| a.id == principal.account_id) {
            return Err(AppError::invalid(
                "official",
                "这条线索反映的是您本人，您不能登记：请让反映人直接向上一级反映，或拨打 12317",
            ));
        }
        let level = level_complained_of(highest(&named), official.level);
        let handling = handling_level(Some(level));
        let ids: Vec<String> = named.into_iter().map(|a| a.id).collect();
        let id = new_id();
        let sealed = |column: &str, text: &str| -> Result<Option<Vec<u8>>, StoreError> {
            match text.trim() {
                "" => Ok(None),
                text => tx.seal_text("complaint", column, &id, text).map(Some),
            }
        };
        let row = ComplaintRow {
            content_sealed: tx.seal_text("complaint", "content", &id, form.description.trim())?,
            reporter_sealed: sealed("reporter", &form.reporter)?,
            official_sealed: sealed("official", &official.name)?,
            household_id: form.household_id.clone(),
            village: village.to_string(),
            reported_name: form.reported_name.trim().to_owned(),
            channel: form.channel.clone(),
            received_on: form.received_on.to_string(),
            recorded_at: self.clock.now_millis(),
            official_level: level.as_str().to_owned(),
            official_accounts: account_list(&ids),
            handling_level: handling.as_str().to_owned(),
            status: "open".into(),
            answer_sealed: None,
            upheld: None,
            handled_on: None,
            handled_by: None,
            account_id: principal.account_id.clone(),
            version: 1,
            id: id.clone(),
        };
        tx.add_complaint(row).await?;
        // The trail of the level that handles it: those below read theirs.
        tx.audit(
            &chain_of(village.at_level(handling)),
            "complaint.registered",
            &format!("complaint/{id}"),
            "",
        )
        .await?;
        Ok(handling)
    }

    /// Complaints the signed-in person may read, earliest received first.
    ///
    /// # Errors
    /// When the operation is missing or the database refuses.
    pub async fn complaints(
        &self,
        principal: &Principal,
        query: ComplaintListQuery,
    ) -> Result<PageView<ComplaintView>, AppError> {
        permit(principal, Operation::ComplaintHandle)?;
        let window = Window::new(query.limit, query.cursor.as_deref());
        let scope = query
            .division
            .map_or_else(|| principal.scope.clone(), |d| principal.scope.narrowed(d));
        let page = self
            .store
            .complaints(&scope, reader(principal), query.status.as_deref(), &window)
            .await?;
        let mut items = Vec::with_capacity(page.items.len());
        for row in page.items {
            items.push(self.complaint_of(principal, row).await?);
        }
        Ok(PageView {
            items,
            next_cursor: page.next_cursor,
            total: page.total,
        })
    }

    /// One complaint.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope, at or below the level
    /// complained of, and for whoever is named.
    pub async fn complaint(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<ComplaintView, AppError> {
        permit(principal, Operation::ComplaintHandle)?;
        let row = self
            .store
            .complaint(&principal.scope, reader(principal), id)
            .await?
            .ok_or(AppError::NotFound)?;
        self.complaint_of(principal, row).await
    }

    /// Records what came of a complaint.
    ///
    /// # Errors
    /// [`AppError::Invalid`] naming each field, [`AppError::Refused`] when the
    /// person named would handle it, [`AppError::Stale`] when somebody else did.
    pub async fn handle_complaint(
        &self,
        principal: &Principal,
        id: &str,
        form: HandleComplaint,
    ) -> Result<ComplaintView, AppError> {
        permit(principal, Operation::ComplaintHandle)?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        let mut row = tx
            .complaint(&principal.scope, reader(principal), id)
            .await?
            .ok_or(AppError::NotFound)?;
        if row.version != form.expected_version || row.status != "open" {
            return Err(AppError::Stale {
                current: row.version,
            });
        }
        let received_on = parse_date(&row.received_on)?;
        let mut errors = Vec::new();
        for (field, text, message) in [
            ("answer", &form.answer, "请写明核实和处理的结果"),
            ("handled_by", &form.handled_by, "请写明由谁办理"),
        ] {
            if is_blank(text) {
                errors.push(FieldError::new(field, message));
            }
        }
        if form.handled_on < received_on || form.handled_on > self.today() {
            errors.push(FieldError::new(
                "handled_on",
                "办理日期不能早于收到日期，也不能晚于今天",
            ));
        }
        if !errors.is_empty() {
            return Err(AppError::Invalid(errors));
        }
        if hidden(principal, &row) {
            return Err(refused("acting_level", "这件反映由下级办理，请督促下级。"));
        }
        if let Some(sealed) = &row.official_sealed {
            let official = self
                .store
                .open_sealed("complaint", "official", id, sealed)?;
            not_by_the_accused(principal, &official, &form.handled_by)?;
        }
        row.answer_sealed = Some(tx.seal_text("complaint", "answer", id, form.answer.trim())?);
        row.status = "handled".into();
        row.upheld = Some(form.upheld);
        row.handled_on = Some(form.handled_on.to_string());
        row.handled_by = Some(form.handled_by.trim().to_owned());
        let handling = level_named(&row.handling_level);
        let village = village_of(&row.village)?;
        tx.save_complaint(row).await?;
        tx.audit(
            &chain_of(village.at_level(handling)),
            "complaint.handled",
            &format!("complaint/{id}"),
            &format!("upheld={}", form.upheld),
        )
        .await?;
        tx.commit().await?;
        self.complaint(principal, id).await
    }

    /// What the level of the signed-in person handles.
    pub(crate) async fn complaint_work(
        &self,
        principal: &Principal,
        bench: &mut Workbench,
    ) -> Result<(), AppError> {
        let query = ComplaintListQuery {
            status: Some("open".into()),
            ..ComplaintListQuery::default()
        };
        let own = principal.level.map(Level::as_str);
        for one in self.complaints(principal, query).await?.items {
            if own != Some(one.handling_level.as_str()) {
                continue;
            }
            bench.mine.push(WorkItem {
                village_name: one.village.name,
                step_label: one.channel_label,
                verb: "办理反映干部问题的线索".into(),
                ..WorkItem::about("complaint", one.id, one.head_name)
            });
        }
        Ok(())
    }

    async fn complaint_of(
        &self,
        principal: &Principal,
        row: ComplaintRow,
    ) -> Result<ComplaintView, AppError> {
        let others = hidden(principal, &row);
        let open = |column: &str, sealed: &Option<Vec<u8>>| {
            sealed
                .as_ref()
                .filter(|_| !others)
                .map(|s| self.store.open_sealed("complaint", column, &row.id, s))
                .transpose()
        };
        let (reporter, official) = (
            open("reporter", &row.reporter_sealed)?,
            open("official", &row.official_sealed)?,
        );
        let answer = open("answer", &row.answer_sealed)?;
        let content = open("content", &Some(row.content_sealed.clone()))?;
        let households = self
            .store
            .households(&principal.scope, row.household_id.clone())
            .await?;
        let names = self.division_names([row.village.clone()]).await?;
        let household = row.household_id.as_ref().and_then(|h| households.get(h));
        let head_name =
            household.map_or_else(|| row.reported_name.clone(), |h| h.head_name.clone());
        let received_on = parse_date(&row.received_on)?;
        let pack = self
            .pack_for_lead(village_of(&row.village)?, received_on)
            .await
            .ok();
        let channel_label = pack
            .and_then(|p| p.values.channels.iter().find(|c| c.code == row.channel))
            .map_or_else(|| row.channel.clone(), |c| c.label.clone());
        Ok(ComplaintView {
            household_id: row.household_id.clone().filter(|_| !principal.masked),
            head_name: if principal.masked {
                mask_name(&head_name)
            } else {
                head_name
            },
            village: VillageName {
                name: names.get(&row.village).cloned().unwrap_or_default(),
                code: row.village,
            },
            channel_label,
            channel: row.channel,
            received_on: row.received_on,
            recorded_at: clock::instant_text(row.recorded_at),
            content: content.unwrap_or_else(|| "（由下级办理，内容不公开）".into()),
            reporter,
            official,
            official_level: row.official_level,
            mine: row.status == "open" && !others,
            handling_level: row.handling_level,
            status: row.status,
            answer,
            upheld: row.upheld,
            handled_on: row.handled_on,
            handled_by: row.handled_by.filter(|_| !others),
            version: row.version,
            id: row.id,
        })
    }

    /// Accounts over the village whose holder is named in `written`.
    pub(crate) async fn officials_named(
        &self,
        village: DivisionCode,
        written: &str,
    ) -> Result<Vec<AccountRow>, AppError> {
        let named = person_key(written);
        let mut accounts = self.store.accounts_over(village).await?;
        accounts.retain(|a| names(&named, &a.display_name));
        Ok(accounts)
    }
}

/// A role that sees names masked reads what its own level handles only.
fn hidden(principal: &Principal, row: &ComplaintRow) -> bool {
    principal.masked && principal.level != Some(level_named(&row.handling_level))
}

fn level_named(code: &str) -> Level {
    [Level::Township, Level::County, Level::City]
        .into_iter()
        .find(|l| l.as_str() == code)
        .unwrap_or(Level::Province)
}

fn refused(guard: &str, message: &str) -> AppError {
    AppError::Refused(vec![Refusal {
        guard: guard.into(),
        message: message.into(),
        clause: None,
        earliest_on: None,
    }])
}

/// The highest level at which one of the accounts stands.
pub(crate) fn highest(accounts: &[AccountRow]) -> Option<Level> {
    let division = |a: &AccountRow| a.division.as_deref()?.parse::<DivisionCode>().ok();
    accounts
        .iter()
        .filter_map(division)
        .map(DivisionCode::level)
        .min()
}

/// Nobody handles a complaint of himself, at whatever level, nor does anybody
/// on his behalf.
///
/// # Errors
/// [`AppError::Refused`], saying who may.
pub(crate) fn not_by_the_accused(
    principal: &Principal,
    official: &str,
    handled_by: &str,
) -> Result<(), AppError> {
    let accused = person_key(official);
    let stands_in = principal.deputy_of.as_deref();
    let message = if names(&accused, &principal.display_name) {
        "反映的是您本人，要由上一级的其他人办理。"
    } else if names(&accused, handled_by) || stands_in.is_some_and(|d| names(&accused, d)) {
        "办理人不能是被反映的人，也不能替被反映的人办理，要由上一级的其他人办理。"
    } else {
        return Ok(());
    };
    Err(refused("not_own_submission", message))
}

/// Whether what was written of an official (as a [`person_key`], perhaps with
/// his post) names that person.
fn names(written: &str, person: &str) -> bool {
    let person = person_key(person);
    !person.is_empty() && written.contains(&person)
}

/// The level of the person complained of: by the accounts, and what was
/// declared may only raise it. Where nobody knows the name and no level was
/// given, anybody up to the county may be meant; only above the county is the
/// complaint sure not to reach that person or those who answer to them.
pub(crate) fn level_complained_of(known: Option<Level>, declared: Option<Level>) -> Level {
    // A higher level orders first.
    match (known, declared) {
        (Some(known), Some(declared)) => known.min(declared),
        (Some(level), None) | (None, Some(level)) => level,
        (None, None) => Level::County,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declared_level_only_raises() {
        use Level::{County, Township, Village};
        for (known, declared, expected) in [
            (Some(County), Some(Village), County),
            (Some(Village), Some(Township), Township),
            (None, Some(Village), Village),
            (Some(Township), None, Township),
            (None, None, County),
        ] {
            assert_eq!(level_complained_of(known, declared), expected);
        }
    }

    #[test]
    fn a_name_is_found_with_its_post() {
        assert!(names(&person_key("县乡村振兴局 张\u{200b}三"), "张三"));
        assert!(!names(&person_key("李四"), "张三") && !names("李四", " "));
    }
}
