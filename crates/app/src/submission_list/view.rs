//! Lists as the console shows them.

use std::collections::{BTreeMap, BTreeSet};

use domain::account::{Operation, Principal};
use domain::policy::{Guard, GuardKind, Item, Pack, StepKind};
use domain::submission_list::{ItemVerdict, ListStage, SubmissionList, passed_by};
use store::submission_list::{ListFilter, StoredList};

use super::{
    AnswerChoices, AnswerCounts, ListItemView, RowSource, SubmissionListQuery,
    SubmissionListSummary, SubmissionListView, category, named,
};
use crate::error::permit;
use crate::policy::CodeLabel;
use crate::{App, AppError, PageView, Window, mask_name, mask_text};

/// The stage in plain words.
fn stage_label(list: &SubmissionList) -> &'static str {
    let informs = list.content.terms.informs();
    match &list.stage {
        ListStage::Submitted if informs => "待签收",
        ListStage::Submitted => "待接收",
        ListStage::Received(_) if informs => "签收中",
        ListStage::Received(_) => "办理中",
        ListStage::Closed { .. } if informs => "已签收",
        ListStage::Closed { .. } => "已办结",
        ListStage::Returned { .. } => "已整份退回",
        ListStage::Withdrawn { .. } => "已撤回",
        ListStage::NoAdjustment => "本月无调整",
    }
}

fn counts(list: &SubmissionList) -> AnswerCounts {
    let mut counts = AnswerCounts {
        open: list.open_rows().count(),
        ..AnswerCounts::default()
    };
    for answer in list.answers.values() {
        let counted = match answer.verdict {
            ItemVerdict::Approved => &mut counts.approved,
            ItemVerdict::SentBack => &mut counts.sent_back,
            ItemVerdict::Refused => &mut counts.refused,
            ItemVerdict::Ended => &mut counts.ended,
            ItemVerdict::Acknowledged => &mut counts.acknowledged,
        };
        *counted += 1;
    }
    counts
}

fn choices(pack: &Pack, step: StepKind) -> AnswerChoices {
    let values = &pack.values;
    let choice = |code: &str, label: &str, clause: Option<&String>| CodeLabel {
        code: code.to_owned(),
        label: label.to_owned(),
        clause: clause.cloned(),
        flag: false,
        note: String::new(),
    };
    let items = |list: &[Item]| -> Vec<CodeLabel> {
        list.iter()
            .map(|i| choice(&i.code, &i.label, i.clause.as_ref().map(|c| c.get_ref())))
            .collect()
    };
    let earlier = pack
        .identification()
        .map_or(&[][..], |p| &p.steps[..p.position(step).unwrap_or(0)]);
    let assessed = pack
        .identification()
        .and_then(|p| p.guard(step, GuardKind::SituationAssessed));
    let judged = pack.identification().and_then(|p| {
        let mut guards = p.guards.iter();
        guards.find(|g| g.kind == GuardKind::AllDimensionsAssessed)
    });
    let each = |g: &Guard, code| choice(code, &g.label, g.clause.as_ref().map(|c| c.get_ref()));
    AnswerChoices {
        step_label: pack.step_label(step).to_owned(),
        next_step_label: pack
            .identification()
            .and_then(|p| p.next(step))
            .map(|s| s.label.clone()),
        each_assessed: assessed.map(|g| each(g, "situation_assessed")),
        each_refused: judged.map(|g| each(g, "all_dimensions_assessed")),
        categories: values
            .categories
            .iter()
            .map(|c| choice(&c.code, &c.label, c.clause.as_ref().map(|c| c.get_ref())))
            .collect(),
        dimensions: items(&values.dimensions),
        refusal_grounds: items(&values.refusal_grounds),
        forbidden_grounds: items(&values.forbidden_grounds),
        earlier_steps: earlier
            .iter()
            .map(|s| choice(s.kind.as_str(), &s.label, Some(s.clause.get_ref())))
            .collect(),
    }
}

