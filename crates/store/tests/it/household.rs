use std::collections::BTreeSet;

use domain::account::Scope;
use domain::household::MemberStatus;
use jiff::civil::date;
use store::StoreError;

use crate::fixture::{TestDatabase, on_both};
use crate::people::{
    DAY, FOREIGN, NEIGHBOUR, VILLAGE, add_household, episode, household, member, meta, number,
    scope,
};

on_both!(
    a_file_comes_back_as_it_was_saved,
    each_save_makes_a_version,
    a_stale_writer_is_told_the_current_version,
    a_household_code_belongs_to_one_household,
    the_file_as_of_any_day,
    a_version_entered_late_counts_from_its_day,
    projections_follow_the_file,
    the_latest_episode_shows_on_the_household,
    many_households_at_once_equal_one_at_a_time,
);

async fn a_file_comes_back_as_it_was_saved(db: TestDatabase) {
    let mut file = household("h", VILLAGE, "𬭊䶮㛃·买买提");
    file.phone = "19900000001".into();
    file.address = "一组'; DROP TABLE household; --".into();
    file.members
        .push(member("m2", "乙\u{200b}", "spouse", &number(11)));
    let mut tx = db.write().await;
    assert_eq!(
        tx.save_household("h", &file, &meta(DAY, "new"), None)
            .await
            .expect("saved"),
        1
    );
    tx.audit("410327", "household.create", "household/h", "")
        .await
        .expect("audited");
    tx.commit().await.expect("committed");
    let (row, read) = db
        .store
        .household_file(&scope(VILLAGE), "h")
        .await
        .expect("read")
        .expect("there");
    assert_eq!(read, file);
    assert_eq!(
        (
            row.version,
            row.member_count,
            row.status.as_str(),
            row.monitored.as_str()
        ),
        (1, 2, "active", "none")
    );
}

async fn each_save_makes_a_version(db: TestDatabase) {
    let here = scope(VILLAGE);
    for version in 1..=4 {
        let mut file = household("h", VILLAGE, "张三");
        file.address = format!("第{version}处");
        let mut tx = db
            .store
            .write(crate::people::other_actor())
            .await
            .expect("starts");
        let expected = (version > 1).then_some(version - 1);
        assert_eq!(
            tx.save_household(
                "h",
                &file,
                &meta(DAY, &format!("change {version}")),
                expected
            )
            .await
            .expect("saved"),
            version
        );
        tx.audit("410327", "household.change", "household/h", "")
            .await
            .expect("audited");
        tx.commit().await.expect("committed");
    }
    let versions = db.store.household_versions(&here, "h").await.expect("read");
    assert_eq!(
        versions.iter().map(|v| v.version).collect::<Vec<_>>(),
        [4, 3, 2, 1]
    );
    let last = &versions[0];
    assert_eq!(
        (
            last.reason.as_str(),
            last.source.as_str(),
            last.account_id.as_str()
        ),
        ("change 4", "console", "account-other")
    );
    assert_eq!(
        (
            last.collected_by.as_str(),
            last.entered_by.as_str(),
            last.reviewed_by.as_str()
        ),
        ("甲", "乙", "丙")
    );
    assert_eq!(last.effective_on, "2025-05-01");
    for version in 1..=4 {
        let (row, file) = db
            .store
            .household_file_version(&here, "h", version)
            .await
            .expect("read")
            .expect("there");
        assert_eq!(
            (row.version, file.address),
            (version, format!("第{version}处"))
        );
    }
    assert!(
        db.store
            .household_file_version(&here, "h", 5)
            .await
            .expect("read")
            .is_none()
    );
}

async fn a_stale_writer_is_told_the_current_version(db: TestDatabase) {
    let file = household("h", VILLAGE, "张三");
    let mut tx = db.write().await;
    add_household(&mut tx, "h", VILLAGE, "张三").await;
    tx.save_household("h", &file, &meta(DAY, "second"), Some(1))
        .await
        .expect("saved");
    for expected in [None, Some(0), Some(1), Some(3)] {
        match tx
            .save_household("h", &file, &meta(DAY, "stale"), expected)
            .await
        {
            Err(StoreError::Stale { current: 2 }) => {}
            other => panic!("{expected:?}: {other:?}"),
        }
    }
    match tx
        .save_household("nobody", &file, &meta(DAY, "gone"), Some(1))
        .await
    {
        Err(StoreError::Stale { current: 0 }) => {}
        other => panic!("{other:?}"),
    }
    tx.save_household("h", &file, &meta(DAY, "third"), Some(2))
        .await
        .expect("the transaction lives on");
}

