//! Playing the script: day by day, each move by the person whose turn it is,
//! through the same use cases the console calls.

use std::collections::BTreeMap;

use domain::account::{DivisionCode, Level};
use domain::casefile::{Action, Casefile, Held, PaperStatement, held, not_to_bring};
use domain::lead::{LeadConclusion, NewLead, Proxy};
use jiff::ToSpan as _;
use jiff::civil::Date;
use store::casefile::CasefileRow;
use store::lead::LeadFilter;

use super::accounts::{Cast, Crew, crew};
use super::acts::{FIRST_SECRETARY, Scene};
use super::random::Random;
use super::registry::StoryVillage;
use super::script::{Case, From, Move, cases};
use super::{DEMO_TODAY, DemoSummary};
use crate::casefile::Act;
use crate::lead::ConcludeLead;
use crate::notice::{
    AnswerObjection, Attendance, NewAppraisal, NewAppraisalItem, NewNotice, NewNoticeItem,
    NewObjection,
};
use crate::{App, AppError, Window};

/// What a case has become so far.
#[derive(Debug)]
struct Running {
    case: Case,
    /// Index of the village and of its household; `None` for an unmatched
    /// lead.
    village: usize,
    household: Option<usize>,
    lead: Option<String>,
    casefile: Option<String>,
    objection: Option<String>,
}

/// A move on its day.
#[derive(Debug, Clone, Copy)]
struct Turn {
    typed_on: Date,
    happened_on: Date,
    case: usize,
    what: Move,
}

/// The play: who acts where.
struct Play<'a> {
    app: &'a App,
    random: &'a mut Random,
    cast: &'a Cast,
    villages: &'a [StoryVillage],
    running: Vec<Running>,
    documents: u32,
}

/// Plays all cases up to today.
///
/// # Errors
/// When the script does not parse or a use case refuses: both are mistakes of
/// the script, named with their line.
pub(super) async fn play(
    app: &App,
    random: &mut Random,
    cast: &Cast,
    villages: &mut [StoryVillage],
    summary: &mut DemoSummary,
) -> Result<(), AppError> {
    let script = cases().map_err(AppError::Internal)?;
    let mut running: Vec<Running> = Vec::with_capacity(script.len());
    for case in script {
        let village = villages
            .iter()
            .position(|v| v.letter == case.village)
            .ok_or_else(|| {
                AppError::Internal(format!("cases.txt line {}: no such village", case.line))
            })?;
        let household = match case.from {
            From::Unmatched => None,
            From::Same => running
                .iter()
                .rev()
                .find_map(|r| r.household.filter(|_| r.village == village)),
            _ => Some(choose(&mut villages[village], &case)?),
        };
        running.push(Running {
            case,
            village,
            household,
            lead: None,
            casefile: None,
            objection: None,
        });
    }
    let mut turns: Vec<Turn> = Vec::new();
    for (index, one) in running.iter().enumerate() {
        let start = DEMO_TODAY.saturating_sub(one.case.days_ago.days());
        turns.extend(one.case.plan.iter().map(|p| Turn {
            typed_on: start.saturating_add(p.typed.days()),
            happened_on: start.saturating_add(p.happened.days()),
            case: index,
            what: p.what,
        }));
    }
    turns.sort_by_key(|t| (t.typed_on, t.what.rank(), t.case));
    let mut play = Play {
        app,
        random,
        cast,
        villages,
        running,
        documents: 0,
    };
    let mut turns = turns.into_iter().peekable();
    while let Some(turn) = turns.next() {
        app.clock.move_to(turn.typed_on);
        let line = play.running[turn.case].case.line;
        let mut together = vec![turn];
        // A meeting decides several households of a village, a notice names
        // several: the turns of one village and day go together.
        if matches!(turn.what, Move::Appraise(_) | Move::Notice) {
            while let Some(next) = turns.next_if(|n| play.goes_with(&turn, n)) {
                together.push(next);
            }
        }
        let done = match turn.what {
            Move::Appraise(_) => play.meet(&together).await,
            Move::Notice => play.post(&together).await,
            _ => play.turn(&turn).await,
        };
        done.map_err(|e| {
            AppError::Internal(format!("cases.txt line {line}, {:?}: {e}", turn.what))
        })?;
    }
    summary.leads = play.running.iter().filter(|r| r.lead.is_some()).count() as u64;
    summary.casefiles = play.running.iter().filter(|r| r.casefile.is_some()).count() as u64;
    Ok(())
}

