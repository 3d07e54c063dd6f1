use json::{NodeKind, Value};

use super::draft::Draft;
use super::links::{Goal, main_way};
use super::names::unique_name;
use super::text::{Style, indent_at, reindented};
use super::{EditError, ObjectRef, set_fields};
use crate::{Document, Patch, QueryLanguage, Replacement, State, StateId, StateType};

pub(super) fn plan(document: &Document, state: StateId, to: StateType) -> Result<Patch, EditError> {
    let state = document.state(state).ok_or(EditError::Gone)?;
    let node = state.node().ok_or(EditError::BrokenText)?;
    if state.state_type() == Some(to) {
        return Ok(Patch::default());
    }
    let tree = document.tree();
    let language = state.language();
    let goal = main_way(state);
    let has_body = matches!(to, StateType::Parallel | StateType::Map) && state.scopes().next().is_some();
    let had_next = state.field("Next").is_some() || state.field("End").is_some();
    let mut fields: Vec<(String, Option<Value>)> = vec![("/Type".to_owned(), Some(Value::from(to.name())))];
    for member in tree.members(node) {
        // A type without a result can't read one.
        let reads_result = language == QueryLanguage::Jsonata
            && !to.handles_errors()
            && member.value.is_some_and(|value| tree.source(value).contains("$states.result"));
        let fits =
            to.field(&member.name).is_some_and(|field| field.language.allows(language)) && !reads_result;
        // What no type has is unknown here, and not for this edit to judge.
        let known = StateType::ALL.iter().any(|state_type| state_type.field(&member.name).is_some());
        if known && !fits && member.name != "Type" {
            fields.push((pointer(&member.name), None));
        }
    }
    if has_body && to == StateType::Parallel {
        fields.push(("/Branches/0/ProcessorConfig".to_owned(), None));
    }
    let mut set = |name: &str, value: Value| fields.push((pointer(name), Some(value)));
    if to.has_next() && !had_next {
        match &goal {
            Goal::State(next) => set("Next", Value::from(next.as_str())),
            Goal::End => set("End", Value::from(true)),
        }
    }
    match to {
        StateType::Task => {
            set("Resource", Value::from("arn:aws:states:::lambda:invoke"));
            for parameters in ["Parameters", "Arguments"] {
                let is_object = |node| tree.kind(node) == NodeKind::Object;
                let lacks_function =
                    |node| tree.get(node, "FunctionName").or(tree.get(node, "FunctionName.$")).is_none();
                let kept = to.field(parameters).is_some_and(|field| field.language.allows(language));
                if kept && state.field(parameters).is_some_and(|node| is_object(node) && lacks_function(node))
                {
                    let name = Value::from("${FunctionName}");
                    fields.push((format!("/{parameters}/FunctionName"), Some(name)));
                }
            }
        }
        StateType::Wait => set("Seconds", Value::from(5)),
        StateType::Choice => {
            let Goal::State(next) = &goal else { return Err(EditError::NeedsTarget(StateType::Choice)) };
            let rule = match language {
                QueryLanguage::JsonPath => vec![
                    ("Variable", Value::from("$.value")),
                    ("IsPresent", Value::from(true)),
                    ("Next", Value::from(next.as_str())),
                ],
                QueryLanguage::Jsonata => {
                    vec![("Condition", Value::from("{% true %}")), ("Next", Value::from(next.as_str()))]
                }
            };
            set("Choices", Value::array(vec![Value::from_members(rule)]));
            set("Default", Value::from(next.as_str()));
        }
        StateType::Parallel if !has_body => {
            set("Branches", Value::array(vec![empty_scope(document)]));
        }
        StateType::Map if !has_body => set("ItemProcessor", empty_scope(document)),
        StateType::Parallel | StateType::Map => {}
        StateType::Pass | StateType::Succeed | StateType::Fail => {}
    }
    // Objects and paths as parameters mean different things; a Result is no template.
    let reads_items = state.state_type() == Some(StateType::Map);
    if reads_items && to.field("Parameters").is_some() && state.field("Parameters").is_some() {
        fields.push(("/Parameters".to_owned(), None));
    }
    let mut draft = Draft::new(document);
    let mark = draft.mark_state(state.id());
    if has_body {
        let moved = move_body(state, to, &draft.style).ok_or(EditError::BrokenText)?;
        draft.apply(vec![moved]);
    }
    set_fields::apply(&mut draft, ObjectRef::State(state.id()), mark, &fields)?;
    Ok(draft.finish())
}

fn pointer(name: &str) -> String {
    format!("/{}", json::pointer::step(name))
}

/// The first branch as the body of a Map state, or the body of a Map state as the only branch.
fn move_body(state: State<'_>, to: StateType, style: &Style) -> Option<Replacement> {
    let tree = state.document().tree();
    let scope = state.scopes().next()?.node();
    let field = ["Branches", "ItemProcessor", "Iterator"].into_iter().find_map(|field| state.field(field))?;
    let member = tree.parent(field)?;
    let indent = indent_at(tree.text(), tree.span(member).start);
    let text = if to == StateType::Map {
        style.member("ItemProcessor", &reindented(tree, scope, indent, style))
    } else {
        let list = style.render(&Value::array(vec![Value::Null]), indent);
        let body = reindented(tree, scope, &format!("{indent}{}", style.unit()), style);
        style.member("Branches", &list.replacen("null", &body, 1))
    };
    Some(Replacement { span: tree.span(member), text })
}

/// A scope with a single state of a name of its own.
fn empty_scope(document: &Document) -> Value {
    let name = unique_name("Pass", |name| document.state_named(name).is_some());
    let state = Value::from_members([("Type", Value::from("Pass")), ("End", Value::from(true))]);
    Value::from_members([
        ("StartAt", Value::from(name.as_str())),
        ("States", Value::from_members([(name.as_str(), state)])),
    ])
}
