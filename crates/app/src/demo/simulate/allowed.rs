//! What the document lets happen, by the model.

use domain::account::{Level, Principal};
use domain::casefile::{Action, Verdict};
use domain::policy::{GuardKind, StepKind};
use jiff::civil::Date;

use super::model::Model;

impl Model<'_> {
    /// Why accepting the act would break the document; `None` where it may be
    /// accepted as far as the model knows.
    pub(super) fn forbids(
        &self,
        action: &Action,
        day: Date,
        today: Date,
        expected: i64,
        actor: &Principal,
    ) -> Option<String> {
        let no = |why: &str| Some(why.to_owned());
        if expected != self.version {
            return no("a version nobody has any more");
        }
        if day > today {
            return no("a day in the future");
        }
        if !actor.scope.contains(self.village) || !actor.may(action.operation()) {
            return no("somebody without the scope or the operation");
        }
        if !self.level_fits(action, actor) {
            return no("the wrong level");
        }
        if let Some(why) = self.stage_forbids(action) {
            return Some(why);
        }
        if let Some(kind) = action.step()
            && let Some(why) = self.order_forbids(action, kind, day)
        {
            return Some(why);
        }
        match action {
            Action::Review(r) if r.outcome == Verdict::Approve => {
                self.verdict_forbids(StepKind::TownshipReview, day)
            }
            Action::SubmitToCounty(_) => self.verdict_forbids(StepKind::TownshipSubmission, day),
            Action::Decide(d) => {
                if self.by.get(&StepKind::TownshipReview) == Some(&actor.account_id) {
                    return no("a decision on one's own review");
                }
                if d.outcome != Verdict::Approve {
                    return None;
                }
                self.verdict_forbids(StepKind::CountyDecision, day)
            }
            Action::Archive(_) if self.guarded(GuardKind::ArchiveComplete) => self
                .archive_gap()
                .or_else(|| self.part_forbids(action, day)),
            _ => self.part_forbids(action, day),
        }
    }

    fn level_fits(&self, action: &Action, actor: &Principal) -> bool {
        let through = self.guarded(GuardKind::ThroughTownship);
        let Some(level) = actor.level else {
            return false;
        };
        let step = action.step().and_then(|k| self.at(k));
        let own = step.is_some_and(|i| {
            let step = &self.procedure.steps[i];
            step.level == level || step.shared_with.contains(&level)
        });
        match action {
            Action::ForwardCrossCheck {}
            | Action::AcknowledgeDiscrepancy { .. }
            | Action::AcknowledgeDecision {} => level == Level::Township,
            Action::RequestCrossCheck { .. } if through => level == Level::Village,
            Action::ResolveDiscrepancy { .. } if through => level == Level::Village,
            Action::ResolveDiscrepancy { .. } => level >= Level::County,
            Action::FileObjection { .. } => level >= Level::County,
            Action::AnswerObjection { objection_id, .. } => self
                .objections
                .iter()
                .find(|o| &o.id == objection_id)
                .is_some_and(|o| {
                    let supervises = o.handled_at == Level::Township && level < Level::County;
                    level <= o.handled_at && !supervises
                }),
            Action::End { .. } => matches!(level, Level::Township | Level::County),
            // A paper is brought by its step's levels or above them; the level
            // of the archive has copies.
            Action::StatePaper(statement) => statement.codes.iter().all(|code| {
                let steps = &self.procedure.steps;
                let owner = self.owner(code).and_then(|kind| self.at(kind));
                let archive = self.at(StepKind::Archive).map(|i| steps[i].level);
                owner.is_none_or(|i| {
                    let own =
                        level <= steps[i].level || steps[i].shared_with.iter().any(|s| level <= *s);
                    own || (archive == Some(level) && self.done.contains_key(&steps[i].kind))
                })
            }),
            _ => step.is_none() || own,
        }
    }

    fn stage_forbids(&self, action: &Action) -> Option<String> {
        let decision = self.at(StepKind::CountyDecision);
        let after = matches!(action, Action::AcknowledgeDecision {})
            || action.step().is_some_and(|k| self.at(k) > decision);
        let wanted = match action {
            Action::InformHousehold { .. } if self.stage == "ended" => return None,
            Action::InformHousehold { .. } | Action::RequestRecheck { .. } => "refused",
            // Whoever objected is answered, whatever became of the case.
            Action::AnswerObjection { .. }
            | Action::StatePaper(_)
            | Action::ExplainOverdue { .. } => return None,
            _ if after => "determined",
            _ => "running",
        };
        (self.stage != wanted).then(|| format!("an act of stage {wanted} in {}", self.stage))
    }

    fn order_forbids(&self, action: &Action, kind: StepKind, day: Date) -> Option<String> {
        let Some(index) = self.at(kind) else {
            return Some(format!("{} is no step of the pack", kind.as_str()));
        };
        let stopping = match action {
            Action::Review(r) => match r.outcome {
                Verdict::SendBack => true,
                Verdict::Refuse => {
                    self.recommended == Some(false) || self.home_recommends == Some(false)
                }
                Verdict::Approve => false,
            },
            _ => false,
        };
        for (i, step) in self.procedure.steps[..index].iter().enumerate() {
            if self.is_parallel(i) {
                continue;
            }
            match self.done.get(&step.kind) {
                None if stopping && i > 0 => {}
                None => return Some(format!("{} is not done", step.kind.as_str())),
                Some(done) if day < *done => {
                    return Some(format!("dated before {}", step.kind.as_str()));
                }
                Some(_) => {}
            }
        }
        if self.leads.iter().map(|l| l.1).min() > Some(day) {
            return Some("dated before the first lead".into());
        }
        let repeated = match action {
            Action::RecordAppraisal(a) => {
                self.recommended == Some(true) || a.round != self.meetings + 1
            }
            Action::SignLetter(_) => self.letter.is_some() && self.check.is_some(),
            Action::RequestCrossCheck { .. } => self.check.as_ref().is_some_and(|c| {
                let in_vain =
                    |s: &String| self.guarded(GuardKind::CrossCheckConcluded) && !self.exempt(s);
                !c.reused.as_ref().is_some_and(in_vain)
            }),
            Action::ReuseCrossCheck { .. } => self.check.is_some(),
            Action::ForwardCrossCheck {} => self
                .check
                .as_ref()
                .is_some_and(|c| c.forwarded_on.is_some()),
            Action::AcknowledgeDecision {} => self.acknowledged_on.is_some(),
            // What proved true after the check goes back, where the submission waits.
            Action::Review(r)
                if r.outcome == Verdict::SendBack
                    && self.upheld()
                    && !self.done.contains_key(&StepKind::TownshipSubmission)
                    && self
                        .number(StepKind::TownshipSubmission, GuardKind::NoOpenObjection)
                        .is_some() =>
            {
                false
            }
            Action::AnswerCrossCheck { .. }
            | Action::ResolveDiscrepancy { .. }
            | Action::AcknowledgeDiscrepancy { .. }
            | Action::FileObjection { .. }
            | Action::AnswerObjection { .. } => false,
            _ => self.done.contains_key(&kind),
        };
        repeated.then(|| format!("{} a second time", action.name()))
    }

    /// What an approval needs, on top of the order.
    fn verdict_forbids(&self, on: StepKind, day: Date) -> Option<String> {
        let posted = self.done.get(&StepKind::PublicNotice);
        if let (Some(Some(days)), Some(posted)) = (self.number(on, GuardKind::NoticeStood), posted)
            && (day - *posted).get_days() <= i32::from(days)
        {
            return Some(format!("the notice did not stand {days} days"));
        }
        if self.number(on, GuardKind::NoOpenObjection).is_some() {
            for objection in &self.objections {
                match objection.answered {
                    None => return Some("an objection is open".into()),
                    Some((_, true)) => return Some("an objection was upheld".into()),
                    Some((on, false)) if day < on => {
                        return Some("dated before an objection was answered".into());
                    }
                    Some(_) => {}
                }
            }
        }
        let check = self.check.as_ref();
        if self.number(on, GuardKind::CrossCheckConcluded).is_some() {
            let concluded = self.done.get(&StepKind::CrossCheck);
            if concluded.is_none_or(|c| day < *c) {
                return Some("the comparison is not there on that day".into());
            }
            if check
                .and_then(|c| c.reused.as_ref())
                .is_some_and(|s| !self.exempt(s))
            {
                return Some("a comparison the pack does not let be used again".into());
            }
        }
        let open = |h: &(bool, bool, bool)| !h.1 || (h.0 && !h.2);
        if self.number(on, GuardKind::DiscrepanciesConcluded).is_some()
            && check.is_some_and(|c| c.hits.iter().any(open))
        {
            return Some("a hit of the comparison is open".into());
        }
        None
    }

    /// Whether the pack lets a comparison of that source be used again.
    fn exempt(&self, source: &str) -> bool {
        let guards = self.procedure.guards.iter();
        let mut exemptions = guards.flat_map(|g| &g.exemptions);
        exemptions.any(|e| e.code == source)
    }

    fn archive_gap(&self) -> Option<String> {
        let step = &self.procedure.steps[self.at(StepKind::Archive)?];
        // The reference is typed with the archive itself.
        let needed = step
            .evidence
            .iter()
            .filter(|e| e.required && !e.by_reference);
        for evidence in needed {
            if self.paper(&evidence.code).is_none() {
                return Some(format!("nobody has {}", evidence.code));
            }
        }
        None
    }

    /// Paper stated for the record in force.
    fn paper(&self, code: &str) -> Option<()> {
        let stated = self.papers.get(code)?;
        let owner = self.owner(code)?;
        // Stated before the step was done, or for the record of that day.
        (stated.is_none() || stated.as_ref() == self.done.get(&owner)).then_some(())
    }

    pub(super) fn owner(&self, code: &str) -> Option<StepKind> {
        let steps = &self.procedure.steps;
        let owner = steps
            .iter()
            .find(|s| s.evidence.iter().any(|e| e.code == code));
        owner.map(|s| s.kind)
    }

    /// What the parts of a step need of one another.
    fn part_forbids(&self, action: &Action, day: Date) -> Option<String> {
        let through = self.guarded(GuardKind::ThroughTownship);
        let check = self.check.as_ref();
        let early = |on: Option<Date>, what: &str| {
            on.is_none_or(|on| day < on)
                .then(|| format!("dated before {what}, or without it"))
        };
        match action {
            Action::RequestCrossCheck { member_ids, .. }
                if self.guarded(GuardKind::WithinAuthorisation) =>
            {
                let (signed, until) = self.letter.as_ref()?;
                (member_ids.iter().any(|m| !signed.contains(m)) || until.is_some_and(|u| u < day))
                    .then(|| "a comparison outside the authorisation".into())
            }
            Action::ForwardCrossCheck {} => early(check.map(|c| c.asked_on), "the request"),
            Action::AnswerCrossCheck { .. } if through => {
                early(check.and_then(|c| c.forwarded_on), "the township sent it")
            }
            Action::AnswerCrossCheck { .. } => early(check.map(|c| c.asked_on), "the request"),
            Action::ConcludeCrossCheck { .. } => {
                early(check.and_then(|c| c.answered_on), "the last answer")
            }
            Action::ResolveDiscrepancy { index, .. }
            | Action::AcknowledgeDiscrepancy { index, .. } => {
                let found_on = check.and_then(|c| c.found_on.get(*index).copied());
                early(found_on, "the hit was found")
            }
            Action::FileObjection { .. } => early(
                self.done.get(&StepKind::PublicNotice).copied(),
                "the notice",
            ),
            Action::AnswerObjection { objection_id, .. } => {
                let filed = self.objections.iter().find(|o| &o.id == objection_id);
                if filed.is_some_and(|o| o.answered.is_some()) {
                    return Some("an objection answered twice".into());
                }
                early(filed.map(|o| o.received_on), "the objection")
            }
            Action::AcknowledgeDecision {} => {
                let sent = match self.at(StepKind::WrittenNotice) {
                    Some(_) => StepKind::WrittenNotice,
                    None => StepKind::CountyDecision,
                };
                early(self.done.get(&sent).copied(), "the county's result")
            }
            Action::Announce(_) | Action::Archive(_) => {
                self.number(action.step()?, GuardKind::DecisionAcknowledged)?;
                early(self.acknowledged_on, "the township took note")
            }
            Action::InformHousehold { .. } => early(self.stopped_on, "the refusal"),
            Action::RequestRecheck { .. } => early(self.informed_on, "the household was told"),
            Action::End { .. } => {
                let leads = self.leads.iter().map(|l| l.1).min();
                let last = self.done.values().copied().max();
                early(last.max(leads), "what was done before")
            }
            _ => None,
        }
    }
}
