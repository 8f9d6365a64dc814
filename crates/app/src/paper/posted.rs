//! From the records to the public papers: who may be named, by which name, and
//! nothing else about anybody.

use std::collections::{BTreeMap, BTreeSet};

use domain::account::Scope;
use domain::casefile::{Casefile, Refusal, Stage};
use domain::division::{DivisionCode, Level};
use domain::household::HouseholdFile;
use domain::paper::{
    Announcement, Block, Filled, Layout, NameProtection, NeverPublic, Paper as _, PaperKind,
    PublicLine, PublicNotice, PublicText, SubstituteLine, Unfit, public_line,
};
use domain::policy::{Pack, StepKind};
use store::notice::{NoticeItemRow, NoticeRow};

use super::gather::Place;
use super::{html, not_yet};
use crate::lead::parse_date;
use crate::{App, AppError};

/// Whether the head may be named in public. `approved` is what the township
/// approved to be written instead, `asked` whether a request waits there.
pub fn protection_of(
    file: &HouseholdFile,
    approved: Option<SubstituteLine>,
    asked: bool,
    today: jiff::civil::Date,
) -> NameProtection {
    let minor = file.head().is_some_and(|h| !h.is_adult_on(today));
    match approved {
        Some(substitute) => NameProtection::Approved(substitute),
        None if minor || asked => NameProtection::Awaiting,
        None => NameProtection::None,
    }
}

/// The line of a household on a public paper.
///
/// # Errors
/// As for [`public_line`].
pub fn line_of(
    whose: &str,
    file: &HouseholdFile,
    head_name: &str,
    protection: &NameProtection,
    category_label: &str,
    never: &NeverPublic,
    today: jiff::civil::Date,
) -> Result<PublicLine, Unfit> {
    let minors = minors(file, today);
    public_line(whose, head_name, &minors, protection, category_label, never)
}

/// Names of the members under age on a day: never on a public paper.
pub(super) fn minors(file: &HouseholdFile, today: jiff::civil::Date) -> Vec<&str> {
    file.active_members()
        .filter(|m| !m.is_adult_on(today))
        .map(|m| m.name.as_str())
        .collect()
}

/// The level that posts a paper in its own name; where the document has no such
/// step, the village its notices and the township its announcements.
fn posting_level(pack: &Pack, step: StepKind) -> Level {
    let practice = match step {
        StepKind::PublicNotice => Level::Village,
        _ => Level::Township,
    };
    pack.identification()
        .and_then(|p| p.step(step))
        .map_or(practice, |s| s.level)
}

