//! Appraisal meetings, public notices and objections: acts over several
//! households at once, each answered on its own.

mod print;

use domain::account::{Operation, Principal};
use domain::casefile::{Action, Appraisal, Refusal};
use domain::division::{DivisionCode, Level};
use domain::policy::{GuardKind, Pack, StepKind};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::audit::chain_of;
use store::notice::{AppraisalRow, NoticeItemRow, NoticeRow, ObjectionRow};
use utoipa::ToSchema;

use crate::casefile::{Act, AttachmentView, VillageName};
use crate::error::permit;
use crate::lead::village_of;
use crate::{App, AppError, PageView, Window, new_id};

/// How many people of a role came.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Attendance {
    pub role: String,
    pub count: u16,
}

/// A meeting and what it decided for each household.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewAppraisal {
    pub held_on: Date,
    pub place: String,
    #[schema(value_type = String)]
    pub village: DivisionCode,
    pub chair: String,
    pub recorder: String,
    pub attendance: Vec<Attendance>,
    pub minutes: String,
    pub items: Vec<NewAppraisalItem>,
}

/// One household before the meeting.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewAppraisalItem {
    pub casefile_id: String,
    pub expected_version: i64,
    pub round: u16,
    #[serde(default)]
    pub recused: Vec<String>,
    pub votes_for: u16,
    pub votes_against: u16,
    pub abstentions: u16,
    /// `recommend` or `not_recommend`.
    pub result: String,
    #[serde(default)]
    pub opinion: String,
}

/// How one household of a bulk act fared.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ItemResult {
    pub casefile_id: String,
    pub ok: bool,
    // The version it has now: after the act, or where somebody was faster.
    pub version: Option<i64>,
    pub refusals: Vec<Refusal>,
    /// Plain words where the reason is no refusal (e.g. somebody was faster).
    pub message: Option<String>,
}

/// What a bulk act gave.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BulkResult {
    pub id: String,
    pub results: Vec<ItemResult>,
}

/// A meeting in the list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AppraisalView {
    pub id: String,
    pub village: VillageName,
    pub held_on: String,
    pub place: String,
    pub chair: String,
    pub recorder: String,
    pub attendance: Vec<Attendance>,
    pub minutes: String,
}

/// A notice to post.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewNotice {
    #[schema(value_type = String)]
    pub village: DivisionCode,
    pub posted_on: Date,
    pub place: String,
    pub items: Vec<NewNoticeItem>,
    #[serde(default)]
    pub evidence_attachment_ids: Vec<String>,
}

/// One household on a notice.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewNoticeItem {
    pub casefile_id: String,
    pub expected_version: i64,
}

/// A notice as shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NoticeView {
    pub id: String,
    pub title: String,
    pub village: VillageName,
    pub posted_on: String,
    pub place: String,
    /// The last day the notice has to hang.
    pub stands_until: String,
    /// From this day the township may review.
    pub may_close_from: String,
    pub days_required: i32,
    pub clause: Option<String>,
    /// `posted` while it has to stand, `closed` afterwards.
    pub status: String,
    pub items: Vec<NoticeItemView>,
    pub evidence: Vec<AttachmentView>,
    pub objections: Vec<ObjectionView>,
    /// Per household, how posting fared; only in the answer to posting.
    pub results: Vec<ItemResult>,
}

/// One household on a notice: name, category and remark only, never health,
/// income, numbers or phone.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NoticeItemView {
    pub casefile_id: String,
    pub head_name: String,
    pub category_label: String,
    pub objection_open: bool,
    /// Held by an open or upheld objection; the others go on.
    pub held: bool,
}

/// An objection as shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ObjectionView {
    pub id: String,
    pub casefile_id: String,
    pub received_on: String,
    pub content: String,
    /// Hidden from the village.
    pub objector: Option<String>,
    pub anonymous: bool,
    pub about_official: bool,
    pub status: String,
    pub answer: Option<String>,
    pub upheld: Option<bool>,
    pub answered_on: Option<String>,
    pub handled_by: Option<String>,
    pub handled_level: Option<String>,
}

