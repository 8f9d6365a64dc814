//! What lists put on a person's desk.

use domain::account::{Operation, Principal};
use domain::submission_list::Month;
use store::submission_list::ListFilter;

use crate::workbench::{Reminder, WorkItem, Workbench};
use crate::{App, AppError, Window};

/// Lists shown on a desk; the page of lists has the rest.
const SHOWN: u64 = 50;

impl App {
    /// Lists to take in and to answer, who is due on a list, months without
    /// one, acknowledgements that are late.
    pub(crate) async fn list_work(
        &self,
        principal: &Principal,
        bench: &mut Workbench,
    ) -> Result<(), AppError> {
        let Some(own) = principal.division else {
            return Ok(());
        };
        let open = |stages: &[&str]| ListFilter {
            stages: stages.iter().map(|s| (*s).to_owned()).collect(),
            ..ListFilter::default()
        };
        if principal.may(Operation::SubmissionListReceive) {
            let filter = ListFilter {
                recipient: Some(own),
                ..open(&["submitted", "received"])
            };
            let page = self
                .store
                .submission_lists(&principal.scope, &filter, &Window::first(SHOWN))
                .await?;
            for stored in &page.items {
                let list = self.list_summary(principal, stored);
                if !list.my_turn.is_empty() {
                    let head_name = format!("{}{}", list.title, list.number);
                    bench.mine.push(WorkItem {
                        village_name: format!("{}报送", list.maker.name),
                        step_label: format!("{} 户待办", list.counts.open),
                        verb: list.my_turn,
                        days_left: list.acknowledge_by.map(|by| days_until(self.today(), by)),
                        clause: stored.list.content.terms.clause.clone(),
                        ..WorkItem::about("submission_list", list.id, head_name)
                    });
                }
            }
        }
        if principal.may(Operation::SubmissionListSubmit) {
            self.due_lists(principal, bench).await?;
            let filter = ListFilter {
                maker: Some(own),
                ..open(&["submitted"])
            };
            let page = self
                .store
                .submission_lists(&principal.scope, &filter, &Window::first(SHOWN))
                .await?;
            for stored in &page.items {
                let list = self.list_summary(principal, stored);
                if list.overdue {
                    bench.reminders.push(Reminder {
                        message: format!("{}还没有签收{}", list.recipient.name, list.title),
                        due_on: list.acknowledge_by.map(|d| d.to_string()),
                        link: format!("/submission-lists/{}", list.id),
                    });
                }
            }
        }
        Ok(())
    }

    async fn due_lists(
        &self,
        principal: &Principal,
        bench: &mut Workbench,
    ) -> Result<(), AppError> {
        let current = Month::of(self.today());
        for group in self.list_groups(principal).await? {
            let label = &group.terms.label;
            let due = group.found.len();
            // Whoever came after a past month's list waits for the next one.
            let waits = group.terms.monthly && group.months.is_empty();
            if due > 0 && !waits {
                let takes = group
                    .months
                    .iter()
                    .find(|m| group.due_by(m.month) > 0)
                    .or(group.months.last());
                let (month, due_on) = match takes {
                    Some(m) if m.supplements => (format!("{}补充", m.month.spoken()), None),
                    Some(m) => (m.month.spoken(), Some(m.month.last_day().to_string())),
                    None => (String::new(), None),
                };
                bench.reminders.push(Reminder {
                    message: format!("有 {due} 户可以报送{month}{label}"),
                    due_on,
                    link: "/submission-lists?folder=draw_up".into(),
                });
            }
            let missing: Vec<Month> = group
                .months
                .iter()
                .map(|m| m.month)
                .filter(|m| *m < current && group.due_by(*m) == 0)
                .collect();
            if let Some(oldest) = missing.first() {
                bench.reminders.push(Reminder {
                    message: format!(
                        "{}{label}没有报送，也没有登记“本月无调整”",
                        months_in_words(&missing)
                    ),
                    due_on: Some(oldest.last_day().to_string()),
                    link: "/submission-lists?folder=draw_up".into(),
                });
            }
        }
        Ok(())
    }
}

/// Months named in one sentence.
const NAMED_AT_MOST: usize = 3;

/// The oldest by name, how many more there are.
fn months_in_words(months: &[Month]) -> String {
    let named: Vec<String> = months
        .iter()
        .take(NAMED_AT_MOST)
        .map(|m| m.spoken())
        .collect();
    match months.len().saturating_sub(NAMED_AT_MOST) {
        0 => named.join("、"),
        more => format!("{}（另有 {more} 个月）", named.join("、")),
    }
}

fn days_until(today: jiff::civil::Date, day: jiff::civil::Date) -> i64 {
    i64::from((day - today).get_days())
}
