//! Households: search, the file, changes, reveals.

mod change;
mod correction;
mod course;
mod forms;
mod handover;
mod handover_view;
mod merge;
mod moving;
mod person;
mod split;
mod view;

pub use correction::{HouseholdCorrection, MemberCorrection};
pub use forms::{Change, ChangeHousehold, NewHousehold, NewMember, SavedHousehold};
pub use handover::{EndHandover, HandOverHousehold, MoveOutHousehold, TakeHousehold};
pub use handover_view::{HandoverListQuery, HandoverView};
pub use view::*;

use domain::account::{Operation, Principal, Scope};
use domain::division::DivisionCode;
use domain::paper::spoken;
use serde::{Deserialize, Serialize};
use store::audit::chain_of;
use store::household::HouseholdQuery;
use store::lead::LeadFilter;
use utoipa::ToSchema;

use crate::casefile::{VillageName, stage_label, stage_words};
use crate::error::permit;
use crate::lead::{parse_date, village_of};
use crate::policy::timeline_of;
use crate::{App, AppError, PageView, Window, clock, mask_name};

/// What a search asks; posted, so that no name or number stands in an address.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct HouseholdSearch {
    /// Name, pinyin initials, 户编号 or document number.
    #[serde(default)]
    pub text: String,
    #[schema(value_type = Option<String>)]
    pub division: Option<DivisionCode>,
    /// `running`, `cleared` or `none`.
    pub monitored: Option<String>,
    pub household_type: Option<String>,
    pub limit: Option<u64>,
    pub cursor: Option<String>,
}

/// Which sensitive fields, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Reveal {
    /// `id_number`, `phone`, `health`.
    pub fields: Vec<String>,
    pub member_id: Option<String>,
    pub purpose: String,
}

/// Revealed values; the reveal is audited.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Revealed {
    pub values: Vec<RevealedValue>,
}

/// One revealed value.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RevealedValue {
    pub member_id: Option<String>,
    pub field: String,
    pub value: String,
}

impl App {
    /// Searches households in scope.
    ///
    /// # Errors
    /// When the operation is missing or the database refuses.
    pub async fn search_households(
        &self,
        principal: &Principal,
        search: HouseholdSearch,
    ) -> Result<PageView<HouseholdRowView>, AppError> {
        permit(principal, Operation::HouseholdRead)?;
        let scope = search
            .division
            .map_or_else(|| principal.scope.clone(), |d| principal.scope.narrowed(d));
        let query = HouseholdQuery {
            text: search.text,
            monitored: search.monitored.filter(|m| !m.is_empty()),
            household_type: search.household_type.filter(|t| !t.is_empty()),
        };
        let window = Window::new(search.limit, search.cursor.as_deref());
        let page = self
            .store
            .search_households(&scope, &query, &window)
            .await?;
        let names = self
            .division_names(page.items.iter().map(|r| r.village.clone()))
            .await?;
        let mut items = Vec::with_capacity(page.items.len());
        let ids: Vec<String> = page.items.iter().map(|r| r.id.clone()).collect();
        let running = self.store.households_with_running_casefile(&ids).await?;
        let leads = self.store.open_lead_counts(&ids).await?;
        let timeline = timeline_of(&self.store.adoptions().await?)?;
        for row in page.items {
            let pack = timeline
                .governing(village_of(&row.village)?, self.today())
                .and_then(|found| self.library.pack(&found.pack_id));
            items.push(HouseholdRowView {
                head_name: if principal.masked {
                    mask_name(&row.head_name)
                } else {
                    row.head_name
                },
                household_type_label: self.label("household_type", &row.household_type),
                monitored: (row.monitored != "none").then(|| MonitoredView {
                    category_label: row
                        .category
                        .as_deref()
                        .map(|c| self.library.category_label(pack, c))
                        .unwrap_or_default(),
                    status: row.monitored.clone(),
                    identified_on: row.identified_on.clone(),
                }),
                village: VillageName {
                    name: names.get(&row.village).cloned().unwrap_or_default(),
                    code: row.village,
                },
                has_running_casefile: running.contains(&row.id),
                open_leads: leads.get(&row.id).copied().unwrap_or(0),
                id: row.id,
                code: row.code,
                member_count: row.member_count,
                status: row.status,
            });
        }
        Ok(PageView {
            items,
            next_cursor: page.next_cursor,
            total: page.total,
        })
    }

    /// Label of a code, or the code where the list does not know it.
    pub(crate) fn label(&self, list: &str, code: &str) -> String {
        if code.is_empty() {
            return String::new();
        }
        self.codes.label(list, code).unwrap_or(code).to_owned()
    }

