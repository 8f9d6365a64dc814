//! National code lists (`policy/codes/*.csv`). Codes are stable English
//! identifiers; labels are the national ones; aliases are what older exports
//! and people write instead.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::typed_text::comparison_key;

/// One entry of a code list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CodeEntry {
    /// Stable identifier, the only thing that is stored.
    pub code: String,
    /// National label, the only thing that is shown.
    pub label: String,
    /// Other spellings that are accepted when reading.
    pub aliases: Vec<String>,
    /// Remark for maintainers; empty when there is none.
    pub note: String,
    /// Further columns of the list, by column name.
    pub attributes: BTreeMap<String, String>,
}

impl CodeEntry {
    /// A further column, `None` when the list has no such column or it is empty.
    pub fn attribute(&self, column: &str) -> Option<&str> {
        self.attributes
            .get(column)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }
}

/// Why a code list file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("代码表{list}第{line}行：{reason}")]
pub struct CodeListError {
    /// Name of the list, which is its file name.
    pub list: String,
    /// 1-based line of the file.
    pub line: u64,
    /// What was expected.
    pub reason: String,
}

/// A value that stands in no entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct UnknownCode {
    /// Title of the list, for example 与户主关系.
    pub title: String,
    /// What was given.
    pub given: String,
    /// Label of the most similar entry, when one is similar enough.
    pub nearest: Option<String>,
}

impl UnknownCode {
    /// Stable code for interfaces and reports.
    pub const CODE: &'static str = "code_list.unknown";
}

impl std::fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            title,
            given,
            nearest,
        } = self;
        match nearest {
            Some(nearest) => write!(f, "“{given}”不在“{title}”的选项中，是否应为“{nearest}”？"),
            None => write!(f, "“{given}”不在“{title}”的选项中，请从列表中选择"),
        }
    }
}

/// A code list, in the order of its file.
#[derive(Debug, Clone)]
pub struct CodeList {
    title: String,
    entries: Vec<CodeEntry>,
    by_key: HashMap<String, usize>,
}

impl CodeList {
    /// Reads a list. The first line is `# title: …`; the header begins with
    /// `code,label`; `aliases` are separated by `|`. A spelling that would mean
    /// two entries is an error.
    pub fn parse(name: &str, csv_text: &str) -> Result<Self, CodeListError> {
        let csv_text = csv_text.trim_start_matches('\u{FEFF}');
        let fail = |line: u64, reason: String| CodeListError {
            list: name.to_owned(),
            line,
            reason,
        };
        let title = csv_text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("# title:"))
            .map(|title| title.trim().to_owned())
            .filter(|title| !title.is_empty())
            .ok_or_else(|| fail(1, "第一行应为“# title: 名称”".to_owned()))?;
        let mut reader = csv::ReaderBuilder::new()
            .comment(Some(b'#'))
            .trim(csv::Trim::All)
            .from_reader(csv_text.as_bytes());
        let headers = reader
            .headers()
            .map_err(|error| fail(2, error.to_string()))?
            .clone();
        if headers.iter().take(2).ne(["code", "label"]) {
            return Err(fail(2, "表头应以code,label开头".to_owned()));
        }

