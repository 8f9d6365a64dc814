//! Taking a Word file apart: what is in it, what may stay, what is refused.
//! Everything that tells of its author or leads outside is left behind.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read as _, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::xml::{self, Element, Node};

/// Largest accepted template, in bytes.
pub const MAX_TEMPLATE_BYTES: usize = 2 * 1024 * 1024;
const MOST_ENTRIES: usize = 200;
const LARGEST_PART: u64 = 8 * 1024 * 1024;
const LARGEST_TOTAL: u64 = 16 * 1024 * 1024;

const DOCUMENT_TYPE: &str =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
const RELATIONSHIP_NAMESPACE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const DOCUMENT_RELATIONSHIP: &str =
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument";

/// Kinds of relationship a paper may have, by the end of their address.
const KEPT: [&str; 10] = [
    "styles",
    "numbering",
    "settings",
    "fontTable",
    "theme",
    "header",
    "footer",
    "footnotes",
    "endnotes",
    "image",
];
/// Kinds left behind: a paper does without, and they tell of its author.
const DROPPED: [&str; 11] = [
    "webSettings",
    "customXml",
    "comments",
    "commentsExtended",
    "commentsIds",
    "commentsExtensible",
    "people",
    "glossaryDocument",
    "stylesWithEffects",
    "printerSettings",
    "keyMapCustomizations",
];
/// What settings may keep; the rest (edit sessions, data sources, protection) goes.
const SETTINGS: [&str; 12] = [
    "zoom",
    "evenAndOddHeaders",
    "mirrorMargins",
    "defaultTabStop",
    "autoHyphenation",
    "drawingGridHorizontalSpacing",
    "drawingGridVerticalSpacing",
    "characterSpacingControl",
    "footnotePr",
    "endnotePr",
    "compat",
    "themeFontLang",
];

/// A part that stays.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub name: String,
    pub content_type: String,
    /// Kept relationships: id, type, target as written.
    pub relationships: Vec<(String, String, String)>,
    pub content: Content,
}

/// What a part holds.
#[derive(Debug, Clone)]
pub(super) enum Content {
    /// Text that people read, with fields.
    Text(Element),
    /// Styles, numbering, pictures: written back as they are.
    Fixed(Vec<u8>),
}

type Files = BTreeMap<String, Vec<u8>>;

fn unreadable() -> String {
    "打不开这个文件：请用 Word 或 WPS 另存为 .docx 再上传".to_owned()
}

/// Inflates every entry within the limits, whatever its header claims.
fn files(bytes: &[u8]) -> Result<Files, String> {
    if bytes.len() > MAX_TEMPLATE_BYTES {
        return Err("文件超过 2 MB：模板里的图片太大，请压缩图片后再上传".into());
    }
    let too_large = || "文件展开后太大，不像一份文书模板，不能接收".to_owned();
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
    if archive.len() > MOST_ENTRIES {
        return Err(too_large());
    }
    let (mut found, mut total) = (Files::new(), 0u64);
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|_| unreadable())?;
        let name = entry.name().map_err(|_| unreadable())?.into_owned();
        if name.ends_with('/') {
            continue;
        }
        if name.contains("..") || name.contains('\\') || name.starts_with('/') {
            return Err("文件内部的路径不正常，不能接收".into());
        }
        let mut content = Vec::new();
        entry
            .take(LARGEST_PART + 1)
            .read_to_end(&mut content)
            .map_err(|_| unreadable())?;
        total += content.len() as u64;
        if content.len() as u64 > LARGEST_PART || total > LARGEST_TOTAL {
            return Err(too_large());
        }
        found.insert(name, content);
    }
    Ok(found)
}

fn relationships_name(part: &str) -> String {
    match part.rsplit_once('/') {
        Some((folder, file)) => format!("{folder}/_rels/{file}.rels"),
        None => format!("_rels/{part}.rels"),
    }
}

/// The part a relationship of `part` leads to.
fn target_of(part: &str, target: &str) -> Option<String> {
    if let Some(whole) = target.strip_prefix('/') {
        return Some(whole.to_owned());
    }
    let mut folders: Vec<&str> = part.split('/').collect();
    folders.pop();
    for step in target.split('/') {
        match step {
            ".." => {
                folders.pop()?;
            }
            "." => {}
            name => folders.push(name),
        }
    }
    Some(folders.join("/"))
}

