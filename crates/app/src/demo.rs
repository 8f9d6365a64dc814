//! The demo county: invented people on real division codes, the same for the
//! same seed. Its cases are made through the use cases themselves, day by day
//! on the demo clock, by the people of the demo: nothing impossible exists.

mod accounts;
mod acts;
mod changes;
mod living;
mod people;
mod place;
mod profile;
mod random;
mod registry;
mod scene;
mod script;
mod simulate;
mod story;
mod villages;

pub use accounts::{DEMO_PASSWORD, DemoAccount, demo_accounts};
pub use scene::{SCENES, Scene};
pub use simulate::{Simulation, SimulationSummary, Violation, simulate};

use domain::account::Principal;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::policy::{ConfirmAdoption, NewAdoption};
use crate::{App, AppError};

/// Today in a fresh demo of the default scene.
pub const DEMO_TODAY: Date = scene::YIYANG_2022.today;
const SETTING: &str = "demo_today";
const SCENE_SETTING: &str = "demo_scene";
/// Identifiers count from 2022-01-10 in Shanghai.
const FIRST_ID_MILLIS: u64 = 1_641_744_000_000;
/// How far one move of the clock may go, in days.
const LONGEST_MOVE_DAYS: i64 = 3660;

/// How large a demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DemoSize {
    /// Two townships and a piece of the neighbouring county: 5,000 households.
    Small,
    /// A whole county: 150,000 households, about 525,000 persons.
    County,
    /// Seven counties of a city: about 1.2 million persons.
    Million,
}

impl DemoSize {
    /// Households of the registry.
    pub fn households(self) -> u64 {
        match self {
            Self::Small => 5_000,
            Self::County => 150_000,
            Self::Million => 343_000,
        }
    }
}

impl std::str::FromStr for DemoSize {
    type Err = String;
    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "small" => Ok(Self::Small),
            "county" => Ok(Self::County),
            "million" => Ok(Self::Million),
            _ => Err(format!(
                "unknown demo size {name}: small, county or million"
            )),
        }
    }
}

/// What was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DemoSummary {
    pub divisions: u64,
    pub accounts: u64,
    pub households: u64,
    pub persons: u64,
    pub running_episodes: u64,
    pub cleared_episodes: u64,
    pub leads: u64,
    pub casefiles: u64,
}

/// Told after each batch: households done, households in all.
pub type Progress<'a> = dyn FnMut(u64, u64) + Send + 'a;

/// Fills an empty deployment with the demo county and sets its clock.
///
/// # Errors
/// [`AppError::NotFound`] outside demo mode, [`AppError::Conflict`] when the
/// deployment is not empty.
pub async fn create(app: &App, size: DemoSize, seed: u64) -> Result<DemoSummary, AppError> {
    create_with_progress(app, &Scene::default(), size, seed, &mut |_, _| {}).await
}

/// As [`create`], in any scene, telling how far it is.
///
/// # Errors
/// As [`create`].
pub async fn create_with_progress(
    app: &App,
    scene: &Scene,
    size: DemoSize,
    seed: u64,
    progress: &mut Progress<'_>,
) -> Result<DemoSummary, AppError> {
    let (_, summary) = build(app, scene, size, seed, progress).await?;
    Ok(summary)
}

/// The demo with its people.
async fn build(
    app: &App,
    scene: &Scene,
    size: DemoSize,
    seed: u64,
    progress: &mut Progress<'_>,
) -> Result<(accounts::Cast, DemoSummary), AppError> {
    if !app.demo {
        return Err(AppError::NotFound);
    }
    if app.store.account_count().await? > 0 || app.store.division_count().await? > 0 {
        return Err(AppError::Conflict(
            "这里已经有数据，演示数据只能建在空的系统里。".into(),
        ));
    }
    let mut random = random::Random::new(seed, FIRST_ID_MILLIS);
    let mut summary = DemoSummary {
        accounts: demo_accounts(scene).len() as u64,
        ..DemoSummary::default()
    };
    // Passwords age by the machine's own clock, wherever the demo's stands.
    app.clock.move_to(scene.today);
    let password_millis = app.clock.real_millis();
    app.clock.move_to(scene.collected_on);
    let cast = accounts::create(app, scene, &mut random, password_millis).await?;
    let places = place::places(app, scene, size)?;
    let mut villages = registry::fill(
        app,
        scene,
        &mut random,
        &places,
        &cast,
        &mut summary,
        progress,
    )
    .await?;
    if scene.story {
        changes::make(app, &cast, &mut villages).await?;
    }
    app.clock.move_to(scene.in_force_on);
    let officer = cast.get("policy.feng")?;
    let form = NewAdoption {
        pack_id: scene.pack.into(),
        jurisdiction: place::code(scene.jurisdiction),
        from: scene.in_force_on,
        until: None,
        reason: "演示：按文件开展监测".into(),
        document: scene.document.into(),
    };
    let draft = app.draft_adoption(officer, form).await?;
    let confirm = ConfirmAdoption {
        accept_procedures: false,
        expected_version: draft.version,
        end_previous: false,
        accept_gap: false,
    };
    // Nobody puts his own draft in force.
    let second = cast.get("policy.tang")?;
    app.confirm_adoption(second, &draft.id, confirm).await?;
    if scene.story {
        story::play(app, &mut random, &cast, &mut villages, &mut summary).await?;
    }
    remember_scene(app, scene).await?;
    set_today(app, &app.system_actor().account_id, scene.today).await?;
    Ok((cast, summary))
}

