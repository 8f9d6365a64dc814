//! Rules of the operations on lists.

use axum::http::Method;
use domain::account::Operation as O;
use serde_json::json;

use super::records::Records;
use super::rules::{Kind, Probe, Rule, get, mixed, named, post, rule};

/// An act on the target's list as a whole.
fn act(t: &Records, name: &str) -> Vec<Probe> {
    // A day to come: the list stays as it is for the next who probes.
    let form =
        json!({"expected_version": t.submission_list_version, "on": "2032-01-01", "reason": ""});
    post(
        format!("/submission-lists/{}/{name}", t.submission_list),
        form,
    )
}

/// Every operation on lists.
pub fn all() -> Vec<Rule> {
    use Kind::{List, Own, Record};
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    vec![
        rule(
            GET,
            "/submission-lists",
            O::SubmissionListRead,
            List,
            |_, t| get(format!("/submission-lists?area={}", t.village)),
        ),
        rule(
            GET,
            "/submission-lists/drawable",
            O::SubmissionListSubmit,
            Own,
            |_, _| get("/submission-lists/drawable".into()),
        ),
        rule(
            POST,
            "/submission-lists",
            O::SubmissionListSubmit,
            Record,
            |own, t| {
                let form = |area: &str| {
                    json!({
                        "pack_id": "henan-2022", "code": "preliminary_list", "area": area, "submitted_on": "2032-01-01",
                        "items": [{"casefile_id": t.casefile, "expected_version": t.casefile_version}],
                    })
                };
                vec![
                    named("list", "/submission-lists", form(&t.village)),
                    mixed("casefile", "/submission-lists", form(&own.village)),
                ]
            },
        ),
        rule(
            GET,
            "/submission-lists/{id}",
            O::SubmissionListRead,
            Record,
            |_, t| get(format!("/submission-lists/{}", t.submission_list)),
        ),
        rule(
            POST,
            "/submission-lists/{id}/receive",
            O::SubmissionListReceive,
            Record,
            |_, t| act(t, "receive"),
        ),
        rule(
            POST,
            "/submission-lists/{id}/return",
            O::SubmissionListReceive,
            Record,
            |_, t| act(t, "return"),
        ),
        rule(
            POST,
            "/submission-lists/{id}/withdraw",
            O::SubmissionListSubmit,
            Record,
            |_, t| act(t, "withdraw"),
        ),
        rule(
            POST,
            "/submission-lists/{id}/answers",
            O::SubmissionListReceive,
            Record,
            |_, t| {
                let action =
                    json!({"type": "review", "outcome": "approve", "checkers": ["核查人"]});
                let answers = json!([{"casefile_id": t.casefile, "expected_version": t.casefile_version, "action": action}]);
                post(
                    format!("/submission-lists/{}/answers", t.submission_list),
                    json!({"occurred_on": "2032-01-01", "answers": answers}),
                )
            },
        ),
        rule(
            GET,
            "/submission-lists/{id}/list.xlsx",
            O::SubmissionListRead,
            Record,
            |_, t| get(format!("/submission-lists/{}/list.xlsx", t.submission_list)),
        ),
    ]
}
