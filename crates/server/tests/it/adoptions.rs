//! Packs in force: drafted, previewed, confirmed, ended, withdrawn; what runs
//! keeps its pack. The second pack is made here, from a file.

use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::forms;
use crate::place::HOME;
use crate::story::Case;
use crate::test_app::{Engine, Person, Reply, TestApp};

const COUNTY: &str = "410327000000";
const CITY: &str = "410300000000";

/// A county's own pack over the province's: another line, no acknowledgement.
const COUNTY_PACK: (&str, &str) = (
    "packs/county-own/pack.toml",
    r#"
id = "county-own"
title = "县级试行办法"
version = 3
jurisdiction = "410327000000"
effective_from = "2022-05-05"
based_on = "henan-2022"

[line]
amount_yuan = { value = 7200, source = "practice" }
measure = { value = "net_income_per_capita", source = "practice" }
comparator = { value = "<=", source = "practice" }
nature = { unstated = true }

[[channel]]
code = "hot_spot"
label = "舆情监测"
starts_clock = true
source = "practice"
"#,
);

async fn open(engine: Engine) -> TestApp {
    TestApp::with_packs(engine, &[COUNTY_PACK]).await
}

fn form(pack: &str, place: &str, from: Date) -> Value {
    json!({
        "pack_id": pack, "jurisdiction": place, "from": from,
        "reason": "县委农村工作领导小组会议", "document": "会议纪要〔2022〕5号",
    })
}

async fn draft(officer: &Person<'_>, pack: &str, place: &str, from: Date) -> Value {
    officer
        .post("/policy/adoptions", form(pack, place, from))
        .await
        .ok()
}

/// An act on an entry; what one officer drafted or proposes to end, the other
/// confirms.
async fn act(officer: &Person<'_>, entry: &Value, what: &str, body: Value) -> Reply {
    let other = officer.colleague("policy2");
    let first = if what == "confirm" { &other } else { officer };
    let reply = by_one(first, entry, what, body.clone()).await;
    if what != "end" || reply.status != 200 {
        return reply;
    }
    let agreed = json!({"accept_gap": body["accept_gap"], "accept_procedures": body.get("accept_procedures").is_some_and(|a| a == true)});
    by_one(&other, &reply.json, "confirm-end", agreed).await
}

/// An act of one officer alone.
async fn by_one(officer: &Person<'_>, entry: &Value, what: &str, mut body: Value) -> Reply {
    let id = entry["id"].as_str().expect("an id");
    body["expected_version"] = entry["version"].clone();
    officer
        .post(&format!("/policy/adoptions/{id}/{what}"), body)
        .await
}

async fn in_force(officer: &Person<'_>, pack: &str, place: &str, from: Date) -> Value {
    let entry = draft(officer, pack, place, from).await;
    act(officer, &entry, "confirm", json!({})).await.ok()
}

fn field(problem: &Value) -> &str {
    problem["errors"][0]["field"].as_str().unwrap_or_default()
}

/// The entries of a jurisdiction as a person sees them.
async fn place(person: &Person<'_>, code: &str) -> Value {
    let timeline = person.get("/policy/adoptions").await.ok();
    let all = timeline["jurisdictions"].as_array().expect("places");
    let found = all.iter().find(|j| j["jurisdiction"] == code);
    found.cloned().unwrap_or(Value::Null)
}

fn phases(place: &Value) -> Vec<(&str, &str)> {
    let entries = place["entries"].as_array().expect("entries");
    let phase = |e: &Value| (e["pack_id"].as_str(), e["phase"].as_str()) == (None, None);
    assert!(!entries.iter().any(phase));
    entries
        .iter()
        .map(|e| {
            (
                e["from"].as_str().expect("a day"),
                e["phase"].as_str().expect("a phase"),
            )
        })
        .collect()
}

#[tokio::test]
async fn running_casefiles_keep_their_pack_on_sqlite() {
    running_casefiles_keep_their_pack(Engine::Sqlite).await;
}

#[tokio::test]
async fn running_casefiles_keep_their_pack_on_postgres() {
    running_casefiles_keep_their_pack(Engine::Postgres).await;
}

