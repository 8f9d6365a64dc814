//! Divisions for pickers, and grids.

use domain::account::{Operation, Principal, Scope};
use domain::division::{DivisionCode, Level};
use domain::typed_text::is_blank;
use serde::{Deserialize, Serialize};
use store::audit::chain_of;
use store::division::{DivisionRow, GridRow};
use utoipa::ToSchema;

mod load;
mod village_record;

pub use load::LoadedDivisions;
pub use village_record::{VillageFigure, VillageRecordSummary, VillageRecordView, VillageReport};

use crate::casefile::VillageName;
use crate::error::permit;
use crate::{App, AppError, new_id};

/// A division in a picker.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DivisionView {
    pub code: String,
    pub name: String,
    pub level: String,
    pub kind: String,
    pub child_count: u64,
    /// From the province down, short names joined by `/`; in search results.
    pub path: String,
}

/// A grid under a village.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GridView {
    pub id: String,
    pub name: String,
    pub village: VillageName,
    pub staff_kind: String,
    pub worker_account_id: Option<String>,
    pub worker_name: Option<String>,
    pub household_count: u64,
}

/// A new grid.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewGrid {
    #[schema(value_type = String)]
    pub village: DivisionCode,
    pub name: String,
    /// Code of the pack's grid staff (WY21-033).
    pub staff_kind: String,
    pub worker_account_id: Option<String>,
}

/// The subtree a picker may show: the account's own, or everything for
/// administrators, who place accounts and see no household by it.
fn picker_scope(principal: &Principal) -> Scope {
    if principal.level.is_none() && principal.may(Operation::AccountRead) {
        Scope::subtree(DivisionCode::NATION)
    } else {
        principal.scope.clone()
    }
}

pub(crate) fn view(row: DivisionRow, child_count: u64, path: String) -> DivisionView {
    DivisionView {
        name: domain::division::short_name(&row.name),
        code: row.code,
        level: row.level,
        kind: row.kind,
        child_count,
        path,
    }
}

