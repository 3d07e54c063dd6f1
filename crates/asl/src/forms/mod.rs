//! What forms for the objects of a definition consist of.
//!
//! Everything is derived from the table of the language ([`crate::fields`]); what a form writes is an
//! [`crate::edit::Edit`] or a patch of the bytes that a control is about.

mod comparison;
mod duration;
mod initial;
mod payload;
mod retry_schedule;

pub use comparison::{Comparison, RELATIONS, Relation, Subject};
pub use duration::{TimeUnit, duration_text};
pub use initial::{catcher, initial_value, retrier};
pub use payload::{Payload, expression_text, expression_value};
pub use retry_schedule::{Attempt, RetrySchedule};

use json::Tree;

use crate::QueryLanguage;
use crate::fields::{Field, Kind, ObjectType};

/// One control of a form: a field, or the two of which one has a value and the other the path to it.
#[derive(Clone, Copy, Debug)]
pub struct Control {
    /// The field that has the value itself.
    pub field: &'static Field,
    /// The field that has the path to the value instead, such as `TimeoutSecondsPath`.
    pub path: Option<&'static Field>,
}

impl Control {
    /// The names of its fields.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.field.name).chain(self.path.map(|field| field.name))
    }
}

impl PartialEq for Control {
    fn eq(&self, other: &Control) -> bool {
        std::ptr::eq(self.field, other.field)
    }
}

/// The controls of a form for an object, in the order of the table.
pub fn controls(of: &'static ObjectType, language: QueryLanguage) -> Vec<Control> {
    let allowed: Vec<&'static Field> = of.fields_in(language).collect();
    let value_of = |path: &Field| {
        // `ResultPath` says where a result goes, and is no other form of the `Result` of a Pass state.
        if matches!(path.kind, Kind::ResultPath) {
            return None;
        }
        let name = path.name.strip_suffix("Path").or_else(|| path.name.strip_suffix(".$"))?;
        allowed.iter().find(|field| field.name == name)
    };
    allowed
        .iter()
        .filter(|field| value_of(field).is_none())
        .map(|field| Control {
            field,
            path: allowed
                .iter()
                .find(|path| value_of(path).is_some_and(|value| std::ptr::eq(*value, *field)))
                .copied(),
        })
        .collect()
}

/// The members of an object that its form has no control for, in the order of the text.
pub fn other_members(tree: &Tree, object: json::NodeId, known: &[&str]) -> Vec<String> {
    tree.members(object)
        .filter(|member| !known.contains(&&*member.name))
        .map(|member| member.name.into_owned())
        .collect()
}

/// The node that a JSON pointer leads to from an object.
pub fn node_at(tree: &Tree, object: json::NodeId, pointer: &str) -> Option<json::NodeId> {
    let mut node = object;
    for step in pointer.split('/').skip(1) {
        node = match tree.kind(node) {
            json::NodeKind::Object => tree.get(node, &json::pointer::name(step))?,
            json::NodeKind::Array => tree.items(node).nth(step.parse().ok()?)?,
            _ => return None,
        };
    }
    Some(node)
}

#[cfg(test)]
mod tests {
    use super::{controls, node_at};
    use crate::fields::{CATCHER, MAP, PASS, TASK, WAIT};
    use crate::{Document, QueryLanguage};

    #[test]
    fn a_value_and_the_path_to_it_are_one_control() {
        let names = |of, language| -> Vec<String> {
            controls(of, language)
                .into_iter()
                .map(|control| control.names().collect::<Vec<_>>().join("|"))
                .collect()
        };
        let task = names(&TASK, QueryLanguage::JsonPath);
        assert!(task.contains(&"TimeoutSeconds|TimeoutSecondsPath".to_owned()), "{task:?}");
        assert!(task.contains(&"ResultPath".to_owned()), "{task:?}");
        assert!(!task.contains(&"TimeoutSecondsPath".to_owned()), "{task:?}");
        let task = names(&TASK, QueryLanguage::Jsonata);
        assert!(task.contains(&"TimeoutSeconds".to_owned()), "{task:?}");
        assert!(names(&MAP, QueryLanguage::JsonPath).contains(&"ItemsPath".to_owned()));
        let wait = names(&WAIT, QueryLanguage::JsonPath);
        assert!(wait.contains(&"Timestamp|TimestampPath".to_owned()), "{wait:?}");
        let pass = names(&PASS, QueryLanguage::JsonPath);
        assert!(pass.contains(&"Result".to_owned()) && pass.contains(&"ResultPath".to_owned()), "{pass:?}");
        assert!(!names(&CATCHER, QueryLanguage::JsonPath).contains(&"Output".to_owned()));
    }

    #[test]
    fn pointers_lead_to_nodes() {
        let document = Document::parse(r#"{"a/b": [{"c": 1}]}"#);
        let root = document.tree().root().unwrap();
        let at = |pointer| node_at(document.tree(), root, pointer).map(|node| document.tree().source(node));
        assert_eq!(at(""), Some(r#"{"a/b": [{"c": 1}]}"#));
        assert_eq!(at("/a~1b/0/c"), Some("1"));
        assert_eq!(at("/a~1b/1"), None);
        assert_eq!(at("/a~1b/0/c/d"), None);
    }
}
