//! 常用筛选: the filters of a list page under a name of one's own. They belong
//! to the account, are sealed, and show nothing the page would not show.

use std::collections::BTreeMap;

use domain::account::Principal;
use serde::{Deserialize, Serialize};
use store::audit::chain_of;
use store::saved_view::SavedView;
use utoipa::ToSchema;

use crate::{App, AppError, new_id};

/// Views an account may keep.
const MOST_VIEWS: usize = 30;
/// Longest name, in characters.
const NAME_CHARS: usize = 20;
/// Most filters of a view.
const MOST_FILTERS: usize = 20;

/// A page with a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListPage {
    Household,
    Lead,
    Casefile,
    Notice,
    Overdue,
    Audit,
}

impl ListPage {
    fn as_str(self) -> &'static str {
        match self {
            Self::Household => "household",
            Self::Lead => "lead",
            Self::Casefile => "casefile",
            Self::Notice => "notice",
            Self::Overdue => "overdue",
            Self::Audit => "audit",
        }
    }
}

/// A view to save.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewSavedView {
    pub page: ListPage,
    pub name: String,
    /// Filter by name, as the page has them.
    pub query: BTreeMap<String, String>,
    /// The page opens with it.
    #[serde(default)]
    pub opens_first: bool,
}

/// What changes of a view; absent stays.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ChangeSavedView {
    pub name: Option<String>,
    pub query: Option<BTreeMap<String, String>>,
    pub opens_first: Option<bool>,
}

/// A view as its owner sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SavedViewView {
    pub id: String,
    pub page: String,
    pub name: String,
    pub query: BTreeMap<String, String>,
    pub opens_first: bool,
}

fn view_of(view: SavedView) -> SavedViewView {
    SavedViewView {
        id: view.id,
        page: view.page,
        name: view.name,
        query: serde_json::from_str(&view.query).unwrap_or_default(),
        opens_first: view.opens_first,
    }
}

/// The name, unless another view of the page has it.
fn free_name(name: &str, others: &[&SavedView]) -> Result<String, AppError> {
    let name = name.trim();
    if domain::typed_text::is_blank(name) || name.chars().count() > NAME_CHARS {
        return Err(AppError::invalid(
            "name",
            format!("请起个名字，最多 {NAME_CHARS} 个字"),
        ));
    }
    if others.iter().any(|o| o.name == name) {
        return Err(AppError::invalid(
            "name",
            "这个页面已有同名的常用筛选，请换个名字",
        ));
    }
    Ok(name.to_owned())
}

fn stored(query: &BTreeMap<String, String>) -> Result<String, AppError> {
    let known =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    if query.len() > MOST_FILTERS || !query.keys().all(|k| known(k)) {
        return Err(AppError::invalid("query", "筛选条件不对，请刷新页面后重试"));
    }
    serde_json::to_string(query).map_err(|e| AppError::Internal(e.to_string()))
}

impl App {
    /// The own views, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn saved_views(&self, principal: &Principal) -> Result<Vec<SavedViewView>, AppError> {
        let views = self.store.saved_views(&principal.account_id).await?;
        Ok(views.into_iter().map(view_of).collect())
    }

    /// Saves a view.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when there are as many as may be,
    /// [`AppError::Invalid`] for a name that is taken or too long.
    pub async fn save_view(
        &self,
        principal: &Principal,
        form: NewSavedView,
    ) -> Result<SavedViewView, AppError> {
        let all = self.store.saved_views(&principal.account_id).await?;
        if all.len() >= MOST_VIEWS {
            return Err(AppError::Conflict(format!(
                "常用筛选最多存 {MOST_VIEWS} 个，已经存满。请先删掉不再用的，再存新的。"
            )));
        }
        let page = form.page.as_str();
        let others: Vec<&SavedView> = all.iter().filter(|v| v.page == page).collect();
        let view = SavedView {
            id: new_id(),
            account_id: principal.account_id.clone(),
            page: page.to_owned(),
            name: free_name(&form.name, &others)?,
            query: stored(&form.query)?,
            opens_first: form.opens_first,
            saved_at: self.clock.now_millis(),
        };
        self.keep_view(principal, view, "saved").await
    }

    /// Renames a view, replaces its filters, or lets the page open with it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a view that is not one's own.
    pub async fn change_view(
        &self,
        principal: &Principal,
        id: &str,
        form: ChangeSavedView,
    ) -> Result<SavedViewView, AppError> {
        let all = self.store.saved_views(&principal.account_id).await?;
        let mut view = all
            .iter()
            .find(|v| v.id == id)
            .cloned()
            .ok_or(AppError::NotFound)?;
        if let Some(name) = &form.name {
            let others: Vec<&SavedView> = all
                .iter()
                .filter(|v| v.page == view.page && v.id != id)
                .collect();
            view.name = free_name(name, &others)?;
        }
        if let Some(query) = &form.query {
            view.query = stored(query)?;
        }
        view.opens_first = form.opens_first.unwrap_or(view.opens_first);
        self.keep_view(principal, view, "changed").await
    }

    async fn keep_view(
        &self,
        principal: &Principal,
        view: SavedView,
        act: &str,
    ) -> Result<SavedViewView, AppError> {
        let mut tx = self.store.write(self.actor(principal)).await?;
        if view.opens_first {
            tx.open_none_first(&view.account_id, &view.page).await?;
        }
        tx.save_view(view.clone()).await?;
        self.note_view(&mut tx, principal, &view.id, act).await?;
        tx.commit().await?;
        Ok(view_of(view))
    }

    /// Removes a view.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a view that is not one's own.
    pub async fn remove_view(&self, principal: &Principal, id: &str) -> Result<(), AppError> {
        let mut tx = self.store.write(self.actor(principal)).await?;
        if !tx.remove_view(&principal.account_id, id).await? {
            return Err(AppError::NotFound);
        }
        self.note_view(&mut tx, principal, id, "removed").await?;
        tx.commit().await?;
        Ok(())
    }

    async fn note_view(
        &self,
        tx: &mut store::WriteTx,
        principal: &Principal,
        id: &str,
        act: &str,
    ) -> Result<(), AppError> {
        tx.audit(
            &chain_of(principal.division),
            &format!("saved_view.{act}"),
            &format!("saved_view/{id}"),
            "",
        )
        .await?;
        Ok(())
    }
}
