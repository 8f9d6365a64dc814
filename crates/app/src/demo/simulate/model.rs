//! What a procedure must look like after each move, kept apart from the engine:
//! read off the pack's steps, guards and clocks, with date subtraction and no
//! function of the engine's rules.

use std::collections::BTreeMap;

use domain::account::{Level, Principal};
use domain::calendar::WorkCalendar;
use domain::casefile::{Action, Verdict};
use domain::division::DivisionCode;
use domain::policy::{GuardKind, Pack, Procedure, StepKind};
use jiff::civil::Date;

/// A comparison as far as the model follows it.
#[derive(Debug, Clone)]
pub(super) struct Comparison {
    pub(super) asked_on: Date,
    pub(super) forwarded_on: Option<Date>,
    pub(super) answered_on: Option<Date>,
    /// Late, resolved, judged by the township.
    pub(super) hits: Vec<(bool, bool, bool)>,
    /// Day each hit was found.
    pub(super) found_on: Vec<Date>,
    pub(super) reused: Option<String>,
}

/// An objection to the notice in force.
#[derive(Debug, Clone)]
pub(super) struct Objection {
    pub(super) id: String,
    pub(super) handled_at: Level,
    pub(super) received_on: Date,
    pub(super) answered: Option<(Date, bool)>,
}

/// The expected state of one procedure.
#[derive(Debug)]
pub(super) struct Model<'a> {
    pub(super) pack: &'a Pack,
    pub(super) procedure: &'a Procedure,
    pub(super) calendar: &'a WorkCalendar,
    pub(super) village: DivisionCode,
    pub(super) version: i64,
    /// Whether the channel starts the clock, and the day.
    pub(super) leads: Vec<(bool, Date)>,
    pub(super) stage: &'static str,
    pub(super) stopped_on: Option<Date>,
    pub(super) done: BTreeMap<StepKind, Date>,
    pub(super) by: BTreeMap<StepKind, String>,
    /// Members who signed, and the last day of the authorisation.
    pub(super) letter: Option<(Vec<String>, Option<Date>)>,
    pub(super) check: Option<Comparison>,
    pub(super) objections: Vec<Objection>,
    pub(super) recommended: Option<bool>,
    pub(super) meetings: u16,
    pub(super) home_recommends: Option<bool>,
    pub(super) acknowledged_on: Option<Date>,
    pub(super) informed_on: Option<Date>,
    /// Paper by code: the record of the step it supports, by day, when stated.
    pub(super) papers: BTreeMap<String, Option<Date>>,
}

impl<'a> Model<'a> {
    pub(super) fn new(
        pack: &'a Pack,
        procedure: &'a Procedure,
        calendar: &'a WorkCalendar,
        village: DivisionCode,
    ) -> Self {
        Self {
            pack,
            procedure,
            calendar,
            village,
            version: 1,
            leads: Vec::new(),
            stage: "running",
            stopped_on: None,
            done: BTreeMap::new(),
            by: BTreeMap::new(),
            letter: None,
            check: None,
            objections: Vec::new(),
            recommended: None,
            meetings: 0,
            home_recommends: None,
            acknowledged_on: None,
            informed_on: None,
            papers: BTreeMap::new(),
        }
    }

    /// A lead that counts for this procedure; once determined, none does.
    pub(super) fn lead(&mut self, channel: &str, received_on: Date) {
        if self.stage != "running" {
            return;
        }
        let channels = &self.pack.values.channels;
        let starts = channels.iter().any(|c| c.code == channel && c.starts_clock);
        self.leads.push((starts, received_on));
    }

    /// The platform's identifier of the objection filed last.
    pub(super) fn name_objection(&mut self, id: &str) {
        if let Some(last) = self.objections.last_mut() {
            id.clone_into(&mut last.id);
        }
    }

    /// An objection that waits for an answer.
    pub(super) fn open_objection(&self) -> Option<(&str, Level)> {
        let open = self.objections.iter().find(|o| o.answered.is_none())?;
        Some((&open.id, open.handled_at))
    }