/// An objection as it comes in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewObjection {
    pub casefile_id: String,
    pub received_on: Date,
    pub content: String,
    #[serde(default)]
    pub anonymous: bool,
    pub objector_name: Option<String>,
    /// Complains of somebody in office: handled above that person.
    #[serde(default)]
    pub about_official: bool,
}

/// An answer to an objection.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AnswerObjection {
    pub answer: String,
    pub upheld: bool,
    pub answered_on: Date,
    pub handled_by: String,
}

/// Filters of the notice list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NoticeListQuery {
    #[param(value_type = Option<String>)]
    pub village: Option<DivisionCode>,
    /// `posted` while it has to stand, `closed` afterwards.
    pub status: Option<String>,
    pub limit: Option<u64>,
    pub cursor: Option<String>,
}

impl App {
    /// Records a meeting of democratic appraisal and its result for each
    /// household; a household that is refused leaves the others untouched.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when the meeting itself is incomplete,
    /// [`AppError::Refused`] when every household is refused.
    pub async fn record_appraisal(
        &self,
        principal: &Principal,
        form: NewAppraisal,
    ) -> Result<BulkResult, AppError> {
        permit(principal, Operation::CasefileRead)?;
        if !principal.scope.contains(form.village) {
            return Err(AppError::NotFound);
        }
        let mut errors = Vec::new();
        for (field, value, label) in [
            ("place", &form.place, "地点"),
            ("chair", &form.chair, "主持人"),
            ("recorder", &form.recorder, "记录人"),
        ] {
            if value.trim().is_empty() {
                errors.push(crate::FieldError::new(field, format!("请填写{label}")));
            }
        }
        if form
            .attendance
            .iter()
            .map(|a| u32::from(a.count))
            .sum::<u32>()
            == 0
        {
            errors.push(crate::FieldError::new("attendance", "请按身份填写到会人数"));
        }
        if form.items.is_empty() {
            errors.push(crate::FieldError::new("items", "请选择要评议的农户"));
        }
        if !errors.is_empty() {
            return Err(AppError::Invalid(errors));
        }
        let present = form
            .attendance
            .iter()
            .map(|a| a.count)
            .fold(0, u16::saturating_add);
        let id = new_id();
        let mut tx = self.store.write(self.actor(principal)).await?;
        let mut results = Vec::new();
        for item in &form.items {
            let recused = u16::try_from(item.recused.len()).unwrap_or(u16::MAX);
            let action = Action::RecordAppraisal(Appraisal {
                appraisal_id: id.clone(),
                round: item.round,
                voters: present.saturating_sub(recused),
                recused: item.recused.clone(),
                votes_for: item.votes_for,
                votes_against: item.votes_against,
                abstentions: item.abstentions,
                result: item.result.clone(),
                opinion: item.opinion.clone(),
            });
            let act = Act {
                expected_version: item.expected_version,
                occurred_on: form.held_on,
                action,
            };
            results.push(
                self.one_of_many(&mut tx, principal, &item.casefile_id, &act, form.village)
                    .await?,
            );
        }
        none_went(&results)?;
        tx.add_appraisal(AppraisalRow {
            minutes_sealed: tx.seal_text("appraisal", "minutes", &id, &form.minutes)?,
            id: id.clone(),
            village: form.village.to_string(),
            held_on: form.held_on.to_string(),
            place: form.place,
            chair: form.chair,
            recorder: form.recorder,
            attendance: serde_json::to_string(&form.attendance).unwrap_or_default(),
            recorded_at: self.clock.now_millis(),
            account_id: principal.account_id.clone(),
        })
        .await?;
        tx.audit(
            &chain_of(Some(form.village)),
            "appraisal.recorded",
            &format!("appraisal/{id}"),
            &format!("households={}", results.len()),
        )
        .await?;
        tx.commit().await?;
        Ok(BulkResult { id, results })
    }

