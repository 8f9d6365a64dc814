//! What a list page shows, as a workbook. The rows come from the page's own
//! use case, page by page: filter, order, scope and masking are those of the
//! page because nothing else reads them, and memory stays constant.

mod audit;
mod people;
mod procedure;
mod sheet;

use std::fs::File;
use std::future::Future;

use domain::account::{Operation, Principal};
use domain::division::DivisionCode;
use jiff::civil::Date;
use serde::Deserialize;
use store::audit::chain_of;
use utoipa::ToSchema;

use self::sheet::Sheet;
use crate::error::permit;
use crate::{App, AppError, PageView};

/// Rows read at a time.
const PAGE_ROWS: u64 = 200;

/// One cell of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Text(String),
    Number(i64),
    Day(Date),
    Empty,
}

impl Cell {
    /// Text, or nothing.
    fn of(text: Option<String>) -> Self {
        text.filter(|t| !t.is_empty())
            .map_or(Self::Empty, Self::Text)
    }

    /// A stored day.
    fn day(text: &str) -> Self {
        text.parse()
            .map_or_else(|_| Self::Text(text.to_owned()), Self::Day)
    }
}

/// One column of the workbook.
#[derive(Debug, Clone, Copy)]
pub struct Column<R> {
    /// The page's column it belongs to; a page's column may fill several here.
    pub key: &'static str,
    pub header: &'static str,
    /// In characters.
    pub width: f64,
    /// The cell of a row, today.
    pub cell: fn(&R, Date) -> Cell,
}

/// A filter in force, for the head of the workbook.
#[derive(Debug, Clone)]
pub struct Filtered {
    /// Its name, the only part that is audited.
    pub name: &'static str,
    pub label: &'static str,
    pub words: String,
    /// Typed freely, so that it may be a name: a list of nothing does not
    /// repeat it.
    pub typed: bool,
}

impl Filtered {
    /// A choice among codes, days or switches.
    fn chosen(name: &'static str, label: &'static str, words: impl Into<String>) -> Self {
        Self {
            name,
            label,
            words: words.into(),
            typed: false,
        }
    }
}

/// The filters of a list page, which know how to read the list.
pub trait Listing: Send + Sync + 'static {
    type Row: Send + Sync + 'static;
    /// Name in the audit chain.
    const NAME: &'static str;
    const TITLE: &'static str;
    /// Measure word of a row.
    const UNIT: &'static str;
    const COLUMNS: &'static [Column<Self::Row>];

    /// The division it is narrowed to.
    fn division(&self) -> Option<DivisionCode>;

    /// The other filters in force, in words.
    fn filtered(
        &self,
        app: &App,
        principal: &Principal,
    ) -> impl Future<Output = Result<Vec<Filtered>, AppError>> + Send;

    /// A page of the list, as the person sees it.
    fn page(
        &self,
        app: &App,
        principal: &Principal,
        cursor: Option<String>,
    ) -> impl Future<Output = Result<PageView<Self::Row>, AppError>> + Send;
}

/// What is posted to take a list along.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ListExport<F> {
    /// The filters of the page; limit and cursor count for nothing.
    pub filter: F,
    /// Columns the page shows, by name; all of them when empty.
    #[serde(default)]
    pub columns: Vec<String>,
}

/// A written list.
#[derive(Debug)]
pub struct ListFile {
    /// The workbook, at its beginning; the file has no name.
    pub file: File,
    pub rows: u64,
}

