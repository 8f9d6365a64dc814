//! Households of a file and households we know: who is who, what differs.
//! The rule: the 户编号 in the same village; a person's number otherwise.

use std::collections::{BTreeMap, BTreeSet};

use domain::account::Scope;
use domain::exchange::{
    Difference, EpisodeDraft, Finding, FindingKind, Form, FormMember, Register, SheetReading,
    departed, differences, form_of,
};
use domain::household::{HouseholdFile, Member, MemberStatus};
use jiff::civil::Date;
use store::Store;
use store::household::{EpisodeRow, HouseholdRow};

use crate::AppError;

/// A household we know that the file speaks of.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub row: HouseholdRow,
    pub file: HouseholdFile,
    /// The episode that shows on the household, if it has one.
    pub episode: Option<EpisodeRow>,
    /// Ours in the words of the form.
    pub form: Form,
}

/// What a staged household is to us.
#[derive(Debug, Clone)]
pub(super) enum Match {
    New,
    Known(Box<Known>),
    /// It may not be taken over; the finding says why.
    Refused(FindingKind, String),
}

/// A staged household beside the register.
#[derive(Debug, Clone)]
pub(super) struct Met {
    pub found: Match,
    /// Members of the file left out because they died or left, each with what
    /// the register says; they are no longer in the form.
    pub departed: Vec<(FormMember, String)>,
}

/// An episode of ours in the words of the form.
pub(super) fn draft_of(episode: &EpisodeRow) -> Option<EpisodeDraft> {
    Some(EpisodeDraft {
        category: episode.category.clone(),
        cleared: episode.status == "cleared",
        identified_on: episode.identified_on.parse::<Date>().ok()?,
        cleared_on: episode.cleared_on.as_ref().and_then(|d| d.parse().ok()),
        clearance_way: episode.clearance_way.clone(),
        risks: serde_json::from_str(&episode.risks).unwrap_or_default(),
    })
}

/// Whether the episode came from a procedure on this platform: an import
/// never overwrites it.
pub(super) fn is_ours(episode: &EpisodeRow) -> bool {
    episode.origin != "imported"
}

/// Leaves out of the file's form what our own procedure decided.
fn defer_to_procedure(theirs: &mut Form) {
    theirs.values.retain(|field, _| {
        let decided = matches!(
            field.as_str(),
            "clearance.cleared" | "clearance.cleared_in" | "clearance.way"
        );
        !decided && !field.starts_with("identification.")
    });
}

fn numbers_of(form: &Form) -> impl Iterator<Item = &str> {
    form.members
        .iter()
        .map(|m| m.person_key())
        .filter(|k| !k.is_empty())
}

/// What the register says of somebody who died or left.
fn departure(member: &Member) -> String {
    let what = if member.status == MemberStatus::Died {
        "已经死亡"
    } else {
        "已经转出本户"
    };
    let since = member
        .status_since
        .map_or_else(|| "（未记日期）".to_owned(), |d| format!("（{d}起）"));
    format!(
        "“{}”在农户档案里{what}{since}：不导入这名成员，也不会恢复",
        member.name
    )
}

/// Takes members out of a form and notes them.
fn leave_out(form: &mut Form, met: &mut Met, gone: Vec<(usize, String)>) {
    for (index, message) in gone.into_iter().rev() {
        met.departed.push((form.members.remove(index), message));
    }
}

fn departed_of(file: &HouseholdFile, form: &Form) -> Vec<(usize, String)> {
    let gone = departed(file, form).into_iter();
    gone.map(|(index, m)| (index, departure(m))).collect()
}