impl App {
    /// Lists in scope, newest first.
    ///
    /// # Errors
    /// When the operation is missing or the database refuses.
    pub async fn submission_lists(
        &self,
        principal: &Principal,
        query: SubmissionListQuery,
    ) -> Result<PageView<SubmissionListSummary>, AppError> {
        permit(principal, Operation::SubmissionListRead)?;
        let window = Window::new(query.limit, query.cursor.as_deref());
        let scope = query
            .area
            .map_or_else(|| principal.scope.clone(), |a| principal.scope.narrowed(a));
        let own = principal.division;
        let mut filter = ListFilter {
            stages: query
                .stage
                .filter(|s| !s.is_empty())
                .map(|s| s.split(',').map(str::to_owned).collect())
                .unwrap_or_default(),
            code: query.code,
            period: query.period.map(|p| p.to_string()),
            monthly: query.monthly,
            ..ListFilter::default()
        };
        match query.folder.as_deref() {
            Some("to_answer") => {
                filter.recipient = own;
                filter.stages = vec!["submitted".into(), "received".into()];
            }
            Some("sent") => filter.maker = own,
            Some("unacknowledged") => {
                filter.maker = own;
                filter.stages = vec!["submitted".into()];
            }
            _ => {}
        }
        let page = self
            .store
            .submission_lists(&scope, &filter, &window)
            .await?;
        Ok(PageView {
            items: page
                .items
                .iter()
                .map(|stored| self.list_summary(principal, stored))
                .collect(),
            next_cursor: page.next_cursor,
            total: page.total,
        })
    }

    pub(super) fn list_summary(
        &self,
        principal: &Principal,
        stored: &StoredList,
    ) -> SubmissionListSummary {
        let (list, content) = (&stored.list, &stored.list.content);
        let terms = &content.terms;
        let receives = principal.level == Some(terms.submitted_to)
            && principal.division == Some(content.recipient.code)
            && principal.may(Operation::SubmissionListReceive);
        let my_turn = match &list.stage {
            ListStage::Submitted if receives && terms.written_notice => "签收书面通知",
            ListStage::Submitted if receives && terms.informs() => "签收名单",
            ListStage::Submitted if receives => "接收名单",
            ListStage::Received(_) if receives && terms.informs() => "签收其余农户",
            ListStage::Received(_) if receives => "逐户答复",
            _ => "",
        };
        SubmissionListSummary {
            id: stored.row.id.clone(),
            version: stored.row.version,
            title: content.title.clone(),
            number: content.number.clone(),
            label: terms.label.clone(),
            maker: content.maker.clone(),
            recipient: content.recipient.clone(),
            period: content.period,
            stage: list.stage.as_str().into(),
            stage_label: stage_label(list).into(),
            submitted_on: content.submitted_on,
            acknowledge_by: content.acknowledge_by,
            overdue: matches!(list.stage, ListStage::Submitted)
                && content.acknowledge_by.is_some_and(|by| by < self.today()),
            households: content.rows.len(),
            counts: counts(list),
            my_turn: my_turn.into(),
        }
    }