impl App {
    /// Children of a division in scope; without a parent, the root of the
    /// account's own subtree.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn divisions(
        &self,
        principal: &Principal,
        parent: Option<DivisionCode>,
    ) -> Result<Vec<DivisionView>, AppError> {
        let scope = picker_scope(principal);
        let Some(root) = scope.root() else {
            return Ok(Vec::new());
        };
        match parent {
            None if root == DivisionCode::NATION => {
                let rows = self.store.division_children(&scope, root).await?;
                Ok(rows
                    .into_iter()
                    .map(|(r, n)| view(r, n, String::new()))
                    .collect())
            }
            None => {
                let row = self.store.division(root).await?;
                let children = self.store.division_children(&scope, root).await?.len() as u64;
                Ok(row
                    .into_iter()
                    .map(|r| view(r, children, String::new()))
                    .collect())
            }
            Some(parent) => {
                let rows = self.store.division_children(&scope, parent).await?;
                Ok(rows
                    .into_iter()
                    .map(|(r, n)| view(r, n, String::new()))
                    .collect())
            }
        }
    }

    /// Divisions in scope by name, initials or code.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn search_divisions(
        &self,
        principal: &Principal,
        text: &str,
    ) -> Result<Vec<DivisionView>, AppError> {
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        let scope = picker_scope(principal);
        let rows = self.store.search_divisions(&scope, text, 20).await?;
        let mut views = Vec::new();
        for row in rows {
            let path = self
                .division_path(crate::lead::village_of(&row.code)?)
                .await?;
            views.push(view(row, 0, path));
        }
        Ok(views)
    }

    /// One division in scope with its path.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope.
    pub async fn division(
        &self,
        principal: &Principal,
        code: DivisionCode,
    ) -> Result<DivisionView, AppError> {
        let scope = picker_scope(principal);
        if !scope.contains(code) {
            return Err(AppError::NotFound);
        }
        let row = self.store.division(code).await?.ok_or(AppError::NotFound)?;
        let children = self.store.division_children(&scope, code).await?.len() as u64;
        Ok(view(row, children, self.division_path(code).await?))
    }

    /// Short names from the province down, joined by `/`.
    pub(crate) async fn division_path(&self, code: DivisionCode) -> Result<String, AppError> {
        let rows = self.store.division_path(code).await?;
        Ok(rows
            .iter()
            .map(|d| domain::division::short_name(&d.name))
            .collect::<Vec<_>>()
            .join("/"))
    }

    /// Fails unless the code is that of a village in scope: unknown and unseen
    /// are never told apart.
    pub(crate) async fn village_in_scope(
        &self,
        principal: &Principal,
        village: DivisionCode,
    ) -> Result<(), AppError> {
        let inside = principal.scope.contains(village) && village.level() == Level::Village;
        if inside && self.store.division(village).await?.is_some() {
            Ok(())
        } else {
            Err(AppError::NotFound)
        }
    }

    /// Grids of the villages in scope.
    ///
    /// # Errors
    /// When the operation is missing.
    pub async fn grids(
        &self,
        principal: &Principal,
        village: Option<DivisionCode>,
    ) -> Result<Vec<GridView>, AppError> {
        permit(principal, Operation::HouseholdRead)?;
        let scope =
            village.map_or_else(|| principal.scope.clone(), |v| principal.scope.narrowed(v));
        let rows = self.store.grids(&scope).await?;
        let names = self
            .division_names(rows.iter().map(|(r, _)| r.village.clone()))
            .await?;
        let workers = self
            .store
            .account_names(rows.iter().filter_map(|(r, _)| r.worker_account_id.clone()))
            .await?;
        Ok(rows
            .into_iter()
            .map(|(r, n)| GridView {
                village: VillageName {
                    name: names.get(&r.village).cloned().unwrap_or_default(),
                    code: r.village,
                },
                worker_name: r
                    .worker_account_id
                    .as_ref()
                    .and_then(|w| workers.get(w))
                    .cloned(),
                id: r.id,
                name: r.name,
                staff_kind: r.staff_kind,
                worker_account_id: r.worker_account_id,
                household_count: n,
            })
            .collect())
    }

    /// Adds a grid under a village in scope.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope, [`AppError::Invalid`] for a
    /// staff kind the pack does not list.
    pub async fn add_grid(
        &self,
        principal: &Principal,
        form: NewGrid,
    ) -> Result<Vec<GridView>, AppError> {
        permit(principal, Operation::GridManage)?;
        self.village_in_scope(principal, form.village).await?;
        if let Some(worker) = &form.worker_account_id {
            let account = self
                .store
                .account(worker)
                .await?
                .ok_or(AppError::NotFound)?;
            let place: Option<DivisionCode> = account.division.and_then(|d| d.parse().ok());
            if !place.is_some_and(|p| principal.scope.contains(p)) {
                return Err(AppError::NotFound);
            }
        }
        let pack = self.pack_in_force(form.village, self.today()).await?;
        if !pack
            .values
            .grid_staff
            .iter()
            .any(|k| k.code == form.staff_kind)
        {
            return Err(AppError::invalid("staff_kind", "请选择网格力量的类别"));
        }
        if is_blank(&form.name) {
            return Err(AppError::invalid("name", "请填写网格名称"));
        }
        let id = new_id();
        let mut tx = self.store.write(self.actor(principal)).await?;
        tx.add_grid(GridRow {
            id: id.clone(),
            village: form.village.to_string(),
            name: form.name.trim().to_owned(),
            staff_kind: form.staff_kind,
            worker_account_id: form.worker_account_id,
        })
        .await?;
        tx.audit(
            &chain_of(Some(form.village)),
            "grid.added",
            &format!("grid/{id}"),
            "",
        )
        .await?;
        tx.commit().await?;
        self.grids(principal, Some(form.village)).await
    }
}
