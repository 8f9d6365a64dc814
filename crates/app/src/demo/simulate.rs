//! Random procedures under an injected clock: thousands of cases worked on
//! well, badly and by the wrong people, each move compared with a model of the
//! document kept beside the platform. A procedure follows from its number, so
//! one that went wrong is replayed by it.

mod acting;
mod allowed;
mod expected;
mod model;
mod moves;
mod summary;

pub use summary::{Simulation, SimulationSummary, Violation};

use std::sync::Arc;

use domain::account::Scope;
use domain::casefile::{Action, Casefile};
use domain::household::HouseholdFile;
use domain::lead::{LeadConclusion, NewLead, Proxy};
use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan as _};
use store::audit::{AuditFilter, AuditRow};
use store::casefile::CasefileRow;
use store::household::VersionMeta;

use super::accounts::{Cast, crew};
use super::people::People;
use super::place::{self, Village};
use super::profile::Profile;
use super::random::Random;
use super::{DemoSize, FIRST_ID_MILLIS, Scene, living};
use crate::clock::Clock;
use crate::lead::ConcludeLead;
use crate::{App, AppError};
use model::Model;
use moves::{Deed, Move, Table};

/// Seed of the registry; the procedures bring households of their own.
const REGISTRY_SEED: u64 = 2022;
/// The fewest households a registry can share its episodes among.
const HOUSEHOLDS: u64 = 500;
/// Most moves of one procedure.
const MOVES: u64 = 44;
/// Days over which procedures begin, from the day the pack is in force.
const BEGIN_WITHIN_DAYS: i64 = 90;
/// One second of the day for each procedure tells its records from others'.
const SECONDS: u64 = 50_000;
const PROFILES: [&str; 6] = [
    "illness",
    "sudden",
    "schooling",
    "disability",
    "disaster",
    "water",
];

/// Fills an empty deployment with a small registry of the scene and plays
/// random procedures in it, by a clock of its own.
///
/// # Errors
/// [`AppError::NotFound`] outside demo mode, [`AppError::Conflict`] when the
/// deployment is not empty. What goes wrong in a procedure is no error but a
/// [`Violation`].
pub async fn simulate(
    app: &App,
    scene: &Scene,
    simulation: Simulation,
) -> Result<SimulationSummary, AppError> {
    let app = App {
        clock: Arc::new(Clock::fixed(scene.today)),
        ..app.clone()
    };
    let scene = Scene {
        story: false,
        households: HOUSEHOLDS,
        ..*scene
    };
    let (cast, _) =
        super::build(&app, &scene, DemoSize::Small, REGISTRY_SEED, &mut |_, _| {}).await?;
    let villages = place::places(&app, &scene, DemoSize::Small)?.villages;
    let mut summary = SimulationSummary {
        scene: scene.id,
        ..SimulationSummary::default()
    };
    let before = app.verify_audit_offline().await?.records;
    let mut written = 0;
    for number in simulation.first..simulation.first.saturating_add(simulation.count) {
        let mut run = Run::new(&app, &scene, &cast, &villages, number)?;
        let difference = match run.play(&mut summary).await {
            Ok(()) => None,
            Err(Wrong::Difference(difference)) => Some(difference),
            Err(Wrong::App(error)) => Some(format!("{error}")),
        };
        written += run.written;
        summary.procedures += 1;
        if let Some(difference) = difference {
            summary.violations.push(Violation {
                scene: scene.id,
                number,
                moves: run.told,
                difference,
            });
        }
    }
    summary.audit_records = app.verify_audit_offline().await?.records - before;
    // The server writes checkpoints to the file outside while it runs; here time
    // jumps, and they are written late, which is itself recorded.
    app.checkpoint_audit().await?;
    let verified = app.verify_audit_offline().await?;
    if !verified.ok || summary.audit_records != written {
        summary.violations.push(Violation {
            scene: scene.id,
            number: simulation.first,
            moves: Vec::new(),
            difference: format!(
                "audit chain: {:?}; {} records, {written} acts",
                verified.problems, summary.audit_records
            ),
        });
    }
    Ok(summary)
}

/// Why a procedure stopped.
#[derive(Debug)]
enum Wrong {
    App(AppError),
    Difference(String),
}

