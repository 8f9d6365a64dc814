//! Generators and checks of this repository: `cargo xtask <command>`.

mod calendars;
mod clauses;
mod divisions;
mod glossary;
mod mutation;
mod papers;
mod prove;
mod repository;
mod transitions;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    about = "Generators and checks of this repository"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Proves the literate specs against spoilt packs and writes docs/clause-coverage.md
    Clauses(clauses::ClausesArgs),
    /// Writes docs/transitions.md, docs/permissions.md and docs/clause-coverage.md
    Gen,
    /// Checks docs/glossary.md: one term, one identifier
    Glossary,
    /// Compresses the national division codes into policy/divisions
    Divisions(divisions::DivisionsArgs),
    /// Builds the default Word templates of policy/papers from their layouts
    Papers,
    /// Writes the table of holidays and make-up workdays
    Calendars(calendars::CalendarsArgs),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Clauses(args) => clauses::run(&args),
        Command::Gen => generate(),
        Command::Glossary => glossary::run(),
        Command::Divisions(args) => divisions::run(&args),
        Command::Papers => papers::run(),
        Command::Calendars(args) => calendars::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn generate() -> Result<(), Box<dyn Error>> {
    let policy = repository::Policy::read()?;
    repository::write("docs/transitions.md", &transitions::page(&policy)?)?;
    repository::write("docs/permissions.md", &policy.roles()?.matrix())?;
    clauses::run(&clauses::ClausesArgs::default())
}
