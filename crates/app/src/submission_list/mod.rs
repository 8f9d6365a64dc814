//! 名单: drawing up, sending, taking in, answering household by household.
//! What was sent stays as it was; the answers are the casefiles' own.

mod answering;
mod drawing;
mod forms;
mod sending;
mod sheet;
mod view;
mod work;

pub use forms::*;

use std::collections::{BTreeMap, BTreeSet};

use domain::account::{Operation, Principal, Scope};
use domain::casefile::{Casefile, Refusal, Situation, Stage, Todo, outlook, propose_category};
use domain::division::DivisionCode;
use domain::household::HouseholdFile;
use domain::policy::Pack;
use domain::submission_list::{ListContent, ListRow, ListTerms, Party, not_on_list, qualified_on};
use store::casefile::CasefileRow as StoredRow;
use store::submission_list::StoredList;

use crate::error::permit;
use crate::lead::village_of;
use crate::{App, AppError, mask_name, mask_text};

/// What a row of a list is made of.
pub(crate) struct RowSource<'a> {
    pub row: &'a StoredRow,
    pub casefile: &'a Casefile,
    pub file: &'a HouseholdFile,
    pub pack: &'a Pack,
    pub village_name: &'a str,
}

impl App {
    /// A casefile as a row of a list, from what is known of it now.
    pub(crate) fn list_row(&self, terms: &ListTerms, seq: u32, from: &RowSource<'_>) -> ListRow {
        let casefile = from.casefile;
        ListRow {
            seq,
            casefile_id: casefile.id.clone(),
            casefile_version: from.row.version,
            household_id: casefile.household_id.clone(),
            household_code: from.file.code.clone(),
            village: casefile.village,
            village_name: from.village_name.to_owned(),
            head_name: from
                .file
                .head()
                .or_else(|| from.file.members.first())
                .map_or_else(String::new, |m| m.name.clone()),
            member_count: u32::try_from(from.file.active_members().count()).unwrap_or(u32::MAX),
            household_type_label: self
                .codes
                .label("household_type", &from.file.household_type)
                .unwrap_or(&from.file.household_type)
                .to_owned(),
            category_label: category(from.pack, casefile, &from.file.household_type)
                .map(|c| from.pack.category_label(&c)),
            qualified_on: qualified_on(terms, casefile)
                .or_else(|| casefile.records.done_on(terms.after))
                .unwrap_or(casefile.opened_on),
            superseded: casefile.superseded.len(),
        }
    }

    /// The answer a casefile waits for, with what keeps the receiving level
    /// from giving it today; `None` when it is not its turn at all.
    pub(crate) fn awaited_answer(
        &self,
        terms: &ListTerms,
        casefile: &Casefile,
        pack: &Pack,
        household_type: &str,
        principal: &Principal,
    ) -> Option<Todo> {
        let facts = self.facts(pack, &[], household_type, principal);
        outlook(casefile, &facts)
            .into_iter()
            .find(|t| match terms.answered_by {
                Some(step) => t.step == step,
                None => t.actions.iter().any(|a| a == "acknowledge_decision"),
            })
    }

    /// Says beside a step that answers a list when the household stands on
    /// none: the step may be done, but its list should come first. Once the
    /// step is done, or the household refused, there is nothing left to list.
    pub(crate) async fn note_missing_lists(
        &self,
        scope: &Scope,
        casefile: &Casefile,
        pack: &Pack,
        todo: &mut [Todo],
    ) -> Result<(), AppError> {
        if !matches!(casefile.stage, Stage::Running | Stage::Determined { .. }) {
            return Ok(());
        }
        let awaited =
            |step| casefile.records.done_on(step).is_none() || casefile.sent_back_to == Some(step);
        let ids = std::slice::from_ref(&casefile.id);
        let listed = self.store.listed_casefiles(scope, ids).await?;
        let listed: BTreeSet<String> = listed.into_iter().map(|(_, code)| code).collect();
        for one in todo.iter_mut().filter(|t| awaited(t.step)) {
            one.refusals.extend(not_on_list(pack, one.step, &listed));
        }
        Ok(())
    }

    /// The lists each of these casefiles ever stood on.
    async fn stood_on(
        &self,
        scope: &Scope,
        ids: &[String],
    ) -> Result<BTreeMap<String, BTreeSet<String>>, AppError> {
        let mut stood: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (casefile, code) in self.store.ever_listed(scope, ids).await? {
            stood.entry(casefile).or_default().insert(code);
        }
        Ok(stood)
    }

    /// A list in scope.
    pub(crate) async fn stored_list(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<StoredList, AppError> {
        permit(principal, Operation::SubmissionListRead)?;
        self.store
            .submission_list(&principal.scope, id)
            .await?
            .ok_or(AppError::NotFound)
    }

    /// A list exactly as it was sent, for whatever leaves the platform; names
    /// masked where the role demands it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope, [`AppError::Refused`] when the
    /// content is no longer what was sent.
    pub async fn frozen_list(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<FrozenList, AppError> {
        let stored = self.stored_list(principal, id).await?;
        if !stored.intact {
            return Err(AppError::Refused(vec![Refusal {
                guard: "content_intact".into(),
                message: "名单内容与报送时的摘要不一致，不能打印、导出。请立即告诉系统管理员。"
                    .into(),
                clause: None,
                earliest_on: None,
            }]));
        }
        let mut content = stored.list.content;
        if principal.masked {
            hide_words(&mut content);
            for row in &mut content.rows {
                row.head_name = mask_name(&row.head_name);
            }
        }
        Ok(FrozenList {
            area: village_of(&stored.row.area)?,
            id: stored.row.id,
            digest: stored.row.digest,
            content,
        })
    }
}

/// Hides what the maker of a list wrote freely.
fn hide_words(content: &mut ListContent) {
    content.note = mask_text(&content.note);
    content.signatory = mask_text(&content.signatory);
    content.document_number = mask_text(&content.document_number);
    content.left_out.clear();
}

/// Code of the category the county determined, or the one the rules propose.
fn category(pack: &Pack, casefile: &Casefile, household_type: &str) -> Option<String> {
    match &casefile.stage {
        Stage::Determined { category, .. } | Stage::Archived { category, .. } => {
            Some(category.clone())
        }
        _ => Situation::of(&casefile.records)
            .and_then(|s| propose_category(pack, household_type, &s).conclusion)
            .map(|c| c.category),
    }
}

/// The name of a division among those loaded, or its code.
/// A division as the papers of a pack name it.
fn party(
    pack: &Pack,
    names: &std::collections::BTreeMap<String, String>,
    code: DivisionCode,
) -> Party {
    let name = named(names, code);
    Party {
        code,
        office: pack.office(code.level(), &domain::division::short_name(&name)),
        name,
    }
}

fn named(names: &std::collections::BTreeMap<String, String>, code: DivisionCode) -> String {
    let code = code.to_string();
    names.get(&code).cloned().unwrap_or(code)
}