/// The accounts offered on the sign-in page of a demo.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DemoInfo {
    /// Always true: outside a demo there is no answer.
    pub demo: bool,
    pub accounts: Vec<DemoAccountView>,
    #[schema(value_type = String)]
    pub today: Date,
}

/// One account of the demo, ready to sign in with.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DemoAccountView {
    pub login_name: String,
    pub password: String,
    pub display_name: String,
    pub role_label: String,
    pub division_name: String,
}

/// Who can sign in to the demo, and what day it is there.
///
/// # Errors
/// [`AppError::NotFound`] outside demo mode.
pub async fn demo_info(app: &App) -> Result<DemoInfo, AppError> {
    if !app.demo {
        return Err(AppError::NotFound);
    }
    let mut accounts = Vec::new();
    let scene = app.store.setting(SCENE_SETTING).await?;
    let scene = scene.as_deref().and_then(Scene::named).unwrap_or_default();
    for account in demo_accounts(&scene).into_iter().filter(|a| a.listed) {
        accounts.push(DemoAccountView {
            login_name: account.login_name.into(),
            password: account.password.into(),
            display_name: account.display_name.into(),
            role_label: app
                .roles
                .get(account.role)
                .map_or_else(|| account.role.into(), |r| r.label.clone()),
            division_name: division_name(app, account.division).await?,
        });
    }
    Ok(DemoInfo {
        demo: true,
        accounts,
        today: app.today(),
    })
}

/// `宜阳县/柳泉镇/花庄村`: below the city the province and city go without
/// saying.
async fn division_name(app: &App, division: Option<&str>) -> Result<String, AppError> {
    let Some(division) = division else {
        return Ok("平台".into());
    };
    let path = app.store.division_path(place::code(division)).await?;
    let skip = if path.len() > 2 {
        2
    } else {
        path.len().saturating_sub(1)
    };
    let names: Vec<String> = path
        .iter()
        .skip(skip)
        .map(|d| domain::division::short_name(&d.name))
        .collect();
    Ok(names.join("/"))
}

/// Where to move the demo's clock: a number of days on, or a day.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
pub struct MoveClock {
    pub advance_days: Option<i64>,
    #[schema(value_type = Option<String>)]
    pub today: Option<Date>,
}

/// Moves the demo's date and remembers it; returns the new today.
///
/// # Errors
/// [`AppError::NotFound`] outside demo mode, [`AppError::Invalid`] without
/// exactly one target or too far away.
pub async fn move_clock(
    app: &App,
    principal: &Principal,
    form: MoveClock,
) -> Result<Date, AppError> {
    if !app.demo {
        return Err(AppError::NotFound);
    }
    let day = match (form.advance_days, form.today) {
        (Some(days), None) if days.abs() <= LONGEST_MOVE_DAYS => {
            app.today().saturating_add(days.days())
        }
        (None, Some(day)) if (2020..=2040).contains(&day.year()) => day,
        (Some(_), None) => return Err(AppError::invalid("advance_days", "一次最多移动十年")),
        (None, Some(_)) => {
            return Err(AppError::invalid("today", "请选择2020年到2040年之间的日期"));
        }
        _ => {
            return Err(AppError::invalid(
                "today",
                "请写明前进几天，或者移到哪一天（只填一项）",
            ));
        }
    };
    set_today(app, &principal.account_id, day).await?;
    Ok(day)
}

async fn set_today(app: &App, account_id: &str, day: Date) -> Result<(), AppError> {
    // The act stands in the chain at the time it leads to, so that a demo that
    // only moves forward has a chain that does too.
    let before = app.today();
    app.clock.move_to(day);
    let written = remember(app, account_id, day).await;
    if written.is_err() {
        app.clock.move_to(before);
    }
    written
}

async fn remember(app: &App, account_id: &str, day: Date) -> Result<(), AppError> {
    let actor = store::Actor {
        account_id: account_id.to_owned(),
        now_millis: app.clock.now_millis(),
    };
    let mut tx = app.store.write(actor).await?;
    tx.save_setting(SETTING, &day.to_string()).await?;
    tx.audit(
        "system",
        "demo.clock_moved",
        "demo",
        &format!("today={day}"),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

async fn remember_scene(app: &App, scene: &Scene) -> Result<(), AppError> {
    let mut tx = app.store.write(app.system_actor()).await?;
    tx.save_setting(SCENE_SETTING, scene.id).await?;
    tx.audit(
        "system",
        "demo.scene_set",
        "demo",
        &format!("scene={}", scene.id),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// At start-up: a demo goes on from the day it was left on.
///
/// # Errors
/// When the database refuses.
pub async fn restore_clock(app: &App) -> Result<(), AppError> {
    if app.demo
        && let Some(day) = app
            .store
            .setting(SETTING)
            .await?
            .and_then(|d| d.parse().ok())
    {
        app.clock.move_to(day);
    }
    Ok(())
}
