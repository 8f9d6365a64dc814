//! Between the household file and the form: what the file has a place for is
//! read from and written to it; the rest of what an office said is kept beside
//! it as the form last taken over.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::form::{Form, FormMember, citizen_part, put};
use super::statement::{read_assurances, read_incomes, write_assurances, write_incomes};
use crate::household::{Employment, HouseholdFile, Member, MemberStatus};

/// Monitoring as the form says it: an episode without a casefile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpisodeDraft {
    /// Category code of the policy packs.
    pub category: String,
    pub cleared: bool,
    /// First day of the month the form names; the form knows no day.
    pub identified_on: Date,
    pub cleared_on: Option<Date>,
    /// Code of `clearance_way`.
    pub clearance_way: Option<String>,
    /// Codes of `risk_type`.
    pub risks: Vec<String>,
}

/// What the register holds about one household.
#[derive(Debug, Clone)]
pub struct Register<'a> {
    pub file: &'a HouseholdFile,
    /// The episode that shows on the household.
    pub episode: Option<EpisodeDraft>,
    /// The form last taken over by an import.
    pub office: Option<&'a Form>,
}

type MemberField = (
    &'static str,
    fn(&Member) -> &String,
    fn(&mut Member) -> &mut String,
);

/// Member fields that are text on both sides.
const MEMBER_FIELDS: [MemberField; 12] = [
    ("member.name", |m| &m.name, |m| &mut m.name),
    ("member.sex", |m| &m.sex, |m| &mut m.sex),
    (
        "member.relation_to_head",
        |m| &m.relation,
        |m| &mut m.relation,
    ),
    ("member.ethnicity", |m| &m.ethnicity, |m| &mut m.ethnicity),
    (
        "member.political_status",
        |m| &m.political_status,
        |m| &mut m.political_status,
    ),
    ("member.education", |m| &m.education, |m| &mut m.education),
    (
        "member.school_stage",
        |m| &m.school_stage,
        |m| &mut m.school_stage,
    ),
    ("member.labour_capacity", |m| &m.labour, |m| &mut m.labour),
    (
        "member.medical_insurance",
        |m| &m.medical_insurance,
        |m| &mut m.medical_insurance,
    ),
    (
        "member.pension_insurance",
        |m| &m.pension_insurance,
        |m| &mut m.pension_insurance,
    ),
    (
        "member.subsistence_allowance",
        |m| &m.subsistence_allowance,
        |m| &mut m.subsistence_allowance,
    ),
    (
        "member.extreme_hardship_support",
        |m| &m.extreme_hardship_support,
        |m| &mut m.extreme_hardship_support,
    ),
];

/// Yes-or-no columns that are tags of the file.
const TAGS: [(&str, &str); 3] = [
    ("household.relocated_to_settlement", "relocated"),
    ("household.safety_net_household", "safety_net_household"),
    (
        "household.soldier_or_martyr_family",
        "soldier_or_martyr_family",
    ),
];

/// First day of a `YYYY-MM` month.
pub(super) fn first_of(month: &str) -> Option<Date> {
    format!("{month}-01").parse().ok()
}

