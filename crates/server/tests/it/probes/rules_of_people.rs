//! Rules of the operations on households, leads, casefiles and notices.

use axum::http::Method;
use domain::account::Operation as O;
use jiff::civil::date;
use serde_json::{Value, json};

use super::records::Records;
use super::rules::{Kind, Probe, Rule, get, mixed, named, post, rule};
use crate::forms;

/// Every operation on records about people.
pub fn all() -> Vec<Rule> {
    let mut rules = household_rules();
    rules.extend(handover_rules());
    rules.extend(lead_rules());
    rules.extend(casefile_rules());
    rules.extend(notice_rules());
    rules
}

fn household_rules() -> Vec<Rule> {
    use Kind::{List, Record};
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    fn change(r: &Records, change: &Value) -> Value {
        json!({"expected_version": r.household_version, "effective_on": "2022-05-20", "reason": "核对", "collected_by": "采集人", "change": change})
    }
    vec![
        rule(
            POST,
            "/households/search",
            O::HouseholdRead,
            List,
            |_, t| {
                vec![
                    named(
                        "division",
                        "/households/search",
                        json!({"division": t.village}),
                    ),
                    named("name", "/households/search", json!({"text": t.search_name})),
                    named(
                        "number",
                        "/households/search",
                        json!({"text": t.search_number}),
                    ),
                    named(
                        "name in division",
                        "/households/search",
                        json!({"text": t.search_name, "division": t.village}),
                    ),
                ]
            },
        ),
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
        rule(
            GET,
            "/households/{id}/versions",
            O::HouseholdRead,
            Record,
            |_, t| get(format!("/households/{}/versions", t.household)),
        ),
        rule(
            GET,
            "/households/{id}/versions/{version}",
            O::HouseholdRead,
            Record,
            |_, t| get(format!("/households/{}/versions/1", t.household)),
        ),
        rule(
            POST,
            "/households/{id}/changes",
            O::HouseholdChange,
            Record,
            |own, t| {
                let (theirs, ours) = (
                    format!("/households/{}/changes", t.household),
                    format!("/households/{}/changes", own.household),
                );
                vec![
                    named(
                        "contact",
                        theirs.clone(),
                        change(
                            t,
                            &json!({"kind": "contact", "address": null, "phone": "not a phone"}),
                        ),
                    ),
                    named(
                        "member",
                        theirs,
                        change(
                            t,
                            &json!({"kind": "member_died", "member_id": "nobody", "on": "2022-05-20"}),
                        ),
                    ),
                    mixed(
                        "merge",
                        ours.clone(),
                        change(
                            own,
                            &json!({"kind": "merged_into", "household_id": t.household}),
                        ),
                    ),
                    mixed(
                        "move",
                        ours,
                        change(own, &json!({"kind": "moved", "village": t.village})),
                    ),
                ]
            },
        ),
        rule(
            POST,
            "/households/{id}/reveal",
            O::HouseholdReveal,
            Record,
            |_, t| {
                let path = format!("/households/{}/reveal", t.household);
                vec![
                    named(
                        "phone",
                        path.clone(),
                        json!({"fields": ["phone"], "purpose": "电话核实情况"}),
                    ),
                    named(
                        "number",
                        path,
                        json!({"fields": ["id_number"], "member_id": t.member, "purpose": "核对身份证号"}),
                    ),
                ]
            },
        ),
        rule(
            GET,
            "/households/{id}/national.xlsx",
            O::ExportRun,
            Record,
            |_, t| get(format!("/households/{}/national.xlsx", t.household)),
        ),
        rule(
            POST,
            "/households/{id}/handovers",
            O::HouseholdHandOver,
            Record,
            |_, t| {
                let form = json!({"expected_version": t.household_version, "to": t.village, "effective_on": "2022-05-20", "reason": ""});
                post(format!("/households/{}/handovers", t.household), form)
            },
        ),
        rule(
            POST,
            "/households/{id}/move-out",
            O::HouseholdHandOver,
            Record,
            |_, t| {
                let form = json!({"expected_version": t.household_version, "to_place": "", "effective_on": "2022-05-20", "reason": ""});
                post(format!("/households/{}/move-out", t.household), form)
            },
        ),
    ]
}