async fn running_casefiles_keep_their_pack(engine: Engine) {
    let test = open(engine).await;
    let officer = test.person("policy");
    let old = Case::open(&test, HOME, 1, date(2022, 5, 1)).await;
    let start = date(2022, 5, 10);

    let preview = officer
        .post(
            "/policy/adoptions/preview",
            form("county-own", COUNTY, start),
        )
        .await
        .ok();
    assert_eq!(preview["current"]["id"], "henan-2022");
    assert_eq!(preview["findings"], json!([]), "no own pack, no overlap");
    assert_eq!(preview["running_total"], 1);
    assert_eq!(preview["running"][0]["pack_id"], "henan-2022");
    assert_eq!(preview["new_leads"]["from"], "2022-05-10");
    let rows: Vec<&Value> = preview["changes"]
        .as_array()
        .expect("groups")
        .iter()
        .flat_map(|g| g["rows"].as_array().expect("rows"))
        .collect();
    let line = rows.iter().find(|r| r["key"] == "amount_yuan");
    let line = line.expect("the line changes");
    assert_eq!(
        (&line["left"]["value"], &line["right"]["value"]),
        (&json!("6900"), &json!("7200"))
    );
    assert_eq!(line["left"]["clause"], "HN22-011");
    assert!(rows.iter().all(|r| r["difference"] != "same"));
    assert!(preview["same_count"].as_u64().expect("a count") > 20);

    in_force(&officer, "county-own", COUNTY, start).await;
    test.go_to(date(2022, 5, 12));
    let pack_of = async |case: &Case<'_>| case.view().await["pack"]["id"].clone();
    assert_eq!(pack_of(&old).await, "henan-2022", "it began before");
    let before = Case::open(&test, HOME, 2, date(2022, 5, 9)).await;
    assert_eq!(pack_of(&before).await, "henan-2022", "the lead came before");
    let after = Case::open(&test, HOME, 3, start).await;
    assert_eq!(pack_of(&after).await, "county-own");
    assert_eq!(after.view().await["pack"]["version"], 3);
    let lists = async |on: &str| {
        let path = format!("/policy/vocabulary?on={on}");
        test.village().get(&path).await.ok()["pack_id"].clone()
    };
    assert_eq!(lists("2022-05-09").await, "henan-2022");
    assert_eq!(lists("2022-05-10").await, "county-own");
    let named = test
        .village()
        .get("/policy/vocabulary?pack=henan-2022")
        .await;
    assert_eq!(named.ok()["pack_id"], "henan-2022", "of what still runs");
    let mut lead = forms::lead(HOME, &old.household, "hot_spot", date(2022, 5, 9));
    lead["household_id"] = Value::Null;
    lead["village"] = HOME.village.into();
    lead["reported_name"] = "某户".into();
    test.village()
        .post("/leads", lead.clone())
        .await
        .problem(422, "refused");
    lead["received_on"] = "2022-05-10".into();
    let kept = test.village().post("/leads", lead).await.ok();
    assert_eq!(kept["lead"]["channel_label"], "舆情监测");
}

#[tokio::test]
async fn a_household_shows_each_casefile_with_its_pack() {
    let test = open(Engine::Sqlite).await;
    let officer = test.person("policy");
    let first = Case::open(&test, HOME, 1, date(2022, 5, 1)).await;
    first
        .up_to_decision(date(2022, 5, 1), date(2022, 5, 9))
        .await;
    first.decide(date(2022, 5, 9)).await.ok();
    in_force(&officer, "county-own", COUNTY, date(2022, 5, 10)).await;
    test.sql("UPDATE episode SET status = 'cleared', cleared_on = '2022-05-20'")
        .await;
    test.sql("UPDATE casefile SET stage = 'archived'").await;
    test.go_to(date(2022, 6, 1));
    let lead = test
        .village()
        .post(
            "/leads",
            forms::lead(HOME, &first.household, "cadre_visit", date(2022, 6, 1)),
        )
        .await
        .ok();
    let household = first.household.clone();
    Case::of_lead(&test, HOME, household, &lead["lead"], "cleared_earlier").await;
    let file = test
        .village()
        .get(&format!("/households/{}", first.household))
        .await
        .ok();
    assert_eq!(
        file["episodes"][0]["pack_title"],
        "河南省 2022 年防止返贫监测帮扶"
    );
    let mut packs: Vec<_> = file["casefiles"]
        .as_array()
        .expect("casefiles")
        .iter()
        .map(|c| (c["opened_on"].clone(), c["pack_title"].clone()))
        .collect();
    packs.sort_by_key(|(on, _)| on.to_string());
    assert_eq!(packs[0].1, "河南省 2022 年防止返贫监测帮扶");
    assert_eq!(packs[1].1, "县级试行办法");
}