/// Content types by part name; defaults by extension stand under `.ext`.
fn content_types(files: &Files) -> Result<BTreeMap<String, String>, String> {
    let part = files.get("[Content_Types].xml").ok_or_else(unreadable)?;
    let root = xml::parse(part).map_err(|_| unreadable())?;
    Ok(root
        .elements()
        .filter_map(|e| {
            let kind = e.attribute("ContentType")?;
            let key = match e.local_name() {
                "Override" => e.attribute("PartName")?.trim_start_matches('/').to_owned(),
                _ => format!(".{}", e.attribute("Extension")?.to_lowercase()),
            };
            Some((key, kind))
        })
        .collect())
}

/// Refuses what leads outside, wherever it hides.
fn nothing_outside(files: &Files) -> Result<(), String> {
    for (name, bytes) in files.iter().filter(|(n, _)| n.ends_with(".rels")) {
        let root = xml::parse(bytes).map_err(|_| unreadable())?;
        if root.elements().any(|r| {
            r.attribute("TargetMode")
                .is_some_and(|m| m.eq_ignore_ascii_case("external"))
        }) {
            let place = if name.contains("settings") {
                "“开发工具—文档模板”里附加了别的模板"
            } else {
                "有超链接或链接的图片"
            };
            return Err(format!("模板里有指向外部的链接（{place}），请去掉后再上传"));
        }
    }
    Ok(())
}

/// Takes a Word file apart.
///
/// # Errors
/// A sentence that says what to change.
pub(super) fn open(bytes: &[u8]) -> Result<Vec<Part>, String> {
    let files = files(bytes)?;
    let types = content_types(&files)?;
    if files
        .keys()
        .any(|n| n.to_lowercase().contains("vbaproject"))
        || types
            .values()
            .any(|t| t.to_lowercase().contains("macroenabled"))
    {
        return Err("模板里有宏，不能接收：请另存为不带宏的 .docx".into());
    }
    nothing_outside(&files)?;
    let root =
        xml::parse(files.get("_rels/.rels").ok_or_else(unreadable)?).map_err(|_| unreadable())?;
    let document = root
        .elements()
        .find(|r| {
            r.attribute("Type")
                .is_some_and(|t| t.ends_with("/officeDocument"))
        })
        .and_then(|r| target_of("", &r.attribute("Target")?))
        .ok_or_else(unreadable)?;
    if types.get(&document).is_none_or(|t| t != DOCUMENT_TYPE) {
        return Err("这不是 .docx 文书：请用 Word 或 WPS 另存为“Word 文档（.docx）”".into());
    }
    let mut parts = Vec::new();
    let mut seen = BTreeSet::from([document.clone()]);
    let mut open = vec![(document, "document".to_owned())];
    while let Some((name, role)) = open.pop() {
        let bytes = files.get(&name).ok_or_else(unreadable)?;
        let extension = name.rsplit('.').next().unwrap_or_default().to_lowercase();
        let content_type = types
            .get(&name)
            .or_else(|| types.get(&format!(".{extension}")))
            .cloned()
            .unwrap_or_default();
        let relationships = match role.as_str() {
            // Embedded fonts and attached templates stay behind.
            "fontTable" | "settings" => Vec::new(),
            _ => kept_relationships(&files, &name)?,
        };
        for (_, kind, target) in &relationships {
            let target = target_of(&name, target).ok_or_else(unreadable)?;
            if seen.insert(target.clone()) {
                open.push((target, role_of(kind).to_owned()));
            }
        }
        parts.push(Part {
            content: content(&role, bytes)?,
            content_type,
            relationships,
            name,
        });
    }
    Ok(parts)
}

fn role_of(kind: &str) -> &str {
    kind.rsplit('/').next().unwrap_or(kind)
}

