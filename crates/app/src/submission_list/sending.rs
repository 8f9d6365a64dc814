//! Sending a list: from here on its content stays as it is.

use std::collections::BTreeSet;

use domain::account::{Operation, Principal};
use domain::casefile::{Action, Refusal, TownshipSubmission, WrittenNotice};
use domain::division::DivisionCode;
use domain::policy::{Pack, StepKind};
use domain::submission_list::{
    Candidate, Drawing, LeftOut, ListContent, ListRow, ListTerms, Month, SubmissionList,
    sending_step,
};
use store::WriteTx;
use store::audit::chain_of;
use store::submission_list::NewList;

use super::{NewListItem, NewSubmissionList, RowSource, SubmissionListView, named, party};
use crate::casefile::Act;
use crate::error::permit;
use crate::notice::{ItemResult, NOT_HERE};
use crate::{App, AppError, FieldError, new_id};

impl App {
    /// Sends a list: whoever is on it, exactly as they are known now. With
    /// nobody on it, records a month without adjustment.
    ///
    /// # Errors
    /// [`AppError::Refused`] with every reason at once, [`AppError::NotFound`]
    /// outside the scope, [`AppError::StaleHouseholds`] when a household has
    /// changed since, [`AppError::Conflict`] when somebody was faster with the
    /// list. Nothing is sent then.
    pub async fn submit_list(
        &self,
        principal: &Principal,
        form: NewSubmissionList,
    ) -> Result<SubmissionListView, AppError> {
        permit(principal, Operation::SubmissionListSubmit)?;
        if !principal.scope.contains(form.area) {
            return Err(AppError::NotFound);
        }
        let pack = self
            .library
            .pack(&form.pack_id)
            .ok_or_else(|| AppError::invalid("pack_id", "没有这份政策文件"))?;
        let definition = pack.values.lists.iter().find(|l| l.code == form.code);
        let terms = definition
            .map(|l| ListTerms::of(l, self.today()))
            .ok_or_else(|| AppError::invalid("code", "政策文件没有规定这种名单"))?;
        let ids: Vec<String> = form.items.iter().map(|i| i.casefile_id.clone()).collect();
        let seen = self.store.casefiles_by_ids(&principal.scope, &ids).await?;
        if ids.iter().any(|id| !seen.contains_key(id)) {
            return Err(AppError::NotFound);
        }
        let groups = self.list_groups(principal).await?;
        let group = groups.iter().find(|g| {
            g.pack.id() == pack.id() && g.terms.code == terms.code && g.area == form.area
        });
        let found = || group.into_iter().flat_map(|g| &g.found);
        let households = self
            .store
            .households(
                &principal.scope,
                found().map(|f| f.row.household_id.clone()),
            )
            .await?;
        let candidates: Vec<Candidate> = found()
            .map(|f| Candidate {
                casefile_id: f.row.id.clone(),
                head_name: households
                    .get(&f.row.household_id)
                    .map_or_else(String::new, |h| h.head_name.clone()),
                qualified_on: f.qualified_on,
            })
            .collect();
        let supplement = self
            .next_supplement(principal, &terms, form.area, form.period)
            .await?;
        let left_out: Vec<(String, String)> = form
            .left_out
            .iter()
            .map(|l| (l.casefile_id.clone(), l.reason.clone()))
            .collect();
        Drawing {
            terms: &terms,
            area: form.area,
            period: form.period,
            supplements: supplement > 0,
            submitted_on: form.submitted_on,
            document_number: &form.document_number,
            signatory: &form.signatory,
            acknowledge_by: form.acknowledge_by,
            documented: documented(pack, &terms) && !form.items.is_empty(),
            chosen: &ids,
            left_out: &left_out,
            candidates: &candidates,
            actor: principal,
            today: self.today(),
        }
        .check()
        .map_err(AppError::Refused)?;
        let content = self
            .new_content(principal, pack, &terms, &form, supplement)
            .await?;
        self.send_list(principal, pack, content, form.area, &form.items)
            .await
    }

    /// Which list of its month this would be: 0 where there is none yet, else
    /// the number of its supplement. No document says how often a month may be
    /// reported (HN20-090 says 按月), so a household need not wait for the next.
    async fn next_supplement(
        &self,
        principal: &Principal,
        terms: &ListTerms,
        area: DivisionCode,
        period: Option<Month>,
    ) -> Result<u32, AppError> {
        let (Some(period), Some((maker, _))) = (period, terms.parties(area)) else {
            return Ok(0);
        };
        let scope = &principal.scope;
        let given = self.store.given_months(scope, maker, period).await?;
        let (area, month) = (area.to_string(), period.to_string());
        let last = given
            .iter()
            .filter(|g| g.area == area && g.code == terms.code && g.period == month)
            .map(|g| g.supplement)
            .max();
        Ok(last.map_or(0, |last| u32::try_from(last).unwrap_or(0) + 1))
    }

