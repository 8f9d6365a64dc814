//! `cargo xtask papers`: builds the default Word templates of `policy/papers`
//! from their layouts. A4, the margins, sizes and fonts of Chinese official
//! papers; fonts are named, never embedded.

use std::error::Error;
use std::io::{Cursor, Write as _};

use domain::paper::{Block, Layout, PaperKind, Row};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::repository;

/// Width of the text on A4 in twentieths of a point: 210 mm less margins of 28 and 26.
const TEXT_WIDTH: u32 = 8_845;

const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/word/settings.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml"/><Override PartName="/word/fontTable.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.fontTable+xml"/><Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/></Types>"#;

const RELATIONSHIPS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#;

const DOCUMENT_RELATIONSHIPS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/settings" Target="settings.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/fontTable" Target="fontTable.xml"/><Relationship Id="rId4" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer" Target="footer1.xml"/></Relationships>"#;

const SETTINGS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:settings xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/><w:characterSpacingControl w:val="compressPunctuation"/><w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>"#;

const FONTS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:fonts xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:font w:name="仿宋"><w:altName w:val="FangSong"/><w:family w:val="modern"/></w:font><w:font w:name="宋体"><w:altName w:val="SimSun"/><w:family w:val="roman"/></w:font><w:font w:name="黑体"><w:altName w:val="SimHei"/><w:family w:val="swiss"/></w:font></w:fonts>"#;

const FOOTER: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:ftr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:pPr><w:pStyle w:val="PageNumber"/></w:pPr><w:r><w:t xml:space="preserve">— </w:t></w:r><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p></w:ftr>"#;

/// One paragraph style: identifier, name, font, half points, bold, paragraph properties.
const STYLES: [(&str, &str, &str, u32, bool, &str); 14] = [
    (
        "Title",
        "标题",
        "宋体",
        44,
        true,
        r#"<w:spacing w:before="0" w:after="400" w:line="560" w:lineRule="exact"/><w:jc w:val="center"/>"#,
    ),
    (
        "Heading",
        "小标题",
        "黑体",
        32,
        false,
        r#"<w:keepNext/><w:spacing w:before="120" w:line="540" w:lineRule="exact"/><w:ind w:firstLine="640" w:firstLineChars="200"/>"#,
    ),
    (
        "Indented",
        "正文段落",
        "仿宋",
        32,
        false,
        r#"<w:spacing w:line="560" w:lineRule="exact"/><w:ind w:firstLine="640" w:firstLineChars="200"/><w:jc w:val="both"/>"#,
    ),
    (
        "Plain",
        "顶格段落",
        "仿宋",
        30,
        false,
        r#"<w:spacing w:line="520" w:lineRule="exact"/>"#,
    ),
    (
        "Small",
        "小字",
        "仿宋",
        21,
        false,
        r#"<w:spacing w:before="160" w:after="120"/>"#,
    ),
    (
        "Centred",
        "居中",
        "仿宋",
        32,
        false,
        r#"<w:spacing w:line="560" w:lineRule="exact"/><w:jc w:val="center"/>"#,
    ),
    (
        "RightAbove",
        "文号",
        "仿宋",
        32,
        false,
        r#"<w:spacing w:after="240" w:line="560" w:lineRule="exact"/><w:jc w:val="right"/>"#,
    ),
    (
        "FirstBelow",
        "落款",
        "仿宋",
        32,
        false,
        r#"<w:keepNext/><w:keepLines/><w:spacing w:before="640" w:line="560" w:lineRule="exact"/><w:ind w:right="640"/><w:jc w:val="right"/>"#,
    ),
    (
        "Below",
        "落款日期",
        "仿宋",
        32,
        false,
        r#"<w:keepLines/><w:spacing w:line="560" w:lineRule="exact"/><w:ind w:right="640"/><w:jc w:val="right"/>"#,
    ),
    (
        "TableHeading",
        "表头",
        "黑体",
        24,
        false,
        r#"<w:keepNext/><w:spacing w:before="60" w:after="60"/><w:jc w:val="center"/>"#,
    ),
    (
        "TableText",
        "表格文字",
        "仿宋",
        24,
        false,
        r#"<w:spacing w:before="60" w:after="60"/><w:jc w:val="center"/>"#,
    ),
    (
        "TableHeadingLarge",
        "大表头",
        "黑体",
        28,
        false,
        r#"<w:keepNext/><w:spacing w:before="60" w:after="60"/><w:jc w:val="center"/>"#,
    ),
    (
        "TableTextLarge",
        "大表格文字",
        "仿宋",
        28,
        false,
        r#"<w:spacing w:before="60" w:after="60"/><w:jc w:val="center"/>"#,
    ),
    (
        "PageNumber",
        "页码",
        "宋体",
        28,
        false,
        r#"<w:jc w:val="center"/>"#,
    ),
];

