//! The print view of a notice: A4, black on white, for a village printer.

use super::NoticeView;
use crate::lead::parse_date;

/// Text made safe inside HTML.
pub(crate) fn escape(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut out, c| {
            match c {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' => out.push_str("&quot;"),
                _ => out.push(c),
            }
            out
        })
}

/// `2022年5月3日`.
pub(crate) fn spoken(date: &str) -> String {
    parse_date(date).map_or_else(
        |_| escape(date),
        |d| format!("{}年{}月{}日", d.year(), d.month(), d.day()),
    )
}

/// The whole page.
pub(super) fn page(notice: &NoticeView, township: &str, village: &str) -> String {
    let rows: String = notice
        .items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            format!(
                "<tr><td>{}</td><td>{}</td><td>{}</td><td></td></tr>",
                index + 1,
                escape(&item.head_name),
                escape(&item.category_label)
            )
        })
        .collect();
    format!(
        r#"<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>
<style>
@page {{ size: A4 portrait; margin: 25mm 22mm; }}
body {{ font: 16pt/1.8 "FangSong", "Noto Serif CJK SC", serif; max-width: 170mm; margin: 10mm auto; color: #000; }}
h1 {{ font: bold 24pt/1.4 "SimHei", "Noto Sans CJK SC", sans-serif; text-align: center; margin: 0 0 8mm; }}
p {{ text-indent: 2em; margin: 0 0 4mm; }}
table {{ width: 100%; border-collapse: collapse; margin: 6mm 0; }}
th, td {{ border: 1px solid #000; padding: 2mm 3mm; text-align: center; }}
.sign {{ text-align: right; text-indent: 0; margin-top: 12mm; }}
</style></head><body>
<h1>{village}初选监测对象公示</h1>
<p>经入户核实和村级民主评议，初选以下农户为防止返贫监测对象，现予公示。公示时间不少于{days}天：{posted}张贴，公示至{until}。</p>
<table><thead><tr><th>序号</th><th>户主</th><th>类别</th><th>备注</th></tr></thead><tbody>{rows}</tbody></table>
<p>如有异议，请在公示期内向村民委员会或{township}反映，可以匿名；也可拨打12317。反映人的信息不公开。</p>
<p class="sign">{village}村民委员会（盖章）<br>{posted}</p>
</body></html>"#,
        title = escape(&notice.title),
        village = escape(village),
        township = escape(township),
        days = notice.days_required,
        posted = spoken(&notice.posted_on),
        until = spoken(&notice.stands_until),
    )
}