impl<E: Into<AppError>> From<E> for Wrong {
    fn from(error: E) -> Self {
        Self::App(error.into())
    }
}

fn wrong<T>(difference: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong::Difference(difference.into()))
}

/// One procedure under way.
struct Run<'a> {
    app: &'a App,
    cast: &'a Cast,
    random: Random,
    number: u64,
    household_id: String,
    file: HouseholdFile,
    village: &'a Village,
    letter: char,
    profile: &'static Profile,
    begins_on: Date,
    collected_on: Date,
    /// A lead that waits to be concluded: a later one joins it.
    open_lead: bool,
    written: u64,
    told: Vec<String>,
}

impl<'a> Run<'a> {
    fn new(
        app: &'a App,
        scene: &Scene,
        cast: &'a Cast,
        villages: &'a [Village],
        number: u64,
    ) -> Result<Self, AppError> {
        let missing = || AppError::Internal("a scene without its villages".into());
        let mut random = Random::new(number, FIRST_ID_MILLIS + number * 64);
        // Where the cast acts and the document is in force.
        let governed = place::code(scene.jurisdiction);
        let own: Vec<(char, &Village)> = villages
            .iter()
            .filter(|v| governed.contains(v.code))
            .filter_map(|v| Some((scene.letter(&v.code.to_string())?, v)))
            .collect();
        if own.is_empty() {
            return Err(missing());
        }
        let (letter, village) = random.pick(&own);
        let region = 5000 + u16::try_from(number % 5000).unwrap_or(0);
        let members = People::new(&mut random, scene.collected_on, region).family();
        let ordinal = 1000 + number % 900_000;
        let day = scene.collected_on;
        let file = living::file(&mut random, members, village, &[], ordinal, day);
        let name = random.pick(&PROFILES);
        let begins_in = random.between(0, BEGIN_WITHIN_DAYS);
        Ok(Self {
            app,
            cast,
            household_id: random.id(),
            number,
            file,
            village,
            letter,
            profile: Profile::named(name).ok_or_else(missing)?,
            begins_on: scene.in_force_on.saturating_add(begins_in.days()),
            collected_on: scene.collected_on,
            random,
            open_lead: false,
            written: 0,
            told: Vec::new(),
        })
    }

    fn move_to(&self, day: Date) {
        self.app.clock.move_to(day);
        let second = i64::try_from(self.number % SECONDS).unwrap_or(0);
        self.app.clock.advance(SignedDuration::from_secs(second));
    }

    /// The records written today in this procedure's second, newest first.
    async fn records(&self) -> Result<Vec<AuditRow>, Wrong> {
        let now = self.app.clock.now_millis();
        let filter = AuditFilter {
            from_millis: Some(now),
            to_millis: Some(now + 1),
            ..AuditFilter::default()
        };
        Ok(self
            .app
            .store
            .audit_page(&filter, &crate::Window::first(500))
            .await?
            .items)
    }

    async fn play(&mut self, summary: &mut SimulationSummary) -> Result<(), Wrong> {
        self.move_to(self.begins_on);
        self.settle().await?;
        let pack = self
            .app
            .pack_in_force(self.village.code, self.app.today())
            .await?;
        let Some(procedure) = pack.identification() else {
            return wrong("the pack has no procedure");
        };
        let mut model = Model::new(pack, procedure, &self.app.calendar, self.village.code);
        let casefile_id = self.open(&mut model, pack).await?;
        let crew = crew(self.letter);
        for _ in 0..MOVES {
            if matches!(model.stage, "archived" | "ended") {
                break;
            }
            let days = self.random.between(0, 4);
            self.move_to(self.app.today().saturating_add(days.days()));
            let (row, casefile) = self.stands(&casefile_id).await?;
            if let Some(difference) = model.difference(&row, &casefile, self.app.today()) {
                return wrong(difference);
            }
            let table = Table {
                app: self.app,
                cast: self.cast,
                pack,
                procedure,
                file: &self.file,
                profile: self.profile,
                township_name: &self.village.township,
                crew,
                number: u32::try_from(self.number % 1_000_000).unwrap_or(0),
            };
            let next = table.choose(&mut self.random, &model, &row, &casefile)?;
            let accepted = self
                .try_move(&next, &mut model, &row, &casefile, summary)
                .await?;
            *(if accepted {
                &mut summary.accepted
            } else {
                &mut summary.refused
            }) += 1;
        }
        *summary.stages.entry(model.stage.to_owned()).or_default() += 1;
        Ok(())
    }

