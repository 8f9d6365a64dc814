//! One rule an operation: what it needs, what kind it is, and how it is called
//! on the records of a village.

use axum::http::Method;
use domain::account::Operation as O;
use serde_json::{Value, json};

use super::records::Records;
use super::{rules_of_listings, rules_of_lists, rules_of_papers, rules_of_people};

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
    /// A spreadsheet instead of a body.
    pub import: bool,
    /// A file that is no Word template instead of a body.
    pub template: bool,
    /// An operation this request needs besides that of its rule.
    pub also: Option<O>,
    /// Joins an own record with the target's: inside, only tried on the own.
    pub mixed: bool,
}

/// One operation.
pub struct Rule {
    pub method: Method,
    pub path: &'static str,
    pub needs: Option<O>,
    /// Another operation that opens it too.
    pub or: Option<O>,
    /// An operation it needs as well.
    pub also: Option<O>,
    pub kind: Kind,
    /// Requests from the actor's own records and the target's.
    pub probes: fn(&Records, &Records) -> Vec<Probe>,
    /// Signing out: the next probe signs in again.
    pub ends_session: bool,
    /// A role without the operation meets 404 instead of 403.
    pub hidden_instead: bool,
}

pub fn get(path: String) -> Vec<Probe> {
    vec![Probe {
        name: "",
        path,
        ..Probe::default()
    }]
}

pub fn post(path: impl Into<String>, body: Value) -> Vec<Probe> {
    vec![named("", path, body)]
}

pub fn named(name: &'static str, path: impl Into<String>, body: Value) -> Probe {
    Probe {
        name,
        path: path.into(),
        body: Some(body),
        ..Probe::default()
    }
}

pub fn mixed(name: &'static str, path: impl Into<String>, body: Value) -> Probe {
    Probe {
        mixed: true,
        ..named(name, path, body)
    }
}

pub fn rule(
    method: Method,
    path: &'static str,
    needs: impl Into<Option<O>>,
    kind: Kind,
    probes: fn(&Records, &Records) -> Vec<Probe>,
) -> Rule {
    Rule {
        method,
        path,
        needs: needs.into(),
        or: None,
        also: None,
        kind,
        probes,
        ends_session: false,
        hidden_instead: false,
    }
}

/// Every operation of the service.
pub fn all() -> Vec<Rule> {
    let mut rules = account_rules();
    rules.extend(place_rules());
    rules.extend(rules_of_people::all());
    rules.extend(line_rules());
    rules.extend(adoption_rules());
    rules.extend(rules_of_lists::all());
    rules.extend(rules_of_listings::all());
    rules.extend(oversight_rules());
    rules.extend(exchange_rules());
    rules.extend(rules_of_papers::all());
    rules
}