/// Handovers lie between two townships: their own test says who sees which.
fn handover_rules() -> Vec<Rule> {
    let own = |method, path, probes| rule(method, path, O::HouseholdHandOver, Kind::Own, probes);
    vec![
        own(Method::GET, "/handovers", |_, _| get("/handovers".into())),
        own(Method::GET, "/handovers/townships", |_, _| {
            get("/handovers/townships".into())
        }),
        own(Method::POST, "/handovers/{id}/accept", |_, t| {
            let form = json!({"expected_version": 1, "village": t.village});
            post("/handovers/nobody/accept", form)
        }),
        own(Method::POST, "/handovers/{id}/refuse", |_, _| {
            let form = json!({"expected_version": 1, "reason": "核对"});
            post("/handovers/nobody/refuse", form)
        }),
        own(Method::POST, "/handovers/{id}/withdraw", |_, _| {
            let form = json!({"expected_version": 1, "reason": "核对"});
            post("/handovers/nobody/withdraw", form)
        }),
    ]
}

fn lead_rules() -> Vec<Rule> {
    use Kind::{List, Record};
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    let mut read = rule(GET, "/leads/{id}", O::LeadRead, Record, |_, t| {
        get(format!("/leads/{}", t.lead))
    });
    // Who registers without reading others' leads sees none of theirs.
    read.hidden_instead = true;
    vec![
        rule(GET, "/leads", O::LeadRead, List, |_, t| {
            [
                get(format!("/leads?division={}", t.village)),
                get(format!("/leads?household_id={}", t.lead_household)),
            ]
            .concat()
        }),
        rule(POST, "/leads", O::LeadRegister, Record, |_, t| {
            let mut by_household =
                forms::lead(t.place, &t.household, "cadre_visit", date(2022, 5, 20));
            by_household["description"] = json!("");
            let mut by_name = by_household.clone();
            by_name["household_id"] = Value::Null;
            by_name["village"] = json!(t.village);
            by_name["reported_name"] = json!("某人");
            vec![
                named("household", "/leads", by_household),
                named("village", "/leads", by_name),
            ]
        }),
        read,
        rule(POST, "/leads/{id}/match", O::LeadRead, Record, |own, t| {
            vec![
                mixed(
                    "lead",
                    format!("/leads/{}/match", t.lead),
                    json!({"household_id": own.lead_household}),
                ),
                mixed(
                    "household",
                    format!("/leads/{}/match", own.lead),
                    json!({"household_id": t.lead_household}),
                ),
            ]
        }),
        rule(
            POST,
            "/leads/{id}/conclude",
            O::LeadConclude,
            Record,
            |_, t| {
                let form = json!({"expected_version": t.lead_version, "outcome": "no_risk", "reason": "", "on": "2022-05-20", "verified_by": []});
                post(format!("/leads/{}/conclude", t.lead), form)
            },
        ),
        rule(GET, "/complaints", O::ComplaintHandle, List, |_, t| {
            get(format!("/complaints?division={}", t.village))
        }),
        rule(
            GET,
            "/complaints/{id}",
            O::ComplaintHandle,
            Record,
            |_, t| get(format!("/complaints/{}", t.complaint)),
        ),
        rule(
            POST,
            "/complaints/{id}/handle",
            O::ComplaintHandle,
            Record,
            |_, t| {
                let form = json!({"expected_version": 1, "upheld": false, "answer": "", "handled_by": "", "handled_on": "2032-01-01"});
                post(format!("/complaints/{}/handle", t.complaint), form)
            },
        ),
        rule(GET, "/lead-places", O::LeadConclude, Kind::Own, |_, t| {
            [
                get("/lead-places".into()),
                get(format!("/lead-places?parent={}", t.village)),
            ]
            .concat()
        }),
        rule(
            POST,
            "/leads/{id}/correct",
            O::LeadCorrect,
            Record,
            |_, t| {
                let form = json!({"expected_version": t.lead_version, "received_on": "2032-01-01", "reason": ""});
                post(format!("/leads/{}/correct", t.lead), form)
            },
        ),
    ]
}

