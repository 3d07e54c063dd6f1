use json::Value;

use super::EditError;
use super::draft::Draft;
use super::fragment::{Fragment, entry_of, in_one_scope};
use super::insert::branch_text;
use super::links::{Goal, Incoming, redirect_all, ways};
use super::names::unique_name;
use super::text::remove_children;
use crate::{Document, Patch, Replacement, State, StateId, StateType, Target, TransitionKind};

pub(super) fn plan(
    document: &Document,
    states: &[StateId],
    container: StateType,
) -> Result<Patch, EditError> {
    if !matches!(container, StateType::Parallel | StateType::Map) {
        return Err(EditError::NoContainer(container.name().into()));
    }
    let selected = in_one_scope(document, states)?;
    let scope = selected.first().ok_or(EditError::NothingSelected)?.scope();
    let entry = entry_of(scope, &selected).ok_or(EditError::NothingSelected)?;
    let incoming = entries(&selected, entry)?;
    let goal = exit(&selected)?;
    let mut fragment = Fragment::of(document, states)?;
    fragment.lead_on_to(&Goal::End)?;
    let name = unique_name(container.name(), |name| document.state_named(name).is_some());
    let mut draft = Draft::new(document);
    let tree = document.tree();
    let style = draft.style.clone();
    let flow = match &goal {
        Goal::State(next) => ("Next", Value::from(next.as_str())),
        Goal::End => ("End", Value::from(true)),
    };
    let state = match container {
        StateType::Parallel => Value::from_members([
            ("Type", Value::from(container.name())),
            ("Branches", Value::array(vec![Value::Null])),
            flow,
        ]),
        _ => Value::from_members([
            ("Type", Value::from(container.name())),
            ("ItemProcessor", Value::Null),
            flow,
        ]),
    };
    let member = entry.member();
    let indent = super::text::indent_at(tree.text(), tree.span(member).start);
    let unit = style.unit();
    let scope_text = match container {
        StateType::Parallel => branch_text(&style, &fragment, entry.name(), &format!("{indent}{unit}{unit}")),
        _ => {
            let inner = format!("{indent}{unit}");
            let body = branch_text(&style, &fragment, entry.name(), &inner);
            // The configuration comes first in the body.
            let config = Value::from_members([("Mode", Value::from("INLINE"))]);
            let config = style.member("ProcessorConfig", &style.render(&config, &format!("{inner}{unit}")));
            let start = style.member("StartAt", "");
            let separator = style.between(&format!("{inner}{unit}"));
            body.replacen(&start, &format!("{config},{separator}{start}"), 1)
        }
    };
    let text = style.member(&name, &style.render(&state, indent).replacen("null", &scope_text, 1));
    let goals: Vec<(Incoming, Goal)> =
        incoming.into_iter().map(|incoming| (incoming, Goal::State(name.clone()))).collect();
    let mut replacements = redirect_all(scope, &style, &goals)?;
    replacements.push(Replacement { span: tree.span(member), text });
    let others: Vec<_> =
        selected.iter().map(|state| state.member()).filter(|other| *other != member).collect();
    if let Some(list) = scope.field("States") {
        replacements.extend(remove_children(tree, list, &others));
    }
    draft.apply(replacements);
    Ok(draft.finish())
}

/// The ways from outside, which must all lead to one state.
pub(super) fn entries(selected: &[State<'_>], entry: State<'_>) -> Result<Vec<Incoming>, EditError> {
    let mut incoming = Vec::new();
    for (way, target) in ways(entry.scope()) {
        let inside = |id: StateId| selected.iter().find(|state| state.id() == id);
        let Some(target) = inside(target) else { continue };
        if matches!(way, Incoming::Way(from, _) if inside(from).is_some()) {
            continue;
        }
        if target.id() != entry.id() {
            return Err(EditError::SeveralEntries(entry.shared_name(), target.shared_name()));
        }
        incoming.push(way);
    }
    Ok(incoming)
}

/// Where the states lead on to, which must be one place.
fn exit(selected: &[State<'_>]) -> Result<Goal, EditError> {
    let mut goal: Option<Goal> = None;
    for state in selected {
        for transition in state.transitions() {
            let out = match &transition.target {
                Target::State(target) if selected.iter().any(|state| state.id() == *target) => continue,
                Target::State(target) => match state.document().state(*target) {
                    Some(target) => Goal::State(target.name().to_owned()),
                    None => continue,
                },
                Target::Missing(name) => Goal::State(name.clone().into_owned()),
                Target::End if state.state_type() == Some(StateType::Fail) => continue,
                Target::End => Goal::End,
            };
            if transition.kind != TransitionKind::Next {
                return Err(EditError::LeadsOut(state.shared_name()));
            }
            match &goal {
                Some(known) if *known != out => {
                    let name = |goal: &Goal| match goal {
                        Goal::State(name) => name.as_str().into(),
                        Goal::End => "the end".into(),
                    };
                    return Err(EditError::SeveralExits(name(known), name(&out)));
                }
                _ => goal = Some(out),
            }
        }
    }
    Ok(goal.unwrap_or(Goal::End))
}