async fn a_household_code_belongs_to_one_household(db: TestDatabase) {
    let mut tx = db.write().await;
    add_household(&mut tx, "one", VILLAGE, "张三").await;
    // In another county the same code is free: a refusal would tell.
    let mut abroad = household("abroad", FOREIGN, "王五");
    abroad.code = Some("Cone".into());
    tx.save_household("abroad", &abroad, &meta(DAY, "new"), None)
        .await
        .expect("another county");
    let mut two = household("two", NEIGHBOUR, "李四");
    two.code = Some("Cone".into());
    match tx
        .save_household("two", &two, &meta(DAY, "new"), None)
        .await
    {
        Err(StoreError::Taken(what)) => assert_eq!(what, "household.code"),
        other => panic!("{other:?}"),
    }
    for (id, code) in [("two", None), ("three", None), ("four", Some("  "))] {
        two.code = code.map(Into::into);
        two.members[0].id = format!("{id}-head");
        tx.save_household(id, &two, &meta(DAY, "new"), None)
            .await
            .expect("without a code any number may be");
    }
    tx.save_household(
        "one",
        &household("one", VILLAGE, "张三"),
        &meta(DAY, "same code"),
        Some(1),
    )
    .await
    .expect("its own code");
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    assert_eq!(
        db.store
            .household_by_code(&scope(VILLAGE), "Cone")
            .await
            .expect("read")
            .expect("there")
            .id,
        "one"
    );
    assert!(
        db.store
            .household_by_code(&scope("41"), "  ")
            .await
            .expect("read")
            .is_none()
    );
}

/// Saves versions effective on these days, each telling its address.
async fn versions_of(db: &TestDatabase, days: &[(jiff::civil::Date, &str)]) {
    let mut tx = db.write().await;
    for (index, (day, address)) in days.iter().enumerate() {
        let mut file = household("h", VILLAGE, "张三");
        file.address = (*address).into();
        let expected = i64::try_from(index).ok().filter(|i| *i > 0);
        tx.save_household("h", &file, &meta(*day, address), expected)
            .await
            .expect("saved");
    }
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
}

async fn address_on(db: &TestDatabase, day: jiff::civil::Date) -> Option<(i64, String)> {
    let found = db
        .store
        .household_file_as_of(&scope(VILLAGE), "h", day, None)
        .await
        .expect("read");
    found.map(|(row, file)| (row.version, file.address))
}

async fn the_file_as_of_any_day(db: TestDatabase) {
    versions_of(
        &db,
        &[
            (date(2024, 2, 29), "一"),
            (date(2024, 12, 31), "二"),
            (date(2024, 12, 31), "三"),
            (date(2025, 1, 1), "四"),
        ],
    )
    .await;
    assert_eq!(address_on(&db, date(2024, 2, 28)).await, None);
    assert_eq!(
        address_on(&db, date(2024, 2, 29)).await,
        Some((1, "一".into()))
    );
    assert_eq!(
        address_on(&db, date(2024, 12, 30)).await,
        Some((1, "一".into()))
    );
    assert_eq!(
        address_on(&db, date(2024, 12, 31)).await,
        Some((3, "三".into())),
        "the later of one day"
    );
    assert_eq!(
        address_on(&db, date(2025, 1, 1)).await,
        Some((4, "四".into()))
    );
    assert_eq!(
        address_on(&db, date(2099, 1, 1)).await,
        Some((4, "四".into()))
    );
}

async fn a_version_entered_late_counts_from_its_day(db: TestDatabase) {
    versions_of(
        &db,
        &[
            (date(2025, 1, 1), "一"),
            (date(2025, 5, 5), "二"),
            (date(2025, 5, 1), "三"),
        ],
    )
    .await;
    assert_eq!(
        address_on(&db, date(2025, 4, 30)).await,
        Some((1, "一".into()))
    );
    assert_eq!(
        address_on(&db, date(2025, 5, 2)).await,
        Some((3, "三".into()))
    );
    let current = db
        .store
        .household_file(&scope(VILLAGE), "h")
        .await
        .expect("read")
        .expect("there");
    assert_eq!(
        current.1.address, "二",
        "what took effect later still holds, though the other was entered later"
    );
    assert_eq!(
        address_on(&db, date(2025, 5, 6)).await,
        Some((4, current.1.address)),
        "today's file is the current file"
    );
}