#[tokio::test]
async fn a_second_officer_puts_it_in_force() {
    let test = open(Engine::Sqlite).await;
    let (first, second) = (test.person("policy"), test.person("policy2"));
    let entry = draft(&first, "county-own", COUNTY, date(2022, 5, 10)).await;
    assert_eq!(
        (&entry["may_confirm"], &entry["awaits_another"]),
        (&json!(false), &json!(true))
    );
    let id = entry["id"].as_str().expect("an id");
    let body = json!({"expected_version": entry["version"]});
    first
        .post(&format!("/policy/adoptions/{id}/confirm"), body)
        .await
        .refusal("not_the_drafter");
    let seen = place(&second, COUNTY).await["entries"][0].clone();
    assert_eq!(
        (&seen["may_confirm"], &seen["awaits_another"]),
        (&json!(true), &json!(false))
    );
    let put = act(&first, &entry, "confirm", json!({})).await.ok();
    assert_eq!(put["history"][0]["by_name"], "职policy");
    assert_eq!(put["history"][1]["by_name"], "职policy2");

    // A pack without an amount, where nothing is published: said before the yes.
    let warned = async |pack: &str| -> String {
        let form = form(pack, "410000000000", date(2025, 1, 1));
        let preview = first.post("/policy/adoptions/preview", form).await.ok();
        preview["warnings"].to_string()
    };
    assert!(warned("henan-2025").await.contains("没有公布的监测范围"));
    assert_eq!(warned("henan-2022").await, "[]");
}

#[tokio::test]
async fn overlaps_and_gaps_need_a_yes() {
    let test = open(Engine::Sqlite).await;
    let officer = test.person("policy");
    let first = in_force(&officer, "henan-2022", COUNTY, date(2022, 5, 1)).await;
    assert_eq!(first["phase"], "running");
    let second = draft(&officer, "county-own", COUNTY, date(2022, 6, 1)).await;
    assert_eq!(second["phase"], "draft");

    let refused = act(&officer, &second, "confirm", json!({}))
        .await
        .problem(422, "invalid");
    assert_eq!(field(&refused), "end_previous");
    let shown = place(&officer, COUNTY).await;
    assert_eq!(shown["entries"][0]["until"], Value::Null, "nothing ended");
    let second = act(&officer, &second, "confirm", json!({"end_previous": true}))
        .await
        .ok();
    let shown = place(&officer, COUNTY).await;
    assert_eq!(
        phases(&shown),
        [("2022-05-01", "running"), ("2022-06-01", "upcoming")]
    );
    let ended = &shown["entries"][0];
    assert_eq!(ended["until"], "2022-06-01");
    assert_eq!(ended["history"][2]["kind"], "ended");
    assert_eq!(ended["history"][2]["reason"], "由《县级试行办法》接替");
    assert_eq!(ended["history"][2]["by_name"], "职policy2");

    // Whoever starts before one already planned chooses another day.
    let wedged = draft(&officer, "henan-2022", COUNTY, date(2022, 5, 20)).await;
    let refused = act(&officer, &wedged, "confirm", json!({"end_previous": true}))
        .await
        .problem(422, "invalid");
    assert_eq!(field(&refused), "from");
    act(&officer, &wedged, "withdraw", json!({"reason": "重复"}))
        .await
        .ok();

    // Taken back before its day: the gap must be meant, or the one before goes on.
    let refused = act(&officer, &second, "withdraw", json!({"reason": "推迟"}))
        .await
        .problem(422, "invalid");
    assert_eq!(field(&refused), "accept_gap");
    let said = refused["errors"][0]["message"].as_str().expect("words");
    assert!(said.contains("按上级启用的《河南省 2022"), "{said}");
    let back = json!({"reason": "推迟", "reopen_previous": true});
    act(&officer, &second, "withdraw", back).await.ok();
    let shown = place(&officer, COUNTY).await;
    assert_eq!(
        phases(&shown),
        [
            ("2022-05-01", "running"),
            ("2022-05-20", "withdrawn"),
            ("2022-06-01", "withdrawn"),
        ]
    );
    assert_eq!(shown["entries"][0]["until"], Value::Null);
    assert_eq!(shown["entries"][0]["history"][3]["kind"], "reopened");
    assert_eq!(shown["gaps"], json!([]));
}

