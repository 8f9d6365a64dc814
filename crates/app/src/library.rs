//! The policy folder: embedded in the binary, or read from a folder that
//! replaces it or adds to it without rebuilding.

use std::collections::BTreeMap;
use std::path::Path;

use domain::account::Roles;
use domain::calendar::WorkCalendar;
use domain::code_list::CodeLists;
use domain::division::DivisionCode;
use domain::policy::{Library, Problem, SourceFile, load_library};
use include_dir::{Dir, include_dir};

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../policy");

/// Files of the policy folder by path, e.g. `codes/sex.csv`.
#[derive(Debug, Clone, Default)]
pub struct PolicyFiles(BTreeMap<String, Vec<u8>>);

impl PolicyFiles {
    /// The files built into the binary, with those of `folder` over them.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn load(folder: Option<&Path>) -> std::io::Result<Self> {
        let mut files = Self::default();
        files.take_embedded(&EMBEDDED);
        if let Some(folder) = folder {
            files.0.extend(read_policy_folder(folder)?.0);
        }
        Ok(files)
    }

    fn take_embedded(&mut self, dir: &Dir<'_>) {
        for file in dir.files() {
            let path = file.path().to_string_lossy().replace('\\', "/");
            self.0.insert(path, file.contents().to_vec());
        }
        for inner in dir.dirs() {
            self.take_embedded(inner);
        }
    }

    /// Bytes of a file.
    pub fn bytes(&self, path: &str) -> Option<&[u8]> {
        self.0.get(path).map(Vec::as_slice)
    }

    /// Text of a file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.bytes(path).and_then(|b| std::str::from_utf8(b).ok())
    }

    /// Paths under a folder with an extension, sorted.
    pub fn paths<'a>(
        &'a self,
        under: &'a str,
        extension: &'a str,
    ) -> impl Iterator<Item = &'a str> {
        self.0
            .keys()
            .map(String::as_str)
            .filter(move |p| p.starts_with(under) && p.ends_with(extension))
    }

    /// The pack files, for the policy loader.
    pub fn pack_sources(&self) -> Vec<SourceFile> {
        self.paths("packs/", ".toml")
            .filter_map(|p| {
                Some(SourceFile {
                    path: p.to_owned(),
                    text: self.text(p)?.to_owned(),
                })
            })
            .collect()
    }

    /// Loads and checks all packs.
    ///
    /// # Errors
    /// Every problem with file and line.
    pub fn library(&self) -> Result<Library, Vec<Problem>> {
        load_library(&self.pack_sources())
    }

    /// The roles of the deployment.
    ///
    /// # Errors
    /// A sentence naming what is wrong.
    pub fn roles(&self) -> Result<Roles, String> {
        Roles::parse(self.text("roles.toml").ok_or("roles.toml is missing")?)
    }

    /// The national code lists.
    ///
    /// # Errors
    /// A sentence naming list and line.
    pub fn codes(&self) -> Result<CodeLists, String> {
        let lists: Vec<(&str, &str)> = self
            .paths("codes/", ".csv")
            .filter_map(|p| {
                Some((
                    p.strip_prefix("codes/")?.strip_suffix(".csv")?,
                    self.text(p)?,
                ))
            })
            .collect();
        CodeLists::parse(lists).map_err(|e| e.to_string())
    }

    /// The holiday calendar.
    ///
    /// # Errors
    /// A sentence naming the line.
    pub fn calendar(&self) -> Result<WorkCalendar, String> {
        WorkCalendar::parse(
            self.text("calendars/cn-workdays.csv")
                .ok_or("the holiday table is missing")?,
        )
        .map_err(|e| e.to_string())
    }

    /// The division table as CSV text.
    ///
    /// # Errors
    /// When the table is missing or damaged.
    pub fn divisions(&self) -> Result<String, String> {
        let packed = self
            .bytes("divisions/cn-2023.csv.zst")
            .ok_or("the division table is missing")?;
        let bytes = zstd::stream::decode_all(packed).map_err(|e| e.to_string())?;
        String::from_utf8(bytes).map_err(|e| e.to_string())
    }

    /// Names from the province down of a division of that table, whether or
    /// not the deployment has it; empty for an unknown code.
    pub fn division_path(&self, code: DivisionCode) -> String {
        let Ok(text) = self.divisions() else {
            return String::new();
        };
        let wanted: Vec<String> = (code.ancestors().chain([code]))
            .map(|c| c.to_string())
            .collect();
        text.lines()
            .filter_map(|line| line.split_once(','))
            .filter(|(code, _)| wanted.iter().any(|w| w == code))
            .map(|(_, name)| name)
            .collect()
    }
}

/// Reads a policy folder from disk.
///
/// # Errors
/// When a file or folder cannot be read.
pub fn read_policy_folder(folder: &Path) -> std::io::Result<PolicyFiles> {
    let mut files = PolicyFiles::default();
    let mut open = vec![folder.to_path_buf()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if let Ok(inner) = path.strip_prefix(folder) {
                files.0.insert(
                    inner.to_string_lossy().replace('\\', "/"),
                    std::fs::read(&path)?,
                );
            }
        }
    }
    Ok(files)
}