impl App {
    /// Writes a list exactly as its page shows it to the person. Audited by
    /// the names of filters and columns, without their values.
    ///
    /// # Errors
    /// When `export.list` or the operation of the list is missing, and
    /// [`AppError::Invalid`] for a column the list does not have.
    pub async fn export_list<L: Listing>(
        &self,
        principal: &Principal,
        form: ListExport<L>,
    ) -> Result<ListFile, AppError> {
        permit(principal, Operation::ExportList)?;
        let columns = chosen::<L>(&form.columns)?;
        let list = form.filter;
        let mut page = list.page(self, principal, None).await?;
        let mut filters = self.filters_in_words(&list, principal).await?;
        for filter in filters.iter_mut().filter(|f| f.typed && page.total == 0) {
            filter.words = "没有找到所输入的内容".into();
        }
        let folder = self.data_dir.join("exports");
        std::fs::create_dir_all(&folder).map_err(|e| AppError::Internal(e.to_string()))?;
        let mut sheet = Sheet::begin(L::TITLE, &columns, &folder)?;
        let roles: Vec<String> = self
            .role_names(&principal.roles)
            .into_iter()
            .map(|r| r.label)
            .collect();
        sheet.head(&[
            format!("筛选条件：{}", in_words(&filters)),
            format!(
                "导出时间：{}　导出人：{}（{}）　共 {} {}",
                sheet::instant_words(self.clock.now_millis()),
                principal.display_name,
                roles.join("、"),
                page.total,
                L::UNIT
            ),
        ])?;
        let announced = page.total;
        let today = self.today();
        let mut rows = 0u64;
        loop {
            for row in &page.items {
                sheet.row(columns.iter().map(|c| (c.cell)(row, today)))?;
                rows += 1;
            }
            let Some(cursor) = page.next_cursor.take() else {
                break;
            };
            page = list.page(self, principal, Some(cursor)).await?;
        }
        if rows != announced {
            sheet.note(&format!(
                "导出期间清单有变动，实际写出 {rows} {}。",
                L::UNIT
            ))?;
        }
        let file = sheet.finish()?;
        self.note_list_export::<L>(principal, &list, &columns, &filters, rows)
            .await?;
        Ok(ListFile { file, rows })
    }

    async fn note_list_export<L: Listing>(
        &self,
        principal: &Principal,
        list: &L,
        columns: &[&Column<L::Row>],
        filters: &[Filtered],
        rows: u64,
    ) -> Result<(), AppError> {
        let mut names: Vec<&str> = columns.iter().map(|c| c.key).collect();
        names.dedup();
        let mut detail = format!("rows={rows} columns={}", names.join("+"));
        if !filters.is_empty() {
            let names: Vec<&str> = filters.iter().map(|f| f.name).collect();
            detail.push_str(&format!(" filters={}", names.join("+")));
        }
        let division = list
            .division()
            .filter(|d| principal.scope.contains(*d))
            .or_else(|| principal.scope.root());
        if let Some(division) = division {
            detail.push_str(&format!(" division={division}"));
        }
        let mut tx = self.store.write(self.actor(principal)).await?;
        tx.audit(
            &chain_of(division),
            "export.list",
            &format!("list/{}", L::NAME),
            &detail,
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn filters_in_words<L: Listing>(
        &self,
        list: &L,
        principal: &Principal,
    ) -> Result<Vec<Filtered>, AppError> {
        let mut filters = Vec::new();
        if let Some(division) = list.division() {
            // What lies outside is not even named.
            let known = principal.scope.contains(division)
                || principal.division.is_some_and(|own| division.contains(own));
            let name = if known {
                self.division_name(Some(division)).await?
            } else {
                None
            };
            filters.push(Filtered::chosen(
                "division",
                "区划",
                name.map_or_else(|| division.to_string(), |n| n.path),
            ));
        }
        filters.extend(list.filtered(self, principal).await?);
        Ok(filters)
    }
}

fn in_words(filters: &[Filtered]) -> String {
    if filters.is_empty() {
        return "无，列出全部".to_owned();
    }
    filters
        .iter()
        .map(|f| format!("{} {}", f.label, f.words))
        .collect::<Vec<_>>()
        .join("；")
}

/// The columns asked for, in the order of the list.
fn chosen<L: Listing>(asked: &[String]) -> Result<Vec<&'static Column<L::Row>>, AppError> {
    if let Some(unknown) = asked
        .iter()
        .find(|a| !L::COLUMNS.iter().any(|c| c.key == a.as_str()))
    {
        return Err(AppError::invalid(
            "columns",
            format!("这份清单没有 {unknown} 这一列，请刷新页面后重试"),
        ));
    }
    Ok(L::COLUMNS
        .iter()
        .filter(|c| asked.is_empty() || asked.iter().any(|a| a == c.key))
        .collect())
}

/// Days left of a clock, as the console says it.
fn days_left_words(days_left: i64, unit: &str) -> String {
    match days_left {
        ..0 => format!("已超期 {} {unit}", -days_left),
        0 => "今天到期".to_owned(),
        _ => format!("剩 {days_left} {unit}"),
    }
}
