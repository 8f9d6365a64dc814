//! Accounts that wait for an administrator, on the workbench.

use std::collections::BTreeSet;

use domain::account::{Operation, Principal};
use store::deputy::DeputyRow;
use store::role_request::{REQUESTED, RoleRequestRow};

use super::role_request::RoleRequestView;
use crate::workbench::{WorkItem, Workbench};
use crate::{App, AppError, Window};

impl App {
    /// Requests to decide for whoever grants posts; for whoever manages
    /// accounts those that wait, and those refused that leave somebody
    /// without a post.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn account_work(
        &self,
        principal: &Principal,
        bench: &mut Workbench,
    ) -> Result<(), AppError> {
        let grants = principal.may(Operation::RoleGrant);
        let manages = principal.may(Operation::AccountManage);
        if !grants && !manages {
            return Ok(());
        }
        let window = Window::first(200);
        let open = self.store.role_requests(Some(REQUESTED), &window).await?;
        for row in open.items {
            // Nobody decides what he asked for, or what is asked for him.
            let own =
                row.account_id == principal.account_id || row.requested_by == principal.account_id;
            let item = self.request_item(row, "审批岗位申请").await?;
            if grants && !own {
                bench.mine.push(item);
            } else {
                bench.waiting.push(WorkItem {
                    waiting_for: Some("安全管理员".into()),
                    ..item
                });
            }
        }
        let open = self.store.deputy_list(Some(REQUESTED), &window).await?;
        for row in open.items {
            let own = [&row.account_id, &row.deputy_id, &row.proposed_by]
                .contains(&&principal.account_id);
            let item = self.deputy_item(row).await?;
            if grants && !own {
                bench.mine.push(item);
            } else {
                bench.waiting.push(WorkItem {
                    waiting_for: Some("安全管理员".into()),
                    ..item
                });
            }
        }
        if !manages {
            return Ok(());
        }
        let refused = self.store.role_requests(Some("refused"), &window).await?;
        let asked: BTreeSet<String> = refused.items.iter().map(|r| r.account_id.clone()).collect();
        for (account, newest) in self.store.latest_role_requests(asked).await? {
            let row = self.store.account(&account).await?;
            let in_use = row.is_some_and(|a| !a.disabled);
            let without_post = self.store.account_roles(&account).await?.is_empty();
            if newest.status == "refused" && in_use && without_post {
                bench
                    .mine
                    .push(self.request_item(newest, "重新申请岗位或停用账户").await?);
            }
        }
        Ok(())
    }

    /// Who asks, for whom, for what.
    async fn request_item(&self, row: RoleRequestRow, verb: &str) -> Result<WorkItem, AppError> {
        let view: RoleRequestView = self.role_request_view(row).await?;
        let place = view.division.map(|d| d.name).unwrap_or_default();
        let refused = view.decision_reason.map(|r| format!("，不批准：{r}"));
        Ok(WorkItem {
            verb: verb.into(),
            step_label: format!(
                "{}申请：{}{place}{}{}",
                view.requested_by_name,
                if place.is_empty() { "" } else { "在" },
                view.role.label,
                refused.unwrap_or_default()
            ),
            village_name: place,
            ..WorkItem::about("role_request", view.id, view.display_name)
        })
    }

    /// Who shall stand in for whom, when.
    async fn deputy_item(&self, row: DeputyRow) -> Result<WorkItem, AppError> {
        let view = self.deputy_view(row).await?;
        let posts: Vec<_> = view.account_roles.into_iter().map(|r| r.label).collect();
        Ok(WorkItem {
            verb: "审批代理".into(),
            step_label: format!(
                "{}提出：{}至{}代理{}（{}）",
                view.proposed_by_name,
                view.from,
                view.to,
                view.account_name,
                posts.join("、")
            ),
            village_name: view.place_name,
            ..WorkItem::about("deputy", view.id, view.deputy_name)
        })
    }
}
