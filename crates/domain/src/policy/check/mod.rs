//! `shouwang policy check`: what a pack may not say. Every problem names file
//! and line, so that a policy officer can mend it without an engineer.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

use super::Problem;
use super::load::PackSource;
use super::pack::{Clause, Item, Procedure, Provenance, Stated};
use crate::division::Level;

mod figures;
mod lists;
mod procedure;
mod values;
mod words;

use figures::figures;

/// Checks packs against each other and against their clauses; an empty list
/// means they may be loaded.
pub fn check(sources: &[PackSource]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut ids = BTreeMap::new();
    for source in sources {
        let id = &source.file.id;
        if ids.insert(id.get_ref().as_str(), source).is_some() {
            problems.push(source.problem(
                "pack.toml",
                id.span().start,
                format!("政策包编号 {} 重复：每个包的 id 必须唯一", id.get_ref()),
            ));
        }
    }
    for source in sources {
        let mut checker = Checker {
            source,
            clauses: BTreeMap::new(),
            documents: BTreeSet::new(),
            procedures: BTreeMap::new(),
            entry_paths: BTreeSet::new(),
            conveners: Vec::new(),
            tasks: BTreeSet::new(),
            levels: BTreeSet::new(),
            problems: &mut problems,
        };
        if checker.collect_layers(&ids) {
            checker.base_layer(sources);
            checker.pack();
            for procedure in &source.procedures {
                checker.procedure(procedure);
            }
            checker.lists();
        }
    }
    problems
}

