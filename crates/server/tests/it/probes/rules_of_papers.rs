//! Rules of the operations on papers.

use axum::http::Method;
use domain::account::Operation as O;
use serde_json::json;

use super::records::Records;
use super::rules::{Kind, Probe, Rule, get, post, rule};
use crate::forms;

/// Every paper a subject of the village can have.
fn papers(t: &Records, how: &str) -> Vec<Probe> {
    [
        ("casefile", &t.casefile, "investigation_form"),
        ("casefile", &t.casefile, "commitment_letter"),
        ("casefile", &t.casefile, "announcement"),
        ("casefile", &t.casefile, "result_notice"),
        ("appraisal", &t.appraisal, "sign_in_sheet"),
        ("appraisal", &t.appraisal, "appraisal_minutes"),
        ("notice", &t.notice, "public_notice"),
        ("village", &t.village, "sign_in_sheet"),
    ]
    .into_iter()
    .flat_map(|(subject, id, kind)| get(format!("/papers/{subject}/{id}/{kind}/{how}")))
    .chain(of_list(format!(
        "/papers/submission_list/{}/submission_list/{how}",
        t.submission_list
    )))
    .collect()
}

/// A paper of a list: for those who may read lists.
fn of_list(path: String) -> Vec<Probe> {
    vec![Probe {
        path,
        also: Some(O::SubmissionListRead),
        ..Probe::default()
    }]
}

/// Every operation on papers, their templates and protected names.
pub fn all() -> Vec<Rule> {
    use Kind::{Own, Record};
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    let manage = O::PaperTemplateManage;
    vec![
        rule(GET, "/papers", O::PaperRead, Record, |_, t| {
            [
                ("casefile", &t.casefile),
                ("appraisal", &t.appraisal),
                ("notice", &t.notice),
                ("village", &t.village),
            ]
            .into_iter()
            .flat_map(|(subject, id)| get(format!("/papers?subject={subject}&id={id}")))
            .chain(of_list(format!(
                "/papers?subject=submission_list&id={}",
                t.submission_list
            )))
            .collect()
        }),
        rule(
            GET,
            "/papers/{subject}/{id}/{kind}/document",
            O::PaperRead,
            Record,
            |_, t| papers(t, "document"),
        ),
        rule(
            GET,
            "/papers/{subject}/{id}/{kind}/print",
            O::PaperRead,
            Record,
            |_, t| papers(t, "print"),
        ),
        // Templates are the own county's: nobody can even name another's.
        rule(GET, "/paper-templates", manage, Own, |_, _| {
            get("/paper-templates".into())
        }),
        rule(POST, "/paper-templates", manage, Own, |_, _| {
            vec![Probe {
                path: "/paper-templates".into(),
                template: true,
                ..Probe::default()
            }]
        }),
        rule(POST, "/paper-templates/in-use", manage, Own, |_, _| {
            post(
                "/paper-templates/in-use",
                json!({"kind": "public_notice", "template_id": "nobody"}),
            )
        }),
        rule(GET, "/paper-templates/{id}/preview", manage, Own, |_, _| {
            get("/paper-templates/built_in.public_notice/preview".into())
        }),
        rule(GET, "/paper-templates/{id}/file", manage, Own, |_, _| {
            get("/paper-templates/built_in.public_notice/file".into())
        }),
        rule(GET, "/name-protections", O::PaperRead, Own, |_, _| {
            get("/name-protections?limit=200".into())
        }),
        rule(
            POST,
            "/name-protections",
            O::NameProtectionRequest,
            Record,
            |_, t| {
                let mut form = forms::name_protection(t.place, &t.household);
                // Complete, but for the ground: nothing is written inside.
                form["ground"] = json!("");
                post("/name-protections", form)
            },
        ),
        rule(
            POST,
            "/name-protections/{id}/decide",
            O::NameProtectionDecide,
            Record,
            |_, t| {
                post(
                    format!("/name-protections/{}/decide", t.protection),
                    json!({"expected_version": 1, "approve": false, "note": ""}),
                )
            },
        ),
        rule(
            POST,
            "/name-protections/{id}/end",
            O::NameProtectionDecide,
            Record,
            |_, t| {
                post(
                    format!("/name-protections/{}/end", t.protection),
                    json!({"expected_version": 1, "note": ""}),
                )
            },
        ),
    ]
}
