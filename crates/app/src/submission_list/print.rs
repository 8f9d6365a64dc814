//! The print view of a list: A4, black on white, exactly what was sent.

use domain::account::Principal;
use domain::submission_list::ListContent;
use store::audit::chain_of;

use crate::lead::parse_date;
use crate::paper::html::escape;
use crate::{App, AppError};

/// `2022年5月3日`, as papers write it; what is no date stays as it is.
fn spoken(date: &str) -> String {
    parse_date(date).map_or_else(|_| escape(date), domain::paper::spoken)
}

impl App {
    /// The list as an A4 page to print, sign and file; printing is audited.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope.
    pub async fn list_print(&self, principal: &Principal, id: &str) -> Result<String, AppError> {
        let list = self.frozen_list(principal, id).await?;
        self.list_left(principal, &list, "printed").await?;
        Ok(page(&list.content, &list.digest))
    }

    /// A list left the platform: who took it, and which content.
    pub(super) async fn list_left(
        &self,
        principal: &Principal,
        list: &super::FrozenList,
        how: &str,
    ) -> Result<(), AppError> {
        let mut tx = self.store.write(self.actor(principal)).await?;
        tx.audit(
            &chain_of(Some(list.area)),
            &format!("submission_list.{how}"),
            &format!("submission_list/{}", list.id),
            &format!(
                "households={} digest={}",
                list.content.rows.len(),
                list.digest
            ),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

fn page(list: &ListContent, digest: &str) -> String {
    let rows: String = list
        .rows
        .iter()
        .map(|row| {
            format!(
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td></td></tr>",
                row.seq,
                escape(&row.village_name),
                escape(&row.head_name),
                row.member_count,
                escape(&row.household_type_label),
                escape(row.category_label.as_deref().unwrap_or("待认定")),
            )
        })
        .collect();
    let body = if list.rows.is_empty() {
        let month = list.period.map(domain::submission_list::Month::spoken);
        format!(
            "<p>{}无调整。{}</p>",
            month.unwrap_or_default(),
            escape(&list.note)
        )
    } else {
        format!(
            "<table><thead><tr><th>序号</th><th>村</th><th>户主</th><th>人口</th><th>户类型</th><th>类别</th><th>备注</th></tr></thead><tbody>{rows}</tbody></table><p>以上共 {} 户。</p>",
            list.rows.len()
        )
    };
    let letter = if list.document_number.is_empty() {
        String::new()
    } else {
        format!(
            "<p class=\"number\">{}　签发人：{}</p>",
            escape(&list.document_number),
            escape(&list.signatory)
        )
    };
    let wish = list.acknowledge_by.map_or_else(String::new, |by| {
        format!("<p>请于{}前签收。</p>", spoken(&by.to_string()))
    });
    format!(
        r#"<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>
<style>
@page {{ size: A4 portrait; margin: 22mm 18mm; }}
body {{ font: 14pt/1.7 "FangSong", "Noto Serif CJK SC", serif; max-width: 174mm; margin: 10mm auto; color: #000; }}
h1 {{ font: bold 22pt/1.4 "SimHei", "Noto Sans CJK SC", sans-serif; text-align: center; margin: 0 0 2mm; }}
p {{ margin: 0 0 3mm; }}
.number {{ text-align: center; }}
table {{ width: 100%; border-collapse: collapse; margin: 4mm 0; font-size: 12pt; }}
thead {{ display: table-header-group; }}
tr {{ break-inside: avoid; }}
th, td {{ border: 1px solid #000; padding: 1.5mm 2mm; text-align: center; }}
.sign {{ text-align: right; margin-top: 12mm; }}
.digest {{ font: 8pt/1.4 monospace; margin-top: 8mm; overflow-wrap: anywhere; }}
</style></head><body>
<h1>{title}</h1>
<p class="number">{number}</p>
{letter}
<p>{recipient}：</p>
{body}
{wish}
<p class="sign">{maker}（盖章）<br>经办人：{by}<br>{day}</p>
<p class="digest">内容摘要（SM3）{digest}</p>
</body></html>"#,
        title = escape(&list.title),
        number = escape(&list.number),
        recipient = escape(&list.recipient.name),
        maker = escape(&list.maker.name),
        by = escape(&list.submitted_by),
        day = spoken(&list.submitted_on.to_string()),
    )
}
