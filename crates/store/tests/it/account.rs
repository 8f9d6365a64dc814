use jiff::civil::date;
use store::StoreError;
use store::Window;
use store::account::SessionRow;
use store::deputy::DeputyRow;

use crate::fixture::{TestDatabase, all_pages, on_both};
use crate::people::{FOREIGN, VILLAGE, account, scope};

on_both!(
    a_sign_in_name_is_taken_once,
    an_account_is_saved_with_its_version,
    one_session_a_person,
    deputies_stand_in_on_their_days,
    accounts_are_listed,
    settings
);

async fn a_sign_in_name_is_taken_once(db: TestDatabase) {
    let mut tx = db.write().await;
    tx.add_account(
        account("a", "zhang", Some(VILLAGE)),
        &["grid_worker".into(), "village_secretary".into()],
    )
    .await
    .expect("added");
    match tx.add_account(account("b", "zhang", None), &[]).await {
        Err(StoreError::Taken(what)) => assert_eq!(what, "account.login_name"),
        other => panic!("{other:?}"),
    }
    tx.audit("system", "account.create", "account/a", "")
        .await
        .expect("audited");
    tx.commit().await.expect("committed");
    assert_eq!(
        db.store.account_roles("a").await.expect("read"),
        ["grid_worker", "village_secretary"]
    );
    assert_eq!(
        db.store
            .account_id_of("zhang")
            .await
            .expect("read")
            .as_deref(),
        Some("a")
    );
    assert_eq!(db.store.account_id_of("li").await.expect("read"), None);
    assert_eq!(db.store.account_count().await.expect("read"), 1);
}

async fn an_account_is_saved_with_its_version(db: TestDatabase) {
    let mut tx = db.write().await;
    tx.add_account(account("a", "zhang", None), &[])
        .await
        .expect("added");
    let mut row = tx
        .account_by_login("zhang")
        .await
        .expect("read")
        .expect("there");
    row.failed_count = 4;
    row.totp_sealed = Some(tx.seal_secret("a", b"secret").expect("seals"));
    tx.save_account(row.clone()).await.expect("saved");
    match tx.save_account(row).await {
        Err(StoreError::Stale { current: 2 }) => {}
        other => panic!("{other:?}"),
    }
    tx.audit("system", "account.change", "account/a", "")
        .await
        .expect("audited");
    tx.commit().await.expect("committed");
    let read = db.store.account("a").await.expect("read").expect("there");
    assert_eq!((read.failed_count, read.version), (4, 2));
    assert_eq!(
        db.store
            .open_secret("a", &read.totp_sealed.clone().expect("set"))
            .expect("opens"),
        b"secret"
    );
    assert!(
        db.store
            .open_secret("b", &read.totp_sealed.expect("set"))
            .is_err(),
        "another's secret"
    );
}

async fn one_session_a_person(db: TestDatabase) {
    let session = |token: &str, account: &str| SessionRow {
        token_digest: token.into(),
        account_id: account.into(),
        created_at: 1,
        last_seen_at: 1,
    };
    let mut tx = db.write().await;
    tx.start_session(session("t1", "a")).await.expect("started");
    tx.start_session(session("t2", "b")).await.expect("started");
    tx.start_session(session("t3", "a")).await.expect("started");
    tx.touch_session("t3", 99).await.expect("touched");
    tx.commit().await.expect("a touch needs no audit record");
    assert!(
        db.store.session("t1").await.expect("read").is_none(),
        "the earlier session ended"
    );
    assert_eq!(
        db.store
            .session("t3")
            .await
            .expect("read")
            .expect("there")
            .last_seen_at,
        99
    );
    assert_eq!(
        db.store
            .session("t2")
            .await
            .expect("read")
            .expect("there")
            .last_seen_at,
        1
    );
    let mut tx = db.write().await;
    tx.end_sessions("a").await.expect("ended");
    tx.audit("system", "session.end", "account/a", "")
        .await
        .expect("audited");
    tx.commit().await.expect("committed");
    assert!(db.store.session("t3").await.expect("read").is_none());
    assert!(db.store.session("t2").await.expect("read").is_some());
}