async fn projections_follow_the_file(db: TestDatabase) {
    let mut file = household("h", VILLAGE, "张三");
    file.members
        .push(member("m2", "李四", "spouse", &number(11)));
    let mut tx = db.write().await;
    tx.save_household("h", &file, &meta(DAY, "new"), None)
        .await
        .expect("saved");
    tx.save_episode(episode("e", "h", VILLAGE, "running", "2024-01-01"))
        .await
        .expect("saved");
    file.village = NEIGHBOUR.parse().expect("a code");
    file.code = None;
    file.members[0].status = MemberStatus::Died;
    file.members[1].relation = "head".into();
    tx.save_household("h", &file, &meta(DAY, "moved"), Some(1))
        .await
        .expect("saved");
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");

    assert!(
        db.store
            .household(&scope(VILLAGE), "h")
            .await
            .expect("read")
            .is_none(),
        "it moved away"
    );
    assert!(
        db.store
            .members_by_number(&scope(VILLAGE), &number(11))
            .await
            .expect("read")
            .is_empty()
    );
    let row = db
        .store
        .household(&scope(NEIGHBOUR), "h")
        .await
        .expect("read")
        .expect("there");
    assert_eq!(
        (
            row.head_name.as_str(),
            row.head_initials.as_str(),
            row.member_count,
            row.code
        ),
        ("李四", "ls", 1, None)
    );
    assert_eq!(
        (row.monitored.as_str(), row.category.as_deref()),
        ("running", Some("marginal_at_risk")),
        "the file does not know, the row keeps it"
    );

    file.members[1].status = MemberStatus::Left;
    let mut tx = db.write().await;
    tx.save_household("h", &file, &meta(DAY, "left"), Some(2))
        .await
        .expect("saved");
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    let row = db
        .store
        .household(&scope(NEIGHBOUR), "h")
        .await
        .expect("read")
        .expect("there");
    assert_eq!((row.status.as_str(), row.member_count), ("gone", 0));
    let statuses: Vec<String> = db
        .behind()
        .await
        .texts("SELECT status FROM member ORDER BY id")
        .await;
    assert_eq!(statuses, ["died", "left"]);
}

async fn the_latest_episode_shows_on_the_household(db: TestDatabase) {
    let mut tx = db.write().await;
    add_household(&mut tx, "h", VILLAGE, "张三").await;
    for (id, status, identified_on) in [
        ("e1", "cleared", "2021-01-01"),
        ("e3", "running", "2024-01-01"),
        ("e2", "cleared", "2022-01-01"),
        ("e4", "cleared", "2024-01-01"),
    ] {
        tx.save_episode(episode(id, "h", VILLAGE, status, identified_on))
            .await
            .expect("saved");
    }
    let mut changed = episode("e3", "h", VILLAGE, "running", "2024-01-01");
    changed.category = "sudden_severe_hardship".into();
    tx.save_episode(changed).await.expect("saved again");
    assert_eq!(tx.episodes("h").await.expect("read").len(), 4);
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    let row = db
        .store
        .household(&scope(VILLAGE), "h")
        .await
        .expect("read")
        .expect("there");
    assert_eq!(
        (row.monitored.as_str(), row.identified_on.as_deref()),
        ("running", Some("2024-01-01"))
    );
    assert_eq!(row.category.as_deref(), Some("sudden_severe_hardship"));
    let days: Vec<String> = db
        .store
        .episodes(&scope(VILLAGE), "h")
        .await
        .expect("read")
        .into_iter()
        .map(|e| e.identified_on)
        .collect();
    assert_eq!(
        days,
        ["2024-01-01", "2024-01-01", "2022-01-01", "2021-01-01"]
    );
    assert!(
        db.store
            .episodes(&Scope::NOBODY, "h")
            .await
            .expect("read")
            .is_empty()
    );
}

async fn many_households_at_once_equal_one_at_a_time(db: TestDatabase) {
    let batch: Vec<_> = (0..1203)
        .map(|i| {
            let mut file = household(&format!("b{i:04}"), VILLAGE, "张三");
            file.members
                .extend((0..3).map(|m| member(&format!("b{i:04}-{m}"), "李四", "child", "")));
            (format!("b{i:04}"), file)
        })
        .collect();
    let mut tx = db.write().await;
    tx.add_households(&batch, &meta(DAY, "import"))
        .await
        .expect("added");
    tx.save_household(
        "single",
        &household("single", VILLAGE, "张三"),
        &meta(DAY, "import"),
        None,
    )
    .await
    .expect("saved");
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    let behind = db.behind().await;
    assert_eq!(behind.number("SELECT COUNT(*) FROM household").await, 1204);
    assert_eq!(
        behind.number("SELECT COUNT(*) FROM member").await,
        1203 * 4 + 1
    );
    for at in [0, 999, 1000, 1202] {
        let (row, file) = db
            .store
            .household_file(&scope(VILLAGE), &batch[at].0)
            .await
            .expect("read")
            .expect("there");
        assert_eq!(file, batch[at].1);
        assert_eq!((row.version, row.member_count), (1, 4));
    }
    let mut tx = db.write().await;
    let named = |id: &str, code: Option<&str>, village: &str| {
        let mut file = household(id, village, "张三");
        file.code = code.map(str::to_owned);
        (id.to_owned(), file)
    };
    let known = batch[1202].1.code.as_deref();
    let asked = [
        named("same", known, VILLAGE),
        named("elsewhere", known, "411728102201"),
        named("fresh", Some("never seen"), VILLAGE),
        named("nameless", None, VILLAGE),
    ];
    assert!(known.is_some());
    assert_eq!(
        tx.taken_codes(&asked).await.expect("asked"),
        BTreeSet::from(["same".to_owned()]),
        "a 户编号 is taken in its county only"
    );
    assert!(
        tx.add_households(&batch[..2], &meta(DAY, "again"))
            .await
            .is_err(),
        "what is there is never overwritten"
    );
}
