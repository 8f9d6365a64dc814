//! Audit records as their page lists them.

use domain::account::Principal;
use domain::division::DivisionCode;

use super::{Cell, Column, Filtered, Listing, PAGE_ROWS};
use crate::audit::{AuditListQuery, AuditView};
use crate::{App, AppError, PageView};

impl Listing for AuditListQuery {
    type Row = AuditView;
    const NAME: &'static str = "audit";
    const TITLE: &'static str = "审计记录";
    const UNIT: &'static str = "条";
    const COLUMNS: &'static [Column<AuditView>] = &[
        Column {
            key: "chain",
            header: "链",
            width: 10.0,
            cell: |r, _| {
                Cell::Text(match r.chain.as_str() {
                    "system" => "平台".into(),
                    county => county.to_owned(),
                })
            },
        },
        Column {
            key: "seq",
            header: "序号",
            width: 9.0,
            cell: |r, _| Cell::Number(r.seq),
        },
        Column {
            key: "at",
            header: "时间",
            width: 20.0,
            cell: |r, _| {
                let text = r.at.get(..19).unwrap_or(&r.at);
                Cell::Text(text.replace('T', " "))
            },
        },
        Column {
            key: "actor",
            header: "操作人",
            width: 16.0,
            cell: |r, _| Cell::Text(r.actor_name.clone()),
        },
        Column {
            key: "operation",
            header: "操作",
            width: 24.0,
            cell: |r, _| Cell::Text(r.operation_label.clone()),
        },
        Column {
            key: "subject",
            header: "对象",
            width: 44.0,
            cell: |r, _| Cell::Text(r.subject.clone()),
        },
        Column {
            key: "detail",
            header: "说明",
            width: 60.0,
            cell: |r, _| Cell::Text(r.detail.clone()),
        },
        Column {
            key: "digest",
            header: "摘要",
            width: 20.0,
            cell: |r, _| Cell::Text(r.digest.clone()),
        },
    ];

    fn division(&self) -> Option<DivisionCode> {
        None
    }

    async fn filtered(&self, app: &App, _: &Principal) -> Result<Vec<Filtered>, AppError> {
        let mut filters = Vec::new();
        let mut add = |name, label, words: Option<String>| {
            if let Some(words) = words.filter(|w| !w.is_empty()) {
                filters.push(Filtered {
                    name,
                    label,
                    words,
                    typed: name == "actor",
                });
            }
        };
        add("from", "开始日期", self.from.map(|d| d.to_string()));
        add("to", "结束日期", self.to.map(|d| d.to_string()));
        let operation = self.operation.as_deref().filter(|o| !o.is_empty());
        let operation = operation.map(|o| app.label("audit_operation", o));
        add("operation", "操作", operation);
        add("actor", "操作人登录名", self.actor.clone());
        Ok(filters)
    }

    async fn page(
        &self,
        app: &App,
        principal: &Principal,
        cursor: Option<String>,
    ) -> Result<PageView<AuditView>, AppError> {
        let query = Self {
            limit: Some(PAGE_ROWS),
            cursor,
            ..self.clone()
        };
        app.audit(principal, query).await
    }
}
