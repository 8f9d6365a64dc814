use std::collections::BTreeSet;

use domain::account::Scope;
use store::Window;
use store::household::HouseholdQuery;

use crate::fixture::{TestDatabase, all_pages, on_both};
use crate::people::{
    DAY, FOREIGN, NEIGHBOUR, VILLAGE, add_household, episode, household, member, meta, number,
    scope,
};

on_both!(
    a_search_finds_by_name_initials_code_and_number,
    wildcards_are_plain_characters,
    filters_narrow,
    pages_are_complete_and_without_duplicates,
);

async fn found(db: &TestDatabase, scope: &Scope, text: &str) -> Vec<String> {
    let query = HouseholdQuery {
        text: text.into(),
        ..HouseholdQuery::default()
    };
    let page = db
        .store
        .search_households(scope, &query, &Window::first(50))
        .await
        .expect("searched");
    assert_eq!(page.total, page.items.len() as u64);
    page.items.into_iter().map(|h| h.id).collect()
}

async fn a_search_finds_by_name_initials_code_and_number(db: TestDatabase) {
    let mut tx = db.write().await;
    for (id, village, head) in [
        ("a", VILLAGE, "张三丰"),
        ("b", NEIGHBOUR, "王五"),
        ("c", FOREIGN, "张三丰"),
    ] {
        let mut file = household(id, village, head);
        file.code = Some(format!("41032799990{id}"));
        file.members[0].document_number = number(11 + u16::from(id.as_bytes()[0]));
        file.members.push(member(
            &format!("{id}-2"),
            "欧阳娜",
            "spouse",
            &format!("E1234567{id}"),
        ));
        tx.save_household(id, &file, &meta(DAY, "new"), None)
            .await
            .expect("saved");
    }
    // A number as an office might have typed it.
    let mut file = household("x", VILLAGE, "赵六");
    file.members[0].document_number = " 98010119800203002x ".into();
    tx.save_household("x", &file, &meta(DAY, "new"), None)
        .await
        .expect("saved");
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");

    let (village, county) = (scope(VILLAGE), scope("410327"));
    for text in [
        "张三丰",
        "三丰",
        "zsf",
        "ZSF",
        "zs",
        "41032799990a",
        "410327999",
        " 张三丰 ",
    ] {
        assert_eq!(found(&db, &village, text).await, ["a"], "{text}");
    }
    assert_eq!(found(&db, &county, "欧阳娜").await, ["a", "b"]);
    assert_eq!(found(&db, &county, "oyn").await, ["a", "b"]);
    assert_eq!(
        found(&db, &county, "E1234567b").await,
        ["b"],
        "a passport is shorter than an identity number"
    );
    let of_a = number(11 + u16::from(b'a'));
    let full_width: String = of_a
        .chars()
        .map(|c| char::from_u32(c as u32 + 0xfee0).expect("full width"))
        .collect();
    for text in [&of_a, &of_a.to_lowercase(), &full_width] {
        assert_eq!(found(&db, &county, text).await, ["a"], "{text}");
    }
    for typed in ["98010119800203002X", "98010119800203002x"] {
        assert_eq!(found(&db, &village, typed).await, ["x"], "{typed}");
        assert_eq!(
            db.store
                .members_by_number(&village, typed)
                .await
                .expect("read")
                .len(),
            1
        );
    }
    let numbers = [of_a.clone(), "98010119800203002x".to_owned(), number(500)];
    let by_number = db
        .store
        .members_by_numbers(&county, &numbers)
        .await
        .expect("read");
    assert_eq!(
        by_number.into_keys().collect::<BTreeSet<_>>(),
        BTreeSet::from([numbers[0].clone(), numbers[1].clone()])
    );

    // A part of a number finds nobody: the index knows whole numbers only.
    for text in [&of_a[..17], "98010", &number(999), "李", "q"] {
        assert!(found(&db, &county, text).await.is_empty(), "{text}");
    }
    // Members of other scopes are never found.
    for text in [
        "王五",
        "E1234567b",
        "41032799990b",
        &number(11 + u16::from(b'b')),
    ] {
        assert!(found(&db, &village, text).await.is_empty(), "{text}");
        assert!(found(&db, &Scope::NOBODY, text).await.is_empty(), "{text}");
    }
    assert_eq!(found(&db, &scope("41"), "张三丰").await, ["a", "c"]);
}

