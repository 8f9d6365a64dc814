//! A little history in the first village: a birth, a death, a new phone
//! number, a repaired house, a visitor who left, so that a file as of a day
//! differs from today's.

use std::collections::BTreeMap;

use domain::household::{AssuranceRecord, HouseholdFile, Member};
use jiff::civil::{Date, date};

use super::accounts::Cast;
use super::registry::StoryVillage;
use crate::household::{Change, ChangeHousehold, NewMember};
use crate::{App, AppError};

/// Finds what could change in a household, if anything fits.
type Finder = fn(&HouseholdFile) -> Option<Change>;

const CHANGED_ON: Date = date(2022, 3, 15);

/// Makes the changes, each on a household no case is about.
///
/// # Errors
/// When a change is refused.
pub(super) async fn make(
    app: &App,
    cast: &Cast,
    villages: &mut [StoryVillage],
) -> Result<(), AppError> {
    let secretary = cast.get("village.li")?;
    app.clock.move_to(date(2022, 3, 16));
    let Some(village) = villages.iter_mut().find(|v| v.letter == 'A') else {
        return Ok(());
    };
    let changes: [(&str, Finder); 5] = [
        ("出生登记", birth),
        ("死亡注销", death),
        ("更换手机号", phone),
        ("住房修缮后复核", housing),
        ("婚嫁迁出", departure),
    ];
    for (reason, change_of) in changes {
        // From the end: the cases take theirs from the front.
        let found = village.households.iter_mut().rev().find_map(|n| {
            let free = !n.taken && n.monitored == "none";
            let change = change_of(&n.file).filter(|_| free)?;
            n.taken = true;
            Some((n.id.clone(), change))
        });
        let Some((id, change)) = found else { continue };
        let effective_on = match &change {
            Change::MemberDied { on, .. } | Change::MemberLeft { on, .. } => *on,
            _ => CHANGED_ON,
        };
        let form = ChangeHousehold {
            expected_version: 1,
            effective_on,
            reason: reason.into(),
            collected_by: cast.get("grid.zhang")?.display_name.clone(),
            reviewed_by: cast.get("township.wang")?.display_name.clone(),
            change,
        };
        app.change_household(secretary, &id, form).await?;
    }
    Ok(())
}

fn birth(file: &HouseholdFile) -> Option<Change> {
    let head = file
        .head()
        .filter(|h| h.sex == "male" && h.age_on(CHANGED_ON).is_some_and(|a| a < 38))?;
    file.active_members()
        .find(|m| m.relation == "spouse" && m.age_on(CHANGED_ON).is_some_and(|a| a < 38))?;
    let surname = head.name.chars().next()?;
    let member = NewMember {
        name: format!("{surname}小满"),
        relation: "daughter".into(),
        sex: "female".into(),
        birth_on: Some(date(2022, 3, 2)),
        document_type: "none".into(),
        document_number: String::new(),
        health: vec!["healthy".into()],
        labour: "none".into(),
        education: String::new(),
        school_stage: "preschool_age_child".into(),
        registered: true,
        lives_here: true,
        shares_income: true,
    };
    Some(Change::MemberBorn {
        member: Box::new(member),
    })
}

fn member_id(file: &HouseholdFile, wanted: impl Fn(&Member) -> bool) -> Option<String> {
    file.active_members()
        .find(|m| wanted(m))
        .map(|m| m.id.clone())
}

fn death(file: &HouseholdFile) -> Option<Change> {
    let old = |m: &Member| {
        matches!(m.relation.as_str(), "mother" | "father")
            && m.age_on(CHANGED_ON).is_some_and(|a| a >= 72)
    };
    Some(Change::MemberDied {
        member_id: member_id(file, old)?,
        on: date(2022, 3, 9),
        note: "因病去世".into(),
        new_head_id: None,
        relations: BTreeMap::new(),
    })
}

fn phone(file: &HouseholdFile) -> Option<Change> {
    let last = file.phone.strip_prefix("199")?;
    Some(Change::Contact {
        address: None,
        phone: Some(format!("199{}", last.chars().rev().collect::<String>())),
    })
}

fn housing(file: &HouseholdFile) -> Option<Change> {
    let record = AssuranceRecord {
        recorded_on: CHANGED_ON,
        housing_problem: false,
        schooling_problem: false,
        water_problem: false,
        insurance_problem: file.active_members().any(|m| m.medical_insurance == "none"),
        note: "房顶防水已修，复核为安全".into(),
    };
    Some(Change::Assurances { record })
}

fn departure(file: &HouseholdFile) -> Option<Change> {
    let grown =
        |m: &Member| m.relation == "daughter" && m.age_on(CHANGED_ON).is_some_and(|a| a >= 21);
    Some(Change::MemberLeft {
        member_id: member_id(file, grown)?,
        on: date(2022, 3, 12),
        note: "嫁往外县".into(),
        new_head_id: None,
        relations: BTreeMap::new(),
    })
}
