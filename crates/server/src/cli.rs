//! The command line as people type it.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use app::demo::Scene;
use clap::{Parser, Subcommand, ValueEnum};

/// 守望 Shouwang: 防止返贫致贫动态监测和帮扶.
#[derive(Debug, Parser)]
#[command(name = "shouwang", version)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
#[allow(
    clippy::large_enum_variant,
    reason = "parsed once; a demo names its whole scene"
)]
pub enum Command {
    /// Serves the API and the console.
    Serve {
        #[command(flatten)]
        place: Place,
        /// Accepts invented people and lets the date be moved.
        #[arg(long)]
        demo: bool,
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        #[command(flatten)]
        door: Door,
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
    /// Evidence in the data folder.
    Attachments {
        #[command(subcommand)]
        command: AttachmentsCommand,
    },
    /// Accounts, from the server itself.
    Accounts {
        #[command(subcommand)]
        command: AccountsCommand,
    },
    /// Administrative divisions.
    Divisions {
        #[command(subcommand)]
        command: DivisionsCommand,
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
pub struct Place {
    /// Folder of database, keys, attachments and checkpoints.
    #[arg(long, default_value = "data")]
    pub data: PathBuf,
    /// PostgreSQL address; without it the embedded database serves.
    #[arg(long, env = "SHOUWANG_DATABASE")]
    pub database: Option<String>,
    /// Policy folder that replaces or adds to the built-in one.
    #[arg(long)]
    pub policy: Option<PathBuf>,
}

/// How people reach the service.
#[derive(Debug, clap::Args)]
pub struct Door {
    /// A proxy in front ends TLS: cookies travel by https only, and what did
    /// not come by https is refused.
    #[arg(long, env = "SHOUWANG_BEHIND_TLS")]
    pub behind_tls: bool,
    /// Address of that proxy; nobody else's X-Forwarded-Proto is believed.
    #[arg(
        long = "proxy",
        env = "SHOUWANG_PROXY",
        value_delimiter = ',',
        default_value = "127.0.0.1,::1"
    )]
    pub proxies: Vec<IpAddr>,
}

#[derive(Debug, Subcommand)]
#[allow(
    clippy::large_enum_variant,
    reason = "parsed once; a demo names its whole scene"
)]
pub enum DemoCommand {
    /// Fills an empty deployment with invented people on real divisions.
    Create {
        #[command(flatten)]
        place: Place,
        /// Where and when it plays, and under which document.
        #[arg(long, default_value = "yiyang-2022")]
        scene: Scene,
        #[arg(long, value_enum, default_value = "small")]
        size: Size,
        #[arg(long, default_value_t = 2022)]
        seed: u64,
    },
    /// Plays random procedures in an empty folder and reports what must not be.
    Simulate {
        #[command(flatten)]
        place: Place,
        /// Where and when they play, and under which document.
        #[arg(long, default_value = "yiyang-2022")]
        scene: Scene,
        #[arg(long, default_value_t = 2000)]
        count: u64,
        /// Number of the first; a report's number with `--count 1` plays it again.
        #[arg(long, default_value_t = 1)]
        first: u64,
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
pub enum ExportLayout {
    National,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Size {
    Small,
    County,
    Million,
}

#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
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
pub enum KeysCommand {
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
pub enum AttachmentsCommand {
    /// Removes files without a record older than a day and names records
    /// without a file, with a stopped server.
    Sweep {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub enum AccountsCommand {
    /// Sets a one-time password for an administrator nobody else can help:
    /// the last of a kind.
    ResetPassword {
        #[command(flatten)]
        place: Place,
        #[arg(long = "login")]
        login_name: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum DivisionsCommand {
    /// Adds what the division table (`divisions/` of the policy folder, or the
    /// built-in one) has and the database lacks; what is there stays.
    Load {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Walks every chain and compares it with the checkpoints.
    Verify {
        #[command(flatten)]
        place: Place,
    },
}
