//! Objections: taken in, and answered above the person complained of.

use domain::account::{Operation, Principal};
use domain::casefile::{Action, handling_level};
use store::notice::ObjectionRow;

use crate::casefile::Act;
use crate::error::permit;
use crate::lead::{highest, level_complained_of, not_by_the_accused, village_of};
use crate::{App, AppError, new_id};

use super::{AnswerObjection, NewObjection, NoticeView};
use domain::typed_text::is_blank;

impl App {
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
        if is_blank(&form.content) {
            return Err(AppError::invalid("content", "请写明异议内容"));
        }
        if !form.anonymous && form.objector_name.as_deref().is_none_or(is_blank) {
            return Err(AppError::invalid(
                "objector_name",
                "请填写异议人姓名，或选择匿名",
            ));
        }
        let official = form
            .official_name
            .as_deref()
            .map(str::trim)
            .filter(|n| !n.is_empty());
        if form.about_official && official.is_none() && form.official_level.is_none() {
            return Err(AppError::invalid(
                "official_level",
                "反映干部问题的，请写明是谁，或他在哪一级任职",
            ));
        }
        let notice = self
            .store
            .notice(&principal.scope, notice_id)
            .await?
            .ok_or(AppError::NotFound)?;
        let official_level = if form.about_official {
            let village = village_of(&notice.village)?;
            let named = match official {
                Some(name) => self.officials_named(village, name).await?,
                None => Vec::new(),
            };
            // Nobody writes down what is said about himself.
            if named.iter().any(|a| a.id == principal.account_id) {
                return Err(AppError::invalid(
                    "official_name",
                    "这件异议反映的是您本人，您不能登记：请让异议人直接向上一级反映，或拨打 12317",
                ));
            }
            let known = highest(&named);
            Some(level_complained_of(known, form.official_level))
        } else {
            None
        };
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
                official_level,
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
            official_sealed: official
                .filter(|_| form.about_official)
                .map(|n| tx.seal_text("objection", "official", &id, n))
                .transpose()?,
            official_level: official_level.map(|l| l.as_str().to_owned()),
            handling_level: Some(handling_level(official_level).as_str().to_owned()),
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
        // Whoever sees notices learns from the statute whose turn it is.
        permit(principal, Operation::NoticeRead)?;
        let mut objection = self
            .store
            .objection(&principal.scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        if is_blank(&form.answer) || is_blank(&form.handled_by) {
            return Err(AppError::invalid("answer", "请写明答复内容和办理人"));
        }
        // Nobody answers a complaint about himself.
        if let Some(sealed) = &objection.official_sealed {
            let official =
                self.store
                    .open_sealed("objection", "official", &objection.id, sealed)?;
            not_by_the_accused(principal, &official, &form.handled_by)?;
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