/// The place is named as people know it, though the deployment has none of it.
#[tokio::test]
async fn a_refusal_names_the_place_a_pack_is_for() {
    let test = open(Engine::Sqlite).await;
    let refused = test
        .person("policy")
        .post(
            "/policy/adoptions",
            form("wengyuan-2021", COUNTY, date(2022, 5, 1)),
        )
        .await
        .problem(422, "invalid");
    let told = refused["errors"][0]["message"].as_str().expect("words");
    assert!(
        told.contains("只适用于广东省韶关市翁源县（440229000000）"),
        "{told}"
    );
}

/// A whole place changes its rules that day: ending takes two, as beginning did.
#[tokio::test]
async fn one_officer_alone_ends_nothing() {
    let test = open(Engine::Sqlite).await;
    let (one, other) = (test.person("policy"), test.person("policy2"));
    let entry = in_force(&one, "henan-2022", COUNTY, date(2022, 5, 1)).await;
    by_one(&other, &entry, "confirm-end", json!({"accept_gap": true}))
        .await
        .problem(409, "conflict");
    let end = json!({"until": "2022-05-20", "reason": "试行结束", "accept_gap": true});
    let asked = by_one(&one, &entry, "end", end.clone()).await.ok();
    assert_eq!(
        (&asked["until"], &asked["end_proposed"], &asked["may_end"]),
        (&Value::Null, &json!("2022-05-20"), &json!(false)),
        "it goes on"
    );
    assert_eq!(
        (&asked["may_confirm_end"], &asked["may_keep"]),
        (&json!(false), &json!(true))
    );
    by_one(&one, &asked, "confirm-end", json!({"accept_gap": true}))
        .await
        .problem(422, "refused");
    by_one(&other, &asked, "end", end.clone())
        .await
        .problem(409, "conflict");
    // The other officer answers for the gap too.
    let refused = by_one(&other, &asked, "confirm-end", json!({}))
        .await
        .problem(422, "invalid");
    assert_eq!(field(&refused), "accept_gap");
    // Dropped, it may be proposed anew, and the other confirms.
    let kept = by_one(&other, &asked, "keep", json!({"reason": "文件还没有到"}))
        .await
        .ok();
    assert_eq!(kept["end_proposed"], Value::Null);
    let asked = by_one(&other, &kept, "end", end).await.ok();
    let ended = by_one(&one, &asked, "confirm-end", json!({"accept_gap": true}))
        .await
        .ok();
    assert_eq!(ended["until"], "2022-05-20");
    let history: Vec<&str> = ended["history"]
        .as_array()
        .expect("a history")
        .iter()
        .filter_map(|e| e["kind"].as_str())
        .collect();
    assert_eq!(
        history[2..],
        ["end_proposed", "kept", "end_proposed", "ended"]
    );
}

