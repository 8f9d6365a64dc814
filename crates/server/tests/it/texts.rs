//! What nobody can read is nothing, in every form: spaces of every width,
//! zero-width characters, marks of direction. Each is refused with its field.

use jiff::civil::date;
use serde_json::{Value, json};

use crate::forms;
use crate::leads;
use crate::place::HOME;
use crate::test_app::TestApp;

/// Texts with nothing to read in them.
const BLANK: [&str; 6] = [
    "",
    " \t\n",
    "\u{3000}\u{3000}\u{3000}\u{3000}",
    "\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}",
    "\u{202e}\u{202c}\u{200f}\u{200e}\u{2067}",
    "\u{3164}\u{ad}\u{115f}\u{fe0f}",
];

/// A form, where it goes, who sends it and the field that is put to the test.
struct Tried {
    login: &'static str,
    path: String,
    form: Value,
    field: &'static str,
}

fn tried(login: &'static str, path: impl Into<String>, field: &'static str, form: Value) -> Tried {
    let path = path.into();
    Tried {
        login,
        path,
        form,
        field,
    }
}

/// Where a field stands in a form: `members.1.name`.
fn put(form: &mut Value, field: &str, text: &str) {
    let mut at = form;
    for part in field.split('.') {
        at = match part.parse::<usize>() {
            Ok(index) => &mut at[index],
            Err(_) => &mut at[part],
        };
    }
    *at = json!(text);
}

async fn all(test: &TestApp) -> Vec<Tried> {
    let household = test.village().add_household(HOME, 1).await;
    let lead = leads::lead(test, &household, "hotline", date(2022, 5, 1)).await;
    let lead = &lead["lead"];
    let account = test.account_id("grid.a2").await;
    let change = json!({
        "expected_version": 1, "effective_on": "2022-05-01", "reason": "核对", "collected_by": "采集人",
        "change": {"kind": "contact", "address": "某处", "phone": null},
    });
    let mut joined = change.clone();
    joined["change"] = json!({"kind": "member_joined", "member": {"name": "某人", "relation": "other", "sex": "female", "birth_on": "1990-01-01",
        "health": ["healthy"], "labour": "ordinary"}});
    let changes = format!("/households/{household}/changes");
    let correct = format!("/leads/{}/correct", lead["id"].as_str().expect("an id"));
    let corrected = json!({"expected_version": lead["version"], "received_on": "2022-04-30", "reason": "据来电记录更正"});
    let opened = json!({
        "login_name": "new.one", "display_name": "某人", "role": "grid_worker",
        "division": HOME.village, "reason": "新到岗",
    });
    vec![
        tried(
            "village.a1",
            "/households",
            "collected_by",
            forms::household(HOME, 2),
        ),
        tried(
            "village.a1",
            "/households",
            "reason",
            forms::household(HOME, 2),
        ),
        tried(
            "village.a1",
            "/households",
            "members.1.name",
            forms::household(HOME, 2),
        ),
        tried("village.a1", changes.clone(), "reason", change.clone()),
        tried("village.a1", changes.clone(), "collected_by", change),
        tried("village.a1", changes, "change.member.name", joined),
        tried(
            "village.a1",
            format!("/households/{household}/reveal"),
            "purpose",
            json!({"fields": ["phone"], "purpose": "电话核实"}),
        ),
        tried("village.a1", correct, "reason", corrected),
        tried(
            "village.a1",
            "/name-protections",
            "reason",
            forms::name_protection(HOME, &household),
        ),
        tried(
            "village.a1",
            "/grids",
            "name",
            json!({"village": HOME.village, "name": "一格", "staff_kind": "grid_worker", "worker_account_id": null}),
        ),
        tried("system", "/accounts", "display_name", opened.clone()),
        tried("system", "/accounts", "reason", opened),
        tried(
            "system",
            format!("/accounts/{account}/disable"),
            "reason",
            json!({"reason": "离岗", "hand_over_to": null}),
        ),
        tried(
            "policy",
            "/policy/adoptions",
            "reason",
            json!({"pack_id": "henan-2022", "jurisdiction": "410327000000", "from": "2022-06-01", "reason": "会议决定", "document": "纪要"}),
        ),
        tried(
            "policy",
            "/policy/adoptions",
            "document",
            json!({"pack_id": "henan-2022", "jurisdiction": "410327000000", "from": "2022-06-01", "reason": "会议决定", "document": "纪要"}),
        ),
    ]
}

#[tokio::test]
async fn what_nobody_can_read_is_refused_with_its_field() {
    let test = TestApp::sqlite().await;
    for one in all(&test).await {
        let person = test.person(one.login);
        let last = one.field.rsplit('.').next().expect("a field");
        for text in BLANK {
            let mut form = one.form.clone();
            put(&mut form, one.field, text);
            let reply = person.post(&one.path, form).await;
            let told = reply.text();
            assert_eq!(reply.status, 422, "{} {}: {told}", one.path, one.field);
            let named = format!("{last}\"");
            assert!(
                told.contains(&named) || told.contains("\"reason_given\""),
                "{} {} {text:?}: {told}",
                one.path,
                one.field
            );
        }
        // A hundred kilobytes of nothing are measured before they are read.
        let mut form = one.form.clone();
        put(&mut form, one.field, &"\u{200b}".repeat(35_000));
        let reply = person.post(&one.path, form).await;
        let told = reply.problem(422, "invalid");
        let field = one.field;
        assert_eq!(told["errors"][0]["field"], field, "{} {told}", one.path);
    }
}

#[tokio::test]
async fn a_blank_that_may_be_left_out_is_kept_as_nothing() {
    let test = TestApp::sqlite().await;
    let mut form = forms::household(HOME, 1);
    form["address"] = json!("\u{200b}\u{3000}");
    form["code"] = json!("\u{2060}");
    let household = test.village().post("/households", form).await.ok();
    let path = format!("/households/{}", household["id"].as_str().expect("an id"));
    let file = test.village().get(&path).await.ok();
    assert_eq!(
        (&file["address"], &file["code"]),
        (&json!(""), &Value::Null)
    );
}
