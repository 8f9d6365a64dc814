//! Literate specs: Markdown that a jurist reads and the engine runs. A section
//! names its clauses in its heading, quotes them, and states in tables what
//! follows from them. `policy/specs/README.md` describes the tables.

mod act;
mod assessed;
mod boundary;
mod leads;
mod monitoring_line;
mod page;
mod scenario;
mod silence;
mod transition;
mod unusual;
mod values;

pub use page::procedure_page;
pub use transition::{ActRow, TransitionTable, transitions};

use std::collections::{BTreeMap, BTreeSet};

use crate::calendar::WorkCalendar;
use crate::policy::{ClauseId, Library, Pack, Problem};

/// One spec file.
#[derive(Debug, Clone)]
pub struct Spec {
    /// Path inside the policy folder, e.g. `specs/henan-2022/clock.md`.
    pub path: String,
    /// The pack its sections are run against.
    pub pack: String,
    pub sections: Vec<Section>,
    /// Holidays for clocks in working days; only weekends unless set.
    pub calendar: WorkCalendar,
}

/// A heading with what stands under it.
#[derive(Debug, Clone)]
pub struct Section {
    pub title: String,
    /// 1-based line of the heading.
    pub line: usize,
    /// Clauses the heading names.
    pub clauses: BTreeSet<ClauseId>,
    quotes: Vec<Quote>,
    tables: Vec<Table>,
}

#[derive(Debug, Clone)]
struct Quote {
    line: usize,
    text: String,
}

/// A table with the `设定：` line before it, if any.
#[derive(Debug, Clone)]
struct Table {
    line: usize,
    header: Vec<String>,
    rows: Vec<Row>,
    settings: BTreeMap<String, String>,
}

#[derive(Debug, Clone)]
struct Row {
    line: usize,
    cells: Vec<String>,
}

impl Table {
    /// The cell of a row under a heading; empty where there is no such column.
    fn cell<'a>(&self, row: &'a Row, column: &str) -> &'a str {
        self.header
            .iter()
            .position(|h| h == column)
            .and_then(|index| row.cells.get(index))
            .map_or("", String::as_str)
    }

    /// Whether the engine acts in it.
    fn acts(&self) -> bool {
        let first = self.header.first().map_or("", String::as_str);
        [
            "日期",
            "人均纯收入",
            "人均可支配收入",
            "渠道",
            "核实结果",
            "包",
            "测算",
            "动作",
        ]
        .contains(&first)
    }
}

/// The clause ids standing in a text, e.g. `HN22-054`.
pub fn clause_ids(text: &str) -> BTreeSet<ClauseId> {
    let bytes = text.as_bytes();
    let shape = |at: &[u8]| {
        at[..2].iter().all(u8::is_ascii_uppercase)
            && at[2..4].iter().all(u8::is_ascii_digit)
            && at[4] == b'-'
            && at[5..].iter().all(u8::is_ascii_digit)
    };
    let free = |index: Option<usize>| {
        index
            .and_then(|i| bytes.get(i))
            .is_none_or(|b| !b.is_ascii_alphanumeric())
    };
    (0..bytes.len().saturating_sub(7))
        .filter(|&i| shape(&bytes[i..i + 8]) && free(i.checked_sub(1)) && free(Some(i + 8)))
        .map(|i| text[i..i + 8].to_owned())
        .collect()
}

/// Reads a spec file.
///
/// # Errors
/// A file that names no pack or a table whose rows do not fit their header.
pub fn parse(path: &str, text: &str) -> Result<Spec, Vec<Problem>> {
    let mut spec = Spec {
        path: path.to_owned(),
        pack: String::new(),
        sections: Vec::new(),
        calendar: WorkCalendar::default(),
    };
    let mut problems = Vec::new();
    let mut problem = |line: usize, message: String| {
        problems.push(Problem {
            file: path.to_owned(),
            line,
            message,
        });
    };
    let mut settings = BTreeMap::new();
    let mut open_table = false;
    for (index, raw) in text.lines().enumerate() {
        let (number, line) = (index + 1, raw.trim());
        if let Some(id) = line.strip_prefix("政策包：") {
            spec.pack = id.trim().trim_matches('`').to_owned();
        } else if line.starts_with('#') {
            spec.sections.push(Section {
                title: line.trim_start_matches('#').trim().to_owned(),
                line: number,
                clauses: clause_ids(line),
                quotes: Vec::new(),
                tables: Vec::new(),
            });
        } else if let Some(section) = spec.sections.last_mut() {
            if let Some(quoted) = line.strip_prefix('>') {
                section.quotes.push(Quote {
                    line: number,
                    text: quoted.trim().to_owned(),
                });
            } else if let Some(words) = line.strip_prefix("设定：") {
                settings = pairs(words);
            } else if line.starts_with('|') {
                let cells: Vec<String> = line
                    .trim_matches('|')
                    .split('|')
                    .map(|c| c.trim().to_owned())
                    .collect();
                let ruler = cells
                    .iter()
                    .all(|c| !c.is_empty() && c.chars().all(|x| x == '-' || x == ':'));
                match section.tables.last_mut() {
                    Some(table) if open_table => {
                        if ruler {
                            continue;
                        }
                        if cells.len() != table.header.len() {
                            problem(
                                number,
                                format!(
                                    "这一行有 {} 格，表头有 {} 格",
                                    cells.len(),
                                    table.header.len()
                                ),
                            );
                        }
                        table.rows.push(Row {
                            line: number,
                            cells,
                        });
                    }
                    _ => section.tables.push(Table {
                        line: number,
                        header: cells,
                        rows: Vec::new(),
                        settings: std::mem::take(&mut settings),
                    }),
                }
            }
        }
        open_table = line.starts_with('|');
    }
    if spec.pack.is_empty() {
        problem(0, "没有写“政策包：”，不知道按哪个政策包核对".into());
    }
    if problems.is_empty() {
        Ok(spec)
    } else {
        Err(problems)
    }
}

