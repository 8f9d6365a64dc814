//! The print view: the same layout and the same data as the Word file, as an
//! A4 page for the browser's printer.

use domain::paper::{Block, Filled, Layout, Row, Value};

use super::marks::{filled, names};

/// Text made safe inside HTML; line breaks stay.
fn escape(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut out, c| {
            match c {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' => out.push_str("&quot;"),
                '\n' => out.push_str("<br>"),
                _ => out.push(c),
            }
            out
        })
}

const STYLE: &str = r#"
@page { size: A4 portrait; margin: 30mm 25mm 28mm; }
body { font: 16pt/1.75 "FangSong", "仿宋", "Noto Serif CJK SC", serif; max-width: 160mm; margin: 10mm auto; color: #000; background: #fff; }
h1 { font: bold 22pt/1.4 "SimSun", "宋体", "Noto Serif CJK SC", serif; text-align: center; margin: 0 0 8mm; }
h2 { font: 16pt/1.75 "SimHei", "黑体", "Noto Sans CJK SC", sans-serif; margin: 4mm 0 0; text-indent: 2em; }
p { margin: 0; }
.indented { text-indent: 2em; }
.centred { text-align: center; }
.right { text-align: right; }
.below { text-align: right; break-before: avoid; }
.first-below { margin-top: 10mm; }
.below + .plain { margin-top: 10mm; }
.small { margin: 3mm 0; font: 10.5pt/1.5 "FangSong", "仿宋", "Noto Serif CJK SC", serif; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; margin: 3mm 0; table-layout: fixed; font-size: 12pt; line-height: 1.5; }
th, td { border: 1px solid #000; padding: 1.5mm 1.5mm; text-align: center; vertical-align: middle; overflow-wrap: anywhere; }
th { font-family: "SimHei", "黑体", "Noto Sans CJK SC", sans-serif; font-weight: normal; }
td.left { text-align: left; }
table.wide { font-size: 14pt; }
thead { display: table-header-group; }
tr { break-inside: avoid; height: 9mm; }
.compact { font-size: 14pt; line-height: 1.6; }
.compact .first-below { margin-top: 3mm; }
.compact h2 { font-size: 14pt; line-height: 1.6; margin-top: 2mm; }
.hint { padding: 2mm 4mm; border: 1px solid #b26a00; border-radius: 4px; font: 11pt/1.6 sans-serif; margin-bottom: 8mm; }
@media print { body { margin: 0 auto; } .hint { display: none; } }
@media screen and (max-width: 720px) { body { margin: 4mm; font-size: 13pt; } table { font-size: 10pt; } }
"#;

/// Up to so many columns a table is set in larger letters.
const WIDE: usize = 4;

fn table(widths: &[u32], rows: &[Row], data: &Filled) -> String {
    let of_row: Vec<&str> = data
        .rows
        .first()
        .map(|r| r.iter().map(|(name, _)| *name).collect())
        .unwrap_or_default();
    let total: u32 = widths.iter().sum::<u32>().max(1);
    // Few columns leave room for letters that are read from a notice board.
    let class = if widths.len() <= WIDE {
        " class=\"wide\""
    } else {
        ""
    };
    let mut out = format!("<table{class}><colgroup>");
    for width in widths {
        out.push_str(&format!("<col style=\"width:{}%\">", width * 100 / total));
    }
    out.push_str("</colgroup>");
    let (heading, body): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|r| r.heading);
    if !heading.is_empty() {
        out.push_str("<thead>");
        for row in heading {
            line(row, data, None, &mut out);
        }
        out.push_str("</thead>");
    }
    out.push_str("<tbody>");
    for row in body {
        let repeats = row
            .cells
            .iter()
            .any(|c| names(&c.text).iter().any(|n| of_row.contains(&n.as_str())));
        if repeats {
            for values in &data.rows {
                line(row, data, Some(values), &mut out);
            }
        } else {
            line(row, data, None, &mut out);
        }
    }
    out.push_str("</tbody></table>");
    out
}

fn line(row: &Row, data: &Filled, values: Option<&[Value]>, out: &mut String) {
    let tag = if row.heading { "th" } else { "td" };
    out.push_str("<tr>");
    for cell in &row.cells {
        let text = escape(&filled(&cell.text, &data.fields, values));
        let left = if cell.left { " class=\"left\"" } else { "" };
        out.push_str(&format!(
            "<{tag} colspan=\"{}\"{left}>{text}</{tag}>",
            cell.span
        ));
    }
    out.push_str("</tr>");
}

/// The whole page; a hint stands above it on the screen and is not printed.
pub(super) fn page(layout: &Layout, data: &Filled, hint: &str) -> String {
    let mut title = String::new();
    let mut body = match hint {
        "" => String::new(),
        hint => format!("<p class=\"hint\" role=\"note\">{}</p>\n", escape(hint)),
    };
    let mut below = false;
    for block in &layout.blocks {
        let text = |text: &str| escape(&filled(text, &data.fields, None));
        let paragraph =
            |class: &str, content: &str| format!("<p class=\"{class}\">{}</p>\n", text(content));
        body.push_str(&match block {
            Block::Title(content) => {
                title = text(content);
                format!("<h1>{title}</h1>\n")
            }
            Block::Heading(content) => format!("<h2>{}</h2>\n", text(content)),
            Block::Centred(content) => paragraph("centred", content),
            Block::RightAbove(content) => paragraph("right", content),
            Block::RightBelow(content) if below => paragraph("below", content),
            Block::RightBelow(content) => paragraph("below first-below", content),
            Block::Plain(content) => paragraph("plain", content),
            Block::Small(content) => paragraph("small", content),
            // Each line is a paragraph of its own, indented like the first.
            Block::Indented(content) => filled(content, &data.fields, None)
                .split('\n')
                .map(|line| format!("<p class=\"indented\">{}</p>\n", escape(line)))
                .collect(),
            Block::Table { widths, rows } => table(widths, rows, data),
        });
        below = matches!(block, Block::RightBelow(_));
    }
    let class = if layout.compact {
        " class=\"compact\""
    } else {
        ""
    };
    format!(
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style></head><body{class}>\n{body}</body></html>"
    )
}
