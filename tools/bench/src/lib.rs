//! What `cargo xtask bench` measures, the same natively (`main.rs`) and in a browser (`web.rs`, driven by
//! `page/bench.mjs`).

pub mod expressions;
pub mod own;
#[cfg(target_arch = "wasm32")]
mod web;
mod workload;

pub use workload::{Held, Workload, parse};
