//! Key rotation: everything sealed is sealed again under the active key, in
//! batches, each in its own audited transaction. It may stop at any moment and
//! run again: what is under the active key already is passed over. Blind
//! indexes and the audit chain have keys of their own and stay as they are.

use std::path::Path;

use sea_orm::{ConnectionTrait as _, QueryResult, Statement, Value};

use crate::attachment::{blob_paths, open_blob, seal_blob};
use crate::crypto::Place;
use crate::sealed_file::{self, Before};
use crate::{Actor, Store, StoreError};

/// A table with sealed columns.
#[derive(Debug, Clone, Copy)]
struct SealedTable {
    name: &'static str,
    /// First column of the primary key, text.
    key: &'static str,
    /// Second column of the primary key, a number, where there is one.
    number: Option<&'static str>,
    /// Columns without their ending `_sealed`, as bound into the ciphertext.
    columns: &'static [&'static str],
}

const fn table(name: &'static str, columns: &'static [&'static str]) -> SealedTable {
    SealedTable {
        name,
        key: "id",
        number: None,
        columns,
    }
}

const fn numbered(
    name: &'static str,
    key: &'static str,
    number: &'static str,
    columns: &'static [&'static str],
) -> SealedTable {
    SealedTable {
        name,
        key,
        number: Some(number),
        columns,
    }
}

/// Every sealed column; a test compares the list with the schema.
const TABLES: &[SealedTable] = &[
    numbered("household_version", "household_id", "version", &["file"]),
    table("household_handover", &["reason", "answer"]),
    table("lead", &["description", "late_reason"]),
    table("lead_correction", &["reason"]),
    table("complaint", &["content", "reporter", "official", "answer"]),
    table("casefile", &["document"]),
    table("appraisal", &["minutes"]),
    table("objection", &["content", "objector", "answer", "official"]),
    table("account", &["totp"]),
    table("attachment", &["file_name"]),
    numbered("purpose", "chain", "seq", &["purpose"]),
    table("name_protection", &["reason", "substitute"]),
    table("paper_template", &["content"]),
    numbered("import_household", "batch_id", "seq", &["content"]),
    numbered("import_finding", "batch_id", "seq", &["detail"]),
    table("submission_list", &["content", "stage"]),
    numbered("submission_list_item", "list_id", "seq", &["answer"]),
    table("saved_view", &["name", "query"]),
];

/// Tables and columns that are sealed again, as the schema names them.
pub fn sealed_columns() -> impl Iterator<Item = (&'static str, String)> {
    TABLES
        .iter()
        .flat_map(|t| t.columns.iter().map(|c| (t.name, format!("{c}_sealed"))))
}

/// How far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResealProgress {
    /// The table being read; `blob` for attachments.
    pub table: &'static str,
    /// Rows or files read so far, of all tables.
    pub read: u64,
    /// Values sealed again so far.
    pub resealed: u64,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Rows or files read.
    pub read: u64,
    /// Values sealed again.
    pub resealed: u64,
    /// Values that changed while they were being sealed again; run once more.
    pub overtaken: u64,
    /// `table/row` of values that do not open: they stay as they are.
    pub unopened: Vec<String>,
}

impl Resealed {
    /// Whether the old keys may be given up as far as this went.
    pub fn is_complete(&self) -> bool {
        self.overtaken == 0 && self.unopened.is_empty()
    }
}

/// A value to be replaced.
struct Replacement {
    key: String,
    number: Option<i64>,
    column: &'static str,
    old: Vec<u8>,
    new: Vec<u8>,
}

impl SealedTable {
    fn key_columns(&self) -> String {
        self.number
            .map_or_else(|| self.key.to_owned(), |n| format!("{}, {n}", self.key))
    }

    fn page(&self, store: &Store, after: (&str, i64), limit: u64) -> Statement {
        let keys = self.key_columns();
        let columns: Vec<String> = self.columns.iter().map(|c| format!("{c}_sealed")).collect();
        let mut values: Vec<Value> = vec![after.0.into()];
        let mark = if self.number.is_some() {
            values.push(after.1.into());
            "$1, $2"
        } else {
            "$1"
        };
        let sql = format!(
            "SELECT {keys}, {} FROM {} WHERE ({keys}) > ({mark}) ORDER BY {keys} LIMIT {limit}",
            columns.join(", "),
            self.name,
        );
        Statement::from_sql_and_values(store.backend(), sql, values)
    }

    /// Replaces one value, unless somebody changed it meanwhile.
    fn replacement(&self, store: &Store, change: Replacement) -> Statement {
        let column = format!("{}_sealed", change.column);
        let mut values: Vec<Value> = vec![change.new.into(), change.old.into(), change.key.into()];
        let mut sql = format!(
            "UPDATE {} SET {column} = $1 WHERE {column} = $2 AND {} = $3",
            self.name, self.key
        );
        if let (Some(column), Some(number)) = (self.number, change.number) {
            sql.push_str(&format!(" AND {column} = $4"));
            values.push(number.into());
        }
        Statement::from_sql_and_values(store.backend(), sql, values)
    }

    /// The place of a row, as its writers name it.
    fn row_of(&self, row: &QueryResult) -> Result<(String, Option<i64>, String), StoreError> {
        let key: String = row.try_get("", self.key)?;
        let number: Option<i64> = self.number.map(|n| row.try_get("", n)).transpose()?;
        let place = number.map_or_else(|| key.clone(), |n| format!("{key}/{n}"));
        Ok((key, number, place))
    }
}

