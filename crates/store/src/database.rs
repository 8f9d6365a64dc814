//! Opening a database, and the one way to write to it.

use std::path::Path;
use std::sync::Arc;

use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection,
    DatabaseTransaction, DbErr, IsolationLevel, SqlErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait as _,
};

use crate::crypto::{CryptoProvider, Place};

/// What can go wrong below the use cases.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("database: {0}")]
    Database(#[from] DbErr),
    #[error("file: {0}")]
    File(#[from] std::io::Error),
    #[error("cryptography: {0}")]
    Crypto(String),
    /// Somebody else saved first.
    #[error("stale version, now {current}")]
    Stale { current: i64 },
    /// A unique value is taken.
    #[error("taken: {0}")]
    Taken(String),
    #[error("stored document does not parse: {0}")]
    Document(#[from] serde_json::Error),
    /// A cursor this list did not give.
    #[error("not a cursor of this list")]
    Cursor,
    #[error("{0}")]
    Unsuitable(String),
}

/// A unique value taken by somebody who committed meanwhile, or the error.
pub(crate) fn taken_or(error: DbErr, value: &str) -> StoreError {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => StoreError::Taken(value.to_owned()),
        _ => error.into(),
    }
}

/// Which database serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Who writes, and when: stamped on every audit record.
#[derive(Debug, Clone)]
pub struct Actor {
    pub account_id: String,
    /// Milliseconds since 1970, from the injected clock.
    pub now_millis: i64,
}

/// A connected database with its cryptography. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) connection: DatabaseConnection,
    /// SQLite has one writer; waiting here is fair and costs no busy loop.
    writer: Arc<tokio::sync::Semaphore>,
    pub(crate) crypto: Arc<dyn CryptoProvider>,
    engine: Engine,
}

/// SQLite before this has a bug that can corrupt the file when the WAL is reset.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// Every migration in order; one that has been released is never edited.
macro_rules! migrations {
    ($($name:literal,)*) => {
        const MIGRATIONS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../migrations/", $name, ".sql"))),)*];
    };
}

migrations! {
    "0001_first_path",
    "0010_paper",
    "0020_adoption",
    "0030_security",
    "0031_duplicate_member",
    "0050_evidence",
    "0060_monitoring_line",
    "0070_submission_list",
    "0080_villages_and_lists",
    "0085_saved_views_and_lead_corrections",
    "0090_complaint",
    "0091_handover",
    "0092_deputy_decision",
    "0095_supplementary_list",
}

impl Store {
    /// Opens the embedded database file, creating it.
    ///
    /// # Errors
    /// When the file cannot be opened or the SQLite library is too old.
    pub async fn open_sqlite(
        path: &Path,
        crypto: Arc<dyn CryptoProvider>,
    ) -> Result<Self, StoreError> {
        let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", path.display()));
        options
            .max_connections(8)
            .min_connections(1)
            .sqlx_logging(false);
        options.map_sqlx_sqlite_opts(|o| {
            o.pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("foreign_keys", "ON")
                .pragma("secure_delete", "ON")
                .pragma("temp_store", "MEMORY")
                .pragma("cache_size", "-32000")
                .pragma("busy_timeout", "15000")
        });
        let connection = Database::connect(options).await?;
        let store = Self {
            connection,
            writer: Arc::new(tokio::sync::Semaphore::new(1)),
            crypto,
            engine: Engine::Sqlite,
        };
        store.check_sqlite_version().await?;
        store.migrate().await?;
        Ok(store)
    }

    /// Connects to a PostgreSQL server.
    ///
    /// # Errors
    /// When the server cannot be reached, offers no TLS though `sslmode` in the
    /// address asks for it, or is older than 15.
    pub async fn open_postgres(
        url: &str,
        crypto: Arc<dyn CryptoProvider>,
    ) -> Result<Self, StoreError> {
        let mut options = ConnectOptions::new(url);
        options.max_connections(16).sqlx_logging(false);
        let connection = Database::connect(options)
            .await
            .map_err(crate::postgres_tls::in_words)?;
        let row = connection
            .query_one_raw(sea_orm::Statement::from_string(
                DatabaseBackend::Postgres,
                "SHOW server_version_num",
            ))
            .await?
            .ok_or_else(|| StoreError::Unsuitable("PostgreSQL tells no version".into()))?;
        let version: String = row.try_get_by_index(0)?;
        if version.parse::<u32>().unwrap_or(0) < 150_000 {
            return Err(StoreError::Unsuitable(format!(
                "PostgreSQL {version} is too old, 15 or newer is needed"
            )));
        }
        let store = Self {
            connection,
            writer: Arc::new(tokio::sync::Semaphore::new(16)),
            crypto,
            engine: Engine::Postgres,
        };
        store.migrate().await?;
        Ok(store)
    }

    async fn check_sqlite_version(&self) -> Result<(), StoreError> {
        let row = self
            .connection
            .query_one_raw(sea_orm::Statement::from_string(
                DatabaseBackend::Sqlite,
                "SELECT sqlite_version()",
            ))
            .await?
            .ok_or_else(|| StoreError::Unsuitable("SQLite tells no version".into()))?;
        let version: String = row.try_get_by_index(0)?;
        let mut parts = version.split('.').map(|p| p.parse::<u32>().unwrap_or(0));
        let found = (
            parts.next().unwrap_or(0),
            parts.next().unwrap_or(0),
            parts.next().unwrap_or(0),
        );
        if found < OLDEST_SQLITE {
            return Err(StoreError::Unsuitable(format!(
                "SQLite {version} is too old, 3.51.3 or newer is needed"
            )));
        }
        Ok(())
    }

