//! A changed definition goes back into the template that it was taken from. What has not changed keeps its bytes.

use std::collections::HashMap;

use asl::forms::Payload;
use json::{Map, NodeId, Tree, Value};

use crate::template::{MAX_NESTED, Own, TemplateText, text_of};

/// The template with another definition, in JSON, for one of its state machines, which it names by `id`.
///
/// The definition is an object of the template or a text in it, with or without `Fn::Sub`. Functions stay where the
/// definition has what they give, also where that has moved.
///
/// # Errors
///
/// Why it can't be done, in a sentence or two: the definition lies elsewhere, it is put together by functions, or the
/// template could not be written so that it says just this.
pub fn with_definition(template: &str, id: &str, definition: &str) -> Result<String, String> {
    let after = json::parse(definition)
        .map_err(|error| format!("The definition is not JSON: {error}. Repair it first."))?;
    let text = TemplateText::parse(template).ok_or("The template can no longer be read.")?;
    let whole = text.value().clone();
    let at = |names: &[&str]| names.iter().try_fold(&whole, |value, name| value.get(name));
    let own_of = |names: &[&str], own: Own| at(names).map(|_| own);
    let own = own_of(&["Resources", id, "Properties"], Own::CloudFormation)
        .or_else(|| own_of(&["stepFunctions", "stateMachines", id], Own::Serverless))
        .ok_or("The template no longer has it.")?;
    let places: &[[&str; 4]] = match own {
        Own::CloudFormation => &[
            ["Resources", id, "Properties", "Definition"],
            ["Resources", id, "Properties", "DefinitionString"],
        ],
        Own::Serverless => &[["stepFunctions", "stateMachines", id, "definition"]],
    };
    let found = places.iter().find_map(|path| Some((path, at(path)?)));
    let (path, before) = found.ok_or("Its definition is not in the template.")?;
    let value = match (own, before.as_object()) {
        (Own::Serverless, None) => return Err("Its definition is not in the template.".to_owned()),
        (Own::CloudFormation, _) if path[3] == "DefinitionString" => string_for(before, &after, definition)?,
        _ => {
            let mut functions = HashMap::new();
            note_functions(before, own, &mut functions, 0);
            merged(before, &own.filled(before), &after, &functions, 0)
        }
    };
    let wanted = replaced(&whole, path, &value);
    let out = match &text {
        TemplateText::Json(_) => in_json(template, path, &value),
        TemplateText::Yaml(yaml) => yaml.updated_template(&wanted),
    };
    // Rather not at all than wrong.
    out.filter(|out| TemplateText::parse(out).is_some_and(|read| *read.value() == wanted)).ok_or_else(|| {
        "The template is written in a way in which this can't be changed. Take it over by hand, or export it."
            .to_owned()
    })
}

/// What functions and variables give, with the function or the text as the template writes it.
fn note_functions(value: &Value, own: Own, found: &mut HashMap<String, Value>, depth: usize) {
    if depth > MAX_NESTED {
        return;
    }
    if let Some(text) = own.placeholder(value) {
        found.entry(text).or_insert_with(|| value.clone());
        return;
    }
    for (_, value) in value.as_object().into_iter().flat_map(Map::iter) {
        note_functions(value, own, found, depth + 1);
    }
    for value in value.as_array().unwrap_or_default() {
        note_functions(value, own, found, depth + 1);
    }
}

/// The template's value for a changed one: the template's own wherever it comes to the same.
fn merged(
    own: &Value,
    filled: &Value,
    after: &Value,
    functions: &HashMap<String, Value>,
    depth: usize,
) -> Value {
    if filled == after || depth > MAX_NESTED {
        return if filled == after { own.clone() } else { after.clone() };
    }
    let again = |own: Option<&Value>, filled: Option<&Value>, after: &Value| match (own, filled) {
        (Some(own), Some(filled)) => merged(own, filled, after, functions, depth + 1),
        _ => merged(&Value::Null, &Value::Null, after, functions, depth + 1),
    };
    match after {
        Value::String(text) => functions.get(&**text).cloned().unwrap_or_else(|| after.clone()),
        Value::Object(_) => {
            // A function in the place of an object has no members to go on with.
            let own = if filled.as_object().is_some() { own } else { &Value::Null };
            let members = after.as_object().into_iter().flat_map(Map::iter);
            Value::object(
                members
                    .map(|(name, after)| (name.clone(), again(own.get(name), filled.get(name), after)))
                    .collect::<Map>(),
            )
        }
        Value::Array(_) => {
            let (owns, before) = (own.as_array().unwrap_or_default(), filled.as_array().unwrap_or_default());
            let items = after.as_array().unwrap_or_default().iter().enumerate();
            Value::array(
                items
                    .map(|(position, item)| {
                        // An item that has moved is found again.
                        let known = before.iter().position(|known| known == item).unwrap_or(position);
                        again(owns.get(known), before.get(known), item)
                    })
                    .collect(),
            )
        }
        _ => after.clone(),
    }
}