/// Matches forms with the register in a few queries; one answer a form, in
/// their order. Forms are adjusted where our own procedure has decided, and
/// lose the members whom the register knows to be gone.
pub(super) async fn match_forms(
    store: &Store,
    scope: &Scope,
    forms: &mut [Form],
) -> Result<Vec<Met>, AppError> {
    let codes: Vec<String> = forms
        .iter()
        .filter(|f| !f.rejected)
        .map(|f| f.code.clone())
        .collect();
    let numbers: BTreeSet<String> = forms
        .iter()
        .filter(|f| !f.rejected)
        .flat_map(|f| numbers_of(f).map(str::to_owned))
        .collect();
    let numbers: Vec<String> = numbers.into_iter().collect();
    let by_code: BTreeMap<String, HouseholdRow> = store
        .households_by_codes(scope, &codes)
        .await?
        .into_iter()
        .filter_map(|r| Some((r.code.clone()?, r)))
        .collect();
    let members = store.members_by_numbers(scope, &numbers).await?;
    let mut ids: BTreeSet<String> = by_code.values().map(|r| r.id.clone()).collect();
    ids.extend(members.values().flatten().map(|m| m.household_id.clone()));
    let files = store.household_files(scope, &ids).await?;
    let episodes = store.episodes_of(scope, &ids).await?;
    let offices = store.office_forms(scope, &ids).await?;

    let known = |id: &str| -> Option<Known> {
        let (row, file) = files.get(id)?.clone();
        let episode = episodes.get(id).and_then(|e| e.first()).cloned();
        let register = Register {
            file: &file,
            episode: episode.as_ref().and_then(draft_of),
            office: offices.get(id),
        };
        let form = form_of(&register);
        Some(Known {
            row,
            file,
            episode,
            form,
        })
    };
    // Those who died wherever they lived, unless they stand somewhere alive.
    let died = |form: &Form| -> Vec<(usize, String)> {
        let gone = form.members.iter().enumerate().filter_map(|(index, m)| {
            let rows = members.get(m.person_key())?;
            let dead = rows.iter().find(|r| r.status == DIED)?;
            if rows.iter().any(|r| r.status == ACTIVE) {
                return None;
            }
            let (_, file) = files.get(&dead.household_id)?;
            let member = file.members.iter().find(|m| m.id == dead.id)?;
            Some((index, departure(member)))
        });
        gone.collect()
    };
    let mut matches = Vec::with_capacity(forms.len());
    for form in forms.iter_mut() {
        let mut met = Met {
            found: Match::New,
            departed: Vec::new(),
        };
        if form.rejected {
            matches.push(met);
            continue;
        }
        let own = by_code.get(&form.code);
        if let Some((_, file)) = own.and_then(|row| files.get(&row.id)) {
            let gone = departed_of(file, form);
            leave_out(form, &mut met, gone);
        }
        let gone = died(form);
        leave_out(form, &mut met, gone);
        // Households in which persons of the form live with us.
        let homes: BTreeSet<&str> = numbers_of(form)
            .filter_map(|n| members.get(n))
            .flatten()
            .filter(|m| m.status == ACTIVE)
            .map(|m| m.household_id.as_str())
            .collect();
        let judged = match own {
            Some(row) => judge_same_code(row, form, &homes, &files),
            None => judge_other_code(form, &homes, &files),
        };
        if let (Ok(Some(id)), None) = (&judged, own)
            && let Some((_, file)) = files.get(id)
        {
            let gone = departed_of(file, form);
            leave_out(form, &mut met, gone);
        }
        met.found = match judged.and_then(|id| without_head(id, &met, form)) {
            Ok(Some(id)) => match known(&id) {
                Some(known) => {
                    if known.episode.as_ref().is_some_and(is_ours) {
                        defer_to_procedure(form);
                    }
                    Match::Known(Box::new(known))
                }
                None => Match::New,
            },
            Ok(None) => Match::New,
            Err((kind, message)) => {
                if kind == FindingKind::HouseholdClosed {
                    // Why its members are gone is said with the household.
                    met.departed.clear();
                }
                Match::Refused(kind, message)
            }
        };
        matches.push(met);
    }
    Ok(matches)
}

/// Status of a member's row.
const ACTIVE: &str = "active";
const DIED: &str = "died";

/// Without its head the file's relations say nothing: they are those of
/// somebody who is gone.
fn without_head(id: Option<String>, met: &Met, form: &Form) -> Judged {
    let mut gone = met.departed.iter();
    let head = gone.find(|(m, _)| m.get("member.relation_to_head") == "head");
    match head {
        Some((head, _)) => Err((
            FindingKind::MemberDeparted,
            format!(
                "表中的户主“{}”在农户档案里已经死亡或转出，各成员与户主关系都是旧的：整户不导入",
                head.get("member.name")
            ),
        )),
        None if form.members.is_empty() => {
            let message = "表中这一户的成员在农户档案里都已经死亡或转出：不导入".to_owned();
            Err((FindingKind::MemberDeparted, message))
        }
        None => Ok(id),
    }
}

type Files = BTreeMap<String, (HouseholdRow, HouseholdFile)>;
type Judged = Result<Option<String>, (FindingKind, String)>;

fn elsewhere(form: &Form, homes: &BTreeSet<&str>, own: Option<&str>, files: &Files) -> Judged {
    let other = homes.iter().find(|id| Some(**id) != own);
    match other {
        Some(id) => {
            let code = files
                .get(*id)
                .and_then(|(row, _)| row.code.clone())
                .unwrap_or_else(|| "没有户编号".to_owned());
            let message = format!(
                "“{}”户有成员在本系统中属于另一户（{code}），请先在成员变动中处理",
                form.head_name()
            );
            Err((FindingKind::IdentityInTwoHouseholds, message))
        }
        None => Ok(own.map(str::to_owned)),
    }
}

