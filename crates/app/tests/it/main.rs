//! Integration tests of the use cases, on a temporary embedded database.

mod checkpoints;
mod demo;
mod exchange;
mod exchange_county;
mod exchange_flow;
mod paper;
mod planted_papers;
mod simulator;