fn kept_relationships(files: &Files, part: &str) -> Result<Vec<(String, String, String)>, String> {
    let Some(bytes) = files.get(&relationships_name(part)) else {
        return Ok(Vec::new());
    };
    let root = xml::parse(bytes).map_err(|_| unreadable())?;
    let mut kept = Vec::new();
    for one in root.elements() {
        let value = |name| one.attribute(name).ok_or_else(unreadable);
        let (id, kind, target) = (value("Id")?, value("Type")?, value("Target")?);
        if KEPT.contains(&role_of(&kind)) {
            kept.push((id, kind, target));
        } else if !DROPPED.contains(&role_of(&kind)) {
            return Err(
                "模板里有图表、嵌入对象或控件一类的内容，不能接收：请删去，只留文字、表格和图片"
                    .into(),
            );
        }
    }
    Ok(kept)
}

fn content(role: &str, bytes: &[u8]) -> Result<Content, String> {
    if role == "image" {
        return picture(bytes).map(Content::Fixed);
    }
    let mut root = xml::parse(bytes).map_err(|_| unreadable())?;
    if role == "settings" {
        root.children.retain(|c| match c {
            Node::Element(e) => SETTINGS.contains(&e.local_name()),
            Node::Text(_) => false,
        });
    }
    let root = super::clean::cleaned(root)?;
    Ok(match role {
        "document" | "header" | "footer" | "footnotes" | "endnotes" => Content::Text(root),
        _ => Content::Fixed(root.to_part()),
    })
}

/// A picture drawn anew: nothing a camera or program wrote beside it stays.
fn picture(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let refused = || "模板里的图片只能是 JPG 或 PNG，请换一张再上传".to_owned();
    let format = match bytes {
        [0xFF, 0xD8, ..] => image::ImageFormat::Jpeg,
        [0x89, b'P', b'N', b'G', ..] => image::ImageFormat::Png,
        _ => return Err(refused()),
    };
    crate::attachment::redraw(bytes, format).map_err(|_| refused())
}

fn relationships_part(relationships: &[(String, String, String)]) -> Vec<u8> {
    let mut root = Element::new("Relationships");
    root.attributes
        .push(("xmlns".into(), RELATIONSHIP_NAMESPACE.into()));
    for (id, kind, target) in relationships {
        let mut one = Element::new("Relationship");
        for (name, value) in [("Id", id), ("Type", kind), ("Target", target)] {
            let value = quick_xml::escape::escape(value.as_str()).into_owned();
            one.attributes.push((name.into(), value));
        }
        root.children.push(Node::Element(one));
    }
    root.to_part()
}

fn types_part(parts: &[Part]) -> Vec<u8> {
    let mut root = Element::new("Types");
    let namespace = "http://schemas.openxmlformats.org/package/2006/content-types";
    root.attributes.push(("xmlns".into(), namespace.into()));
    let mut add = |name: &str, key: &str, of: &str, kind: &str| {
        let mut one = Element::new(name);
        one.attributes.push((key.into(), of.into()));
        one.attributes.push(("ContentType".into(), kind.into()));
        root.children.push(Node::Element(one));
    };
    add(
        "Default",
        "Extension",
        "rels",
        "application/vnd.openxmlformats-package.relationships+xml",
    );
    add("Default", "Extension", "xml", "application/xml");
    for part in parts {
        add(
            "Override",
            "PartName",
            &format!("/{}", part.name),
            &part.content_type,
        );
    }
    root.to_part()
}

/// A Word file of these parts: no properties, no dates, no author.
///
/// # Errors
/// When the archive cannot be written.
pub(super) fn write(parts: &[Part], content: &dyn Fn(&Part) -> Vec<u8>) -> Result<Vec<u8>, String> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(3))
        .last_modified_time(DateTime::default());
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, bytes: &[u8]| {
        archive
            .start_file(name, options)
            .map_err(|e| e.to_string())?;
        archive.write_all(bytes).map_err(|e| e.to_string())
    };
    let document = parts.first().ok_or("a paper without a document")?;
    let to_document = (
        "rId1".to_owned(),
        DOCUMENT_RELATIONSHIP.to_owned(),
        document.name.clone(),
    );
    add("[Content_Types].xml", &types_part(parts))?;
    add("_rels/.rels", &relationships_part(&[to_document]))?;
    for part in parts {
        add(&part.name, &content(part))?;
        if !part.relationships.is_empty() {
            let bytes = relationships_part(&part.relationships);
            add(&relationships_name(&part.name), &bytes)?;
        }
    }
    let finished = archive.finish().map_err(|e| e.to_string())?;
    Ok(finished.into_inner())
}