fn account_rules() -> Vec<Rule> {
    use Kind::{Office, Own, Public};
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    let mut sign_out = rule(Method::DELETE, "/session", None, Own, |_, _| {
        get("/session".into())
    });
    sign_out.ends_session = true;
    // Who staffs grids chooses among the accounts of the own villages.
    let mut accounts = rule(GET, "/accounts", O::AccountRead, Office, |_, t| {
        get(format!("/accounts?division={}", t.village))
    });
    accounts.or = Some(O::GridManage);
    let mut end_deputy = rule(
        POST,
        "/deputies/{id}/withdraw",
        O::AccountManage,
        Office,
        |_, _| post("/deputies/nothing/withdraw", json!({"reason": "返岗"})),
    );
    end_deputy.or = Some(O::RoleGrant);
    vec![
        rule(POST, "/session", None, Public, |_, _| {
            post("/session", json!({"login_name": "nobody", "password": "x"}))
        }),
        rule(GET, "/demo", None, Public, |_, _| get("/demo".into())),
        rule(POST, "/demo/clock", None, Own, |_, _| {
            post("/demo/clock", json!({}))
        }),
        rule(GET, "/session", None, Own, |_, _| get("/session".into())),
        sign_out,
        rule(POST, "/session/password", None, Own, |_, _| {
            post("/session/password", json!({"current": "x", "new": "y"}))
        }),
        rule(POST, "/session/totp", None, Own, |_, _| {
            post("/session/totp", json!({}))
        }),
        rule(POST, "/session/totp/confirm", None, Own, |_, _| {
            post("/session/totp/confirm", json!({"code": "000000"}))
        }),
        rule(GET, "/roles", O::RoleRead, Own, |_, _| get("/roles".into())),
        accounts,
        rule(POST, "/accounts", O::AccountManage, Office, |_, t| {
            post(
                "/accounts",
                json!({"login_name": "x", "display_name": "", "role": "village_secretary", "division": t.village, "reason": ""}),
            )
        }),
        rule(
            POST,
            "/accounts/{id}/disable",
            O::AccountManage,
            Office,
            |_, t| {
                post(
                    format!("/accounts/{}/disable", t.account),
                    json!({"reason": ""}),
                )
            },
        ),
        rule(
            POST,
            "/accounts/{id}/enable",
            O::AccountManage,
            Office,
            |_, t| post(format!("/accounts/{}/enable", t.account), json!({})),
        ),
        rule(
            POST,
            "/accounts/{id}/reset-password",
            O::AccountManage,
            Office,
            |own, t| {
                // Resetting would take the session of somebody who probes.
                let id = if own.account == t.account {
                    "nobody"
                } else {
                    &t.account
                };
                post(format!("/accounts/{id}/reset-password"), json!({}))
            },
        ),
        rule(
            GET,
            "/accounts/{id}/deputies",
            O::AccountRead,
            Office,
            |_, t| {
                let id = if t.place.key == "a1" {
                    "nobody"
                } else {
                    &t.account
                };
                get(format!("/accounts/{id}/deputies"))
            },
        ),
        rule(
            POST,
            "/accounts/{id}/deputies",
            O::AccountManage,
            Office,
            |_, t| {
                let id = if t.place.key == "a1" {
                    "nobody"
                } else {
                    &t.account
                };
                post(
                    format!("/accounts/{id}/deputies"),
                    json!({"deputy_id": "nobody", "from": "2022-05-01", "to": "2022-05-09", "reason": ""}),
                )
            },
        ),
        rule(GET, "/audit", O::AuditRead, Office, |_, _| {
            get("/audit?limit=200".into())
        }),
        rule(
            POST,
            "/audit/{chain}/{seq}/purpose",
            O::AuditRead,
            Office,
            |_, _| post("/audit/system/1/purpose", json!({})),
        ),
        rule(GET, "/deputies", O::AccountRead, Office, |_, _| {
            get("/deputies?limit=200".into())
        }),
        rule(
            POST,
            "/deputies/{id}/decide",
            O::RoleGrant,
            Office,
            |_, _| post("/deputies/nothing/decide", json!({"grant": true})),
        ),
        end_deputy,
        rule(GET, "/role-requests", O::AccountRead, Office, |_, _| {
            get("/role-requests?limit=200".into())
        }),
        rule(
            POST,
            "/accounts/{id}/role-requests",
            O::AccountManage,
            Office,
            |_, t| {
                post(
                    format!("/accounts/{}/role-requests", t.account),
                    json!({"role": "nothing", "reason": ""}),
                )
            },
        ),
        rule(
            POST,
            "/role-requests/{id}/decide",
            O::RoleGrant,
            Office,
            |_, _| post("/role-requests/nothing/decide", json!({"grant": true})),
        ),
        rule(
            POST,
            "/accounts/{id}/withdraw-role",
            O::RoleGrant,
            Office,
            |_, t| {
                post(
                    format!("/accounts/{}/withdraw-role", t.account),
                    json!({"reason": ""}),
                )
            },
        ),
        rule(
            POST,
            "/duplicates/{id}/close",
            O::DuplicateClose,
            Office,
            |_, _| post("/duplicates/nothing/close", json!({"reason": ""})),
        ),
        rule(GET, "/audit/verify", O::AuditVerify, Office, |_, _| {
            get("/audit/verify".into())
        }),
    ]
}

