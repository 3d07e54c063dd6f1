//! Amazon States Language: definitions as text.
//!
//! A [`Document`] is the text of a definition with what is derived from it: the lossless tree, the
//! scopes and states, and the transitions between them. Reading never fails; a text that is being
//! typed gives whatever makes sense of it.

pub mod document;
pub mod transition;
pub mod vocabulary;

pub use document::{Document, Role, Scope, ScopeId, State, StateId};
pub use transition::{Target, Transition, TransitionKind};
pub use vocabulary::{QueryLanguage, StateType};
