//! What papers put on a person's desk: names that wait to be kept off them.

use domain::account::{Operation, Principal};
use domain::division::Level;

use crate::workbench::{WorkItem, Workbench, level_words};
use crate::{App, AppError, Window, mask_name};

/// Requests shown on a desk; the page of protected names has the rest.
const SHOWN: u64 = 50;

impl App {
    /// 公示用名 requests: for the township to decide, for whoever asked to wait for.
    pub(crate) async fn protection_work(
        &self,
        principal: &Principal,
        bench: &mut Workbench,
    ) -> Result<(), AppError> {
        let decides = principal.may(Operation::NameProtectionDecide);
        if !decides && !principal.may(Operation::NameProtectionRequest) {
            return Ok(());
        }
        let page = self
            .store
            .name_protections(&principal.scope, Some("requested"), &Window::first(SHOWN))
            .await?;
        let households = page.items.iter().map(|r| r.household_id.clone());
        let households = self.store.households(&principal.scope, households).await?;
        let names = self
            .division_names(page.items.iter().map(|r| r.village.clone()))
            .await?;
        for row in page.items {
            let head = households
                .get(&row.household_id)
                .map_or("", |h| h.head_name.as_str());
            let head_name = if principal.masked {
                mask_name(head)
            } else {
                head.to_owned()
            };
            let item = WorkItem {
                household_id: Some(row.household_id),
                village_name: names.get(&row.village).cloned().unwrap_or_default(),
                step_label: "公示用名".into(),
                verb: "批准公示用名".into(),
                ..WorkItem::about("name_protection", row.id, head_name)
            };
            // Who asked does not decide.
            let own = row.requested_by == principal.account_id;
            if decides && !own {
                bench.mine.push(item);
            } else {
                let waiting_for = if decides {
                    "乡镇另一人".to_owned()
                } else {
                    level_words(Level::Township)
                };
                bench.waiting.push(WorkItem {
                    waiting_for: Some(waiting_for),
                    ..item
                });
            }
        }
        Ok(())
    }
}