fn place_rules() -> Vec<Rule> {
    use Kind::{List, Own, Record};
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    vec![
        // The code list itself is public; administrators place accounts by it.
        rule(GET, "/divisions", None, Own, |_, t| {
            get(format!("/divisions?parent={}", t.village))
        }),
        rule(GET, "/divisions/search", None, List, |_, t| {
            get(format!("/divisions/search?q={}", t.village))
        }),
        rule(GET, "/divisions/{code}", None, Record, |_, t| {
            get(format!("/divisions/{}", t.village))
        }),
        rule(
            GET,
            "/divisions/{code}/village-record",
            O::HouseholdRead,
            Record,
            |_, t| get(format!("/divisions/{}/village-record", t.village)),
        ),
        rule(
            GET,
            "/divisions/{code}/village-records",
            O::HouseholdRead,
            Record,
            |_, t| get(format!("/divisions/{}/village-records", t.village)),
        ),
        rule(GET, "/grids", O::HouseholdRead, List, |_, t| {
            get(format!("/grids?village={}", t.village))
        }),
        rule(POST, "/grids", O::GridManage, Record, |own, t| {
            vec![
                named(
                    "village",
                    "/grids",
                    json!({"village": t.village, "name": "", "staff_kind": "grid_worker"}),
                ),
                mixed(
                    "worker",
                    "/grids",
                    json!({"village": own.village, "name": "甲网格", "staff_kind": "grid_worker", "worker_account_id": t.account}),
                ),
            ]
        }),
        rule(GET, "/policy/packs", O::PolicyRead, Own, |_, _| {
            get("/policy/packs".into())
        }),
        rule(GET, "/policy/packs/{id}", O::PolicyRead, Own, |_, _| {
            get("/policy/packs/henan-2022".into())
        }),
        rule(GET, "/policy/compare", O::PolicyRead, Own, |_, _| {
            get("/policy/compare?left=platform-base&right=henan-2022".into())
        }),
        rule(GET, "/policy/clauses", O::PolicyRead, Own, |_, _| {
            get("/policy/clauses".into())
        }),
        rule(GET, "/policy/clauses/{id}", None, Own, |_, _| {
            get("/policy/clauses/HN22-054".into())
        }),
        rule(GET, "/policy/vocabulary", None, Own, |_, _| {
            get("/policy/vocabulary".into())
        }),
    ]
}