/// One act of every type; inside, each is refused by the domain.
fn acts(t: &Records) -> Vec<Probe> {
    let future = date(2032, 1, 1);
    let all = [
        ("verify_home", forms::verify_home(t.place, true)),
        ("sign_letter", forms::sign_letter(&[])),
        ("request_cross_check", forms::request_cross_check(&[])),
        (
            "forward_cross_check",
            json!({"type": "forward_cross_check"}),
        ),
        (
            "answer_cross_check",
            forms::answer_cross_check(t.place, &[]),
        ),
        (
            "reuse_cross_check",
            forms::reuse_cross_check("subsistence_allowance", future),
        ),
        ("resolve_discrepancy", forms::resolve(7)),
        (
            "acknowledge_discrepancy",
            json!({"type": "acknowledge_discrepancy", "index": 7, "note": ""}),
        ),
        (
            "conclude_cross_check",
            json!({"type": "conclude_cross_check"}),
        ),
        ("review", forms::review("approve")),
        ("decide", forms::decide(future)),
        (
            "acknowledge_decision",
            json!({"type": "acknowledge_decision"}),
        ),
        ("announce", forms::announce()),
        ("archive", forms::archive(future)),
        (
            "inform_household",
            json!({"type": "inform_household", "how": "", "told_by": ""}),
        ),
        (
            "request_recheck",
            json!({"type": "request_recheck", "reason": ""}),
        ),
        (
            "end",
            json!({"type": "end", "ending": "none", "reason": ""}),
        ),
        ("state_paper", forms::state_paper(&[], "")),
        (
            "request_correction",
            forms::correction("county_decision", "category", "lifted_unstable"),
        ),
        (
            "decide_correction",
            json!({"type": "decide_correction", "index": 7, "approve": true}),
        ),
        (
            "explain_overdue",
            json!({"type": "explain_overdue", "clock": "none", "reason": ""}),
        ),
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
        rule(GET, "/casefiles/{id}", O::CasefileRead, Record, |_, t| {
            get(format!("/casefiles/{}", t.casefile))
        }),
        rule(
            GET,
            "/casefiles/{id}/preview/{step}",
            O::CasefileRead,
            Record,
            |_, t| get(format!("/casefiles/{}/preview/township_review", t.casefile)),
        ),
        rule(
            Method::POST,
            "/casefiles/{id}/actions",
            O::CasefileRead,
            Record,
            |_, t| acts(t),
        ),
        rule(
            GET,
            "/corrections",
            O::CasefileApproveCorrection,
            Kind::Own,
            |_, _| get("/corrections".into()),
        ),
        rule(
            Method::POST,
            "/casefiles/{id}/corrections/{index}/decision",
            O::CasefileApproveCorrection,
            Record,
            |_, t| {
                let form = json!({"expected_version": t.casefile_version, "decided_on": "2022-05-20", "approve": true});
                post(
                    format!("/casefiles/{}/corrections/7/decision", t.casefile),
                    form,
                )
            },
        ),
        rule(
            GET,
            "/cross-checks",
            O::CasefileCrossCheckCounty,
            Kind::Own,
            |_, _| get("/cross-checks".into()),
        ),
        rule(
            Method::POST,
            "/cross-checks/{id}/answers",
            O::CasefileCrossCheckCounty,
            Record,
            |_, t| {
                let form = json!({"expected_version": t.compared_version, "answered_on": "2032-01-01", "department": "县公安局", "answered_by": "信息岗"});
                post(format!("/cross-checks/{}/answers", t.compared), form)
            },
        ),
        rule(
            Method::POST,
            "/attachments",
            O::AttachmentAdd,
            Record,
            |_, t| {
                let upload = |subject, id: &String| Probe {
                    name: subject,
                    path: "/attachments".into(),
                    upload: Some((subject, id.clone())),
                    ..Probe::default()
                };
                vec![
                    upload("casefile", &t.casefile),
                    upload("notice", &t.notice),
                    upload("household", &t.household),
                ]
            },
        ),
        rule(
            GET,
            "/attachments/{id}",
            O::AttachmentRead,
            Record,
            |_, t| {
                t.attachments
                    .iter()
                    .flat_map(|id| get(format!("/attachments/{id}")))
                    .collect()
            },
        ),
    ]
}