fn fonts(name: &str) -> String {
    format!(
        r#"<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman" w:eastAsia="{name}"/>"#
    )
}

/// The same style a size smaller, its lines closer (`! compact`); titles and
/// tables stay.
fn compacted(size: u32, paragraph: &str) -> (u32, String) {
    if !(30..=32).contains(&size) {
        return (size, paragraph.to_owned());
    }
    let closer = ["560", "540", "520"].iter().fold(
        paragraph
            .replace("w:firstLine=\"640\"", "w:firstLine=\"560\"")
            .replace("w:before=\"640\"", "w:before=\"160\""),
        |text, line| text.replace(&format!("w:line=\"{line}\""), "w:line=\"460\""),
    );
    (28, closer)
}

fn styles(compact: bool) -> String {
    let mut out = format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr>{}<w:sz w:val="32"/><w:szCs w:val="32"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>"#,
        fonts("仿宋")
    );
    for (id, name, font, size, bold, paragraph) in STYLES {
        let (size, paragraph) = if compact {
            compacted(size, paragraph)
        } else {
            (size, paragraph.to_owned())
        };
        let bold = if bold { "<w:b/><w:bCs/>" } else { "" };
        out.push_str(&format!(
            r#"<w:style w:type="paragraph" w:customStyle="1" w:styleId="{id}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/><w:pPr>{paragraph}</w:pPr><w:rPr>{}{bold}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>"#,
            fonts(font)
        ));
    }
    out.push_str("</w:styles>");
    out
}

fn paragraph(style: &str, text: &str) -> String {
    paragraph_with(style, text, "")
}

