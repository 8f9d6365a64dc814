//! Casefiles, notices and what is overdue, as their pages list them.

use domain::account::Principal;
use domain::calendar::DayUnit;
use domain::casefile::ClockStatus;
use domain::division::{DivisionCode, Level};
use jiff::civil::Date;

use super::{Cell, Column, Filtered, Listing, PAGE_ROWS, days_left_words};
use crate::casefile::{CasefileListQuery, CasefileRow, OpenStep, stage_label};
use crate::notice::{NoticeListQuery, NoticeView};
use crate::supervision::{OverdueListQuery, OverdueRow};
use crate::{App, AppError, PageView};

/// A clock as its badge says it.
fn clock_words(clock: &ClockStatus) -> String {
    let unit = match clock.unit {
        DayUnit::Working => "个工作日",
        DayUnit::Natural => "天",
    };
    match clock.ended_on {
        Some(_) if clock.overdue => format!("用时 {} {unit}，超期办结", clock.days_used),
        Some(_) => format!("用时 {} {unit}办结", clock.days_used),
        None if clock.overdue => days_left_words(clock.days_left.min(-1), unit),
        None => days_left_words(clock.days_left, unit),
    }
}

fn step_words(step: &OpenStep) -> String {
    let level = [Level::Village, Level::Township, Level::County]
        .into_iter()
        .find(|l| l.as_str() == step.level)
        .map_or("", Level::label);
    format!("{level} · {}", step.label)
}

impl Listing for CasefileListQuery {
    type Row = CasefileRow;
    const NAME: &'static str = "casefile";
    const TITLE: &'static str = "识别认定事项";
    const UNIT: &'static str = "件";
    const COLUMNS: &'static [Column<CasefileRow>] = &[
        Column {
            key: "clock",
            header: "期限",
            width: 20.0,
            cell: |r, _| Cell::of(r.clock.as_ref().map(clock_words)),
        },
        Column {
            key: "clock",
            header: "到期日",
            width: 12.0,
            cell: |r, _| {
                let due = r.clock.as_ref().map(|c| c.deadline_on);
                due.map_or(Cell::Empty, Cell::Day)
            },
        },
        Column {
            key: "household",
            header: "农户",
            width: 14.0,
            cell: |r, _| Cell::Text(r.head_name.clone()),
        },
        Column {
            key: "household",
            header: "村",
            width: 16.0,
            cell: |r, _| Cell::Text(r.village.name.clone()),
        },
        Column {
            key: "steps",
            header: "正在办",
            width: 34.0,
            cell: |r, _| {
                let steps: Vec<String> = r.current_steps.iter().map(step_words).collect();
                Cell::Text(if steps.is_empty() {
                    r.stage_label.clone()
                } else {
                    steps.join("，")
                })
            },
        },
        Column {
            key: "category",
            header: "类别",
            width: 18.0,
            cell: |r, _| Cell::of(r.category_label.clone()),
        },
        Column {
            key: "opened",
            header: "立项日期",
            width: 12.0,
            cell: |r, _| Cell::Day(r.opened_on),
        },
    ];

    fn division(&self) -> Option<DivisionCode> {
        self.division
    }

    async fn filtered(&self, app: &App, principal: &Principal) -> Result<Vec<Filtered>, AppError> {
        let mut filters = Vec::new();
        if let Some(stages) = self.stage.as_deref().filter(|s| !s.is_empty()) {
            let labels: Vec<&str> = stages.split(',').map(stage_label).collect();
            filters.push(Filtered::chosen("stage", "阶段", labels.join("、")));
        }
        if let Some(step) = self.step.as_deref().filter(|s| !s.is_empty()) {
            let labels = match principal.scope.root() {
                Some(root) => app.step_labels(&principal.scope, root).await?,
                None => Vec::new(),
            };
            let chosen = labels.into_iter().find(|(kind, _)| kind.as_str() == step);
            let label = chosen.map_or_else(|| step.to_owned(), |(_, label)| label);
            filters.push(Filtered::chosen("step", "步骤", label));
        }
        if self.overdue {
            filters.push(Filtered::chosen("overdue", "期限", "只列超期"));
        }
        if self.household_id.is_some() {
            filters.push(Filtered::chosen("household", "农户", "只列一户"));
        }
        Ok(filters)
    }

    async fn page(
        &self,
        app: &App,
        principal: &Principal,
        cursor: Option<String>,
    ) -> Result<PageView<CasefileRow>, AppError> {
        let query = Self {
            limit: Some(PAGE_ROWS),
            cursor,
            ..self.clone()
        };
        app.casefiles(principal, query).await
    }
}

/// What is left of a notice's days.
fn standing_words(notice: &NoticeView, today: Date) -> String {
    if notice.days_required == 0 {
        return "公示天数文件未规定".into();
    }
    let left = notice.may_close_from.parse::<Date>().map_or(0, |close| {
        today.until(close).map_or(0, |span| span.get_days())
    });
    if left > 0 {
        format!("还须公示 {left} 天")
    } else {
        "已满公示期".into()
    }
}

