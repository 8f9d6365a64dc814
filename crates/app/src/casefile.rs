//! 识别认定事项: opening, acting, reading.

mod correction;
mod cross_check;
mod event_words;
mod evidence;
mod forms;
mod view;

pub(crate) use correction::OPEN_CORRECTION;
pub use correction::{CorrectionDecision, CorrectionTask};
pub use cross_check::{ComparedPerson, CrossCheckAnswer, CrossCheckTask};
pub(crate) use evidence::evidence_subjects;
pub use forms::*;
pub use view::*;

use domain::account::{Operation, Principal};
use domain::casefile::{
    Action, Casefile, Facts, LeadRef, MemberFact, PackRef, Refusal, Register, Stage, apply, clocks,
    outlook,
};
use domain::division::{Level, short_name};
use domain::household::{HouseholdFile, MemberStatus};
use domain::policy::{Pack, StepKind};
use domain::typed_text::person_key;
use jiff::civil::Date;
use store::WriteTx;
use store::audit::chain_of;
use store::casefile::{Author, CasefileProjection, CasefileRow as StoredRow};
use store::household::EpisodeRow;

use crate::error::permit;
use crate::{App, AppError, new_id};

/// What is posted to a casefile.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
pub struct Act {
    /// The version the person saw; another version means somebody was faster.
    pub expected_version: i64,
    pub occurred_on: Date,
    #[serde(deserialize_with = "crate::limits::whole")]
    pub action: Action,
}

/// The member facts the engine needs.
pub(crate) fn member_facts(file: &HouseholdFile, today: Date) -> Vec<MemberFact> {
    file.members
        .iter()
        .map(|m| MemberFact {
            id: m.id.clone(),
            name: m.name.clone(),
            adult: m.is_adult_on(today),
            active: m.status == MemberStatus::Active,
            left: m.status == MemberStatus::Left,
            shares_income: m.shares_income,
            subsistence_allowance: on_allowance(&m.subsistence_allowance)
                .then_some(m.subsistence_allowance_since),
        })
        .collect()
}

/// What the register says of the household as a whole.
pub(crate) fn register_of(file: &HouseholdFile) -> Register {
    Register {
        merged: file.merged_into.is_some(),
        last_split_recorded_on: file.split_off.iter().map(|s| s.recorded_on).max(),
    }
}

/// 未享受 and an empty cell are not 低保.
fn on_allowance(code: &str) -> bool {
    !matches!(code, "" | "none")
}

