//! Payload templates: converted in their place, or known as data.

use asl::edit::MemberEdits;
use expr::{Expression, Template};
use json::{NodeId, NodeKind, Tree, Value};

use crate::jsonata::{Data, looks_like_expression, taken_literally};
use crate::notes::{Notes, Unsupported};
use crate::{intrinsic, path};

/// A path or a call of an intrinsic function.
pub(crate) fn expression(text: &str, root: &Data, notes: &mut Notes) -> Result<Data, Unsupported> {
    let parsed = Expression::parse(text)
        .map_err(|error| Unsupported::new(format!("{text} can't be read: {}", error.message)))?;
    match parsed {
        Expression::Path(path) => path::convert(&path, root, notes),
        Expression::Intrinsic(call) => intrinsic::convert(call.call(), root, notes),
    }
}

/// Refuses templates that don't compile, and with them those that are nested too deeply.
pub(crate) fn check(template: &Value) -> Result<(), Unsupported> {
    match Template::compile(template) {
        Ok(_) => Ok(()),
        Err(problems) => {
            let message = problems.first().map(|problem| problem.message.clone()).unwrap_or_default();
            Err(Unsupported::new(format!("The template can't be read: {message}.")))
        }
    }
}

/// A template that compiles, as data.
pub(crate) fn data(template: &Value, root: &Data, notes: &mut Notes) -> Result<Data, Unsupported> {
    match template {
        Value::Object(object) if !object.members().is_empty() => {
            let mut members = Vec::with_capacity(object.members().len());
            for (name, value) in object.members().iter() {
                members.push(match (name.strip_suffix(".$"), value.as_str()) {
                    (Some(name), Some(text)) => (name.into(), expression(text, root, notes)?),
                    _ => (name.clone(), data(value, root, notes)?),
                });
            }
            let is_literal = members.iter().all(|(_, member)| matches!(member, Data::Literal(_)));
            Ok(if is_literal { Data::Literal(template.clone()) } else { Data::Object(members) })
        }
        Value::Array(array) => {
            let items: Result<Vec<Data>, Unsupported> =
                array.items().iter().map(|item| data(item, root, notes)).collect();
            let items = items?;
            let is_literal = items.iter().all(|item| matches!(item, Data::Literal(_)));
            Ok(if is_literal { Data::Literal(template.clone()) } else { Data::Array(items) })
        }
        other => Ok(Data::Literal(other.clone())),
    }
}

/// Converts the members of a template that compiles, each where it stands.
pub(crate) fn edit(
    tree: &Tree,
    template: NodeId,
    root: &Data,
    field: &str,
    edits: &mut MemberEdits<'_>,
    notes: &mut Notes,
) -> Result<(), Unsupported> {
    match tree.kind(template) {
        NodeKind::Object => {
            for member in tree.members(template) {
                let Some(value) = member.value else { continue };
                let inner = format!("{field}/{}", member.name);
                match (member.name.strip_suffix(".$"), tree.as_str(value)) {
                    (Some(name), Some(text)) => {
                        notes.at(inner, tree.span(value));
                        let data = expression(&text, root, notes)?;
                        edits.rename(member.node, name);
                        edits.set(value, data.to_payload());
                    }
                    _ => edit(tree, value, root, &inner, edits, notes)?,
                }
            }
            Ok(())
        }
        NodeKind::Array => {
            for (position, item) in tree.items(template).enumerate() {
                edit(tree, item, root, &format!("{field}[{position}]"), edits, notes)?;
            }
            Ok(())
        }
        _ => {
            literal(tree, template, edits);
            Ok(())
        }
    }
}

/// Keeps a text literal that would be an expression in JSONata.
pub(crate) fn literal(tree: &Tree, node: NodeId, edits: &mut MemberEdits<'_>) {
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        waiting.extend(tree.items(node));
        waiting.extend(tree.members(node).filter_map(|member| member.value));
        if let Some(text) = tree.as_str(node)
            && looks_like_expression(&text)
        {
            edits.set(node, taken_literally(&Value::string(&*text)));
        }
    }
}
