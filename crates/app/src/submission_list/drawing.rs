//! Who is due on which list.

use std::collections::{BTreeMap, BTreeSet};

use domain::account::{Operation, Principal};
use domain::casefile::Casefile;
use domain::division::DivisionCode;
use domain::policy::Pack;
use domain::submission_list::{ListTerms, Month, held_by_objection, passed_by, qualified_on};
use jiff::civil::Date;
use store::casefile::{CasefileFilter, CasefileRow as StoredRow};

use super::sending::documented;
use super::{CandidateView, DrawableList, DrawablePeriod, category, named, party};
use crate::casefile::VillageName;
use crate::error::permit;
use crate::{App, AppError};

/// A casefile that qualifies for a list.
pub(super) struct Found {
    pub row: StoredRow,
    pub casefile: Casefile,
    pub qualified_on: Date,
}

/// A kind of list in one area, with whoever is due on it.
pub(super) struct Group<'a> {
    pub pack: &'a Pack,
    pub terms: ListTerms,
    pub area: DivisionCode,
    pub found: Vec<Found>,
    /// Months without a list yet, oldest first, and this one where somebody
    /// came after its list; empty where it does not go by months.
    pub months: Vec<ListMonth>,
}

/// A month a list may be given for.
#[derive(Debug, Clone, Copy)]
pub(super) struct ListMonth {
    pub month: Month,
    /// It has its list: what is sent now adds to it.
    pub supplements: bool,
}

impl Group<'_> {
    pub(super) fn due_by(&self, month: Month) -> usize {
        self.found
            .iter()
            .filter(|f| f.qualified_on <= month.last_day())
            .count()
    }
}

impl App {
    /// Lists the signed-in person's office may draw up, with who is due.
    ///
    /// # Errors
    /// When the operation is missing or the database refuses.
    pub async fn drawable_lists(
        &self,
        principal: &Principal,
    ) -> Result<Vec<DrawableList>, AppError> {
        permit(principal, Operation::SubmissionListSubmit)?;
        let groups = self.list_groups(principal).await?;
        let mut codes = BTreeSet::new();
        for group in &groups {
            codes.insert(group.area.to_string());
            codes.extend(
                group
                    .terms
                    .parties(group.area)
                    .map(|(_, to)| to.to_string()),
            );
            codes.extend(group.found.iter().map(|f| f.row.village.clone()));
        }
        let names = self.division_names(codes).await?;
        let mut views = Vec::new();
        for group in groups {
            let Some((_, recipient)) = group.terms.parties(group.area) else {
                continue;
            };
            let party = |code: DivisionCode| party(group.pack, &names, code);
            views.push(DrawableList {
                pack_id: group.pack.id().to_owned(),
                pack_title: group.pack.values.title.clone(),
                area: party(group.area),
                recipient: party(recipient),
                periods: group
                    .months
                    .iter()
                    .map(|month| DrawablePeriod {
                        month: month.month,
                        candidates: group.due_by(month.month),
                        supplements: month.supplements,
                    })
                    .collect(),
                documented: documented(group.pack, &group.terms),
                candidates: self.candidate_views(principal, &group, &names).await?,
                terms: group.terms,
            });
        }
        Ok(views)
    }

    async fn candidate_views(
        &self,
        principal: &Principal,
        group: &Group<'_>,
        names: &BTreeMap<String, String>,
    ) -> Result<Vec<CandidateView>, AppError> {
        let ids = group.found.iter().map(|f| f.row.household_id.clone());
        let households = self.store.households(&principal.scope, ids).await?;
        let ids: Vec<String> = group.found.iter().map(|f| f.row.id.clone()).collect();
        let stood = self.stood_on(&principal.scope, &ids).await?;
        let nowhere = BTreeSet::new();
        let candidates = group.found.iter().map(|found| {
            let household = households.get(&found.row.household_id);
            let kind = household.map_or("", |h| h.household_type.as_str());
            CandidateView {
                casefile_id: found.row.id.clone(),
                version: found.row.version,
                head_name: household.map_or_else(String::new, |h| h.head_name.clone()),
                village: VillageName {
                    code: found.row.village.clone(),
                    name: named(names, found.casefile.village),
                },
                category_label: category(group.pack, &found.casefile, kind)
                    .map(|c| group.pack.category_label(&c)),
                qualified_on: found.qualified_on,
                notes: passed_by(
                    group.pack,
                    &group.terms,
                    stood.get(&found.row.id).unwrap_or(&nowhere),
                ),
                refusals: self
                    .awaited_answer(&group.terms, &found.casefile, group.pack, kind, principal)
                    .map(|t| t.refusals)
                    .unwrap_or_default(),
            }
        });
        Ok(candidates.collect())
    }

