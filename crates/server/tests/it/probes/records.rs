//! What lies in every village: made through HTTP by its own people, with the
//! canary in every text.

use jiff::civil::date;
use serde_json::json;
use store::policy::AdoptionRow;

use crate::forms;
use crate::place::{HOME, Place};
use crate::story::Case;
use crate::test_app::{TestApp, everywhere};

pub const HOUSEHOLDS: u64 = 3;
pub const LEADS: u64 = 3;
pub const OPEN_LEADS: u64 = 1;
pub const CASEFILES: u64 = 2;
pub const IMPORTS: u64 = 2;
/// Comparisons on the departments' desk.
pub const COMPARISONS: u64 = 1;
pub const NOTICES: u64 = 1;
pub const APPRAISALS: u64 = 1;
pub const GRIDS: u64 = 1;
pub const COMPLAINTS: u64 = 1;
pub const SUBMISSION_LISTS: u64 = 1;

/// The village's list with its one posted household.
async fn list_of(test: &TestApp, case: &Case<'_>) -> String {
    let form = json!({
        "pack_id": "henan-2022", "code": "preliminary_list", "area": case.place.village,
        "submitted_on": "2022-05-01",
        "items": [{"casefile_id": case.id, "expected_version": case.version().await}],
    });
    let sent = test
        .person(&case.village())
        .post("/submission-lists", form)
        .await
        .ok();
    sent["id"].as_str().expect("an id").to_owned()
}
pub const PROTECTIONS: u64 = 1;

/// The township takes in its own export of the village, twice; the second
/// time it refuses it.
async fn imports(test: &TestApp, case: &Case<'_>) -> [String; 2] {
    let township = test.person(&case.township());
    let export = township
        .get(&format!(
            "/exports/national.xlsx?division={}",
            case.place.village
        ))
        .await;
    assert!(
        export.text().contains(&case.place.canary()),
        "the export shows the village's own households"
    );
    let mut ids = Vec::new();
    for copy in 1..=2 {
        let name = format!("{}-{copy}.xlsx", case.place.canary());
        let started = township.import("", &name, &export.bytes).await.ok();
        let id = started["id"].as_str().expect("an id").to_owned();
        test.app.finish_work(&id).await;
        let checked = township.get(&format!("/imports/{id}")).await.ok();
        assert_eq!(checked["status"], "checked", "{checked:#}");
        ids.push(id);
    }
    township
        .post(
            &format!("/imports/{}/refuse", ids[1]),
            json!({"reason": "重复"}),
        )
        .await
        .ok();
    ids.try_into().expect("two")
}

/// An entry of the village's own, as its officer would have written it.
async fn adoption(test: &TestApp, place: Place, pack_id: &str, status: &str) -> String {
    let id = app::new_id();
    let mut tx = test
        .app
        .store
        .write(test.app.system_actor())
        .await
        .expect("write");
    tx.add_adoption(AdoptionRow {
        id: id.clone(),
        pack_id: pack_id.into(),
        pack_version: 1,
        jurisdiction: place.village.into(),
        from_on: "2031-01-01".into(),
        until_on: None,
        status: status.into(),
        reason: place.canary(),
        document: place.canary(),
        account_id: test.account_id(&place.login("grid")).await,
        recorded_at: test.app.clock.now_millis(),
        version: 1,
    })
    .await
    .expect("an entry");
    tx.add_adoption_event(&id, "drafted", None, &place.canary())
        .await
        .expect("a history");
    tx.audit("system", "policy.drafted", "test", "")
        .await
        .expect("audit");
    tx.commit().await.expect("commit");
    id
}

/// One whose end the policy officer proposed, who may not confirm it himself.
async fn ending(test: &TestApp, place: Place) -> String {
    let id = adoption(test, place, "henan-2022", "in_force").await;
    let officer = store::Actor {
        account_id: test.account_id("policy").await,
        ..test.app.system_actor()
    };
    let mut tx = test.app.store.write(officer).await.expect("write");
    let until = Some("2032-01-01".to_owned());
    tx.add_adoption_event(&id, "end_proposed", until, &place.canary())
        .await
        .expect("a proposal");
    tx.audit("system", "policy.end_proposed", "test", "")
        .await
        .expect("audit");
    tx.commit().await.expect("commit");
    id
}

/// Identifiers of a village's records, and the versions they stand at.
#[derive(Debug, Clone)]
pub struct Records {
    pub place: Place,
    pub village: String,
    pub household: String,
    pub household_version: i64,
    pub member: String,
    pub lead: String,
    pub lead_version: i64,
    /// The household of the open lead.
    pub lead_household: String,
    pub casefile: String,
    pub casefile_version: i64,
    /// A casefile whose comparison waits for the departments.
    pub compared: String,
    pub compared_version: i64,
    pub notice: String,
    pub appraisal: String,
    pub protection: String,
    pub objection: String,
    /// About the village's own official: the township's to handle.
    pub complaint: String,
    /// A list of the village's, sent to its township.
    pub submission_list: String,
    pub submission_list_version: i64,
    pub attachments: Vec<String>,
    /// An import that was checked, and one that was refused.
    pub import: String,
    pub refused_import: String,
    pub account: String,
    /// A draft of a base layer, which may never be confirmed, and a pack in
    /// force from far ahead.
    pub draft: String,
    pub adoption: String,
    /// One whose end is proposed.
    pub ending: String,
    pub search_name: String,
    pub search_number: String,
}