async fn wildcards_are_plain_characters(db: TestDatabase) {
    let mut tx = db.write().await;
    for (id, name) in [
        ("a", "张三"),
        ("b", "百分%号"),
        ("c", "下划_线"),
        ("d", "反斜\\杠"),
    ] {
        add_household(&mut tx, id, VILLAGE, name).await;
    }
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    let here = scope(VILLAGE);
    for text in ["%", "_", "\\", "C%", "C_", "'", "%%"] {
        assert!(found(&db, &here, text).await.is_empty(), "{text}");
    }
    assert_eq!(found(&db, &here, "分%").await, ["b"]);
    assert_eq!(found(&db, &here, "划_").await, ["c"]);
    assert_eq!(found(&db, &here, "斜\\").await, ["d"]);
    assert!(found(&db, &here, "张_").await.is_empty());
    assert!(
        db.store
            .search_divisions(&scope("41"), "%", 10)
            .await
            .expect("searched")
            .is_empty()
    );
}

async fn filters_narrow(db: TestDatabase) {
    let mut tx = db.write().await;
    for (id, kind) in [
        ("a", "ordinary_household"),
        ("b", "lifted_household"),
        ("c", "lifted_household"),
    ] {
        let mut file = household(id, VILLAGE, "张三");
        file.household_type = kind.into();
        tx.save_household(id, &file, &meta(DAY, "new"), None)
            .await
            .expect("saved");
    }
    tx.save_episode(episode("e", "c", VILLAGE, "cleared", "2024-01-01"))
        .await
        .expect("saved");
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    let search = async |text: &str, monitored: Option<&str>, kind: Option<&str>| {
        let query = HouseholdQuery {
            text: text.into(),
            monitored: monitored.map(Into::into),
            household_type: kind.map(Into::into),
        };
        let page = db
            .store
            .search_households(&scope(VILLAGE), &query, &Window::first(50))
            .await
            .expect("searched");
        page.items.into_iter().map(|h| h.id).collect::<Vec<_>>()
    };
    assert_eq!(search("", None, Some("lifted_household")).await, ["b", "c"]);
    assert_eq!(search("张三", Some("cleared"), None).await, ["c"]);
    assert_eq!(
        search("zs", Some("none"), Some("lifted_household")).await,
        ["b"]
    );
    assert!(search("", Some("running"), None).await.is_empty());
}

async fn pages_are_complete_and_without_duplicates(db: TestDatabase) {
    let mut tx = db.write().await;
    let mut batch: Vec<_> = (0..97)
        .map(|i| {
            let id = format!("{:02}", (i * 37) % 97);
            (
                id.clone(),
                household(&id, [VILLAGE, NEIGHBOUR][i % 2], "张三"),
            )
        })
        .collect();
    batch.push(("zz".into(), household("zz", FOREIGN, "张三")));
    tx.add_households(&batch, &meta(DAY, "new"))
        .await
        .expect("added");
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    let county = scope("410327");
    for limit in [1, 7, 96, 97, 98, 1000] {
        let query = HouseholdQuery::default();
        let seen: Vec<_> = all_pages!(limit, |window| db
            .store
            .search_households(&county, &query, window))
        .into_iter()
        .map(|h| (h.village, h.id))
        .collect();
        let sorted: Vec<_> = seen
            .iter()
            .cloned()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        assert_eq!(seen, sorted, "limit {limit}: in order, each once");
        assert_eq!(seen.len(), 97, "limit {limit}");
    }
    let mut seen: Vec<(String, String)> = Vec::new();
    loop {
        let after = seen.last().map(|(v, i)| (v.as_str(), i.as_str()));
        let rows = db
            .store
            .households_by_village_after(&county, after, 10)
            .await
            .expect("read");
        if rows.is_empty() {
            break;
        }
        seen.extend(rows.into_iter().map(|h| (h.village, h.id)));
    }
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 97);
    assert_eq!(seen.len(), 97);
}
