//! Where the repository's files are, read in a fixed order.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use domain::account::Roles;
use domain::exchange::Layout;
use domain::policy::{Library, Problem, SourceFile, load_library};
use domain::spec::Spec;

/// The repository's root folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Writes a generated file and says so; unchanged files keep their date.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &str, text: &str) -> Result<(), Box<dyn Error>> {
    let target = root().join(path);
    if fs::read_to_string(&target).is_ok_and(|old| old == text) {
        println!("{path} is up to date");
        return Ok(());
    }
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&target, text).map_err(|e| format!("{path}: {e}"))?;
    println!("{path} written");
    Ok(())
}

/// Files below a folder that `wanted` accepts, sorted by path, each with its
/// path from the repository's root. Build and dependency folders are passed by.
pub fn files(
    folder: &str,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<SourceFile>, Box<dyn Error>> {
    fn walk(
        folder: &Path,
        inner: &str,
        wanted: &dyn Fn(&str) -> bool,
        found: &mut Vec<SourceFile>,
    ) -> std::io::Result<()> {
        let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{inner}/{name}");
            if entry.file_type()?.is_dir() {
                if !["node_modules", "target", "dist"].contains(&name.as_str())
                    && !name.starts_with('.')
                {
                    walk(&entry.path(), &path, wanted, found)?;
                }
            } else if wanted(&path) {
                found.push(SourceFile {
                    text: fs::read_to_string(entry.path())?,
                    path,
                });
            }
        }
        Ok(())
    }
    let start = root().join(folder);
    let mut found = Vec::new();
    if start.is_dir() {
        walk(&start, folder, wanted, &mut found).map_err(|e| format!("{folder}: {e}"))?;
    }
    Ok(found)
}

/// The policy folder, read and checked.
#[derive(Debug)]
pub struct Policy {
    /// Pack files, paths inside `policy`.
    pub files: Vec<SourceFile>,
    pub library: Library,
    /// `roles.toml`, with its path inside `policy`.
    pub roles_file: SourceFile,
    pub specs: Vec<Spec>,
}

impl Policy {
    /// Reads packs and specs.
    ///
    /// # Errors
    /// Every problem of a pack or spec, with file and line.
    pub fn read() -> Result<Self, Box<dyn Error>> {
        let inside = |file: SourceFile| SourceFile {
            path: file.path.trim_start_matches("policy/").to_owned(),
            text: file.text,
        };
        let packs: Vec<SourceFile> = files("policy/packs", &|p| p.ends_with(".toml"))?
            .into_iter()
            .map(inside)
            .collect();
        let library = load_library(&packs).map_err(|p| listed(&p))?;
        let roles_file = SourceFile {
            path: "roles.toml".into(),
            text: fs::read_to_string(root().join("policy/roles.toml"))?,
        };
        let roles = Roles::parse(&roles_file.text)?;
        let layouts = layouts()?;
        let mut specs = Vec::new();
        for file in files("policy/specs", &|p| {
            p.ends_with(".md") && !p.ends_with("README.md")
        })? {
            let file = inside(file);
            let mut spec = domain::spec::parse(&file.path, &file.text).map_err(|p| listed(&p))?;
            spec.roles = roles.clone();
            spec.layouts = layouts.clone();
            specs.push(spec);
        }
        Ok(Self {
            files: packs,
            library,
            roles_file,
            specs,
        })
    }

    /// The roles as they are.
    ///
    /// # Errors
    /// The file is not of its format.
    pub fn roles(&self) -> Result<Roles, Box<dyn Error>> {
        Ok(Roles::parse(&self.roles_file.text)?)
    }
}

/// The spreadsheet layouts, each checked against the code lists.
fn layouts() -> Result<Vec<Layout>, Box<dyn Error>> {
    let stem = |file: SourceFile| {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        name.trim_end_matches(".csv").to_owned()
    };
    let mut lists: BTreeSet<String> = files("policy/codes", &|p| p.ends_with(".csv"))?
        .into_iter()
        .map(stem)
        .collect();
    // Categories are the packs', not a code list of their own.
    lists.insert("monitored_category".into());
    files("policy/layouts", &|p| p.ends_with(".toml"))?
        .iter()
        .map(|file| {
            Layout::parse(&file.text, &lists).map_err(|e| format!("{}: {e}", file.path).into())
        })
        .collect()
}

/// Problems, one a line.
pub fn listed(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|p| format!("policy/{p}"))
        .collect::<Vec<_>>()
        .join("\n")
}
