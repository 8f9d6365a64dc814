//! One rule an operation: what it needs, what kind it is, and how it is called
//! on the records of a village.

use axum::http::Method;
use domain::account::Operation as O;
use jiff::civil::date;
use serde_json::{Value, json};

use super::records::Records;
use crate::forms;

/// What an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Without signing in.
    Public,
    /// The own account, or law that is public.
    Own,
    /// Accounts and audit: names of people in office, no household.
    Office,
    /// Records by id: outside is 404, the same as an unknown id.
    Record,
    /// A list: outside is empty.
    List,
}

/// One request.
#[derive(Debug, Clone, Default)]
pub struct Probe {
    pub name: &'static str,
    pub path: String,
    pub body: Option<Value>,
    /// An upload to (subject, id) instead of a body.
    pub upload: Option<(&'static str, String)>,
    /// Joins an own record with the target's: inside, only tried on the own.
    pub mixed: bool,
}

/// One operation.
pub struct Rule {
    pub method: Method,
    pub path: &'static str,
    pub needs: Option<O>,
    pub kind: Kind,
    /// Requests from the actor's own records and the target's.
    pub probes: fn(&Records, &Records) -> Vec<Probe>,
    /// Signing out: the next probe signs in again.
    pub ends_session: bool,
    /// A role without the operation meets 404 instead of 403.
    pub hidden_instead: bool,
}

fn get(path: String) -> Vec<Probe> {
    vec![Probe { name: "", path, ..Probe::default() }]
}

fn post(path: impl Into<String>, body: Value) -> Vec<Probe> {
    vec![named("", path, body)]
}

fn named(name: &'static str, path: impl Into<String>, body: Value) -> Probe {
    Probe { name, path: path.into(), body: Some(body), ..Probe::default() }
}

fn mixed(name: &'static str, path: impl Into<String>, body: Value) -> Probe {
    Probe { mixed: true, ..named(name, path, body) }
}

fn rule(method: Method, path: &'static str, needs: impl Into<Option<O>>, kind: Kind, probes: fn(&Records, &Records) -> Vec<Probe>) -> Rule {
    Rule { method, path, needs: needs.into(), kind, probes, ends_session: false, hidden_instead: false }
}

/// Every operation of the service.
pub fn all() -> Vec<Rule> {
    let mut rules = account_rules();
    rules.extend(place_rules());
    rules.extend(household_rules());
    rules.extend(lead_rules());
    rules.extend(casefile_rules());
    rules.extend(notice_rules());
    rules.extend(oversight_rules());
    rules
}

fn account_rules() -> Vec<Rule> {
    use Kind::{Office, Own, Public};
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    let mut sign_out = rule(Method::DELETE, "/session", None, Own, |_, _| get("/session".into()));
    sign_out.ends_session = true;
    vec![
        rule(POST, "/session", None, Public, |_, _| post("/session", json!({"login_name": "nobody", "password": "x"}))),
        rule(GET, "/demo", None, Public, |_, _| get("/demo".into())),
        rule(POST, "/demo/clock", None, Own, |_, _| post("/demo/clock", json!({}))),
        rule(GET, "/session", None, Own, |_, _| get("/session".into())),
        sign_out,
        rule(POST, "/session/password", None, Own, |_, _| post("/session/password", json!({"current": "x", "new": "y"}))),
        rule(POST, "/session/totp", None, Own, |_, _| post("/session/totp", json!({}))),
        rule(POST, "/session/totp/confirm", None, Own, |_, _| post("/session/totp/confirm", json!({"code": "000000"}))),
        rule(GET, "/roles", O::RoleRead, Own, |_, _| get("/roles".into())),
        rule(GET, "/accounts", O::AccountRead, Office, |_, t| get(format!("/accounts?division={}", t.village))),
        rule(POST, "/accounts", O::AccountManage, Office, |_, t| {
            post("/accounts", json!({"login_name": "x", "display_name": "", "role": "village_secretary", "division": t.village}))
        }),
        rule(POST, "/accounts/{id}/disable", O::AccountManage, Office, |_, t| {
            post(format!("/accounts/{}/disable", t.account), json!({"reason": ""}))
        }),
        rule(POST, "/accounts/{id}/enable", O::AccountManage, Office, |_, t| post(format!("/accounts/{}/enable", t.account), json!({}))),
        rule(POST, "/accounts/{id}/reset-password", O::AccountManage, Office, |own, t| {
            // Resetting would take the session of somebody who probes.
            let id = if own.account == t.account { "nobody" } else { &t.account };
            post(format!("/accounts/{id}/reset-password"), json!({}))
        }),
        rule(GET, "/accounts/{id}/deputies", O::AccountRead, Office, |_, t| {
            let id = if t.place.key == "a1" { "nobody" } else { &t.account };
            get(format!("/accounts/{id}/deputies"))
        }),
        rule(POST, "/accounts/{id}/deputies", O::AccountManage, Office, |_, t| {
            let id = if t.place.key == "a1" { "nobody" } else { &t.account };
            post(format!("/accounts/{id}/deputies"), json!({"deputy_id": "nobody", "from": "2022-05-01", "to": "2022-05-09", "reason": ""}))
        }),
        rule(GET, "/audit", O::AuditRead, Office, |_, _| get("/audit?limit=200".into())),
        rule(GET, "/audit/verify", O::AuditVerify, Office, |_, _| get("/audit/verify".into())),
    ]
}

fn place_rules() -> Vec<Rule> {
    use Kind::{List, Office, Own, Record};
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    vec![
        // The code list itself is public law; administrators place accounts by it.
        rule(GET, "/divisions", None, Own, |_, t| get(format!("/divisions?parent={}", t.village))),
        rule(GET, "/divisions/search", None, Own, |_, t| get(format!("/divisions/search?q={}", t.village))),
        rule(GET, "/divisions/{code}", None, Office, |_, t| get(format!("/divisions/{}", t.village))),
        rule(GET, "/grids", O::HouseholdRead, List, |_, t| get(format!("/grids?village={}", t.village))),
        rule(POST, "/grids", O::GridManage, Record, |own, t| {
            vec![
                named("village", "/grids", json!({"village": t.village, "name": "", "staff_kind": "grid_worker"})),
                mixed("worker", "/grids", json!({"village": own.village, "name": "甲网格", "staff_kind": "grid_worker", "worker_account_id": t.account})),
            ]
        }),
        rule(GET, "/policy/packs", O::PolicyRead, Own, |_, _| get("/policy/packs".into())),
        rule(GET, "/policy/packs/{id}", O::PolicyRead, Own, |_, _| get("/policy/packs/henan-2022".into())),
        rule(POST, "/policy/packs/{id}/in-force", O::PolicyPutInForce, Own, |_, t| {
            post("/policy/packs/henan-2022/in-force", json!({"jurisdiction": t.village, "from": "2022-05-01", "note": ""}))
        }),
        rule(GET, "/policy/clauses", O::PolicyRead, Own, |_, _| get("/policy/clauses".into())),
        rule(GET, "/policy/clauses/{id}", None, Own, |_, _| get("/policy/clauses/HN22-054".into())),
        rule(GET, "/policy/vocabulary", None, Own, |_, _| get("/policy/vocabulary".into())),
    ]
}

fn household_rules() -> Vec<Rule> {
    use Kind::{List, Record};
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    fn change(r: &Records, change: &Value) -> Value {
        json!({"expected_version": r.household_version, "effective_on": "2022-05-20", "reason": "核对", "collected_by": "采集人", "change": change})
    }
    vec![
        rule(POST, "/households/search", O::HouseholdRead, List, |_, t| {
            vec![
                named("division", "/households/search", json!({"division": t.village})),
                named("name", "/households/search", json!({"text": t.search_name})),
                named("number", "/households/search", json!({"text": t.search_number})),
                named("name in division", "/households/search", json!({"text": t.search_name, "division": t.village})),
            ]
        }),
        rule(POST, "/households", O::HouseholdChange, Record, |_, t| {
            let mut form = forms::household(t.place, 9);
            form["village"] = json!(t.village);
            form["collected_by"] = json!("");
            post("/households", form)
        }),
        rule(GET, "/households/{id}", O::HouseholdRead, Record, |_, t| {
            let path = format!("/households/{}", t.household);
            [get(path.clone()), get(format!("{path}?as_of=2022-05-20"))].concat()
        }),
        rule(GET, "/households/{id}/versions", O::HouseholdRead, Record, |_, t| get(format!("/households/{}/versions", t.household))),
        rule(GET, "/households/{id}/versions/{version}", O::HouseholdRead, Record, |_, t| {
            get(format!("/households/{}/versions/1", t.household))
        }),
        rule(POST, "/households/{id}/changes", O::HouseholdChange, Record, |own, t| {
            let (theirs, ours) = (format!("/households/{}/changes", t.household), format!("/households/{}/changes", own.household));
            vec![
                named("contact", theirs.clone(), change(t, &json!({"kind": "contact", "address": null, "phone": "not a phone"}))),
                named("member", theirs, change(t, &json!({"kind": "member_died", "member_id": "nobody", "on": "2022-05-20"}))),
                mixed("merge", ours.clone(), change(own, &json!({"kind": "merged_into", "household_id": t.household}))),
                mixed("move", ours, change(own, &json!({"kind": "moved", "village": t.village}))),
            ]
        }),
        rule(POST, "/households/{id}/reveal", O::HouseholdReveal, Record, |_, t| {
            let path = format!("/households/{}/reveal", t.household);
            vec![
                named("phone", path.clone(), json!({"fields": ["phone"], "purpose": "电话核实情况"})),
                named("number", path, json!({"fields": ["id_number"], "member_id": t.member, "purpose": "核对身份证号"})),
            ]
        }),
    ]
}

fn lead_rules() -> Vec<Rule> {
    use Kind::{List, Record};
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    let mut read = rule(GET, "/leads/{id}", O::LeadRead, Record, |_, t| get(format!("/leads/{}", t.lead)));
    // Who registers without reading others' leads sees none of theirs.
    read.hidden_instead = true;
    vec![
        rule(GET, "/leads", O::LeadRead, List, |_, t| {
            [get(format!("/leads?division={}", t.village)), get(format!("/leads?household_id={}", t.lead_household))].concat()
        }),
        rule(POST, "/leads", O::LeadRegister, Record, |_, t| {
            let mut by_household = forms::lead(t.place, &t.household, "cadre_visit", date(2022, 5, 20));
            by_household["description"] = json!("");
            let mut by_name = by_household.clone();
            by_name["household_id"] = Value::Null;
            by_name["village"] = json!(t.village);
            by_name["reported_name"] = json!("某人");
            vec![named("household", "/leads", by_household), named("village", "/leads", by_name)]
        }),
        read,
        rule(POST, "/leads/{id}/match", O::LeadRead, Record, |own, t| {
            vec![
                mixed("lead", format!("/leads/{}/match", t.lead), json!({"household_id": own.lead_household})),
                mixed("household", format!("/leads/{}/match", own.lead), json!({"household_id": t.lead_household})),
            ]
        }),
        rule(POST, "/leads/{id}/conclude", O::LeadConclude, Record, |_, t| {
            let form = json!({"expected_version": t.lead_version, "outcome": "no_risk", "reason": "", "on": "2022-05-20", "verified_by": []});
            post(format!("/leads/{}/conclude", t.lead), form)
        }),
    ]
}

/// One act of every type; inside, each is refused by the domain.
fn acts(t: &Records) -> Vec<Probe> {
    let future = date(2032, 1, 1);
    let all = [
        ("verify_home", forms::verify_home(t.place, true)),
        ("sign_letter", forms::sign_letter(&[])),
        ("request_cross_check", forms::request_cross_check(&[])),
        ("forward_cross_check", json!({"type": "forward_cross_check"})),
        ("answer_cross_check", forms::answer_cross_check(t.place, &[])),
        ("reuse_cross_check", forms::reuse_cross_check("subsistence_allowance", future)),
        ("resolve_discrepancy", forms::resolve(7)),
        ("acknowledge_discrepancy", json!({"type": "acknowledge_discrepancy", "index": 7, "note": ""})),
        ("conclude_cross_check", json!({"type": "conclude_cross_check"})),
        ("review", forms::review("approve")),
        ("decide", forms::decide(future)),
        ("acknowledge_decision", json!({"type": "acknowledge_decision"})),
        ("announce", forms::announce()),
        ("archive", forms::archive(future)),
        ("inform_household", json!({"type": "inform_household", "how": "", "told_by": ""})),
        ("request_recheck", json!({"type": "request_recheck", "reason": ""})),
        ("end", json!({"type": "end", "ending": "none", "reason": ""})),
        ("explain_overdue", json!({"type": "explain_overdue", "clock": "none", "reason": ""})),
    ];
    let path = format!("/casefiles/{}/actions", t.casefile);
    all.into_iter()
        .map(|(name, action)| named(name, path.clone(), json!({"expected_version": t.casefile_version, "occurred_on": future, "action": action})))
        .collect()
}

fn casefile_rules() -> Vec<Rule> {
    use Kind::{List, Record};
    const GET: Method = Method::GET;
    vec![
        rule(GET, "/casefiles", O::CasefileRead, List, |_, t| {
            [
                get(format!("/casefiles?division={}", t.village)),
                get(format!("/casefiles?household_id={}", t.household)),
                get(format!("/casefiles?overdue=true&division={}", t.village)),
            ]
            .concat()
        }),
        rule(GET, "/casefiles/{id}", O::CasefileRead, Record, |_, t| get(format!("/casefiles/{}", t.casefile))),
        rule(GET, "/casefiles/{id}/preview/{step}", O::CasefileRead, Record, |_, t| {
            get(format!("/casefiles/{}/preview/township_review", t.casefile))
        }),
        rule(Method::POST, "/casefiles/{id}/actions", O::CasefileRead, Record, |_, t| acts(t)),
        rule(Method::POST, "/attachments", O::AttachmentAdd, Record, |_, t| {
            let upload = |subject, id: &String| Probe {
                name: subject,
                path: "/attachments".into(),
                upload: Some((subject, id.clone())),
                ..Probe::default()
            };
            vec![upload("casefile", &t.casefile), upload("notice", &t.notice), upload("household", &t.household)]
        }),
        rule(GET, "/attachments/{id}", O::NoticeRead, Record, |_, t| {
            t.attachments.iter().flat_map(|id| get(format!("/attachments/{id}"))).collect()
        }),
    ]
}

fn notice_rules() -> Vec<Rule> {
    use Kind::{List, Record};
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    vec![
        rule(GET, "/appraisals", O::CasefileRead, List, |_, t| get(format!("/appraisals?village={}", t.village))),
        rule(POST, "/appraisals", O::CasefileRead, Record, |own, t| {
            let items = [(t.casefile.clone(), t.casefile_version)];
            let mut theirs = forms::appraisal(t.place, date(2022, 5, 20), &items, 1, true);
            let mut joined = theirs.clone();
            theirs["village"] = json!(t.village);
            joined["village"] = json!(own.village);
            vec![named("meeting", "/appraisals", theirs), mixed("casefile", "/appraisals", joined)]
        }),
        rule(GET, "/notices", O::NoticeRead, List, |_, t| get(format!("/notices?village={}", t.village))),
        rule(POST, "/notices", O::CasefileRead, Record, |own, t| {
            let items = [(t.casefile.clone(), t.casefile_version)];
            let mut theirs = forms::notice(t.place, date(2022, 5, 20), &items);
            let mut joined = theirs.clone();
            theirs["village"] = json!(t.village);
            joined["village"] = json!(own.village);
            vec![named("notice", "/notices", theirs), mixed("casefile", "/notices", joined)]
        }),
        rule(GET, "/notices/{id}", O::NoticeRead, Record, |_, t| get(format!("/notices/{}", t.notice))),
        rule(GET, "/notices/{id}/print", O::NoticeRead, Record, |_, t| get(format!("/notices/{}/print", t.notice))),
        rule(POST, "/notices/{id}/objections", O::ObjectionRegister, Record, |own, t| {
            let form = |casefile: &str| forms::objection(t.place, casefile, date(2032, 1, 1));
            vec![
                named("notice", format!("/notices/{}/objections", t.notice), form(&t.casefile)),
                mixed("casefile", format!("/notices/{}/objections", own.notice), form(&t.casefile)),
            ]
        }),
        rule(POST, "/objections/{id}/answer", O::CasefileRead, Record, |_, t| {
            post(format!("/objections/{}/answer", t.objection), forms::objection_answer(false, date(2032, 1, 1)))
        }),
    ]
}

fn oversight_rules() -> Vec<Rule> {
    use Kind::{List, Own, Record};
    const GET: Method = Method::GET;
    vec![
        rule(GET, "/workbench", None, Own, |_, _| get("/workbench".into())),
        rule(GET, "/supervision", O::SupervisionRead, Record, |_, t| get(format!("/supervision?division={}", t.village))),
        rule(GET, "/supervision/overdue", O::SupervisionRead, List, |_, t| get(format!("/supervision/overdue?division={}", t.village))),
        rule(Method::POST, "/supervision/casefiles/{id}/open", O::SupervisionOpen, Record, |_, t| {
            post(format!("/supervision/casefiles/{}/open", t.casefile), json!({"purpose": "督办逾期事项"}))
        }),
    ]
}
