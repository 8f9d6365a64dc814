//! One integration test binary for the crate.

mod broken_packs;
mod clocks;
mod fifth_pack;
mod monitoring_line;
mod packs;
mod specs;
mod submission_list;
