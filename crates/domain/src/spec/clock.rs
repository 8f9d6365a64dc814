//! What a row expects of a casefile's clocks.

use jiff::civil::Date;

use crate::casefile::ClockStatus;

/// 结果 such as `用 15 天；剩 0 天；未逾期；截止 第15天；依据 HN22-060`, of the
/// clock named, else the first; `没有时钟` where none runs, `只此一个` where no
/// other does.
pub(super) fn look(
    all: &[ClockStatus],
    label: Option<&String>,
    result: &str,
    day_of: impl Fn(&str) -> Result<Date, String>,
) -> Result<(), String> {
    if result == "没有时钟" {
        return match all.first() {
            None => Ok(()),
            Some(clock) => Err(format!("应没有时钟，实有“{}”", clock.label)),
        };
    }
    let clock = all
        .iter()
        .find(|c| label.is_none_or(|l| *l == c.label))
        .ok_or_else(|| "没有这个时钟".to_owned())?;
    for part in result.split('；').map(str::trim) {
        let (key, value) = part.split_once(' ').unwrap_or((part, ""));
        let days = |text: &str| {
            text.trim_end_matches('天')
                .trim()
                .parse::<i64>()
                .map_err(|_| format!("“{part}”不认识"))
        };
        let (ok, is) = match key {
            "用" => (
                i64::from(clock.days_used) == days(value)?,
                format!("用 {} 天", clock.days_used),
            ),
            "剩" => (
                clock.days_left == days(value)?,
                format!("剩 {} 天", clock.days_left),
            ),
            "没有天数" => (clock.limit_days.is_none(), "有天数".into()),
            "逾期" => (clock.overdue, "未逾期".into()),
            "未逾期" => (!clock.overdue, "逾期".into()),
            "截止" => (
                clock.deadline_on == day_of(value)?,
                format!("截止 {}", clock.deadline_on),
            ),
            "已停" => (clock.ended_on.is_some(), "未停".into()),
            "未停" => (clock.ended_on.is_none(), "已停".into()),
            "依据" => (
                clock.clause.as_deref() == Some(value),
                format!("依据 {:?}", clock.clause),
            ),
            "只此一个" => (all.len() == 1, format!("{} 个时钟", all.len())),
            "问原因不阻断" => (clock.in_principle, "不是“一般”".into()),
            "原因" => (
                clock.overdue_reason.as_deref() == Some(value),
                format!("原因 {:?}", clock.overdue_reason),
            ),
            _ => return Err(format!("“{part}”不认识")),
        };
        if !ok {
            return Err(format!("时钟应“{part}”，实为“{is}”"));
        }
    }
    Ok(())
}