    /// Every kind of list of the person's office and area, also a monthly one
    /// on which nobody is due.
    pub(super) async fn list_groups(
        &self,
        principal: &Principal,
    ) -> Result<Vec<Group<'_>>, AppError> {
        let (Some(level), Some(division)) = (principal.level, principal.division) else {
            return Ok(Vec::new());
        };
        let mut groups: BTreeMap<(String, String, DivisionCode), Group<'_>> = BTreeMap::new();
        let today = self.today();
        let of_level = |pack: &Pack| -> Vec<ListTerms> {
            let own = pack.values.lists.iter().filter(|l| l.level == level);
            own.map(|l| ListTerms::of(l, today)).collect()
        };
        if let Ok(pack) = self.pack_in_force(division, today).await {
            for terms in of_level(pack) {
                if terms.monthly && terms.area_level() == level {
                    groups.insert(
                        (pack.id().to_owned(), terms.code.clone(), division),
                        Group {
                            pack,
                            terms,
                            area: division,
                            found: Vec::new(),
                            months: Vec::new(),
                        },
                    );
                }
            }
        }
        let kinds: Vec<ListTerms> = self.library.packs().flat_map(of_level).collect();
        let stages = [
            ("running", kinds.iter().any(|k| !k.informs())),
            ("determined", kinds.iter().any(ListTerms::informs)),
        ];
        for (stage, _) in stages.into_iter().filter(|(_, asked)| *asked) {
            for (row, casefile) in self.casefiles_at(principal, stage).await? {
                let pack = self.pack(&casefile.pack.id)?;
                for terms in of_level(pack) {
                    let held = pack
                        .identification()
                        .is_some_and(|p| held_by_objection(&terms, p, &casefile));
                    let on = qualified_on(&terms, &casefile).filter(|_| !held);
                    let area = casefile.village.at_level(terms.area_level());
                    let (Some(on), Some(area)) = (on, area) else {
                        continue;
                    };
                    if terms.parties(area).map(|(maker, _)| maker) != Some(division) {
                        continue;
                    }
                    let key = (pack.id().to_owned(), terms.code.clone(), area);
                    let group = groups.entry(key).or_insert_with(|| Group {
                        pack,
                        terms,
                        area,
                        found: Vec::new(),
                        months: Vec::new(),
                    });
                    group.found.push(Found {
                        row: row.clone(),
                        casefile: casefile.clone(),
                        qualified_on: on,
                    });
                }
            }
        }
        self.without_listed(principal, &mut groups).await?;
        self.with_months(principal, division, &mut groups).await?;
        let mut groups: Vec<Group<'_>> = groups.into_values().collect();
        groups.retain(|g| !g.found.is_empty() || g.terms.monthly);
        for group in &mut groups {
            group.found.sort_by(|a, b| {
                (&a.row.village, a.qualified_on, &a.row.id).cmp(&(
                    &b.row.village,
                    b.qualified_on,
                    &b.row.id,
                ))
            });
        }
        Ok(groups)
    }

    async fn casefiles_at(
        &self,
        principal: &Principal,
        stage: &str,
    ) -> Result<Vec<(StoredRow, Casefile)>, AppError> {
        let filter = CasefileFilter {
            stages: vec![stage.to_owned()],
            ..Default::default()
        };
        Ok(self.store.every_casefile(&principal.scope, &filter).await?)
    }

    /// Takes out who stands on a list of the kind already.
    async fn without_listed(
        &self,
        principal: &Principal,
        groups: &mut BTreeMap<(String, String, DivisionCode), Group<'_>>,
    ) -> Result<(), AppError> {
        let ids: BTreeSet<String> = groups
            .values()
            .flat_map(|g| g.found.iter().map(|f| f.row.id.clone()))
            .collect();
        let ids: Vec<String> = ids.into_iter().collect();
        let listed = self.store.listed_casefiles(&principal.scope, &ids).await?;
        for group in groups.values_mut() {
            let code = &group.terms.code;
            group
                .found
                .retain(|f| !listed.contains(&(f.row.id.clone(), code.clone())));
        }
        Ok(())
    }

    /// Months that still need their list, back to where the document began to
    /// hold or the rhythm did; this month again where somebody qualified after
    /// its list.
    async fn with_months(
        &self,
        principal: &Principal,
        division: DivisionCode,
        groups: &mut BTreeMap<(String, String, DivisionCode), Group<'_>>,
    ) -> Result<(), AppError> {
        if !groups.values().any(|g| g.terms.monthly) {
            return Ok(());
        }
        let current = Month::of(self.today());
        let timeline = crate::policy::timeline_of(&self.store.adoptions().await?)?;
        let mut months = vec![(current, None)];
        let mut month = current.previous();
        while months.len() <= MONTHS_LOOKED_BACK {
            let then = timeline.governing(division, month.last_day());
            months.push((month, then.map(|a| a.pack_id.clone())));
            month = month.previous();
        }
        months.reverse();
        let scope = &principal.scope;
        let given = self.store.given_months(scope, division, month).await?;
        for group in groups.values_mut().filter(|g| g.terms.monthly) {
            let area = group.area.to_string();
            let definition = group.pack.values.lists.iter();
            let definition = definition.filter(|l| l.code == group.terms.code);
            let definition: Vec<_> = definition.collect();
            for (month, then) in &months {
                let period = month.to_string();
                let there = given
                    .iter()
                    .any(|g| g.code == group.terms.code && g.area == area && g.period == period);
                let by_month = definition.iter().any(|l| l.monthly_on(month.last_day()));
                let due = group.due_by(*month) > 0;
                let held = *month == current
                    || then.as_deref() == Some(group.pack.id())
                    || (due && *month == current.previous());
                if by_month && held && (!there || (due && *month == current)) {
                    group.months.push(ListMonth {
                        month: *month,
                        supplements: there,
                    });
                }
            }
        }
        Ok(())
    }
}

/// How far back missing months are looked for: what is older is no longer
/// mended by a list, and a desk has an end.
const MONTHS_LOOKED_BACK: usize = 24;
