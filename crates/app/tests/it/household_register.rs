//! Whatever is registered about households, in whatever order and for whatever
//! days: nobody falls out of the register, nobody is in it twice, every
//! household has one head, and a refusal is a sentence for people.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use app::clock::Clock;
use app::household::{Change, ChangeHousehold, HouseholdSearch, NewHousehold, NewMember};
use app::{App, AppError, PolicyFiles};
use domain::account::{Operation, Principal, Scope};
use domain::division::{DivisionCode, DivisionRecord, Level};
use domain::household::{HouseholdFile, MemberStatus};
use jiff::civil::{Date, date};
use jiff::{Span, ToSpan as _};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sea_orm::{ConnectionTrait as _, Database};
use store::Store;
use store::crypto::{Keyring, RustCrypto};

const TOWNSHIP: &str = "410327102000";
const VILLAGES: [&str; 2] = ["410327102207", "410327102208"];
const FIRST: Date = date(2022, 5, 1);
/// Households before the first change, of three people each.
const HOUSEHOLDS: usize = 3;

fn crypto() -> Arc<RustCrypto> {
    Arc::new(RustCrypto::new(Keyring::generate().expect("randomness")).expect("keys"))
}

async fn app_over(store: Store, folder: &Path) -> App {
    let files = PolicyFiles::load(None).expect("policy folder");
    let app = App {
        store,
        library: Arc::new(files.library().expect("packs")),
        roles: Arc::new(files.roles().expect("roles")),
        codes: Arc::new(files.codes().expect("codes")),
        calendar: Arc::new(files.calendar().expect("calendar")),
        clock: Arc::new(Clock::fixed(FIRST)),
        files: Arc::new(files),
        data_dir: folder.to_path_buf(),
        back_off: Arc::default(),
        demo: true,
    };
    let mut codes: BTreeSet<DivisionCode> = BTreeSet::new();
    for village in VILLAGES {
        codes.extend(std::iter::successors(Some(code(village)), |c| c.parent()));
    }
    let records: Vec<_> = codes
        .into_iter()
        .map(|c| DivisionRecord::new(c, "某地"))
        .collect();
    let mut tx = app.store.write(app.system_actor()).await.expect("write");
    tx.add_divisions(&records).await.expect("divisions");
    tx.audit("system", "test.setup", "divisions", "")
        .await
        .expect("audit");
    tx.commit().await.expect("commit");
    app
}

fn code(text: &str) -> DivisionCode {
    text.parse().expect("a code")
}

fn clerk() -> Principal {
    Principal {
        account_id: "clerk".into(),
        display_name: "邵望秋".into(),
        roles: vec!["township_reviewer".into()],
        level: Some(Level::Township),
        division: Some(code(TOWNSHIP)),
        scope: Scope::subtree(code(TOWNSHIP)),
        masked: false,
        operations: BTreeSet::from([Operation::HouseholdRead, Operation::HouseholdChange]),
        deputy_of: None,
    }
}

fn person(name: &str, relation: &str, born: Date) -> NewMember {
    NewMember {
        name: name.into(),
        relation: relation.into(),
        sex: "female".into(),
        birth_on: Some(born),
        document_type: "none".into(),
        document_number: String::new(),
        health: vec!["healthy".into()],
        labour: "ordinary".into(),
        education: "primary_school".into(),
        school_stage: String::new(),
        registered: true,
        lives_here: true,
        shares_income: true,
    }
}

/// One change somebody tries: what, which household, which of its people, which
/// other household, for which day, and how many days passed since the change before.
#[derive(Debug, Clone, Copy)]
struct Try {
    kind: Kind,
    household: usize,
    member: usize,
    other: usize,
    /// Days before today.
    ago: i32,
    pass: i32,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Split,
    Merge,
    Move,
    Birth,
    Join,
    Death,
    Leave,
    Head,
    Contact,
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let kind = prop_oneof![
        4 => Just(Kind::Split), 4 => Just(Kind::Merge), 1 => Just(Kind::Move),
        1 => Just(Kind::Birth), 2 => Just(Kind::Join), 1 => Just(Kind::Death),
        1 => Just(Kind::Leave), 2 => Just(Kind::Head), 1 => Just(Kind::Contact),
    ];
    // Days lie close to each other, as they do when people make mistakes.
    let ago = prop_oneof![4 => Just(0), 2 => 1..4_i32, 1 => 4..12_i32];
    let one = (kind, 0..8_usize, 0..4_usize, 0..8_usize, ago, 0..3_i32).prop_map(
        |(kind, household, member, other, ago, pass)| Try {
            kind,
            household,
            member,
            other,
            ago,
            pass,
        },
    );
    proptest::collection::vec(one, 4..24)
}

