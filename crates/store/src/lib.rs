//! What we remember: entities, queries, migrations. The only crate that knows
//! a database. Every function over people takes a `Scope`.

pub mod account;
pub mod attachment;
pub mod audit;
pub mod casefile;
pub mod complaint;
pub mod crypto;
pub mod deputy;
pub mod division;
pub mod duplicate;
pub mod entity;
pub mod exchange;
pub mod household;
pub mod lead;
pub mod monitoring_line;
pub mod notice;
pub mod paper;
pub mod policy;
pub mod purpose;
pub mod role_request;
pub mod rotation;
pub mod saved_view;
pub mod sealed_file;
pub mod submission_list;
pub mod supervision;

mod database;
mod packing;
mod paging;
mod postgres_tls;
mod scoped;

pub use postgres_tls::may_be_in_clear;

pub use database::{Actor, Engine, Store, StoreError, WriteTx};
pub use paging::{Page, Window};
pub use scoped::within;