    /// Applies the migrations not applied yet, each in its own transaction.
    async fn migrate(&self) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        if self.engine == Engine::Postgres {
            // Two servers starting at once migrate one after the other.
            tx.execute_unprepared("SELECT pg_advisory_xact_lock(7306501)")
                .await?;
        }
        tx.execute_unprepared("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY)")
            .await?;
        let applied: Vec<String> = tx
            .query_all_raw(sea_orm::Statement::from_string(
                self.backend(),
                "SELECT name FROM migration ORDER BY name",
            ))
            .await?
            .iter()
            .map(|row| row.try_get_by_index(0))
            .collect::<Result<_, _>>()?;
        if let Some(unknown) = applied
            .iter()
            .find(|a| !MIGRATIONS.iter().any(|(name, _)| name == a))
        {
            return Err(StoreError::Unsuitable(format!(
                "the database was written by a newer version (migration {unknown}); use that version or restore a backup"
            )));
        }
        for (name, sql) in MIGRATIONS
            .iter()
            .filter(|(name, _)| !applied.iter().any(|a| a == name))
        {
            let blob = if self.engine == Engine::Sqlite {
                "BLOB"
            } else {
                "BYTEA"
            };
            let text: String = sql
                .lines()
                .filter(|l| !l.trim_start().starts_with("--"))
                .collect::<Vec<_>>()
                .join("\n");
            for statement in text
                .replace("{blob}", blob)
                .split(';')
                .map(str::trim)
                .filter(|s| !s.is_empty())
            {
                tx.execute_unprepared(statement).await?;
            }
            tx.execute_unprepared(&format!("INSERT INTO migration (name) VALUES ('{name}')"))
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Which database serves.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    pub(crate) fn backend(&self) -> DatabaseBackend {
        match self.engine {
            Engine::Sqlite => DatabaseBackend::Sqlite,
            Engine::Postgres => DatabaseBackend::Postgres,
        }
    }

    async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let mode = (self.engine == Engine::Sqlite).then_some(SqliteTransactionMode::Immediate);
        self.connection
            .begin_with_options(TransactionOptions {
                isolation_level: None,
                access_mode: Some(AccessMode::ReadWrite)
                    .filter(|_| self.engine == Engine::Postgres),
                sqlite_transaction_mode: mode,
            })
            .await
    }

    /// A transaction that only reads, and sees one moment of the database.
    pub(crate) async fn snapshot(&self) -> Result<DatabaseTransaction, DbErr> {
        let postgres = self.engine == Engine::Postgres;
        self.connection
            .begin_with_options(TransactionOptions {
                isolation_level: postgres.then_some(IsolationLevel::RepeatableRead),
                access_mode: postgres.then_some(AccessMode::ReadOnly),
                sqlite_transaction_mode: (!postgres).then_some(SqliteTransactionMode::Deferred),
            })
            .await
    }

    /// Starts the only kind of transaction that may write.
    ///
    /// # Errors
    /// When the database cannot start one.
    pub async fn write(&self, actor: Actor) -> Result<WriteTx, StoreError> {
        let permit = Arc::clone(&self.writer)
            .acquire_owned()
            .await
            .map_err(|_| StoreError::Unsuitable("the store is closing".into()))?;
        let tx = self.begin().await?;
        Ok(WriteTx {
            tx,
            crypto: Arc::clone(&self.crypto),
            engine: self.engine,
            actor,
            audited: false,
            _permit: permit,
        })
    }

    /// The cryptography of this store.
    pub fn crypto(&self) -> &dyn CryptoProvider {
        &*self.crypto
    }

    pub(crate) fn open_text(
        &self,
        table: &str,
        column: &str,
        row: &str,
        sealed: &[u8],
    ) -> Result<String, StoreError> {
        let bytes = self.crypto.open(Place { table, column, row }, sealed)?;
        String::from_utf8(bytes)
            .map_err(|_| StoreError::Crypto(format!("{table}.{column} is not text")))
    }

    /// Writes what the WAL holds into the database file and closes.
    ///
    /// # Errors
    /// When the connection cannot be closed cleanly.
    pub async fn close(self) -> Result<(), StoreError> {
        self.connection.close().await?;
        Ok(())
    }
}

/// A write in progress. Dropping it undoes everything; committing needs at
/// least one audit record, so that no change is without its trace.
#[derive(Debug)]
pub struct WriteTx {
    pub(crate) tx: DatabaseTransaction,
    pub(crate) crypto: Arc<dyn CryptoProvider>,
    engine: Engine,
    pub(crate) actor: Actor,
    pub(crate) audited: bool,
    _permit: tokio::sync::OwnedSemaphorePermit,
}

impl WriteTx {
    /// Who writes.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    pub(crate) fn engine(&self) -> Engine {
        self.engine
    }

    pub(crate) fn seal(
        &self,
        table: &str,
        column: &str,
        row: &str,
        plain: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        self.crypto.seal(Place { table, column, row }, plain)
    }

    /// Makes everything durable.
    ///
    /// # Errors
    /// When nothing was audited (a defect of the caller) or the database
    /// refuses.
    pub async fn commit(self) -> Result<(), StoreError> {
        if !self.audited {
            return Err(StoreError::Unsuitable(
                "a write without an audit record was stopped".into(),
            ));
        }
        self.tx.commit().await?;
        Ok(())
    }
}
