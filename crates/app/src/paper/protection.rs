//! 公示用名: heads who may not be named in public, and what the township
//! approved to be written instead.

use domain::account::{Operation, Principal};
use domain::household::HouseholdFile;
use domain::paper::{NeverPublic, PublicText, SubstituteLine};
use domain::typed_text::{is_blank, same_person};
use serde::{Deserialize, Serialize};
use store::audit::chain_of;
use store::paper::NameProtectionRow;
use utoipa::ToSchema;

use crate::casefile::VillageName;
use crate::error::permit;
use crate::lead::village_of;
use crate::{App, AppError, PageView, Window, clock, new_id};

/// Ground of a head under age; it ends by itself with the eighteenth birthday.
pub(super) const MINOR_HEAD: &str = "minor_head";
/// Ground of a person who must not be found by name.
const PROTECTED_PERSON: &str = "protected_person";

/// A request to keep a head's name off public papers.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewNameProtection {
    pub household_id: String,
    /// `minor_head` or `protected_person`.
    pub ground: String,
    /// Why, for the township that decides; sealed.
    pub reason: String,
    /// `guardian`, `code_tail`, or `withheld` where there is no code.
    pub substitute: String,
    /// Name of the guardian, where the guardian is named instead.
    #[serde(default)]
    pub guardian_name: String,
}

/// The township's decision.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct DecideNameProtection {
    pub expected_version: i64,
    pub approve: bool,
    #[serde(default)]
    pub note: String,
}

/// The ground has gone.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct EndNameProtection {
    pub expected_version: i64,
    pub note: String,
}

/// A protection as the console shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NameProtectionView {
    pub id: String,
    pub household_id: String,
    pub head_name: String,
    pub village: VillageName,
    pub ground: String,
    pub ground_label: String,
    pub reason: String,
    pub substitute: SubstituteLine,
    /// What the paper will say.
    pub substitute_text: String,
    /// `requested`, `approved`, `refused` or `ended`.
    pub status: String,
    pub status_label: String,
    pub requested_by: String,
    pub requested_at: String,
    pub decided_by: Option<String>,
    pub decided_at: Option<String>,
    pub decision_note: String,
    pub version: i64,
    /// Whether the person asking may decide it.
    pub can_decide: bool,
}

/// Filters of the list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NameProtectionListQuery {
    pub status: Option<String>,
    pub limit: Option<u64>,
    pub cursor: Option<String>,
}

fn ground_label(ground: &str) -> &'static str {
    if ground == MINOR_HEAD {
        "户主未成年"
    } else {
        "受保护人员"
    }
}

fn status_label(status: &str) -> &'static str {
    match status {
        "requested" => "待乡镇批准",
        "approved" => "已批准",
        "refused" => "未批准",
        _ => "已结束",
    }
}

impl App {
    /// What is written instead, as approved.
    pub(super) fn substitute_of(
        &self,
        row: &NameProtectionRow,
    ) -> Result<SubstituteLine, AppError> {
        let text = self.store.open_sealed(
            "name_protection",
            "substitute",
            &row.id,
            &row.substitute_sealed,
        )?;
        serde_json::from_str(&text).map_err(|e| AppError::Internal(e.to_string()))
    }

    /// Protections in scope, newest first.
    ///
    /// # Errors
    /// When the operation is missing or the database refuses.
    pub async fn name_protections(
        &self,
        principal: &Principal,
        query: NameProtectionListQuery,
    ) -> Result<PageView<NameProtectionView>, AppError> {
        permit(principal, Operation::PaperRead)?;
        let window = Window::new(query.limit, query.cursor.as_deref());
        let status = query.status.as_deref().filter(|s| !s.is_empty());
        let page = self
            .store
            .name_protections(&principal.scope, status, &window)
            .await?;
        Ok(PageView {
            items: self.protection_views(principal, page.items).await?,
            next_cursor: page.next_cursor,
            total: page.total,
        })
    }

