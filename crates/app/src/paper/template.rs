//! A Word template: opened and checked once, filled as often as needed.

use std::collections::BTreeSet;

use domain::paper::{Filled, PaperKind, Value, field_names};

use super::marks::{ascii_brackets, filled, marks, names, single_marks};
use super::package::{self, Content, Part};
use super::xml::{Element, Node};

/// A template whose fields are known to fit its kind.
#[derive(Debug, Clone)]
pub struct Template {
    parts: Vec<Part>,
}

/// Names a template may use, and those it did use.
struct Names {
    single: BTreeSet<&'static str>,
    of_row: BTreeSet<&'static str>,
}

/// How a sentence about an unknown field begins.
const UNKNOWN: &str = "不认识的字段";

impl Names {
    /// Every field there is, as it is written.
    fn said(&self) -> String {
        let marks = |names: &BTreeSet<&str>| {
            let marks: Vec<String> = names.iter().map(|n| format!("{{{{{n}}}}}")).collect();
            marks.join("、")
        };
        let rows = match self.of_row.is_empty() {
            true => String::new(),
            false => format!("；表格里逐行重复的有{}", marks(&self.of_row)),
        };
        format!(
            "字段要用两对大括号，一字不差：可用的有{}{rows}",
            marks(&self.single)
        )
    }

    fn is_row(&self, text: &str) -> bool {
        names(text).iter().any(|n| self.of_row.contains(n.as_str()))
    }
}

impl Template {
    /// Opens a template of a kind.
    ///
    /// # Errors
    /// Everything that stands against it, one sentence each; unknown fields
    /// are named.
    pub fn open(kind: PaperKind, bytes: &[u8]) -> Result<Self, Vec<String>> {
        let mut parts = package::open(bytes).map_err(|e| vec![e])?;
        let (single, of_row) = field_names(kind);
        let names = Names {
            single: single.into_iter().collect(),
            of_row: of_row.into_iter().collect(),
        };
        let mut problems = Vec::new();
        let (mut rows, mut used) = (0, BTreeSet::new());
        for part in &mut parts {
            if let Content::Text(root) = &mut part.content {
                join_fields(root);
                check(root, &names, false, &mut rows, &mut problems);
                root.each(&mut |e| {
                    if is(e, "t") {
                        used.extend(self::names(&e.text()));
                    }
                });
            }
        }
        let missing: Vec<String> = kind
            .demanded_in_row()
            .iter()
            .filter(|name| rows > 0 && !used.contains(**name))
            .map(|name| format!("{{{{{name}}}}}"))
            .collect();
        if !missing.is_empty() {
            problems.push(format!(
                "逐行重复的那一行里少了{}：这种文书每一户都要写明，请补上",
                missing.join("、")
            ));
        }
        if problems.is_empty() && rows == 0 && !names.of_row.is_empty() {
            let some: Vec<String> = names
                .of_row
                .iter()
                .map(|n| format!("{{{{{n}}}}}"))
                .collect();
            problems.push(format!(
                "没有找到要逐行重复的表格行：请在表格的一行里写上{}等字段",
                some.join("、")
            ));
        }
        if rows > 1 {
            problems.push("有两行以上用了逐行字段：一份模板只能有一行会重复".into());
        }
        if problems.is_empty() {
            Ok(Self { parts })
        } else {
            problems.dedup();
            if problems.iter().any(|p| p.starts_with(UNKNOWN)) {
                problems.push(names.said());
            }
            Err(problems)
        }
    }

    /// What is typed into the template, paragraph by paragraph.
    pub fn typed(&self) -> Vec<String> {
        let mut paragraphs = Vec::new();
        for part in &self.parts {
            if let Content::Text(root) = &part.content {
                root.each(&mut |e| {
                    if is(e, "p") {
                        paragraphs.push(all_text(e));
                    }
                });
            }
        }
        paragraphs
    }

    /// The paper as a Word file.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn fill(&self, data: &Filled) -> Result<Vec<u8>, String> {
        let of_row: BTreeSet<&str> = data.rows.iter().flatten().map(|(name, _)| *name).collect();
        package::write(&self.parts, &|part| match &part.content {
            Content::Fixed(bytes) => bytes.clone(),
            Content::Text(root) => {
                let mut root = root.clone();
                fill_in(&mut root, data, None, &of_row);
                root.to_part()
            }
        })
    }
}

fn is(element: &Element, name: &str) -> bool {
    element.name == format!("w:{name}")
}

/// The pieces of text of a paragraph in reading order, `None` where
/// something stands between them. Paragraphs inside (text boxes) are left out.
fn pieces<'a>(element: &'a mut Element, found: &mut Vec<Option<&'a mut String>>) {
    for child in element.elements_mut() {
        match child.name.as_str() {
            "w:t" => {
                if child.children.is_empty() {
                    child.children.push(Node::Text(String::new()));
                }
                if let Some(Node::Text(text)) = child.children.first_mut() {
                    found.push(Some(text));
                }
            }
            "w:rPr" | "w:pPr" => {}
            "w:br" | "w:tab" | "w:cr" | "w:p" | "w:drawing" | "w:pict" => found.push(None),
            _ => pieces(child, found),
        }
    }
}

