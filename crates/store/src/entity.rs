//! Entities, one file a table, in the order of the migrations, which
//! describe the columns.

pub mod account;
pub mod account_role;
pub mod adoption;
pub mod adoption_event;
pub mod appraisal;
pub mod attachment;
pub mod audit_checkpoint;
pub mod audit_head;
pub mod audit_record;
pub mod casefile;
pub mod casefile_event;
pub mod deputy;
pub mod division;
pub mod duplicate_member;
pub mod episode;
pub mod grid;
pub mod household;
pub mod household_version;
pub mod import_batch;
pub mod import_finding;
pub mod import_household;
pub mod import_mapping;
pub mod lead;
pub mod member;
pub mod monitoring_line;
pub mod monitoring_line_receipt;
pub mod notice;
pub mod notice_item;
pub mod objection;
pub mod purpose;
pub mod role_request;
pub mod session;
pub mod setting;
pub mod submission_list;
pub mod submission_list_item;
