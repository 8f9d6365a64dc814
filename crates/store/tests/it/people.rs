//! Invented people: identity numbers start with 98, an issuing prefix that
//! does not exist, phones with 199.

use domain::account::Scope;
use domain::casefile::{Casefile, Event, LeadRef, PackRef};
use domain::household::{HouseholdFile, Member, MemberStatus};
use domain::identity_number::IdentityNumber;
use jiff::civil::{Date, date};
use store::account::AccountRow;
use store::casefile::{Author, CasefileProjection};
use store::complaint::{ComplaintRow, account_list};
use store::household::{EpisodeRow, VersionMeta};
use store::lead::{LeadCorrectionRow, LeadRow};
use store::notice::{NoticeItemRow, NoticeRow, ObjectionRow};
use store::paper::NameProtectionRow;
use store::{Actor, WriteTx};

/// A village, its neighbour in the same township, and one in another county.
pub const VILLAGE: &str = "410327101201";
pub const NEIGHBOUR: &str = "410327101202";
pub const FOREIGN: &str = "410328101201";

pub const DAY: Date = date(2025, 5, 1);

/// The scope of a division.
pub fn scope(code: &str) -> Scope {
    Scope::subtree(code.parse().expect("a division code"))
}

/// Scopes that hold a village, from itself up to the nation.
pub fn scopes_above(code: &str) -> Vec<Scope> {
    let village: domain::division::DivisionCode = code.parse().expect("a division code");
    village
        .ancestors()
        .chain([village])
        .map(Scope::subtree)
        .collect()
}

/// The invented identity number of a sequence.
pub fn number(sequence: u16) -> String {
    IdentityNumber::invent(101, date(1980, 2, 3), sequence)
        .expect("a number")
        .reveal()
        .to_owned()
}

