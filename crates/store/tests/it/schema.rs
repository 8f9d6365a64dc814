use std::collections::{BTreeMap, BTreeSet};

use sea_orm::DatabaseBackend;
use store::StoreError;

use crate::fixture::{Behind, TestDatabase, on_both, on_sqlite};

on_both!(
    migrations_apply_once,
    a_newer_database_is_refused,
    servers_starting_together_migrate_once,
    both_databases_have_one_schema,
    bytes_are_sealed_and_sealed_are_bytes,
    every_sealed_column_is_rotated,
);

/// `table.column nullability`, then `unique table (columns)`, sorted.
async fn schema(behind: &Behind) -> String {
    let mut lines = BTreeSet::new();
    for table in behind.tables().await {
        let columns = match behind.backend {
            DatabaseBackend::Sqlite => format!(
                // A column of the primary key takes no null, said or not.
                "SELECT name || CASE WHEN \"notnull\" = 1 OR pk > 0 THEN ' not null' ELSE ' null' END FROM pragma_table_info('{table}')"
            ),
            _ => format!(
                "SELECT column_name || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE ' null' END \
                 FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{table}'"
            ),
        };
        for column in behind.texts(&columns).await {
            lines.insert(format!("{table}.{column}"));
        }
        let indexes = match behind.backend {
            DatabaseBackend::Sqlite => format!(
                "SELECT CASE l.\"unique\" WHEN 1 THEN 'unique' ELSE 'index' END || ' {table} (' || group_concat(i.name, ', ') || ')' \
                 FROM pragma_index_list('{table}') l, pragma_index_info(l.name) i GROUP BY l.name, l.\"unique\" ORDER BY l.name, i.seqno"
            ),
            _ => format!(
                "SELECT CASE WHEN x.indisunique THEN 'unique' ELSE 'index' END || ' {table} (' || string_agg(a.attname, ', ' ORDER BY k.n) || ')' \
                 FROM pg_index x CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY k(attnum, n) \
                 JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum \
                 WHERE x.indrelid = 'public.{table}'::regclass GROUP BY x.indexrelid, x.indisunique"
            ),
        };
        lines.extend(behind.texts(&indexes).await);
    }
    lines.into_iter().collect::<Vec<_>>().join("\n")
}

/// Type families by `table.column`: both databases must mean the same.
async fn types(behind: &Behind) -> BTreeMap<String, &'static str> {
    let mut found = BTreeMap::new();
    for table in behind.tables().await {
        let sql = match behind.backend {
            DatabaseBackend::Sqlite => {
                format!("SELECT name || ' ' || lower(type) FROM pragma_table_info('{table}')")
            }
            _ => format!(
                "SELECT column_name || ' ' || data_type FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{table}'"
            ),
        };
        for line in behind.texts(&sql).await {
            let (column, kind) = line.split_once(' ').expect("a type");
            let family = match kind {
                "text" => "text",
                "blob" | "bytea" => "bytes",
                "integer" | "bigint" => "number",
                "boolean" => "truth",
                other => panic!("{table}.{column} has the type {other}"),
            };
            found.insert(format!("{table}.{column}"), family);
        }
    }
    found
}

async fn migrations_apply_once(db: TestDatabase) {
    let behind = db.behind().await;
    let before = schema(&behind).await;
    let applied = behind
        .texts("SELECT name FROM migration ORDER BY name")
        .await;
    for _ in 0..2 {
        db.reopen()
            .await
            .expect("opens again")
            .close()
            .await
            .expect("closes");
    }
    assert_eq!(schema(&behind).await, before);
    assert_eq!(
        behind
            .texts("SELECT name FROM migration ORDER BY name")
            .await,
        applied
    );
    assert_eq!(applied[0], "0001_first_path");
}

async fn a_newer_database_is_refused(db: TestDatabase) {
    db.behind()
        .await
        .run("INSERT INTO migration (name) VALUES ('9999_of_tomorrow')")
        .await;
    match db.reopen().await {
        Err(StoreError::Unsuitable(message)) => {
            assert!(message.contains("9999_of_tomorrow"), "{message}")
        }
        other => panic!("opened a newer database: {other:?}"),
    }
}

async fn servers_starting_together_migrate_once(db: TestDatabase) {
    let behind = db.behind().await;
    let (applied, before) = (
        behind
            .texts("SELECT name FROM migration ORDER BY name")
            .await,
        schema(&behind).await,
    );
    for table in behind.tables().await {
        behind.run(&format!("DROP TABLE {table}")).await;
    }
    let opened = (0..4).map(|_| {
        let db = db.clone();
        tokio::spawn(async move { db.reopen().await.map(|_| ()) })
    });
    for opening in opened.collect::<Vec<_>>() {
        opening.await.expect("no panic").expect("opens");
    }
    assert_eq!(
        behind
            .texts("SELECT name FROM migration ORDER BY name")
            .await,
        applied
    );
    assert_eq!(schema(&behind).await, before);
}

/// Column names, nullability, meaning, primary keys, uniqueness, indexes.
async fn both_databases_have_one_schema(db: TestDatabase) {
    let here = db.behind().await;
    let (names, meaning) = (schema(&here).await, types(&here).await);
    assert!(names.lines().count() > 200, "the schema is read");
    on_sqlite(move |sqlite| async move {
        let there = sqlite.behind().await;
        assert_eq!(names, schema(&there).await);
        assert_eq!(meaning, types(&there).await);
    })
    .await;
}

async fn bytes_are_sealed_and_sealed_are_bytes(db: TestDatabase) {
    for (column, family) in types(&db.behind().await).await {
        assert_eq!(column.ends_with("_sealed"), family == "bytes", "{column}");
    }
}

async fn every_sealed_column_is_rotated(db: TestDatabase) {
    let columns = types(&db.behind().await).await;
    let sealed: BTreeSet<String> = columns
        .into_keys()
        .filter(|c| c.ends_with("_sealed"))
        .collect();
    let rotated: BTreeSet<String> = store::rotation::sealed_columns()
        .map(|(t, c)| format!("{t}.{c}"))
        .collect();
    assert_eq!(sealed, rotated);
}

/// Encryption asked for and not to be had is an error in words, never a
/// connection in clear.
#[tokio::test]
async fn a_server_without_tls_is_refused_when_tls_is_required() {
    let url = std::env::var("SHOUWANG_TEST_POSTGRES_URL")
        .expect("SHOUWANG_TEST_POSTGRES_URL is not set: ./dev test rust starts a server");
    let keyring = store::crypto::Keyring::generate().expect("keys");
    for mode in ["require", "verify-full"] {
        let crypto = crate::fixture::crypto(&keyring);
        let refused = store::Store::open_postgres(&format!("{url}?sslmode={mode}"), crypto)
            .await
            .expect_err("no TLS there");
        assert!(
            matches!(&refused, StoreError::Unsuitable(words) if words.contains("没有开启 TLS")),
            "{mode}: {refused}"
        );
    }
}