#[tokio::test]
async fn what_has_begun_is_ended_by_a_date() {
    let test = open(Engine::Sqlite).await;
    let officer = test.person("policy");
    let entry = in_force(&officer, "henan-2022", COUNTY, date(2022, 5, 1)).await;
    act(&officer, &entry, "withdraw", json!({"reason": "不要了"}))
        .await
        .problem(409, "conflict");
    let end =
        |until: &str, gap: bool| json!({"until": until, "reason": "试行结束", "accept_gap": gap});
    let refused = act(&officer, &entry, "end", end("2022-05-01", true))
        .await
        .problem(422, "invalid");
    assert_eq!(field(&refused), "until");
    let refused = act(&officer, &entry, "end", end("2022-05-20", false))
        .await
        .problem(422, "invalid");
    assert_eq!(field(&refused), "accept_gap");
    let ended = act(&officer, &entry, "end", end("2022-05-20", true))
        .await
        .ok();
    assert_eq!(
        (&ended["until"], &ended["phase"]),
        (&json!("2022-05-20"), &json!("running"))
    );
    act(&officer, &entry, "end", end("2022-05-21", true))
        .await
        .problem(409, "stale_version");
    let shown = place(&officer, COUNTY).await;
    assert_eq!(shown["gaps"][0]["from"], "2022-05-20");
    assert_eq!(
        shown["gaps"][0]["covered_by"],
        "河南省 2022 年防止返贫监测帮扶"
    );

    // A later one leaves days between: told, and let through when meant.
    let later = draft(&officer, "county-own", COUNTY, date(2022, 7, 1)).await;
    let refused = act(&officer, &later, "confirm", json!({}))
        .await
        .problem(422, "invalid");
    assert_eq!(field(&refused), "accept_gap");
    act(&officer, &later, "confirm", json!({"accept_gap": true}))
        .await
        .ok();
    act(&officer, &ended, "end", end("2022-07-10", true))
        .await
        .problem(422, "invalid");
    let shown = place(&officer, COUNTY).await;
    assert_eq!(
        (&shown["gaps"][0]["from"], &shown["gaps"][0]["until"]),
        (&json!("2022-05-20"), &json!("2022-07-01"))
    );
    test.go_to(date(2022, 5, 21));
    assert_eq!(
        phases(&place(&test.village(), COUNTY).await),
        [("2022-05-01", "past"), ("2022-07-01", "upcoming")],
        "the village sees what governs it"
    );
}

#[tokio::test]
async fn a_pack_governs_only_where_and_when_it_may() {
    let test = open(Engine::Sqlite).await;
    let officer = test.person("policy");
    let day = date(2022, 5, 10);
    for (form, wrong) in [
        (form("county-own", CITY, day), "jurisdiction"),
        (form("platform-base", COUNTY, day), "jurisdiction"),
        (form("county-own", COUNTY, date(2022, 5, 4)), "from"),
    ] {
        let refused = officer
            .post("/policy/adoptions", form.clone())
            .await
            .problem(422, "invalid");
        assert_eq!(field(&refused), wrong, "{form}");
        let preview = officer
            .post("/policy/adoptions/preview", form.clone())
            .await
            .ok();
        assert!(!preview["findings"].as_array().expect("findings").is_empty());
    }
    let mut backwards = form("county-own", COUNTY, day);
    backwards["until"] = "2022-05-10".into();
    let refused = officer.post("/policy/adoptions", backwards).await;
    assert_eq!(field(&refused.problem(422, "invalid")), "until");
    for (missing, value) in [("reason", " "), ("document", "")] {
        let mut without = form("county-own", COUNTY, day);
        without[missing] = value.into();
        let refused = officer.post("/policy/adoptions", without).await;
        assert_eq!(field(&refused.problem(422, "invalid")), missing);
    }
    let elsewhere = form("henan-2022", "420106000000", day);
    officer
        .post("/policy/adoptions", elsewhere)
        .await
        .problem(404, "not_found");
    test.county()
        .post("/policy/adoptions", form("county-own", COUNTY, day))
        .await
        .problem(403, "not_permitted");
    // A draft is the officers' own; others meet it once it is in force.
    let entry = draft(&officer, "county-own", COUNTY, day).await;
    assert_eq!(place(&test.county(), COUNTY).await, Value::Null);
    act(&officer, &entry, "confirm", json!({})).await.ok();
    act(&officer, &entry, "confirm", json!({}))
        .await
        .problem(409, "stale_version");
    assert_eq!(
        place(&test.county(), COUNTY).await["entries"][0]["pack_id"],
        "county-own"
    );
}