impl App {
    /// Borrowed facts for one casefile and person.
    pub(crate) fn facts<'a>(
        &'a self,
        pack: &'a Pack,
        members: &'a [MemberFact],
        household_status: &'a str,
        actor: &'a Principal,
    ) -> Facts<'a> {
        Facts {
            pack,
            calendar: &self.calendar,
            members,
            register: Register::default(),
            household_status,
            township: "",
            evidence: None,
            actor,
            today: self.today(),
        }
    }

    /// What lists and deadlines need of a casefile.
    pub(crate) fn projection(&self, casefile: &Casefile, facts: &Facts<'_>) -> CasefileProjection {
        let running = clocks(casefile, facts.pack, facts.calendar, facts.today);
        let total = running.first();
        let undecided = matches!(casefile.stage, Stage::Running);
        CasefileProjection {
            category: match &casefile.stage {
                Stage::Determined { category, .. } | Stage::Archived { category, .. } => {
                    Some(category.clone())
                }
                _ => None,
            },
            clock_from: casefile.clock_from(facts.pack),
            deadline_on: total.map(|c| c.deadline_on),
            decided_on: if undecided {
                None
            } else {
                total.and_then(|c| c.ended_on)
            },
            // Lists follow the steps; missing evidence is the casefile's own business.
            open_steps: outlook(
                casefile,
                &Facts {
                    evidence: None,
                    ..*facts
                },
            )
            .into_iter()
            .map(|t| {
                let correction = t.actions.iter().any(|a| a == "decide_correction");
                let step = if correction {
                    correction::OPEN_CORRECTION
                } else {
                    t.step.as_str()
                };
                format!("{step}:{}", t.level.as_str())
            })
            .collect(),
        }
    }

    pub(crate) fn author(&self, principal: &Principal) -> Author {
        Author {
            name: principal.display_name.clone(),
            deputy_of: principal.deputy_of.clone(),
            recorded_on: self.today(),
        }
    }

    /// Opens a casefile for a household from its leads, inside the transaction
    /// that concludes the lead; a running one takes the lead instead.
    pub(crate) async fn open_casefile(
        &self,
        tx: &mut WriteTx,
        principal: &Principal,
        household_id: &str,
        file: &HouseholdFile,
        leads: Vec<LeadRef>,
        concluded_on: Date,
    ) -> Result<String, AppError> {
        let members = member_facts(file, self.today());
        let existing = tx.running_casefile(household_id).await?;
        let mut leads = leads.into_iter();
        let (mut casefile, expected) = match existing {
            Some((row, casefile)) => (casefile, row.version),
            None => {
                let Some(first) = leads.next() else {
                    return Err(AppError::Internal("a casefile needs a lead".into()));
                };
                let pack = self.pack_for_lead(file.village, first.received_on).await?;
                let pack_ref = PackRef {
                    id: pack.id().to_owned(),
                    version: pack.values.version,
                };
                let casefile = Casefile::open(
                    new_id(),
                    household_id.to_owned(),
                    file.village,
                    pack_ref,
                    first,
                    concluded_on,
                );
                (casefile, 0)
            }
        };
        for lead in leads {
            casefile.join_lead(lead);
        }
        let pack = self.pack(&casefile.pack.id)?;
        let facts = self.facts(pack, &members, &file.household_type, principal);
        let event = domain::casefile::Event {
            kind: if expected == 0 {
                "opened".into()
            } else {
                "lead_joined".into()
            },
            step: None,
            summary: if expected == 0 {
                "进入识别程序".into()
            } else {
                "又有一条线索并入".into()
            },
            occurred_on: concluded_on,
        };
        let projection = self.projection(&casefile, &facts);
        tx.save_casefile(
            &casefile,
            &projection,
            &[(event, self.author(principal))],
            expected,
        )
        .await?;
        tx.audit(
            &chain_of(Some(file.village)),
            "casefile.opened",
            &format!("casefile/{}", casefile.id),
            &casefile.pack.id,
        )
        .await?;
        Ok(casefile.id)
    }

    /// Puts an act before a casefile.
    ///
    /// # Errors
    /// [`AppError::Refused`] with every guard that stands in the way,
    /// [`AppError::Stale`] when somebody else saved first, [`AppError::NotFound`]
    /// outside the scope.
    pub async fn act(
        &self,
        principal: &Principal,
        id: &str,
        act: Act,
    ) -> Result<CasefileView, AppError> {
        permit(principal, Operation::CasefileRead)?;
        if matches!(
            act.action,
            Action::RecordAppraisal(_)
                | Action::PostNotice { .. }
                | Action::FileObjection { .. }
                | Action::AnswerObjection { .. }
        ) {
            return Err(AppError::invalid(
                "action",
                "评议、公示和异议请在各自的页面办理",
            ));
        }
        let mut tx = self.store.write(self.actor(principal)).await?;
        let (row, casefile) = tx
            .casefile(&principal.scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        if let Action::Announce(announcement) = &act.action {
            self.in_township_name(&casefile, &announcement.issued_by)
                .await?;
            if let Some(refusal) = self
                .unnamed_yet(&principal.scope, &casefile.household_id)
                .await?
            {
                return Err(AppError::Refused(vec![refusal]));
            }
        }
        self.act_in(&mut tx, principal, &row, &casefile, &act)
            .await?;
        tx.commit().await?;
        self.casefile_view(principal, id).await
    }

    /// Where the township announces, it does so in its own name (HN22-057):
    /// that of the case's township, alone or followed by 人民政府 and the like.
    async fn in_township_name(&self, casefile: &Casefile, typed: &str) -> Result<(), AppError> {
        let pack = self.pack(&casefile.pack.id)?;
        let step = pack
            .identification()
            .and_then(|p| p.step(StepKind::Announcement))
            .filter(|s| s.level == Level::Township);
        let path = self.store.division_path(casefile.village).await?;
        let township = path.iter().find(|d| d.level == Level::Township.as_str());
        let (Some(step), Some(township)) = (step, township) else {
            return Ok(());
        };
        if person_key(typed).starts_with(&person_key(&short_name(&township.name))) {
            return Ok(());
        }
        Err(AppError::Refused(vec![Refusal {
            guard: "announced_in_township_name".into(),
            message: format!(
                "公告要以本乡镇的名义发布，公告单位请写“{}”。",
                township.name
            ),
            clause: Some(step.clause.get_ref().clone()),
            earliest_on: None,
        }]))
    }

    /// Name of the township a village belongs to; empty where it has none.
    async fn township_name(
        &self,
        village: domain::division::DivisionCode,
    ) -> Result<String, AppError> {
        let path = self.store.division_path(village).await?;
        let township = path.into_iter().find(|d| d.level == "township");
        Ok(township.map_or_else(String::new, |t| t.name))
    }

    /// The act inside a transaction that may hold others (a meeting decides
    /// several households, a notice names several).
    pub(crate) async fn act_in(
        &self,
        tx: &mut WriteTx,
        principal: &Principal,
        row: &StoredRow,
        casefile: &Casefile,
        act: &Act,
    ) -> Result<i64, AppError> {
        if row.version != act.expected_version {
            return Err(AppError::Stale {
                current: row.version,
            });
        }
        let pack = self.pack(&casefile.pack.id)?;
        let (_, file) = tx
            .household_file(&principal.scope, &casefile.household_id)
            .await?
            .ok_or(AppError::NotFound)?;
        let members = member_facts(&file, self.today());
        let pieces = self.evidence_pieces(&principal.scope, casefile).await?;
        let township = self.township_name(casefile.village).await?;
        let facts = Facts {
            register: register_of(&file),
            township: &township,
            evidence: Some(&pieces),
            ..self.facts(pack, &members, &file.household_type, principal)
        };
        let (next, events) =
            apply(casefile, &act.action, act.occurred_on, &facts).map_err(|mut refusals| {
                permission_first(&mut refusals);
                AppError::Refused(refusals)
            })?;
        // The level fits and nothing else stands in the way; the role may
        // still not hold the operation.
        permit(principal, act.action.operation())?;
        let author = self.author(principal);
        let events: Vec<_> = events.into_iter().map(|e| (e, author.clone())).collect();
        let projection = self.projection(&next, &facts);
        let answered = self.answered_lists(tx, &next).await?;
        let version = tx
            .save_casefile(&next, &projection, &events, row.version)
            .await?;
        self.settle_episode(tx, casefile, &next, &file).await?;
        self.episode_follows(tx, casefile, &next).await?;
        self.settle_lists(tx, &next, answered).await?;
        let detail = format!(
            "version={version} stage={} on={}",
            next.stage.as_str(),
            act.occurred_on
        );
        tx.audit(
            &chain_of(Some(casefile.village)),
            &format!("casefile.{}", act.action.name()),
            &format!("casefile/{}", casefile.id),
            &detail,
        )
        .await?;
        Ok(version)
    }

    /// A determination makes the household monitored.
    async fn settle_episode(
        &self,
        tx: &mut WriteTx,
        before: &Casefile,
        after: &Casefile,
        file: &HouseholdFile,
    ) -> Result<(), AppError> {
        let (
            Stage::Running,
            Stage::Determined {
                category,
                decided_on,
            },
        ) = (&before.stage, &after.stage)
        else {
            return Ok(());
        };
        let risks = after
            .records
            .home_verification
            .as_ref()
            .map(|h| h.record.risks.clone())
            .unwrap_or_default();
        tx.save_episode(EpisodeRow {
            id: new_id(),
            household_id: after.household_id.clone(),
            village: file.village.to_string(),
            category: category.clone(),
            status: "running".into(),
            identified_on: decided_on.to_string(),
            cleared_on: None,
            clearance_way: None,
            origin: "casefile".into(),
            casefile_id: Some(after.id.clone()),
            risks: serde_json::to_string(&risks).unwrap_or_default(),
            evidence_note: String::new(),
            version: 1,
        })
        .await?;
        Ok(())
    }
}

/// The reason a person can do nothing about comes first: not your level.
fn permission_first(refusals: &mut [Refusal]) {
    refusals.sort_by_key(|r| r.guard != "acting_level");
}
