//! One number in two households that no office below sees both of.

use serde_json::{Value, json};

use crate::forms;
use crate::place::{HOME, NEXT_CITY, NEXT_COUNTY, NEXT_TOWNSHIP, Place, SIBLING};
use crate::test_app::{Engine, Reply, TestApp};

#[tokio::test]
async fn the_lowest_level_above_both_is_told_on_sqlite() {
    the_lowest_level_above_both_is_told(Engine::Sqlite).await;
}

#[tokio::test]
async fn the_lowest_level_above_both_is_told_on_postgres() {
    the_lowest_level_above_both_is_told(Engine::Postgres).await;
}

/// The household form of `number` in `place`, its head under `whose` number.
async fn add(test: &TestApp, place: Place, number: u16, head_number: Option<&Value>) -> Reply {
    let mut form = forms::household(place, number);
    if let Some(value) = head_number {
        form["members"][0]["document_number"] = value.clone();
    }
    test.person(&place.login("village"))
        .post("/households", form)
        .await
}

async fn duplicates(test: &TestApp, login: &str) -> Vec<Value> {
    let bench = test.person(login).get("/workbench").await.ok();
    bench["duplicates"].as_array().cloned().expect("a list")
}

async fn the_lowest_level_above_both_is_told(engine: Engine) {
    let test = TestApp::on(engine).await;
    let first = forms::household(HOME, 1);
    let number = first["members"][0]["document_number"].clone();
    assert!(number.is_string(), "{first:#}");
    test.village().post("/households", first).await.ok();
    let alone = add(&test, SIBLING, 1, None).await.ok();
    // Each village writes the number once more; no answer tells.
    let mut ids = Vec::new();
    for (place, owner) in [
        (SIBLING, "township.a1"),
        (NEXT_TOWNSHIP, "county.a1"),
        (NEXT_COUNTY, "city"),
        (NEXT_CITY, "province"),
    ] {
        let before = duplicates(&test, owner).await.len();
        let reply = add(&test, place, 2, Some(&number)).await;
        let text = reply.text();
        for secret in [HOME.canary(), HOME.village.to_owned()] {
            assert!(!text.contains(&secret), "{text}");
        }
        let keys = |v: &Value| v.as_object().map(|o| o.keys().cloned().collect::<Vec<_>>());
        let made = reply.ok();
        assert_eq!(keys(&made), keys(&alone), "the answer is that of any other");
        ids.push(made["id"].clone());
        assert!(duplicates(&test, owner).await.len() > before, "{owner}");
    }
    // The writers and everybody who sees one side only are told nothing.
    for login in [
        "village.a1",
        "village.a2",
        "grid.a1",
        "township.a3",
        "county.b1",
        "analyst",
        "system",
        "audit",
    ] {
        assert_eq!(duplicates(&test, login).await, [] as [Value; 0], "{login}");
    }
    let own = duplicates(&test, "township.a1").await;
    assert_eq!(own.len(), 1);
    let sides: Vec<&Value> = own[0]["sides"]
        .as_array()
        .expect("two")
        .iter()
        .map(|s| &s["household_id"])
        .collect();
    assert!(sides.contains(&&ids[0]), "{own:#?}");
    assert!(!own[0].to_string().contains(number.as_str().expect("text")));
    // Above, names are masked and nothing can be opened.
    let city = duplicates(&test, "city").await;
    assert!(city[0]["sides"][0]["household_id"].is_null());
    assert!(!city[0].to_string().contains(&HOME.canary()), "{city:#?}");

    // Only the owner closes, with what was found.
    let path = format!(
        "/duplicates/{}/close",
        own[0]["id"].as_str().expect("an id")
    );
    let close = |login: &str, reason: &str| {
        let (person, body) = (test.person(login), json!({"reason": reason}));
        let path = path.clone();
        async move { person.post(&path, body).await }
    };
    close("county.a1", "公安确认为历史重号")
        .await
        .problem(404, "not_found");
    close("village.a1", "公安确认为历史重号")
        .await
        .problem(403, "not_permitted");
    close("township.a1", "好").await.problem(422, "invalid");
    assert_eq!(close("township.a1", "公安确认为历史重号").await.status, 204);
    close("township.a1", "公安确认为历史重号")
        .await
        .problem(404, "not_found");
    assert_eq!(duplicates(&test, "township.a1").await.len(), 0);

    // Put right on one side, the county's goes by itself.
    let county = duplicates(&test, "county.a1").await;
    assert_eq!(
        county.len(),
        2,
        "with home and with its sibling: {county:#?}"
    );
    let household = ids[1].as_str().expect("an id");
    let file = test
        .person("village.a3")
        .get(&format!("/households/{household}"))
        .await
        .ok();
    let member = &file["members"][1]["id"];
    let left = json!({
        "expected_version": file["version"], "effective_on": "2022-05-01", "reason": "登记错误", "collected_by": "某人",
        "change": {"kind": "member_left", "member_id": file["members"][0]["id"], "on": "2022-05-01", "note": "登记错误", "new_head_id": member},
    });
    let reply = test
        .person("village.a3")
        .post(&format!("/households/{household}/changes"), left)
        .await;
    if reply.status == 200 {
        assert_eq!(duplicates(&test, "county.a1").await.len(), 0);
    } else {
        panic!("{}", reply.text());
    }
}