    /// One household of a bulk act.
    async fn one_of_many(
        &self,
        tx: &mut store::WriteTx,
        principal: &Principal,
        casefile_id: &str,
        act: &Act,
        village: DivisionCode,
    ) -> Result<ItemResult, AppError> {
        let found = tx.casefile(&principal.scope, casefile_id).await?;
        let failed = |refusals: Vec<Refusal>, message: Option<String>| ItemResult {
            casefile_id: casefile_id.to_owned(),
            ok: false,
            version: None,
            refusals,
            message,
        };
        let Some((row, casefile)) = found.filter(|(_, c)| c.village == village) else {
            return Ok(failed(Vec::new(), Some(NOT_HERE.into())));
        };
        match self.act_in(tx, principal, &row, &casefile, act).await {
            Ok(version) => Ok(ItemResult {
                casefile_id: casefile_id.to_owned(),
                ok: true,
                version: Some(version),
                refusals: Vec::new(),
                message: None,
            }),
            Err(AppError::Refused(refusals)) => Ok(failed(refusals, None)),
            Err(AppError::Stale { current }) => Ok(ItemResult {
                version: Some(current),
                ..failed(
                    Vec::new(),
                    Some("这件事项刚被别人改过，请刷新后再办".into()),
                )
            }),
            Err(other) => Err(other),
        }
    }

    /// Meetings in scope, newest first.
    ///
    /// # Errors
    /// When the operation is missing or the database refuses.
    pub async fn appraisals(
        &self,
        principal: &Principal,
        village: Option<DivisionCode>,
    ) -> Result<Vec<AppraisalView>, AppError> {
        permit(principal, Operation::CasefileRead)?;
        let scope =
            village.map_or_else(|| principal.scope.clone(), |v| principal.scope.narrowed(v));
        let rows = self.store.appraisals(&scope, 100).await?;
        let names = self
            .division_names(rows.iter().map(|r| r.village.clone()))
            .await?;
        rows.into_iter()
            .map(|r| {
                Ok(AppraisalView {
                    minutes: self.store.open_sealed(
                        "appraisal",
                        "minutes",
                        &r.id,
                        &r.minutes_sealed,
                    )?,
                    attendance: serde_json::from_str(&r.attendance).unwrap_or_default(),
                    village: VillageName {
                        name: names.get(&r.village).cloned().unwrap_or_default(),
                        code: r.village,
                    },
                    id: r.id,
                    held_on: r.held_on,
                    place: r.place,
                    chair: r.chair,
                    recorder: r.recorder,
                })
            })
            .collect()
    }

    /// Posts a notice naming several households.
    ///
    /// # Errors
    /// [`AppError::Refused`] when every household is refused.
    pub async fn post_notice(
        &self,
        principal: &Principal,
        form: NewNotice,
    ) -> Result<NoticeView, AppError> {
        permit(principal, Operation::CasefileRead)?;
        if !principal.scope.contains(form.village) {
            return Err(AppError::NotFound);
        }
        if form.place.trim().is_empty() {
            return Err(AppError::invalid("place", "请填写张贴地点"));
        }
        if form.items.is_empty() {
            return Err(AppError::invalid("items", "请选择要公示的农户"));
        }
        let id = new_id();
        let mut tx = self.store.write(self.actor(principal)).await?;
        let (mut results, mut items) = (Vec::new(), Vec::new());
        let mut rule = None;
        for item in &form.items {
            let action = Action::PostNotice {
                notice_id: id.clone(),
                place: form.place.clone(),
            };
            let act = Act {
                expected_version: item.expected_version,
                occurred_on: form.posted_on,
                action,
            };
            let result = self
                .one_of_many(&mut tx, principal, &item.casefile_id, &act, form.village)
                .await?;
            if result.ok
                && let Some((row, casefile)) =
                    tx.casefile(&principal.scope, &item.casefile_id).await?
                && let Some((household, file)) = tx
                    .household_file(&principal.scope, &row.household_id)
                    .await?
            {
                let pack = self.pack(&casefile.pack.id)?;
                rule.get_or_insert_with(|| notice_rule(pack));
                let proposed = casefile.records.home_verification.as_ref().and_then(|h| {
                    domain::casefile::propose_category(pack, &file.household_type, &h.record)
                        .conclusion
                });
                // A minor's name is never posted.
                let minor = file.head().is_some_and(|h| !h.is_adult_on(self.today()));
                let head_name = if minor {
                    "（户主未成年，姓名不公开）".to_owned()
                } else {
                    household.head_name
                };
                items.push(NoticeItemRow {
                    notice_id: id.clone(),
                    casefile_id: row.id,
                    household_id: household.id,
                    head_name,
                    category: proposed.map(|c| c.category),
                });
            }
            results.push(result);
        }
        none_went(&results)?;
        let (days, clause) = rule.unwrap_or((0, None));
        let close = self
            .calendar
            .earliest_after_standing(form.posted_on, days, domain::calendar::DayUnit::Natural)
            .date;
        tx.add_notice(
            NoticeRow {
                id: id.clone(),
                village: form.village.to_string(),
                title: "初选监测对象公示".into(),
                posted_on: form.posted_on.to_string(),
                place: form.place,
                days_required: i32::from(days),
                may_close_from: close.to_string(),
                clause,
                recorded_at: self.clock.now_millis(),
                account_id: principal.account_id.clone(),
            },
            items,
        )
        .await?;
        tx.audit(
            &chain_of(Some(form.village)),
            "notice.posted",
            &format!("notice/{id}"),
            &format!("households={}", results.len()),
        )
        .await?;
        tx.commit().await?;
        let mut view = self.notice(principal, &id).await?;
        view.results = results;
        Ok(view)
    }