fn judge_same_code(
    row: &HouseholdRow,
    form: &Form,
    homes: &BTreeSet<&str>,
    files: &Files,
) -> Judged {
    if let Some(message) = files.get(&row.id).and_then(|(_, file)| closed(file, files)) {
        return Err((FindingKind::HouseholdClosed, message));
    }
    let shares_person = homes.contains(row.id.as_str());
    let nameless = files.get(&row.id).is_some_and(|(_, file)| {
        file.active_members()
            .any(|m| form.members.iter().any(|f| f.get("member.name") == m.name))
    });
    if row.village != form.village && !shares_person {
        return Err((
            FindingKind::HouseholdKeyCollision,
            "这个户编号在本系统中是另一个村的另一户".to_owned(),
        ));
    }
    if !shares_person && !nameless {
        return Err((
            FindingKind::HouseholdKeyCollision,
            "这个户编号在本系统中是另一户，没有一名成员相同".to_owned(),
        ));
    }
    elsewhere(form, homes, Some(&row.id), files)
}

/// What became of a household that takes no more changes.
fn closed(file: &HouseholdFile, files: &Files) -> Option<String> {
    if let Some(other) = &file.merged_into {
        let code = files.get(other).and_then(|(row, _)| row.code.clone());
        let other = code.map_or_else(|| "另一户".to_owned(), |code| format!("{code}户"));
        return Some(format!("这一户在本系统中已并入{other}：不导入"));
    }
    if let Some(place) = &file.moved_out_to {
        return Some(format!("这一户在本系统中已整户迁出（{place}）：不导入"));
    }
    let emptied = !file.members.is_empty() && file.active_members().next().is_none();
    emptied.then(|| "这一户在本系统中已没有在册成员（已销户）：不导入".to_owned())
}

/// A household of ours without 户编号 in which the same persons live is the
/// same household; one with another 户编号 is not.
fn judge_other_code(form: &Form, homes: &BTreeSet<&str>, files: &Files) -> Judged {
    let codeless = homes
        .iter()
        .filter_map(|id| files.get(*id))
        .find(|(row, _)| row.code.is_none() && row.village == form.village)
        .map(|(row, _)| row.id.clone());
    elsewhere(form, homes, codeless.as_deref(), files)
}

/// The verdict on a matched form and what differs.
pub(super) fn verdict(found: &Match, theirs: &Form) -> (&'static str, Vec<Difference>) {
    match found {
        _ if theirs.rejected => ("rejected", Vec::new()),
        Match::Refused(..) => ("rejected", Vec::new()),
        Match::New => ("new", Vec::new()),
        Match::Known(known) => {
            let differences = differences(&known.form, theirs);
            (
                if differences.is_empty() {
                    "unchanged"
                } else {
                    "changed"
                },
                differences,
            )
        }
    }
}

/// The finding of a member left out, at the member's row.
pub(super) fn departure_finding(
    (member, message): &(FormMember, String),
    readings: &[SheetReading],
) -> Finding {
    let reading = member.row.and_then(|(r, _)| readings.get(r as usize));
    let column = |field: &str| {
        let columns = reading.into_iter().flat_map(|r| &r.columns);
        columns
            .filter(|c| c.column.is_some())
            .find(|c| c.field.as_deref() == Some(field))
    };
    let (place, value) = match member.get("member.identity_number") {
        "" => (column("member.name"), member.get("member.name")),
        number => (column("member.identity_number"), number),
    };
    let tab = reading.map_or("", |r| &r.tab);
    let header = place.map_or("", |c| &c.header);
    let mut finding =
        Finding::about(FindingKind::MemberDeparted, tab, header, value).saying(message.clone());
    finding.row = member.row.map_or(0, |(_, row)| row);
    finding.column = place.and_then(|c| c.column);
    finding
}

/// The finding of a refused match, at the household's first row.
pub(super) fn refusal(
    kind: FindingKind,
    message: &str,
    form: &Form,
    readings: &[SheetReading],
) -> Finding {
    let first = form.rows.first();
    let reading = first.and_then(|(reading, _)| readings.get(*reading as usize));
    let mut finding = Finding::about(
        kind,
        reading.map_or("", |r| &r.tab),
        "户编号",
        form.code.clone(),
    )
    .saying(message);
    finding.row = first.map_or(0, |(_, row)| *row);
    let place = reading.and_then(|r| {
        r.columns
            .iter()
            .find(|c| c.field.as_deref() == Some("household.code"))
    });
    finding.column = place.and_then(|c| c.column);
    if let Some(place) = place {
        finding.header.clone_from(&place.header);
    }
    finding
}
