//! From the records to the data of each paper. What a paper may hold is said
//! by its type; here nothing is left out or added by hand.

use domain::account::{Principal, Scope};
use domain::casefile::{Casefile, Judgement, Stage, line_words};
use domain::division::{DivisionCode, Level};
use domain::household::{HouseholdFile, Member};
use domain::monitoring_line::ResolvedLine;
use domain::paper::{
    CommitmentLetterPaper, Filled, HouseholdHead, InvestigationFormPaper, LetterMember,
    NeverPublic, Paper as _, PaperKind, PublicPlace, ResultNoticePaper, SignInSheet,
    SurveyedMember,
};
use domain::policy::{LawfulItems, Pack, StepKind};
use store::casefile::CasefileFilter;

use super::{Gathered, PaperForm, PaperSubject, not_yet};
use crate::household::{mask_number, mask_phone};
use crate::lead::village_of;
use crate::{App, AppError};

/// Lines of a sign-in sheet printed before anybody has come: what one page holds.
const BLANK_SEATS: usize = 16;

/// The dimensions the form has boxes of its own for (住房、义务教育、基本医疗
/// are judged together).
const THREE_GUARANTEES: &str = "three_guarantees";
const DRINKING_WATER_SAFETY: &str = "drinking_water_safety";

/// Everyday names of county, township and village.
pub(super) struct Place {
    pub county: String,
    pub township: String,
    pub village: String,
}

impl Place {
    pub(super) fn public(&self, never: &NeverPublic) -> Result<PublicPlace, AppError> {
        Ok(PublicPlace::new(
            &self.county,
            &self.township,
            &self.village,
            never,
        )?)
    }

    /// How a level signs its papers under a pack.
    pub(super) fn office(&self, pack: &Pack, level: Level) -> String {
        let name = match level {
            Level::Village => &self.village,
            Level::County => &self.county,
            _ => &self.township,
        };
        pack.office(level, name)
    }
}

impl App {
    pub(super) async fn place(&self, village: DivisionCode) -> Result<Place, AppError> {
        let path = self.store.division_path(village).await?;
        let of = |level: &str| {
            path.iter()
                .find(|d| d.level == level)
                .map_or_else(String::new, |d| domain::division::short_name(&d.name))
        };
        Ok(Place {
            county: of("county"),
            township: of("township"),
            village: of("village"),
        })
    }

    /// Words no public paper may hold.
    pub(super) fn never_public(&self) -> Result<NeverPublic, AppError> {
        self.files
            .text("papers/never_public.txt")
            .map(NeverPublic::parse)
            .filter(|n| !n.words().is_empty())
            .ok_or_else(|| AppError::Internal("papers/never_public.txt is missing".into()))
    }

    /// The data of a paper.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope. What is merely not ready yet
    /// stands inside the answer.
    pub(super) async fn gather(
        &self,
        principal: &Principal,
        kind: PaperKind,
        subject: PaperSubject,
        id: &str,
    ) -> Result<Gathered, AppError> {
        if subject == PaperSubject::SubmissionList {
            return self.list_paper(principal, kind, id).await;
        }
        let village = self.paper_village(principal, subject, id).await?;
        let place = self.place(village).await?;
        let scope = &principal.scope;
        let (pack, data) = match subject {
            PaperSubject::Casefile => {
                let (_, casefile) = self
                    .store
                    .casefile(scope, id)
                    .await?
                    .ok_or(AppError::NotFound)?;
                let (_, file) = self
                    .store
                    .household_file(scope, &casefile.household_id)
                    .await?
                    .ok_or(AppError::NotFound)?;
                let pack = self.pack(&casefile.pack.id)?;
                let data = match kind {
                    PaperKind::CommitmentLetter => Ok(self.letter(&place, &casefile, &file, pack)),
                    PaperKind::InvestigationForm => {
                        let line = self.line_of(&casefile).await?;
                        Ok(self.investigation(&place, &casefile, &file, pack, line.as_ref()))
                    }
                    PaperKind::ResultNotice => self.result_notice(&place, &casefile, &file, pack),
                    _ => self.announcement(scope, &place, &casefile, pack).await,
                };
                (pack, data)
            }
            PaperSubject::Notice => {
                let pack = self.pack_in_force(village, self.today()).await?;
                (pack, self.public_notice(scope, &place, id, pack).await)
            }
            PaperSubject::Appraisal => {
                let pack = self.pack_in_force(village, self.today()).await?;
                (pack, self.meeting(scope, &place, id, kind).await)
            }
            PaperSubject::SubmissionList => return Err(AppError::NotFound),
            PaperSubject::Village => {
                let pack = self.pack_in_force(village, self.today()).await?;
                let sheet = SignInSheet {
                    county: place.county,
                    township: place.township,
                    village: place.village,
                    held_on: None,
                    place: String::new(),
                    seats: vec![String::new(); BLANK_SEATS],
                };
                (pack, Ok(sheet.filled()))
            }
        };
        Ok(Gathered {
            area: village,
            form: PaperForm::of(pack, kind),
            data,
        })
    }

