//! What Word and WPS leave in a text besides the text: who edited when,
//! spelling marks, content controls. And what a paper may not do.

use super::xml::{Element, Node};

/// Elements that go with everything inside.
const REMOVED: [&str; 24] = [
    "proofErr",
    "bookmarkStart",
    "bookmarkEnd",
    "commentRangeStart",
    "commentRangeEnd",
    "commentReference",
    "annotationRef",
    "del",
    "moveFrom",
    "moveFromRangeStart",
    "moveFromRangeEnd",
    "moveToRangeStart",
    "moveToRangeEnd",
    "permStart",
    "permEnd",
    "lastRenderedPageBreak",
    "rsid",
    "rsids",
    "docId",
    "embedRegular",
    "embedBold",
    "embedItalic",
    "embedBoldItalic",
    "webHidden",
];

/// Elements whose content stays in their place.
const UNWRAPPED: [&str; 7] = [
    "ins",
    "moveTo",
    "smartTag",
    "customXml",
    "sdt",
    "sdtContent",
    "hyperlink",
];

/// Elements no paper may have.
const REFUSED: [&str; 6] = [
    "object",
    "control",
    "altChunk",
    "subDoc",
    "oleObject",
    "OLEObject",
];

/// Fields of Word itself that only count pages.
const PAGE_FIELDS: [&str; 4] = ["PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION"];

/// Attributes that tell who edited and when.
fn tells_of_editing(name: &str) -> bool {
    let local = name.rsplit(':').next().unwrap_or(name);
    local.starts_with("rsid")
        || matches!(
            local,
            "author" | "initials" | "date" | "dateUtc" | "paraId" | "textId" | "userId"
        )
}

fn only_counts_pages(instruction: &str) -> bool {
    instruction
        .split_whitespace()
        .next()
        .is_none_or(|word| PAGE_FIELDS.contains(&word.to_uppercase().as_str()))
}

/// The tree without traces.
///
/// # Errors
/// A sentence when the text holds something a paper may not.
pub(super) fn cleaned(mut element: Element) -> Result<Element, String> {
    element
        .attributes
        .retain(|(name, _)| !tells_of_editing(name));
    if matches!(element.local_name(), "docPr" | "cNvPr") {
        // Alternative texts hold the path of the picture on its author's computer.
        element
            .attributes
            .retain(|(name, _)| !matches!(name.as_str(), "descr" | "title"));
        for (name, value) in &mut element.attributes {
            if name == "name" {
                "图片".clone_into(value);
            }
        }
    }
    let instruction = match element.local_name() {
        "instrText" => Some(element.text()),
        "fldSimple" => element
            .attributes
            .iter()
            .find(|(n, _)| n.ends_with("instr"))
            .map(|(_, v)| v.clone()),
        _ => None,
    };
    if instruction.is_some_and(|i| !only_counts_pages(&i)) {
        return Err(
            "模板里有 Word 域（如日期、作者、链接），会自动变化：请改成普通文字；只有页码可以保留"
                .into(),
        );
    }
    let mut children = Vec::with_capacity(element.children.len());
    for child in element.children {
        match child {
            Node::Text(text) => children.push(Node::Text(text)),
            Node::Element(inner) => clean_into(inner, &mut children)?,
        }
    }
    element.children = children;
    Ok(element)
}

fn clean_into(inner: Element, children: &mut Vec<Node>) -> Result<(), String> {
    let local = inner.local_name();
    if REFUSED.contains(&local) {
        return Err("模板里有嵌入的对象或控件，不能接收：请删去后再上传".into());
    }
    if REMOVED.contains(&local)
        || local.ends_with("PrChange")
        || local.ends_with("PrExChange")
        || matches!(
            local,
            "tblGridChange"
                | "numberingChange"
                | "sdtPr"
                | "sdtEndPr"
                | "customXmlPr"
                | "smartTagPr"
        )
    {
        return Ok(());
    }
    if UNWRAPPED.contains(&local) {
        for child in cleaned(inner)?.children {
            children.push(child);
        }
        return Ok(());
    }
    children.push(Node::Element(cleaned(inner)?));
    Ok(())
}
