//! Reading pack files. Pure: the caller supplies file names and texts, from
//! the embedded library or from a folder.

use super::pack::{ClausesFile, PackFile, Procedure};
use super::{Library, Problem, check};

/// One file of the policy folder.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Path inside the policy folder, e.g. `packs/henan-2022/pack.toml`.
    pub path: String,
    pub text: String,
}

/// The files of one pack, parsed.
#[derive(Debug, Clone)]
pub struct PackSource {
    pub file: PackFile,
    pub clauses: ClausesFile,
    pub procedures: Vec<Procedure>,
    /// Paths and texts, kept so that a problem can name its line.
    pub sources: Vec<SourceFile>,
}

impl PackSource {
    /// Locates a byte offset of the named file kind as a problem.
    pub(super) fn problem(&self, suffix: &str, offset: usize, message: String) -> Problem {
        let source = self.sources.iter().find(|s| s.path.ends_with(suffix));
        Problem {
            file: source.map_or_else(|| suffix.to_owned(), |s| s.path.clone()),
            line: source.map_or(0, |s| line_of(&s.text, offset)),
            message,
        }
    }
}

/// 1-based line of a byte offset.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    let end = offset.min(text.len());
    text.as_bytes()[..end]
        .iter()
        .filter(|b| **b == b'\n')
        .count()
        + 1
}

fn parse<T: serde::de::DeserializeOwned>(
    source: &SourceFile,
    problems: &mut Vec<Problem>,
) -> Option<T> {
    match toml::from_str::<T>(&source.text) {
        Ok(value) => Some(value),
        Err(error) => {
            problems.push(Problem {
                file: source.path.clone(),
                line: error.span().map_or(0, |s| line_of(&source.text, s.start)),
                message: error.message().to_owned(),
            });
            None
        }
    }
}

/// Parses the packs among `files` without checking what they say.
///
/// # Errors
/// Every file that is not of the format, with its line.
pub fn load_sources(files: &[SourceFile]) -> Result<Vec<PackSource>, Vec<Problem>> {
    let mut folders: Vec<String> = files
        .iter()
        .filter_map(|f| f.path.strip_suffix("/pack.toml").map(str::to_owned))
        .collect();
    folders.sort();
    let mut problems = Vec::new();
    let mut packs = Vec::new();
    for folder in folders {
        let mut own: Vec<SourceFile> = files
            .iter()
            .filter(|f| f.path.starts_with(&format!("{folder}/")))
            .cloned()
            .collect();
        own.sort_by(|a, b| a.path.cmp(&b.path));
        let mut file = None;
        let mut clauses = ClausesFile {
            clauses: Vec::new(),
        };
        let mut procedures = Vec::new();
        for source in &own {
            let inner = &source.path[folder.len() + 1..];
            if inner == "pack.toml" {
                file = parse::<PackFile>(source, &mut problems);
            } else if inner == "clauses.toml" {
                if let Some(parsed) = parse::<ClausesFile>(source, &mut problems) {
                    clauses = parsed;
                }
            } else if inner.starts_with("procedures/") && inner.ends_with(".toml") {
                procedures.extend(parse::<Procedure>(source, &mut problems));
            } else if inner.ends_with(".toml") {
                problems.push(Problem {
                    file: source.path.clone(),
                    line: 0,
                    message:
                        "不认识的文件：政策包只有 pack.toml、clauses.toml 和 procedures/*.toml"
                            .into(),
                });
            }
        }
        if let Some(file) = file {
            packs.push(PackSource {
                file,
                clauses,
                procedures,
                sources: own,
            });
        }
    }
    if problems.is_empty() {
        Ok(packs)
    } else {
        Err(problems)
    }
}

/// Parses, layers and checks every pack among `files`.
///
/// # Errors
/// All problems found, each with file and line; nothing is half loaded.
pub fn load_library(files: &[SourceFile]) -> Result<Library, Vec<Problem>> {
    let sources = load_sources(files)?;
    let problems = check(&sources);
    if problems.is_empty() {
        Ok(Library::assemble(sources))
    } else {
        Err(problems)
    }
}

/// Layers packs without checking what they say. For proving clause coverage
/// only: it runs the specs against packs spoilt on purpose.
///
/// # Errors
/// Files that are not of the format.
pub fn layer_unchecked(files: &[SourceFile]) -> Result<Library, Vec<Problem>> {
    Ok(Library::assemble(load_sources(files)?))
}