    async fn stands(&self, id: &str) -> Result<(CasefileRow, Casefile), Wrong> {
        let scope = Scope::subtree(self.village.code);
        let found = self.app.store.casefile(&scope, id).await?;
        Ok(found.ok_or(AppError::NotFound)?)
    }

    /// The household arrives in the registry, as from the yearly collection.
    async fn settle(&mut self) -> Result<(), Wrong> {
        let meta = VersionMeta {
            effective_on: self.collected_on,
            reason: "信息采集".into(),
            source: "demo".into(),
            collected_by: "村级采集员".into(),
            entered_by: "乡镇录入员".into(),
            reviewed_by: "乡镇审核员".into(),
        };
        let household = [(self.household_id.clone(), self.file.clone())];
        let mut tx = self.app.store.write(self.app.system_actor()).await?;
        tx.add_households(&household, &meta).await?;
        let chain = store::audit::chain_of(Some(self.village.code));
        tx.audit(&chain, "demo.households_added", "demo", "households=1")
            .await?;
        tx.commit().await?;
        self.written += 1;
        Ok(())
    }

    fn lead(&mut self, channel: &str, pack: &domain::policy::Pack, most_days: i64) -> NewLead {
        let ago = self.random.between(0, most_days);
        let modes: Vec<&str> = pack
            .values
            .discovery_modes
            .iter()
            .map(|m| m.code.as_str())
            .collect();
        let means: Vec<&str> = pack
            .values
            .declaration_means
            .iter()
            .map(|m| m.code.as_str())
            .collect();
        NewLead {
            household_id: Some(self.household_id.clone()),
            reported_name: String::new(),
            village: None,
            channel: channel.to_owned(),
            discovery_mode: self.random.pick(&modes).to_owned(),
            received_on: self.app.today().saturating_sub(ago.days()),
            description: self.random.pick(self.profile.descriptions).to_owned(),
            reporter: "网格员".into(),
            means: (!means.is_empty()).then(|| self.random.pick(&means).to_owned()),
            proxy: Some(Proxy {
                name: "丁有田".into(),
                relation: "邻居".into(),
            }),
            late_reason: "走访中才得知".into(),
            official: None,
            risks: Vec::new(),
        }
    }

    /// A lead of any channel, concluded as an identification.
    async fn open(
        &mut self,
        model: &mut Model<'_>,
        pack: &domain::policy::Pack,
    ) -> Result<String, Wrong> {
        let channels: Vec<&str> = pack
            .values
            .channels
            .iter()
            .map(|c| c.code.as_str())
            .collect();
        let channel = self.random.pick(&channels);
        let form = self.lead(channel, pack, 50);
        let on = form.received_on;
        self.told
            .push(format!("{}: lead {channel} of {on}", self.app.today()));
        let secretary = self.cast.get(crew(self.letter).village)?;
        let registered = self.app.register_lead(secretary, form).await?;
        let mut outcomes = pack.values.lead_outcomes.iter();
        let outcome = outcomes.find(|o| o.leads_to == "casefile" && o.code != "cleared_earlier");
        let conclusion = LeadConclusion {
            outcome: outcome.map_or_else(String::new, |o| o.code.clone()),
            reason: "入户了解，需要识别。".into(),
            on: self.app.today(),
            verified_by: vec![secretary.display_name.clone()],
        };
        let Some(lead) = registered.lead else {
            return Err(AppError::Internal("a lead was taken for a complaint".into()).into());
        };
        let form = ConcludeLead {
            expected_version: lead.version,
            conclusion,
            duplicate_of: None,
            forward: None,
        };
        let concluded = self.app.conclude_lead(secretary, &lead.id, form).await?;
        self.written += 3;
        model.lead(channel, on);
        Ok(concluded.casefile_id.ok_or(AppError::NotFound)?)
    }

