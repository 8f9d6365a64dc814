//! Filling the registry: divisions, grids, households in batches, and the
//! episodes that came with them.

use domain::account::DivisionCode;
use domain::exchange::VillageFigures;
use domain::household::HouseholdFile;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use store::audit::chain_of;
use store::division::GridRow;
use store::household::{EpisodeRow, VersionMeta};

use super::accounts::{Cast, crew};
use super::people::People;
use super::place::{Places, Village};
use super::random::Random;
use super::scene::Scene;
use super::{DemoSummary, Progress, living, villages};
use crate::{App, AppError};

/// Households written in one transaction.
const BATCH: usize = 500;
/// Of 5,000 households so many arrive as running episodes …
const RUNNING_OF_5000: u64 = 60;
/// … and so many as cleared ones.
const CLEARED_OF_5000: u64 = 40;
/// The first village of the story has more of them, at these household
/// numbers.
const RUNNING_IN_A: [u64; 6] = [11, 22, 33, 44, 55, 66];
const CLEARED_IN_A: [u64; 4] = [77, 88, 99, 110];
const EVIDENCE_NOTE: &str = "导入，识别程序材料不在本系统";

/// A household of a village where the story plays.
#[derive(Debug, Clone)]
pub(super) struct Neighbour {
    pub id: String,
    pub file: HouseholdFile,
    /// `running`, `cleared` or `none`.
    pub monitored: &'static str,
    /// Already part of a story.
    pub taken: bool,
}

/// The villages of the story with their households.
#[derive(Debug)]
pub(super) struct StoryVillage {
    pub letter: char,
    pub code: DivisionCode,
    pub township: String,
    pub households: Vec<Neighbour>,
}

/// Households and episodes waiting for their transaction.
#[derive(Debug, Default)]
struct Batch {
    county: Option<DivisionCode>,
    households: Vec<(String, HouseholdFile)>,
    episodes: Vec<EpisodeRow>,
}

/// Writes the registry; returns the villages of the story.
///
/// # Errors
/// When the database refuses.
pub(super) async fn fill(
    app: &App,
    scene: &Scene,
    random: &mut Random,
    places: &Places,
    cast: &Cast,
    summary: &mut DemoSummary,
    progress: &mut Progress<'_>,
) -> Result<Vec<StoryVillage>, AppError> {
    let today = scene.collected_on;
    let mut tx = app.store.write(app.system_actor()).await?;
    tx.add_divisions(&places.divisions).await?;
    tx.audit(
        "system",
        "demo.divisions_added",
        "demo",
        &format!("count={}", places.divisions.len()),
    )
    .await?;
    tx.commit().await?;
    summary.divisions = places.divisions.len() as u64;
    let total = places.villages.iter().map(|v| v.households).sum();
    let mut story = Vec::new();
    let mut batch = Batch::default();
    let mut shares = Shares::of(places, scene);
    for village in &places.villages {
        let letter = scene.letter(&village.code.to_string());
        let grids = grids(app, random, village, letter, cast).await?;
        let county = village.code.at_level(domain::account::Level::County);
        if batch.county != county {
            flush(app, &mut batch, today).await?;
            batch.county = county;
        }
        let mut kept = Vec::new();
        let mut figures = VillageFigures::default();
        let mut people = People::new(random, today, village.ordinal);
        for ordinal in 1..=village.households {
            let members = people.family();
            let file = living::file(people.random, members, village, &grids, ordinal, today);
            let id = people.random.id();
            summary.households += 1;
            let persons = file.active_members().count() as u64;
            summary.persons += persons;
            let monitored = shares.next(letter, ordinal);
            let lifted = file.household_type.starts_with("lifted");
            figures.add(lifted, monitored == "running", 1, persons);
            match monitored {
                "running" => summary.running_episodes += 1,
                "cleared" => summary.cleared_episodes += 1,
                _ => {}
            }
            if monitored != "none" {
                batch.episodes.push(episode(
                    people.random,
                    &id,
                    &file,
                    monitored == "cleared",
                    today,
                ));
            }
            if letter.is_some() {
                kept.push(Neighbour {
                    id: id.clone(),
                    file: file.clone(),
                    monitored,
                    taken: false,
                });
            }
            batch.households.push((id, file));
            if batch.households.len() == BATCH {
                flush(app, &mut batch, today).await?;
                progress(summary.households, total);
            }
        }
        villages::report(app, village, figures).await?;
        if let Some(letter) = letter {
            story.push(StoryVillage {
                letter,
                code: village.code,
                township: village.township.clone(),
                households: kept,
            });
        }
    }
    flush(app, &mut batch, today).await?;
    progress(total, total);
    Ok(story)
}