    /// The file of a household, now or as it stood on a day; `known_on` leaves
    /// out what was recorded after that day.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope or before the first version.
    pub async fn household(
        &self,
        principal: &Principal,
        id: &str,
        as_of: Option<jiff::civil::Date>,
        known_on: Option<jiff::civil::Date>,
    ) -> Result<HouseholdView, AppError> {
        permit(principal, Operation::HouseholdRead)?;
        for (field, day) in [("as_of", as_of), ("known_on", known_on)] {
            if day.is_some_and(|d| d > self.today()) {
                return Err(AppError::invalid(
                    field,
                    "只能查今天和今天以前的档案，请改选日期",
                ));
            }
        }
        if as_of.is_some() || known_on.is_some() {
            self.is_on_file(principal, id, as_of, known_on).await?;
        }
        let as_of = as_of.or(known_on);
        let found = match as_of {
            Some(day) => {
                let known_until = known_on.map(clock::end_of_day_millis);
                self.store
                    .household_file_as_of(&principal.scope, id, day, known_until)
                    .await?
            }
            None => self.store.household_file(&principal.scope, id).await?,
        };
        let (row, file) = found.ok_or(AppError::NotFound)?;
        self.household_view(principal, row, file, as_of).await
    }

    /// Before its first day, or before it was recorded, there is no file to show.
    async fn is_on_file(
        &self,
        principal: &Principal,
        id: &str,
        as_of: Option<jiff::civil::Date>,
        known_on: Option<jiff::civil::Date>,
    ) -> Result<(), AppError> {
        let begins = self.store.household_begins(&principal.scope, id).await?;
        let (first_day, recorded_at) = begins.ok_or(AppError::NotFound)?;
        if let Some(day) = known_on.filter(|day| clock::end_of_day_millis(*day) < recorded_at) {
            let message = format!("{}还没有登记这户的档案，请改选日期", spoken(day));
            return Err(AppError::invalid("known_on", message));
        }
        if as_of.or(known_on).is_some_and(|day| day < first_day) {
            let message = format!("这户的档案从{}开始，请选这一天或以后", spoken(first_day));
            return Err(AppError::invalid("as_of", message));
        }
        Ok(())
    }

    /// One version of the file.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope.
    pub async fn household_version(
        &self,
        principal: &Principal,
        id: &str,
        version: i64,
    ) -> Result<HouseholdView, AppError> {
        permit(principal, Operation::HouseholdRead)?;
        let (row, file) = self
            .store
            .household_file_version(&principal.scope, id, version)
            .await?
            .ok_or(AppError::NotFound)?;
        self.household_view(principal, row, file, None).await
    }