        let mut list = Self {
            title,
            entries: Vec::new(),
            by_key: HashMap::new(),
        };
        for record in reader.records() {
            let record = record.map_err(|error| {
                fail(
                    error.position().map_or(0, csv::Position::line),
                    error.to_string(),
                )
            })?;
            let line = record.position().map_or(0, csv::Position::line);
            list.push(entry(&headers, &record))
                .map_err(|reason| fail(line, reason))?;
        }
        Ok(list)
    }

    fn push(&mut self, entry: CodeEntry) -> Result<(), String> {
        let well_formed = entry.code.starts_with(|c: char| c.is_ascii_lowercase())
            && entry
                .code
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.'));
        if !well_formed {
            return Err(format!("“{}”应为小写英文字母、数字和下划线", entry.code));
        }
        if entry.label.is_empty() {
            return Err("label为空".to_owned());
        }
        if self.get(&entry.code).is_some() {
            return Err(format!("代码“{}”出现了两次", entry.code));
        }
        let index = self.entries.len();
        for spelling in [&entry.code, &entry.label]
            .into_iter()
            .chain(&entry.aliases)
        {
            let earlier = self.by_key.insert(comparison_key(spelling), index);
            if earlier.is_some_and(|earlier| earlier != index) {
                return Err(format!("“{spelling}”同时指两个选项"));
            }
        }
        self.entries.push(entry);
        Ok(())
    }

    /// Title of the list in Chinese.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The entries in the order of the file.
    pub fn entries(&self) -> &[CodeEntry] {
        &self.entries
    }

    /// The entry of a stored code; exact, no alias.
    pub fn get(&self, code: &str) -> Option<&CodeEntry> {
        self.by_key
            .get(code)
            .map(|index| &self.entries[*index])
            .filter(|entry| entry.code == code)
    }

    /// The entry somebody means by a label, an alias or a code. Spaces and
    /// full-width characters do not matter.
    pub fn lookup(&self, typed: &str) -> Result<&CodeEntry, UnknownCode> {
        // Most cells are spelled as the list spells them.
        if let Some(index) = self.by_key.get(typed) {
            return Ok(&self.entries[*index]);
        }
        let key = comparison_key(typed);
        self.by_key
            .get(&key)
            .map(|index| &self.entries[*index])
            .ok_or_else(|| UnknownCode {
                title: self.title.clone(),
                given: typed.trim().to_owned(),
                nearest: self.nearest(&key),
            })
    }

    /// Several entries in one cell (health condition, risks), separated by
    /// 、 , ; / | or a line break. Empty pieces are skipped, repeated ones kept once.
    pub fn lookup_many(&self, typed: &str) -> Result<Vec<&CodeEntry>, UnknownCode> {
        let mut found: Vec<&CodeEntry> = Vec::new();
        let separators = ['、', ',', '，', ';', '；', '/', '|', '\n'];
        for piece in typed
            .split(separators)
            .filter(|piece| !piece.trim().is_empty())
        {
            let entry = self.lookup(piece)?;
            if !found.iter().any(|known| std::ptr::eq(*known, entry)) {
                found.push(entry);
            }
        }
        Ok(found)
    }

    /// Label of the entry whose spelling differs least, when at most half of
    /// its characters differ.
    fn nearest(&self, key: &str) -> Option<String> {
        let given: Vec<char> = key.chars().collect();
        self.by_key
            .iter()
            .map(|(spelling, index)| {
                let spelling: Vec<char> = spelling.chars().collect();
                (
                    edit_distance(&given, &spelling),
                    given.len().max(spelling.len()),
                    *index,
                )
            })
            .filter(|(distance, length, _)| distance * 2 <= *length)
            // The earlier entry wins a tie, so that the answer is always the same.
            .min_by_key(|(distance, _, index)| (*distance, *index))
            .map(|(_, _, index)| self.entries[index].label.clone())
    }
}

fn entry(headers: &csv::StringRecord, record: &csv::StringRecord) -> CodeEntry {
    let mut entry = CodeEntry {
        code: String::new(),
        label: String::new(),
        aliases: Vec::new(),
        note: String::new(),
        attributes: BTreeMap::new(),
    };
    for (header, value) in headers.iter().zip(record) {
        match header {
            "code" => entry.code = value.to_owned(),
            "label" => entry.label = value.to_owned(),
            "note" => entry.note = value.to_owned(),
            "aliases" => {
                entry.aliases = value
                    .split('|')
                    .map(str::trim)
                    .filter(|a| !a.is_empty())
                    .map(str::to_owned)
                    .collect();
            }
            other => {
                entry.attributes.insert(other.to_owned(), value.to_owned());
            }
        }
    }
    entry
}

fn edit_distance(left: &[char], right: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[right.len()]
}

/// All code lists of a deployment, by file name without `.csv`.
#[derive(Debug, Clone, Default)]
pub struct CodeLists {
    lists: BTreeMap<String, CodeList>,
}

impl CodeLists {
    /// Reads every `(name, csv text)`; a name given twice replaces the earlier
    /// list, so that a deployment can lay its own over the national one.
    pub fn parse<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, CodeListError> {
        let mut lists = BTreeMap::new();
        for (name, csv_text) in files {
            lists.insert(name.to_owned(), CodeList::parse(name, csv_text)?);
        }
        Ok(Self { lists })
    }

    /// The list of a name.
    pub fn get(&self, name: &str) -> Option<&CodeList> {
        self.lists.get(name)
    }

    /// Label of a stored code; `None` when list or code is unknown.
    pub fn label(&self, name: &str, code: &str) -> Option<&str> {
        Some(self.get(name)?.get(code)?.label.as_str())
    }

    /// All lists, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &CodeList)> {
        self.lists.iter().map(|(name, list)| (name.as_str(), list))
    }
}

#[cfg(test)]
#[path = "code_list_tests.rs"]
mod tests;