    /// Notices in scope, newest posting first.
    ///
    /// # Errors
    /// When the operation is missing or the database refuses.
    pub async fn notices(
        &self,
        principal: &Principal,
        query: NoticeListQuery,
    ) -> Result<PageView<NoticeView>, AppError> {
        permit(principal, Operation::NoticeRead)?;
        let window = Window::new(query.limit, query.cursor.as_deref());
        let scope = query
            .village
            .map_or_else(|| principal.scope.clone(), |v| principal.scope.narrowed(v));
        let page = self
            .store
            .notices(
                &scope,
                query
                    .status
                    .as_deref()
                    .map(|s| (s == "closed", self.today())),
                window.limit,
                window.offset,
            )
            .await?;
        let items = self.notice_views(principal, page.items).await?;
        Ok(PageView {
            items,
            next_cursor: page.next_cursor,
            total: page.total,
        })
    }

    /// One notice.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope.
    pub async fn notice(&self, principal: &Principal, id: &str) -> Result<NoticeView, AppError> {
        permit(principal, Operation::NoticeRead)?;
        let row = self
            .store
            .notice(&principal.scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        let mut view = self
            .notice_views(principal, vec![row])
            .await?
            .pop()
            .ok_or_else(|| AppError::Internal("a notice without a view".into()))?;
        view.evidence = self
            .attachment_views(&principal.scope, "notice", id)
            .await?;
        Ok(view)
    }

    /// The notice as an A4 page to print and post: name, category, nothing
    /// else about anybody.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope.
    pub async fn notice_print(&self, principal: &Principal, id: &str) -> Result<String, AppError> {
        let notice = self.notice(principal, id).await?;
        let path = self
            .division_path(village_of(&notice.village.code)?)
            .await?;
        let place: Vec<&str> = path.split('/').collect();
        let (township, village) = match place.as_slice() {
            [.., township, village] => (*township, *village),
            _ => ("", path.as_str()),
        };
        Ok(print::page(&notice, township, village))
    }

    async fn notice_views(
        &self,
        principal: &Principal,
        rows: Vec<NoticeRow>,
    ) -> Result<Vec<NoticeView>, AppError> {
        let ids: Vec<String> = rows.iter().map(|r| r.id.clone()).collect();
        let items = self.store.notice_items(&principal.scope, &ids).await?;
        let objections = self.store.objections(&principal.scope, &ids).await?;
        let names = self
            .division_names(rows.iter().map(|r| r.village.clone()))
            .await?;
        let above_village = principal.level.is_some_and(|l| l < Level::Village);
        let mut views = Vec::new();
        for row in rows {
            let village = village_of(&row.village)?;
            let pack = self.pack_in_force(village, self.today()).await.ok();
            let own: Vec<&ObjectionRow> = objections
                .iter()
                .filter(|o| o.notice_id == row.id)
                .collect();
            let close: Date = crate::lead::parse_date(&row.may_close_from)?;
            views.push(NoticeView {
                items: items
                    .iter()
                    .filter(|i| i.notice_id == row.id)
                    .map(|i| NoticeItemView {
                        casefile_id: i.casefile_id.clone(),
                        head_name: i.head_name.clone(),
                        category_label: match (&i.category, pack) {
                            (Some(c), Some(p)) => p.category_label(c),
                            _ => "待审定".into(),
                        },
                        objection_open: own
                            .iter()
                            .any(|o| o.casefile_id == i.casefile_id && o.status == "open"),
                        held: own.iter().any(|o| {
                            o.casefile_id == i.casefile_id
                                && (o.status == "open" || o.upheld == Some(true))
                        }),
                    })
                    .collect(),
                objections: own
                    .into_iter()
                    .map(|o| self.objection_view(o, above_village))
                    .collect::<Result<_, _>>()?,
                status: if self.today() >= close {
                    "closed".into()
                } else {
                    "posted".into()
                },
                stands_until: domain::calendar::plus_days(close, -1).to_string(),
                village: VillageName {
                    name: names.get(&row.village).cloned().unwrap_or_default(),
                    code: row.village,
                },
                id: row.id,
                title: row.title,
                posted_on: row.posted_on,
                place: row.place,
                may_close_from: row.may_close_from,
                days_required: row.days_required,
                clause: row.clause,
                evidence: Vec::new(),
                results: Vec::new(),
            });
        }
        Ok(views)
    }

    fn objection_view(
        &self,
        row: &ObjectionRow,
        above_village: bool,
    ) -> Result<ObjectionView, AppError> {
        let objector = match (&row.objector_sealed, above_village) {
            (Some(sealed), true) => {
                Some(
                    self.store
                        .open_sealed("objection", "objector", &row.id, sealed)?,
                )
            }
            _ => None,
        };
        // A complaint about somebody in office is not shown to the village at all.
        let content = if row.about_official && !above_village {
            "（反映干部问题，由上级办理）".to_owned()
        } else {
            self.store
                .open_sealed("objection", "content", &row.id, &row.content_sealed)?
        };
        Ok(ObjectionView {
            id: row.id.clone(),
            casefile_id: row.casefile_id.clone(),
            received_on: row.received_on.clone(),
            content,
            objector,
            anonymous: row.anonymous,
            about_official: row.about_official,
            status: row.status.clone(),
            answer: match &row.answer_sealed {
                Some(sealed) => {
                    Some(
                        self.store
                            .open_sealed("objection", "answer", &row.id, sealed)?,
                    )
                }
                None => None,
            },
            upheld: row.upheld,
            answered_on: row.answered_on.clone(),
            handled_by: row.handled_by.clone(),
            handled_level: row.handled_level.clone(),
        })
    }

    /// Takes in an objection; it holds that household only.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope, [`AppError::Refused`] when the
    /// case is past review.
    pub async fn file_objection(
        &self,
        principal: &Principal,
        notice_id: &str,
        form: NewObjection,
    ) -> Result<NoticeView, AppError> {
        permit(principal, Operation::ObjectionRegister)?;
        if form.content.trim().is_empty() {
            return Err(AppError::invalid("content", "请写明异议内容"));
        }
        if !form.anonymous
            && form
                .objector_name
                .as_deref()
                .is_none_or(|n| n.trim().is_empty())
        {
            return Err(AppError::invalid(
                "objector_name",
                "请填写异议人姓名，或选择匿名",
            ));
        }
        let notice = self
            .store
            .notice(&principal.scope, notice_id)
            .await?
            .ok_or(AppError::NotFound)?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        let (row, casefile) = tx
            .casefile(&principal.scope, &form.casefile_id)
            .await?
            .ok_or(AppError::NotFound)?;
        let on_notice = casefile
            .records
            .public_notice
            .as_ref()
            .is_some_and(|n| n.notice_id == notice_id);
        if !on_notice {
            return Err(AppError::invalid("casefile_id", "这户不在这次公示里"));
        }
        let id = new_id();
        let act = Act {
            expected_version: row.version,
            occurred_on: form.received_on,
            action: Action::FileObjection {
                objection_id: id.clone(),
            },
        };
        self.act_in(&mut tx, principal, &row, &casefile, &act)
            .await?;
        let objector = form
            .objector_name
            .as_deref()
            .map(str::trim)
            .filter(|n| !n.is_empty() && !form.anonymous);
        tx.add_objection(ObjectionRow {
            content_sealed: tx.seal_text("objection", "content", &id, form.content.trim())?,
            objector_sealed: objector
                .map(|n| tx.seal_text("objection", "objector", &id, n))
                .transpose()?,
            notice_id: notice_id.to_owned(),
            casefile_id: form.casefile_id,
            village: notice.village.clone(),
            received_on: form.received_on.to_string(),
            anonymous: form.anonymous,
            about_official: form.about_official,
            status: "open".into(),
            answer_sealed: None,
            upheld: None,
            answered_on: None,
            handled_by: None,
            handled_level: None,
            account_id: principal.account_id.clone(),
            recorded_at: self.clock.now_millis(),
            id,
        })
        .await?;
        tx.commit().await?;
        self.notice(principal, notice_id).await
    }

    /// Records the answer to an objection, above the person complained of.
    ///
    /// # Errors
    /// [`AppError::Refused`] at the wrong level, [`AppError::Stale`] when it
    /// was answered already.
    pub async fn answer_objection(
        &self,
        principal: &Principal,
        id: &str,
        form: AnswerObjection,
    ) -> Result<NoticeView, AppError> {
        permit(principal, Operation::CasefileRead)?;
        let mut objection = self
            .store
            .objection(&principal.scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        if form.answer.trim().is_empty() || form.handled_by.trim().is_empty() {
            return Err(AppError::invalid("answer", "请写明答复内容和办理人"));
        }
        let mut tx = self.store.write(self.actor(principal)).await?;
        let (row, casefile) = tx
            .casefile(&principal.scope, &objection.casefile_id)
            .await?
            .ok_or(AppError::NotFound)?;
        let act = Act {
            expected_version: row.version,
            occurred_on: form.answered_on,
            action: Action::AnswerObjection {
                objection_id: id.to_owned(),
                upheld: form.upheld,
            },
        };
        self.act_in(&mut tx, principal, &row, &casefile, &act)
            .await?;
        objection.answer_sealed =
            Some(tx.seal_text("objection", "answer", id, form.answer.trim())?);
        objection.status = "answered".into();
        objection.upheld = Some(form.upheld);
        objection.answered_on = Some(form.answered_on.to_string());
        objection.handled_by = Some(form.handled_by.trim().to_owned());
        objection.handled_level = principal.level.map(|l| l.as_str().to_owned());
        let notice_id = objection.notice_id.clone();
        tx.save_answer(objection).await?;
        tx.commit().await?;
        self.notice(principal, &notice_id).await
    }
}

/// Days a notice must stand and the clause that says so, from the pack.
fn notice_rule(pack: &Pack) -> (u16, Option<String>) {
    pack.identification()
        .and_then(|p| p.guard(StepKind::TownshipReview, GuardKind::NoticeStood))
        .map_or((0, None), |g| {
            (
                g.number.as_ref().map_or(0, |n| *n.get_ref()),
                g.clause.as_ref().map(|c| c.get_ref().clone()),
            )
        })
}

/// One household of a bulk act that is unknown or unseen.
const NOT_HERE: &str = "在本村没有找到这件事项";

/// A bulk act in which nothing succeeded is refused as a whole.
fn none_went(results: &[ItemResult]) -> Result<(), AppError> {
    if results.iter().any(|r| r.ok) {
        return Ok(());
    }
    if results
        .iter()
        .all(|r| r.message.as_deref() == Some(NOT_HERE))
    {
        return Err(AppError::NotFound);
    }
    let refusals: Vec<Refusal> = results.iter().flat_map(|r| r.refusals.clone()).collect();
    if refusals.is_empty() {
        // Somebody was faster: the form is kept and the newer state shown, as for a single act.
        if let Some(current) = results.iter().find_map(|r| r.version) {
            return Err(AppError::Stale { current });
        }
        let message = results
            .iter()
            .find_map(|r| r.message.clone())
            .unwrap_or_default();
        return Err(AppError::Conflict(message));
    }
    Err(AppError::Refused(refusals))
}
