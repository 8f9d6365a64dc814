//! What law and village say: types, states, clocks, guards, scope and
//! permissions. Pure: no I/O, no async, no clock of its own.

pub mod account;
pub mod audit;
pub mod calendar;
pub mod casefile;
pub mod code_list;
pub mod disability_card;
pub mod division;
pub mod exchange;
pub mod household;
pub mod identity_number;
pub mod lead;
pub mod monitoring_line;
pub mod paper;
pub mod pinyin;
pub mod policy;
pub mod spec;
pub mod submission_list;
pub mod typed_text;
