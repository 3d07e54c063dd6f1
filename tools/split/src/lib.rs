//! Splits a program's WebAssembly module in two: what the first picture needs, and the rest.
//!
//! The module is the finished one, after wasm-bindgen and wasm-opt, with the names of its functions. [`Rules`] decide by
//! those names, and [`Unneeded`] names what they let through that a start was seen not to call. A function that only moved functions refer to is moved with them; for one that the first module still
//! refers to, a stub stays there: it has the second module loaded if it is not there yet, and calls the function through a
//! table into which the second module has put it. So the split changes when code arrives and nothing else. Constants
//! that only moved code reaches go along ([`data`]).
//!
//! The second module has memory, tables and globals from the first one, which exports them under numbers, and sets a
//! global when it is instantiated. Loading it is up to the page: `tools/rest-loader.js`.

pub mod data;
pub mod module;
pub mod plan;
pub mod profile;
pub mod rules;
pub mod unneeded;
pub mod without;
pub mod write;

pub use module::{Module, Result};
pub use plan::Plan;
pub use rules::Rules;
pub use unneeded::Unneeded;
pub use without::without;
pub use write::{Split, split};