    /// Asks the township that a head is not named in public.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope, [`AppError::Invalid`] when
    /// the substitute would not be lawful either.
    pub async fn request_name_protection(
        &self,
        principal: &Principal,
        form: NewNameProtection,
    ) -> Result<NameProtectionView, AppError> {
        permit(principal, Operation::NameProtectionRequest)?;
        let (row, file) = self
            .store
            .household_file(&principal.scope, &form.household_id)
            .await?
            .ok_or(AppError::NotFound)?;
        let minor = file.head().is_some_and(|h| !h.is_adult_on(self.today()));
        let mut errors = Vec::new();
        if ![MINOR_HEAD, PROTECTED_PERSON].contains(&form.ground.as_str()) {
            errors.push(crate::FieldError::new("ground", "请选择原因"));
        } else if form.ground == MINOR_HEAD && !minor {
            errors.push(crate::FieldError::new(
                "ground",
                "档案里户主已成年，不属于这种情况",
            ));
        }
        if is_blank(&form.reason) || form.reason.chars().count() > 500 {
            errors.push(crate::FieldError::new("reason", "请写明原因，500 字以内"));
        }
        let substitute = match form.substitute.as_str() {
            "guardian" => {
                let name = form.guardian_name.trim().to_owned();
                let minors = super::posted::minors(&file, self.today());
                errors.extend(guardian_problem(&name, &minors, &self.never_public()?));
                if file.head().is_some_and(|h| same_person(&h.name, &name)) {
                    errors.push(crate::FieldError::new(
                        "guardian_name",
                        "写户主自己的姓名就没有保护到：请写监护人，或改用别的写法",
                    ));
                }
                SubstituteLine::Guardian { name }
            }
            "code_tail" => {
                let code = household_code(&file);
                if code.len() < 4 {
                    errors.push(crate::FieldError::new(
                        "substitute",
                        "这一户没有户编号，请改用监护人姓名；没有监护人的，选择不写姓名",
                    ));
                }
                let tail = code[code.len().saturating_sub(4)..].iter().collect();
                SubstituteLine::CodeTail { tail }
            }
            "withheld" => {
                if household_code(&file).len() >= 4 {
                    errors.push(crate::FieldError::new(
                        "substitute",
                        "这一户有户编号，请写户编号后四位，让村民能核对",
                    ));
                }
                SubstituteLine::Withheld
            }
            _ => {
                errors.push(crate::FieldError::new("substitute", "请选择代替写法"));
                SubstituteLine::Withheld
            }
        };
        if !errors.is_empty() {
            return Err(AppError::Invalid(errors));
        }
        let id = new_id();
        let mut tx = self.store.write(self.actor(principal)).await?;
        let text = serde_json::to_string(&substitute).unwrap_or_default();
        let protection = NameProtectionRow {
            reason_sealed: tx.seal_text("name_protection", "reason", &id, form.reason.trim())?,
            substitute_sealed: tx.seal_text("name_protection", "substitute", &id, &text)?,
            id: id.clone(),
            household_id: row.id,
            village: row.village.clone(),
            ground: form.ground,
            status: "requested".into(),
            requested_by: principal.account_id.clone(),
            requested_by_name: principal.display_name.clone(),
            requested_at: self.clock.now_millis(),
            decided_by: None,
            decided_by_name: None,
            decided_at: None,
            decision_note: String::new(),
            version: 1,
        };
        tx.add_name_protection(protection).await?;
        tx.audit(
            &chain_of(Some(village_of(&row.village)?)),
            "name_protection.requested",
            &format!("name_protection/{id}"),
            &form.substitute,
        )
        .await?;
        tx.commit().await?;
        self.name_protection_view(principal, &id).await
    }

    /// The township approves or refuses; who asked does not decide.
    ///
    /// # Errors
    /// [`AppError::Stale`] when somebody was faster.
    pub async fn decide_name_protection(
        &self,
        principal: &Principal,
        id: &str,
        form: DecideNameProtection,
    ) -> Result<NameProtectionView, AppError> {
        permit(principal, Operation::NameProtectionDecide)?;
        let row = self.protection_row(principal, id).await?;
        if row.status != "requested" {
            return Err(AppError::Conflict("这份申请已经处理过了，请刷新。".into()));
        }
        if row.requested_by == principal.account_id {
            return Err(super::not_yet(
                "not_own_submission",
                "申请人不能批准自己的申请，请由另一名乡镇人员批准",
            ));
        }
        if !form.approve && is_blank(&form.note) {
            return Err(AppError::invalid("note", "请写明不批准的原因"));
        }
        let status = if form.approve { "approved" } else { "refused" };
        self.settle_protection(principal, row, form.expected_version, status, form.note)
            .await
    }