/// Word and WPS split `{{字段}}` over several runs: every field moves whole
/// into the run it begins in.
fn join_fields(element: &mut Element) {
    if is(element, "p") {
        let mut found = Vec::new();
        pieces(element, &mut found);
        for together in found.split_mut(Option::is_none) {
            let mut texts: Vec<&mut String> = together
                .iter_mut()
                .filter_map(|p| p.as_deref_mut())
                .collect();
            join(&mut texts);
        }
    }
    for child in element.elements_mut() {
        join_fields(child);
    }
}

fn join(texts: &mut [&mut String]) {
    let whole: String = texts.iter().map(|t| t.as_str()).collect();
    let owners: Vec<usize> = texts
        .iter()
        .enumerate()
        .flat_map(|(index, t)| std::iter::repeat_n(index, t.chars().count()))
        .collect();
    let whole: Vec<char> = ascii_brackets(&whole).chars().collect();
    for text in texts.iter_mut() {
        text.clear();
    }
    let mut inside: Option<usize> = None;
    let mut at = 0;
    while at < whole.len() {
        let pair = |c: char| whole[at] == c && whole.get(at + 1) == Some(&c);
        let width = if pair('{') || pair('}') { 2 } else { 1 };
        if pair('{') && inside.is_none() {
            inside = Some(owners[at]);
        }
        let closes = pair('}');
        for (c, owner) in whole[at..at + width].iter().zip(&owners[at..at + width]) {
            texts[inside.unwrap_or(*owner)].push(*c);
        }
        if closes {
            inside = None;
        }
        at += width;
    }
}

/// Every text of an element, nested ones included.
fn all_text(element: &Element) -> String {
    let mut text = String::new();
    element.each(&mut |e| {
        if is(e, "t") {
            text.push_str(&e.text());
        }
    });
    text
}

/// Whether a row is the one to repeat: it holds line fields, and no row inside
/// it does.
fn repeats(row: &Element, is_row: &dyn Fn(&str) -> bool) -> bool {
    let mut inner = false;
    for child in row.elements() {
        child.each(&mut |e| inner |= is(e, "tr") && is_row(&all_text(e)));
    }
    !inner && is_row(&all_text(row))
}

