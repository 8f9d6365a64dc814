//! Wrong-scope probes, generated from the OpenAPI description: every operation
//! × every role × records inside and outside, with a canary in every text
//! outside. An operation without a rule fails.

mod records;
mod rules;
mod rules_of_listings;
mod rules_of_lists;
mod rules_of_papers;
mod rules_of_people;

use std::collections::{BTreeMap, BTreeSet};

use domain::account::Scope;
use domain::division::Level;
use jiff::civil::date;
use serde_json::Value;

use crate::forms;
use crate::place::{self, Clerk, HOME, PLACES, Place};
use crate::test_app::{Engine, Reply, TestApp};
use records::Records;
use rules::{Kind, Probe, Rule};

#[tokio::test]
async fn nothing_leaks_on_sqlite() {
    nothing_leaks(Engine::Sqlite).await;
}

#[tokio::test]
async fn nothing_leaks_on_postgres() {
    nothing_leaks(Engine::Postgres).await;
}

/// Who probes: every role over the home village, and its neighbours looking in.
const ACTORS: [&str; 17] = [
    "grid.a1",
    "village.a1",
    "township.a1",
    "county.a1",
    "liaison",
    "analyst",
    "city",
    "province",
    "policy",
    "system",
    "security",
    "audit",
    "village.a2",
    "township.a3",
    "village.b1",
    "county.b1",
    "township.c1",
];

/// Where numbers are shown whole, each time on record: revealed with a purpose,
/// to the departments that compare, in workbooks.
const NUMBERS: [&str; 3] = ["/reveal", "/cross-checks", ".xlsx"];

/// A person who probes, with what the policy says of the role.
struct Actor {
    clerk: Clerk,
    scope: Scope,
    masked: bool,
    operations: BTreeSet<domain::account::Operation>,
    /// Where the person's own records lie.
    own: Place,
}

fn actors(test: &TestApp) -> Vec<Actor> {
    let all = place::clerks();
    ACTORS
        .iter()
        .map(|login| {
            let clerk = all
                .iter()
                .find(|c| c.login == *login)
                .expect("an account")
                .clone();
            let role = test.app.roles.get(clerk.role).expect("a role");
            let scope = clerk
                .division
                .as_deref()
                .filter(|_| role.level.is_some())
                .map_or(Scope::NOBODY, |d| Scope::subtree(place::code(d)));
            let own = PLACES
                .into_iter()
                .find(|p| scope.contains(p.code()))
                .unwrap_or(HOME);
            Actor {
                scope,
                masked: role.masked,
                operations: role.operations.clone(),
                own,
                clerk,
            }
        })
        .collect()
}

/// How far two villages are apart, by the level that still holds both.
fn relation(actor: &Actor, target: Place) -> &'static str {
    if actor.scope.contains(target.code()) {
        return "inside";
    }
    let shared = |level: Level| actor.own.code().at_level(level) == target.code().at_level(level);
    match () {
        () if actor.clerk.division.is_none() => "no household data at all",
        () if shared(Level::Township) => "sibling village",
        () if shared(Level::County) => "sibling township",
        () if shared(Level::City) => "other county",
        () if shared(Level::Province) => "other city",
        () => "other province",
    }
}

#[derive(Default)]
struct Tally {
    probes: u64,
    relations: BTreeMap<&'static str, u64>,
    leaks: Vec<String>,
}

impl Tally {
    fn fail(&mut self, what: &str, reply: &Reply, why: &str) {
        let text: String = reply.text().chars().take(300).collect();
        self.leaks
            .push(format!("{what}: {why}: {} {text}", reply.status));
    }
}

async fn nothing_leaks(engine: Engine) {
    let test = TestApp::on(engine).await;
    let mut world = BTreeMap::new();
    for place in PLACES {
        world.insert(place, Records::make(&test, place).await);
    }
    // Every running case is overdue now.
    test.go_to(date(2022, 5, 20));
    let rules = rules::all();
    every_operation_has_a_rule(&rules);
    let actors = actors(&test);
    let mut tally = Tally::default();
    for actor in &actors {
        counts_are_of_the_scope(&test, actor, &mut tally).await;
    }
    unsigned(&test, &rules, &world[&HOME], &mut tally).await;
    for rule in &rules {
        for actor in &actors {
            probe_rule(&test, rule, actor, &mut world, &mut tally).await;
        }
    }
    println!(
        "probes: {}, leaks: {} ({engine:?})",
        tally.probes,
        tally.leaks.len()
    );
    println!("{:?}", tally.relations);
    assert!(tally.leaks.is_empty(), "\n{}", tally.leaks.join("\n"));
}

