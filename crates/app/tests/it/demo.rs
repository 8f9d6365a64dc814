//! The demo county: repeatable, complete, and made of nothing impossible.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use app::clock::Clock;
use app::demo::{
    DEMO_TODAY, DemoSize, DemoSummary, MoveClock, Scene, create, demo_accounts, demo_info,
    move_clock, restore_clock,
};
use app::{App, AppError, PolicyFiles, Window};
use domain::account::{DivisionCode, Principal, Scope};
use domain::casefile::{Casefile, Stage};
use domain::identity_number::{IdentityNumber, IssuingPrefixes};
use jiff::civil::date;
use store::Store;
use store::casefile::{CasefileFilter, CasefileRow};
use store::crypto::{Keyring, RustCrypto};
use store::household::HouseholdQuery;
use store::lead::LeadFilter;

async fn empty_app(folder: &tempfile::TempDir, demo: bool) -> App {
    let crypto = Arc::new(RustCrypto::new(Keyring::generate().expect("randomness")).expect("keys"));
    let store = Store::open_sqlite(&folder.path().join("shouwang.db"), crypto)
        .await
        .expect("database");
    let files = PolicyFiles::load(None).expect("policy folder");
    App {
        store,
        library: Arc::new(files.library().expect("packs")),
        roles: Arc::new(files.roles().expect("roles")),
        codes: Arc::new(files.codes().expect("codes")),
        calendar: Arc::new(files.calendar().expect("calendar")),
        clock: Arc::new(Clock::fixed(date(2022, 5, 1))),
        files: Arc::new(files),
        data_dir: folder.path().to_path_buf(),
        back_off: std::sync::Arc::default(),
        demo,
    }
}

fn everywhere() -> Scope {
    Scope::subtree("410000000000".parse().expect("code"))
}

async fn all_casefiles(app: &App) -> Vec<(CasefileRow, Casefile)> {
    app.store
        .casefiles(
            &everywhere(),
            &CasefileFilter::default(),
            &Window::first(1000),
        )
        .await
        .expect("all casefiles open")
        .items
}

fn count_by<T>(items: &[T], key: impl Fn(&T) -> String) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for item in items {
        *counts.entry(key(item)).or_insert(0) += 1;
    }
    counts
}

async fn signed_in(app: &App, login_name: &str) -> Principal {
    let token = app
        .sign_in(
            app::account::SignIn {
                login_name: login_name.into(),
                password: app::demo::DEMO_PASSWORD.into(),
                totp_code: None,
            },
            None,
        )
        .await
        .expect("signs in");
    app.principal(&token).await.expect("principal")
}

#[tokio::test(flavor = "multi_thread")]
async fn small_demo_is_complete() {
    let folder = tempfile::tempdir().expect("folder");
    let app = empty_app(&folder, true).await;
    let summary = create(&app, DemoSize::Small, 7).await.expect("the demo");
    println!("{summary:?}");
    assert_eq!(app.today(), DEMO_TODAY);
    assert_eq!(summary.households, 5_000);
    assert!(
        (17_000..18_000).contains(&summary.persons),
        "{} persons",
        summary.persons
    );
    assert_eq!(
        (summary.running_episodes, summary.cleared_episodes),
        (60, 40)
    );
    every_step_is_there(&app).await;
    every_lead_is_there(&app).await;
    families_are_believable(&app).await;
    files_have_a_history(&app).await;
    everybody_signs_in(&app).await;
    the_clock_moves(&app).await;
    let verified = app.store.verify_audit(&[]).await.expect("verification");
    assert!(verified.problems.is_empty(), "{:?}", verified.problems);
    let again = create(&app, DemoSize::Small, 7).await;
    assert!(matches!(again, Err(AppError::Conflict(_))), "{again:?}");
    the_same_seed_makes_the_same(&app, &summary).await;
}

