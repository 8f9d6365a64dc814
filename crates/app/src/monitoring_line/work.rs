//! What lines put on a person's desk: one of this year to be drafted, the own
//! receipt, and receipts one waits for.

use std::collections::BTreeMap;

use domain::account::{Operation, Principal};
use domain::monitoring_line::LineStage;
use store::monitoring_line::LineRow;

use super::receipt::ReceiptView;
use crate::lead::parse_date;
use crate::workbench::{WorkItem, Workbench};
use crate::{App, AppError};

impl App {
    /// A line of this year to be drafted, the receipt of the own division, and
    /// what is still open below it.
    pub(crate) async fn line_work(
        &self,
        principal: &Principal,
        bench: &mut Workbench,
    ) -> Result<(), AppError> {
        if principal.may(Operation::MonitoringLineDraft) {
            for unset in self.lines_to_draft(principal).await? {
                let (year, place) = (unset.year, &unset.jurisdiction);
                bench.mine.push(WorkItem {
                    step_label: unset.message,
                    verb: "起草监测范围".into(),
                    clause: Some(unset.clause),
                    ..WorkItem::about(
                        "monitoring_line",
                        format!("new?year={year}&jurisdiction={place}"),
                        format!("{year} 年监测范围"),
                    )
                });
            }
        }
        let answers = principal.may(Operation::MonitoringLineAcknowledge);
        if !answers && !principal.may(Operation::MonitoringLinePublish) {
            return Ok(());
        }
        let lines: BTreeMap<String, LineRow> = self
            .store
            .monitoring_lines()
            .await?
            .into_iter()
            .filter(|l| l.stage == LineStage::Published.as_str())
            .map(|l| (l.id.clone(), l))
            .collect();
        let ids: Vec<String> = lines.keys().cloned().collect();
        let receipts = self.receipt_views(principal, &ids).await?;
        let mut open: BTreeMap<&str, Vec<&ReceiptView>> = BTreeMap::new();
        for receipt in receipts.iter().filter(|r| r.acknowledged_on.is_none()) {
            let Some(line) = lines.get(&receipt.line_id) else {
                continue;
            };
            if receipt.mine {
                bench.mine.push(WorkItem {
                    village_name: format!("{} 元", receipt.amount_yuan),
                    days_left: Some(self.days_to(&receipt.due_on)?),
                    ..line_item(line, "填写回执")
                });
            } else {
                open.entry(&receipt.line_id).or_default().push(receipt);
            }
        }
        for (id, receipts) in open {
            let (Some(line), Some(first)) =
                (lines.get(id), receipts.iter().min_by_key(|r| &r.due_on))
            else {
                continue;
            };
            let waiting_for = match receipts.len() {
                1 => first.division_name.clone(),
                count => format!("{}等 {count} 个单位", first.division_name),
            };
            bench.waiting.push(WorkItem {
                waiting_for: Some(waiting_for),
                days_left: Some(self.days_to(&first.due_on)?),
                ..line_item(line, "填写回执")
            });
        }
        Ok(())
    }

    /// Days until a day; negative once it has passed.
    fn days_to(&self, day: &str) -> Result<i64, AppError> {
        Ok(i64::from((parse_date(day)? - self.today()).get_days()))
    }
}

fn line_item(line: &LineRow, verb: &str) -> WorkItem {
    let edition = match line.edition {
        1 => String::new(),
        more => format!("（第 {more} 次）"),
    };
    WorkItem {
        step_label: format!("印发 {}", line.document_number),
        verb: verb.into(),
        ..WorkItem::about(
            "monitoring_line",
            line.id.clone(),
            format!("{} 年监测范围{edition}", line.year),
        )
    }
}
