//! The command line: serve, demo, policy check, audit verify, openapi.

mod keys;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use app::clock::Clock;
use app::demo::{self, DemoSize, Scene};
use app::{App, PolicyFiles};
use clap::{Parser, Subcommand, ValueEnum};
use store::Store;
use store::crypto::{Keyring, RustCrypto};

/// 守望 Shouwang: 防止返贫致贫动态监测和帮扶.
#[derive(Debug, Parser)]
#[command(name = "shouwang", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the API and the console.
    Serve {
        #[command(flatten)]
        place: Place,
        /// Accepts invented people and lets the date be moved.
        #[arg(long)]
        demo: bool,
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
    },
    /// Creates or exports the demonstration.
    Demo {
        #[command(subcommand)]
        command: DemoCommand,
    },
    /// Checks policy packs.
    Policy {
        #[command(subcommand)]
        command: PolicyCommand,
    },
    /// Verifies the audit chain with a stopped server.
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Keys of the deployment.
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Prints the OpenAPI description.
    Openapi,
    /// Reads a workbook from standard input and writes its rows; used by the
    /// server itself.
    #[command(hide = true)]
    ReadWorkbook { file_name: String },
}

/// Where a deployment keeps its things.
#[derive(Debug, clap::Args)]
struct Place {
    /// Folder of database, keys, attachments and checkpoints.
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// PostgreSQL address; without it the embedded database serves.
    #[arg(long, env = "SHOUWANG_DATABASE")]
    database: Option<String>,
    /// Policy folder that replaces or adds to the built-in one.
    #[arg(long)]
    policy: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum DemoCommand {
    /// Fills an empty deployment with invented people on real divisions.
    Create {
        #[command(flatten)]
        place: Place,
        #[arg(long, value_enum, default_value = "small")]
        size: Size,
        /// Where and when it plays, and under which document.
        #[arg(long, default_value = "yiyang-2022")]
        scene: Scene,
        #[arg(long, default_value_t = 2022)]
        seed: u64,
    },
    /// Writes the demo county as an Excel file of a national layout.
    Export {
        #[command(flatten)]
        place: Place,
        /// Layout of the file.
        #[arg(long, value_enum, default_value = "national")]
        layout: ExportLayout,
        /// Account the export runs as and is audited under.
        #[arg(long = "as", default_value = "county.chen")]
        login_name: String,
        #[arg(long, default_value = "national.xlsx")]
        out: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ExportLayout {
    National,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Size {
    Small,
    County,
    Million,
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    /// Checks the built-in packs, or those of a folder, and prints what each
    /// orders and which act is allowed when.
    Check {
        folder: Option<PathBuf>,
        /// Only the result, without the tables.
        #[arg(long)]
        brief: bool,
    },
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Makes a new data key and seals everything again under it, with a
    /// stopped server; old keys stay in the keyring until they are retired.
    Rotate {
        #[command(flatten)]
        place: Place,
    },
    /// Goes on with a rotation that was interrupted, without a new key.
    Reseal {
        #[command(flatten)]
        place: Place,
    },
    /// Forgets the old keys, with a stopped server; refuses, naming what,
    /// while anything is still under one of them. Backups made before need
    /// the keyring of their time.
    Retire {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Walks every chain and compares it with the checkpoints.
    Verify {
        #[command(flatten)]
        place: Place,
    },
}

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
        } => serve(place, demo, listen).await,
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
    Ok(App {
        roles: Arc::new(files.roles()?),
        codes: Arc::new(files.codes()?),
        calendar: Arc::new(files.calendar()?),
        library: Arc::new(library),
        store,
        clock: Arc::new(Clock::system(0)),
        files: Arc::new(files),
        data_dir: data.clone(),
        demo,
    })
}

async fn serve(place: Place, demo: bool, listen: SocketAddr) -> Result<ExitCode, String> {
    let app = open(&place, demo).await?;
    if demo {
        demo::restore_clock(&app).await.map_err(|e| e.to_string())?;
    } else {
        for first in app.bootstrap().await.map_err(|e| e.to_string())? {
            println!(
                "首次启动：{}账号 {}，一次性密码 {}（只显示这一次，首次登录必须修改；请交给两个不同的人）",
                first.label, first.login_name, first.one_time_password
            );
        }
    }
    match std::env::current_exe() {
        Ok(program) => app::exchange::read_in_child_process(program),
        Err(error) => tracing::warn!(%error, "imported files are read in this process"),
    }
    app.resume_imports().await.map_err(|e| e.to_string())?;
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .map_err(|e| format!("{listen}: {e}"))?;
    let address = listener.local_addr().map_err(|e| e.to_string())?;
    println!("守望已启动：http://{address}");
    // What a crash kept from the file outside the database is added before
    // anybody acts.
    app.checkpoint_audit().await.map_err(|e| e.to_string())?;
    let background = app.clone();
    let checkpoints = tokio::spawn(async move {
        let mut every = tokio::time::interval(Duration::from_secs(60));
        loop {
            every.tick().await;
            if let Err(error) = background.checkpoint_audit().await {
                tracing::error!(%error, "the audit checkpoint failed");
            }
        }
    });
    let last = app.clone();
    axum::serve(listener, server::router(app))
        .with_graceful_shutdown(stop_signal())
        .await
        .map_err(|e| e.to_string())?;
    checkpoints.abort();
    last.checkpoint_audit().await.map_err(|e| e.to_string())?;
    last.store.close().await.map_err(|e| e.to_string())?;
    Ok(ExitCode::SUCCESS)
}

async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = interrupt.await;
        }
    }
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