/// Two grids a village; one of them is the grid worker's.
async fn grids(
    app: &App,
    random: &mut Random,
    village: &Village,
    letter: Option<char>,
    cast: &Cast,
) -> Result<Vec<String>, AppError> {
    let worker = match letter {
        Some(letter) => Some(cast.get(crew(letter).home)?.account_id.clone()),
        None => None,
    };
    let mut tx = app.store.write(app.system_actor()).await?;
    let mut ids = Vec::new();
    for (name, staff_kind, worker) in [
        ("第一网格", "grid_worker", worker),
        ("第二网格", "village_cadre", None),
    ] {
        let id = random.id();
        tx.add_grid(GridRow {
            id: id.clone(),
            village: village.code.to_string(),
            name: name.into(),
            staff_kind: staff_kind.into(),
            worker_account_id: worker,
        })
        .await?;
        ids.push(id);
    }
    tx.audit(
        &chain_of(Some(village.code)),
        "demo.grids_added",
        &format!("division/{}", village.code),
        "count=2",
    )
    .await?;
    tx.commit().await?;
    Ok(ids)
}

async fn flush(app: &App, batch: &mut Batch, today: Date) -> Result<(), AppError> {
    if batch.households.is_empty() {
        return Ok(());
    }
    let meta = VersionMeta {
        effective_on: date(2021, 12, 31).min(today),
        reason: "2021年度信息采集".into(),
        source: "demo".into(),
        collected_by: "村级采集员".into(),
        entered_by: "乡镇录入员".into(),
        reviewed_by: "乡镇审核员".into(),
    };
    let mut tx = app.store.write(app.system_actor()).await?;
    tx.add_households(&batch.households, &meta).await?;
    for episode in batch.episodes.drain(..) {
        tx.save_episode(episode).await?;
    }
    let detail = format!("households={}", batch.households.len());
    tx.audit(
        &chain_of(batch.county),
        "demo.households_added",
        "demo",
        &detail,
    )
    .await?;
    tx.commit().await?;
    batch.households.clear();
    Ok(())
}

/// Deals out the episodes evenly, so that their number comes out exactly.
#[derive(Debug)]
struct Shares {
    households: u64,
    running: u64,
    cleared: u64,
    running_due: u64,
    cleared_due: u64,
}

impl Shares {
    fn of(places: &Places, scene: &Scene) -> Self {
        let total: u64 = places.villages.iter().map(|v| v.households).sum();
        let first = scene.villages[0].1;
        let in_first: u64 = places
            .villages
            .iter()
            .filter(|v| v.code.to_string() == first)
            .map(|v| v.households)
            .sum();
        let rest = total - in_first;
        Self {
            households: rest,
            running: total * RUNNING_OF_5000 / 5000 - RUNNING_IN_A.len() as u64,
            cleared: total * CLEARED_OF_5000 / 5000 - CLEARED_IN_A.len() as u64,
            running_due: 0,
            cleared_due: rest / 2,
        }
    }

    /// What the next household is: `running`, `cleared` or `none`.
    fn next(&mut self, letter: Option<char>, ordinal: u64) -> &'static str {
        if letter == Some('A') {
            return match ordinal {
                n if RUNNING_IN_A.contains(&n) => "running",
                n if CLEARED_IN_A.contains(&n) => "cleared",
                _ => "none",
            };
        }
        self.running_due += self.running;
        self.cleared_due += self.cleared;
        if self.running_due >= self.households {
            self.running_due -= self.households;
            "running"
        } else if self.cleared_due >= self.households {
            self.cleared_due -= self.households;
            "cleared"
        } else {
            "none"
        }
    }
}

/// An episode as the national system's export told it: imported, without a
/// procedure of its own.
fn episode(
    random: &mut Random,
    id: &str,
    file: &HouseholdFile,
    cleared: bool,
    today: Date,
) -> EpisodeRow {
    let lifted = file.household_type.starts_with("lifted");
    let sudden = random.percent(15);
    let category = match (sudden, lifted) {
        (true, _) => "sudden_severe_hardship",
        (false, true) => "lifted_unstable",
        (false, false) => "marginal_at_risk",
    };
    let (months, cleared_months) = if cleared {
        (random.between(12, 20), Some(random.between(2, 5)))
    } else {
        (random.between(3, 16), None)
    };
    let natural = random.percent(10);
    EpisodeRow {
        id: random.id(),
        household_id: id.to_owned(),
        village: file.village.to_string(),
        category: category.into(),
        status: if cleared { "cleared" } else { "running" }.into(),
        identified_on: today.saturating_sub(months.months()).to_string(),
        cleared_on: cleared_months.map(|m| today.saturating_sub(m.months()).to_string()),
        clearance_way: cleared.then(|| {
            if natural {
                "natural_clearance"
            } else {
                "assisted_clearance"
            }
            .to_owned()
        }),
        origin: "imported".into(),
        casefile_id: None,
        risks: serde_json::to_string(&living::risks(file, today)).unwrap_or_else(|_| "[]".into()),
        evidence_note: EVIDENCE_NOTE.into(),
        version: 1,
    }
}
