//! Data on its way to a file in one of several languages.

use json::{Map, Str, Value};

/// Data of which parts may be in the words of the language that it is written in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Value(Value),
    /// An expression in the language of the file.
    Raw(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    pub fn text(text: impl AsRef<str>) -> Node {
        Node::Value(Value::from(text.as_ref()))
    }

    pub fn raw(text: impl Into<String>) -> Node {
        Node::Raw(text.into())
    }

    pub fn object<const N: usize>(members: [(&str, Node); N]) -> Node {
        Node::Object(members.into_iter().map(|(name, node)| (name.to_owned(), node)).collect())
    }

    /// An array or an object of data as a node of its parts; none for other data.
    pub fn of_container(value: &Value) -> Option<Node> {
        match value {
            Value::Array(_) => {
                let items = value.as_array().unwrap_or_default().iter();
                Some(Node::List(items.cloned().map(Node::Value).collect()))
            }
            Value::Object(_) => {
                let members = value.as_object().into_iter().flat_map(Map::iter);
                let members = members.map(|(name, item)| (name.to_string(), Node::Value(item.clone())));
                Some(Node::Object(members.collect()))
            }
            _ => None,
        }
    }

    /// As JSON. Expressions of a language are texts in it.
    pub fn to_value(&self) -> Value {
        match self {
            Node::Value(value) => value.clone(),
            Node::Raw(text) => Value::from(text.as_str()),
            Node::List(items) => Value::array(items.iter().map(Node::to_value).collect()),
            Node::Object(members) => {
                let members = members.iter().map(|(name, node)| (Str::from(name.as_str()), node.to_value()));
                Value::object(members.collect::<Map>())
            }
        }
    }
}
