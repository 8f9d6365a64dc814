//! Random procedures under every document, on both databases: no illegal
//! state, every clock right, every act in the audit chain.
//! `SHOUWANG_SIMULATIONS` says how many for each (`./dev simulate` sets it).

use std::path::Path;
use std::sync::Arc;

use app::clock::Clock;
use app::demo::{SCENES, Simulation, simulate};
use app::{App, PolicyFiles};
use sea_orm::{ConnectionTrait as _, Database};
use store::Store;
use store::crypto::{Keyring, RustCrypto};

fn crypto() -> Arc<RustCrypto> {
    Arc::new(RustCrypto::new(Keyring::generate().expect("randomness")).expect("keys"))
}

fn app_over(store: Store, folder: &Path, today: jiff::civil::Date) -> App {
    let files = PolicyFiles::load(None).expect("policy folder");
    App {
        store,
        library: Arc::new(files.library().expect("packs")),
        roles: Arc::new(files.roles().expect("roles")),
        codes: Arc::new(files.codes().expect("codes")),
        calendar: Arc::new(files.calendar().expect("calendar")),
        clock: Arc::new(Clock::fixed(today)),
        files: Arc::new(files),
        data_dir: folder.to_path_buf(),
        back_off: std::sync::Arc::default(),
        demo: true,
    }
}

/// Plays the procedures of one scene and prints how they went.
async fn play(database: &str, app: &App, scene: &app::demo::Scene) {
    let number = |name: &str, usual: u64| match std::env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name} is no number: {text}")),
        Err(_) => usual,
    };
    let simulation = Simulation {
        first: number("SHOUWANG_SIMULATION_FIRST", 1),
        count: number("SHOUWANG_SIMULATIONS", 40),
    };
    let summary = simulate(app, scene, simulation)
        .await
        .expect("the simulation runs");
    println!("simulated on {database}, {summary}");
    for violation in &summary.violations {
        println!(
            "{}",
            serde_json::to_string_pretty(violation).expect("a report")
        );
    }
    assert!(summary.violations.is_empty(), "{summary}");
    assert_eq!(summary.procedures, simulation.count);
    if simulation.count >= 40 {
        // Procedures that go nowhere would prove nothing.
        assert!(summary.stages.contains_key("archived"), "{summary}");
        assert!(summary.stages.len() > 1, "{summary}");
        assert!(summary.refused > 0, "{summary}");
    }
}

async fn on_sqlite(name: &str) {
    let scene = SCENES
        .into_iter()
        .find(|s| s.id == name)
        .expect("the scene");
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("shouwang.db");
    let store = Store::open_sqlite(&file, crypto()).await.expect("database");
    let app = app_over(store, folder.path(), scene.today);
    play("SQLite", &app, &scene).await;
}

async fn on_postgres(name: &str) {
    let scene = SCENES
        .into_iter()
        .find(|s| s.id == name)
        .expect("the scene");
    let server = std::env::var("SHOUWANG_TEST_POSTGRES_URL").expect(
        "SHOUWANG_TEST_POSTGRES_URL is not set: the simulator runs on PostgreSQL too (./dev test starts one); it is never skipped",
    );
    let database = format!("simulator_{}", app::new_id().replace('-', ""));
    let admin = Database::connect(&server)
        .await
        .expect("PostgreSQL answers");
    admin
        .execute_unprepared(&format!("CREATE DATABASE {database}"))
        .await
        .expect("a database of its own");
    let (address, _) = server.rsplit_once('/').expect("a database in the address");
    let url = format!("{address}/{database}");
    let store = Store::open_postgres(&url, crypto())
        .await
        .expect("database");
    let folder = tempfile::tempdir().expect("folder");
    let app = app_over(store, folder.path(), scene.today);
    play("PostgreSQL", &app, &scene).await;
    app.store.close().await.expect("closes");
    admin
        .execute_unprepared(&format!("DROP DATABASE {database}"))
        .await
        .expect("leaves nothing behind");
}

macro_rules! scenes {
    ($($test:ident: $scene:literal),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::on_sqlite($scene).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::on_postgres($scene).await;
            })+
        }

        #[test]
        fn every_scene_is_simulated() {
            assert_eq!(SCENES.map(|s| s.id), [$($scene),+]);
        }
    };
}

scenes! {
    yiyang_2022: "yiyang-2022",
    zhongmu_2020: "zhongmu-2020",
    wengyuan_2021: "wengyuan-2021",
    yiyang_2025: "yiyang-2025",
}
