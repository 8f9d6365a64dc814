//! One integration test binary for the crate.

mod broken_packs;
mod clocks;
mod packs;
mod specs;