    /// Whether nothing but a refusal or a send-back is left to the township.
    pub(super) fn stopped_short(&self) -> bool {
        self.recommended == Some(false) || self.home_recommends == Some(false) || self.upheld()
    }

    pub(super) fn upheld(&self) -> bool {
        let upheld = |o: &Objection| o.answered.is_some_and(|(_, upheld)| upheld);
        self.objections.iter().any(upheld)
    }

    pub(super) fn at(&self, kind: StepKind) -> Option<usize> {
        self.procedure.steps.iter().position(|s| s.kind == kind)
    }

    pub(super) fn is_parallel(&self, index: usize) -> bool {
        let parallel = self.procedure.steps[index].parallel.as_ref();
        parallel.and_then(|p| p.get()).unwrap_or(false)
    }

    pub(super) fn number(&self, on: StepKind, kind: GuardKind) -> Option<Option<u16>> {
        let guards = &self.procedure.guards;
        let guard = guards.iter().find(|g| g.on == on && g.kind == kind)?;
        Some(guard.number.as_ref().map(|n| *n.get_ref()))
    }

    pub(super) fn guarded(&self, kind: GuardKind) -> bool {
        self.procedure.guards.iter().any(|g| g.kind == kind)
    }

    /// Follows an accepted act.
    pub(super) fn accept(&mut self, action: &Action, day: Date, actor: &Principal) {
        self.version += 1;
        let mut done = |kind| {
            self.done.insert(kind, day);
            self.by.insert(kind, actor.account_id.clone());
        };
        match action {
            Action::VerifyHome(form) => {
                done(StepKind::HomeVerification);
                self.home_recommends = Some(form.recommends);
            }
            Action::SignLetter(letter) => {
                done(StepKind::CommitmentLetter);
                let signed = letter.signatures.iter().map(|s| s.member_id.clone());
                self.letter = Some((signed.collect(), letter.valid_until));
            }
            Action::RequestCrossCheck { .. } | Action::ReuseCrossCheck { .. } => {
                let reused = match action {
                    Action::ReuseCrossCheck { source, .. } => Some(source.clone()),
                    _ => None,
                };
                if reused.is_some() {
                    done(StepKind::CrossCheck);
                } else {
                    self.done.remove(&StepKind::CrossCheck);
                }
                self.check = Some(Comparison {
                    asked_on: day,
                    forwarded_on: None,
                    answered_on: None,
                    hits: Vec::new(),
                    found_on: Vec::new(),
                    reused,
                });
            }
            Action::ConcludeCrossCheck { .. } => done(StepKind::CrossCheck),
            Action::RecordAppraisal(a) => {
                done(StepKind::DemocraticAppraisal);
                self.recommended = Some(a.result == "recommend");
                self.meetings += 1;
            }
            Action::PostNotice { .. } => done(StepKind::PublicNotice),
            Action::SubmitToCounty(_) => done(StepKind::TownshipSubmission),
            Action::NotifyTownship(_) => done(StepKind::WrittenNotice),
            Action::Announce(_) => done(StepKind::Announcement),
            Action::Archive(_) => done(StepKind::Archive),
            Action::SubmitPlan(_) => done(StepKind::ProjectPlan),
            Action::Review(r) if r.outcome != Verdict::SendBack => done(StepKind::TownshipReview),
            Action::Decide(d) if d.outcome != Verdict::SendBack => done(StepKind::CountyDecision),
            _ => {}
        }
        self.follow(action, day);
        let decision = self.at(StepKind::CountyDecision);
        let mut steps = self.procedure.steps.iter().enumerate();
        if self.stage == "determined"
            && steps.all(|(i, s)| Some(i) <= decision || self.done.contains_key(&s.kind))
        {
            self.stage = "archived";
        }
    }