fn check(
    element: &Element,
    names_allowed: &Names,
    in_row: bool,
    rows: &mut usize,
    problems: &mut Vec<String>,
) {
    let mut in_row = in_row;
    if is(element, "tr") && repeats(element, &|t| names_allowed.is_row(t)) {
        *rows += 1;
        in_row = true;
    }
    let text = element.text();
    let off = |(name, value): &(String, String)| {
        name == "w:val" && matches!(value.as_str(), "0" | "false" | "off")
    };
    let hides = ["vanish", "specVanish", "webHidden"]
        .iter()
        .any(|name| is(element, name));
    if hides && !element.attributes.iter().any(off) {
        problems.push("模板里有隐藏的文字：看不见也会随文件发出去，请取消隐藏或删去".into());
    }
    if is(element, "p") {
        for mark in single_marks(&all_text(element)) {
            let problem = format!("{UNKNOWN}“{mark}”：只有一对括号，会照原样印出来");
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
    }
    if is(element, "t") {
        match marks(&text) {
            Err(problem) => problems.push(problem),
            Ok(_) => {
                for name in names(&text) {
                    if names_allowed.of_row.contains(name.as_str()) {
                        if !in_row {
                            problems.push(format!("字段“{name}”只能写在表格里要重复的那一行"));
                        }
                    } else if !names_allowed.single.contains(name.as_str()) {
                        problems.push(format!("{UNKNOWN}“{name}”"));
                    }
                }
            }
        }
    } else if text.contains("{{") || element.attributes.iter().any(|(_, v)| v.contains("{{")) {
        problems.push("字段写在了图形或艺术字里，填不进去：请写在正文或表格里".into());
    }
    for child in element.elements() {
        check(child, names_allowed, in_row, rows, problems);
    }
}

fn fill_in(element: &mut Element, data: &Filled, row: Option<&[Value]>, of_row: &BTreeSet<&str>) {
    let is_row = |text: &str| names(text).iter().any(|n| of_row.contains(n.as_str()));
    let mut children = Vec::with_capacity(element.children.len());
    for child in std::mem::take(&mut element.children) {
        match child {
            Node::Element(one) if row.is_none() && is(&one, "tr") && repeats(&one, &is_row) => {
                for values in &data.rows {
                    let mut line = one.clone();
                    fill_in(&mut line, data, Some(values), of_row);
                    children.push(Node::Element(line));
                }
            }
            Node::Element(one) if is(&one, "t") => {
                children.extend(texts(&filled(&one.text(), &data.fields, row)));
            }
            Node::Element(mut one) => {
                fill_in(&mut one, data, row, of_row);
                match (is(&one, "p"), is(element, "tc")) {
                    (true, false) => {
                        children.extend(paragraphs(one).into_iter().map(Node::Element));
                    }
                    // The lines of a cell stay together in one paragraph.
                    (true, true) => {
                        unmark(&mut one);
                        children.push(Node::Element(one));
                    }
                    (false, _) => children.push(Node::Element(one)),
                }
            }
            text @ Node::Text(_) => children.push(text),
        }
    }
    element.children = children;
}

/// A paragraph filled with several lines as a paragraph for each: before a line
/// break justified text is drawn out over the whole line, and only a paragraph
/// is indented. Runs that lie inside something else keep their breaks.
fn paragraphs(paragraph: Element) -> Vec<Element> {
    let with = |like: &Element, kept: &str| {
        let mut one = Element::new(&like.name);
        let properties = like.elements().filter(|e| is(e, kept));
        one.children = properties.cloned().map(Node::Element).collect();
        one
    };
    let mut first = with(&paragraph, "pPr");
    first.attributes.clone_from(&paragraph.attributes);
    let mut lines = vec![first];
    for child in &paragraph.children {
        let run = match child {
            Node::Element(e) if is(e, "pPr") => continue,
            Node::Element(e) if is(e, "r") => e,
            other => {
                if let Some(line) = lines.last_mut() {
                    line.children.push(other.clone());
                }
                continue;
            }
        };
        let mut part = with(run, "rPr");
        part.attributes.clone_from(&run.attributes);
        for inside in &run.children {
            match inside {
                Node::Element(e) if is(e, "rPr") => {}
                Node::Element(e) if filled_break(e) => {
                    let next = with(run, "rPr");
                    let done = std::mem::replace(&mut part, next);
                    if let Some(line) = lines.last_mut() {
                        line.children.push(Node::Element(done));
                    }
                    lines.push(with(&paragraph, "pPr"));
                }
                other => part.children.push(other.clone()),
            }
        }
        if let Some(line) = lines.last_mut() {
            line.children.push(Node::Element(part));
        }
    }
    // The end of a section stands in one paragraph only, the last.
    if let Some((_, before)) = lines.split_last_mut() {
        for line in before {
            for properties in line.elements_mut().filter(|e| is(e, "pPr")) {
                let ends = |n: &Node| matches!(n, Node::Element(e) if is(e, "sectPr"));
                properties.children.retain(|n| !ends(n));
            }
        }
    }
    lines
}

/// How Word writes the break of a line; said in full, it is one of ours.
const LINE: (&str, &str) = ("w:type", "textWrapping");

/// The breaks of a cell as Word writes them.
fn unmark(element: &mut Element) {
    if filled_break(element) {
        element.attributes.clear();
    }
    for child in element.elements_mut() {
        unmark(child);
    }
}

/// A break that came with a value, not with the template.
fn filled_break(element: &Element) -> bool {
    let ours = |(name, value): &(String, String)| (name.as_str(), value.as_str()) == LINE;
    is(element, "br") && element.attributes.iter().any(ours)
}

/// A text as Word holds it: line breaks are elements of their own, until
/// [`paragraphs`] parts them where it can.
fn texts(text: &str) -> Vec<Node> {
    let mut nodes = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            let mut line = Element::new("w:br");
            line.attributes.push((LINE.0.into(), LINE.1.into()));
            nodes.push(Node::Element(line));
        }
        let mut one = Element::new("w:t");
        one.attributes.push(("xml:space".into(), "preserve".into()));
        one.children.push(Node::Text(line.to_owned()));
        nodes.push(Node::Element(one));
    }
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_split_over_runs_is_joined() {
        let part = "<w:p><w:r><w:t>户主{</w:t></w:r><w:r><w:t>{户</w:t></w:r><w:r><w:t>主}</w:t></w:r><w:r><w:t>}，</w:t></w:r></w:p>";
        let mut root = super::super::xml::parse(part.as_bytes()).expect("a part");
        join_fields(&mut root);
        let texts: Vec<String> = root.elements().map(all_text).collect();
        assert_eq!(texts, ["户主{{户主}}", "", "", "，"]);
    }

    #[test]
    fn a_break_parts_fields() {
        let part = "<w:p><w:r><w:t>{{户</w:t><w:br/><w:t>主}}</w:t></w:r></w:p>";
        let mut root = super::super::xml::parse(part.as_bytes()).expect("a part");
        join_fields(&mut root);
        assert_eq!(all_text(&root), "{{户主}}");
        assert!(
            marks(
                &root
                    .elements()
                    .next()
                    .expect("a run")
                    .elements()
                    .next()
                    .expect("a text")
                    .text()
            )
            .is_err()
        );
    }
}
