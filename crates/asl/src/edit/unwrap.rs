use super::EditError;
use super::draft::Draft;
use super::fragment::Fragment;
use super::links::{Goal, Incoming, goal_of, redirect_all, ways};
use crate::{Document, Patch, Replacement, Role, StateId, StateType, TransitionKind};

pub(super) fn plan(document: &Document, state: StateId, branch: usize) -> Result<Patch, EditError> {
    let container = document.state(state).ok_or(EditError::Gone)?;
    let scope = container
        .scopes()
        .find(|scope| matches!(scope.role(), Role::ItemProcessor) || scope.role() == Role::Branch(branch))
        .ok_or_else(|| EditError::NoContainer(container.shared_name()))?;
    let inner: Vec<StateId> = scope.states().map(|state| state.id()).collect();
    let goal = goal_of(document, container.id(), TransitionKind::Next).unwrap_or(Goal::End);
    let succeeds = scope.states().find(|state| state.state_type() == Some(StateType::Succeed));
    if let (Some(state), Goal::State(_)) = (succeeds, &goal) {
        return Err(EditError::EndsTooMuch(state.shared_name()));
    }
    let mut fragment = Fragment::of(document, &inner)?;
    // A container that leads to itself becomes states that lead back to the first of them.
    let goal = match goal {
        Goal::State(name) if name == container.name() => Goal::State(fragment.entry()),
        goal => goal,
    };
    let leads_on = fragment.lead_on_to(&goal)?;
    let outer = container.scope();
    if !leads_on
        && let Goal::State(name) = &goal
        && let Some(target) = outer.state_named(name)
        && !ways(outer).iter().any(|(way, to)| {
            *to == target.id() && !matches!(way, Incoming::Way(from, _) if *from == container.id())
        })
    {
        let last = fragment.states().last().ok_or(EditError::NoStates)?;
        let state_type = last.state_type().unwrap_or(StateType::Fail);
        return Err(EditError::NoNext { state: last.shared_name(), state_type });
    }
    let mut draft = Draft::new(document);
    let tree = document.tree();
    let entry = fragment.entry();
    // The container's own ways go with it.
    let goals: Vec<(Incoming, Goal)> = ways(outer)
        .into_iter()
        .filter(|(way, target)| {
            *target == container.id() && !matches!(way, Incoming::Way(from, _) if *from == container.id())
        })
        .map(|(way, _)| (way, Goal::State(entry.clone())))
        .collect();
    let mut replacements = redirect_all(outer, &draft.style, &goals)?;
    let indent = super::text::indent_at(tree.text(), tree.span(container.member()).start);
    let texts: Vec<String> = fragment.member_texts().iter().map(|text| text(&draft.style, indent)).collect();
    let separator = draft.style.between(indent);
    replacements.push(Replacement {
        span: tree.span(container.member()),
        text: texts.join(&format!(",{separator}")),
    });
    draft.apply(replacements);
    Ok(draft.finish())
}
