//! The statutory clock under any course of a case: leads that join, send-backs,
//! refusals looked at again, things typed in late. It runs from the earliest
//! lead, stops only with a decision, and nothing sets it back.

use domain::account::{Operation, Principal, Scope};
use domain::calendar::{WorkCalendar, plus_days};
use domain::casefile::{
    Action, Appraisal, Casefile, CommitmentLetter, CountyDecision, Facts, HomeVerification,
    HouseholdSignature, IncomeSheet, Judgement, LeadRef, LetterSignature, MemberFact, PackRef,
    Stage, TownshipReview, Verdict, apply, clocks,
};
use domain::division::{DivisionCode, Level};
use domain::policy::{Pack, StepKind};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use proptest::prelude::*;

use crate::packs::{library, policy_folder};

/// One thing that happens.
#[derive(Debug, Clone)]
enum Turn {
    /// The next step of the procedure, whichever is possible.
    Advance,
    ReviewBack(StepKind),
    ReviewRefuse,
    DecideBack(StepKind),
    DecideRefuse,
    Recheck,
    Withdraw,
    /// A further lead, received so many days before today.
    Lead(i16),
    /// Days go by.
    Wait(i16),
}

fn turn() -> impl Strategy<Value = Turn> {
    use StepKind::{
        CommitmentLetter as Letter, CrossCheck, DemocraticAppraisal, HomeVerification as Home,
        PublicNotice,
    };
    let step = || {
        prop::sample::select(vec![
            Home,
            Letter,
            CrossCheck,
            DemocraticAppraisal,
            PublicNotice,
        ])
    };
    prop_oneof![
        12 => Just(Turn::Advance),
        4 => (0i16..7).prop_map(Turn::Wait),
        2 => step().prop_map(Turn::ReviewBack),
        1 => Just(Turn::ReviewRefuse),
        1 => step().prop_map(Turn::DecideBack),
        1 => Just(Turn::DecideRefuse),
        1 => Just(Turn::Recheck),
        1 => Just(Turn::Withdraw),
        2 => (0i16..40).prop_map(Turn::Lead),
    ]
}

struct World {
    pack: Pack,
    calendar: WorkCalendar,
    members: Vec<MemberFact>,
    today: Date,
    /// How late things are typed in: they happened so many days ago.
    lag: i16,
}

fn person(level: Level) -> Principal {
    let village: DivisionCode = "410327102207".parse().expect("a code");
    Principal {
        account_id: level.as_str().into(),
        display_name: level.label().into(),
        roles: Vec::new(),
        level: Some(level),
        division: Some(village),
        scope: Scope::subtree(village),
        masked: false,
        operations: Operation::ALL.iter().copied().collect(),
        deputy_of: None,
    }
}

fn verification(pack: &Pack, opened_on: Date) -> HomeVerification {
    let judged = |code: &String| Judgement {
        code: code.clone(),
        problem: true,
        finding: "住院".into(),
    };
    HomeVerification {
        verifiers: vec!["甲".into(), "乙".into()],
        income: IncomeSheet {
            persons: 1,
            period_from: opened_on.saturating_sub(1.year()),
            period_to: plus_days(opened_on, -1),
            ..IncomeSheet::default()
        },
        dimensions: pack
            .values
            .dimensions
            .iter()
            .map(|d| judged(&d.code))
            .collect(),
        difficulties: pack
            .values
            .difficulty_areas
            .iter()
            .map(|d| judged(&d.code))
            .collect(),
        risks: Vec::new(),
        risk_note: String::new(),
        persons_reason: String::new(),
        opinion: "建议评议".into(),
        recommends: true,
        household_signed: HouseholdSignature {
            mode: "signature".into(),
            name: "丙".into(),
            witness: None,
            relation: None,
            reason: None,
        },
        mode: "on_site".into(),
    }
}

fn review(outcome: Verdict, send_back_to: Option<StepKind>) -> Action {
    let refuse = outcome == Verdict::Refuse;
    Action::Review(TownshipReview {
        outcome,
        checkers: vec!["丁".into()],
        opinion: String::new(),
        findings: None,
        judgements: Vec::new(),
        send_back_to,
        ground: refuse.then(|| "no_risk".into()),
        reason: Some("补充核实材料".into()),
    })
}

fn judgements(pack: &Pack, refuse: bool) -> Vec<Judgement> {
    let dimensions = pack.values.dimensions.iter().filter(|_| refuse);
    dimensions
        .map(|d| Judgement {
            code: d.code.clone(),
            problem: false,
            finding: "看过，没有问题".into(),
        })
        .collect()
}