fn month_of(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

/// The household we know, in the words of the form.
pub fn form_of(register: &Register<'_>) -> Form {
    let file = register.file;
    let mut form = register.office.cloned().unwrap_or_default();
    form.rejected = false;
    form.code = file.code.clone().unwrap_or_default();
    form.village = file.village.to_string();
    form.put("household.address", file.address.as_str());
    form.put("household.phone", file.phone.as_str());
    form.put("household.household_type", file.household_type.as_str());
    form.put(
        "household.lifted_in_year",
        file.lifted_year.map_or_else(String::new, |y| y.to_string()),
    );
    form.put("household.settlement_name", file.resettlement_area.as_str());
    for (field, tag) in TAGS {
        if file.tags.iter().any(|t| t == tag) {
            form.put(field, "yes");
        } else if form.get(field) == "yes" {
            form.put(field, "no");
        }
    }
    let mut office = std::mem::take(&mut form.members);
    form.members = file
        .active_members()
        .map(|member| member_form(member, &mut office))
        .collect();
    if let Some(episode) = &register.episode {
        episode_into(episode, &mut form);
    }
    read_incomes(file, &mut form);
    read_assurances(file, &mut form);
    form
}

fn member_form(member: &Member, office: &mut Vec<FormMember>) -> FormMember {
    let number = if member.document_type == "disability_card" && !member.disability_card.is_empty()
    {
        &member.disability_card
    } else {
        &member.document_number
    };
    let key = citizen_part(number);
    let same = office
        .iter()
        .position(|o| !key.is_empty() && o.person_key() == key)
        .or_else(|| {
            office
                .iter()
                .position(|o| o.person_key().is_empty() && o.get("member.name") == member.name)
        });
    let mut form = same.map(|i| office.swap_remove(i)).unwrap_or_default();
    for (field, get, _) in MEMBER_FIELDS {
        put(&mut form.values, field, get(member).as_str());
    }
    put(&mut form.values, "member.identity_number", number.as_str());
    put(
        &mut form.values,
        "member.document_type",
        member.document_type.as_str(),
    );
    put(
        &mut form.values,
        "member.born_on",
        member.birth_on.map_or_else(String::new, |d| d.to_string()),
    );
    put(
        &mut form.values,
        "member.health_condition",
        member.health.join(","),
    );
    if let Some(employment) = &member.employment {
        let stated = form
            .employment
            .last()
            .and_then(|e| e.get("employment.place"))
            == Some(&employment.place);
        if !stated || form.values.contains_key("member.work_place") {
            put(
                &mut form.values,
                "member.work_place",
                employment.place.as_str(),
            );
        }
        put(
            &mut form.values,
            "member.work_months",
            employment
                .months
                .map_or_else(String::new, |m| m.to_string()),
        );
    } else {
        put(&mut form.values, "member.work_place", "");
        put(&mut form.values, "member.work_months", "");
    }
    form
}

fn episode_into(episode: &EpisodeDraft, form: &mut Form) {
    form.put(
        "identification.monitored_category",
        episode.category.as_str(),
    );
    form.put(
        "identification.identified_in",
        month_of(episode.identified_on),
    );
    form.put(
        "clearance.cleared",
        if episode.cleared { "yes" } else { "no" },
    );
    form.put(
        "clearance.cleared_in",
        episode.cleared_on.map_or_else(String::new, month_of),
    );
    form.put(
        "clearance.way",
        episode.clearance_way.clone().unwrap_or_default(),
    );
    for n in 0..5 {
        let risk = episode.risks.get(n).cloned().unwrap_or_default();
        form.put(&format!("identification.risk_{}", n + 1), risk);
    }
}

/// The monitoring episode a form states, if it states one.
pub fn episode_of(form: &Form) -> Option<EpisodeDraft> {
    let category = form.get("identification.monitored_category");
    let identified_on = first_of(form.get("identification.identified_in"))?;
    let cleared = form.get("clearance.cleared") == "yes";
    let way = form.get("clearance.way");
    let mut risks: Vec<String> = Vec::new();
    for n in 1..=5 {
        let risk = form.get(&format!("identification.risk_{n}"));
        if !risk.is_empty() && !risks.iter().any(|r| r == risk) {
            risks.push(risk.to_owned());
        }
    }
    (!category.is_empty()).then(|| EpisodeDraft {
        category: category.to_owned(),
        cleared,
        identified_on,
        cleared_on: cleared
            .then(|| first_of(form.get("clearance.cleared_in")))
            .flatten(),
        clearance_way: (cleared && !way.is_empty()).then(|| way.to_owned()),
        risks,
    })
}

/// Writes a settled form into the file it was settled against (`None` for a
/// new household). `today` dates what the form gives no date for; `new_id`
/// names new members.
pub fn apply_to_file(
    file: Option<&HouseholdFile>,
    form: &Form,
    today: Date,
    new_id: &mut dyn FnMut() -> String,
) -> Option<HouseholdFile> {
    let mut file = match file {
        Some(file) => file.clone(),
        None => HouseholdFile {
            code: None,
            village: form.village.parse().ok()?,
            grid_id: None,
            address: String::new(),
            phone: String::new(),
            household_type: "ordinary_household".to_owned(),
            lifted_year: None,
            members: Vec::new(),
            income: Vec::new(),
            assurances: Vec::new(),
            tags: Vec::new(),
            resettlement_area: String::new(),
            merged_into: None,
            split_off: Vec::new(),
            moved_out_to: None,
        },
    };
    file.code = Some(form.code.clone()).filter(|c| !c.is_empty());
    file.village = form.village.parse().ok()?;
    file.address = form.get("household.address").to_owned();
    file.phone = form.get("household.phone").to_owned();
    if !form.get("household.household_type").is_empty() {
        file.household_type = form.get("household.household_type").to_owned();
    }
    file.lifted_year = form.get("household.lifted_in_year").parse().ok();
    file.resettlement_area = form.get("household.settlement_name").to_owned();
    for (field, tag) in TAGS {
        let present = file.tags.iter().any(|t| t == tag);
        match (form.get(field), present) {
            ("yes", false) => file.tags.push(tag.to_owned()),
            ("no", true) => file.tags.retain(|t| t != tag),
            _ => {}
        }
    }
    let active: Vec<usize> = file
        .members
        .iter()
        .enumerate()
        .filter(|(_, m)| m.status == MemberStatus::Active)
        .map(|(i, _)| i)
        .collect();
    for (n, member) in form.members.iter().enumerate() {
        let index = match active.get(n) {
            Some(index) => *index,
            // One number never stands twice in a household, not for the dead either.
            None if stands(&file, member) => continue,
            None => {
                file.members.push(blank_member(new_id()));
                file.members.len() - 1
            }
        };
        write_member(&mut file.members[index], member);
    }
    write_incomes(&mut file, form, today);
    write_assurances(&mut file, form, today);
    Some(file)
}

/// Whether a household has, or had, a member of this number.
fn stands(file: &HouseholdFile, member: &FormMember) -> bool {
    let key = member.person_key();
    let mut members = file.members.iter();
    !key.is_empty() && members.any(|m| citizen_part(&m.document_number) == key)
}

fn blank_member(id: String) -> Member {
    Member {
        id,
        name: String::new(),
        document_type: String::new(),
        document_number: String::new(),
        sex: String::new(),
        birth_on: None,
        relation: String::new(),
        ethnicity: String::new(),
        political_status: String::new(),
        education: String::new(),
        school_stage: String::new(),
        health: Vec::new(),
        labour: String::new(),
        phone: String::new(),
        medical_insurance: String::new(),
        pension_insurance: String::new(),
        subsistence_allowance: String::new(),
        subsistence_allowance_since: None,
        extreme_hardship_support: String::new(),
        disability_card: String::new(),
        registered: true,
        lives_here: true,
        shares_income: true,
        status: MemberStatus::Active,
        status_since: None,
        employment: None,
    }
}

fn write_member(member: &mut Member, form: &FormMember) {
    for (field, _, set) in MEMBER_FIELDS {
        form.get(field).clone_into(set(member));
    }
    let number = form.get("member.identity_number");
    let citizen = citizen_part(number);
    if citizen.len() < number.len() {
        number.clone_into(&mut member.disability_card);
    }
    citizen.clone_into(&mut member.document_number);
    form.get("member.document_type")
        .clone_into(&mut member.document_type);
    member.birth_on = form.get("member.born_on").parse().ok();
    member.health = form
        .get("member.health_condition")
        .split(',')
        .filter(|h| !h.is_empty())
        .map(str::to_owned)
        .collect();
    let latest = form.employment.last();
    let text = |field: &str| {
        latest
            .and_then(|e| e.get(field))
            .cloned()
            .unwrap_or_default()
    };
    let place = match form.get("member.work_place") {
        "" => text("employment.place"),
        place => place.to_owned(),
    };
    let wage = text("employment.monthly_income_yuan");
    let employment = Employment {
        place,
        employer: text("employment.employer"),
        months: form.get("member.work_months").parse().ok(),
        monthly_wage_fen: super::income::fen(&wage),
    };
    let known = member.employment.take();
    member.employment = match known {
        // What the form has no column for stays.
        Some(old) if latest.is_none() => {
            let merged = Employment {
                place: employment.place,
                months: employment.months,
                ..old
            };
            (merged != Employment::default()).then_some(merged)
        }
        _ => (employment != Employment::default()).then_some(employment),
    };
}

/// First and last day of the twelve months before a month.
pub(super) fn twelve_months_before(month: Date) -> Option<(Date, Date)> {
    let first = Date::new(month.year(), month.month(), 1).ok()?;
    Some((
        first.checked_sub(12.months()).ok()?,
        first.yesterday().ok()?,
    ))
}
