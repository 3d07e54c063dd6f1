//! What leaves for elsewhere: permissions and templates for the deployment of a workflow, and back.
//!
//! [`execution_role`] tells what a workflow has to be allowed, [`export`] writes it as what other tools deploy,
//! [`machines_in`] reads the workflows of a template, and [`with_definition`] puts one back.

mod export;
mod given;
mod iam;
mod node;
mod settings;
mod template;
mod text;
mod write_back;

pub use export::{Arns, Export, File, Format, Options, Substitution, export, places_of};
pub use iam::{
    Condition, ExecutionRole, MAX_INLINE_POLICY, Needed, Note, NoteKind, Permissions, Places, Statement,
    TaskRole, execution_role, policy_json, trust_json,
};
pub use settings::{LogLevel, Settings};
pub use template::{TemplateMachine, machines_in};
pub use text::{Piece, Text};
pub use write_back::with_definition;
