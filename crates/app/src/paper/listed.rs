//! From a list as it was sent to its paper: the frozen content, whole, and
//! nothing of what is known now.

use domain::account::Principal;
use domain::paper::{
    Filled, ListedHousehold, Paper as _, PaperKind, SentList, SubmissionList, WrittenNotice,
};
use domain::submission_list::{ListContent, ListRow, Month};

use super::{Gathered, PaperForm};
use crate::submission_list::FrozenList;
use crate::{App, AppError};

impl App {
    /// The paper of a list: 书面通知 where the document says it goes down with
    /// one, 报送名单 otherwise. `form` is absent for the other kind.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope, [`AppError::NotPermitted`]
    /// for those who may not read lists.
    pub(super) async fn list_paper(
        &self,
        principal: &Principal,
        kind: PaperKind,
        id: &str,
    ) -> Result<Gathered, AppError> {
        let list = self.frozen_list(principal, id).await?;
        let terms = &list.content.terms;
        let (own, form) = if terms.written_notice {
            let pack = self.pack(&list.content.pack.id)?;
            (
                PaperKind::WrittenNotice,
                PaperForm::of(pack, PaperKind::WrittenNotice),
            )
        } else {
            (PaperKind::SubmissionList, None)
        };
        Ok(Gathered {
            area: list.area,
            form: (kind == own).then(|| {
                form.unwrap_or_else(|| PaperForm {
                    label: terms.label.clone(),
                    clause: terms.clause.clone(),
                })
            }),
            data: Ok(filled(&list)),
        })
    }
}

fn filled(list: &FrozenList) -> Filled {
    let content = &list.content;
    if content.terms.written_notice {
        let title = format!("关于{}的通知", content.title);
        return WrittenNotice {
            list: sent(list, title),
        }
        .filled();
    }
    let month = content.period.map(Month::spoken).unwrap_or_default();
    SubmissionList {
        list: sent(list, content.title.clone()),
        informs: content.terms.informs(),
        nobody: format!("{month}无调整。{}", content.note),
    }
    .filled()
}

fn sent(list: &FrozenList, title: String) -> SentList {
    let content: &ListContent = &list.content;
    SentList {
        title,
        // One paper, one number: the platform's own only where no letter gives one.
        number: if content.document_number.is_empty() || content.terms.written_notice {
            content.number.clone()
        } else {
            String::new()
        },
        issued_by: content.maker.signs_as().to_owned(),
        addressed_to: content.recipient.signs_as().to_owned(),
        document_number: content.document_number.clone(),
        signatory: content.signatory.clone(),
        issued_on: content.submitted_on,
        prepared_by: match &content.deputy_of {
            Some(colleague) => format!("{}（代{colleague}）", content.submitted_by),
            None => content.submitted_by.clone(),
        },
        acknowledge_by: content.acknowledge_by,
        digest: list.digest.clone(),
        households: content.rows.iter().map(listed).collect(),
    }
}

fn listed(row: &ListRow) -> ListedHousehold {
    ListedHousehold {
        village: row.village_name.clone(),
        head_name: row.head_name.clone(),
        persons: row.member_count,
        household_type: row.household_type_label.clone(),
        category: row
            .category_label
            .clone()
            .unwrap_or_else(|| "待认定".into()),
        remark: String::new(),
    }
}