    /// Tries a move and compares what it did with what it should have done.
    async fn try_move(
        &mut self,
        next: &Move,
        model: &mut Model<'_>,
        row: &CasefileRow,
        casefile: &Casefile,
        summary: &mut SimulationSummary,
    ) -> Result<bool, Wrong> {
        let (app, today) = (self.app, self.app.today());
        let actor = self.cast.get(next.actor)?;
        let before = self.records().await?.len();
        let action = match &next.deed {
            Deed::Act(action) => (**action).clone(),
            Deed::Lead { channel } => {
                let pack = app.pack(&casefile.pack.id)?;
                let form = self.lead(channel, pack, 60);
                let on = form.received_on;
                let joins = matches!(model.stage, "running" | "determined") && !self.open_lead;
                let outcome = app.register_lead(actor, form).await;
                self.told
                    .push(told(today, next, "lead", on, &outcome.as_ref().err()));
                return self
                    .after_lead(outcome.is_ok(), channel, on, joins, model, row, before)
                    .await;
            }
        };
        // An objection adds to a notice that hangs, whatever version was seen.
        let seen = match action {
            Action::FileObjection { .. } | Action::AnswerObjection { .. } => model.version,
            _ => next.version,
        };
        let forbidden = model.forbids(&action, next.day, today, seen, actor);
        let outcome = self.perform(actor, &action, next, row, casefile).await;
        self.told.push(told(
            today,
            next,
            action.name(),
            next.day,
            &outcome.as_ref().err(),
        ));
        let (after_row, after) = self.stands(&row.id).await?;
        let records = self.records().await?;
        let new = records.len() - before;
        self.written += new as u64;
        if let Err(error) = outcome {
            if matches!(error, AppError::Internal(_) | AppError::NoPolicy) {
                return Err(error.into());
            }
            if &after_row != row || &after != casefile || new > 0 {
                return wrong("a refused move left something behind");
            }
            if next.promised {
                return wrong(format!(
                    "the desk called it ready, and it was refused: {error}"
                ));
            }
            return Ok(false);
        }
        if let Some(why) = forbidden {
            return wrong(format!("accepted in spite of {why}"));
        }
        let subject = format!("casefile/{}", row.id);
        let operation = format!("casefile.{}", action.name());
        let own = records[..new]
            .iter()
            .filter(|r| r.record.operation == operation && r.record.subject == subject)
            .count();
        // A meeting and a notice have a record of their own beside.
        let beside = matches!(
            action,
            Action::RecordAppraisal(_) | Action::PostNotice { .. }
        );
        if own != 1 || new != 1 + usize::from(beside) {
            return wrong(format!("{own} audit records of the act, {new} in all"));
        }
        model.accept(&action, next.day, actor);
        if let Some(filed) = after
            .records
            .public_notice
            .as_ref()
            .and_then(|n| n.objections.last())
            && matches!(action, Action::FileObjection { .. })
        {
            model.name_objection(&filed.id);
        }
        *summary.acts.entry(action.name().to_owned()).or_default() += 1;
        match model.difference(&after_row, &after, today) {
            Some(difference) => wrong(difference),
            None => Ok(true),
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "what was before and what was tried"
    )]
    async fn after_lead(
        &mut self,
        accepted: bool,
        channel: &str,
        on: Date,
        joins: bool,
        model: &mut Model<'_>,
        row: &CasefileRow,
        before: usize,
    ) -> Result<bool, Wrong> {
        let new = self.records().await?.len() - before;
        self.written += new as u64;
        if accepted && joins {
            model.lead(channel, on);
            model.version += 1;
        }
        self.open_lead |= accepted && !joins;
        let wanted = usize::from(accepted) + usize::from(accepted && joins);
        if new != wanted {
            return wrong(format!("{new} audit records of a lead, must be {wanted}"));
        }
        let (row, casefile) = self.stands(&row.id).await?;
        match model.difference(&row, &casefile, self.app.today()) {
            Some(difference) => wrong(difference),
            None => Ok(accepted),
        }
    }
}

/// One line of the report.
fn told(today: Date, next: &Move, name: &str, day: Date, error: &Option<&AppError>) -> String {
    let how = match error {
        None => "accepted".to_owned(),
        Some(AppError::Refused(refusals)) => {
            let guards: Vec<&str> = refusals.iter().map(|r| r.guard.as_str()).collect();
            format!("refused: {}", guards.join(", "))
        }
        Some(error) => format!("refused: {error}"),
    };
    let version = next.version;
    format!(
        "{today}: {name} of {day} by {} on version {version}: {how}",
        next.actor
    )
}
