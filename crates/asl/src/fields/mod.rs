//! The table of the language: which fields each kind of object has, in which query language, with
//! which values. Rules, completion, hover texts and the forms of the inspector all read it.
//!
//! Sources: the Amazon States Language specification, and what `ValidateStateMachineDefinition`
//! accepts where both differ.

mod choice;
mod errors;
mod machine;
mod map;
mod states;

pub use choice::{CHOICE_RULE, COMPARISONS, NESTED_RULE, Operand, comparison_operand};
pub use errors::{CATCHER, ERROR_NAMES, RETRIER};
pub use machine::{BRANCH, ITEM_PROCESSOR, MACHINE, PROCESSOR_CONFIG};
pub use map::{ITEM_BATCHER, ITEM_READER, READER_CONFIG, RESULT_WRITER, WRITER_CONFIG};
pub use states::{CHOICE, FAIL, MAP, PARALLEL, PASS, SUCCEED, TASK, UNKNOWN_STATE, WAIT};

use crate::{QueryLanguage, StateType};

/// The longest name of a state, of a machine and of a variable, in characters.
pub const MAX_NAME_LEN: usize = 80;

/// The longest `Label` of a distributed Map, in characters.
pub const MAX_LABEL_LEN: usize = 40;

/// The longest definition, in bytes.
pub const MAX_DEFINITION_LEN: usize = 1_048_576;

/// The longest time that a field in seconds can state.
pub const MAX_SECONDS: i64 = 99_999_999;

/// A kind of object in a definition: a state type, a retrier, a reader's configuration and so on.
#[derive(Debug)]
pub struct ObjectType {
    /// What to call such an object in a sentence: `Pass state`, `retrier`.
    pub name: &'static str,
    /// Its fields, in slices because object types share some.
    pub fields: &'static [&'static [Field]],
    pub alternatives: &'static [Alternatives],
    /// Whether members that the table doesn't name are fine.
    pub open: bool,
}

/// Fields of which an object may have one only.
#[derive(Debug)]
pub struct Alternatives {
    pub fields: &'static [&'static str],
    /// Whether it must have one of them.
    pub needed: bool,
}

/// One field of an object.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub language: FieldLanguage,
    pub required: bool,
    /// Whether a state in JSONata may compute the value with a `{% … %}` expression.
    pub expression: bool,
    /// Whether null is a value of its own (`"ResultPath": null`).
    pub nullable: bool,
    pub group: Group,
    /// A sentence or two for people.
    pub doc: &'static str,
}

/// In which query language a field exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldLanguage {
    Both,
    Only(QueryLanguage),
}

/// Where the inspector shows a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    Configuration,
    Input,
    Output,
    Variables,
    ErrorHandling,
    Flow,
}

/// What values a field takes.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Text,
    /// A text that must not be empty.
    Name,
    Boolean,
    Integer {
        min: i64,
        max: Option<i64>,
    },
    Decimal {
        min: f64,
        max: Option<f64>,
    },
    /// One of a few words.
    OneOf(&'static [&'static str]),
    /// The name of a state of the same scope.
    Target,
    /// A JSONPath that may select several values, the context object or a variable.
    JsonPath,
    /// A JSONPath that names a single place.
    ReferencePath {
        /// Whether it may start at the context object (`$$`).
        context: bool,
    },
    /// A place in the state's own data to write to.
    ResultPath,
    /// A reference path or the call of an intrinsic function.
    PathOrCall,
    /// An RFC 3339 timestamp.
    Timestamp,
    /// What a Task calls: an ARN.
    Resource,
    /// One of a few resources, given without `arn:<partition>:states:::`.
    ResourceOf(&'static [&'static str]),
    /// Any JSON in which `.$` members (JSONPath) or `{% … %}` strings (JSONata) are evaluated.
    Template,
    /// A template whose members become variables.
    Assignments,
    /// Any JSON, taken literally.
    Json,
    /// A `{% … %}` expression that gives true or false.
    Condition,
    Texts {
        non_empty: bool,
    },
    Object(&'static ObjectType),
    Objects {
        of: &'static ObjectType,
        non_empty: bool,
    },
    /// The object of states of a scope.
    States,
}