fn adoption_rules() -> Vec<Rule> {
    use Kind::{Own, Record};
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    vec![
        // Everybody meets the packs above and below them; the canary tells.
        rule(GET, "/policy/adoptions", O::PolicyRead, Own, |_, _| {
            get("/policy/adoptions".into())
        }),
        rule(
            POST,
            "/policy/adoptions",
            O::PolicyPutInForce,
            Record,
            |_, t| {
                post(
                    "/policy/adoptions",
                    json!({"pack_id": "henan-2022", "jurisdiction": t.village, "from": "2022-05-01"}),
                )
            },
        ),
        rule(
            POST,
            "/policy/adoptions/preview",
            O::PolicyPutInForce,
            Record,
            |_, t| {
                post(
                    "/policy/adoptions/preview",
                    json!({"pack_id": "henan-2022", "jurisdiction": t.village, "from": "2022-05-01"}),
                )
            },
        ),
        rule(
            POST,
            "/policy/adoptions/{id}/confirm",
            O::PolicyPutInForce,
            Record,
            |_, t| {
                post(
                    format!("/policy/adoptions/{}/confirm", t.draft),
                    json!({"expected_version": 1}),
                )
            },
        ),
        rule(
            POST,
            "/policy/adoptions/{id}/end",
            O::PolicyPutInForce,
            Record,
            |_, t| {
                post(
                    format!("/policy/adoptions/{}/end", t.adoption),
                    json!({"expected_version": 1, "until": "2032-01-01", "reason": ""}),
                )
            },
        ),
        rule(
            POST,
            "/policy/adoptions/{id}/confirm-end",
            O::PolicyPutInForce,
            Record,
            |_, t| {
                post(
                    format!("/policy/adoptions/{}/confirm-end", t.ending),
                    json!({"expected_version": 1}),
                )
            },
        ),
        rule(
            POST,
            "/policy/adoptions/{id}/keep",
            O::PolicyPutInForce,
            Record,
            |_, t| {
                post(
                    format!("/policy/adoptions/{}/keep", t.ending),
                    json!({"expected_version": 1, "reason": ""}),
                )
            },
        ),
        rule(
            POST,
            "/policy/adoptions/{id}/withdraw",
            O::PolicyPutInForce,
            Record,
            |_, t| {
                post(
                    format!("/policy/adoptions/{}/withdraw", t.adoption),
                    json!({"expected_version": 1, "reason": ""}),
                )
            },
        ),
    ]
}

/// Lines are documents of the state; only the counts are about households.
fn line_rules() -> Vec<Rule> {
    use Kind::{Own, Record};
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    fn draft() -> Value {
        json!({"amount_yuan": 7000, "effective_from": "2022-05-01", "inputs": [], "rounding": null, "rationale": ""})
    }
    let mut what_if = rule(
        POST,
        "/monitoring-lines/what-if",
        O::MonitoringLineDraft,
        Record,
        |_, t| {
            post(
                "/monitoring-lines/what-if",
                json!({"division": t.village, "amount_yuan": 7000}),
            )
        },
    );
    what_if.or = Some(O::SupervisionRead);
    vec![
        rule(
            GET,
            "/monitoring-lines",
            O::MonitoringLineRead,
            Own,
            |_, _| get("/monitoring-lines".into()),
        ),
        rule(
            POST,
            "/monitoring-lines",
            O::MonitoringLineDraft,
            Record,
            |_, t| {
                post(
                    "/monitoring-lines",
                    json!({"jurisdiction": t.village, "year": 2022, "draft": draft()}),
                )
            },
        ),
        rule(
            POST,
            "/monitoring-lines/calculation",
            O::MonitoringLineDraft,
            Record,
            |_, t| {
                post(
                    "/monitoring-lines/calculation",
                    json!({"jurisdiction": t.village, "year": 2022, "draft": draft()}),
                )
            },
        ),
        what_if,
        rule(
            GET,
            "/monitoring-lines/{id}",
            O::MonitoringLineRead,
            Own,
            |_, _| get("/monitoring-lines/none".into()),
        ),
        rule(
            POST,
            "/monitoring-lines/{id}/actions",
            O::MonitoringLineRead,
            Own,
            |_, _| {
                post(
                    "/monitoring-lines/none/actions",
                    json!({"expected_version": 1, "occurred_on": "2022-05-01", "action": {"type": "submit"}}),
                )
            },
        ),
        rule(
            POST,
            "/monitoring-line-receipts/{id}/acknowledge",
            O::MonitoringLineAcknowledge,
            Own,
            |_, _| {
                post(
                    "/monitoring-line-receipts/none/acknowledge",
                    json!({"acknowledged_on": "2022-05-01", "effect": {"type": "follow"}}),
                )
            },
        ),
    ]
}