/// A collision in the own county is told; one elsewhere must not be.
#[tokio::test]
async fn a_household_code_of_another_county_is_free() {
    let test = TestApp::sqlite().await;
    let coded = |place: Place, number: u16| {
        let mut form = forms::household(place, number);
        form["code"] = json!("4103270001");
        form
    };
    test.village()
        .post("/households", coded(HOME, 1))
        .await
        .ok();
    test.person("village.a3")
        .post("/households", coded(NEXT_TOWNSHIP, 1))
        .await
        .problem(409, "conflict");
    test.person("village.b1")
        .post("/households", coded(NEXT_COUNTY, 1))
        .await
        .ok();
}

#[tokio::test]
async fn a_duplicate_has_a_last_day_and_shows_above_when_late() {
    let test = TestApp::sqlite().await;
    let first = forms::household(HOME, 1);
    let number = first["members"][0]["document_number"].clone();
    test.village().post("/households", first).await.ok();
    add(&test, NEXT_TOWNSHIP, 2, Some(&number)).await.ok();
    let own = duplicates(&test, "county.a1").await;
    // Found on 1 May; fifteen days by the practice of the pack.
    assert_eq!(
        (&own[0]["due_on"], &own[0]["days_left"]),
        (&json!("2022-05-16"), &json!(15))
    );
    test.go_to(jiff::civil::date(2022, 5, 16));
    let above = test.person("city").get("/supervision").await.ok();
    assert_eq!(above["late_duplicates"], json!([]));
    test.go_to(jiff::civil::date(2022, 5, 19));
    let bench = test.person("county.a1").get("/workbench").await.ok();
    assert_eq!(bench["duplicates"][0]["days_left"], -3);
    assert!(
        bench["reminders"].to_string().contains("超期没有核实"),
        "{bench:#}"
    );
    let above = test.person("city").get("/supervision").await.ok();
    let late = &above["late_duplicates"][0];
    assert_eq!(late["days_overdue"], 3, "{above:#}");
    assert!(
        late["owner"]
            .as_str()
            .is_some_and(|o| o.ends_with("宜阳县")),
        "{late}"
    );
    assert!(
        !late.to_string().contains(&HOME.canary()),
        "no names: {late}"
    );
    let next = test.person("county.b1").get("/supervision").await.ok();
    assert_eq!(next["late_duplicates"], json!([]));
    // A reason nobody can read is none.
    let path = format!(
        "/duplicates/{}/close",
        own[0]["id"].as_str().expect("an id")
    );
    let blank = json!({"reason": "\u{200b}\u{3000}\u{2060}\u{200f}\u{feff}"});
    test.person("county.a1")
        .post(&path, blank)
        .await
        .problem(422, "invalid");
    let found = json!({"reason": "公安确认为历史重号"});
    assert_eq!(
        test.person("county.a1").post(&path, found).await.status,
        204
    );
    let above = test.person("city").get("/supervision").await.ok();
    assert_eq!(above["late_duplicates"], json!([]));
}