fn decision(
    pack: &Pack,
    outcome: Verdict,
    send_back_to: Option<StepKind>,
    signed_on: Option<Date>,
) -> Action {
    let refuse = outcome == Verdict::Refuse;
    Action::Decide(CountyDecision {
        outcome,
        category: pack
            .values
            .categories
            .iter()
            .find(|c| c.lifted != Some(true))
            .map(|c| c.code.clone()),
        document_number: "一号".into(),
        signed_on,
        signatory: "戊".into(),
        opinion: String::new(),
        dimensions_considered: pack
            .values
            .dimensions
            .iter()
            .map(|d| d.code.clone())
            .collect(),
        judgements: judgements(pack, refuse),
        send_back_to,
        ground: refuse.then(|| "no_risk".into()),
        reason: Some("补充核实材料".into()),
    })
}

/// Every act that carries a case on, in the order of the procedure.
fn forward(pack: &Pack, casefile: &Casefile) -> Vec<(Level, Action)> {
    let member = || "m".to_owned();
    let reviewed_on = casefile.records.done_on(StepKind::TownshipReview);
    let held = casefile
        .superseded
        .iter()
        .filter(|s| s.records.democratic_appraisal.is_some())
        .count();
    let signature = LetterSignature {
        member_id: member(),
        mode: "signature".into(),
        signer_name: "丙".into(),
        reason: None,
        witness: None,
    };
    let appraisal = Appraisal {
        appraisal_id: "a".into(),
        round: u16::try_from(held + 1).expect("few rounds"),
        voters: 3,
        recused: Vec::new(),
        votes_for: 3,
        votes_against: 0,
        abstentions: 0,
        result: "recommend".into(),
        opinion: String::new(),
        conveners: Vec::new(),
        chair: String::new(),
        recorder: String::new(),
        findings: None,
    };
    let letter = CommitmentLetter {
        truthfulness: true,
        query_authorisation: true,
        signatures: vec![signature],
        valid_until: None,
    };
    vec![
        (
            Level::County,
            decision(pack, Verdict::Approve, None, reviewed_on),
        ),
        (Level::Township, review(Verdict::Approve, None)),
        (
            Level::Village,
            Action::PostNotice {
                notice_id: "n".into(),
                place: "公开栏".into(),
            },
        ),
        (Level::Village, Action::RecordAppraisal(appraisal)),
        (
            Level::County,
            Action::ConcludeCrossCheck {
                note: String::new(),
            },
        ),
        (
            Level::County,
            Action::AnswerCrossCheck {
                department: "公安".into(),
                answered_by: "己".into(),
                discrepancies: Vec::new(),
            },
        ),
        (Level::Township, Action::ForwardCrossCheck {}),
        (
            Level::Village,
            Action::RequestCrossCheck {
                member_ids: vec![member()],
                items: vec!["房产".into()],
            },
        ),
        (Level::Village, Action::SignLetter(letter)),
        (
            Level::Village,
            Action::VerifyHome(verification(pack, casefile.opened_on)),
        ),
    ]
}

impl World {
    fn try_act(&self, casefile: &Casefile, level: Level, action: &Action) -> Option<Casefile> {
        let actor = person(level);
        let facts = Facts {
            pack: &self.pack,
            calendar: &self.calendar,
            members: &self.members,
            register: domain::casefile::Register::default(),
            household_status: "ordinary_household",
            township: "",
            evidence: None,
            actor: &actor,
            today: self.today,
        };
        // First as of some days ago; where that is before the step it follows, as of today.
        let typed_late = self.today.saturating_sub(i64::from(self.lag).days());
        [typed_late, self.today]
            .into_iter()
            .find_map(|on| apply(casefile, action, on, &facts).ok())
            .map(|(next, _)| next)
    }

    fn step(&mut self, casefile: &Casefile, turn: &Turn, leads: &mut Vec<Date>) -> Casefile {
        let one = |level, action| self.try_act(casefile, level, &action);
        let moved = match turn {
            Turn::Advance => forward(&self.pack, casefile)
                .into_iter()
                .find_map(|(level, action)| one(level, action)),
            Turn::ReviewBack(to) => one(Level::Township, review(Verdict::SendBack, Some(*to))),
            Turn::ReviewRefuse => one(Level::Township, review(Verdict::Refuse, None)),
            Turn::DecideBack(to) => one(
                Level::County,
                decision(&self.pack, Verdict::SendBack, Some(*to), None),
            ),
            Turn::DecideRefuse => one(
                Level::County,
                decision(&self.pack, Verdict::Refuse, None, None),
            ),
            Turn::Recheck => one(
                Level::Township,
                Action::InformHousehold {
                    how: "当面".into(),
                    told_by: "丁".into(),
                },
            )
            .and_then(|told| {
                let again = Action::RequestRecheck {
                    reason: "没有算全".into(),
                };
                self.try_act(&told, Level::Township, &again)
            }),
            Turn::Withdraw => one(
                Level::Village,
                Action::End {
                    ending: "withdrawn".into(),
                    reason: "困难已由子女解决".into(),
                    withdrawal: None,
                },
            ),
            Turn::Lead(days) if matches!(casefile.stage, Stage::Running) => {
                let received_on = self.today.saturating_sub(i64::from(*days).days());
                leads.push(received_on);
                let mut next = casefile.clone();
                next.join_lead(LeadRef {
                    id: format!("lead {}", leads.len()),
                    channel: "cadre_visit".into(),
                    received_on,
                });
                Some(next)
            }
            Turn::Lead(_) => None,
            Turn::Wait(days) => {
                self.today = self.today.saturating_add(i64::from(*days).days());
                None
            }
        };
        moved.unwrap_or_else(|| casefile.clone())
    }
}