/// A paragraph whose own properties stand over those of its style.
fn paragraph_with(style: &str, text: &str, properties: &str) -> String {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let run = if text.is_empty() {
        String::new()
    } else {
        format!(r#"<w:r><w:t xml:space="preserve">{text}</w:t></w:r>"#)
    };
    format!(r#"<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{run}</w:p>"#)
}

/// Up to so many columns a table is set in larger letters.
const WIDE: usize = 4;

fn left(left: bool) -> &'static str {
    if left { r#"<w:jc w:val="left"/>"# } else { "" }
}

fn table(widths: &[u32], rows: &[Row]) -> String {
    let total: u32 = widths.iter().sum::<u32>().max(1);
    let widths: Vec<u32> = widths.iter().map(|w| w * TEXT_WIDTH / total).collect();
    let border =
        |side: &str| format!(r#"<w:{side} w:val="single" w:sz="6" w:space="0" w:color="000000"/>"#);
    let borders: String = ["top", "left", "bottom", "right", "insideH", "insideV"]
        .iter()
        .map(|s| border(s))
        .collect();
    let grid: String = widths
        .iter()
        .map(|w| format!(r#"<w:gridCol w:w="{w}"/>"#))
        .collect();
    let mut out = format!(
        r#"<w:tbl><w:tblPr><w:tblW w:w="{}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>"#,
        widths.iter().sum::<u32>()
    );
    for row in rows {
        let (header, style) = match (row.heading, widths.len() <= WIDE) {
            (true, true) => ("<w:tblHeader/>", "TableHeadingLarge"),
            (true, false) => ("<w:tblHeader/>", "TableHeading"),
            (false, true) => ("", "TableTextLarge"),
            (false, false) => ("", "TableText"),
        };
        out.push_str(&format!(
            r#"<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="510" w:hRule="atLeast"/>{header}</w:trPr>"#
        ));
        let mut column = 0;
        for cell in &row.cells {
            let width: u32 = widths[column..column + cell.span].iter().sum();
            column += cell.span;
            let span = if cell.span > 1 {
                format!(r#"<w:gridSpan w:val="{}"/>"#, cell.span)
            } else {
                String::new()
            };
            out.push_str(&format!(
                r#"<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}<w:vAlign w:val="center"/></w:tcPr>{}</w:tc>"#,
                paragraph_with(style, &cell.text, left(cell.left))
            ));
        }
        out.push_str("</w:tr>");
    }
    out.push_str("</w:tbl>");
    out
}

fn document(layout: &Layout) -> String {
    let mut body = String::new();
    let is_table = |index: usize| matches!(layout.blocks.get(index), Some(Block::Table { .. }));
    for (index, block) in layout.blocks.iter().enumerate() {
        // Air between text and table, and under a signature.
        let mut air = String::new();
        match index.checked_sub(1).map(|before| &layout.blocks[before]) {
            Some(Block::Table { .. }) => air.push_str(" w:before=\"200\""),
            Some(Block::RightBelow(_)) => air.push_str(" w:before=\"600\""),
            _ => {}
        }
        if is_table(index + 1) {
            air.push_str(" w:after=\"140\"");
        }
        let space = if air.is_empty() {
            air
        } else {
            format!("<w:spacing{air}/>")
        };
        // Seal and date never stand alone on a page: what is signed above stays with them.
        let mut after = layout.blocks[index + 1..].iter();
        let signed = after.find(|b| !matches!(b, Block::Plain(_)));
        let space = match (block, signed) {
            (Block::Plain(_) | Block::Indented(_), Some(Block::RightBelow(_))) => {
                format!("<w:keepNext/>{space}")
            }
            _ => space,
        };
        let first_below = index == 0 || !matches!(layout.blocks[index - 1], Block::RightBelow(_));
        body.push_str(&match block {
            Block::Title(text) => paragraph("Title", text),
            Block::Centred(text) => paragraph("Centred", text),
            Block::RightAbove(text) => paragraph("RightAbove", text),
            Block::RightBelow(text) if first_below => paragraph("FirstBelow", text),
            Block::RightBelow(text) => paragraph("Below", text),
            Block::Plain(text) => paragraph_with("Plain", text, &space),
            Block::Heading(text) => paragraph_with("Heading", text, &space),
            Block::Small(text) => paragraph("Small", text),
            Block::Indented(text) => paragraph_with("Indented", text, &space),
            Block::Table { widths, rows } => table(widths, rows),
        });
    }
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:body>{body}<w:sectPr><w:footerReference w:type="default" r:id="rId4"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1871" w:right="1474" w:bottom="1701" w:left="1587" w:header="851" w:footer="1134" w:gutter="0"/></w:sectPr></w:body></w:document>"#
    )
}

/// The Word file of a layout; the same layout gives the same bytes.
fn template(layout: &Layout) -> Result<Vec<u8>, Box<dyn Error>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [
        ("[Content_Types].xml", CONTENT_TYPES),
        ("_rels/.rels", RELATIONSHIPS),
        ("word/document.xml", &document(layout)),
        ("word/_rels/document.xml.rels", DOCUMENT_RELATIONSHIPS),
        ("word/styles.xml", &styles(layout.compact)),
        ("word/settings.xml", SETTINGS),
        ("word/fontTable.xml", FONTS),
        ("word/footer1.xml", FOOTER),
    ] {
        archive.start_file(name, options)?;
        archive.write_all(text.as_bytes())?;
    }
    Ok(archive.finish()?.into_inner())
}

/// Builds every template.
///
/// # Errors
/// When a layout is missing or does not parse, or a file cannot be written.
pub fn run() -> Result<(), Box<dyn Error>> {
    let folder = repository::root().join("policy/papers");
    for kind in PaperKind::ALL {
        let path = folder.join(format!("{}.layout.txt", kind.as_str()));
        let layout = Layout::parse(&std::fs::read_to_string(&path)?)
            .map_err(|e| format!("{}: {e}", path.display()))?;
        std::fs::write(
            folder.join(format!("{}.docx", kind.as_str())),
            template(&layout)?,
        )?;
    }
    println!("{} templates built", PaperKind::ALL.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn committed_templates_are_those_of_their_layouts() {
        let folder = repository::root().join("policy/papers");
        for kind in PaperKind::ALL {
            let name = kind.as_str();
            let layout = std::fs::read_to_string(folder.join(format!("{name}.layout.txt")))
                .expect("a layout");
            let layout = Layout::parse(&layout).expect("a layout that parses");
            let built = template(&layout).expect("a template");
            let committed = std::fs::read(folder.join(format!("{name}.docx"))).expect("a template");
            assert!(
                built == committed,
                "policy/papers/{name}.docx is stale: run cargo xtask papers"
            );
        }
    }
}