/// A definition that is a text in the template, as it was laid out there.
fn string_for(own: &Value, after: &Value, definition: &str) -> Result<Value, String> {
    let put_together = || {
        Err("Its definition is put together by functions, from which a changed one can't be made again. Take it over by hand, or export it."
            .to_owned())
    };
    let substituted = own.get("Fn::Sub").filter(|_| own.as_object().is_some_and(|own| own.len() == 1));
    let Some(before) = substituted.unwrap_or(own).as_str() else { return put_together() };
    // `${!Name}` came out as `${Name}`, like what is filled in.
    if (substituted.is_some() && before.contains("${!")) || text_of(own, 0).is_none() {
        return put_together();
    }
    let Ok(known) = json::parse(before) else {
        return Err("Its definition is a text in YAML within the template. Take it over by hand.".to_owned());
    };
    // A block of YAML ends with a line's end, also where it has but one line.
    let end = if before.ends_with('\n') { "\n" } else { "" };
    let laid_out = match before.trim_end().contains('\n') {
        true => definition.trim_end(),
        false if known == *after => before.trim_end(),
        false => &after.to_text(),
    };
    let text = Value::from(format!("{laid_out}{end}"));
    Ok(if substituted.is_some() { Value::from_members([("Fn::Sub", text)]) } else { text })
}

/// A value with another one at a path of names.
fn replaced(whole: &Value, path: &[&str], value: &Value) -> Value {
    let Some((first, rest)) = path.split_first() else { return value.clone() };
    let members = whole.as_object().into_iter().flat_map(Map::iter);
    Value::object(
        members
            .map(|(name, member)| {
                let member = if **name == **first { replaced(member, rest, value) } else { member.clone() };
                (name.clone(), member)
            })
            .collect::<Map>(),
    )
}

fn in_json(template: &str, path: &[&str], value: &Value) -> Option<String> {
    let tree = Tree::parse(template);
    let node = path.iter().try_fold(tree.root()?, |node, name| tree.get(node, name))?;
    let mut changes = Vec::new();
    changes_in_json(&tree, node, value, &mut changes, 0);
    let mut out = template.to_owned();
    // From the end, so that the spans before stay.
    changes.sort_by_key(|(span, _): &(json::Span, String)| std::cmp::Reverse(span.start));
    for (span, text) in changes {
        out.get(span.range())?;
        out.replace_range(span.range(), &text);
    }
    Some(out)
}

/// What has to be replaced in a text so that a node has a value.
fn changes_in_json(
    tree: &Tree,
    node: NodeId,
    value: &Value,
    changes: &mut Vec<(json::Span, String)>,
    depth: usize,
) {
    let before = tree.value(node);
    if before == *value {
        return;
    }
    if depth < MAX_NESTED {
        let members: Vec<(String, Option<NodeId>)> =
            tree.members(node).map(|member| (member.name.into_owned(), member.value)).collect();
        let same_names = value.as_object().is_some_and(|new| {
            new.len() == members.len() && new.keys().zip(&members).all(|(name, (known, _))| **name == **known)
        });
        if same_names {
            for (name, member) in &members {
                if let (Some(member), Some(value)) = (member, value.get(name)) {
                    changes_in_json(tree, *member, value, changes, depth + 1);
                }
            }
            return;
        }
        let items: Vec<NodeId> = tree.items(node).collect();
        if value.as_array().is_some_and(|new| !new.is_empty() && new.len() == items.len()) {
            for (item, value) in items.into_iter().zip(value.as_array().unwrap_or_default()) {
                changes_in_json(tree, item, value, changes, depth + 1);
            }
            return;
        }
    }
    let patch = Payload::of(tree, node).patch(&value.to_pretty());
    changes.extend(patch.replacements.into_iter().map(|change| (change.span, change.text)));
}
