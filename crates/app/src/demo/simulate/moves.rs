//! Choosing what somebody does next: mostly what the procedure waits for, done
//! well by the right person; sometimes anything by anybody on any day.

use domain::casefile::{
    Action, Appraisal, Casefile, Held, HouseholdFindings, Judgement, PaperStatement, ProjectPlan,
    Situation, TownshipSubmission, Verdict, WrittenNotice, held, outlook, propose_category,
};
use domain::division::Level;
use domain::household::HouseholdFile;
use domain::policy::{GuardKind, Pack, Procedure, StepKind};
use jiff::ToSpan as _;
use jiff::civil::Date;
use store::casefile::CasefileRow;

use super::super::accounts::{Cast, Crew};
use super::super::acts;
use super::super::profile::Profile;
use super::super::random::Random;
use super::super::script::Move as Scripted;
use super::model::Model;
use crate::casefile::member_facts;
use crate::{App, AppError};

/// Somebody of every level, of the village's own line and of others.
const ANYBODY: [&str; 12] = [
    "grid.zhang",
    "village.li",
    "village2.zhao",
    "village4.xu",
    "township.wang",
    "township2.liu",
    "township3.gao",
    "county.chen",
    "county2.zhou",
    "liaison.sun",
    "city.wu",
    "province.zheng",
];

/// So many moves in a thousand end the procedure otherwise, where they may.
const ENDS_PER_MILLE: u64 = 8;

/// Every act of a procedure by name.
const ACTS: [&str; 26] = [
    "verify_home",
    "sign_letter",
    "request_cross_check",
    "forward_cross_check",
    "answer_cross_check",
    "reuse_cross_check",
    "resolve_discrepancy",
    "acknowledge_discrepancy",
    "conclude_cross_check",
    "record_appraisal",
    "post_notice",
    "file_objection",
    "answer_objection",
    "review",
    "submit_to_county",
    "decide",
    "notify_township",
    "acknowledge_decision",
    "announce",
    "archive",
    "submit_plan",
    "inform_household",
    "request_recheck",
    "end",
    "explain_overdue",
    "state_paper",
];

/// What is tried.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    Act(Box<Action>),
    /// A further lead on the household.
    Lead {
        channel: String,
    },
}

/// One move.
#[derive(Debug, Clone)]
pub(super) struct Move {
    pub actor: &'static str,
    pub day: Date,
    pub version: i64,
    pub deed: Deed,
    /// The desk offered it as ready: it must be accepted.
    pub promised: bool,
}

/// Everything a choice looks at.
pub(super) struct Table<'a> {
    pub app: &'a App,
    pub cast: &'a Cast,
    pub pack: &'a Pack,
    pub procedure: &'a Procedure,
    pub file: &'a HouseholdFile,
    pub profile: &'static Profile,
    pub township_name: &'a str,
    pub crew: Crew,
    pub number: u32,
}

