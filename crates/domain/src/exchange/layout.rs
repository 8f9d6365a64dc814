//! A layout: one family of workbooks as data (`policy/layouts/*.toml`).

use std::collections::{BTreeSet, HashMap};

use serde::Deserialize;

use crate::typed_text::comparison_key;

/// Why a layout cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// Not of the format; the message names the line.
    #[error("样表文件不合格式：{0}")]
    Format(String),
    /// A column or sheet says something impossible.
    #[error("样表“{sheet}”的“{header}”：{reason}")]
    Column {
        sheet: String,
        header: String,
        reason: String,
    },
}

/// What one row of a sheet stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowIs {
    Member,
    Employment,
    Village,
}

/// Whom a column describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnScope {
    Member,
    Household,
    Employment,
    Village,
}

/// Which key a column carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    Household,
    Person,
}

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    Text,
    IdentityNumber,
    Phone,
    Integer,
    Decimal,
    MoneyYuan,
    YearMonth,
    Date,
    YesNo,
    Code,
    Codes,
    AreaMu,
    Km,
}

/// One column of the form.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The header on export.
    pub header: String,
    /// Others seen in use.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Dotted target, e.g. `member.name`.
    pub field: String,
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// Code list of `code` and `codes`.
    pub list: Option<String>,
    pub scope: ColumnScope,
    /// The column must be there and each cell filled.
    #[serde(default)]
    pub required: bool,
    pub key: Option<Key>,
    /// Whether an empty cell of a required column holds its household back;
    /// otherwise it is reported, and the rest is taken over.
    #[serde(default = "yes")]
    pub holds_back: bool,
    /// Bounds, both included: of the number, or of the number of characters.
    pub min: Option<f64>,
    pub max: Option<f64>,
}

fn yes() -> bool {
    true
}

impl Column {
    /// Whether the sheet cannot be read without this column.
    pub fn is_needed(&self) -> bool {
        self.required || self.key.is_some()
    }

    /// The header without its unit, for showing.
    pub fn label(&self) -> &str {
        &self.header
    }
}

/// One kind of sheet.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    pub id: String,
    /// Tab name on export.
    pub name: String,
    #[serde(default)]
    pub aliases: Vec<String>,
    pub row_is: RowIs,
    #[serde(rename = "column")]
    pub columns: Vec<Column>,
    /// Header or alias, in comparison form, to column index.
    #[serde(skip)]
    by_header: HashMap<String, usize>,
    #[serde(skip)]
    by_field: HashMap<String, usize>,
}

impl Sheet {
    /// The column a header names, and whether by its first name.
    pub fn column_of_header(&self, header: &str) -> Option<(usize, bool)> {
        let key = comparison_key(header);
        let index = *self.by_header.get(&key)?;
        Some((index, comparison_key(&self.columns[index].header) == key))
    }

    /// Index of the column of a field.
    pub fn column_of_field(&self, field: &str) -> Option<usize> {
        self.by_field.get(field).copied()
    }

    fn is_named(&self, tab: &str) -> bool {
        let key = comparison_key(tab);
        std::iter::once(&self.name)
            .chain(&self.aliases)
            .any(|name| comparison_key(name) == key)
    }
}

/// One family of workbooks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    pub id: String,
    pub title: String,
    /// 1-based row of the headers; a hint, offices insert rows.
    pub header_row: u32,
    /// How a household key begins that holds a household's rows together in
    /// one file and is no 户编号: the national system has not given one yet.
    pub temporary_key: String,
    /// How the text of a row begins that is no data: totals, signatures.
    #[serde(default)]
    pub not_data: Vec<String>,
    /// `YYYY-MM`: nobody was monitored before.
    #[serde(default)]
    pub monitored_since: String,
    #[serde(rename = "sheet")]
    pub sheets: Vec<Sheet>,
}