/// The list of operations comes from the service's own description.
fn every_operation_has_a_rule(rules: &[Rule]) {
    let description = serde_json::to_value(server::openapi()).expect("a description");
    let described: BTreeSet<(String, String)> = description["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .flat_map(|(path, item)| {
            let methods = ["get", "post", "put", "patch", "delete"]
                .into_iter()
                .filter(|m| item.get(m).is_some());
            methods.map(|m| {
                (
                    m.to_uppercase(),
                    path.trim_start_matches("/api/v1").to_owned(),
                )
            })
        })
        .collect();
    let ruled: BTreeSet<(String, String)> = rules
        .iter()
        .map(|r| (r.method.to_string(), r.path.to_owned()))
        .collect();
    let missing: Vec<_> = described.difference(&ruled).collect();
    let stale: Vec<_> = ruled.difference(&described).collect();
    assert!(
        missing.is_empty() && stale.is_empty(),
        "operations without a probe rule: {missing:?}; rules without an operation: {stale:?}"
    );
}

/// Unsigned requests get nothing but the public operations.
async fn unsigned(test: &TestApp, rules: &[Rule], home: &Records, tally: &mut Tally) {
    for rule in rules.iter().filter(|r| r.kind != Kind::Public) {
        for probe in (rule.probes)(home, home) {
            let body = probe.body.as_ref().map(Value::to_string);
            let reply = test
                .send(rule.method.clone(), &probe.path, None, body)
                .await;
            tally.probes += 1;
            if reply.status != 401 || reply.json["code"] != "not_signed_in" {
                tally.fail(
                    &format!("unsigned {} {}", rule.method, probe.path),
                    &reply,
                    "answered without a session",
                );
            }
        }
    }
}

async fn send(test: &TestApp, actor: &Actor, rule: &Rule, probe: &Probe) -> Reply {
    let person = test.person(&actor.clerk.login);
    if let Some((subject, id)) = &probe.upload {
        return person.upload(subject, id, "home_photo", "scan.pdf").await;
    }
    if probe.import {
        return person.import("no-such-layout", "a.csv", b"1,2").await;
    }
    if probe.template {
        return person.template("public_notice", b"no template").await;
    }
    person
        .send(rule.method.clone(), &probe.path, probe.body.clone())
        .await
}

async fn probe_rule(
    test: &TestApp,
    rule: &Rule,
    actor: &Actor,
    world: &mut BTreeMap<Place, Records>,
    tally: &mut Tally,
) {
    let nowhere = Records::nowhere();
    for target in PLACES {
        let inside = actor.scope.contains(target.code());
        let holds = (rule.needs.is_none_or(|o| actor.operations.contains(&o))
            || rule.or.is_some_and(|o| actor.operations.contains(&o)))
            && rule.also.is_none_or(|o| actor.operations.contains(&o));
        // Versions move while people act.
        for place in [actor.own, target].into_iter().filter(|_| holds) {
            let fresh = world[&place].clone().refreshed(test).await;
            world.insert(place, fresh);
        }
        let (own, records) = (world[&actor.own].clone(), world[&target].clone());
        let blank = (rule.probes)(&own, &nowhere);
        for (probe, unknown) in (rule.probes)(&own, &records).iter().zip(&blank) {
            let held = holds && probe.also.is_none_or(|o| actor.operations.contains(&o));
            if inside && held && probe.mixed && own.place != records.place {
                continue;
            }
            let reply = send(test, actor, rule, probe).await;
            let what = format!(
                "{} {} {} by {} on {}",
                rule.method, rule.path, probe.name, actor.clerk.login, target.key
            );
            tally.probes += 1;
            *tally.relations.entry(relation(actor, target)).or_default() += 1;
            if rule.ends_session {
                test.forget(&actor.clerk.login);
            }
            meets_no_canary(&what, rule, actor, &reply, tally);
            if !held {
                let spared = rule.hidden_instead && reply.status == 404;
                if reply.status != 403 && !spared {
                    tally.fail(&what, &reply, "the role lacks the operation");
                }
                continue;
            }
            // The code list is open to administrators, who see no household.
            let kind = if actor.clerk.division.is_none() {
                Kind::Own
            } else {
                rule.kind
            };
            match kind {
                Kind::Public | Kind::Own | Kind::Office => {
                    if reply.status >= 500 {
                        tally.fail(&what, &reply, "unexpected");
                    }
                }
                Kind::Record | Kind::List if inside => {
                    let empty = kind == Kind::List && rows(&reply) == Some(0);
                    // An import is past what was asked: a refusal of its own kind.
                    let past =
                        rule.path.starts_with("/imports/") && reply.json["code"] == "conflict";
                    if !(past || matches!(reply.status, 200..=299 | 422)) || empty {
                        tally.fail(&what, &reply, "the twin inside fails");
                    }
                }
                Kind::List => {
                    if reply.status != 200 || rows(&reply) != Some(0) {
                        tally.fail(&what, &reply, "a list shows rows outside");
                    }
                }
                Kind::Record => {
                    let random = send(test, actor, rule, unknown).await;
                    tally.probes += 1;
                    if reply.status != 404 || reply.bytes != random.bytes || random.status != 404 {
                        let text = random.text();
                        tally.fail(
                            &what,
                            &reply,
                            &format!("differs from an unknown id ({} {text})", random.status),
                        );
                    }
                }
            }
        }
    }
}