impl Table<'_> {
    /// The next move on a casefile.
    pub(super) fn choose(
        &self,
        random: &mut Random,
        model: &Model<'_>,
        row: &CasefileRow,
        casefile: &Casefile,
    ) -> Result<Move, AppError> {
        let today = self.app.today();
        let members = member_facts(self.file, today);
        let clerk = self.cast.get(self.crew.county)?;
        let facts = domain::casefile::Facts {
            evidence: Some(&[]),
            ..self
                .app
                .facts(self.pack, &members, &self.file.household_type, clerk)
        };
        let todos = outlook(casefile, &facts);
        if model.stage == "running" && random.per_mille(ENDS_PER_MILLE) {
            let end = self.good("end", random, model, casefile, today);
            if let Some(action) = end {
                return Ok(Move {
                    actor: self.crew.township,
                    day: today,
                    version: row.version,
                    deed: Deed::Act(Box::new(action)),
                    promised: false,
                });
            }
        }
        if todos.is_empty() || !random.percent(75) {
            return Ok(self.anything(random, model, row, casefile));
        }
        let index = usize::try_from(random.below(todos.len() as u64)).unwrap_or(0);
        let todo = &todos[index];
        let names: Vec<&str> = todo.actions.iter().map(String::as_str).collect();
        let name = random.pick(&names);
        let late = random.percent(15);
        let day = if late {
            today.saturating_sub(random.between(1, 3).days())
        } else {
            today
        };
        let action = match name {
            "state_paper" => self.papers(casefile, Some(todo.step)),
            _ => self.good(name, random, model, casefile, day),
        };
        let Some(action) = action else {
            return Ok(self.anything(random, model, row, casefile));
        };
        // What is refused or sent back was not what the desk called ready.
        let approves = match &action {
            Action::Review(r) => r.outcome == Verdict::Approve,
            Action::Decide(d) => d.outcome == Verdict::Approve,
            _ => true,
        };
        let actor = match todo.level {
            Level::Village if matches!(name, "verify_home" | "sign_letter") => self.crew.home,
            Level::Village => self.crew.village,
            Level::Township => self.crew.township,
            Level::County => self.crew.county,
            _ => "city.wu",
        };
        Ok(Move {
            actor,
            day,
            version: row.version,
            deed: Deed::Act(Box::new(action)),
            promised: !late && todo.ready && approves,
        })
    }

    /// Anything: any act, anybody, any day, often a version long gone.
    fn anything(
        &self,
        random: &mut Random,
        model: &Model<'_>,
        row: &CasefileRow,
        casefile: &Casefile,
    ) -> Move {
        let today = self.app.today();
        let day = today.saturating_add(random.between(-8, 2).days());
        let own = [
            self.crew.home,
            self.crew.village,
            self.crew.township,
            self.crew.county,
        ];
        let actor = if random.percent(60) {
            random.pick(&own)
        } else {
            random.pick(&ANYBODY)
        };
        let version = if random.percent(12) {
            row.version + random.pick(&[-1, 1])
        } else {
            row.version
        };
        let channels: Vec<&str> = self
            .pack
            .values
            .channels
            .iter()
            .map(|c| c.code.as_str())
            .collect();
        let lead = Deed::Lead {
            channel: random.pick(&channels).to_owned(),
        };
        let name = match model.stage {
            "refused" if random.percent(70) => {
                random.pick(&["inform_household", "request_recheck"])
            }
            _ if random.percent(25) => random.pick(&["review", "decide", "file_objection"]),
            _ => random.pick(&ACTS),
        };
        // Ends are rare, or hardly a procedure would get far.
        let ends = name == "end" && random.percent(60);
        let deed = if random.percent(8) || ends {
            lead
        } else {
            match self.good(name, random, model, casefile, day) {
                Some(mut action) => {
                    self.twist(&mut action, random);
                    Deed::Act(Box::new(action))
                }
                None => lead,
            }
        };
        Move {
            actor,
            day,
            version,
            deed,
            promised: false,
        }
    }

    /// Turns an approval into a refusal or a send-back to anywhere.
    fn twist(&self, action: &mut Action, random: &mut Random) {
        if !random.percent(60) {
            return;
        }
        let outcome = random.pick(&[Verdict::SendBack, Verdict::SendBack, Verdict::Refuse]);
        let back = outcome == Verdict::SendBack;
        let kinds: Vec<StepKind> = self.procedure.steps.iter().map(|s| s.kind).collect();
        let to = back.then(|| random.pick(&kinds));
        let ground = (!back).then(|| "no_risk".to_owned());
        let why = Some("材料不全，请补充核实后再报。".to_owned());
        match action {
            Action::Review(r) => {
                r.judgements = acts::refusal_judgements(self.pack, outcome);
                (r.outcome, r.send_back_to, r.ground, r.reason) = (outcome, to, ground, why);
            }
            Action::Decide(d) => {
                d.judgements = acts::refusal_judgements(self.pack, outcome);
                (d.outcome, d.send_back_to, d.ground, d.reason) = (outcome, to, ground, why);
            }
            _ => {}
        }
    }

    /// An act filled in as it should be; `None` where there is nothing to fill.
    fn good(
        &self,
        name: &str,
        random: &mut Random,
        model: &Model<'_>,
        casefile: &Casefile,
        day: Date,
    ) -> Option<Action> {
        let name_of = |login| self.cast.get(login).ok().map(|p| p.display_name.as_str());
        let scene = acts::Scene {
            pack: self.pack,
            file: self.file,
            profile: self.profile,
            day,
            home: name_of(self.crew.home)?,
            village: name_of(self.crew.village)?,
            township: name_of(self.crew.township)?,
            township_name: self.township_name,
            document: self.number,
        };
        let hits = casefile
            .records
            .cross_check
            .as_ref()
            .map(|c| c.discrepancies.as_slice());
        let open_hit = |late: bool| {
            hits.unwrap_or_default().iter().position(|d| {
                if late {
                    d.late && d.township_judgement.is_none()
                } else {
                    d.resolution.is_none()
                }
            })
        };
        let scripted = match name {
            "verify_home" => Scripted::Verify,
            "sign_letter" => Scripted::Letter,
            "request_cross_check" => {
                let mut action = scene.action(Scripted::Request, casefile, random)?;
                if let Action::RequestCrossCheck { member_ids, .. } = &mut action
                    && member_ids.is_empty()
                {
                    *member_ids = self.file.active_members().map(|m| m.id.clone()).collect();
                }
                return Some(action);
            }
            "forward_cross_check" => Scripted::Forward,
            "answer_cross_check" => Scripted::Answer(random.pick(&[0, 0, 0, 1])),
            "reuse_cross_check" => Scripted::Reuse,
            "resolve_discrepancy" => {
                Scripted::Resolve(u8::try_from(open_hit(false).unwrap_or(0)).ok()?)
            }
            "acknowledge_discrepancy" => {
                return Some(Action::AcknowledgeDiscrepancy {
                    index: open_hit(true).unwrap_or(0),
                    note: "镇里核对了转让协议，不影响评议结果。".into(),
                });
            }
            "conclude_cross_check" => Scripted::Conclude,
            "record_appraisal" => return Some(self.appraisal(random, model)),
            "post_notice" => {
                return Some(Action::PostNotice {
                    notice_id: String::new(),
                    place: "村口公告栏".into(),
                });
            }
            "file_objection" => {
                return Some(Action::FileObjection {
                    objection_id: String::new(),
                    official_level: random.pick(&[
                        None,
                        None,
                        Some(Level::Village),
                        Some(Level::Township),
                        Some(Level::County),
                    ]),
                });
            }
            "answer_objection" => {
                return Some(Action::AnswerObjection {
                    objection_id: model.open_objection()?.0.to_owned(),
                    upheld: random.percent(20),
                });
            }
            "review" => return self.review(&scene, random, model, casefile),
            "submit_to_county" => {
                return Some(Action::SubmitToCounty(TownshipSubmission {
                    government: domain::division::township_government(self.township_name),
                    document_number: format!("演示报〔{}〕{}号", day.year(), self.number),
                    signatory: "贺明章".into(),
                }));
            }
            "decide" => return self.decision(&scene, random, casefile),
            "notify_township" => {
                return Some(Action::NotifyTownship(WrittenNotice {
                    document_number: format!("演示通〔{}〕{}号", day.year(), self.number),
                    township: self.township_name.to_owned(),
                }));
            }
            "acknowledge_decision" => Scripted::Acknowledge,
            "announce" => Scripted::Announce,
            "archive" => Scripted::Archive,
            "submit_plan" => {
                return Some(Action::SubmitPlan(ProjectPlan {
                    plan: "养殖补助和公益岗位。".into(),
                    department: "县农业农村局".into(),
                    submitted_on: Some(day),
                }));
            }
            "inform_household" => Scripted::Inform,
            "request_recheck" => Scripted::Recheck,
            "end" => {
                Scripted::End(random.pick(&["withdrawn", "refuses_to_sign", "all_members_died"]))
            }
            "explain_overdue" => {
                let clock = self.procedure.clocks.first()?.id.clone();
                return Some(Action::ExplainOverdue {
                    clock,
                    reason: "户主住院，入户推迟。".into(),
                });
            }
            "state_paper" => return self.papers(casefile, None),
            _ => return None,
        };
        scene.action(scripted, casefile, random)
    }

    fn asks(&self, on: StepKind, kind: GuardKind) -> bool {
        self.procedure
            .guards
            .iter()
            .any(|g| g.on == on && g.kind == kind)
    }

    fn findings(&self) -> HouseholdFindings {
        let judged = |code: &String| Judgement {
            code: code.clone(),
            problem: true,
            finding: self.profile.finding.into(),
        };
        HouseholdFindings {
            per_capita_income_fen: Some(480_000),
            dimensions: self
                .pack
                .values
                .dimensions
                .iter()
                .map(|d| judged(&d.code))
                .collect(),
            situation: "家中有人患病，收入减少。".into(),
            ..HouseholdFindings::default()
        }
    }

    fn appraisal(&self, random: &mut Random, model: &Model<'_>) -> Action {
        let recommended = random.percent(85);
        let (for_it, against) = if recommended { (14, 1) } else { (3, 12) };
        Action::RecordAppraisal(Appraisal {
            appraisal_id: String::new(),
            round: model.meetings + 1,
            voters: 16,
            recused: Vec::new(),
            votes_for: for_it,
            votes_against: against,
            abstentions: 1,
            result: if recommended {
                "recommend"
            } else {
                "not_recommend"
            }
            .into(),
            opinion: "逐户表决。".into(),
            conveners: self
                .pack
                .values
                .conveners
                .iter()
                .map(|c| c.code.clone())
                .collect(),
            chair: String::new(),
            recorder: String::new(),
            findings: self
                .asks(StepKind::DemocraticAppraisal, GuardKind::SituationAssessed)
                .then(|| self.findings()),
        })
    }

    fn review(
        &self,
        scene: &acts::Scene<'_>,
        random: &mut Random,
        model: &Model<'_>,
        casefile: &Casefile,
    ) -> Option<Action> {
        let first = self.procedure.steps.first()?.kind;
        let chosen = random.below(100);
        let scripted = match (model.stopped_short(), chosen) {
            (true, 0..60) | (false, 0..5) => Scripted::ReviewBack(first),
            (true, _) | (false, 5..9) => Scripted::ReviewRefuse,
            (false, _) => Scripted::Approve,
        };
        let mut action = scene.action(scripted, casefile, random)?;
        if let Action::Review(review) = &mut action {
            review.findings = self
                .asks(StepKind::TownshipReview, GuardKind::SituationAssessed)
                .then(|| self.findings());
        }
        Some(action)
    }

    fn decision(
        &self,
        scene: &acts::Scene<'_>,
        random: &mut Random,
        casefile: &Casefile,
    ) -> Option<Action> {
        let scripted = match random.below(100) {
            0..5 => Scripted::DecideBack(
                random.pick(&[StepKind::DemocraticAppraisal, StepKind::TownshipReview]),
            ),
            5..10 => Scripted::DecideRefuse,
            _ => Scripted::Decide,
        };
        let mut action = scene.action(scripted, casefile, random)?;
        if let Action::Decide(decision) = &mut action
            && decision.outcome == Verdict::Approve
            && decision.category.is_none()
        {
            let proposed = Situation::of(&casefile.records).and_then(|s| {
                propose_category(self.pack, &self.file.household_type, &s).conclusion
            });
            let lifted = self.file.household_type.starts_with("lifted");
            let mut fitting = self.pack.values.categories.iter();
            let first = || {
                let fits = fitting.find(|c| c.lifted.is_none_or(|l| l == lifted));
                fits.map(|c| c.code.clone())
            };
            decision.category = proposed.map(|c| c.category).or_else(first);
        }
        Some(action)
    }

    /// Where the paper of the steps done, or of one of them, is kept.
    fn papers(&self, casefile: &Casefile, of: Option<StepKind>) -> Option<Action> {
        let mut codes: Vec<String> = self
            .procedure
            .steps
            .iter()
            .filter(|s| of.is_none_or(|kind| s.kind == kind))
            .filter(|s| casefile.records.done_on(s.kind).is_some())
            .flat_map(|s| &s.evidence)
            .filter(|e| e.required && held(casefile, self.procedure, e, &[]) == Held::Missing)
            .map(|e| e.code.clone())
            .collect();
        codes.sort();
        codes.dedup();
        (!codes.is_empty()).then(|| {
            Action::StatePaper(PaperStatement {
                codes,
                place: "镇档案室 2 号柜".into(),
            })
        })
    }
}