    /// Ends a protection whose ground has gone.
    ///
    /// # Errors
    /// [`AppError::Stale`] when somebody was faster.
    pub async fn end_name_protection(
        &self,
        principal: &Principal,
        id: &str,
        form: EndNameProtection,
    ) -> Result<NameProtectionView, AppError> {
        permit(principal, Operation::NameProtectionDecide)?;
        let row = self.protection_row(principal, id).await?;
        if is_blank(&form.note) {
            return Err(AppError::invalid("note", "请写明结束的原因"));
        }
        if row.status != "approved" {
            return Err(AppError::Conflict(
                "只有已批准的公示用名可以结束，请刷新。".into(),
            ));
        }
        self.settle_protection(principal, row, form.expected_version, "ended", form.note)
            .await
    }

    async fn settle_protection(
        &self,
        principal: &Principal,
        row: NameProtectionRow,
        expected_version: i64,
        status: &str,
        note: String,
    ) -> Result<NameProtectionView, AppError> {
        if row.version != expected_version {
            return Err(AppError::Stale {
                current: row.version,
            });
        }
        if note.chars().count() > 500 {
            return Err(AppError::invalid("note", "500 字以内"));
        }
        let (id, village) = (row.id.clone(), row.village.clone());
        let mut tx = self.store.write(self.actor(principal)).await?;
        tx.save_name_protection(NameProtectionRow {
            status: status.into(),
            decided_by: Some(principal.account_id.clone()),
            decided_by_name: Some(principal.display_name.clone()),
            decided_at: Some(self.clock.now_millis()),
            decision_note: note.trim().to_owned(),
            version: row.version + 1,
            ..row
        })
        .await?;
        tx.audit(
            &chain_of(Some(village_of(&village)?)),
            &format!("name_protection.{status}"),
            &format!("name_protection/{id}"),
            "",
        )
        .await?;
        tx.commit().await?;
        self.name_protection_view(principal, &id).await
    }

    async fn protection_row(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<NameProtectionRow, AppError> {
        self.store
            .name_protection(&principal.scope, id)
            .await?
            .ok_or(AppError::NotFound)
    }

    async fn name_protection_view(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<NameProtectionView, AppError> {
        let row = self.protection_row(principal, id).await?;
        self.protection_views(principal, vec![row])
            .await?
            .pop()
            .ok_or_else(|| AppError::Internal("a protection without a view".into()))
    }

    async fn protection_views(
        &self,
        principal: &Principal,
        rows: Vec<NameProtectionRow>,
    ) -> Result<Vec<NameProtectionView>, AppError> {
        let ids = rows.iter().map(|r| r.household_id.clone());
        let households = self.store.households(&principal.scope, ids).await?;
        let names = self
            .division_names(rows.iter().map(|r| r.village.clone()))
            .await?;
        rows.into_iter()
            .map(|row| {
                let substitute = self.substitute_of(&row)?;
                Ok(NameProtectionView {
                    head_name: households
                        .get(&row.household_id)
                        .map_or_else(String::new, |h| h.head_name.clone()),
                    village: VillageName {
                        name: names.get(&row.village).cloned().unwrap_or_default(),
                        code: row.village,
                    },
                    ground_label: ground_label(&row.ground).into(),
                    ground: row.ground,
                    reason: self.store.open_sealed(
                        "name_protection",
                        "reason",
                        &row.id,
                        &row.reason_sealed,
                    )?,
                    substitute_text: substitute.text(),
                    substitute,
                    status_label: status_label(&row.status).into(),
                    can_decide: row.status == "requested"
                        && principal.may(Operation::NameProtectionDecide)
                        && row.requested_by != principal.account_id,
                    status: row.status,
                    requested_by: row.requested_by_name,
                    requested_at: clock::instant_text(row.requested_at),
                    decided_by: row.decided_by_name,
                    decided_at: row.decided_at.map(clock::instant_text),
                    decision_note: row.decision_note,
                    version: row.version,
                    household_id: row.household_id,
                    id: row.id,
                })
            })
            .collect()
    }
}

/// The characters of a 户编号; none where the household has none.
fn household_code(file: &HouseholdFile) -> Vec<char> {
    file.code.as_deref().unwrap_or_default().chars().collect()
}

/// Why a guardian cannot be named.
fn guardian_problem(name: &str, minors: &[&str], never: &NeverPublic) -> Option<crate::FieldError> {
    let problem = |message: &str| Some(crate::FieldError::new("guardian_name", message));
    if is_blank(name) {
        return problem("请填写监护人姓名");
    }
    if minors.contains(&name) {
        return problem("监护人不能是未成年人");
    }
    match PublicText::name(name, "监护人姓名", never) {
        Ok(_) => None,
        Err(unfit) => problem(&unfit.0),
    }
}
