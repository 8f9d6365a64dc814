//! One integration test binary for the crate.

mod broken_packs;
mod packs;
mod specs;
