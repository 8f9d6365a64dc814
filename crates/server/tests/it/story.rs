//! One household carried through the procedure, step by step, by the people
//! of its place.

use jiff::civil::Date;
use serde_json::{Value, json};

use crate::forms;
use crate::place::{HOME, NEXT_TOWNSHIP, Place, SIBLING};
use crate::test_app::{Reply, TestApp, everywhere};

/// A casefile and who acts on it.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    pub test: &'a TestApp,
    pub place: Place,
    pub id: String,
    pub household: String,
    /// The adults, head first.
    pub adults: Vec<String>,
}

impl<'a> Case<'a> {
    /// Household, lead received on a day, identification opened the same day.
    pub async fn open(test: &'a TestApp, place: Place, number: u16, received_on: Date) -> Case<'a> {
        let village = test.person(&place.login("village"));
        let household = village.add_household(place, number).await;
        let lead = village
            .post(
                "/leads",
                forms::lead(place, &household, "cadre_visit", received_on),
            )
            .await
            .ok();
        Self::of_lead(test, place, household, &lead["lead"], "identification").await
    }

    /// Concludes an open lead so that it leads to a casefile.
    pub async fn of_lead(
        test: &'a TestApp,
        place: Place,
        household: String,
        lead: &Value,
        outcome: &str,
    ) -> Case<'a> {
        let id = lead["id"].as_str().expect("an id").to_owned();
        let version = lead["version"].as_i64().expect("a version");
        let form = forms::conclusion(version, outcome, test.app.today());
        let village = test.person(&place.login("village"));
        let opened = village
            .post(&format!("/leads/{id}/conclude"), form)
            .await
            .ok();
        let casefile = opened["casefile_id"]
            .as_str()
            .expect("a casefile")
            .to_owned();
        let (_, file) = test
            .app
            .store
            .household_file(&everywhere(), &household)
            .await
            .expect("query")
            .expect("file");
        let adults = file
            .active_members()
            .filter(|m| m.is_adult_on(test.app.today()))
            .map(|m| m.id.clone())
            .collect();
        Case {
            test,
            place,
            id: casefile,
            household,
            adults,
        }
    }

    pub fn village(&self) -> String {
        self.place.login("village")
    }

    /// Townships and counties are staffed once for the places they share.
    pub fn township(&self) -> String {
        if self.place == SIBLING {
            HOME.login("township")
        } else {
            self.place.login("township")
        }
    }

    pub fn county(&self) -> String {
        if [SIBLING, NEXT_TOWNSHIP].contains(&self.place) {
            HOME.login("county")
        } else {
            self.place.login("county")
        }
    }

    pub async fn version(&self) -> i64 {
        self.test.version(&self.id).await
    }

    /// An act on the version as it stands.
    pub async fn act(&self, who: &str, on: Date, action: Value) -> Reply {
        let body =
            json!({"expected_version": self.version().await, "occurred_on": on, "action": action});
        self.test
            .person(who)
            .post(&format!("/casefiles/{}/actions", self.id), body)
            .await
    }

    /// The casefile as the township reads it.
    pub async fn view(&self) -> Value {
        self.test
            .person(&self.township())
            .get(&format!("/casefiles/{}", self.id))
            .await
            .ok()
    }

    pub async fn verify(&self, on: Date) {
        self.act(&self.village(), on, forms::verify_home(self.place, true))
            .await
            .ok();
    }

    pub async fn sign(&self, on: Date) {
        self.act(&self.village(), on, forms::sign_letter(&self.adults))
            .await
            .ok();
    }

    /// Village asks, township forwards, county answers without a hit and closes.
    pub async fn cross_check(&self, on: Date) {
        self.act(
            &self.village(),
            on,
            forms::request_cross_check(&self.adults),
        )
        .await
        .ok();
        self.act(&self.township(), on, json!({"type": "forward_cross_check"}))
            .await
            .ok();
        self.act(
            &self.county(),
            on,
            forms::answer_cross_check(self.place, &[]),
        )
        .await
        .ok();
        self.act(
            &self.county(),
            on,
            json!({"type": "conclude_cross_check", "note": "已反馈"}),
        )
        .await
        .ok();
    }

    pub async fn appraise(&self, on: Date, round: u16, recommends: bool) -> Reply {
        let items = [(self.id.clone(), self.version().await)];
        let form = forms::appraisal(self.place, on, &items, round, recommends);
        self.test
            .person(&self.village())
            .post("/appraisals", form)
            .await
    }

    /// Posts a notice naming this household only; answers it.
    pub async fn notice(&self, on: Date) -> Value {
        let items = [(self.id.clone(), self.version().await)];
        self.test
            .person(&self.village())
            .post("/notices", forms::notice(self.place, on, &items))
            .await
            .ok()
    }

    pub async fn review(&self, on: Date) -> Reply {
        self.act(&self.township(), on, forms::review("approve"))
            .await
    }

    pub async fn decide(&self, on: Date) -> Reply {
        self.act(&self.county(), on, forms::decide(on)).await
    }

    /// Says where all paper of a finished procedure is kept.
    pub async fn papers(&self, on: Date) {
        let codes = [
            "investigation_form",
            "commitment_letter",
            "cross_check_result",
            "appraisal_minutes",
            "notice_text",
            "proposed_list",
            "decision_document",
            "announcement_text",
        ];
        self.act(
            &self.township(),
            on,
            forms::state_paper(&codes, "镇档案室 3 号柜"),
        )
        .await
        .ok();
    }

    /// Home visit, letter, comparison and appraisal on one day, all by the book.
    pub async fn up_to_appraisal(&self, on: Date) {
        self.verify(on).await;
        self.sign(on).await;
        self.cross_check(on).await;
        self.appraise(on, 1, true).await.ok();
    }

    /// Everything up to the county's desk: the notice posted on `on` stands six
    /// days, the township approves on the day given.
    pub async fn up_to_decision(&self, on: Date, reviewed_on: Date) {
        self.up_to_appraisal(on).await;
        self.notice(on).await;
        self.test.go_to(reviewed_on);
        self.review(reviewed_on).await.ok();
    }
}

/// `step` of everything on a person's desk about a casefile: (mine, waiting).
pub async fn desk(test: &TestApp, login: &str, casefile: &str) -> (Vec<String>, Vec<String>) {
    let bench = test.person(login).get("/workbench").await.ok();
    let steps = |list: &str| -> Vec<String> {
        let items = bench[list].as_array().expect("a list");
        let own = items
            .iter()
            .filter(|i| i["id"] == casefile && i["kind"] == "casefile");
        own.map(|i| i["step"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    (steps("mine"), steps("waiting"))
}