struct Checker<'a> {
    source: &'a PackSource,
    /// Clauses this pack may cite: its own and its bases'.
    clauses: BTreeMap<&'a str, &'a Clause>,
    documents: BTreeSet<&'a str>,
    /// Procedures in use: the pack's own, else those that shine through.
    procedures: BTreeMap<&'a str, &'a Procedure>,
    /// Codes of the entry paths of any layer.
    entry_paths: BTreeSet<&'a str>,
    /// Who calls the meeting, in any layer.
    conveners: Vec<&'a Item>,
    /// Codes of the tasks, in any layer.
    tasks: BTreeSet<&'a str>,
    /// Levels of the organisation, in any layer.
    levels: BTreeSet<Level>,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Checker<'a> {
    fn report(&mut self, file: &str, offset: usize, message: String) {
        let problem = self.source.problem(file, offset, message);
        self.problems.push(problem);
    }

    /// Walks the bases; false where one is missing or the chain is a circle.
    fn collect_layers(&mut self, ids: &BTreeMap<&str, &'a PackSource>) -> bool {
        let mut seen = BTreeSet::new();
        let mut layer = self.source;
        loop {
            if !seen.insert(layer.file.id.get_ref().as_str()) {
                let at = self
                    .source
                    .file
                    .based_on
                    .as_ref()
                    .map_or(0, |b| b.span().start);
                self.report(
                    "pack.toml",
                    at,
                    "based_on 绕成了圈：一个包不能以自己为基础".into(),
                );
                return false;
            }
            for clause in &layer.clauses.clauses {
                self.clauses.entry(clause.id.get_ref()).or_insert(clause);
            }
            self.documents
                .extend(layer.file.documents.iter().map(|d| d.id.as_str()));
            for procedure in &layer.procedures {
                self.procedures.entry(&procedure.id).or_insert(procedure);
            }
            self.entry_paths
                .extend(layer.file.entry_paths.iter().map(|p| p.code.as_str()));
            self.conveners.extend(&layer.file.conveners);
            self.tasks
                .extend(layer.file.tasks.iter().map(|t| t.code.as_str()));
            // The uppermost layer that names the levels names them all.
            if self.levels.is_empty() {
                self.levels.extend(layer.file.levels.iter().map(|l| l.code));
            }
            let Some(base) = &layer.file.based_on else {
                return true;
            };
            let Some(next) = ids.get(base.get_ref().as_str()) else {
                let (at, name) = (base.span().start, base.get_ref().clone());
                self.report(
                    "pack.toml",
                    at,
                    format!("找不到 based_on 所指的政策包 {name}"),
                );
                return false;
            };
            layer = next;
        }
    }

    fn clause_known(&mut self, file: &str, clause: &Spanned<String>) -> bool {
        let known = self.clauses.contains_key(clause.get_ref().as_str());
        if !known {
            self.report(
                file,
                clause.span().start,
                format!(
                    "条款 {} 不在本包或其基础包的 clauses.toml 中",
                    clause.get_ref()
                ),
            );
        }
        known
    }

    /// The base layer holds what is practice everywhere: no words of a document
    /// that has a pack of its own.
    fn base_layer(&mut self, sources: &[PackSource]) {
        let file = &self.source.file;
        if file.based_on.is_some() || !file.jurisdiction.is_empty() {
            return;
        }
        for clause in &self.source.clauses.clauses {
            let document = &clause.document;
            let own = sources.iter().find(|s| {
                let says = |c: &Clause| &c.document == document;
                let registers = |d: &super::pack::Document| &d.id == document;
                !s.file.jurisdiction.is_empty()
                    && (s.file.documents.iter().any(registers)
                        || s.clauses.clauses.iter().any(says))
            });
            if let Some(own) = own {
                let message = format!(
                    "基础层不能写条款 {}：文件 {document} 有自己的政策包 {}，请写到那里；各包都要的，基础层按惯例写（source = \"practice\"）",
                    clause.id.get_ref(),
                    own.file.id.get_ref()
                );
                self.report("clauses.toml", clause.id.span().start, message);
            }
        }
    }

    /// Whoever acts or receives sits at a level the organisation has.
    fn level(&mut self, file: &str, at: usize, what: &str, level: Level) {
        // A pack that stands on no base says nothing of levels.
        if !self.levels.is_empty() && !self.levels.contains(&level) {
            let message = format!(
                "{what}在{}级，组织层级 [[level]] 里没有这一级",
                level.label()
            );
            self.report(file, at, message);
        }
    }

    /// An entry of a list carries a clause, or says that it is practice.
    fn entry(
        &mut self,
        file: &str,
        what: &str,
        clause: Option<&Spanned<String>>,
        source: Option<Provenance>,
        fallback: usize,
    ) {
        match (clause, source) {
            (Some(clause), None) => {
                self.clause_known(file, clause);
            }
            (Some(clause), Some(_)) => self.report(
                file,
                clause.span().start,
                format!("{what} 同时写了 clause 和 source：有条款就不是惯例，二者只能有一个"),
            ),
            (None, Some(_)) => {}
            (None, None) => self.report(
                file,
                fallback,
                format!("{what} 没有出处：请写 clause，或写 source = \"practice\"（文件未规定）"),
            ),
        }
    }

    fn stated<T: Clone>(
        &mut self,
        file: &str,
        what: &str,
        stated: &Stated<T>,
        fallback: usize,
        figure: Option<String>,
    ) {
        let at = stated.value.as_ref().map_or(fallback, |v| v.span().start);
        if stated.unstated {
            if let Some(value) = &stated.value {
                self.report(
                    file,
                    value.span().start,
                    format!("{what} 标了 unstated 却有 value：文件未规定的值只能写 default"),
                );
            }
            if let Some(clause) = &stated.clause {
                self.report(
                    file,
                    clause.span().start,
                    format!("{what} 标了 unstated 却写了条款：文件未规定的值没有条款"),
                );
            }
            if stated.default.is_some() && stated.source.is_none() {
                self.report(
                    file,
                    at,
                    format!("{what} 有 default 却没写 source = \"practice\""),
                );
            }
            return;
        }
        if stated.value.is_none() {
            self.report(
                file,
                at,
                format!("{what} 缺 value；文件没有规定时请写 unstated = true"),
            );
            return;
        }
        if stated.default.is_some() {
            self.report(file, at, format!("{what} 已有 value，不能再写 default"));
        }
        self.entry(file, what, stated.clause.as_ref(), stated.source, at);
        if let (Some(figure), Some(clause)) = (figure, &stated.clause) {
            self.figure_stands(file, what, (&figure, stated.derived), clause, at);
        }
    }

    /// A clause-bearing number must stand in the clause's own words; one that
    /// only follows from them says `derived` and stands in the parameters.
    fn figure_stands(
        &mut self,
        file: &str,
        what: &str,
        (figure, derived): (&str, bool),
        clause: &Spanned<String>,
        at: usize,
    ) {
        let Some(found) = self.clauses.get(clause.get_ref().as_str()) else {
            return;
        };
        if figures(&found.quote).contains(figure) {
            return;
        }
        let in_parameters = figures(&found.parameters).contains(figure);
        let id = clause.get_ref();
        let message = match (in_parameters, derived) {
            (true, true) => return,
            (true, false) => format!(
                "{what} 的数字 {figure} 不在条款 {id} 的原文里，只在参数里：由原文推算的请写 derived = true"
            ),
            (false, _) => format!("{what} 的数字 {figure} 不在条款 {id} 的原文或参数里"),
        };
        self.report(file, at, message);
    }

    fn unique<'b>(
        &mut self,
        file: &str,
        group: &str,
        codes: impl Iterator<Item = (&'b str, usize)>,
    ) {
        let mut seen = BTreeSet::new();
        for (code, at) in codes {
            if !seen.insert(code.to_owned()) {
                self.report(file, at, format!("{group} 的编号 {code} 重复"));
            }
            if code.is_empty()
                || !code
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            {
                self.report(
                    file,
                    at,
                    format!("{group} 的编号 {code:?} 只能用小写字母、数字和下划线"),
                );
            }
        }
    }

    fn one_of(&mut self, file: &str, what: &str, stated: &Stated<String>, allowed: &[&str]) {
        if let Some(value) = &stated.value
            && !allowed.contains(&value.get_ref().as_str())
        {
            self.report(
                file,
                value.span().start,
                format!(
                    "{what} {:?} 不认识，只能是 {}",
                    value.get_ref(),
                    allowed.join("、")
                ),
            );
        }
    }
}
