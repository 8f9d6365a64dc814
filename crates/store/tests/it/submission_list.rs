use std::collections::BTreeMap;

use domain::account::Scope;
use domain::casefile::PackRef;
use domain::division::Level;
use domain::policy::StepKind;
use domain::submission_list::{
    ItemAnswer, ItemVerdict, ListContent, ListRow, ListStage, ListTerms, Party, Signed,
    SubmissionList,
};
use store::submission_list::{ListFilter, NewList};
use store::{StoreError, Window, WriteTx};

use crate::fixture::{TestDatabase, on_both};
use crate::people::{DAY, NEIGHBOUR, VILLAGE, scope};

on_both!(
    a_list_comes_back_as_it_was_sent,
    an_edited_content_is_found_out,
    a_household_stands_on_one_open_list_of_a_kind,
    a_month_has_one_list,
    answers_close_the_list,
    two_acts_on_one_list_do_not_cross,
);

/// A list of a village with a row for each casefile.
pub fn list(village: &str, casefiles: &[&str]) -> SubmissionList {
    let rows = (1u32..).zip(casefiles).map(|(seq, casefile)| ListRow {
        seq,
        casefile_id: (*casefile).to_owned(),
        casefile_version: 1,
        household_id: "h".into(),
        household_code: None,
        village: village.parse().expect("a code"),
        village_name: "一村".into(),
        head_name: "张三可见".into(),
        member_count: 3,
        household_type_label: "一般农户".into(),
        category_label: None,
        qualified_on: DAY,
        superseded: 0,
    });
    let party = |code: &str| Party {
        code: code.parse().expect("a code"),
        name: String::new(),
        office: String::new(),
    };
    SubmissionList::submitted(ListContent {
        title: "一村初选名单".into(),
        number: "〔2025〕1号".into(),
        terms: ListTerms {
            code: "preliminary_list".into(),
            label: "初选名单".into(),
            level: Level::Village,
            submitted_to: Level::Township,
            after: StepKind::PublicNotice,
            answered_by: Some(StepKind::TownshipReview),
            monthly: false,
            written_notice: false,
            clause: Some("HN22-053".into()),
        },
        pack: PackRef {
            id: "henan-2022".into(),
            version: 1,
        },
        pack_title: String::new(),
        maker: party(village),
        recipient: party(&format!("{}000", &village[..9])),
        period: None,
        supplement: 0,
        submitted_on: DAY,
        submitted_by: "经办人".into(),
        deputy_of: None,
        document_number: String::new(),
        signatory: String::new(),
        acknowledge_by: None,
        rows: rows.collect(),
        left_out: Vec::new(),
        note: String::new(),
    })
}

async fn keep(tx: &mut WriteTx, id: &str, list: &SubmissionList) -> Result<String, StoreError> {
    let maker = list.content.maker.code;
    let number = tx.next_list_number(maker, "preliminary_list", 2025).await?;
    tx.add_submission_list(NewList {
        id,
        area: maker,
        number,
        list,
    })
    .await
}

/// Keeps a list of a village.
pub async fn send(tx: &mut WriteTx, id: &str, village: &str, casefiles: &[&str]) -> String {
    keep(tx, id, &list(village, casefiles)).await.expect("kept")
}

/// Keeps the list of a village for a month.
pub async fn send_month(tx: &mut WriteTx, id: &str, village: &str, month: &str) {
    let mut list = list(village, &[]);
    list.content.period = Some(month.parse().expect("a month"));
    keep(tx, id, &list).await.expect("kept");
}

pub fn answer(reason: &str) -> ItemAnswer {
    ItemAnswer {
        verdict: ItemVerdict::SentBack,
        on: DAY,
        by_name: "王".into(),
        reason: reason.into(),
        ground: None,
        clause: None,
    }
}

/// Answers a casefile on a list.
pub async fn give(tx: &mut WriteTx, id: &str, casefile: &str, reason: &str) {
    let stored = tx.lock_submission_list(id).await.expect("locked");
    let next = stored.list.answered(casefile, answer(reason));
    tx.save_list_stage(&stored, &next, Some(casefile))
        .await
        .expect("saved");
}