    /// Everything but the households: parties, dates, who was left out.
    async fn new_content(
        &self,
        principal: &Principal,
        pack: &Pack,
        terms: &ListTerms,
        form: &NewSubmissionList,
        supplement: u32,
    ) -> Result<ListContent, AppError> {
        let (maker, recipient) = terms.parties(form.area).ok_or(AppError::NotFound)?;
        let parties = [form.area, maker, recipient];
        let names = self
            .division_names(parties.iter().map(ToString::to_string))
            .await?;
        let party = |code: DivisionCode| party(pack, &names, code);
        let ids: Vec<String> = form
            .left_out
            .iter()
            .map(|l| l.casefile_id.clone())
            .collect();
        let left = self.store.casefiles_by_ids(&principal.scope, &ids).await?;
        let households = self
            .store
            .households(
                &principal.scope,
                left.values().map(|(r, _)| r.household_id.clone()),
            )
            .await?;
        let left_out = form.left_out.iter().filter_map(|l| {
            let (row, _) = left.get(&l.casefile_id)?;
            Some(LeftOut {
                casefile_id: l.casefile_id.clone(),
                head_name: households
                    .get(&row.household_id)
                    .map_or_else(String::new, |h| h.head_name.clone()),
                reason: l.reason.trim().to_owned(),
            })
        });
        let month = form.period.map(Month::spoken).unwrap_or_default();
        let title = terms.title(form.area, &named(&names, form.area), &month);
        Ok(ListContent {
            title: match supplement {
                0 => title,
                1 => format!("{title}（补充）"),
                more => format!("{title}（补充{more}）"),
            },
            number: String::new(),
            terms: terms.clone(),
            pack: domain::casefile::PackRef {
                id: pack.id().to_owned(),
                version: pack.values.version,
            },
            pack_title: pack.values.title.clone(),
            maker: party(maker),
            recipient: party(recipient),
            period: form.period,
            supplement,
            submitted_on: form.submitted_on,
            submitted_by: principal.display_name.clone(),
            deputy_of: principal.deputy_of.clone(),
            document_number: form.document_number.trim().to_owned(),
            signatory: form.signatory.trim().to_owned(),
            acknowledge_by: form.acknowledge_by,
            rows: Vec::new(),
            left_out: left_out.collect(),
            note: form.note.trim().to_owned(),
        })
    }

    async fn send_list(
        &self,
        principal: &Principal,
        pack: &Pack,
        mut content: ListContent,
        area: DivisionCode,
        items: &[NewListItem],
    ) -> Result<SubmissionListView, AppError> {
        let id = new_id();
        let mut tx = self.store.write(self.actor(principal)).await?;
        let mut results = Vec::new();
        for item in items {
            let sent = self
                .put_on_list(&mut tx, principal, pack, &content, area, item)
                .await?;
            let (result, row) = sent;
            content.rows.extend(row);
            results.push(result);
        }
        if results.iter().any(|r| !r.ok) {
            // Rolled back: a list goes whole or not at all.
            drop(tx);
            return Err(self.kept_back(principal, &results).await?);
        }
        self.name_villages(&mut content).await?;
        let (maker, year) = (content.maker.code, content.submitted_on.year());
        let number = tx
            .next_list_number(maker, &content.terms.code, year)
            .await?;
        content.number = format!("〔{year}〕{number}号");
        let list = SubmissionList::submitted(content);
        let digest = tx
            .add_submission_list(NewList {
                id: &id,
                area,
                number,
                list: &list,
            })
            .await?;
        let detail = format!(
            "code={} households={} digest={digest}",
            list.content.terms.code,
            list.content.rows.len()
        );
        let operation = if list.content.rows.is_empty() {
            "submission_list.no_adjustment"
        } else {
            "submission_list.submitted"
        };
        tx.audit(
            &chain_of(Some(area)),
            operation,
            &format!("submission_list/{id}"),
            &detail,
        )
        .await?;
        tx.commit().await?;
        let mut view = self.submission_list(principal, &id).await?;
        view.results = results;
        Ok(view)
    }