impl Records {
    /// A village whose case is overdue with a notice posted and an objection
    /// open, a household with an open lead, and a case being compared.
    pub async fn make(test: &TestApp, place: Place) -> Self {
        let day = date(2022, 5, 1);
        let case = Case::open(test, place, 1, day).await;
        case.up_to_appraisal(day).await;
        let notice = case.notice(day).await;
        let notice = notice["id"].as_str().expect("an id").to_owned();
        let village = test.person(&case.village());
        let filed = village
            .post(
                &format!("/notices/{notice}/objections"),
                forms::objection(place, &case.id, day),
            )
            .await
            .ok();
        let submission_list = list_of(test, &case).await;
        let canary = place.canary();
        let mut attachments = Vec::new();
        for (subject, id) in [
            ("casefile", &case.id),
            ("notice", &notice),
            ("household", &case.household),
        ] {
            let kept = village
                .upload(subject, id, "notice_photo", &format!("{canary}.pdf"))
                .await
                .ok();
            attachments.push(kept["id"].as_str().expect("an id").to_owned());
        }
        let meetings = village.get("/appraisals").await.ok();
        let appraisal = meetings[0]["id"].as_str().expect("an id").to_owned();
        let imports = imports(test, &case).await;
        let grid = json!({
            "village": place.village, "name": format!("{canary}网格"), "staff_kind": "grid_worker",
            "worker_account_id": test.account_id(&place.login("grid")).await,
        });
        village.post("/grids", grid).await.ok();
        let compared = Case::open(test, place, 3, day).await;
        compared.verify(day).await;
        compared.sign(day).await;
        compared
            .act(
                &compared.village(),
                day,
                forms::request_cross_check(&compared.adults),
            )
            .await
            .ok();
        compared
            .act(
                &compared.township(),
                day,
                json!({"type": "forward_cross_check"}),
            )
            .await
            .ok();
        let second = village.add_household(place, 2).await;
        let asked = village
            .post("/name-protections", forms::name_protection(place, &second))
            .await
            .ok();
        let protection = asked["id"].as_str().expect("an id").to_owned();
        let lead = village
            .post("/leads", forms::lead(place, &second, "hotline", day))
            .await
            .ok();
        let mut form = forms::lead(place, &second, "petition", day);
        form["official"] = json!({"name": "", "level": "village"});
        let taken = village.post("/leads", form).await.ok();
        assert!(taken["lead"].is_null() && taken["handled_at"] == "township");
        let inside = domain::account::Scope::subtree(place.code());
        let above = store::complaint::ComplaintReader {
            account_id: "",
            level: Some(domain::division::Level::Township),
        };
        let complaints = test
            .app
            .store
            .complaints(&inside, above, None, &store::Window::first(5))
            .await
            .expect("query");
        Self {
            complaint: complaints.items[0].id.clone(),
            place,
            village: place.village.into(),
            member: case.adults[0].clone(),
            household: case.household.clone(),
            household_version: 1,
            lead: lead["lead"]["id"].as_str().expect("an id").to_owned(),
            lead_version: 1,
            lead_household: second,
            casefile: case.id.clone(),
            casefile_version: 1,
            compared: compared.id.clone(),
            compared_version: 1,
            notice,
            appraisal,
            protection,
            objection: filed["objections"][0]["id"]
                .as_str()
                .expect("an id")
                .to_owned(),
            submission_list,
            submission_list_version: 1,
            attachments,
            import: imports[0].clone(),
            refused_import: imports[1].clone(),
            account: test.account_id(&place.login("grid")).await,
            draft: adoption(test, place, "platform-base", "draft").await,
            adoption: adoption(test, place, "henan-2022", "in_force").await,
            ending: ending(test, place).await,
            search_name: forms::head_name(place, 1),
            search_number: forms::head_number(place, 1),
        }
        .refreshed(test)
        .await
    }

    /// Ids nobody was ever given, and a village that is on no list.
    pub fn nowhere() -> Self {
        let id = || "0199aaaa-0000-7000-8000-000000000000".to_owned();
        Self {
            place: HOME,
            village: "659001999299".into(),
            household: id(),
            household_version: 1,
            member: id(),
            lead: id(),
            lead_version: 1,
            lead_household: id(),
            casefile: id(),
            casefile_version: 1,
            compared: id(),
            compared_version: 1,
            notice: id(),
            appraisal: id(),
            protection: id(),
            objection: id(),
            complaint: id(),
            submission_list: id(),
            submission_list_version: 1,
            attachments: vec![id(); 3],
            import: id(),
            refused_import: id(),
            account: id(),
            draft: id(),
            adoption: id(),
            ending: id(),
            search_name: "无此人".into(),
            search_number: "980000199001010000".into(),
        }
    }

    /// With the versions as they stand now.
    pub async fn refreshed(mut self, test: &TestApp) -> Self {
        let store = &test.app.store;
        let all = everywhere();
        self.household_version = store
            .household(&all, &self.household)
            .await
            .expect("query")
            .map_or(1, |h| h.version);
        self.lead_version = store
            .lead(&all, &self.lead)
            .await
            .expect("query")
            .map_or(1, |l| l.version);
        self.casefile_version = test.version(&self.casefile).await;
        self.compared_version = test.version(&self.compared).await;
        self.submission_list_version = store
            .submission_list(&all, &self.submission_list)
            .await
            .expect("query")
            .map_or(1, |l| l.row.version);
        self
    }
}