fn days_between(from: Date, to: Date) -> u32 {
    u32::try_from(from.until(to).expect("a span").get_days()).unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_total_runs_from_the_earliest_lead_to_the_decision(
        turns in prop::collection::vec(turn(), 1..70),
        lag in 0i16..4,
        first_day in 0i16..800,
    ) {
        let calendar = std::fs::read_to_string(policy_folder().join("calendars/cn-workdays.csv")).expect("the table");
        let started = date(2022, 5, 1).saturating_add(i64::from(first_day).days());
        let mut world = World {
            pack: library().pack("henan-2022").expect("the pack").clone(),
            calendar: WorkCalendar::parse(&calendar).expect("a calendar"),
            members: vec![MemberFact { id: "m".into(), name: "丙".into(), adult: true, active: true, left: false, shares_income: true, subsistence_allowance: None }],
            today: started,
            lag,
        };
        let mut leads = vec![started];
        let pack_ref = PackRef { id: "henan-2022".into(), version: 1 };
        let lead = LeadRef { id: "lead 1".into(), channel: "cadre_visit".into(), received_on: started };
        let village: DivisionCode = "410327102207".parse().expect("a code");
        let mut casefile = Casefile::open("c".into(), "h".into(), village, pack_ref, lead, started);
        for turn in &turns {
            casefile = world.step(&casefile, turn, &mut leads);
            let total = clocks(&casefile, &world.pack, &world.calendar, world.today).remove(0);
            let earliest = *leads.iter().min().expect("a lead");
            prop_assert_eq!(total.started_on, earliest, "after {:?}", turn);
            prop_assert_eq!(total.deadline_on, earliest.saturating_add(15.days()));
            let stopped = !matches!(casefile.stage, Stage::Running);
            prop_assert_eq!(total.ended_on.is_some(), stopped, "{:?} in {:?}", turn, casefile.stage);
            let until = total.ended_on.unwrap_or(world.today);
            prop_assert_eq!(total.days_used, days_between(earliest, until));
            prop_assert_eq!(total.overdue, total.days_used > 15);
            prop_assert_eq!(i64::from(total.days_used) + total.days_left, 15);
            // What happened lies between the first lead and today, whenever it was typed in.
            for step in [StepKind::HomeVerification, StepKind::PublicNotice, StepKind::CountyDecision] {
                if let Some(on) = casefile.records.done_on(step) {
                    prop_assert!(on <= world.today);
                }
            }
        }
    }
}

/// The property would prove nothing if no case ever got that far.
#[test]
fn a_straight_course_is_decided_on_the_seventh_day() {
    let calendar = std::fs::read_to_string(policy_folder().join("calendars/cn-workdays.csv"))
        .expect("the table");
    let started = date(2022, 5, 1);
    let mut world = World {
        pack: library().pack("henan-2022").expect("the pack").clone(),
        calendar: WorkCalendar::parse(&calendar).expect("a calendar"),
        members: vec![MemberFact {
            id: "m".into(),
            name: "丙".into(),
            adult: true,
            active: true,
            left: false,
            shares_income: true,
            subsistence_allowance: None,
        }],
        today: started,
        lag: 0,
    };
    let lead = LeadRef {
        id: "lead 1".into(),
        channel: "cadre_visit".into(),
        received_on: started,
    };
    let village: DivisionCode = "410327102207".parse().expect("a code");
    let pack_ref = PackRef {
        id: "henan-2022".into(),
        version: 1,
    };
    let mut casefile = Casefile::open("c".into(), "h".into(), village, pack_ref, lead, started);
    let course = [
        vec![Turn::Advance; 12],
        vec![Turn::Wait(6)],
        vec![Turn::Advance; 2],
    ]
    .concat();
    for turn in &course {
        casefile = world.step(&casefile, turn, &mut vec![started]);
    }
    assert!(
        matches!(casefile.stage, Stage::Determined { .. }),
        "{:?}",
        casefile.stage
    );
    let total = clocks(&casefile, &world.pack, &world.calendar, world.today).remove(0);
    assert_eq!(
        (total.days_used, total.ended_on),
        (6, Some(date(2022, 5, 7)))
    );
}
