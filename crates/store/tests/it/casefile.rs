use domain::casefile::Stage;
use jiff::civil::date;
use store::StoreError;
use store::casefile::CasefileFilter;

use crate::fixture::{TestDatabase, all_pages, on_both};
use crate::people::{DAY, VILLAGE, add_casefile, casefile, event, projection, scope};

on_both!(
    a_casefile_is_saved_with_its_version_and_events,
    the_running_casefile_of_a_household,
    casefiles_come_by_deadline_and_pages_are_complete,
    casefiles_are_filtered,
    casefiles_are_counted_by_division,
);

async fn a_casefile_is_saved_with_its_version_and_events(db: TestDatabase) {
    let mut tx = db.write().await;
    let mut document = casefile("c", "h", VILLAGE);
    assert_eq!(
        tx.save_casefile(
            &document,
            &projection(None),
            &[event("opened"), event("lead_joined")],
            0
        )
        .await
        .expect("saved"),
        1
    );
    document.overdue_reasons.clear();
    assert_eq!(
        tx.save_casefile(
            &document,
            &projection(Some(DAY)),
            &[event("home_verified")],
            1
        )
        .await
        .expect("saved"),
        2
    );
    assert_eq!(
        tx.save_casefile(&document, &projection(Some(DAY)), &[], 2)
            .await
            .expect("saved"),
        3
    );
    for expected in [1, 2, 4] {
        match tx
            .save_casefile(&document, &projection(None), &[event("stale")], expected)
            .await
        {
            Err(StoreError::Stale { current: 3 }) => {}
            other => panic!("{expected}: {other:?}"),
        }
    }
    let mut nobody = document.clone();
    nobody.id = "nobody".into();
    assert!(matches!(
        tx.save_casefile(&nobody, &projection(None), &[], 1).await,
        Err(StoreError::Stale { current: 0 })
    ));
    tx.save_casefile(
        &document,
        &projection(Some(DAY)),
        &[event("a"), event("b")],
        3,
    )
    .await
    .expect("saved");
    tx.audit("410327", "casefile.verify_home", "casefile/c", "")
        .await
        .expect("audited");
    tx.commit().await.expect("committed");

    let (row, read) = db
        .store
        .casefile(&scope(VILLAGE), "c")
        .await
        .expect("read")
        .expect("there");
    assert_eq!((row.version, &read), (4, &document));
    assert_eq!(row.deadline_on.as_deref(), Some("2025-05-01"));
    let events = db
        .store
        .casefile_events(&scope(VILLAGE), "c")
        .await
        .expect("read");
    assert_eq!(
        events
            .iter()
            .map(|e| (e.seq, e.kind.as_str()))
            .collect::<Vec<_>>(),
        [
            (1, "opened"),
            (2, "lead_joined"),
            (3, "home_verified"),
            (4, "a"),
            (5, "b")
        ]
    );
    assert_eq!(
        (events[0].by_name.as_str(), events[0].account_id.as_str()),
        ("乙", "account-clerk")
    );

    let mut tx = db.write().await;
    assert!(
        tx.save_casefile(&document, &projection(None), &[], 0)
            .await
            .is_err(),
        "a casefile is opened once"
    );
}

async fn the_running_casefile_of_a_household(db: TestDatabase) {
    let mut tx = db.write().await;
    let mut ended = casefile("old", "h", VILLAGE);
    ended.stage = Stage::Ended {
        ending: "withdrawn".into(),
        reason: "r".into(),
        ended_on: DAY,
        informed: None,
    };
    tx.save_casefile(&ended, &projection(None), &[], 0)
        .await
        .expect("saved");
    assert!(tx.running_casefile("h").await.expect("read").is_none());
    add_casefile(&mut tx, "new", "h", VILLAGE).await;
    assert_eq!(
        tx.running_casefile("h")
            .await
            .expect("read")
            .expect("there")
            .1
            .id,
        "new"
    );
    let mut determined = casefile("new", "h", VILLAGE);
    determined.stage = Stage::Determined {
        category: "marginal_at_risk".into(),
        decided_on: DAY,
    };
    tx.save_casefile(&determined, &projection(None), &[], 1)
        .await
        .expect("saved");
    assert_eq!(
        tx.running_casefile("h")
            .await
            .expect("read")
            .expect("there")
            .1,
        determined
    );
    assert!(
        tx.casefile(&scope(VILLAGE), "new")
            .await
            .expect("read")
            .is_some()
    );
}

/// Ids of all pages.
async fn listed(db: &TestDatabase, filter: &CasefileFilter, limit: u64) -> Vec<String> {
    let here = scope(VILLAGE);
    all_pages!(limit, |window| db.store.casefiles(&here, filter, window))
        .into_iter()
        .map(|(_, c)| c.id)
        .collect()
}