/// `键=值；词` as a map; a word without `=` maps to nothing.
fn pairs(text: &str) -> BTreeMap<String, String> {
    text.split('；')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| match part.split_once('=') {
            Some((key, value)) => (key.trim().to_owned(), value.trim().to_owned()),
            None => (part.to_owned(), String::new()),
        })
        .collect()
}

impl Spec {
    /// Runs every section; an empty answer means that the packs do what the
    /// spec says.
    pub fn run(&self, library: &Library) -> Vec<Problem> {
        self.sections
            .iter()
            .flat_map(|section| self.run_section(section, library))
            .collect()
    }

    /// How many boundary rows the file holds, each a case of its own.
    pub fn boundary_rows(&self) -> usize {
        let tables = self.sections.iter().flat_map(|s| &s.tables);
        tables
            .filter(|t| t.header.first().is_some_and(|h| h == "包"))
            .map(|t| t.rows.len())
            .sum()
    }

    /// Runs one section.
    pub fn run_section(&self, section: &Section, library: &Library) -> Vec<Problem> {
        self.run_tables(section, library, |_| true)
    }

    /// Runs only the tables of a section in which the engine acts; tables that
    /// state what the pack says are left out. What fails here changes what
    /// people may do, not only what they read.
    pub fn run_behaviour(&self, section: &Section, library: &Library) -> Vec<Problem> {
        self.run_tables(section, library, Table::acts)
    }

    fn run_tables(
        &self,
        section: &Section,
        library: &Library,
        wanted: impl Fn(&Table) -> bool,
    ) -> Vec<Problem> {
        let mut found = Vec::new();
        let Some(pack) = library.pack(&self.pack) else {
            return vec![self.problem(section.line, format!("没有政策包 {}", self.pack))];
        };
        if section.clauses.is_empty() && !section.tables.is_empty() {
            found.push((
                section.line,
                "标题没有写条款编号，表格证明不了任何条款".to_owned(),
            ));
        }
        for clause in &section.clauses {
            found.extend(quoted(section, clause, pack, library));
        }
        for table in section.tables.iter().filter(|t| wanted(t)) {
            found.extend(match table.header.first().map(String::as_str) {
                Some("日期") => scenario::run(table, pack, &self.calendar),
                Some("包") => boundary::run(table, &section.clauses, library, &self.calendar),
                _ => run_table(table, pack),
            });
        }
        found
            .into_iter()
            .map(|(line, message)| self.problem(line, message))
            .collect()
    }

    fn problem(&self, line: usize, message: String) -> Problem {
        Problem {
            file: self.path.clone(),
            line,
            message,
        }
    }
}

/// A table is recognised by its first column.
fn run_table(table: &Table, pack: &Pack) -> Vec<(usize, String)> {
    match table.header.first().map(String::as_str) {
        Some("项目") => values::items(table, pack),
        Some("清单") => values::lists(table, pack),
        Some("序") => values::steps(table, pack),
        Some("环节") => values::evidence(table, pack),
        Some("文件") => values::documents(table, pack),
        Some("人均纯收入") => values::proposals(table, pack),
        Some("人均可支配收入") => assessed::proposals(table, pack),
        Some("渠道") => leads::received(table, pack),
        Some("测算") => monitoring_line::calculations(table, pack),
        Some("动作") => monitoring_line::acts(table, pack),
        Some("核实结果") => leads::concluded(table, pack),
        other => vec![(
            table.line,
            format!("不认识的表：第一列是 {:?}", other.unwrap_or_default()),
        )],
    }
}

/// Each clause of the heading is quoted (`> HN22-054 …`) in the document's own
/// words; `……` leaves words out. A file over several packs may quote any of them.
fn quoted(
    section: &Section,
    clause: &str,
    pack: &Pack,
    library: &Library,
) -> Option<(usize, String)> {
    let squeeze = |text: &str| {
        text.chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
    };
    let over_several = |table: &Table| table.header.first().is_some_and(|h| h == "包");
    let known = pack.clauses.get(clause).or_else(|| {
        let elsewhere = library.clause(clause);
        elsewhere.filter(|_| section.tables.iter().any(over_several))
    });
    let Some(known) = known else {
        return Some((section.line, format!("政策包里没有条款 {clause}")));
    };
    let Some(quote) = section.quotes.iter().find(|q| q.text.starts_with(clause)) else {
        return Some((
            section.line,
            format!("没有引用条款 {clause} 的原文（> {clause} …）"),
        ));
    };
    let words = squeeze(&known.quote);
    let mut rest = words.as_str();
    for part in quote.text[clause.len()..]
        .split("……")
        .map(squeeze)
        .filter(|p| !p.is_empty())
    {
        match rest.find(&part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => {
                return Some((
                    quote.line,
                    format!("引文与条款 {clause} 的原文不符：{part}"),
                ));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clause_ids_are_found_whole() {
        let found = clause_ids("## HN22-054、HN22-0551 与 XHN22-061，见 WY21-030。");
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            ["HN22-054", "WY21-030"]
        );
    }

    #[test]
    fn a_row_that_does_not_fit_is_named() {
        let problems = parse(
            "a.md",
            "政策包：`x`\n\n# HN22-054\n\n| 项目 | 值 |\n|---|---|\n| a |\n",
        )
        .unwrap_err();
        assert_eq!(problems[0].line, 7);
    }
}
