//! Appraisal meetings, public notices and objections: acts over several
//! households at once, each answered on its own.

mod appraisal;
mod forms;
mod objection;

pub use forms::*;

use domain::account::{Operation, Principal};
use domain::calendar::DayUnit;
use domain::casefile::{Action, Refusal, Situation, propose_category};
use domain::division::{DivisionCode, Level};
use domain::paper::PaperKind;
use domain::policy::{GuardKind, Pack};
use jiff::civil::Date;
use store::audit::chain_of;
use store::notice::{NoticeItemRow, NoticeRow, ObjectionRow};

use crate::casefile::{Act, VillageName};
use crate::error::permit;
use crate::lead::village_of;
use crate::paper::PaperForm;
use crate::{App, AppError, PageView, Window, new_id};
use domain::typed_text::is_blank;

impl App {
    /// One household of a bulk act over a division.
    pub(crate) async fn one_of_many(
        &self,
        tx: &mut store::WriteTx,
        principal: &Principal,
        casefile_id: &str,
        act: &Act,
        area: DivisionCode,
    ) -> Result<ItemResult, AppError> {
        let found = tx.casefile(&principal.scope, casefile_id).await?;
        let failed = |refusals: Vec<Refusal>, message: Option<String>| ItemResult {
            casefile_id: casefile_id.to_owned(),
            ok: false,
            version: None,
            refusals,
            message,
        };
        let Some((row, casefile)) = found.filter(|(_, c)| area.contains(c.village)) else {
            return Ok(failed(Vec::new(), Some(NOT_HERE.into())));
        };
        if matches!(act.action, Action::PostNotice { .. })
            && let Some(refusal) = self
                .unnamed_yet(&principal.scope, &casefile.household_id)
                .await?
        {
            return Ok(failed(vec![refusal], None));
        }
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

    /// Posts a notice naming several households.
    ///
    /// # Errors
    /// [`AppError::Refused`] when every household is refused.
    pub async fn post_notice(
        &self,
        principal: &Principal,
        form: NewNotice,
    ) -> Result<NoticeView, AppError> {
        let mut tx = self.store.write(self.actor(principal)).await?;
        let draft = self.draft_notice(&mut tx, principal, &form).await?;
        none_went(&draft.results)?;
        let id = draft.row.id.clone();
        for attachment in self.posted_photos(principal, &form, &draft.items).await? {
            tx.link_attachment(&attachment, "notice", &id).await?;
        }
        tx.add_notice(draft.row, draft.items).await?;
        tx.audit(
            &chain_of(Some(form.village)),
            "notice.posted",
            &format!("notice/{id}"),
            &format!(
                "households={} photos={}",
                draft.results.len(),
                form.evidence_attachment_ids.len()
            ),
        )
        .await?;
        tx.commit().await?;
        let mut view = self.notice(principal, &id).await?;
        view.results = draft.results;
        Ok(view)
    }

    /// What a notice would say and how each household would fare; nothing is
    /// written.
    ///
    /// # Errors
    /// As [`App::post_notice`], but a household that is refused only says so.
    pub async fn preview_notice(
        &self,
        principal: &Principal,
        form: NewNotice,
    ) -> Result<NoticePreview, AppError> {
        let mut tx = self.store.write(self.actor(principal)).await?;
        let draft = self.draft_notice(&mut tx, principal, &form).await?;
        // The transaction ends here without a commit: it never happened.
        drop(tx);
        let page = self
            .draft_notice_page(&principal.scope, form.village, &draft.row, draft.items)
            .await?;
        Ok(NoticePreview {
            title: draft.row.title,
            page,
            results: draft.results,
        })
    }

    /// Tries the notice on every household inside a transaction.
    async fn draft_notice(
        &self,
        tx: &mut store::WriteTx,
        principal: &Principal,
        form: &NewNotice,
    ) -> Result<Draft, AppError> {
        permit(principal, Operation::CasefileRead)?;
        if !principal.scope.contains(form.village) {
            return Err(AppError::NotFound);
        }
        if is_blank(&form.place) {
            return Err(AppError::invalid("place", "请填写张贴地点"));
        }
        if form.items.is_empty() {
            return Err(AppError::invalid("items", "请选择要公示的农户"));
        }
        let id = new_id();
        let (mut results, mut items) = (Vec::new(), Vec::new());
        let mut rule = None;
        let mut heading = None;
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
                .one_of_many(tx, principal, &item.casefile_id, &act, form.village)
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
                heading = heading.or_else(|| PaperForm::of(pack, PaperKind::PublicNotice));
                let line = self.line_of(&casefile).await?;
                let proposed = Situation::of(&casefile.records).and_then(|s| {
                    let situation = s.under(line.as_ref());
                    propose_category(pack, &file.household_type, &situation).conclusion
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
        let (days, unit, clause) = rule.unwrap_or((0, DayUnit::Natural, None));
        let close = self
            .calendar
            .earliest_after_standing(form.posted_on, days, unit)
            .date;
        let village = form.village.to_string();
        let names = self.division_names([village.clone()]).await?;
        let title = format!(
            "{}{}（{}年{}月{}日，{}户）",
            names.get(&village).map_or("", String::as_str),
            heading.map_or_else(|| "公示".into(), |form| form.label),
            form.posted_on.year(),
            form.posted_on.month(),
            form.posted_on.day(),
            items.len()
        );
        let row = NoticeRow {
            id,
            village,
            title,
            posted_on: form.posted_on.to_string(),
            place: form.place.clone(),
            days_required: i32::from(days),
            may_close_from: close.to_string(),
            clause,
            recorded_at: self.clock.now_millis(),
            account_id: principal.account_id.clone(),
        };
        Ok(Draft {
            row,
            items,
            results,
        })
    }

    /// Photos of the posted notice, uploaded to one of its households before
    /// the notice was there; any other attachment is refused.
    async fn posted_photos(
        &self,
        principal: &Principal,
        form: &NewNotice,
        items: &[NoticeItemRow],
    ) -> Result<Vec<String>, AppError> {
        let mut photos = Vec::new();
        for id in &form.evidence_attachment_ids {
            let row = self
                .store
                .attachment(&principal.scope, id)
                .await?
                .ok_or(AppError::NotFound)?;
            let of_these = row.subject_kind == "casefile"
                && items.iter().any(|i| i.casefile_id == row.subject_id);
            if !of_these {
                return Err(AppError::invalid(
                    "evidence_attachment_ids",
                    "张贴照片要先上传到这次公示的某一户名下",
                ));
            }
            photos.push(row.id);
        }
        Ok(photos)
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
                &window,
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
        if !principal.masked {
            view.evidence = self
                .attachment_views(&principal.scope, "notice", id)
                .await?;
        }
        Ok(view)
    }

    /// The notice as an A4 page to print and post, one of the papers.
    ///
    /// # Errors
    /// As for [`App::paper_print`].
    pub async fn notice_print(&self, principal: &Principal, id: &str) -> Result<String, AppError> {
        let kind = domain::paper::PaperKind::PublicNotice;
        self.paper_print(principal, crate::paper::PaperSubject::Notice, id, kind)
            .await
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
                    .map(|i| item_view(i, pack, principal.masked, &own))
                    .collect(),
                objections: own
                    .into_iter()
                    .map(|o| self.objection_view(o, principal))
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
                place: if principal.masked {
                    crate::mask_text(&row.place)
                } else {
                    row.place
                },
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
        principal: &Principal,
    ) -> Result<ObjectionView, AppError> {
        let level = principal.level;
        let above_village = level.is_some_and(|l| l < Level::Village);
        // A complaint about somebody in office is shown from the level that
        // handles it upward, and to nobody below.
        let handling = match row.handling_level.as_deref() {
            Some(level) => level_named(level),
            None => Level::Township,
        };
        // A role that sees names masked reads what it has to answer itself,
        // nothing that others handle.
        let others = principal.masked && level != Some(handling);
        let may_see = level.is_some_and(|l| l <= handling) && !others;
        let objector = match &row.objector_sealed {
            Some(sealed) => {
                Some(
                    self.store
                        .open_sealed("objection", "objector", &row.id, sealed)?,
                )
            }
            None => None,
        };
        let shows_objector = above_village && (may_see || (!row.about_official && !others));
        // A name hidden beside the text is hidden inside it.
        let unnamed = |text: String| match objector.as_deref().map(str::trim) {
            Some(name) if !shows_objector && !name.is_empty() => text.replace(name, "××"),
            _ => text,
        };
        let official = match &row.official_sealed {
            Some(sealed) if may_see => {
                Some(
                    self.store
                        .open_sealed("objection", "official", &row.id, sealed)?,
                )
            }
            _ => None,
        };
        let content = if others {
            "（由下级办理，内容不公开）".to_owned()
        } else if row.about_official && !may_see {
            "（反映干部问题，由上级办理）".to_owned()
        } else {
            unnamed(
                self.store
                    .open_sealed("objection", "content", &row.id, &row.content_sealed)?,
            )
        };
        // What was found about somebody in office is not for him either.
        let answer = match &row.answer_sealed {
            Some(_) if others => Some("（内容不公开）".to_owned()),
            Some(_) if row.about_official && !may_see => Some("（由上级办理并答复）".to_owned()),
            Some(sealed) => Some(unnamed(self.store.open_sealed(
                "objection",
                "answer",
                &row.id,
                sealed,
            )?)),
            None => None,
        };
        Ok(ObjectionView {
            id: row.id.clone(),
            casefile_id: row.casefile_id.clone(),
            received_on: row.received_on.clone(),
            content,
            objector: objector.clone().filter(|_| shows_objector),
            anonymous: row.anonymous,
            about_official: row.about_official,
            official_level: row.official_level.clone().filter(|_| may_see),
            official,
            handling_level: handling.as_str().to_owned(),
            mine: row.status == "open"
                && may_see
                && level.is_some_and(|l| l < Level::Village)
                && principal.may(Operation::ObjectionAnswer),
            status: row.status.clone(),
            answer,
            upheld: row.upheld,
            answered_on: row.answered_on.clone(),
            handled_by: row
                .handled_by
                .clone()
                .filter(|_| !others && (may_see || !row.about_official)),
            handled_level: row.handled_level.clone(),
        })
    }
}

/// A notice as it would be posted, before anything is written for good.
struct Draft {
    row: NoticeRow,
    items: Vec<NoticeItemRow>,
    results: Vec<ItemResult>,
}

/// One household as a notice shows it; `objections` are those of the notice.
fn item_view(
    item: &NoticeItemRow,
    pack: Option<&Pack>,
    masked: bool,
    objections: &[&ObjectionRow],
) -> NoticeItemView {
    let about = |o: &&&ObjectionRow| o.casefile_id == item.casefile_id;
    let mut own = objections.iter().filter(about);
    NoticeItemView {
        casefile_id: item.casefile_id.clone(),
        head_name: if masked {
            crate::mask_name(&item.head_name)
        } else {
            item.head_name.clone()
        },
        category_label: match (&item.category, pack) {
            (Some(c), Some(p)) => p.category_label(c),
            _ => "待审定".into(),
        },
        objection_open: own.clone().any(|o| o.status == "open"),
        held: own.any(|o| o.status == "open" || o.upheld == Some(true)),
    }
}

/// A level by the name it is stored under; the township where it is unknown.
fn level_named(name: &str) -> Level {
    [Level::Province, Level::City, Level::County]
        .into_iter()
        .find(|l| l.as_str() == name)
        .unwrap_or(Level::Township)
}

/// Days a notice must stand, how they are counted, and the clause that says
/// so; whichever step of the pack waits for it.
fn notice_rule(pack: &Pack) -> (u16, DayUnit, Option<String>) {
    pack.identification()
        .and_then(|p| p.guards.iter().find(|g| g.kind == GuardKind::NoticeStood))
        .map_or((0, DayUnit::Natural, None), |g| {
            (
                g.number.as_ref().map_or(0, |n| *n.get_ref()),
                g.unit.unwrap_or(DayUnit::Natural),
                g.clause.as_ref().map(|c| c.get_ref().clone()),
            )
        })
}

/// One household of a bulk act that is unknown or unseen.
pub(crate) const NOT_HERE: &str = "没有找到这件事项，或不在这次办理的范围里";

/// A bulk act in which nothing succeeded is refused as a whole.
pub(crate) fn none_went(results: &[ItemResult]) -> Result<(), AppError> {
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