/// A household that makes the case believable, taken once only.
fn choose(village: &mut StoryVillage, case: &Case) -> Result<usize, AppError> {
    let monitored = match case.from {
        From::Monitored => "running",
        From::Cleared => "cleared",
        _ => "none",
    };
    let reuses = case.plan.iter().any(|p| p.what == Move::Reuse);
    let free = |n: &super::registry::Neighbour| {
        !n.taken
            && n.monitored == monitored
            && n.file.head().is_some_and(|h| h.is_adult_on(DEMO_TODAY))
            && (monitored != "none" || n.file.household_type.starts_with("lifted") == case.lifted)
    };
    let allowance = |n: &super::registry::Neighbour| {
        n.file
            .active_members()
            .any(|m| m.subsistence_allowance == "rural")
            == reuses
    };
    let households = &village.households;
    let found = households
        .iter()
        .position(|n| free(n) && allowance(n) && case.profile.fits(&n.file))
        .or_else(|| households.iter().position(|n| free(n) && allowance(n)))
        .or_else(|| households.iter().position(free))
        .ok_or_else(|| {
            AppError::Internal(format!("cases.txt line {}: no household left", case.line))
        })?;
    village.households[found].taken = true;
    Ok(found)
}

impl Play<'_> {
    fn goes_with(&self, first: &Turn, next: &Turn) -> bool {
        let same_move = matches!(
            (first.what, next.what),
            (Move::Appraise(_), Move::Appraise(_)) | (Move::Notice, Move::Notice)
        );
        same_move
            && next.typed_on == first.typed_on
            && next.happened_on == first.happened_on
            && self.running[next.case].village == self.running[first.case].village
    }

    fn crew(&self, case: usize) -> Crew {
        crew(self.running[case].case.village)
    }

    fn village(&self, case: usize) -> DivisionCode {
        self.villages[self.running[case].village].code
    }

    /// The casefile as it stands.
    async fn casefile(&self, case: usize) -> Result<(CasefileRow, Casefile), AppError> {
        let id = self.running[case]
            .casefile
            .as_deref()
            .ok_or(AppError::NotFound)?;
        let scope = domain::account::Scope::subtree(self.village(case));
        self.app
            .store
            .casefile(&scope, id)
            .await?
            .ok_or(AppError::NotFound)
    }

    async fn turn(&mut self, turn: &Turn) -> Result<(), AppError> {
        match turn.what {
            Move::Register => self.register(turn).await,
            Move::Lead(outcome) => self.conclude_lead(turn, outcome).await,
            Move::Object(anonymous) => self.object(turn, anonymous).await,
            Move::AnswerObjection(upheld) => self.answer_objection(turn, upheld).await,
            _ => self.act(turn).await,
        }
    }

    async fn register(&mut self, turn: &Turn) -> Result<(), AppError> {
        let own = &self.running[turn.case];
        let crew = self.crew(turn.case);
        let channel = own.case.channel;
        let actor = self.cast.get(match channel {
            "department_warning" => crew.liaison,
            "hotline" | "petition" | "media" => crew.county,
            "data_comparison" | "problem_follow_up" | "platform_warning" => crew.township,
            _ => crew.home,
        })?;
        let household = own
            .household
            .map(|h| &self.villages[own.village].households[h]);
        let head = household
            .and_then(|h| h.file.head())
            .map_or("", |h| h.name.as_str());
        let declared = channel == "self_declaration";
        let means = self
            .random
            .pick(&["phone_app", "wechat_mini_program", "window_clerk"]);
        let form = NewLead {
            household_id: household.map(|h| h.id.clone()),
            reported_name: if household.is_some() {
                String::new()
            } else {
                "姚秋实".into()
            },
            village: Some(self.village(turn.case)),
            channel: channel.into(),
            discovery_mode: match channel {
                "cadre_visit" | "grassroots_report" | "data_comparison" => "sweep",
                _ => "real_time",
            }
            .into(),
            received_on: turn.happened_on,
            description: self.random.pick(own.case.profile.descriptions).into(),
            reporter: match channel {
                "self_declaration" => head,
                "department_warning" => "县医疗保障局",
                "hotline" => "12317热线转办",
                "petition" => "县信访局转办",
                "media" => "网络问政平台",
                "data_comparison" | "platform_warning" => "县防返贫监测中心",
                "problem_follow_up" => "县督导组",
                _ => actor.display_name.as_str(),
            }
            .into(),
            means: declared.then(|| means.to_owned()),
            proxy: (declared && means == "window_clerk").then(|| Proxy {
                name: actor.display_name.clone(),
                relation: "村级代办员".into(),
            }),
            late_reason: String::new(),
            official: None,
            risks: own
                .case
                .profile
                .risks
                .iter()
                .map(|r| (*r).to_owned())
                .collect(),
        };
        let registered = self.app.register_lead(actor, form).await?;
        self.running[turn.case].lead = registered.lead.map(|l| l.id);
        Ok(())
    }

    async fn conclude_lead(&mut self, turn: &Turn, outcome: &'static str) -> Result<(), AppError> {
        let crew = self.crew(turn.case);
        let actor = self.cast.get(crew.village)?;
        let lead_id = self.running[turn.case]
            .lead
            .clone()
            .ok_or(AppError::NotFound)?;
        let lead = self
            .app
            .store
            .lead(&actor.scope, &lead_id)
            .await?
            .ok_or(AppError::NotFound)?;
        let reason = match outcome {
            "no_risk" => "入户核实，务工已恢复，收入稳定，四个方面没有发现风险。",
            "solved_by_ordinary_policy" => "已落实医疗救助和临时救助，困难已经解决。",
            "another_area" => "该户已整户迁到外县居住，转当地有关部门核实。",
            "duplicate" => "同一情况上周已由村干部核实处理，属重复线索。",
            _ => "",
        };
        let duplicate_of = match (outcome, &lead.household_id) {
            ("duplicate", Some(_)) => {
                let filter = LeadFilter {
                    household_id: lead.household_id.clone(),
                    ..LeadFilter::default()
                };
                let first = Window::first(20);
                let page = self.app.store.leads(&actor.scope, &filter, &first).await?;
                let others = page.items;
                others.into_iter().map(|l| l.id).find(|id| *id != lead_id)
            }
            _ => None,
        };
        let form = ConcludeLead {
            expected_version: lead.version,
            duplicate_of,
            forward: (outcome == "another_area").then(|| crate::lead::ForwardLead {
                division: None,
                place: "邻省某县某镇".into(),
            }),
            conclusion: LeadConclusion {
                outcome: outcome.into(),
                reason: reason.into(),
                on: turn.happened_on,
                verified_by: vec![actor.display_name.clone(), FIRST_SECRETARY.into()],
            },
        };
        let concluded = self.app.conclude_lead(actor, &lead_id, form).await?;
        self.running[turn.case].casefile = concluded.casefile_id;
        Ok(())
    }

    async fn act(&mut self, turn: &Turn) -> Result<(), AppError> {
        let crew = self.crew(turn.case);
        let login = match turn.what {
            Move::Verify | Move::Letter => crew.home,
            Move::Forward
            | Move::ReviewBack(_)
            | Move::ReviewRefuse
            | Move::Recheck
            | Move::Approve
            | Move::Acknowledge
            | Move::Inform
            | Move::End(_)
            | Move::Announce => crew.township,
            Move::Reuse
            | Move::Answer(_)
            | Move::Conclude
            | Move::DecideBack(_)
            | Move::DecideRefuse
            | Move::Decide => crew.county,
            _ => crew.village,
        };
        let (row, casefile) = self.casefile(turn.case).await?;
        let own = &self.running[turn.case];
        let village = &self.villages[own.village];
        let household = own
            .household
            .map(|h| &village.households[h])
            .ok_or(AppError::NotFound)?;
        if turn.what == Move::Decide {
            self.documents += 1;
        }
        let scene = Scene {
            pack: self.app.pack(&casefile.pack.id)?,
            file: &household.file,
            profile: own.case.profile,
            day: turn.happened_on,
            home: &self.cast.get(crew.home)?.display_name,
            village: &self.cast.get(crew.village)?.display_name,
            township: &self.cast.get(crew.township)?.display_name,
            township_name: &village.township,
            document: self.documents,
        };
        let action = scene
            .action(turn.what, &casefile, self.random)
            .ok_or(AppError::NotFound)?;
        let act = Act {
            expected_version: row.version,
            occurred_on: turn.happened_on,
            action,
        };
        self.app.act(self.cast.get(login)?, &row.id, act).await?;
        self.keep_papers(turn, login).await
    }

    /// One meeting for the households of a village.
    async fn meet(&mut self, turns: &[Turn]) -> Result<(), AppError> {
        let crew = self.crew(turns[0].case);
        let actor = self.cast.get(crew.village)?;
        let attendance: BTreeMap<&str, u16> = [
            ("村“两委”成员", 4),
            (
                "村民代表",
                11 + u16::try_from(self.random.below(4)).unwrap_or(0),
            ),
            ("驻村工作队", 2),
            ("老党员", 2),
        ]
        .into();
        let present: u16 = attendance.values().sum();
        let mut items = Vec::new();
        for turn in turns {
            let (row, casefile) = self.casefile(turn.case).await?;
            let recommended = matches!(turn.what, Move::Appraise(true));
            let other = u16::try_from(self.random.below(3)).unwrap_or(0);
            let abstentions = u16::try_from(self.random.below(2)).unwrap_or(0);
            let most = present - other - abstentions;
            items.push(NewAppraisalItem {
                casefile_id: row.id,
                expected_version: row.version,
                round: casefile.rounds_held() + 1,
                recused: Vec::new(),
                votes_for: if recommended { most } else { other },
                votes_against: if recommended { other } else { most },
                abstentions,
                result: if recommended {
                    "recommend"
                } else {
                    "not_recommend"
                }
                .into(),
                opinion: if recommended {
                    "情况属实，同意作为初选监测对象"
                } else {
                    "多数认为困难已经缓解，建议暂不纳入"
                }
                .into(),
                findings: None,
            });
        }
        let form = NewAppraisal {
            held_on: turns[0].happened_on,
            place: "村委会会议室".into(),
            village: self.village(turns[0].case),
            chair: actor.display_name.clone(),
            recorder: FIRST_SECRETARY.into(),
            attendance: attendance.into_iter().map(|(role, count)| Attendance { role: role.into(), count }).collect(),
            minutes: "主持人说明政策和程序；入户核实人逐户介绍情况；与会人员讨论后逐户表决，结果当场宣布。".into(),
            conveners: Vec::new(),
            items,
        };
        let result = self.app.record_appraisal(actor, form).await?;
        all_went(result.results)?;
        for turn in turns {
            self.keep_papers(turn, crew.village).await?;
        }
        Ok(())
    }

    /// One notice for the households of a village.
    async fn post(&mut self, turns: &[Turn]) -> Result<(), AppError> {
        let crew = self.crew(turns[0].case);
        let mut items = Vec::new();
        for turn in turns {
            let (row, _) = self.casefile(turn.case).await?;
            items.push(NewNoticeItem {
                casefile_id: row.id,
                expected_version: row.version,
            });
        }
        let form = NewNotice {
            village: self.village(turns[0].case),
            posted_on: turns[0].happened_on,
            place: "村务公开栏和村口公告栏".into(),
            items,
            evidence_attachment_ids: Vec::new(),
        };
        let notice = self
            .app
            .post_notice(self.cast.get(crew.village)?, form)
            .await?;
        all_went(notice.results)?;
        for turn in turns {
            self.keep_papers(turn, crew.village).await?;
        }
        Ok(())
    }

    /// Who did a step says where its papers are kept; some forget, as offices
    /// do, unless the case gets as far as the archive.
    async fn keep_papers(&self, turn: &Turn, login: &str) -> Result<(), AppError> {
        let plan = &self.running[turn.case].case.plan;
        let filed = plan.iter().any(|p| p.what == Move::Archive);
        if !filed && turn.case % 4 == 3 {
            return Ok(());
        }
        let actor = self.cast.get(login)?;
        let (row, casefile) = self.casefile(turn.case).await?;
        let Some(procedure) = self.app.pack(&casefile.pack.id)?.identification() else {
            return Ok(());
        };
        let codes: Vec<String> = procedure
            .steps
            .iter()
            .filter(|s| casefile.records.done_on(s.kind).is_some())
            .flat_map(|s| &s.evidence)
            .filter(|e| e.required && held(&casefile, procedure, e, &[]) == Held::Missing)
            .map(|e| e.code.clone())
            .filter(|code| not_to_bring(&casefile, procedure, code, actor.level).is_none())
            .collect();
        if codes.is_empty() {
            return Ok(());
        }
        let place = match actor.level {
            Some(Level::County) => "县级档案室",
            Some(Level::Township) => "镇档案室 2 号柜",
            _ => "村委会档案柜",
        };
        let act = Act {
            expected_version: row.version,
            occurred_on: turn.happened_on,
            action: Action::StatePaper(PaperStatement {
                codes,
                place: place.into(),
            }),
        };
        self.app.act(actor, &row.id, act).await?;
        Ok(())
    }

    async fn object(&mut self, turn: &Turn, anonymous: bool) -> Result<(), AppError> {
        let actor = self.cast.get(self.crew(turn.case).township)?;
        let (row, casefile) = self.casefile(turn.case).await?;
        let notice_id = casefile
            .records
            .public_notice
            .map(|n| n.notice_id)
            .ok_or(AppError::NotFound)?;
        let form = NewObjection {
            casefile_id: row.id.clone(),
            received_on: turn.happened_on,
            content: "听说这户在县城有房，请核实后再定。".into(),
            anonymous,
            objector_name: (!anonymous).then(|| "丁有田".to_owned()),
            about_official: false,
            official_name: None,
            official_level: None,
        };
        let view = self.app.file_objection(actor, &notice_id, form).await?;
        self.running[turn.case].objection = view
            .objections
            .into_iter()
            .find(|o| o.casefile_id == row.id && o.status == "open")
            .map(|o| o.id);
        Ok(())
    }

    async fn answer_objection(&mut self, turn: &Turn, upheld: bool) -> Result<(), AppError> {
        let actor = self.cast.get(self.crew(turn.case).township)?;
        let id = self.running[turn.case]
            .objection
            .clone()
            .ok_or(AppError::NotFound)?;
        let form = AnswerObjection {
            answer: if upheld {
                "经查，户主名下在县城有住房一套，评议时没有说明，退回重新核实。"
            } else {
                "经查，县城住房为其亲属所有，与本户无关，已向反映人说明。"
            }
            .into(),
            upheld,
            answered_on: turn.happened_on,
            handled_by: actor.display_name.clone(),
        };
        self.app.answer_objection(actor, &id, form).await?;
        Ok(())
    }
}

fn all_went(results: Vec<crate::notice::ItemResult>) -> Result<(), AppError> {
    let refusals: Vec<_> = results
        .iter()
        .filter(|r| !r.ok)
        .flat_map(|r| r.refusals.clone())
        .collect();
    if results.iter().all(|r| r.ok) {
        Ok(())
    } else {
        Err(AppError::Refused(refusals))
    }
}