async fn commit(mut tx: WriteTx) {
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
}

async fn a_list_comes_back_as_it_was_sent(db: TestDatabase) {
    let mut tx = db.write().await;
    let digest = send(&mut tx, "s", VILLAGE, &["c1", "c2"]).await;
    send(&mut tx, "t", NEIGHBOUR, &["c3"]).await;
    commit(tx).await;
    let read = db
        .store
        .submission_list(&scope(VILLAGE), "s")
        .await
        .expect("read")
        .expect("there");
    assert_eq!(read.list, list(VILLAGE, &["c1", "c2"]));
    assert_eq!(
        (read.intact, read.row.digest, read.row.number),
        (true, digest, 1)
    );
    let above = scope(&VILLAGE[..9]);
    let of = async |filter: ListFilter| {
        let page = db
            .store
            .submission_lists(&above, &filter, &Window::first(1))
            .await
            .expect("read");
        (
            page.items[0].row.id.clone(),
            page.total,
            page.next_cursor.is_some(),
        )
    };
    assert_eq!(of(ListFilter::default()).await, ("t".into(), 2, true));
    let own = ListFilter {
        maker: Some(VILLAGE.parse().expect("a code")),
        stages: vec!["submitted".into()],
        ..ListFilter::default()
    };
    assert_eq!(of(own).await, ("s".into(), 1, false));
    let unseen = db
        .store
        .submission_list(&Scope::NOBODY, "s")
        .await
        .expect("read");
    assert!(unseen.is_none());
}

async fn an_edited_content_is_found_out(db: TestDatabase) {
    let mut tx = db.write().await;
    send(&mut tx, "s", VILLAGE, &["c1"]).await;
    send(&mut tx, "t", NEIGHBOUR, &["c3"]).await;
    commit(tx).await;
    let behind = db.behind().await;
    behind
        .run("UPDATE submission_list SET digest = (SELECT digest FROM submission_list WHERE id = 't') WHERE id = 's'")
        .await;
    let read = db.store.submission_list(&scope(VILLAGE), "s").await;
    assert!(!read.expect("read").expect("there").intact);
    behind
        .run("UPDATE submission_list SET content_sealed = (SELECT content_sealed FROM submission_list WHERE id = 't') WHERE id = 's'")
        .await;
    let moved = db.store.submission_list(&scope(VILLAGE), "s").await;
    assert!(
        moved.is_err(),
        "a content moved from another list does not open"
    );
}

async fn a_household_stands_on_one_open_list_of_a_kind(db: TestDatabase) {
    let mut tx = db.write().await;
    send(&mut tx, "s", VILLAGE, &["c1", "c2"]).await;
    commit(tx).await;
    let mut tx = db.write().await;
    let taken = keep(&mut tx, "t", &list(VILLAGE, &["c2"])).await;
    assert!(matches!(taken, Err(StoreError::Taken(what)) if what == "submission_list_item"));
    drop(tx);
    // Taken back: its households may go on another.
    let mut tx = db.write().await;
    let stored = tx.lock_submission_list("s").await.expect("locked");
    let mut next = stored.list.clone();
    next.stage = ListStage::Withdrawn {
        signed: signed(),
        reason: "重名".into(),
    };
    tx.save_list_stage(&stored, &next, None)
        .await
        .expect("saved");
    send(&mut tx, "t", VILLAGE, &["c2"]).await;
    commit(tx).await;
    let ids = ["c1".to_owned(), "c2".to_owned()];
    let listed = db.store.listed_casefiles(&scope(VILLAGE), &ids).await;
    assert_eq!(
        listed.expect("read").into_iter().collect::<Vec<_>>(),
        [("c2".into(), "preliminary_list".into())]
    );
}

fn signed() -> Signed {
    Signed {
        on: DAY,
        by_name: "王".into(),
        deputy_of: None,
    }
}