#[tokio::test]
async fn two_packs_are_compared_clause_by_clause() {
    let test = open(Engine::Sqlite).await;
    let village = test.village();
    let both = village
        .get("/policy/compare?left=henan-2022&right=county-own")
        .await
        .ok();
    assert_eq!(
        both["left"]["layers"],
        json!(["platform-base", "henan-2022"])
    );
    assert!(
        both["left_procedure"]["steps"]
            .as_array()
            .expect("steps")
            .len()
            > 5
    );
    let groups = both["groups"].as_array().expect("groups");
    let row = |group: &str, key: &str| {
        let group = groups
            .iter()
            .find(|g| g["group"] == group)
            .expect("a group");
        let rows = group["rows"].as_array().expect("rows");
        rows.iter()
            .find(|r| r["key"] == key)
            .expect("a row")
            .clone()
    };
    assert_eq!(row("line", "nature")["right"]["unstated"], true);
    assert_eq!(row("line", "nature")["left"]["clause"], "HN22-011");
    assert_eq!(row("line", "growth_rate_percent")["right"], Value::Null);
    assert_eq!(row("channel", "hot_spot")["difference"], "only_right");
    assert_eq!(
        row("identification.step", "public_notice")["difference"],
        "same"
    );
    village
        .get("/policy/compare?left=henan-2022&right=none")
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn days_gone_by_change_only_with_their_procedures_in_sight_on_sqlite() {
    days_gone_by_change_only_with_their_procedures_in_sight(Engine::Sqlite).await;
}

#[tokio::test]
async fn days_gone_by_change_only_with_their_procedures_in_sight_on_postgres() {
    days_gone_by_change_only_with_their_procedures_in_sight(Engine::Postgres).await;
}

async fn days_gone_by_change_only_with_their_procedures_in_sight(engine: Engine) {
    let test = open(engine).await;
    let officer = test.person("policy");
    test.go_to(date(2022, 5, 5));
    let entry = in_force(&officer, "county-own", COUNTY, date(2022, 5, 5)).await;
    test.go_to(date(2022, 5, 20));
    Case::open(&test, HOME, 1, date(2022, 5, 20)).await;
    test.go_to(date(2022, 6, 1));
    let end = |until: &str, agreed: bool| json!({"until": until, "reason": "文件废止，会议决定", "accept_gap": true, "accept_procedures": agreed});
    let mut blank = end("2022-06-02", true);
    blank["reason"] = json!("\u{200b}\u{3000}\u{202e}");
    let refused = act(&officer, &entry, "end", blank).await;
    assert_eq!(field(&refused.problem(422, "invalid")), "reason");

    // Twelve days back there is a case: told of, by stage and township.
    let refused = act(&officer, &entry, "end", end("2022-05-20", false)).await;
    let refused = refused.problem(422, "invalid");
    assert_eq!(field(&refused), "accept_procedures");
    let told = refused["errors"][0]["message"].as_str().expect("words");
    assert!(told.contains("1 件") && told.contains("柳泉镇"), "{told}");
    assert!(!told.contains(&HOME.canary()), "{told}");

    // Another pack over those days meets the same question.
    let after = draft(&officer, "henan-2022", COUNTY, date(2022, 5, 12)).await;
    let confirm = json!({"end_previous": true});
    let refused = act(&officer, &after, "confirm", confirm).await;
    assert_eq!(field(&refused.problem(422, "invalid")), "accept_procedures");

    // Too long ago nothing is changed behind what was done since.
    test.go_to(date(2022, 7, 5));
    let refused = act(&officer, &entry, "end", end("2022-05-20", true)).await;
    assert_eq!(field(&refused.problem(422, "invalid")), "until");
    // Where nobody began anything since, the past may be put right.
    let ended = act(&officer, &entry, "end", end("2022-05-21", false))
        .await
        .ok();
    assert_eq!(ended["until"], "2022-05-21");
}

#[tokio::test]
async fn what_was_done_since_is_agreed_to_with_a_reason() {
    let test = open(Engine::Sqlite).await;
    let officer = test.person("policy");
    test.go_to(date(2022, 5, 5));
    let entry = in_force(&officer, "county-own", COUNTY, date(2022, 5, 5)).await;
    test.go_to(date(2022, 5, 20));
    let case = Case::open(&test, HOME, 1, date(2022, 5, 20)).await;
    test.go_to(date(2022, 5, 25));
    let end = json!({"until": "2022-05-20", "reason": "文件废止，会议决定", "accept_gap": true, "accept_procedures": true});
    act(&officer, &entry, "end", end).await.ok();
    let view = case.view().await;
    assert_eq!(view["pack"]["id"], "county-own", "what runs keeps its pack");
}
