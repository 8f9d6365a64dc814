//! Members of a file whom the register knows to have died or to have left: an
//! older export still lists them. Nobody comes back by an import.

use super::form::{Form, FormMember, citizen_part};
use crate::household::{HouseholdFile, Member, MemberStatus};

/// Whether a member of a form is this person: by number, and by name and
/// birth date where one side has no number.
fn is_person(form: &FormMember, member: &Member) -> bool {
    let (theirs, ours) = (form.person_key(), citizen_part(&member.document_number));
    if !theirs.is_empty() && !ours.is_empty() {
        return theirs == ours;
    }
    let born = member.birth_on.map(|d| d.to_string()).unwrap_or_default();
    let stated = form.get("member.born_on");
    form.get("member.name") == member.name
        && (born.is_empty() || stated.is_empty() || born == stated)
}

/// Members of a form who died or left this household, by their index.
pub fn departed<'f>(file: &'f HouseholdFile, form: &Form) -> Vec<(usize, &'f Member)> {
    let gone = |member: &FormMember| {
        let same = |m: &&Member| is_person(member, m);
        // Somebody who came back is a member again.
        if file.active_members().any(|m| same(&m)) {
            return None;
        }
        let mut left = file
            .members
            .iter()
            .filter(|m| m.status != MemberStatus::Active);
        left.find(same)
    };
    form.members
        .iter()
        .enumerate()
        .filter_map(|(index, member)| Some((index, gone(member)?)))
        .collect()
}
