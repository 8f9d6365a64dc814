//! A list as a workbook: exactly what was sent.

use domain::account::Principal;
use domain::submission_list::ListContent;
use rust_xlsxwriter::Workbook;
use store::audit::chain_of;

use crate::exchange::sheet_writer::{Formats, write_text};
use crate::{App, AppError};

const HEADERS: [&str; 8] = [
    "序号",
    "村",
    "户主",
    "户编号",
    "人口",
    "户类型",
    "类别",
    "符合日期",
];

impl App {
    /// The list as a workbook; taking it is audited.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope.
    pub async fn list_sheet(&self, principal: &Principal, id: &str) -> Result<Vec<u8>, AppError> {
        let list = self.frozen_list(principal, id).await?;
        let bytes = workbook(&list.content, &list.digest)?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        tx.audit(
            &chain_of(Some(list.area)),
            "submission_list.exported",
            &format!("submission_list/{}", list.id),
            &format!(
                "households={} digest={}",
                list.content.rows.len(),
                list.digest
            ),
        )
        .await?;
        tx.commit().await?;
        Ok(bytes)
    }
}

fn workbook(list: &ListContent, digest: &str) -> Result<Vec<u8>, AppError> {
    let formats = Formats::new();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("名单")?;
    sheet.write_string_with_format(0, 0, &list.title, &formats.title)?;
    let facts = format!(
        "{}　{}　报送：{}　接收：{}　报送日期：{}　经办人：{}",
        list.number,
        list.document_number,
        list.maker.signs_as(),
        list.recipient.signs_as(),
        list.submitted_on,
        list.submitted_by
    );
    write_text(sheet, 1, 0, &facts, &formats)?;
    for (column, header) in (0u16..).zip(HEADERS) {
        sheet.write_string_with_format(2, column, header, &formats.header)?;
    }
    let mut at = 3u32;
    for row in &list.rows {
        sheet.write_number(at, 0, row.seq)?;
        write_text(sheet, at, 1, &row.village_name, &formats)?;
        write_text(sheet, at, 2, &row.head_name, &formats)?;
        write_text(
            sheet,
            at,
            3,
            row.household_code.as_deref().unwrap_or(""),
            &formats,
        )?;
        sheet.write_number(at, 4, row.member_count)?;
        write_text(sheet, at, 5, &row.household_type_label, &formats)?;
        let category = row.category_label.as_deref().unwrap_or("待认定");
        write_text(sheet, at, 6, category, &formats)?;
        write_text(sheet, at, 7, &row.qualified_on.to_string(), &formats)?;
        at += 1;
    }
    if list.rows.is_empty() {
        write_text(
            sheet,
            at,
            0,
            &format!("本月无调整。{}", list.note),
            &formats,
        )?;
    }
    write_text(
        sheet,
        at + 1,
        0,
        &format!("内容摘要（SM3）{digest}"),
        &formats,
    )?;
    for (column, width) in (0u16..).zip([6, 14, 12, 22, 6, 20, 18, 12]) {
        sheet.set_column_width(column, width)?;
    }
    Ok(book.save_to_buffer()?)
}
