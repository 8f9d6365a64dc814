//! Rules of lists taken along as workbooks: each needs what its list needs,
//! and shows no more.

use axum::http::Method;
use domain::account::Operation as O;
use serde_json::{Value, json};

use super::records::{self, Records};
use super::rules::{Kind, Probe, Rule, get, named, post, rule};

/// Whole lists, with their rows a village.
pub const WHOLE: [(O, &str, u64); 5] = [
    (O::HouseholdRead, "/households/export", records::HOUSEHOLDS),
    (O::LeadRead, "/leads/export", records::LEADS),
    (O::CasefileRead, "/casefiles/export", records::CASEFILES),
    (O::NoticeRead, "/notices/export", records::NOTICES),
    (
        O::SupervisionRead,
        "/supervision/overdue/export",
        records::CASEFILES,
    ),
];

fn filtered(name: &'static str, path: &str, filter: Value) -> Probe {
    named(name, path, json!({"filter": filter}))
}

fn listing(
    path: &'static str,
    needs: O,
    kind: Kind,
    probes: fn(&Records, &Records) -> Vec<Probe>,
) -> Rule {
    let mut rule = rule(Method::POST, path, needs, kind, probes);
    rule.also = Some(O::ExportList);
    rule
}

/// Every list with an export.
pub fn all() -> Vec<Rule> {
    use Kind::{List, Office, Own};
    const NOBODYS: &str = "/saved-views/00000000-0000-7000-8000-000000000000";
    vec![
        rule(Method::GET, "/saved-views", None, Own, |_, _| {
            get("/saved-views".into())
        }),
        rule(Method::POST, "/saved-views", None, Own, |_, _| {
            post(
                "/saved-views",
                json!({"page": "lead", "name": "", "query": {}}),
            )
        }),
        // A view belongs to the account that saved it.
        rule(Method::POST, "/saved-views/{id}", None, Own, |_, _| {
            post(NOBODYS, json!({"name": "x"}))
        }),
        rule(Method::DELETE, "/saved-views/{id}", None, Own, |_, _| {
            get(NOBODYS.into())
        }),
        listing("/households/export", O::HouseholdRead, List, |_, t| {
            let path = "/households/export";
            vec![
                filtered("division", path, json!({"division": t.village})),
                filtered("name", path, json!({"text": t.search_name})),
                filtered("number", path, json!({"text": t.search_number})),
            ]
        }),
        listing("/leads/export", O::LeadRead, List, |_, t| {
            let path = "/leads/export";
            vec![
                filtered("division", path, json!({"division": t.village})),
                filtered("household", path, json!({"household_id": t.lead_household})),
            ]
        }),
        listing("/casefiles/export", O::CasefileRead, List, |_, t| {
            let path = "/casefiles/export";
            vec![
                filtered("division", path, json!({"division": t.village})),
                filtered(
                    "overdue",
                    path,
                    json!({"division": t.village, "overdue": true}),
                ),
            ]
        }),
        listing("/notices/export", O::NoticeRead, List, |_, t| {
            vec![filtered(
                "village",
                "/notices/export",
                json!({"village": t.village}),
            )]
        }),
        listing(
            "/supervision/overdue/export",
            O::SupervisionRead,
            List,
            |_, t| {
                vec![filtered(
                    "division",
                    "/supervision/overdue/export",
                    json!({"division": t.village}),
                )]
            },
        ),
        listing("/audit/export", O::AuditRead, Office, |_, _| {
            post("/audit/export", json!({"filter": {}}))
        }),
    ]
}