async fn casefiles_come_by_deadline_and_pages_are_complete(db: TestDatabase) {
    let mut tx = db.write().await;
    for i in 0..30 {
        let id = format!("{:02}", (i * 7) % 30);
        let deadline = (i % 3 != 0).then(|| date(2025, 5, if i % 3 == 1 { 10 } else { 9 }));
        tx.save_casefile(&casefile(&id, "h", VILLAGE), &projection(deadline), &[], 0)
            .await
            .expect("saved");
    }
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    let all = listed(&db, &CasefileFilter::default(), 1000).await;
    let mut expected: Vec<(u8, String)> = (0..30u32)
        .map(|i| ([2, 1, 0][(i % 3) as usize], format!("{:02}", (i * 7) % 30)))
        .collect();
    expected.sort();
    assert_eq!(
        all,
        expected.into_iter().map(|(_, id)| id).collect::<Vec<_>>(),
        "those without a deadline come last"
    );
    for limit in [1, 4, 29, 30] {
        assert_eq!(listed(&db, &CasefileFilter::default(), limit).await, all);
    }
}

async fn casefiles_are_filtered(db: TestDatabase) {
    let mut tx = db.write().await;
    let steps: [(&str, &[&str]); 3] = [
        ("a", &["home_verification:village"]),
        ("b", &["cross_check:county", "democratic_appraisal:village"]),
        ("c", &["county_decision:county"]),
    ];
    for (index, (id, steps)) in steps.into_iter().enumerate() {
        let mut seen = projection(Some(date(
            2025,
            5,
            10 + i8::try_from(index).expect("small"),
        )));
        seen.open_steps = steps.iter().map(|s| (*s).to_owned()).collect();
        tx.save_casefile(&casefile(id, &format!("h{id}"), VILLAGE), &seen, &[], 0)
            .await
            .expect("saved");
    }
    let mut decided = casefile("d", "hd", VILLAGE);
    decided.stage = Stage::Determined {
        category: "marginal_at_risk".into(),
        decided_on: DAY,
    };
    tx.save_casefile(&decided, &projection(Some(date(2025, 1, 1))), &[], 0)
        .await
        .expect("saved");
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    let none = CasefileFilter::default;
    let cases = [
        (
            CasefileFilter {
                step: Some("democratic_appraisal".into()),
                ..none()
            },
            vec!["b"],
        ),
        (
            CasefileFilter {
                step: Some("appraisal".into()),
                ..none()
            },
            vec![],
        ),
        (
            CasefileFilter {
                level: Some("county".into()),
                ..none()
            },
            vec!["b", "c"],
        ),
        (
            CasefileFilter {
                overdue_on: Some(date(2025, 5, 11)),
                ..none()
            },
            vec!["a"],
        ),
        (
            CasefileFilter {
                overdue_on: Some(date(2025, 5, 10)),
                ..none()
            },
            vec![],
        ),
        (
            CasefileFilter {
                stages: vec!["determined".into()],
                ..none()
            },
            vec!["d"],
        ),
        (
            CasefileFilter {
                household_id: Some("hc".into()),
                ..none()
            },
            vec!["c"],
        ),
    ];
    for (filter, expected) in cases {
        assert_eq!(listed(&db, &filter, 10).await, expected, "{filter:?}");
    }
}

async fn casefiles_are_counted_by_division(db: TestDatabase) {
    let mut tx = db.write().await;
    for (id, village, deadline) in [
        ("a", VILLAGE, date(2025, 4, 30)),
        ("b", VILLAGE, date(2025, 5, 1)),
        ("c", crate::people::NEIGHBOUR, date(2025, 5, 5)),
        ("d", crate::people::FOREIGN, date(2025, 4, 1)),
    ] {
        tx.save_casefile(
            &casefile(id, "h", village),
            &projection(Some(deadline)),
            &[],
            0,
        )
        .await
        .expect("saved");
    }
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    let county = db
        .store
        .count_casefiles(&scope("410327"), 6, DAY)
        .await
        .expect("counted");
    assert_eq!(county.len(), 1);
    assert_eq!(
        (
            county[0].prefix.as_str(),
            county[0].count,
            county[0].overdue,
            county[0].due_soon
        ),
        ("410327", 3, 1, 1)
    );
    let mut villages = db
        .store
        .count_casefiles(&scope("410327"), 12, DAY)
        .await
        .expect("counted");
    villages.sort_by(|a, b| a.prefix.cmp(&b.prefix));
    assert_eq!(
        villages
            .iter()
            .map(|v| (v.prefix.as_str(), v.count))
            .collect::<Vec<_>>(),
        [(VILLAGE, 2), (crate::people::NEIGHBOUR, 1)]
    );
}
