//! Integration tests of the use cases, on a temporary embedded database.

mod checkpoints;
mod demo;
mod exchange;
mod exchange_county;
mod exchange_flow;
mod exchange_register;
mod household_register;
mod paper;
mod planted_papers;
mod simulator;

/// The server's own, so that what is measured here is what it does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