    /// One list: what was sent, what was answered, what is different now.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope.
    pub async fn submission_list(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<SubmissionListView, AppError> {
        let stored = self.stored_list(principal, id).await?;
        let rows = self.list_items(principal, &stored.list).await?;
        let summary = self.list_summary(principal, &stored);
        let mut list = stored.list;
        if principal.masked {
            super::hide_words(&mut list.content);
            match &mut list.stage {
                ListStage::Returned { reason, .. } | ListStage::Withdrawn { reason, .. } => {
                    *reason = mask_text(reason);
                }
                _ => {}
            }
        }
        let content = list.content;
        let receives = !summary.my_turn.is_empty();
        let submitted = list.stage == ListStage::Submitted;
        let makes = principal.level == Some(content.terms.level)
            && principal.division == Some(content.maker.code)
            && principal.may(Operation::SubmissionListSubmit);
        Ok(SubmissionListView {
            can_receive: receives && submitted,
            can_return: receives && list.answers.is_empty() && !content.terms.informs(),
            can_withdraw: makes && submitted && !content.terms.written_notice,
            choices: content
                .terms
                .answered_by
                .filter(|_| receives)
                .map(|step| self.pack(&content.pack.id).map(|p| choices(p, step)))
                .transpose()?,
            answer_step: content.terms.answered_by.filter(|_| receives),
            pack_id: content.pack.id,
            pack_title: content.pack_title,
            submitted_by: content.submitted_by,
            deputy_of: content.deputy_of,
            document_number: content.document_number,
            signatory: content.signatory,
            note: content.note,
            stage_detail: list.stage,
            digest: stored.row.digest,
            intact: stored.intact,
            left_out: content.left_out,
            terms: content.terms,
            rows,
            results: Vec::new(),
            summary,
        })
    }

    /// Every household as sent, beside what is known of it now.
    async fn list_items(
        &self,
        principal: &Principal,
        list: &SubmissionList,
    ) -> Result<Vec<ListItemView>, AppError> {
        let content = &list.content;
        let ids: Vec<String> = content.rows.iter().map(|r| r.casefile_id.clone()).collect();
        let casefiles = self.store.casefiles_by_ids(&principal.scope, &ids).await?;
        let households: BTreeSet<String> = content
            .rows
            .iter()
            .map(|r| r.household_id.clone())
            .collect();
        let files = self
            .store
            .household_files(&principal.scope, &households)
            .await?;
        let villages = files.values().map(|(_, f)| f.village.to_string());
        let names: BTreeMap<String, String> = self.division_names(villages).await?;
        let pack = self.pack(&content.pack.id)?;
        let stood = self.stood_on(&principal.scope, &ids).await?;
        let nowhere = BTreeSet::new();
        let mut items = Vec::new();
        for row in &content.rows {
            let known = casefiles
                .get(&row.casefile_id)
                .zip(files.get(&row.household_id));
            let now = known.map(|((stored, casefile), (_, file))| {
                let mut current = self.list_row(
                    &content.terms,
                    row.seq,
                    &RowSource {
                        row: stored,
                        casefile,
                        file,
                        pack,
                        village_name: "",
                    },
                );
                current.village_name = named(&names, file.village);
                current
            });
            let mut answer = list.answers.get(&row.casefile_id).cloned();
            if let Some(answer) = answer.as_mut().filter(|_| principal.masked) {
                answer.reason = mask_text(&answer.reason);
            }
            let open = answer.is_none() && list.stage.is_open();
            let awaited = known
                .filter(|_| open)
                .and_then(|((_, casefile), (_, file))| {
                    self.awaited_answer(
                        &content.terms,
                        casefile,
                        pack,
                        &file.household_type,
                        principal,
                    )
                });
            let mut differences = now.as_ref().map_or_else(Vec::new, |n| row.differences(n));
            if principal.masked {
                differences.retain(|d| d.label != "户主");
            }
            items.push(ListItemView {
                seq: row.seq,
                casefile_id: row.casefile_id.clone(),
                village_name: row.village_name.clone(),
                head_name: if principal.masked {
                    mask_name(&row.head_name)
                } else {
                    row.head_name.clone()
                },
                household_code: row.household_code.clone().filter(|_| !principal.masked),
                member_count: row.member_count,
                household_type_label: row.household_type_label.clone(),
                category_label: row.category_label.clone(),
                qualified_on: row.qualified_on,
                version: known.map(|((stored, _), _)| stored.version),
                proposed_category: known
                    .and_then(|((_, c), (_, f))| category(pack, c, &f.household_type)),
                answer,
                ready: awaited.as_ref().is_some_and(|t| t.ready),
                turn: awaited.as_ref().map(|t| t.verb.clone()).unwrap_or_default(),
                refusals: awaited.map(|t| t.refusals).unwrap_or_default(),
                notes: passed_by(
                    pack,
                    &content.terms,
                    stood.get(&row.casefile_id).unwrap_or(&nowhere),
                ),
                differences,
            });
        }
        Ok(items)
    }
}
