//! A database of its own for each test, on either engine.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database as Connector, DatabaseBackend,
    DatabaseConnection, Statement,
};
use store::crypto::{CryptoProvider, Keyring, RustCrypto, random_hex};
use store::{Actor, Store, StoreError, WriteTx};

/// Makes each contract a test on SQLite and a test on PostgreSQL.
macro_rules! on_both {
    ($($contract:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $contract() {
                crate::fixture::on_sqlite(super::$contract).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $contract() {
                crate::fixture::on_postgres(super::$contract).await;
            })+
        }
    };
}
pub(crate) use on_both;

/// Where the database of a test lives.
#[derive(Debug, Clone)]
pub enum Place {
    /// Path of the file.
    Sqlite(PathBuf),
    /// Address of the database.
    Postgres(String),
}

/// The database of a test: as the platform sees it, and from behind.
#[derive(Debug, Clone)]
pub struct TestDatabase {
    pub store: Store,
    pub keyring: Keyring,
    pub place: Place,
}

pub fn crypto(keyring: &Keyring) -> Arc<dyn CryptoProvider> {
    Arc::new(RustCrypto::new(keyring.clone()).expect("a sound keyring"))
}

pub async fn open(place: &Place, keyring: &Keyring) -> Result<Store, StoreError> {
    match place {
        Place::Sqlite(path) => Store::open_sqlite(path, crypto(keyring)).await,
        Place::Postgres(url) => Store::open_postgres(url, crypto(keyring)).await,
    }
}

/// Runs a contract on a SQLite file in a folder of its own.
pub async fn on_sqlite<F, W>(contract: F)
where
    F: FnOnce(TestDatabase) -> W,
    W: Future<Output = ()> + Send + 'static,
{
    let folder = tempfile::tempdir().expect("a folder");
    let place = Place::Sqlite(folder.path().join("shouwang.db"));
    let keyring = Keyring::generate().expect("keys");
    let store = open(&place, &keyring).await.expect("SQLite opens");
    contract(TestDatabase {
        store,
        keyring,
        place,
    })
    .await;
}

/// Runs a contract on a PostgreSQL database made for it, and drops that
/// database also when the contract fails.
pub async fn on_postgres<F, W>(contract: F)
where
    F: FnOnce(TestDatabase) -> W,
    W: Future<Output = ()> + Send + 'static,
{
    let server = std::env::var("SHOUWANG_TEST_POSTGRES_URL").unwrap_or_else(|_| {
        panic!(
            "SHOUWANG_TEST_POSTGRES_URL is not set: the contract holds on PostgreSQL too. \
             `./dev test rust` starts a server; or give the address of one where databases may be created"
        )
    });
    let name = format!("shouwang_test_{}", random_hex::<8>().expect("randomness"));
    let (address, _) = server
        .rsplit_once('/')
        .expect("the address ends in /database");
    let maintenance = connect(&server).await;
    maintenance
        .execute_unprepared(&format!("CREATE DATABASE {name}"))
        .await
        .expect("a database is created");
    let place = Place::Postgres(format!("{address}/{name}"));
    let keyring = Keyring::generate().expect("keys");
    let store = open(&place, &keyring).await.expect("PostgreSQL opens");
    let outcome = tokio::spawn(contract(TestDatabase {
        store,
        keyring,
        place,
    }))
    .await;
    maintenance
        .execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)"))
        .await
        .expect("the database is dropped");
    if let Err(failure) = outcome {
        std::panic::resume_unwind(failure.into_panic());
    }
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Connector::connect(options)
        .await
        .expect("the database is reached")
}

/// Who acts in tests, on an invented day.
pub fn actor() -> Actor {
    Actor {
        account_id: "account-clerk".into(),
        now_millis: 1_746_057_600_000,
    }
}

impl TestDatabase {
    /// A write by the usual actor.
    pub async fn write(&self) -> WriteTx {
        self.store.write(actor()).await.expect("a write starts")
    }

    /// Opens the same database once more.
    pub async fn reopen(&self) -> Result<Store, StoreError> {
        open(&self.place, &self.keyring).await
    }

    /// The database from behind, as an intruder or a newer version sees it.
    pub async fn behind(&self) -> Behind {
        let (url, backend) = match &self.place {
            Place::Sqlite(path) => (
                format!("sqlite://{}", path.display()),
                DatabaseBackend::Sqlite,
            ),
            Place::Postgres(url) => (url.clone(), DatabaseBackend::Postgres),
        };
        Behind {
            connection: connect(&url).await,
            backend,
        }
    }
}

/// Every row of a list, read page by page: `all_pages!(limit, |window| read)`.
macro_rules! all_pages {
    ($limit:expr, |$window:ident| $read:expr) => {{
        let mut window = store::Window::first($limit);
        let mut seen = Vec::new();
        loop {
            let $window = &window;
            let page: store::Page<_> = $read.await.expect("a page");
            seen.extend(page.items);
            let Some(cursor) = page.next_cursor else {
                assert_eq!(page.total, seen.len() as u64);
                break seen;
            };
            assert!(page.total > seen.len() as u64, "there is more to come");
            window = window.after(cursor);
        }
    }};
}
pub(crate) use all_pages;

/// A connection past the store.
pub struct Behind {
    connection: DatabaseConnection,
    pub backend: DatabaseBackend,
}

impl Behind {
    /// Runs a statement; returns how many rows it touched.
    pub async fn run(&self, sql: &str) -> u64 {
        self.connection
            .execute_unprepared(sql)
            .await
            .unwrap_or_else(|e| panic!("{sql}: {e}"))
            .rows_affected()
    }

    /// Rows of a query.
    pub async fn rows(&self, sql: &str) -> Vec<sea_orm::QueryResult> {
        self.connection
            .query_all_raw(Statement::from_string(self.backend, sql.to_owned()))
            .await
            .unwrap_or_else(|e| panic!("{sql}: {e}"))
    }

    /// The first column of each row as text.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        self.rows(sql)
            .await
            .iter()
            .map(|r| r.try_get_by_index(0).expect("text"))
            .collect()
    }

    /// One number.
    pub async fn number(&self, sql: &str) -> i64 {
        self.rows(sql).await[0]
            .try_get_by_index(0)
            .expect("a number")
    }

    /// Names of the tables.
    pub async fn tables(&self) -> Vec<String> {
        self.texts(match self.backend {
            DatabaseBackend::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
            _ => "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name::text COLLATE \"C\"",
        })
        .await
    }
}