impl Listing for NoticeListQuery {
    type Row = NoticeView;
    const NAME: &'static str = "notice";
    const TITLE: &'static str = "公示与异议";
    const UNIT: &'static str = "份";
    const COLUMNS: &'static [Column<NoticeView>] = &[
        Column {
            key: "title",
            header: "公示",
            width: 46.0,
            cell: |r, _| Cell::Text(r.title.clone()),
        },
        Column {
            key: "village",
            header: "村",
            width: 16.0,
            cell: |r, _| Cell::Text(r.village.name.clone()),
        },
        Column {
            key: "posted",
            header: "张贴日期",
            width: 12.0,
            cell: |r, _| Cell::day(&r.posted_on),
        },
        Column {
            key: "posted",
            header: "张贴地点",
            width: 20.0,
            cell: |r, _| Cell::Text(r.place.clone()),
        },
        Column {
            key: "standing",
            header: "期限",
            width: 18.0,
            cell: |r, today| Cell::Text(standing_words(r, today)),
        },
        Column {
            key: "standing",
            header: "公示至",
            width: 12.0,
            cell: |r, _| {
                if r.days_required == 0 {
                    Cell::Empty
                } else {
                    Cell::day(&r.stands_until)
                }
            },
        },
        Column {
            key: "standing",
            header: "乡镇可审核",
            width: 12.0,
            cell: |r, _| Cell::day(&r.may_close_from),
        },
        Column {
            key: "households",
            header: "户数",
            width: 7.0,
            cell: |r, _| Cell::Number(i64::try_from(r.items.len()).unwrap_or(i64::MAX)),
        },
        Column {
            key: "objections",
            header: "异议",
            width: 18.0,
            cell: |r, _| {
                let open = r.objections.iter().filter(|o| o.status == "open").count();
                Cell::Text(match (open, r.objections.len()) {
                    (0, 0) => "无".into(),
                    (0, all) => format!("{all} 条，已答复"),
                    (open, _) => format!("{open} 条待答复"),
                })
            },
        },
    ];

    fn division(&self) -> Option<DivisionCode> {
        self.village
    }

    async fn filtered(&self, _: &App, _: &Principal) -> Result<Vec<Filtered>, AppError> {
        let status = self.status.as_deref().filter(|s| !s.is_empty());
        Ok(status
            .map(|status| {
                Filtered::chosen(
                    "status",
                    "状态",
                    match status {
                        "posted" => "公示中",
                        "closed" => "已满公示期",
                        other => other,
                    },
                )
            })
            .into_iter()
            .collect())
    }

    async fn page(
        &self,
        app: &App,
        principal: &Principal,
        cursor: Option<String>,
    ) -> Result<PageView<NoticeView>, AppError> {
        let query = Self {
            limit: Some(PAGE_ROWS),
            cursor,
            ..self.clone()
        };
        app.notices(principal, query).await
    }
}

impl Listing for OverdueListQuery {
    type Row = OverdueRow;
    const NAME: &'static str = "overdue";
    const TITLE: &'static str = "逾期事项";
    const UNIT: &'static str = "件";
    const COLUMNS: &'static [Column<OverdueRow>] = &[
        Column {
            key: "village",
            header: "村",
            width: 18.0,
            cell: |r, _| Cell::Text(r.village_name.clone()),
        },
        Column {
            key: "head",
            header: "户主",
            width: 12.0,
            cell: |r, _| Cell::Text(r.head_name_masked.clone()),
        },
        Column {
            key: "step",
            header: "停在",
            width: 26.0,
            cell: |r, _| Cell::Text(r.step_label.clone()),
        },
        Column {
            key: "step",
            header: "等谁办理",
            width: 10.0,
            cell: |r, _| Cell::Text(r.waiting_for.clone()),
        },
        Column {
            key: "overdue",
            header: "逾期天数",
            width: 10.0,
            cell: |r, _| Cell::Number(r.days_overdue),
        },
        Column {
            key: "reason",
            header: "逾期原因",
            width: 50.0,
            cell: |r, _| {
                let reason = r.reason.clone().unwrap_or_else(|| "尚未说明".into());
                Cell::Text(reason)
            },
        },
    ];

    fn division(&self) -> Option<DivisionCode> {
        self.division
    }

    async fn filtered(&self, _: &App, _: &Principal) -> Result<Vec<Filtered>, AppError> {
        Ok(Vec::new())
    }

    async fn page(
        &self,
        app: &App,
        principal: &Principal,
        cursor: Option<String>,
    ) -> Result<PageView<OverdueRow>, AppError> {
        let query = Self {
            limit: Some(PAGE_ROWS),
            cursor,
            ..self.clone()
        };
        app.overdue(principal, query).await
    }
}
