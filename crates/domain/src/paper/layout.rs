//! How a paper is laid out before a county changes it: a few marks a line,
//! read both by the builder of the default templates and by the print view.
//!
//! | line begins with | is |
//! |---|---|
//! | `# ` | the title |
//! | `~ ` | a centred line under the title |
//! | `@ ` | a line at the right, above the text (document number) |
//! | `> ` | a line at the right, below the text (signature, date) |
//! | `- ` | a paragraph without indent |
//! | `= ` | a heading inside the text |
//! | `. ` | small print |
//! | `! compact` | the whole page in smaller letters, lines closer: what is signed together stays on one page |
//! | `\|= 1 3 2` | a table begins; relative widths of its columns |
//! | `\|# a \| b` | its heading row |
//! | `\| a \| b` | a row; a cell `<` joins the cell at its left, `← a` stands at the left |
//! | anything else | an indented paragraph |

/// One part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    Title(String),
    Centred(String),
    RightAbove(String),
    RightBelow(String),
    Plain(String),
    Heading(String),
    Small(String),
    Indented(String),
    Table { widths: Vec<u32>, rows: Vec<Row> },
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub heading: bool,
    pub cells: Vec<Cell>,
}

/// A cell and how many columns it spans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    pub text: String,
    pub span: usize,
    /// Longer text reads better from the left than centred.
    pub left: bool,
}

/// A page, top to bottom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    pub blocks: Vec<Block>,
    /// Smaller letters and closer lines, for a page that holds much.
    pub compact: bool,
}

/// How a line begins, and what it then is.
type Mark = (&'static str, fn(String) -> Block);

fn row(text: &str, heading: bool) -> Row {
    let mut cells: Vec<Cell> = Vec::new();
    for cell in text.split('|').map(str::trim) {
        match cells.last_mut() {
            Some(left) if cell == "<" => left.span += 1,
            _ => cells.push(Cell {
                text: cell.trim_start_matches("← ").to_owned(),
                span: 1,
                left: cell.starts_with("← "),
            }),
        }
    }
    Row { heading, cells }
}

impl Layout {
    /// Reads a layout file.
    ///
    /// # Errors
    /// A sentence naming the line: a row outside a table, or one whose cells
    /// do not fill the columns.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut blocks = Vec::new();
        let mut compact = false;
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            if line == "! compact" {
                compact = true;
                continue;
            }
            if let Some(widths) = line.strip_prefix("|=") {
                let widths = widths
                    .split_whitespace()
                    .map(|w| {
                        w.parse()
                            .map_err(|_| format!("第 {number} 行：列宽 {w} 不是数字"))
                    })
                    .collect::<Result<_, _>>()?;
                let rows = Vec::new();
                blocks.push(Block::Table { widths, rows });
                continue;
            }
            if let Some(cells) = line.strip_prefix('|') {
                let Some(Block::Table { widths, rows }) = blocks.last_mut() else {
                    return Err(format!("第 {number} 行：表格行前面要有列宽（|= …）"));
                };
                let new = match cells.strip_prefix('#') {
                    Some(cells) => row(cells, true),
                    None => row(cells, false),
                };
                let columns: usize = new.cells.iter().map(|c| c.span).sum();
                if columns != widths.len() {
                    return Err(format!(
                        "第 {number} 行：有 {columns} 列，表格应有 {} 列",
                        widths.len()
                    ));
                }
                rows.push(new);
                continue;
            }
            let marks: [Mark; 7] = [
                ("# ", Block::Title),
                ("~ ", Block::Centred),
                ("@ ", Block::RightAbove),
                ("> ", Block::RightBelow),
                ("- ", Block::Plain),
                ("= ", Block::Heading),
                (". ", Block::Small),
            ];
            blocks.push(
                marks
                    .iter()
                    .find_map(|(mark, block)| Some(block(line.strip_prefix(mark)?.to_owned())))
                    .unwrap_or_else(|| Block::Indented(line.to_owned())),
            );
        }
        Ok(Self { blocks, compact })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_join_cells() {
        let layout = Layout::parse("# 标题\n|= 1 2 1\n|# 甲 | 乙 | 丙\n| ← {{值}} | < | 丁\n")
            .expect("a layout");
        let Block::Table { rows, .. } = &layout.blocks[1] else {
            panic!("no table");
        };
        assert!(rows[0].heading);
        assert_eq!(
            rows[1].cells[0],
            Cell {
                text: "{{值}}".into(),
                span: 2,
                left: true
            }
        );
        assert!(Layout::parse("|= 1 2\n| 甲").is_err());
        assert!(Layout::parse("| 甲").is_err());
    }
}