/// Every stage, every waiting step, and the clocks people want to see.
async fn every_step_is_there(app: &App) {
    let casefiles = all_casefiles(app).await;
    let stages = count_by(&casefiles, |(_, c)| c.stage.as_str().into());
    assert_eq!(stages.len(), 5, "{stages:?}");
    let steps: BTreeSet<String> = casefiles
        .iter()
        .flat_map(|(r, _)| {
            r.open_steps
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    println!(
        "{stages:?}\n{:?}",
        count_by(&casefiles, |(r, _)| format!("{}{}", r.stage, r.open_steps))
    );
    for step in [
        "home_verification:village",
        "commitment_letter:village",
        "cross_check:village",
        "cross_check:township",
        "cross_check:county",
        "democratic_appraisal:village",
        "public_notice:village",
        "public_notice:township",
        "township_review:township",
        "county_decision:county",
        "county_decision:township",
        "announcement:township",
        "archive:township",
    ] {
        assert!(
            steps.contains(step),
            "no casefile waits for {step}: {steps:?}"
        );
    }
    let today = DEMO_TODAY.to_string();
    let running: Vec<&(CasefileRow, Casefile)> = casefiles
        .iter()
        .filter(|(_, c)| c.stage == Stage::Running)
        .collect();
    let late = |explained: bool| {
        running
            .iter()
            .filter(|(r, c)| {
                r.deadline_on.as_ref() < Some(&today) && c.overdue_reasons.is_empty() != explained
            })
            .count()
    };
    assert!(
        late(true) > 0 && late(false) > 0,
        "overdue with and without a reason"
    );
    assert!(
        running
            .iter()
            .any(|(r, _)| r.deadline_on.as_ref() == Some(&today)),
        "one is due today"
    );
    let posted: BTreeSet<String> = running
        .iter()
        .filter_map(|(_, c)| c.records.public_notice.as_ref())
        .map(|n| n.posted_on.to_string())
        .collect();
    for day in ["2022-05-19", "2022-05-15", "2022-05-14"] {
        assert!(
            posted.contains(day),
            "no notice posted on {day}: {posted:?}"
        );
    }
    let categories: BTreeSet<_> = casefiles
        .iter()
        .filter_map(|(r, _)| r.category.clone())
        .collect();
    assert_eq!(categories.len(), 3, "{categories:?}");
    assert!(running.iter().any(|(_, c)| c.sent_back_to.is_some()));
    assert!(running.iter().any(|(_, c)| {
        c.records
            .cross_check
            .as_ref()
            .is_some_and(|x| x.reused.is_some())
    }));
    let hits = |c: &Casefile| {
        c.records.cross_check.as_ref().map_or(0, |x| {
            x.discrepancies.iter().filter(|d| !d.concluded()).count()
        })
    };
    assert!(running.iter().any(|(_, c)| hits(c) > 0));
    assert!(
        casefiles
            .iter()
            .any(|(_, c)| matches!(c.stage, Stage::Refused { informed: None, .. }))
    );
    assert!(casefiles.iter().any(|(_, c)| matches!(
        c.stage,
        Stage::Refused {
            informed: Some(_),
            ..
        }
    )));
    // Every casefile has a history that ends where it stands.
    for (row, casefile) in &casefiles {
        let events = app
            .store
            .casefile_events(&everywhere(), &row.id)
            .await
            .expect("events");
        assert!(!events.is_empty(), "{}", casefile.id);
        assert!(
            events.iter().all(|e| e.occurred_on <= today),
            "nothing happens in the future"
        );
    }
    let of_the_county = casefiles
        .iter()
        .filter(|(r, _)| r.village.starts_with("410327"))
        .count();
    assert!(
        of_the_county < casefiles.len(),
        "the neighbouring county has its own"
    );
}

async fn every_lead_is_there(app: &App) {
    let leads = app
        .store
        .leads(&everywhere(), &LeadFilter::default(), &Window::first(1000))
        .await
        .expect("leads")
        .items;
    let open: BTreeSet<_> = leads
        .iter()
        .filter(|l| l.status == "open")
        .map(|l| l.channel.clone())
        .collect();
    let pack = app.pack("henan-2022").expect("pack");
    let channels: BTreeSet<_> = pack
        .values
        .channels
        .iter()
        .map(|c| c.code.clone())
        .collect();
    assert_eq!(open, channels, "an open lead in every channel");
    let outcomes: BTreeSet<_> = leads.iter().filter_map(|l| l.outcome.clone()).collect();
    let known: BTreeSet<_> = pack
        .values
        .lead_outcomes
        .iter()
        .map(|o| o.code.clone())
        .collect();
    assert_eq!(outcomes, known, "a lead concluded in every way");
    assert!(leads.iter().any(|l| l.merged_into.is_some()));
    assert!(leads.iter().any(|l| l.household_id.is_none()));
    println!(
        "{:?}",
        count_by(&leads, |l| format!(
            "{} {}",
            l.status,
            l.outcome.clone().unwrap_or_default()
        ))
    );
}

/// Codes of the lists, numbers that fit sex and birth, one head, no number
/// twice.
async fn families_are_believable(app: &App) {
    let village: DivisionCode = "410327102207".parse().expect("code");
    let scope = Scope::subtree(village);
    let page = app
        .store
        .search_households(&scope, &HouseholdQuery::default(), &Window::first(200))
        .await
        .expect("households");
    assert_eq!(page.items.len(), 125);
    let mut numbers = BTreeSet::new();
    for row in page.items {
        let (_, file) = app
            .store
            .household_file(&scope, &row.id)
            .await
            .expect("file")
            .expect("in scope");
        let known =
            |list: &str, code: &str| app.codes.get(list).is_some_and(|l| l.get(code).is_some());
        assert!(
            known("household_type", &file.household_type),
            "{}",
            file.household_type
        );
        assert!(
            file.head().is_some_and(|h| h.is_adult_on(DEMO_TODAY)),
            "one adult head"
        );
        assert!(
            file.phone.starts_with("199") && file.phone.len() == 11,
            "{}",
            file.phone
        );
        for member in file.active_members() {
            assert!(
                member.education.is_empty() != member.school_stage.is_empty(),
                "exactly one of the two"
            );
            // A newborn without a number is not insured yet either.
            if member.document_type == "none" && member.medical_insurance.is_empty() {
                continue;
            }
            for (list, code) in [
                ("sex", &member.sex),
                ("relation_to_head", &member.relation),
                ("labour_capacity", &member.labour),
                ("medical_insurance", &member.medical_insurance),
                ("pension_insurance", &member.pension_insurance),
                ("ethnicity", &member.ethnicity),
                ("political_status", &member.political_status),
                ("document_type", &member.document_type),
                ("subsistence_allowance", &member.subsistence_allowance),
                ("extreme_hardship_support", &member.extreme_hardship_support),
            ] {
                assert!(known(list, code), "{list}: {code}");
            }
            assert!(member.education.is_empty() || known("education", &member.education));
            assert!(member.school_stage.is_empty() || known("school_stage", &member.school_stage));
            assert!(member.health.iter().all(|h| known("health_condition", h)));
            if member.document_type == "none" {
                continue;
            }
            let number =
                IdentityNumber::parse(&member.document_number, DEMO_TODAY, IssuingPrefixes::Demo)
                    .expect("a number");
            assert!(number.is_demo());
            assert_eq!(Some(number.birth_date()), member.birth_on);
            assert_eq!(format!("{:?}", number.sex()).to_lowercase(), member.sex);
            assert!(
                numbers.insert(member.document_number.clone()),
                "a number given twice"
            );
        }
        let income = file.latest_income().expect("a statement");
        assert!(
            income
                .items
                .iter()
                .all(|i| known("income_source", &i.source))
        );
    }
}

async fn files_have_a_history(app: &App) {
    let scope = Scope::subtree("410327102207".parse().expect("code"));
    let page = app
        .store
        .search_households(&scope, &HouseholdQuery::default(), &Window::first(200))
        .await
        .expect("households");
    let changed: Vec<_> = page.items.iter().filter(|h| h.version > 1).collect();
    assert_eq!(
        changed.len(),
        5,
        "a birth, a death, a phone, a house, a departure"
    );
    for row in changed {
        let before = app
            .store
            .household_file_as_of(&scope, &row.id, date(2022, 2, 1), None)
            .await
            .expect("file")
            .expect("in scope")
            .1;
        let after = app
            .store
            .household_file(&scope, &row.id)
            .await
            .expect("file")
            .expect("in scope")
            .1;
        assert_ne!(before, after);
    }
}

async fn everybody_signs_in(app: &App) {
    for account in demo_accounts(&Scene::default()) {
        let principal = signed_in(app, account.login_name).await;
        let me = app.me(&principal).await.expect("me");
        assert!(!me.account.must_change_password, "{}", account.login_name);
        assert_eq!(me.roles[0].code, account.role);
    }
    let info = demo_info(app).await.expect("info");
    assert_eq!(info.today, DEMO_TODAY);
    let li = info
        .accounts
        .iter()
        .find(|a| a.login_name == "village.li")
        .expect("listed");
    assert_eq!(
        (li.role_label.as_str(), li.division_name.as_str()),
        ("村支书", "宜阳县/柳泉镇/花庄村")
    );
    // Each level finds work on its desk.
    for login_name in ["village.li", "township.wang", "county.chen"] {
        let principal = signed_in(app, login_name).await;
        let level = principal.level.map(|l| l.as_str().to_owned());
        let filter = CasefileFilter {
            level,
            ..CasefileFilter::default()
        };
        let page = app
            .store
            .casefiles(&principal.scope, &filter, &Window::first(100))
            .await
            .expect("casefiles");
        assert!(page.total >= 3, "{login_name} has {}", page.total);
    }
}

async fn the_clock_moves(app: &App) {
    let principal = signed_in(app, "village.li").await;
    let moved = move_clock(
        app,
        &principal,
        MoveClock {
            advance_days: Some(3),
            today: None,
        },
    )
    .await
    .expect("moves");
    assert_eq!(moved, date(2022, 5, 23));
    assert_eq!(app.today(), moved);
    app.clock.move_to(date(2022, 1, 1));
    restore_clock(app).await.expect("restores");
    assert_eq!(app.today(), moved);
    let both = MoveClock {
        advance_days: Some(1),
        today: Some(DEMO_TODAY),
    };
    assert!(matches!(
        move_clock(app, &principal, both).await,
        Err(AppError::Invalid(_))
    ));
    let back = MoveClock {
        advance_days: None,
        today: Some(DEMO_TODAY),
    };
    move_clock(app, &principal, back).await.expect("moves back");
}

async fn the_same_seed_makes_the_same(app: &App, summary: &DemoSummary) {
    let folder = tempfile::tempdir().expect("folder");
    let twin = empty_app(&folder, true).await;
    assert_eq!(
        &create(&twin, DemoSize::Small, 7).await.expect("the demo"),
        summary
    );
    let village = Scope::subtree("410328102205".parse().expect("code"));
    let names = async |app: &App| {
        let page = app
            .store
            .search_households(&village, &HouseholdQuery::default(), &Window::first(200))
            .await
            .expect("households");
        page.items
            .into_iter()
            .map(|h| (h.id, h.head_name, h.code))
            .collect::<Vec<_>>()
    };
    assert_eq!(names(app).await, names(&twin).await);
    let states = async |app: &App| {
        let all = all_casefiles(app).await;
        let mut states: Vec<_> = all
            .into_iter()
            .map(|(r, _)| (r.household_id, r.stage, r.open_steps))
            .collect();
        states.sort();
        states
    };
    assert_eq!(states(app).await, states(&twin).await);
}

#[tokio::test]
async fn outside_demo_mode_there_is_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    let app = empty_app(&folder, false).await;
    assert!(matches!(
        create(&app, DemoSize::Small, 1).await,
        Err(AppError::NotFound)
    ));
    assert!(matches!(demo_info(&app).await, Err(AppError::NotFound)));
}