impl App {
    /// Why a household may not be named in public yet: its name protection
    /// waits for the township, its head is under age and nobody asked, or its
    /// name is none a public paper could print.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn unnamed_yet(
        &self,
        scope: &Scope,
        household_id: &str,
    ) -> Result<Option<Refusal>, AppError> {
        let ids = BTreeSet::from([household_id.to_owned()]);
        let files: BTreeMap<String, HouseholdFile> = self
            .store
            .household_files(scope, &ids)
            .await?
            .into_iter()
            .map(|(id, (_, file))| (id, file))
            .collect();
        let protections = self.protections(scope, &files).await?;
        let (Some(file), Some(protection)) =
            (files.get(household_id), protections.get(household_id))
        else {
            return Ok(None);
        };
        if *protection != NameProtection::Awaiting {
            return self.unprintable_name(file, protection);
        }
        let asked = self
            .store
            .open_name_protections(scope, &[household_id.to_owned()])
            .await?
            .into_iter()
            .rfind(|r| r.status == "requested");
        let message = match asked {
            Some(_) => {
                let path = self.store.division_path(file.village).await?;
                let township = path.iter().find(|d| d.level == Level::Township.as_str());
                format!(
                    "这户的公示用名还没有批准，正等{}决定：批准或不批准后再公示、公告。",
                    township.map_or("乡镇", |t| t.name.as_str())
                )
            }
            None => {
                "户主未成年，姓名不能公开：请先在“公示用名”里提出代替写法，乡镇批准后再公示、公告。"
                    .to_owned()
            }
        };
        Ok(Some(Refusal {
            guard: "name_protection".into(),
            message,
            clause: None,
            earliest_on: None,
        }))
    }

    /// Why no public paper could print the line of a household: asked before
    /// the posting is recorded, for one such line keeps the others from print.
    fn unprintable_name(
        &self,
        file: &HouseholdFile,
        protection: &NameProtection,
    ) -> Result<Option<Refusal>, AppError> {
        let never = self.never_public()?;
        let name = file.head().map_or("", |h| h.name.as_str());
        let line = line_of("这一户", file, name, protection, "", &never, self.today());
        Ok(line.err().map(|unfit| Refusal {
            guard: "name_printable".into(),
            message: format!("{unfit}。请在农户档案里更正以后再公示、公告。"),
            clause: None,
            earliest_on: None,
        }))
    }

    /// Whether the heads of households may be named in public.
    async fn protections(
        &self,
        scope: &Scope,
        files: &BTreeMap<String, HouseholdFile>,
    ) -> Result<BTreeMap<String, NameProtection>, AppError> {
        let ids: Vec<String> = files.keys().cloned().collect();
        let rows = self.store.open_name_protections(scope, &ids).await?;
        let mut found = BTreeMap::new();
        for (id, file) in files {
            let minor = file.head().is_some_and(|h| !h.is_adult_on(self.today()));
            let own = || {
                rows.iter().filter(|r| {
                    &r.household_id == id && (minor || r.ground != super::protection::MINOR_HEAD)
                })
            };
            let approved = own()
                .rfind(|r| r.status == "approved")
                .map(|row| self.substitute_of(row))
                .transpose()?;
            let asked = own().next().is_some();
            found.insert(
                id.clone(),
                protection_of(file, approved, asked, self.today()),
            );
        }
        Ok(found)
    }

    /// Lines of a public paper from (household, name as posted, category).
    async fn public_lines(
        &self,
        scope: &Scope,
        households: Vec<(String, String, String)>,
        never: &NeverPublic,
    ) -> Result<Vec<PublicLine>, AppError> {
        let ids: BTreeSet<String> = households.iter().map(|(id, _, _)| id.clone()).collect();
        let files: BTreeMap<String, HouseholdFile> = self
            .store
            .household_files(scope, &ids)
            .await?
            .into_iter()
            .map(|(id, (_, file))| (id, file))
            .collect();
        let protections = self.protections(scope, &files).await?;
        let mut lines = Vec::new();
        for (index, (id, name, category)) in households.into_iter().enumerate() {
            let file = files.get(&id).ok_or(AppError::NotFound)?;
            let protection = protections.get(&id).unwrap_or(&NameProtection::Awaiting);
            let whose = format!("第 {} 户", index + 1);
            let line = |name: &str| {
                let today = self.today();
                line_of(&whose, file, name, protection, &category, never, today)
            };
            // A name posted before it was corrected is printed as corrected.
            let corrected = || file.head().map(|h| h.name.as_str()).filter(|n| *n != name);
            lines.push(line(&name).or_else(|unfit| {
                let again = corrected().and_then(|name| line(name).ok());
                again.ok_or(unfit)
            })?);
        }
        Ok(lines)
    }

    pub(super) async fn public_notice(
        &self,
        scope: &Scope,
        place: &Place,
        id: &str,
        pack: &Pack,
    ) -> Result<Filled, AppError> {
        let row = self
            .store
            .notice(scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        let items = self
            .store
            .notice_items(scope, std::slice::from_ref(&row.id))
            .await?;
        self.notice_paper(scope, place, &row, items, pack).await
    }

    /// A notice that is not posted yet, as it would be printed; what stands
    /// against printing it is said on the page.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn draft_notice_page(
        &self,
        scope: &Scope,
        village: DivisionCode,
        row: &NoticeRow,
        items: Vec<NoticeItemRow>,
    ) -> Result<String, AppError> {
        let place = self.place(village).await?;
        let pack = self.pack_in_force(village, self.today()).await?;
        match self.notice_paper(scope, &place, row, items, pack).await {
            Ok(data) => Ok(html::page(
                &self.paper_layout(PaperKind::PublicNotice)?,
                &data,
                "",
            )),
            Err(AppError::Refused(refusals)) => {
                let reasons = refusals.into_iter().map(|r| Block::Indented(r.message));
                let blocks = std::iter::once(Block::Title("这份公示还不能打印".into()))
                    .chain(reasons)
                    .collect();
                Ok(html::page(
                    &Layout {
                        blocks,
                        compact: false,
                    },
                    &Filled::default(),
                    "",
                ))
            }
            Err(other) => Err(other),
        }
    }

    async fn notice_paper(
        &self,
        scope: &Scope,
        place: &Place,
        row: &NoticeRow,
        items: Vec<NoticeItemRow>,
        pack: &Pack,
    ) -> Result<Filled, AppError> {
        let never = self.never_public()?;
        let households = items
            .into_iter()
            .map(|i| {
                let category = i
                    .category
                    .map_or_else(|| "待审定".to_owned(), |c| pack.category_label(&c));
                (i.household_id, i.head_name, category)
            })
            .collect();
        let close = parse_date(&row.may_close_from)?;
        Ok(PublicNotice {
            place: place.public(&never)?,
            issued_by: PublicText::name(
                &place.office(pack, posting_level(pack, StepKind::PublicNotice)),
                "张贴单位",
                &never,
            )?,
            posted_on: parse_date(&row.posted_on)?,
            stands_until: domain::calendar::plus_days(close, -1),
            after: pack
                .identification()
                .map(|p| p.judged_before(StepKind::PublicNotice))
                .unwrap_or_default()
                .into_iter()
                .map(|label| PublicText::name(label, "环节名称", &never))
                .collect::<Result<_, _>>()?,
            days_required: u16::try_from(row.days_required).unwrap_or_default(),
            lines: self.public_lines(scope, households, &never).await?,
        }
        .filled())
    }

    /// The announcement of everybody in the village approved by one document.
    pub(super) async fn announcement(
        &self,
        scope: &Scope,
        place: &Place,
        casefile: &Casefile,
        pack: &Pack,
    ) -> Result<Filled, AppError> {
        let Some(decision) = casefile.records.county_decision.as_ref().filter(|_| {
            matches!(
                casefile.stage,
                Stage::Determined { .. } | Stage::Archived { .. }
            )
        }) else {
            let decision = pack.step_label(StepKind::CountyDecision);
            return Err(not_yet(
                "announcement",
                format!("“{decision}”通过后才能打印公告"),
            ));
        };
        let never = self.never_public()?;
        let number = &decision.record.document_number;
        let mut households = Vec::new();
        for (_, other) in self.casefiles_of_village(scope, casefile.village).await? {
            let (Stage::Determined { category, .. } | Stage::Archived { category, .. }) =
                &other.stage
            else {
                continue;
            };
            let same = other.records.county_decision.as_ref().is_some_and(|d| {
                &d.record.document_number == number
                    && d.record.signed_on == decision.record.signed_on
            });
            if same || other.id == casefile.id {
                households.push((other.household_id.clone(), pack.category_label(category)));
            }
        }
        let rows = self
            .store
            .households(scope, households.iter().map(|(id, _)| id.clone()))
            .await?;
        let households = households
            .into_iter()
            .map(|(id, category)| {
                let name = rows
                    .get(&id)
                    .map_or_else(String::new, |r| r.head_name.clone());
                (id, name, category)
            })
            .collect();
        let announced = casefile.records.announcement.as_ref();
        Ok(Announcement {
            place: place.public(&never)?,
            issued_by: PublicText::name(
                &place.office(pack, posting_level(pack, StepKind::Announcement)),
                "发布单位",
                &never,
            )?,
            document_number: PublicText::document_number(number, &never)?,
            approved_on: decision.record.signed_on.unwrap_or(decision.occurred_on),
            announced_on: announced.map_or_else(|| self.today(), |a| a.occurred_on),
            lines: self.public_lines(scope, households, &never).await?,
        }
        .filled())
    }
}