    fn follow(&mut self, action: &Action, day: Date) {
        // A comparison is late where its hits come after the meeting they
        // should have been before.
        let late = self.recommended.is_some()
            && self.at(StepKind::CrossCheck) < self.at(StepKind::DemocraticAppraisal);
        let outcome = match action {
            Action::Review(r) => Some((r.outcome, r.send_back_to)),
            Action::Decide(d) => Some((d.outcome, d.send_back_to)),
            _ => None,
        };
        match (outcome, action) {
            (Some((Verdict::Refuse, _)), _) => {
                self.stage = "refused";
                self.stopped_on = Some(day);
                self.informed_on = None;
            }
            (Some((Verdict::SendBack, Some(to))), _) => self.put_aside(to),
            (Some((Verdict::Approve, _)), Action::Decide(_)) => self.stage = "determined",
            (_, Action::AcknowledgeDecision {}) => self.acknowledged_on = Some(day),
            (_, Action::InformHousehold { .. }) => self.informed_on = Some(day),
            (_, Action::RequestRecheck { .. }) => {
                let mut kinds = self.procedure.steps.iter().map(|s| s.kind);
                if let Some(first) = kinds.find(|k| *k != StepKind::CommitmentLetter) {
                    self.put_aside(first);
                }
                self.stage = "running";
                self.stopped_on = None;
            }
            (_, Action::End { .. }) => {
                self.stage = "ended";
                self.stopped_on = Some(day);
            }
            (_, Action::FileObjection { official_level, .. }) => self.objections.push(Objection {
                id: String::new(),
                handled_at: match official_level {
                    Some(Level::Township) => Level::County,
                    Some(Level::County) => Level::City,
                    _ => Level::Township,
                },
                received_on: day,
                answered: None,
            }),
            (
                _,
                Action::AnswerObjection {
                    objection_id,
                    upheld,
                },
            ) => {
                let mut filed = self.objections.iter_mut();
                if let Some(objection) = filed.find(|o| &o.id == objection_id) {
                    objection.answered = Some((day, *upheld));
                }
            }
            (_, Action::StatePaper(statement)) => {
                for code in &statement.codes {
                    let owner = self.owner(code);
                    let record = owner.and_then(|k| self.done.get(&k)).copied();
                    self.papers.insert(code.clone(), record);
                }
            }
            _ => {}
        }
        let Some(check) = &mut self.check else { return };
        match action {
            Action::ForwardCrossCheck {} => check.forwarded_on = Some(day),
            Action::AnswerCrossCheck { discrepancies, .. } => {
                check.answered_on = check.answered_on.max(Some(day));
                check
                    .hits
                    .extend(discrepancies.iter().map(|_| (late, false, false)));
                check.found_on.extend(discrepancies.iter().map(|_| day));
            }
            Action::ResolveDiscrepancy { index, .. } => check.hits[*index].1 = true,
            Action::AcknowledgeDiscrepancy { index, .. } => check.hits[*index].2 = true,
            _ => {}
        }
    }

    /// A send-back puts aside what stands from the step on. A letter outlives a
    /// new visit, a parallel comparison the letter it was made under.
    fn put_aside(&mut self, to: StepKind) {
        let Some(from) = self.at(to) else { return };
        let visit = to == StepKind::HomeVerification;
        let letter = StepKind::CommitmentLetter;
        let letter_stays = self.at(letter).is_some_and(|l| l < from) || visit;
        for index in from..self.procedure.steps.len() {
            let kind = self.procedure.steps[index].kind;
            let stays = kind != to
                && ((kind == letter && visit) || (self.is_parallel(index) && letter_stays));
            if stays {
                continue;
            }
            self.done.remove(&kind);
            self.by.remove(&kind);
            match kind {
                StepKind::HomeVerification => self.home_recommends = None,
                StepKind::CommitmentLetter => self.letter = None,
                StepKind::CrossCheck => self.check = None,
                StepKind::DemocraticAppraisal => self.recommended = None,
                StepKind::PublicNotice => self.objections.clear(),
                StepKind::CountyDecision => self.acknowledged_on = None,
                _ => {}
            }
        }
    }
}
