//! Households and leads as their pages list them.

use domain::account::Principal;
use domain::division::DivisionCode;

use super::{Cell, Column, Filtered, Listing, PAGE_ROWS, days_left_words};
use crate::household::{HouseholdRowView, HouseholdSearch, mask_number};
use crate::lead::{LeadListQuery, LeadView};
use crate::{App, AppError, PageView};

/// What is typed to find a household: a name stays as typed, a number is
/// masked as everywhere.
fn typed_words(text: &str) -> String {
    let text = text.trim();
    let number = text.chars().filter(char::is_ascii_digit).count() >= 8;
    if number {
        mask_number(text)
    } else {
        text.to_owned()
    }
}

fn monitored_words(status: &str) -> &str {
    match status {
        "running" => "监测中",
        "cleared" => "风险已消除",
        "moved_out" => "随户迁出",
        "none" => "从未监测",
        other => other,
    }
}

impl Listing for HouseholdSearch {
    type Row = HouseholdRowView;
    const NAME: &'static str = "household";
    const TITLE: &'static str = "农户";
    const UNIT: &'static str = "户";
    const COLUMNS: &'static [Column<HouseholdRowView>] = &[
        Column {
            key: "head",
            header: "户主",
            width: 14.0,
            cell: |r, _| match r.head_name.as_str() {
                "" => Cell::Text("（已无成员）".into()),
                name => Cell::Text(name.to_owned()),
            },
        },
        Column {
            key: "code",
            header: "户编号",
            width: 22.0,
            cell: |r, _| Cell::of(r.code.clone()),
        },
        Column {
            key: "members",
            header: "人口",
            width: 7.0,
            cell: |r, _| Cell::Number(r.member_count.into()),
        },
        Column {
            key: "village",
            header: "村",
            width: 16.0,
            cell: |r, _| Cell::Text(r.village.name.clone()),
        },
        Column {
            key: "type",
            header: "户类型",
            width: 20.0,
            cell: |r, _| Cell::Text(r.household_type_label.clone()),
        },
        Column {
            key: "monitored",
            header: "监测情况",
            width: 12.0,
            cell: |r, _| {
                Cell::Text(match &r.monitored {
                    Some(m) => monitored_words(&m.status).to_owned(),
                    None => "未监测".into(),
                })
            },
        },
        Column {
            key: "monitored",
            header: "监测类别",
            width: 16.0,
            cell: |r, _| Cell::of(r.monitored.as_ref().map(|m| m.category_label.clone())),
        },
        Column {
            key: "monitored",
            header: "识别日期",
            width: 12.0,
            cell: |r, _| {
                let on = r.monitored.as_ref().and_then(|m| m.identified_on.as_ref());
                on.map_or(Cell::Empty, |on| Cell::day(on))
            },
        },
        Column {
            key: "open",
            header: "在办",
            width: 22.0,
            cell: |r, _| {
                let mut open = Vec::new();
                if r.has_running_casefile {
                    open.push("识别认定中".to_owned());
                }
                if r.open_leads > 0 {
                    open.push(format!("{} 条线索", r.open_leads));
                }
                Cell::of(Some(open.join("，")))
            },
        },
    ];

    fn division(&self) -> Option<DivisionCode> {
        self.division
    }

    async fn filtered(&self, app: &App, _: &Principal) -> Result<Vec<Filtered>, AppError> {
        let mut filters = Vec::new();
        if !self.text.trim().is_empty() {
            filters.push(Filtered {
                name: "text",
                label: "查找",
                words: typed_words(&self.text),
                typed: true,
            });
        }
        if let Some(status) = self.monitored.as_deref().filter(|m| !m.is_empty()) {
            filters.push(Filtered::chosen(
                "monitored",
                "监测情况",
                monitored_words(status),
            ));
        }
        if let Some(kind) = self.household_type.as_deref().filter(|t| !t.is_empty()) {
            filters.push(Filtered::chosen(
                "household_type",
                "户类型",
                app.label("household_type", kind),
            ));
        }
        Ok(filters)
    }

    async fn page(
        &self,
        app: &App,
        principal: &Principal,
        cursor: Option<String>,
    ) -> Result<PageView<HouseholdRowView>, AppError> {
        let search = Self {
            limit: Some(PAGE_ROWS),
            cursor,
            ..self.clone()
        };
        app.search_households(principal, search).await
    }
}

impl Listing for LeadListQuery {
    type Row = LeadView;
    const NAME: &'static str = "lead";
    const TITLE: &'static str = "风险线索";
    const UNIT: &'static str = "条";
    const COLUMNS: &'static [Column<LeadView>] = &[
        Column {
            key: "deadline",
            header: "期限",
            width: 14.0,
            cell: |r, _| {
                Cell::Text(match (r.status.as_str(), r.days_left) {
                    ("open", Some(left)) => days_left_words(left, "天"),
                    ("open", None) => "不限时".into(),
                    _ => "已结".into(),
                })
            },
        },
        Column {
            key: "deadline",
            header: "到期日",
            width: 12.0,
            cell: |r, _| r.deadline_on.map_or(Cell::Empty, Cell::Day),
        },
        Column {
            key: "household",
            header: "农户",
            width: 16.0,
            cell: |r, _| {
                Cell::Text(match &r.household {
                    Some(h) => h.head_name.clone(),
                    None => format!("{}（未对上农户）", r.reported_name),
                })
            },
        },
        Column {
            key: "household",
            header: "村",
            width: 16.0,
            cell: |r, _| Cell::Text(r.village.name.clone()),
        },
        Column {
            key: "channel",
            header: "来源",
            width: 16.0,
            cell: |r, _| Cell::Text(r.channel_label.clone()),
        },
        Column {
            key: "received",
            header: "发现日期",
            width: 12.0,
            cell: |r, _| Cell::day(&r.received_on),
        },
        Column {
            key: "description",
            header: "情况",
            width: 50.0,
            cell: |r, _| Cell::Text(r.description.clone()),
        },
        Column {
            key: "outcome",
            header: "结果",
            width: 22.0,
            cell: |r, _| Cell::of(r.outcome_label.clone()),
        },
    ];

    fn division(&self) -> Option<DivisionCode> {
        self.division
    }

    async fn filtered(&self, app: &App, principal: &Principal) -> Result<Vec<Filtered>, AppError> {
        let mut filters = Vec::new();
        if let Some(status) = self.status.as_deref().filter(|s| !s.is_empty()) {
            filters.push(Filtered::chosen(
                "status",
                "状态",
                match status {
                    "open" => "未结",
                    "concluded" => "已结",
                    "merged" => "已并入别的线索",
                    other => other,
                },
            ));
        }
        if let Some(channel) = self.channel.as_deref().filter(|c| !c.is_empty()) {
            let pack = match principal.scope.root() {
                Some(root) => app.pack_in_force(root, app.today()).await.ok(),
                None => None,
            };
            let label = pack.and_then(|p| {
                let found = p.values.channels.iter().find(|c| c.code == channel);
                found.map(|c| c.label.clone())
            });
            filters.push(Filtered::chosen(
                "channel",
                "来源",
                label.unwrap_or_else(|| channel.to_owned()),
            ));
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
    ) -> Result<PageView<LeadView>, AppError> {
        let query = Self {
            limit: Some(PAGE_ROWS),
            cursor,
            ..self.clone()
        };
        app.leads(principal, query).await
    }
}