/// What was registered so far, as people would keep it on paper.
#[derive(Debug, Default)]
struct Register {
    households: Vec<String>,
    people: BTreeSet<String>,
    done: usize,
    refused: usize,
}

async fn file_of(app: &App, id: &str) -> (i64, HouseholdFile) {
    let (row, file) = app
        .store
        .household_file(&clerk().scope, id)
        .await
        .expect("a query")
        .expect("the household");
    (row.version, file)
}

/// The change as the page would send it; `None` where there is nothing to choose.
fn change_of(
    register: &Register,
    attempt: Try,
    file: &HouseholdFile,
    id: &str,
    on: Date,
) -> Option<Change> {
    let active: Vec<&str> = file.active_members().map(|m| m.id.as_str()).collect();
    let chosen = (!active.is_empty()).then(|| active[attempt.member % active.len()].to_owned());
    let heir = active.iter().rev().find(|m| Some(**m) != chosen.as_deref());
    let heir = heir.map(|m| (*m).to_owned());
    Some(match attempt.kind {
        Kind::Split => Change::Split {
            member_ids: vec![heir.clone()?],
            new_head_id: heir?,
            village: None,
            without_adult: "由祖父母监护，单独立户".into(),
        },
        Kind::Merge => {
            let others: Vec<&String> = register.households.iter().filter(|h| *h != id).collect();
            Change::MergedInto {
                household_id: others[attempt.other % others.len()].clone(),
                relations: active
                    .iter()
                    .map(|m| ((*m).to_owned(), "other".to_owned()))
                    .collect(),
            }
        }
        Kind::Move => Change::Moved {
            village: code(VILLAGES[attempt.other % 2]),
        },
        Kind::Birth => Change::MemberBorn {
            member: Box::new(NewMember {
                labour: "none".into(),
                education: String::new(),
                ..person("小满", "daughter", on)
            }),
        },
        Kind::Join => Change::MemberJoined {
            member: Box::new(person("来人", "other", date(1980, 1, 1))),
        },
        Kind::Death => Change::MemberDied {
            member_id: chosen?,
            on,
            note: String::new(),
            new_head_id: heir,
            relations: BTreeMap::new(),
        },
        Kind::Leave => Change::MemberLeft {
            member_id: chosen?,
            on,
            note: String::new(),
            new_head_id: heir,
            relations: BTreeMap::new(),
        },
        Kind::Head => Change::Head {
            member_id: chosen?,
            relations: BTreeMap::new(),
        },
        Kind::Contact => Change::Contact {
            address: Some(format!("{on}起住址")),
            phone: None,
        },
    })
}

impl Register {
    async fn filled(app: &App) -> Self {
        let mut register = Self::default();
        for number in 0..HOUSEHOLDS {
            let form = NewHousehold {
                village: code(VILLAGES[number % 2]),
                code: None,
                address: "某处".into(),
                phone: String::new(),
                household_type: "ordinary_household".into(),
                members: vec![
                    person("户主", "head", date(1950, 1, 1)),
                    person("女儿", "daughter", date(1975, 1, 1)),
                    person("孙女", "granddaughter", date(1998, 1, 1)),
                ],
                collected_by: "采集人".into(),
                reason: "新建档".into(),
            };
            let saved = app.add_household(&clerk(), form).await.expect("added");
            let (_, file) = file_of(app, &saved.id).await;
            register
                .people
                .extend(file.members.iter().map(|m| m.id.clone()));
            register.households.push(saved.id);
        }
        register
    }

    async fn attempt(&mut self, app: &App, attempt: Try) {
        let later: Span = attempt.pass.days();
        let today = app.today().checked_add(later).expect("a day");
        app.clock.move_to(today);
        let on = today.checked_sub(attempt.ago.days()).expect("a day");
        // Mostly a household with people in it.
        let mut at = attempt.household;
        let (id, version, file) = loop {
            let id = self.households[at % self.households.len()].clone();
            let (version, file) = file_of(app, &id).await;
            if file.active_members().next().is_some() || at >= attempt.household + 6 {
                break (id, version, file);
            }
            at += 1;
        };
        let Some(change) = change_of(self, attempt, &file, &id, on) else {
            return;
        };
        let form = ChangeHousehold {
            expected_version: version,
            effective_on: on,
            reason: "入户核实".into(),
            collected_by: "采集人".into(),
            reviewed_by: String::new(),
            change: change.clone(),
        };
        match app.change_household(&clerk(), &id, form).await {
            Ok(saved) => {
                self.done += 1;
                self.note(app, &id, change, saved.new_household_id).await;
            }
            Err(AppError::Invalid(_) | AppError::Conflict(_)) => self.refused += 1,
            Err(other) => panic!("{attempt:?} on {on}: {other:?}"),
        }
    }

