//! What the lists of a pack may not say: they hang on the steps of its procedure.

use super::Checker;
use crate::division::Level;
use crate::policy::{Procedure, StepKind};

impl Checker<'_> {
    /// A list is drawn up by the level whose step qualifies a household, and
    /// answered by a later step of the level it goes to.
    pub(super) fn lists(&mut self) {
        const FILE: &str = "pack.toml";
        let Some(procedure) = self.procedures.get("identification").copied() else {
            return;
        };
        let lists = &self.source.file.lists;
        for list in lists {
            let at = list.clause.as_ref().map_or_else(
                || self.offset(FILE, &format!("code = \"{}\"", list.code)),
                |c| c.span().start,
            );
            let what = format!("名单 {}", list.code);
            if list.level == list.submitted_to {
                self.report(
                    FILE,
                    at,
                    format!("{what} 由{}级报给同一级", list.level.label()),
                );
            }
            if let Some(after) = &list.period_after {
                // The clause gives month and day; the year is the document's.
                let said = after.value.as_ref().map(|v| *v.get_ref());
                let month = said.map(|d| d.month().to_string());
                self.stated(FILE, &what, after, at, month);
                if let (Some(day), Some(clause)) = (said, &after.clause) {
                    self.figure_stands(FILE, &what, (&day.day().to_string(), false), clause, at);
                }
                if list.period.is_none() {
                    let words = format!("{what} 有 period_after，没有 period");
                    self.report(FILE, at, words);
                }
            }
            self.list_step(at, &what, "after", list.after, list.level, procedure);
            let Some(answer) = list.answered_by else {
                continue;
            };
            self.list_step(
                at,
                &what,
                "answered_by",
                answer,
                list.submitted_to,
                procedure,
            );
            if procedure.comes_before(answer, list.after) {
                self.report(
                    FILE,
                    at,
                    format!("{what} 的 answered_by 排在 after 前面：先有名单，才有答复"),
                );
            }
        }
    }

    fn list_step(
        &mut self,
        at: usize,
        what: &str,
        key: &str,
        kind: StepKind,
        level: Level,
        procedure: &Procedure,
    ) {
        const FILE: &str = "pack.toml";
        match procedure.step(kind) {
            None => self.report(
                FILE,
                at,
                format!("{what} 的 {key} 指向程序里没有的环节 {}", kind.as_str()),
            ),
            Some(step) if step.level != level && !step.shared_with.contains(&level) => {
                self.report(
                    FILE,
                    at,
                    format!(
                        "{what} 的 {key} 是{}级的环节“{}”，与{}级不符",
                        step.level.label(),
                        step.label,
                        level.label()
                    ),
                );
            }
            Some(_) => {}
        }
    }

    /// Where a text first stands in a file of the pack.
    fn offset(&self, file: &str, text: &str) -> usize {
        let source = self.source.sources.iter().find(|s| s.path.ends_with(file));
        source.and_then(|s| s.text.find(text)).unwrap_or(0)
    }
}
