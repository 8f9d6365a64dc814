use jiff::civil::date;
use store::StoreError;
use store::Window;
use store::notice::AppraisalRow;

use crate::fixture::{TestDatabase, on_both};
use crate::people::{VILLAGE, notice, notice_item, objection, scope};

on_both!(
    notices_come_newest_first,
    an_objection_is_answered_once,
    an_appraisal_keeps_its_minutes
);

async fn notices_come_newest_first(db: TestDatabase) {
    let mut tx = db.write().await;
    for (id, posted, closes) in [
        ("a", "2025-05-01", "2025-05-07"),
        ("b", "2025-05-03", "2025-05-09"),
        ("c", "2025-05-03", "2025-05-09"),
    ] {
        tx.add_notice(
            notice(id, VILLAGE, posted, closes),
            vec![notice_item(id, "c2"), notice_item(id, "c1")],
        )
        .await
        .expect("added");
    }
    tx.add_notice(notice("d", VILLAGE, "2025-04-01", "2025-04-07"), Vec::new())
        .await
        .expect("a notice without items");
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    let ids = async |stood, window: Window| {
        let page = db
            .store
            .notices(&scope(VILLAGE), stood, &window)
            .await
            .expect("read");
        (
            page.items
                .into_iter()
                .map(|n| n.id)
                .collect::<Vec<_>>()
                .join(""),
            page.total,
            page.next_cursor,
        )
    };
    assert_eq!(ids(None, Window::first(10)).await, ("cbad".into(), 4, None));
    let (first, total, cursor) = ids(None, Window::first(3)).await;
    assert_eq!((first.as_str(), total), ("cba", 4));
    let next = Window::first(3).after(cursor.expect("there is more"));
    assert_eq!(ids(None, next).await, ("d".into(), 4, None));
    // Posted on 1 May for five days: it may close from 7 May.
    assert_eq!(
        ids(Some((true, date(2025, 5, 6))), Window::first(10))
            .await
            .0,
        "d"
    );
    assert_eq!(
        ids(Some((true, date(2025, 5, 7))), Window::first(10))
            .await
            .0,
        "ad"
    );
    assert_eq!(
        ids(Some((false, date(2025, 5, 7))), Window::first(10))
            .await
            .0,
        "cb"
    );
    let items = db
        .store
        .notice_items(&scope(VILLAGE), &["a".into(), "d".into()])
        .await
        .expect("read");
    assert_eq!(
        items
            .iter()
            .map(|i| (i.notice_id.as_str(), i.casefile_id.as_str()))
            .collect::<Vec<_>>(),
        [("a", "c1"), ("a", "c2")]
    );
    let nobody = domain::account::Scope::NOBODY;
    let unseen = db
        .store
        .notice_items(&nobody, &["a".into()])
        .await
        .expect("read");
    assert!(unseen.is_empty(), "nobody sees no head name");
}

async fn an_objection_is_answered_once(db: TestDatabase) {
    let here = scope(VILLAGE);
    let mut tx = db.write().await;
    tx.add_notice(
        notice("n", VILLAGE, "2025-05-01", "2025-05-07"),
        vec![notice_item("n", "c")],
    )
    .await
    .expect("added");
    let row = objection(&tx, "o", "n", VILLAGE, "家里有车", "钱七");
    tx.add_objection(row.clone()).await.expect("added");
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    assert_eq!(
        db.store
            .open_objections(&here, 10)
            .await
            .expect("read")
            .len(),
        1
    );

    let mut tx = db.write().await;
    let mut answered = row.clone();
    answered.status = "answered".into();
    answered.upheld = Some(false);
    answered.answer_sealed = Some(
        tx.seal_text("objection", "answer", "o", "已核实")
            .expect("seals"),
    );
    tx.save_answer(answered.clone()).await.expect("answered");
    let mut second = answered.clone();
    second.upheld = Some(true);
    assert!(matches!(
        tx.save_answer(second).await,
        Err(StoreError::Stale { .. })
    ));
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");

    assert!(
        db.store
            .open_objections(&here, 10)
            .await
            .expect("read")
            .is_empty()
    );
    let read = db
        .store
        .objection(&here, "o")
        .await
        .expect("read")
        .expect("there");
    assert_eq!((read.upheld, read.anonymous), (Some(false), false));
    assert_eq!(
        db.store
            .open_sealed("objection", "content", "o", &read.content_sealed)
            .expect("opens"),
        "家里有车"
    );
    assert_eq!(
        db.store
            .open_sealed(
                "objection",
                "objector",
                "o",
                &read.objector_sealed.expect("named")
            )
            .expect("opens"),
        "钱七"
    );
    assert_eq!(
        db.store
            .open_sealed(
                "objection",
                "answer",
                "o",
                &read.answer_sealed.expect("answered")
            )
            .expect("opens"),
        "已核实"
    );
    assert_eq!(
        db.store
            .objections(&here, &["n".into()])
            .await
            .expect("read")
            .len(),
        1
    );
}

async fn an_appraisal_keeps_its_minutes(db: TestDatabase) {
    let mut tx = db.write().await;
    for (id, held_on) in [("a", "2025-05-01"), ("b", "2025-05-02")] {
        let minutes_sealed = tx
            .seal_text("appraisal", "minutes", id, "会议记录")
            .expect("seals");
        tx.add_appraisal(AppraisalRow {
            id: id.into(),
            village: VILLAGE.into(),
            held_on: held_on.into(),
            place: "村部".into(),
            chair: "甲".into(),
            recorder: "乙".into(),
            attendance: "[]".into(),
            minutes_sealed,
            recorded_at: 0,
            account_id: "account-clerk".into(),
        })
        .await
        .expect("added");
    }
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    let read = db
        .store
        .appraisals(&scope(VILLAGE), 10)
        .await
        .expect("read");
    assert_eq!(
        read.iter().map(|a| a.id.as_str()).collect::<Vec<_>>(),
        ["b", "a"]
    );
    assert_eq!(
        db.store
            .open_sealed("appraisal", "minutes", "a", &read[1].minutes_sealed)
            .expect("opens"),
        "会议记录"
    );
    assert!(
        db.store
            .open_sealed("appraisal", "minutes", "b", &read[1].minutes_sealed)
            .is_err(),
        "moved to another meeting"
    );
}