fn oversight_rules() -> Vec<Rule> {
    use Kind::{List, Own, Record};
    const GET: Method = Method::GET;
    vec![
        rule(
            GET,
            "/workbench",
            None,
            Own,
            |_, _| get("/workbench".into()),
        ),
        rule(GET, "/supervision", O::SupervisionRead, Record, |_, t| {
            get(format!("/supervision?division={}", t.village))
        }),
        rule(
            GET,
            "/supervision/overdue",
            O::SupervisionRead,
            List,
            |_, t| get(format!("/supervision/overdue?division={}", t.village)),
        ),
        rule(
            Method::POST,
            "/supervision/casefiles/{id}/open",
            O::SupervisionOpen,
            Record,
            |_, t| {
                post(
                    format!("/supervision/casefiles/{}/open", t.casefile),
                    json!({"purpose": "督办逾期事项"}),
                )
            },
        ),
    ]
}

fn exchange_rules() -> Vec<Rule> {
    use Kind::{Own, Record};
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    let run = O::ImportRun;
    vec![
        rule(POST, "/imports", run, Own, |_, _| {
            vec![Probe {
                path: "/imports".into(),
                import: true,
                ..Probe::default()
            }]
        }),
        rule(GET, "/imports", run, Own, |_, _| {
            get("/imports?limit=200".into())
        }),
        rule(GET, "/imports/{id}", run, Record, |_, t| {
            get(format!("/imports/{}", t.import))
        }),
        rule(GET, "/imports/{id}/findings", run, Record, |_, t| {
            get(format!("/imports/{}/findings", t.import))
        }),
        rule(
            GET,
            "/imports/{id}/findings/summary",
            run,
            Record,
            |_, t| get(format!("/imports/{}/findings/summary", t.import)),
        ),
        rule(GET, "/imports/{id}/preview", run, Record, |_, t| {
            get(format!("/imports/{}/preview", t.import))
        }),
        rule(
            GET,
            "/imports/{id}/corrections.xlsx",
            run,
            Record,
            |_, t| get(format!("/imports/{}/corrections.xlsx", t.import)),
        ),
        rule(POST, "/imports/{id}/mapping", run, Record, |_, t| {
            let column = json!({"sheet": "甲", "header": "乙", "field": "no.such.field"});
            post(
                format!("/imports/{}/mapping", t.import),
                json!({"columns": [column]}),
            )
        }),
        rule(POST, "/imports/{id}/merge", run, Record, |_, t| {
            post(
                format!("/imports/{}/merge", t.refused_import),
                json!({"on_conflict": "keep_ours"}),
            )
        }),
        rule(POST, "/imports/{id}/cancel", run, Record, |_, t| {
            post(format!("/imports/{}/cancel", t.import), json!({}))
        }),
        rule(POST, "/imports/{id}/resume", run, Record, |_, t| {
            post(format!("/imports/{}/resume", t.import), json!({}))
        }),
        rule(POST, "/imports/{id}/refuse", run, Record, |_, t| {
            post(
                format!("/imports/{}/refuse", t.import),
                json!({"reason": ""}),
            )
        }),
        rule(GET, "/layouts/{layout}/mappings", run, Own, |_, _| {
            get("/layouts/national-2022/mappings".into())
        }),
        rule(
            GET,
            "/exports/national.xlsx",
            O::ExportRun,
            Record,
            |_, t| get(format!("/exports/national.xlsx?division={}", t.village)),
        ),
        rule(POST, "/exports", O::ExportRun, Record, |_, t| {
            post("/exports", json!({"division": t.village}))
        }),
        // An export belongs to the account that started it.
        rule(GET, "/exports/{id}", O::ExportRun, Own, |_, _| {
            get("/exports/00000000-0000-7000-8000-000000000000".into())
        }),
        rule(
            GET,
            "/exports/{id}/national.xlsx",
            O::ExportRun,
            Own,
            |_, _| get("/exports/00000000-0000-7000-8000-000000000000/national.xlsx".into()),
        ),
        rule(POST, "/exports/{id}/cancel", O::ExportRun, Own, |_, _| {
            post(
                "/exports/00000000-0000-7000-8000-000000000000/cancel",
                json!({}),
            )
        }),
    ]
}