/// Rows of a list: its total, the length of a bare list, or what a workbook
/// says of itself.
fn rows(reply: &Reply) -> Option<u64> {
    if let Some(rows) = reply.headers.get("x-shouwang-rows") {
        return rows.to_str().ok()?.parse().ok();
    }
    match &reply.json {
        Value::Array(items) => Some(items.len() as u64),
        page => {
            let items = page["items"].as_array()?.len() as u64;
            page["total"]
                .as_u64()
                .filter(|total| *total >= items && (items > 0 || *total == 0))
        }
    }
}

fn meets_no_canary(what: &str, rule: &Rule, actor: &Actor, reply: &Reply, tally: &mut Tally) {
    let text = format!("{} {:?}", reply.text(), reply.headers);
    for place in PLACES {
        let outside = !actor.scope.contains(place.code());
        if outside && text.contains(&place.canary()) {
            tally.fail(what, reply, &format!("canary of {}", place.key));
        }
        if outside
            && text.contains(&place.office_canary())
            && !(rule.kind == Kind::Office && actor.clerk.division.is_none())
        {
            tally.fail(what, reply, &format!("name of an account of {}", place.key));
        }
        for number in [1, 2, 3] {
            let revealing = NUMBERS.iter().any(|p| rule.path.contains(p)) && !outside;
            if text.contains(&forms::head_number(place, number)) && !revealing {
                tally.fail(what, reply, "a full identity number");
            }
            if actor.masked && text.contains(&forms::head_name(place, number)) {
                tally.fail(what, reply, "a full name in a masked view");
            }
        }
    }
}