    /// The village a subject belongs to.
    async fn paper_village(
        &self,
        principal: &Principal,
        subject: PaperSubject,
        id: &str,
    ) -> Result<DivisionCode, AppError> {
        let scope = &principal.scope;
        let village = match subject {
            PaperSubject::Casefile => self
                .store
                .casefile(scope, id)
                .await?
                .map(|(r, _)| r.village),
            PaperSubject::Appraisal => self.store.appraisal(scope, id).await?.map(|r| r.village),
            PaperSubject::Notice => self.store.notice(scope, id).await?.map(|r| r.village),
            PaperSubject::Village => id
                .parse::<DivisionCode>()
                .ok()
                .filter(|v| v.level() == Level::Village && scope.contains(*v))
                .map(|v| v.to_string()),
            // About an area, not a village.
            PaperSubject::SubmissionList => None,
        };
        village_of(&village.ok_or(AppError::NotFound)?)
    }

    fn head(place: &Place, file: &HouseholdFile) -> HouseholdHead {
        HouseholdHead {
            county: place.county.clone(),
            township: place.township.clone(),
            village: place.village.clone(),
            head_name: file.head().map_or_else(String::new, |h| h.name.clone()),
            household_code: file.code.clone().unwrap_or_default(),
        }
    }

    fn code_label(&self, list: &str, code: &str) -> String {
        self.codes.label(list, code).unwrap_or(code).to_owned()
    }

    fn letter(
        &self,
        place: &Place,
        casefile: &Casefile,
        file: &HouseholdFile,
        pack: &Pack,
    ) -> Filled {
        let signed = casefile.records.commitment_letter.as_ref();
        // Whose assets it queries: who signed, or was signed for; before that
        // every adult.
        let queried = |m: &&Member| match signed {
            Some(s) => s.record.signatures.iter().any(|one| one.member_id == m.id),
            None => m.is_adult_on(self.today()),
        };
        CommitmentLetterPaper {
            household: Self::head(place, file),
            signed_on: signed.map(|s| s.occurred_on),
            valid_until: signed.and_then(|s| s.record.valid_until),
            queried: pack.queried(),
            members: file
                .active_members()
                .filter(queried)
                .map(|m| LetterMember {
                    name: m.name.clone(),
                    relation: self.code_label("relation_to_head", &m.relation),
                    masked_number: mask_number(&m.document_number),
                    minor: !m.is_adult_on(self.today()),
                })
                .collect(),
        }
        .filled()
    }

