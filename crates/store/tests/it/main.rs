//! The contract of the store: the same tests on SQLite and on PostgreSQL.
//! PostgreSQL is a server on which `SHOUWANG_TEST_POSTGRES_URL` may create
//! databases (`./dev test` starts one); without it those tests fail.

mod fixture;
mod people;

mod account;
mod adoption;
mod audit;
mod audit_rewriting;
mod audit_tampering;
mod casefile;
mod concealment;
mod concurrency;
mod exchange;
mod household;
mod household_search;
mod lead;
mod notice;
mod paging;
mod purpose;
mod rotation;
mod schema;
mod scope;
mod sealed_file;
mod submission_list;
mod transaction;
mod village;