/// First parts of the field names the importer knows. What stands under them
/// and has no place in the household file is kept as the office's own value.
const FIELD_GROUPS: [&str; 11] = [
    "division",
    "household",
    "member",
    "identification",
    "clearance",
    "assistance",
    "assistance_officer",
    "monitoring_contact",
    "employment",
    "planned_employment",
    "village",
];

impl Layout {
    /// Reads and checks a layout; `lists` are the code lists there are.
    ///
    /// # Errors
    /// The first thing that is wrong, with sheet and column.
    pub fn parse(text: &str, lists: &BTreeSet<String>) -> Result<Self, LayoutError> {
        let mut layout: Self =
            toml::from_str(text).map_err(|e| LayoutError::Format(e.to_string()))?;
        if layout.temporary_key.trim().is_empty() {
            let empty = "temporary_key is empty: every household key would begin with it";
            return Err(LayoutError::Format(empty.into()));
        }
        let since = layout.monitored_since.as_str();
        if !since.is_empty() && format!("{since}-01").parse::<jiff::civil::Date>().is_err() {
            let wrong = "monitored_since is no month: YYYY-MM";
            return Err(LayoutError::Format(wrong.into()));
        }
        for sheet in &mut layout.sheets {
            index_sheet(sheet, lists)?;
        }
        Ok(layout)
    }

    /// Whether a household key means nothing outside its file.
    pub fn is_temporary_key(&self, code: &str) -> bool {
        code.starts_with(&self.temporary_key)
    }

    /// The sheet of a tab name.
    pub fn sheet_named(&self, tab: &str) -> Option<usize> {
        self.sheets.iter().position(|sheet| sheet.is_named(tab))
    }

    /// The column of a field, wherever it first stands, for its label and type.
    pub fn column(&self, field: &str) -> Option<&Column> {
        self.sheets
            .iter()
            .find_map(|s| s.column_of_field(field).map(|i| &s.columns[i]))
    }
}

fn index_sheet(sheet: &mut Sheet, lists: &BTreeSet<String>) -> Result<(), LayoutError> {
    let fail = |column: &Column, reason: &str| LayoutError::Column {
        sheet: sheet.name.clone(),
        header: column.header.clone(),
        reason: reason.to_owned(),
    };
    let (mut by_header, mut by_field) = (HashMap::new(), HashMap::new());
    for (index, column) in sheet.columns.iter().enumerate() {
        let group = column.field.split('.').next().unwrap_or_default();
        if !FIELD_GROUPS.contains(&group) || !column.field.contains('.') {
            return Err(fail(column, "field 不认识"));
        }
        let coded = matches!(column.kind, ColumnType::Code | ColumnType::Codes);
        match &column.list {
            Some(list) if coded && !lists.contains(list) => {
                return Err(fail(column, "list 指的代码表不存在"));
            }
            Some(_) if !coded => return Err(fail(column, "只有 code、codes 类型有 list")),
            None if coded => return Err(fail(column, "缺少 list")),
            _ => {}
        }
        for header in std::iter::once(&column.header).chain(&column.aliases) {
            if by_header
                .insert(comparison_key(header), index)
                .is_some_and(|other| other != index)
            {
                return Err(fail(column, &format!("“{header}”在这张表里指两列")));
            }
        }
        if by_field.insert(column.field.clone(), index).is_some() {
            return Err(fail(column, "field 在这张表里出现两次"));
        }
    }
    let needed: &[&str] = match sheet.row_is {
        RowIs::Member => &[
            "household.code",
            "division.code",
            "member.name",
            "member.relation_to_head",
        ],
        RowIs::Employment => &["member.identity_number"],
        RowIs::Village => &["division.code"],
    };
    for field in needed {
        if !by_field.contains_key(*field) {
            return Err(LayoutError::Format(format!(
                "工作表“{}”没有 {field} 这一栏",
                sheet.name
            )));
        }
    }
    (sheet.by_header, sheet.by_field) = (by_header, by_field);
    Ok(())
}