pub fn member(id: &str, name: &str, relation: &str, document_number: &str) -> Member {
    Member {
        id: id.into(),
        name: name.into(),
        document_type: "identity_card".into(),
        document_number: document_number.into(),
        sex: "male".into(),
        birth_on: Some(date(1980, 2, 3)),
        relation: relation.into(),
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

/// A household of one, its head named `name`.
pub fn household(id: &str, village: &str, name: &str) -> HouseholdFile {
    HouseholdFile {
        code: Some(format!("C{id}")),
        village: village.parse().expect("a division code"),
        grid_id: None,
        address: String::new(),
        phone: String::new(),
        household_type: "ordinary_household".into(),
        lifted_year: None,
        members: vec![member(&format!("{id}-head"), name, "head", "")],
        income: Vec::new(),
        assurances: Vec::new(),
        tags: Vec::new(),
        resettlement_area: String::new(),
        merged_into: None,
        split_off: Vec::new(),
        moved_out_to: None,
    }
}

pub fn meta(effective_on: Date, reason: &str) -> VersionMeta {
    VersionMeta {
        effective_on,
        reason: reason.into(),
        source: "console".into(),
        collected_by: "甲".into(),
        entered_by: "乙".into(),
        reviewed_by: "丙".into(),
    }
}

/// Saves a new household of one, without committing.
pub async fn add_household(tx: &mut WriteTx, id: &str, village: &str, name: &str) {
    tx.save_household(id, &household(id, village, name), &meta(DAY, "new"), None)
        .await
        .expect("a household is saved");
}

pub fn episode(
    id: &str,
    household_id: &str,
    village: &str,
    status: &str,
    identified_on: &str,
) -> EpisodeRow {
    EpisodeRow {
        id: id.into(),
        household_id: household_id.into(),
        village: village.into(),
        category: "marginal_at_risk".into(),
        status: status.into(),
        identified_on: identified_on.into(),
        cleared_on: None,
        clearance_way: None,
        origin: "imported".into(),
        casefile_id: None,
        risks: String::new(),
        evidence_note: String::new(),
        version: 1,
    }
}

pub fn lead_correction(id: &str, lead_id: &str, reason_sealed: Vec<u8>) -> LeadCorrectionRow {
    LeadCorrectionRow {
        id: id.into(),
        lead_id: lead_id.into(),
        village: VILLAGE.into(),
        old_received_on: "2025-05-01".into(),
        new_received_on: "2025-04-01".into(),
        reason_sealed,
        account_id: "account-clerk".into(),
        by_name: "某".into(),
        recorded_at: 0,
    }
}

pub fn lead(
    tx: &WriteTx,
    id: &str,
    village: &str,
    household_id: &str,
    received_on: &str,
    description: &str,
) -> LeadRow {
    LeadRow {
        id: id.into(),
        household_id: Some(household_id.into()),
        village: village.into(),
        reported_name: "某".into(),
        channel: "self_declaration".into(),
        discovery_mode: "real_time".into(),
        received_on: received_on.into(),
        recorded_at: 0,
        description_sealed: tx.seal_lead_description(id, description).expect("seals"),
        reporter: String::new(),
        means: None,
        proxy: None,
        risks: String::new(),
        status: "open".into(),
        outcome: None,
        outcome_reason: None,
        concluded_on: None,
        concluded_by: None,
        verified_by: None,
        casefile_id: None,
        merged_into: None,
        account_id: "account-clerk".into(),
        version: 1,
        late_reason_sealed: None,
        own_received_on: None,
        forwarded_from: None,
        forwarded_from_place: None,
        forwarded_to: None,
        forwarded_to_place: None,
    }
}

pub fn casefile(id: &str, household_id: &str, village: &str) -> Casefile {
    Casefile::open(
        id.into(),
        household_id.into(),
        village.parse().expect("a division code"),
        PackRef {
            id: "henan-2022".into(),
            version: 1,
        },
        LeadRef {
            id: format!("{id}-lead"),
            channel: "self_declaration".into(),
            received_on: DAY,
        },
        DAY,
    )
}

pub fn projection(deadline_on: Option<Date>) -> CasefileProjection {
    CasefileProjection {
        category: None,
        clock_from: DAY,
        deadline_on,
        decided_on: None,
        open_steps: vec!["home_verification:village".into()],
    }
}

pub fn event(kind: &str) -> (Event, Author) {
    (
        Event {
            kind: kind.into(),
            step: None,
            summary: "已登记".into(),
            occurred_on: DAY,
        },
        Author {
            name: "乙".into(),
            deputy_of: None,
            recorded_on: DAY,
        },
    )
}

pub async fn add_casefile(tx: &mut WriteTx, id: &str, household_id: &str, village: &str) {
    tx.save_casefile(
        &casefile(id, household_id, village),
        &projection(Some(DAY)),
        &[event("opened")],
        0,
    )
    .await
    .expect("a casefile is saved");
}

pub fn notice(id: &str, village: &str, posted_on: &str, may_close_from: &str) -> NoticeRow {
    NoticeRow {
        id: id.into(),
        village: village.into(),
        title: "公示".into(),
        posted_on: posted_on.into(),
        place: "村务公开栏".into(),
        days_required: 5,
        may_close_from: may_close_from.into(),
        clause: None,
        recorded_at: 0,
        account_id: "account-clerk".into(),
    }
}

pub fn notice_item(notice_id: &str, casefile_id: &str) -> NoticeItemRow {
    NoticeItemRow {
        notice_id: notice_id.into(),
        casefile_id: casefile_id.into(),
        household_id: "h".into(),
        head_name: "某".into(),
        category: None,
    }
}

pub fn objection(
    tx: &WriteTx,
    id: &str,
    notice_id: &str,
    village: &str,
    content: &str,
    objector: &str,
) -> ObjectionRow {
    ObjectionRow {
        id: id.into(),
        notice_id: notice_id.into(),
        casefile_id: "c".into(),
        village: village.into(),
        received_on: "2025-05-03".into(),
        content_sealed: tx
            .seal_text("objection", "content", id, content)
            .expect("seals"),
        anonymous: false,
        objector_sealed: Some(
            tx.seal_text("objection", "objector", id, objector)
                .expect("seals"),
        ),
        about_official: false,
        status: "open".into(),
        answer_sealed: None,
        upheld: None,
        answered_on: None,
        handled_by: None,
        handled_level: None,
        account_id: "account-clerk".into(),
        recorded_at: 0,
        official_sealed: None,
        official_level: None,
        handling_level: None,
    }
}

/// A complaint that the township handles; account `x` is the one named.
pub fn complaint(tx: &WriteTx, id: &str, village: &str) -> ComplaintRow {
    ComplaintRow {
        id: id.into(),
        household_id: None,
        village: village.into(),
        reported_name: String::new(),
        channel: "petition".into(),
        received_on: "2025-05-03".into(),
        recorded_at: 0,
        content_sealed: tx
            .seal_text("complaint", "content", id, "x")
            .expect("seals"),
        reporter_sealed: None,
        official_sealed: None,
        official_level: "village".into(),
        official_accounts: account_list(&["x".into()]),
        handling_level: "township".into(),
        status: "open".into(),
        answer_sealed: None,
        upheld: None,
        handled_on: None,
        handled_by: None,
        account_id: "account-clerk".into(),
        version: 1,
    }
}

pub fn account(id: &str, login_name: &str, division: Option<&str>) -> AccountRow {
    AccountRow {
        id: id.into(),
        login_name: login_name.into(),
        display_name: format!("姓名{id}"),
        division: division.map(Into::into),
        department: None,
        password_hash: "hash".into(),
        password_history: "[]".into(),
        password_changed_at: 0,
        must_change_password: false,
        totp_sealed: None,
        totp_confirmed: false,
        totp_last_step: 0,
        failed_count: 0,
        locked_until: 0,
        disabled: false,
        disabled_reason: None,
        last_sign_in_at: None,
        created_at: crate::fixture::actor().now_millis,
        version: 1,
    }
}

/// Someone else, later.
pub fn other_actor() -> Actor {
    Actor {
        account_id: "account-other".into(),
        now_millis: 1_746_144_000_000,
    }
}

/// A household whose head is asked not to be named.
pub fn name_protection(tx: &WriteTx, id: &str, asked: i64) -> NameProtectionRow {
    let sealed = |column| {
        tx.seal_text("name_protection", column, id, "x")
            .expect("sealed")
    };
    NameProtectionRow {
        id: id.into(),
        household_id: id.into(),
        village: VILLAGE.into(),
        ground: "minor".into(),
        reason_sealed: sealed("reason"),
        substitute_sealed: sealed("substitute"),
        status: "requested".into(),
        requested_by: "a".into(),
        requested_by_name: String::new(),
        requested_at: asked,
        decided_by: None,
        decided_by_name: None,
        decided_at: None,
        decision_note: String::new(),
        version: 0,
    }
}
