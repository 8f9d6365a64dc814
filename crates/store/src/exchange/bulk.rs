//! Staging in bulk. PostgreSQL takes rows by COPY, on a connection of its own,
//! into a table that lives as long as its transaction, and from there into
//! staging: rows that are there already stay as they are, so that a chunk may
//! come twice. SQLite takes them as any other write.

use sea_orm::sqlx::{self, AssertSqlSafe};

use super::{StagedHousehold, pack, staged_place};
use crate::crypto::Place;
use crate::{Actor, Engine, Store, StoreError};
use domain::exchange::{Finding, column_letter};

/// One row in PostgreSQL's binary COPY format.
struct Row<'a>(&'a mut Vec<u8>);

impl Row<'_> {
    fn bytes(&mut self, value: &[u8]) -> &mut Self {
        let length = i32::try_from(value.len()).unwrap_or(i32::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(value);
        self
    }

    fn text(&mut self, value: &str) -> &mut Self {
        self.bytes(value.as_bytes())
    }

    /// A text that may be absent.
    fn optional(&mut self, value: Option<&str>) -> &mut Self {
        match value {
            Some(text) => self.text(text),
            None => {
                self.0.extend_from_slice(&(-1i32).to_be_bytes());
                self
            }
        }
    }
}

/// Rows on their way into one table.
struct Copy {
    table: &'static str,
    columns: &'static [&'static str],
    data: Vec<u8>,
}

impl Copy {
    fn new(table: &'static str, columns: &'static [&'static str]) -> Self {
        // Signature, flags, length of the header's extension.
        let mut data = b"PGCOPY\n\xff\r\n\0".to_vec();
        data.extend_from_slice(&[0; 8]);
        Self {
            table,
            columns,
            data,
        }
    }

    fn row(&mut self) -> Row<'_> {
        let columns = i16::try_from(self.columns.len()).unwrap_or(0);
        self.data.extend_from_slice(&columns.to_be_bytes());
        Row(&mut self.data)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "COPY needs the driver's own connection; this runs on PostgreSQL only, which has many writers"
    )]
    async fn send(mut self, pool: &sqlx::PgPool) -> Result<(), sqlx::Error> {
        self.data.extend_from_slice(&(-1i16).to_be_bytes());
        let (table, columns) = (self.table, self.columns.join(", "));
        let mut tx = pool.begin().await?;
        let create = format!("CREATE TEMPORARY TABLE incoming (LIKE {table}) ON COMMIT DROP");
        sqlx::raw_sql(AssertSqlSafe(create))
            .execute(&mut *tx)
            .await?;
        let mut copy = tx
            .copy_in_raw(&format!(
                "COPY incoming ({columns}) FROM STDIN (FORMAT binary)"
            ))
            .await?;
        copy.send(self.data).await?;
        copy.finish().await?;
        let insert = format!(
            "INSERT INTO {table} ({columns}) SELECT {columns} FROM incoming ON CONFLICT DO NOTHING"
        );
        sqlx::raw_sql(AssertSqlSafe(insert))
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }
}

const HOUSEHOLD_COLUMNS: &[&str] = &[
    "batch_id",
    "seq",
    "household_code",
    "village",
    "head_name",
    "persons",
    "verdict",
    "household_id",
    "content_sealed",
    "merged",
];

const FINDING_COLUMNS: &[&str] = &[
    "batch_id",
    "seq",
    "sheet",
    "row_number",
    "column_letter",
    "header",
    "code",
    "severity",
    "detail_sealed",
];

impl Store {
    fn seal_staged(
        &self,
        table: &str,
        column: &str,
        row: &str,
        plain: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        self.crypto.seal(Place { table, column, row }, plain)
    }

    async fn copy(&self, copy: Copy) -> Result<(), StoreError> {
        let sent = copy.send(self.connection.get_postgres_connection_pool());
        sent.await
            .map_err(|e| StoreError::Unsuitable(format!("bulk load: {e}")))
    }

    /// Adds staged households of a batch, in bulk. On PostgreSQL a chunk that
    /// comes a second time changes nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn load_households(
        &self,
        actor: Actor,
        batch: &str,
        rows: &[StagedHousehold],
    ) -> Result<(), StoreError> {
        if self.engine() != Engine::Postgres {
            let mut tx = self.write(actor).await?;
            tx.stage_households(batch, rows).await?;
            return tx.commit().await;
        }
        let mut copy = Copy::new("import_household", HOUSEHOLD_COLUMNS);
        for row in rows {
            let place = staged_place(batch, row.seq);
            let sealed =
                self.seal_staged("import_household", "content", &place, &pack(&row.form)?)?;
            let persons = i32::try_from(row.form.members.len()).unwrap_or(i32::MAX);
            copy.row()
                .text(batch)
                .bytes(&row.seq.to_be_bytes())
                .text(&row.form.code)
                .text(&row.form.village)
                .text(row.form.head_name())
                .bytes(&persons.to_be_bytes())
                .text(&row.verdict)
                .optional(row.household_id.as_deref())
                .bytes(&sealed)
                .bytes(&[u8::from(row.merged)]);
        }
        self.copy(copy).await
    }

    /// Adds findings of a batch in bulk, numbered from `first`. On PostgreSQL
    /// a chunk that comes a second time changes nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn load_findings(
        &self,
        actor: Actor,
        batch: &str,
        first: i64,
        findings: &[Finding],
    ) -> Result<(), StoreError> {
        if self.engine() != Engine::Postgres {
            let mut tx = self.write(actor).await?;
            tx.stage_findings(batch, first, findings).await?;
            return tx.commit().await;
        }
        let mut copy = Copy::new("import_finding", FINDING_COLUMNS);
        for (seq, finding) in (first..).zip(findings) {
            let place = staged_place(batch, seq);
            let detail =
                serde_json::to_vec(&(&finding.value, &finding.message, &finding.suggestion))?;
            let sealed = self.seal_staged("import_finding", "detail", &place, &detail)?;
            let letter = finding.column.map_or_else(String::new, column_letter);
            copy.row()
                .text(batch)
                .bytes(&seq.to_be_bytes())
                .text(&finding.sheet)
                .bytes(&i64::from(finding.row).to_be_bytes())
                .text(&letter)
                .text(&finding.header)
                .text(finding.kind.code())
                .text(finding.kind.severity().as_str())
                .bytes(&sealed);
        }
        self.copy(copy).await
    }
}