impl ObjectType {
    pub fn all_fields(&self) -> impl Iterator<Item = &'static Field> + use<> {
        self.fields.iter().copied().flatten()
    }

    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.all_fields().find(|field| field.name == name)
    }

    /// The fields that an object in this language can have.
    pub fn fields_in(&self, language: QueryLanguage) -> impl Iterator<Item = &'static Field> + use<> {
        self.all_fields().filter(move |field| field.language.allows(language))
    }
}

impl FieldLanguage {
    pub fn allows(self, language: QueryLanguage) -> bool {
        match self {
            FieldLanguage::Both => true,
            FieldLanguage::Only(only) => only == language,
        }
    }
}

impl StateType {
    /// The fields of a state of this type.
    pub fn object_type(self) -> &'static ObjectType {
        match self {
            StateType::Pass => &PASS,
            StateType::Task => &TASK,
            StateType::Choice => &CHOICE,
            StateType::Wait => &WAIT,
            StateType::Succeed => &SUCCEED,
            StateType::Fail => &FAIL,
            StateType::Parallel => &PARALLEL,
            StateType::Map => &MAP,
        }
    }

    pub fn field(self, name: &str) -> Option<&'static Field> {
        self.object_type().field(name)
    }
}

/// A field of both languages that may be left out.
const fn field(name: &'static str, kind: Kind, group: Group, doc: &'static str) -> Field {
    Field {
        name,
        kind,
        language: FieldLanguage::Both,
        required: false,
        expression: false,
        nullable: false,
        group,
        doc,
    }
}

impl Field {
    const fn json_path(mut self) -> Field {
        self.language = FieldLanguage::Only(QueryLanguage::JsonPath);
        self
    }

    const fn jsonata(mut self) -> Field {
        self.language = FieldLanguage::Only(QueryLanguage::Jsonata);
        self
    }

    const fn required(mut self) -> Field {
        self.required = true;
        self
    }

    const fn or_expression(mut self) -> Field {
        self.expression = true;
        self
    }

    const fn or_null(mut self) -> Field {
        self.nullable = true;
        self
    }
}

const fn whole(min: i64, max: i64) -> Kind {
    Kind::Integer { min, max: Some(max) }
}

const fn at_least(min: i64) -> Kind {
    Kind::Integer { min, max: None }
}

#[cfg(test)]
mod tests {
    use super::{Kind, MACHINE};
    use crate::{QueryLanguage, StateType};

    #[test]
    fn every_field_is_explained_and_named_once() {
        let mut waiting: Vec<&'static super::ObjectType> =
            StateType::ALL.iter().map(|state_type| state_type.object_type()).collect();
        waiting.push(&MACHINE);
        let mut seen = Vec::new();
        while let Some(object) = waiting.pop() {
            if seen.contains(&object.name) {
                continue;
            }
            seen.push(object.name);
            let mut names: Vec<_> = object.all_fields().map(|field| field.name).collect();
            for field in object.all_fields() {
                assert!(field.doc.ends_with('.') && field.doc.len() > 15, "{} {}", object.name, field.name);
                match field.kind {
                    Kind::Object(of) | Kind::Objects { of, .. } => waiting.push(of),
                    _ => {}
                }
            }
            for alternatives in object.alternatives {
                for name in alternatives.fields {
                    assert!(object.field(name).is_some(), "{} {name}", object.name);
                }
            }
            names.sort_unstable();
            let all = names.len();
            names.dedup();
            assert_eq!(names.len(), all, "{}", object.name);
        }
        assert_eq!(seen.len(), 22, "{seen:?}");
    }

    #[test]
    fn languages_differ_in_fields() {
        let names = |language| -> Vec<_> {
            StateType::Wait.object_type().fields_in(language).map(|field| field.name).collect()
        };
        assert!(names(QueryLanguage::JsonPath).contains(&"SecondsPath"));
        assert!(!names(QueryLanguage::Jsonata).contains(&"SecondsPath"));
        assert!(names(QueryLanguage::Jsonata).contains(&"Output"));
    }
}