impl Store {
    /// Seals every sealed column again under the active key, `batch` rows at a
    /// time, and tells `progress` after each. Values that do not open are left
    /// and named. A server that writes under an older keyring must be stopped
    /// first: what it adds behind the walk stays under the old key.
    ///
    /// # Errors
    /// When the database refuses; what was done until then is kept.
    pub async fn reseal(
        &self,
        actor: &Actor,
        batch: u64,
        mut progress: impl FnMut(&ResealProgress) + Send,
    ) -> Result<Resealed, StoreError> {
        let mut done = Resealed::default();
        for table in TABLES {
            let mut after = (String::new(), i64::MIN);
            loop {
                let rows = self
                    .connection
                    .query_all_raw(table.page(self, (&after.0, after.1), batch.max(1)))
                    .await?;
                let Some(last) = rows.last() else { break };
                let (key, number, _) = table.row_of(last)?;
                after = (key, number.unwrap_or(0));
                done.read += rows.len() as u64;
                let mut changes = Vec::new();
                for row in &rows {
                    self.replacements(table, row, &mut changes, &mut done.unopened)?;
                }
                self.replace(actor, table, changes, &mut done).await?;
                progress(&ResealProgress {
                    table: table.name,
                    read: done.read,
                    resealed: done.resealed,
                });
            }
        }
        Ok(done)
    }

    fn replacements(
        &self,
        table: &SealedTable,
        row: &QueryResult,
        changes: &mut Vec<Replacement>,
        unopened: &mut Vec<String>,
    ) -> Result<(), StoreError> {
        let (key, number, place) = table.row_of(row)?;
        for &column in table.columns {
            let sealed: Option<Vec<u8>> = row.try_get("", &format!("{column}_sealed"))?;
            let Some(old) = sealed.filter(|s| !self.crypto.is_current(s)) else {
                continue;
            };
            let at = Place {
                table: table.name,
                column,
                row: &place,
            };
            match self.crypto.open(at, &old) {
                Ok(plain) => {
                    let new = self.crypto.seal(at, &plain)?;
                    changes.push(Replacement {
                        key: key.clone(),
                        number,
                        column,
                        old,
                        new,
                    });
                }
                Err(_) => unopened.push(format!("{}/{place}", table.name)),
            }
        }
        Ok(())
    }

    async fn replace(
        &self,
        actor: &Actor,
        table: &SealedTable,
        changes: Vec<Replacement>,
        done: &mut Resealed,
    ) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut tx = self.write(actor.clone()).await?;
        let (mut resealed, mut overtaken) = (0, 0);
        for change in changes {
            if tx
                .tx
                .execute_raw(table.replacement(self, change))
                .await?
                .rows_affected()
                > 0
            {
                resealed += 1;
            } else {
                overtaken += 1;
            }
        }
        tx.audit(
            "system",
            "keys.reseal",
            &format!("table/{}", table.name),
            &format!("values={resealed}"),
        )
        .await?;
        tx.commit().await?;
        done.resealed += resealed;
        done.overtaken += overtaken;
        Ok(())
    }

    /// Seals the attachments in `folder` again under the active key; each file
    /// is replaced whole or not at all. Files that do not open, or are not
    /// what their name says, are left and named.
    ///
    /// # Errors
    /// When the folder cannot be read or written; what was done is kept.
    pub async fn reseal_blobs(
        &self,
        actor: &Actor,
        folder: &Path,
        batch: u64,
        mut progress: impl FnMut(&ResealProgress) + Send,
    ) -> Result<Resealed, StoreError> {
        let mut done = Resealed::default();
        let paths = blob_paths(folder)?;
        for chunk in paths.chunks(usize::try_from(batch.max(1)).unwrap_or(usize::MAX)) {
            let before = done.resealed;
            for (name, path) in chunk {
                done.read += 1;
                if sealed_file::is_current(&*self.crypto, path, Before::Whole)? {
                    continue;
                }
                match open_blob(&*self.crypto, path, name) {
                    Ok(plain) => {
                        seal_blob(&*self.crypto, path, name, &plain)?;
                        done.resealed += 1;
                    }
                    Err(_) => done.unopened.push(format!("blob/{name}")),
                }
            }
            if done.resealed > before {
                let mut tx = self.write(actor.clone()).await?;
                tx.audit(
                    "system",
                    "keys.reseal",
                    "blob",
                    &format!("values={}", done.resealed - before),
                )
                .await?;
                tx.commit().await?;
            }
            progress(&ResealProgress {
                table: "blob",
                read: done.read,
                resealed: done.resealed,
            });
        }
        Ok(done)
    }

    /// What is still under another key than the active one: `table.column`
    /// and `blob` with the number of values. Empty means that the other keys
    /// may be given up as far as database and attachments go.
    ///
    /// # Errors
    /// When the database or the folder cannot be read.
    pub async fn under_old_keys(&self, folder: &Path) -> Result<Vec<(String, u64)>, StoreError> {
        let mut found = Vec::new();
        for (table, column) in sealed_columns() {
            let sql = format!(
                "SELECT COUNT(*) FROM {table} WHERE {column} IS NOT NULL AND substr({column}, 1, 1) <> $1"
            );
            let mark = vec![self.crypto.active_mark()];
            let row = self
                .connection
                .query_one_raw(Statement::from_sql_and_values(
                    self.backend(),
                    sql,
                    [mark.into()],
                ))
                .await?;
            let count: i64 = row.map_or(Ok(0), |r| r.try_get_by_index(0))?;
            if count > 0 {
                found.push((format!("{table}.{column}"), count.unsigned_abs()));
            }
        }
        let mut blobs = 0;
        for (_, path) in blob_paths(folder)? {
            if !sealed_file::is_current(&*self.crypto, &path, Before::Whole)? {
                blobs += 1;
            }
        }
        if blobs > 0 {
            found.push(("blob".into(), blobs));
        }
        Ok(found)
    }
}
