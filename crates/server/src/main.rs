//! The command line: serve, demo, policy check, audit verify, openapi.

mod cli;
mod keys;
mod serve;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use app::clock::Clock;
use app::demo::{self, DemoSize, Scene};
use app::{App, PolicyFiles};
use clap::Parser as _;
use store::Store;
use store::crypto::{Keyring, RustCrypto};

use cli::{
    AccountsCommand, AttachmentsCommand, AuditCommand, Cli, Command, DemoCommand, DivisionsCommand,
    ExportLayout, KeysCommand, Place, PolicyCommand, Size,
};

/// An import makes and drops millions of small texts.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| "warn,shouwang=info,server=info,app=info".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("不能启动：{error}")),
    };
    match runtime.block_on(run(cli.command)) {
        Ok(code) => code,
        Err(message) => fail(&message),
    }
}

fn fail(message: &str) -> ExitCode {
    eprintln!("shouwang: {message}");
    ExitCode::FAILURE
}

async fn run(command: Command) -> Result<ExitCode, String> {
    match command {
        Command::Serve {
            place,
            demo,
            listen,
            door,
        } => serve::serve(place, demo, listen, door).await,
        Command::Demo {
            command:
                DemoCommand::Create {
                    place,
                    scene,
                    size,
                    seed,
                },
        } => create_demo(place, &scene, size, seed).await,
        Command::Demo {
            command:
                DemoCommand::Simulate {
                    place,
                    scene,
                    count,
                    first,
                },
        } => simulate(&place, &scene, demo::Simulation { first, count }).await,
        Command::Demo {
            command:
                DemoCommand::Export {
                    place,
                    layout: ExportLayout::National,
                    login_name,
                    out,
                },
        } => export_demo(&place, &login_name, &out).await,
        Command::Policy {
            command: PolicyCommand::Check { folder, brief },
        } => Ok(check_policy(folder.as_deref(), brief)),
        Command::Audit {
            command: AuditCommand::Verify { place },
        } => {
            let app = open(&place, false).await?;
            let found = app
                .verify_audit_offline()
                .await
                .map_err(|e| e.to_string())?;
            for problem in &found.problems {
                println!(
                    "{} #{}: {} — {}",
                    problem.chain, problem.seq, problem.kind, problem.message
                );
            }
            println!(
                "{} records, {} checkpoints, {} problems",
                found.records,
                found.checkpoints,
                found.problems.len()
            );
            println!("{}", found.limit);
            Ok(if found.ok {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        }
        Command::ReadWorkbook { file_name } => {
            app::exchange::serve_child(&file_name).map_err(|e| e.to_string())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Keys {
            command: KeysCommand::Rotate { place },
        } => keys::rotate(&place).await,
        Command::Keys {
            command: KeysCommand::Reseal { place },
        } => keys::reseal(&place).await,
        Command::Keys {
            command: KeysCommand::Retire { place },
        } => keys::retire(&place).await,
        Command::Attachments {
            command: AttachmentsCommand::Sweep { place },
        } => {
            let app = open(&place, false).await?;
            let whole = sweep_attachments(&app).await?;
            app.store.close().await.map_err(|e| e.to_string())?;
            Ok(if whole {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        }
        Command::Accounts {
            command: AccountsCommand::ResetPassword { place, login_name },
        } => {
            let app = open(&place, false).await?;
            let secret = app
                .reset_administrator(&login_name)
                .await
                .map_err(|e| server::problem::Problem::from(e).detail)?;
            println!("{login_name} 的一次性密码：{secret}（只显示这一次，登录后必须修改）");
            app.store.close().await.map_err(|e| e.to_string())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Divisions {
            command: DivisionsCommand::Load { place },
        } => {
            let app = open(&place, false).await?;
            let loaded = app.load_divisions().await.map_err(|e| e.to_string())?;
            println!("新增行政区划 {} 个，现有 {} 个", loaded.added, loaded.total);
            app.store.close().await.map_err(|e| e.to_string())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Openapi => {
            println!(
                "{}",
                server::openapi()
                    .to_pretty_json()
                    .map_err(|e| e.to_string())?
            );
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Opens a deployment, making its folder and keys on first use.
async fn open(place: &Place, demo: bool) -> Result<App, String> {
    let data = &place.data;
    std::fs::create_dir_all(data.join("keys")).map_err(|e| format!("{}: {e}", data.display()))?;
    let ring =
        Keyring::load_or_create(&data.join("keys/keyring.json")).map_err(|e| e.to_string())?;
    let crypto = Arc::new(RustCrypto::new(ring).map_err(|e| e.to_string())?);
    let store = match &place.database {
        Some(url) => Store::open_postgres(url, crypto).await,
        None => Store::open_sqlite(&data.join("shouwang.db"), crypto).await,
    }
    .map_err(|e| e.to_string())?;
    let files = PolicyFiles::load(place.policy.as_deref()).map_err(|e| e.to_string())?;
    let library = files.library().map_err(|problems| {
        problems
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    })?;
    let roles = files.roles()?;
    // A step nobody may carry out is said at every start, and stops none: what
    // is under other packs goes on.
    for sentence in domain::policy::unstaffed(&library, &roles) {
        tracing::warn!("{sentence}");
    }
    Ok(App {
        roles: Arc::new(roles),
        codes: Arc::new(files.codes()?),
        calendar: Arc::new(files.calendar()?),
        library: Arc::new(library),
        store,
        clock: Arc::new(Clock::system(0)),
        files: Arc::new(files),
        data_dir: data.clone(),
        back_off: Arc::default(),
        demo,
    })
}

/// Compares the files of attachments with their records and says what it
/// found; whether every record has its file.
async fn sweep_attachments(app: &App) -> Result<bool, String> {
    let sweep = app.sweep_attachments().await.map_err(|e| e.to_string())?;
    if sweep.removed + sweep.young > 0 {
        println!(
            "附件：{} 个文件没有记录，已清除；{} 个不到一天，留待下次",
            sweep.removed, sweep.young
        );
    }
    for id in &sweep.missing {
        println!("附件 {id} 有记录，文件不见了：请从备份恢复");
    }
    Ok(sweep.missing.is_empty())
}

async fn create_demo(
    place: Place,
    scene: &Scene,
    size: Size,
    seed: u64,
) -> Result<ExitCode, String> {
    let app = open(&place, true).await?;
    if app.store.account_count().await.map_err(|e| e.to_string())? > 0 {
        return Err(format!(
            "{} 里已经有数据，演示只能建在空文件夹里",
            place.data.display()
        ));
    }
    let size = match size {
        Size::Small => DemoSize::Small,
        Size::County => DemoSize::County,
        Size::Million => DemoSize::Million,
    };
    let mut shown = 0;
    let mut progress = |done: u64, total: u64| {
        let percent = done * 100 / total.max(1);
        if percent >= shown + 10 || done == total {
            shown = percent;
            eprintln!("演示数据：{percent}%（{done}/{total} 户）");
        }
    };
    let made = demo::create_with_progress(&app, scene, size, seed, &mut progress)
        .await
        .map_err(|e| e.to_string())?;
    println!(
        "演示县已建好：{} 户 {} 人，监测对象 {} 户（消除 {} 户），线索 {} 条，识别事项 {} 件",
        made.households,
        made.persons,
        made.running_episodes + made.cleared_episodes,
        made.cleared_episodes,
        made.leads,
        made.casefiles
    );
    app.checkpoint_audit().await.map_err(|e| e.to_string())?;
    app.store.close().await.map_err(|e| e.to_string())?;
    Ok(ExitCode::SUCCESS)
}

async fn simulate(
    place: &Place,
    scene: &Scene,
    simulation: demo::Simulation,
) -> Result<ExitCode, String> {
    let app = open(place, true).await?;
    let summary = demo::simulate(&app, scene, simulation)
        .await
        .map_err(|e| e.to_string())?;
    app.store.close().await.map_err(|e| e.to_string())?;
    for violation in &summary.violations {
        let report = serde_json::to_string_pretty(violation).map_err(|e| e.to_string())?;
        println!("{report}");
    }
    println!("{summary}");
    Ok(if summary.violations.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn export_demo(place: &Place, login_name: &str, out: &Path) -> Result<ExitCode, String> {
    let app = open(place, true).await?;
    demo::restore_clock(&app).await.map_err(|e| e.to_string())?;
    let person = app
        .principal_of_login(login_name)
        .await
        .map_err(|_| format!("{login_name}：没有这个账号，或已停用"))?;
    let mut export = app
        .export_national(&person, None)
        .await
        .map_err(|e| e.to_string())?;
    let mut file = std::fs::File::create(out).map_err(|e| format!("{}: {e}", out.display()))?;
    let bytes = std::io::copy(&mut export.file, &mut file)
        .and_then(|n| file.sync_all().map(|()| n))
        .map_err(|e| format!("{}: {e}", out.display()))?;
    println!("{}：{bytes} 字节", out.display());
    app.store.close().await.map_err(|e| e.to_string())?;
    Ok(ExitCode::SUCCESS)
}

fn check_policy(folder: Option<&Path>, brief: bool) -> ExitCode {
    let files = match folder {
        Some(folder) => app::read_policy_folder(folder),
        None => PolicyFiles::load(None),
    };
    let files = match files {
        Ok(files) => files,
        Err(error) => return fail(&error.to_string()),
    };
    match files.library() {
        Ok(library) => {
            let roles = match files.roles() {
                Ok(roles) => roles,
                Err(error) => return fail(&error),
            };
            let unstaffed = domain::policy::unstaffed(&library, &roles);
            if !unstaffed.is_empty() {
                return fail(&unstaffed.join("\n"));
            }
            for pack in library.packs() {
                if !brief && pack.identification().is_some() {
                    match domain::spec::procedure_page(pack, &roles) {
                        Ok(page) => println!("{page}"),
                        Err(error) => return fail(&format!("{}: {error}", pack.id())),
                    }
                }
            }
            for pack in library.packs() {
                println!(
                    "{} v{} {}：{}个条款，{}",
                    pack.id(),
                    pack.values.version,
                    pack.values.title,
                    pack.clauses.len(),
                    pack.identification().map_or_else(
                        || "没有程序".to_owned(),
                        |p| format!(
                            "程序“{}”{}个环节、{}个条件",
                            p.label,
                            p.steps.len(),
                            p.guards.len()
                        )
                    )
                );
            }
            println!("{} packs, 0 problems", library.packs().count());
            ExitCode::SUCCESS
        }
        Err(problems) => {
            for problem in &problems {
                println!("{problem}");
            }
            println!("{} problems", problems.len());
            ExitCode::FAILURE
        }
    }
}