    /// What the change says on paper.
    async fn note(&mut self, app: &App, id: &str, change: Change, own: Option<String>) {
        self.households.extend(own);
        match change {
            Change::MemberBorn { .. } | Change::MemberJoined { .. } => {
                let (_, file) = file_of(app, id).await;
                let new: Vec<String> = file
                    .active_members()
                    .map(|m| m.id.clone())
                    .filter(|m| !self.people.contains(m))
                    .collect();
                assert_eq!(new.len(), 1, "one person came");
                self.people.extend(new);
            }
            Change::MemberDied { member_id, .. } | Change::MemberLeft { member_id, .. } => {
                let (_, file) = file_of(app, id).await;
                let gone = file.members.iter().find(|m| m.id == member_id);
                assert!(gone.is_some_and(|m| m.status != MemberStatus::Active));
                self.people.remove(&member_id);
            }
            _ => {}
        }
    }

    /// Holds the files, and what the lists show of them, against the paper.
    async fn holds(&self, app: &App) {
        let mut seen = Vec::new();
        let mut counted = 0;
        for id in &self.households {
            let (_, file) = file_of(app, id).await;
            let active: Vec<String> = file.active_members().map(|m| m.id.clone()).collect();
            assert!(
                active.is_empty() || file.head().is_some(),
                "one head: {file:#?}"
            );
            assert!(file.merged_into.is_none() || active.is_empty());
            counted += active.len();
            seen.extend(active);
        }
        seen.sort();
        let people: Vec<String> = self.people.iter().cloned().collect();
        assert_eq!(seen, people, "each in exactly one household");
        let search = HouseholdSearch {
            limit: Some(100),
            ..HouseholdSearch::default()
        };
        let page = app
            .search_households(&clerk(), search)
            .await
            .expect("a search");
        let listed: i32 = page.items.iter().map(|h| h.member_count).sum();
        assert_eq!(usize::try_from(listed), Ok(counted), "the list agrees");
    }
}

/// Plays random sequences, each in a database of its own.
fn sequences(cases: u32, play: impl Fn(Vec<Try>) -> (usize, usize)) {
    let done = std::cell::Cell::new((0, 0));
    let config = Config {
        cases,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    )
    .run(&tries(), |sequence| {
        let (registered, refused) = play(sequence);
        done.set((done.get().0 + registered, done.get().1 + refused));
        Ok(())
    })
    .expect("every sequence holds");
    let (registered, refused) = done.get();
    println!("{registered} changes registered, {refused} refused");
    // Sequences that do nothing would prove nothing.
    assert!(registered > 4 * cases as usize && refused > 2 * cases as usize);
}

async fn sequence(app: &App, tries: Vec<Try>) -> (usize, usize) {
    let mut register = Register::filled(app).await;
    for attempt in tries {
        register.attempt(app, attempt).await;
        register.holds(app).await;
    }
    (register.done, register.refused)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().expect("a runtime")
}

#[test]
fn nobody_falls_out_of_the_register_on_sqlite() {
    let runtime = runtime();
    sequences(48, |tries| {
        runtime.block_on(async {
            let folder = tempfile::tempdir().expect("folder");
            let file = folder.path().join("shouwang.db");
            let store = Store::open_sqlite(&file, crypto()).await.expect("database");
            let app = app_over(store, folder.path()).await;
            sequence(&app, tries).await
        })
    });
}

#[test]
fn nobody_falls_out_of_the_register_on_postgres() {
    let runtime = runtime();
    let server = std::env::var("SHOUWANG_TEST_POSTGRES_URL")
        .expect("SHOUWANG_TEST_POSTGRES_URL is not set (./dev test starts a PostgreSQL)");
    sequences(12, |tries| {
        runtime.block_on(async {
            let database = format!("register_{}", app::new_id().replace('-', ""));
            let admin = Database::connect(&server)
                .await
                .expect("PostgreSQL answers");
            admin
                .execute_unprepared(&format!("CREATE DATABASE {database}"))
                .await
                .expect("a database of its own");
            let (address, _) = server.rsplit_once('/').expect("a database in the address");
            let store = Store::open_postgres(&format!("{address}/{database}"), crypto())
                .await
                .expect("database");
            let folder = tempfile::tempdir().expect("folder");
            let app = app_over(store, folder.path()).await;
            let done = sequence(&app, tries).await;
            app.store.close().await.expect("closes");
            admin
                .execute_unprepared(&format!("DROP DATABASE {database}"))
                .await
                .expect("leaves nothing behind");
            done
        })
    });
}