    /// Why a list stays here, each household by the name of its head.
    async fn kept_back(
        &self,
        principal: &Principal,
        results: &[ItemResult],
    ) -> Result<AppError, AppError> {
        let failed: Vec<&ItemResult> = results.iter().filter(|r| !r.ok).collect();
        if failed
            .iter()
            .any(|r| r.message.as_deref() == Some(NOT_HERE))
        {
            return Ok(AppError::NotFound);
        }
        let ids: Vec<String> = failed.iter().map(|r| r.casefile_id.clone()).collect();
        let seen = self.store.casefiles_by_ids(&principal.scope, &ids).await?;
        let of = seen.values().map(|(row, _)| row.household_id.clone());
        let households = self.store.households(&principal.scope, of).await?;
        let head = |casefile: &str| {
            seen.get(casefile)
                .and_then(|(row, _)| households.get(&row.household_id))
                .map_or_else(String::new, |h| h.head_name.clone())
        };
        let refusals: Vec<Refusal> = failed
            .iter()
            .flat_map(|r| r.refusals.iter().map(move |refusal| (r, refusal)))
            .map(|(r, refusal)| Refusal {
                message: format!("{}户：{}", head(&r.casefile_id), refusal.message),
                ..refusal.clone()
            })
            .collect();
        if !refusals.is_empty() {
            return Ok(AppError::Refused(refusals));
        }
        let stale = failed.iter().map(|r| {
            let words = r.message.as_deref().unwrap_or_default();
            let message = format!("{}户：{words}", head(&r.casefile_id));
            FieldError::new(&r.casefile_id, message)
        });
        Ok(AppError::StaleHouseholds(stale.collect()))
    }

    /// Puts one household on the list: its row, or why not. Where sending is
    /// itself a step, the step is recorded first.
    async fn put_on_list(
        &self,
        tx: &mut WriteTx,
        principal: &Principal,
        pack: &Pack,
        content: &ListContent,
        area: DivisionCode,
        item: &NewListItem,
    ) -> Result<(ItemResult, Option<ListRow>), AppError> {
        let failed = |version, refusals: Vec<Refusal>, message: Option<&str>| {
            let result = ItemResult {
                casefile_id: item.casefile_id.clone(),
                ok: false,
                version,
                refusals,
                message: message.map(str::to_owned),
            };
            Ok((result, None))
        };
        let Some((row, casefile)) = tx.casefile(&principal.scope, &item.casefile_id).await? else {
            return failed(None, Vec::new(), Some(NOT_HERE));
        };
        if row.version != item.expected_version {
            return failed(
                Some(row.version),
                Vec::new(),
                Some("这件事项刚被别人改过，请刷新后再办"),
            );
        }
        let step = pack
            .identification()
            .and_then(|p| sending_step(&content.terms, p))
            .filter(|step| casefile.records.done_on(*step).is_none());
        let (row, casefile) = match step {
            None => (row, casefile),
            Some(step) => {
                let act = Act {
                    expected_version: row.version,
                    occurred_on: content.submitted_on,
                    action: sending_act(step, content),
                };
                let result = self
                    .one_of_many(tx, principal, &item.casefile_id, &act, area)
                    .await?;
                if !result.ok {
                    return Ok((result, None));
                }
                tx.casefile(&principal.scope, &item.casefile_id)
                    .await?
                    .ok_or(AppError::NotFound)?
            }
        };
        let (_, file) = tx
            .household_file(&principal.scope, &casefile.household_id)
            .await?
            .ok_or(AppError::NotFound)?;
        let seq = u32::try_from(content.rows.len() + 1).unwrap_or(u32::MAX);
        let source = RowSource {
            row: &row,
            casefile: &casefile,
            file: &file,
            pack,
            village_name: "",
        };
        let listed = self.list_row(&content.terms, seq, &source);
        let result = ItemResult {
            casefile_id: item.casefile_id.clone(),
            ok: true,
            version: Some(row.version),
            refusals: Vec::new(),
            message: None,
        };
        Ok((result, Some(listed)))
    }

    async fn name_villages(&self, content: &mut ListContent) -> Result<(), AppError> {
        let villages: BTreeSet<String> =
            content.rows.iter().map(|r| r.village.to_string()).collect();
        let names = self.division_names(villages).await?;
        for row in &mut content.rows {
            row.village_name = named(&names, row.village);
        }
        Ok(())
    }
}

/// Whether sending records a step with document number and signatory.
pub(super) fn documented(pack: &Pack, terms: &ListTerms) -> bool {
    terms.written_notice
        || pack
            .identification()
            .and_then(|p| sending_step(terms, p))
            .is_some()
}

fn sending_act(step: StepKind, content: &ListContent) -> Action {
    if step == StepKind::WrittenNotice {
        Action::NotifyTownship(WrittenNotice {
            document_number: content.document_number.clone(),
            township: content.recipient.name.clone(),
        })
    } else {
        Action::SubmitToCounty(TownshipSubmission {
            government: domain::division::township_government(&content.maker.name),
            document_number: content.document_number.clone(),
            signatory: content.signatory.clone(),
        })
    }
}