async fn deputies_stand_in_on_their_days(db: TestDatabase) {
    let mut tx = db.write().await;
    for (id, from, to, status) in [
        ("d1", "2025-05-01", "2025-05-05", "granted"),
        ("d2", "2025-06-01", "2025-06-01", "granted"),
        // Nobody stands in before it is granted, nor after it was refused or ended.
        ("d3", "2025-05-01", "2025-06-05", "requested"),
        ("d4", "2025-05-01", "2025-06-05", "refused"),
        ("d5", "2025-05-01", "2025-06-05", "withdrawn"),
    ] {
        tx.add_deputy(DeputyRow {
            id: id.into(),
            account_id: "a".into(),
            deputy_id: "b".into(),
            from_on: from.into(),
            to_on: to.into(),
            reason: "休假".into(),
            recorded_at: 0,
            status: status.into(),
            proposed_by: "c".into(),
            post: None,
            decided_by: None,
            decided_at: None,
            decision_reason: None,
        })
        .await
        .expect("added");
    }
    tx.audit("system", "account.deputy", "account/a", "")
        .await
        .expect("audited");
    tx.commit().await.expect("committed");
    for (day, expected) in [
        (date(2025, 4, 30), vec![]),
        (date(2025, 5, 1), vec!["d1"]),
        (date(2025, 5, 5), vec!["d1"]),
        (date(2025, 5, 6), vec![]),
        (date(2025, 6, 1), vec!["d2"]),
    ] {
        let found = db.store.standing_in_for("b", day).await.expect("read");
        assert_eq!(
            found.iter().map(|d| d.id.as_str()).collect::<Vec<_>>(),
            expected,
            "{day}"
        );
        assert!(
            db.store
                .standing_in_for("a", day)
                .await
                .expect("read")
                .is_empty()
        );
    }
    assert_eq!(
        db.store
            .deputies("a")
            .await
            .expect("read")
            .iter()
            .map(|d| d.id.as_str())
            .collect::<Vec<_>>(),
        ["d2", "d5", "d4", "d3", "d1"]
    );
}

async fn accounts_are_listed(db: TestDatabase) {
    let mut tx = db.write().await;
    for (id, login, division) in [
        ("1", "c", Some(VILLAGE)),
        ("2", "a", Some(VILLAGE)),
        ("3", "b", Some(FOREIGN)),
        ("4", "d", None),
    ] {
        tx.add_account(account(id, login, division), &[])
            .await
            .expect("added");
    }
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    let county = db
        .store
        .accounts(Some(&scope("410327")), &Window::first(10))
        .await
        .expect("read");
    assert_eq!(
        county
            .items
            .iter()
            .map(|a| a.login_name.as_str())
            .collect::<Vec<_>>(),
        ["a", "c"]
    );
    let all: Vec<_> = all_pages!(1, |window| db.store.accounts(None, window))
        .into_iter()
        .map(|a| a.login_name)
        .collect();
    assert_eq!(
        all,
        ["a", "c", "b", "d"],
        "by division, those without one last"
    );
    let names = db
        .store
        .account_names(["1".into(), "9".into()])
        .await
        .expect("read");
    assert_eq!(
        names.into_iter().collect::<Vec<_>>(),
        [("1".to_owned(), "姓名1".to_owned())]
    );
}

async fn settings(db: TestDatabase) {
    let mut tx = db.write().await;
    tx.save_setting("today", "2025-05-01").await.expect("saved");
    tx.save_setting("today", "2025-05-02")
        .await
        .expect("saved over");
    tx.audit("system", "setting.saved", "", "")
        .await
        .expect("audited");
    tx.commit().await.expect("committed");
    assert_eq!(
        db.store.setting("today").await.expect("read").as_deref(),
        Some("2025-05-02")
    );
    assert_eq!(db.store.setting("none").await.expect("read"), None);
}