/// Totals against the independent model: every village holds the same.
async fn counts_are_of_the_scope(test: &TestApp, actor: &Actor, tally: &mut Tally) {
    use domain::account::Operation as O;
    let villages = PLACES
        .iter()
        .filter(|p| actor.scope.contains(p.code()))
        .count() as u64;
    let person = test.person(&actor.clerk.login);
    let mut check = |what: &str, reply: &Reply, counted: Option<u64>, expected: u64| {
        tally.probes += 1;
        if counted != Some(expected) {
            tally.fail(
                &format!("{what} by {}", actor.clerk.login),
                reply,
                &format!("counts {counted:?}, should be {expected}"),
            );
        }
    };
    for (needs, path, each) in [
        (O::LeadRead, "/leads", records::LEADS),
        (O::LeadRead, "/leads?status=open", records::OPEN_LEADS),
        (O::ComplaintHandle, "/complaints", records::COMPLAINTS),
        (O::CasefileRead, "/casefiles", records::CASEFILES),
        (
            O::CasefileRead,
            "/casefiles?overdue=true",
            records::CASEFILES,
        ),
        (O::NoticeRead, "/notices", records::NOTICES),
        (O::CasefileRead, "/appraisals", records::APPRAISALS),
        (O::PaperRead, "/name-protections", records::PROTECTIONS),
        (O::HouseholdRead, "/grids", records::GRIDS),
        (
            O::SubmissionListRead,
            "/submission-lists",
            records::SUBMISSION_LISTS,
        ),
        (
            O::SupervisionRead,
            "/supervision/overdue",
            records::CASEFILES,
        ),
    ] {
        if actor.operations.contains(&needs) {
            let reply = person.get(path).await;
            check(path, &reply, rows(&reply), each * villages);
        }
    }
    for (needs, path, each) in rules_of_listings::WHOLE {
        if actor.operations.contains(&needs) && actor.operations.contains(&O::ExportList) {
            let reply = person.post(path, serde_json::json!({"filter": {}})).await;
            check(path, &reply, rows(&reply), each * villages);
        }
    }
    if actor.operations.contains(&O::HouseholdRead) {
        let reply = person
            .post("/households/search", serde_json::json!({}))
            .await;
        check(
            "search",
            &reply,
            rows(&reply),
            records::HOUSEHOLDS * villages,
        );
        let bench = person.get("/workbench").await;
        check(
            "workbench running",
            &bench,
            bench.json["counts"]["running"].as_u64(),
            records::CASEFILES * villages,
        );
        check(
            "workbench leads",
            &bench,
            bench.json["counts"]["open_leads"].as_u64(),
            records::OPEN_LEADS * villages,
        );
    }
    if actor.operations.contains(&O::SupervisionRead) {
        let reply = person.get("/supervision").await;
        let sum = |key: &str| {
            reply.json["children"]
                .as_array()
                .map(|c| c.iter().filter_map(|c| c[key].as_u64()).sum::<u64>())
        };
        check(
            "supervision running",
            &reply,
            sum("running"),
            records::CASEFILES * villages,
        );
        check(
            "supervision leads",
            &reply,
            sum("open_leads"),
            records::OPEN_LEADS * villages,
        );
        let steps = reply.json["steps"].as_array().map(|s| {
            s.iter()
                .filter_map(|s| s["count"].as_u64())
                .max()
                .unwrap_or(0)
        });
        check("supervision steps", &reply, steps, villages);
    }
    if actor.operations.contains(&O::ImportRun) {
        let reply = person.get("/imports").await;
        check("imports", &reply, rows(&reply), records::IMPORTS * villages);
        let export = person.get("/exports/national.xlsx").await;
        let text = export.text();
        let shown = PLACES.iter().filter(|p| text.contains(&p.canary())).count() as u64;
        check("villages in the export", &export, Some(shown), villages);
    }
    if actor.operations.contains(&O::CasefileCrossCheckCounty) {
        let reply = person.get("/cross-checks").await;
        check(
            "comparisons",
            &reply,
            rows(&reply),
            records::COMPARISONS * villages,
        );
    }
}

/// A watch that never cries would prove nothing.
#[tokio::test]
async fn a_planted_leak_is_found() {
    let test = TestApp::sqlite().await;
    let rules = rules::all();
    let rule = rules
        .iter()
        .find(|r| r.path == "/leads" && r.needs == Some(domain::account::Operation::LeadRead))
        .expect("a rule");
    let actor = actors(&test)
        .into_iter()
        .find(|a| a.clerk.login == "village.a1")
        .expect("an actor");
    let said = |text: &str| Reply {
        status: 200,
        headers: axum::http::HeaderMap::new(),
        bytes: text.as_bytes().to_vec(),
        json: Value::Null,
    };
    let leaks = |text: &str| {
        let mut tally = Tally::default();
        meets_no_canary("planted", rule, &actor, &said(text), &mut tally);
        tally.leaks.len()
    };
    let sibling = crate::place::SIBLING;
    assert_eq!(
        leaks(&format!("{} 组", HOME.canary())),
        0,
        "the own village is no leak"
    );
    assert_eq!(leaks(&format!("x{}y", sibling.canary())), 1);
    assert_eq!(leaks(&sibling.office_canary()), 1);
    assert_eq!(
        leaks(&forms::head_number(HOME, 1)),
        1,
        "numbers are masked even at home"
    );
    assert_eq!(
        rows(&Reply {
            json: serde_json::json!({"items": [], "total": 3}),
            ..said("")
        }),
        None,
        "a count that tells is no empty list"
    );
}