fn notice_rules() -> Vec<Rule> {
    use Kind::{List, Record};
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    vec![
        rule(GET, "/appraisals", O::CasefileRead, List, |_, t| {
            get(format!("/appraisals?village={}", t.village))
        }),
        rule(POST, "/appraisals", O::CasefileRead, Record, |own, t| {
            let items = [(t.casefile.clone(), t.casefile_version)];
            let mut theirs = forms::appraisal(t.place, date(2022, 5, 20), &items, 1, true);
            let mut joined = theirs.clone();
            theirs["village"] = json!(t.village);
            joined["village"] = json!(own.village);
            vec![
                named("meeting", "/appraisals", theirs),
                mixed("casefile", "/appraisals", joined),
            ]
        }),
        rule(GET, "/notices", O::NoticeRead, List, |_, t| {
            get(format!("/notices?village={}", t.village))
        }),
        rule(POST, "/notices", O::CasefileRead, Record, |own, t| {
            let items = [(t.casefile.clone(), t.casefile_version)];
            let mut theirs = forms::notice(t.place, date(2022, 5, 20), &items);
            let mut joined = theirs.clone();
            theirs["village"] = json!(t.village);
            joined["village"] = json!(own.village);
            vec![
                named("notice", "/notices", theirs),
                mixed("casefile", "/notices", joined),
            ]
        }),
        rule(
            POST,
            "/notices/preview",
            O::CasefileRead,
            Record,
            |own, t| {
                let items = [(t.casefile.clone(), t.casefile_version)];
                let mut theirs = forms::notice(t.place, date(2022, 5, 20), &items);
                theirs["village"] = json!(t.village);
                theirs["place"] = json!("");
                let _ = own;
                post("/notices/preview", theirs)
            },
        ),
        rule(GET, "/notices/{id}", O::NoticeRead, Record, |_, t| {
            get(format!("/notices/{}", t.notice))
        }),
        // A paper names people: not for those who may only see masked names.
        rule(GET, "/notices/{id}/print", O::PaperRead, Record, |_, t| {
            get(format!("/notices/{}/print", t.notice))
        }),
        rule(
            POST,
            "/notices/{id}/objections",
            O::ObjectionRegister,
            Record,
            |own, t| {
                let form = |casefile: &str| forms::objection(t.place, casefile, date(2032, 1, 1));
                vec![
                    named(
                        "notice",
                        format!("/notices/{}/objections", t.notice),
                        form(&t.casefile),
                    ),
                    mixed(
                        "casefile",
                        format!("/notices/{}/objections", own.notice),
                        form(&t.casefile),
                    ),
                ]
            },
        ),
        rule(
            POST,
            "/objections/{id}/answer",
            O::NoticeRead,
            Record,
            |_, t| {
                post(
                    format!("/objections/{}/answer", t.objection),
                    forms::objection_answer(false, date(2032, 1, 1)),
                )
            },
        ),
    ]
}