    /// Versions of a household, newest first.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope.
    pub async fn household_versions(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<Vec<VersionView>, AppError> {
        permit(principal, Operation::HouseholdRead)?;
        let rows = self.store.household_versions(&principal.scope, id).await?;
        if rows.is_empty() {
            return Err(AppError::NotFound);
        }
        Ok(rows
            .into_iter()
            .map(|v| VersionView {
                version: v.version,
                effective_on: v.effective_on,
                recorded_at: clock::instant_text(v.recorded_at),
                reason: v.reason,
                collected_by: v.collected_by,
                entered_by: v.entered_by,
                reviewed_by: Some(v.reviewed_by).filter(|r| !r.is_empty()),
                source: v.source,
            })
            .collect())
    }

    /// Shows masked fields to a person who says why; who, what and why
    /// are audited.
    ///
    /// # Errors
    /// [`AppError::Invalid`] without a purpose, [`AppError::NotFound`] outside
    /// the scope.
    pub async fn reveal(
        &self,
        principal: &Principal,
        id: &str,
        form: Reveal,
    ) -> Result<Revealed, AppError> {
        permit(principal, Operation::HouseholdReveal)?;
        if !domain::typed_text::tells_why(&form.purpose) {
            return Err(AppError::invalid(
                "purpose",
                "请用文字写明查看的用途，至少 4 个字，不能只是数字、符号或同一个字",
            ));
        }
        let mut tx = self.store.write(self.actor(principal)).await?;
        let (row, file) = tx
            .household_file(&principal.scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        let mut values = Vec::new();
        for field in &form.fields {
            let mut add = |member_id: Option<&str>, value: &str| {
                if !value.is_empty() {
                    values.push(RevealedValue {
                        member_id: member_id.map(str::to_owned),
                        field: field.clone(),
                        value: value.to_owned(),
                    });
                }
            };
            match (field.as_str(), &form.member_id) {
                ("phone", None) => add(None, &file.phone),
                (_, Some(member_id)) => {
                    let member = file
                        .members
                        .iter()
                        .find(|m| &m.id == member_id)
                        .ok_or(AppError::NotFound)?;
                    match field.as_str() {
                        "id_number" => add(Some(&member.id), &member.document_number),
                        "phone" => add(Some(&member.id), &member.phone),
                        _ => return Err(AppError::invalid("fields", "只能查看证件号码或联系电话")),
                    }
                }
                _ => return Err(AppError::invalid("member_id", "请选择成员")),
            }
        }
        tx.audit_with_purpose(
            &chain_of(Some(village_of(&row.village)?)),
            "household.revealed",
            &format!("household/{id}"),
            &format!("fields={}", form.fields.join("+")),
            form.purpose.trim(),
        )
        .await?;
        tx.commit().await?;
        Ok(Revealed { values })
    }

    async fn household_view(
        &self,
        principal: &Principal,
        row: store::household::HouseholdRow,
        file: domain::household::HouseholdFile,
        as_of: Option<jiff::civil::Date>,
    ) -> Result<HouseholdView, AppError> {
        let scope: &Scope = &principal.scope;
        let pack = self.pack_in_force(file.village, self.today()).await.ok();
        let path = self.division_path(file.village).await?;
        let names = self.division_names([file.village.to_string()]).await?;
        let episodes = self.store.episodes(scope, &row.id).await?;
        let gaps = self.import_gaps(scope, &row.id).await?;
        let handed_to = match self.store.handed_to(scope, &row.id).await? {
            Some(division) => Some(self.division_path(village_of(&division)?).await?),
            None => None,
        };
        let leads = self
            .store
            .leads(
                scope,
                &LeadFilter {
                    household_id: Some(row.id.clone()),
                    ..Default::default()
                },
                &Window::first(100),
            )
            .await?;
        let filter = store::casefile::CasefileFilter {
            household_id: Some(row.id.clone()),
            ..Default::default()
        };
        let casefiles = self
            .store
            .casefiles(scope, &filter, &Window::first(100))
            .await?;
        let today = as_of.unwrap_or_else(|| self.today());
        let label = |list: &str, code: &str| self.label(list, code);
        // An episode keeps the pack of the casefile that determined it.
        let pack_of = |casefile_id: Option<&str>| {
            let of = casefiles
                .items
                .iter()
                .find(|(r, _)| Some(r.id.as_str()) == casefile_id);
            of.and_then(|(r, _)| self.library.pack(&r.pack_id))
        };
        Ok(HouseholdView {
            findings: findings(&file, today)
                .into_iter()
                .chain(gaps.into_iter().map(|(code, message)| FindingView {
                    code,
                    message,
                    severity: "warning".into(),
                }))
                .collect(),
            members: file
                .members
                .iter()
                .map(|m| member_view(m, today, &label))
                .collect(),
            income: file
                .income
                .iter()
                .map(|s| income_view(s, &file, &label))
                .collect(),
            assurances: file.assurances.clone(),
            head_name: file
                .head()
                .or_else(|| file.active_members().next())
                .or_else(|| file.members.first())
                .map(|m| m.name.clone())
                .unwrap_or_default(),
            village: VillageName {
                code: file.village.to_string(),
                name: names
                    .get(&file.village.to_string())
                    .cloned()
                    .unwrap_or_default(),
            },
            path,
            phone_masked: mask_phone(&file.phone),
            household_type_label: label("household_type", &file.household_type),
            episodes: episodes
                .into_iter()
                .map(|e| EpisodeView {
                    category_label: self
                        .library
                        .category_label(pack_of(e.casefile_id.as_deref()).or(pack), &e.category),
                    pack_title: pack_of(e.casefile_id.as_deref()).map(|p| p.values.title.clone()),
                    risks: serde_json::from_str::<Vec<String>>(&e.risks)
                        .unwrap_or_default()
                        .iter()
                        .map(|r| label("risk_type", r))
                        .collect(),
                    id: e.id,
                    status: e.status,
                    identified_on: e.identified_on,
                    cleared_on: e.cleared_on,
                    origin: e.origin,
                    evidence_note: e.evidence_note,
                    casefile_id: e.casefile_id,
                })
                .collect(),
            leads: leads
                .items
                .into_iter()
                .map(|l| {
                    Ok(HouseholdLead {
                        channel_label: pack
                            .and_then(|p| p.values.channels.iter().find(|c| c.code == l.channel))
                            .map_or_else(|| l.channel.clone(), |c| c.label.clone()),
                        received_on: parse_date(&l.received_on)?,
                        status: l.status,
                        id: l.id,
                    })
                })
                .collect::<Result<_, AppError>>()?,
            casefiles: casefiles
                .items
                .iter()
                .map(|(r, c)| HouseholdCasefile {
                    status_label: self.library.pack(&r.pack_id).map_or_else(
                        || stage_label(&r.stage).into(),
                        |own| stage_words(own, &r.stage),
                    ),
                    opened_on: c.opened_on,
                    pack_title: self.pack_title(&r.pack_id),
                    pack_version: c.pack.version,
                    id: r.id.clone(),
                })
                .collect(),
            id: row.id,
            version: row.version,
            code: file.code,
            grid_id: file.grid_id,
            address: file.address,
            household_type: file.household_type,
            lifted_year: file.lifted_year,
            tags: file.tags,
            resettlement_area: file.resettlement_area,
            merged_into: file.merged_into,
            moved_out_to: file.moved_out_to,
            handed_to,
            as_of,
        })
    }
}