    fn investigation(
        &self,
        place: &Place,
        casefile: &Casefile,
        file: &HouseholdFile,
        pack: &Pack,
        line: Option<&ResolvedLine>,
    ) -> Filled {
        let visit = casefile.records.home_verification.as_ref();
        let record = visit.map(|v| &v.record);
        let judged = |list: LawfulItems, of: &[Judgement]| -> Vec<String> {
            of.iter()
                .map(|j| {
                    let found = if j.problem { "有问题" } else { "无问题" };
                    let label = pack.label(list, &j.code);
                    match j.finding.trim() {
                        "" => format!("{label}：{found}"),
                        finding => format!("{label}：{found}，{finding}"),
                    }
                })
                .collect()
        };
        // What the visit found, not what the register held before: the form's
        // own boxes never gainsay its judgement. Blank before the visit.
        let found = |code: &str, problem: &str| {
            let of = record.map_or(&[][..], |r| &r.dimensions);
            let state = |j: &Judgement| if j.problem { problem } else { "无问题" }.to_owned();
            of.iter()
                .find(|j| j.code == code)
                .map_or_else(String::new, state)
        };
        let guaranteed = found(THREE_GUARANTEES, "见下“三保障”研判");
        InvestigationFormPaper {
            household: Self::head(place, file),
            household_type: self.code_label("household_type", &file.household_type),
            address: file.address.clone(),
            masked_phone: if file.phone.is_empty() {
                String::new()
            } else {
                mask_phone(&file.phone)
            },
            income: record.map(|r| r.income.clone()),
            monitoring_line: line_words(pack, line),
            assurances: [
                guaranteed.clone(),
                guaranteed.clone(),
                found(DRINKING_WATER_SAFETY, "有问题"),
                guaranteed,
            ],
            dimensions: record
                .map(|r| judged(LawfulItems::Dimension, &r.dimensions))
                .unwrap_or_default(),
            difficulties: record
                .map(|r| judged(LawfulItems::DifficultyArea, &r.difficulties))
                .unwrap_or_default(),
            risks: record
                .map(|r| {
                    let label = |code: &String| pack.label(LawfulItems::RiskType, code);
                    r.risks.iter().map(label).collect()
                })
                .unwrap_or_default(),
            risk_note: record.map_or_else(String::new, |r| r.risk_note.clone()),
            opinion: record.map_or_else(String::new, |r| r.opinion.clone()),
            recommendation: match record.map(|r| r.recommends) {
                Some(true) => "建议进入后续程序".into(),
                Some(false) => "建议不进入后续程序".into(),
                None => String::new(),
            },
            verifiers: record.map(|r| r.verifiers.clone()).unwrap_or_default(),
            verified_on: visit.map(|v| v.occurred_on),
            members: file.active_members().map(|m| self.surveyed(m)).collect(),
        }
        .filled()
    }

    fn surveyed(&self, m: &Member) -> SurveyedMember {
        let health: Vec<String> = m
            .health
            .iter()
            .map(|h| self.code_label("health_condition", h))
            .collect();
        SurveyedMember {
            name: m.name.clone(),
            sex: self.code_label("sex", &m.sex),
            age: m
                .age_on(self.today())
                .map_or_else(String::new, |a| a.to_string()),
            relation: self.code_label("relation_to_head", &m.relation),
            education: if m.school_stage.is_empty() {
                self.code_label("education", &m.education)
            } else {
                self.code_label("school_stage", &m.school_stage)
            },
            health: health.join("、"),
            labour: self.code_label("labour_capacity", &m.labour),
        }
    }

    fn result_notice(
        &self,
        place: &Place,
        casefile: &Casefile,
        file: &HouseholdFile,
        pack: &Pack,
    ) -> Result<Filled, AppError> {
        let (result, explanation, decided_on) = match &casefile.stage {
            Stage::Determined { category, .. } | Stage::Archived { category, .. } => (
                format!(
                    "经{}，您家纳入防止返贫监测，类别为{}",
                    pack.steps_to_decision(),
                    pack.category_label(category)
                ),
                pack.message("after_approval", &[]).unwrap_or_default(),
                casefile
                    .records
                    .county_decision
                    .as_ref()
                    .map_or(casefile.opened_on, |d| d.occurred_on),
            ),
            Stage::Refused { refused_on, .. } => (
                "您家此次不纳入防止返贫监测".to_owned(),
                format!(
                    "原因是：{}。如果不同意，可以到{}申请再次核查，说明情况即可，不需要另写材料。家里情况有变化，随时可以再次申报。",
                    casefile.refusal_words(pack).unwrap_or_default(),
                    place.township
                ),
                *refused_on,
            ),
            Stage::Running => {
                return Err(not_yet(
                    "result_notice",
                    format!(
                        "还没有结果，“{}”或不予纳入后才能打印",
                        pack.step_label(StepKind::CountyDecision)
                    ),
                ));
            }
            Stage::Ended { .. } => {
                return Err(not_yet(
                    "result_notice",
                    "这件事项已终止，没有认定结果可告知",
                ));
            }
        };
        Ok(ResultNoticePaper {
            household: Self::head(place, file),
            result,
            explanation,
            decided_on,
            told_on: self.today(),
            issued_by: place.office(pack, Level::Township),
        }
        .filled())
    }

    pub(super) async fn casefiles_of_village(
        &self,
        scope: &Scope,
        village: DivisionCode,
    ) -> Result<Vec<(store::casefile::CasefileRow, Casefile)>, AppError> {
        let scope = scope.narrowed(village);
        let mut found = self
            .store
            .every_casefile(&scope, &CasefileFilter::default())
            .await?;
        found.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
        Ok(found)
    }
}
