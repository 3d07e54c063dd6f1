//! What a task can call, and what a workflow can be built from.
//!
//! [`INTEGRATIONS`] is the table of the optimized integrations. [`Names`] reads the names of all services and
//! actions of AWS, [`Shapes`] the parameters and results of one service; both come from the files of
//! `assets/catalogue`, whose formats its `README.md` describes. [`search`] finds what somebody looks for in all of
//! them, [`template`] and [`sdk_template`] make a Task state of what was found. [`Blocks`] are ready parts of
//! workflows.

mod blocks;
mod family;
mod insertion;
mod integration;
mod names;
mod own_shapes;
mod search;
mod shapes;
mod table;
mod template;

pub use asl::QueryLanguage;
pub use blocks::{Block, Blocks};
pub use family::icon;
pub use insertion::{Insertable, Insertion};
pub use integration::{Integration, Pattern, Service, integration, integration_of, service};
pub use names::{Action, NamedService, Names};
pub use own_shapes::own_shapes;
pub use search::{Hit, NOT_CALLABLE, Target, api_name, has_words, search, words_of};
pub use shapes::{Member, Operation, Shape, Shapes, Structure};
pub use table::{INTEGRATIONS, SERVICES};
pub use template::{choice_with_end, flow_state, sdk_template, skeleton, template};