async fn a_month_has_one_list(db: TestDatabase) {
    let of_may = |casefiles: &[&str]| {
        let mut list = list(VILLAGE, casefiles);
        list.content.period = Some("2025-05".parse().expect("a month"));
        list
    };
    let mut tx = db.write().await;
    keep(&mut tx, "s", &of_may(&[])).await.expect("kept");
    send(&mut tx, "u", VILLAGE, &["c9"]).await;
    commit(tx).await;
    let mut tx = db.write().await;
    let taken = keep(&mut tx, "t", &of_may(&["c1"])).await;
    assert!(matches!(taken, Err(StoreError::Taken(what)) if what == "submission_list"));
    drop(tx);
    // Unless it says that it adds to it.
    let mut more = of_may(&["c1"]);
    more.content.supplement = 1;
    let mut tx = db.write().await;
    keep(&mut tx, "t", &more).await.expect("kept");
    commit(tx).await;
    let filter = ListFilter {
        monthly: true,
        ..ListFilter::default()
    };
    let months = db
        .store
        .submission_lists(&scope(VILLAGE), &filter, &Window::first(10))
        .await;
    assert_eq!(months.expect("read").total, 2);
    let from = |text: &str| text.parse().expect("a month");
    let given = async |month| {
        let maker = VILLAGE.parse().expect("a code");
        let read = db
            .store
            .given_months(&scope(VILLAGE), maker, from(month))
            .await;
        let mut of: Vec<i32> = read.expect("read").iter().map(|g| g.supplement).collect();
        of.sort_unstable();
        of
    };
    assert_eq!(given("2025-05").await, [0, 1]);
    assert!(given("2025-06").await.is_empty());
}

async fn answers_close_the_list(db: TestDatabase) {
    let mut tx = db.write().await;
    send(&mut tx, "s", VILLAGE, &["c1", "c2"]).await;
    assert_eq!(tx.lists_awaiting("c1").await.expect("read"), ["s"]);
    give(&mut tx, "s", "c1", "票据不全，请补充").await;
    assert!(tx.lists_awaiting("c1").await.expect("read").is_empty());
    commit(tx).await;
    let read = async || {
        let read = db.store.submission_list(&scope(VILLAGE), "s").await;
        read.expect("read").expect("there")
    };
    let half = read().await;
    assert_eq!(
        half.list.answers,
        BTreeMap::from([("c1".to_owned(), answer("票据不全，请补充"))])
    );
    assert_eq!((half.row.stage.as_str(), half.row.version), ("received", 2));
    let mut tx = db.write().await;
    give(&mut tx, "s", "c2", "").await;
    commit(tx).await;
    let whole = read().await;
    assert_eq!(whole.row.stage, "closed");
    assert!(whole.intact);
}

async fn two_acts_on_one_list_do_not_cross(db: TestDatabase) {
    let mut tx = db.write().await;
    send(&mut tx, "s", VILLAGE, &["c1", "c2"]).await;
    commit(tx).await;
    // A person who read an older version loses.
    let mut tx = db.write().await;
    let old = tx
        .submission_list(&scope(VILLAGE), "s")
        .await
        .expect("read")
        .expect("there");
    give(&mut tx, "s", "c1", "").await;
    let stale = tx.save_list_stage(&old, &old.list, None).await;
    assert!(matches!(stale, Err(StoreError::Stale { current: 2 })));
    drop(tx);
    // Two answers at the same time: one after the other, and the list is closed.
    let together = ["c1", "c2"].map(|casefile| {
        let db = db.clone();
        tokio::spawn(async move {
            let mut tx = db.write().await;
            give(&mut tx, "s", casefile, "").await;
            commit(tx).await;
        })
    });
    for one in together {
        one.await.expect("no panic");
    }
    let read = db.store.submission_list(&scope(VILLAGE), "s").await;
    assert_eq!(read.expect("read").expect("there").row.stage, "closed");
}
