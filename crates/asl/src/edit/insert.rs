//! Putting states in places: new ones, pasted ones, moved ones and copies.

use json::{NodeKind, Str, Value};

use super::draft::{Draft, Mark};
use super::fragment::{Fragment, in_one_scope};
use super::links::{self, Goal, Incoming, redirect_all, ways};
use super::text::{self, Position, insert, insert_member};
use super::{EditError, Place, names, remove};
use crate::{Document, Patch, QueryLanguage, Replacement, Scope, StateId, StateType, TransitionKind};

pub(super) fn plan(document: &Document, place: Place, name: &Str, state: &Value) -> Result<Patch, EditError> {
    names::check_name(name)?;
    if document.state_named(name).is_some() {
        return Err(EditError::NameTaken(name.clone()));
    }
    if state.as_object().is_none() {
        return Err(EditError::NoStates);
    }
    let mut draft = Draft::new(document);
    let place = MarkedPlace::new(&mut draft, place)?;
    let language = place.language(&draft)?;
    let mut fragment = Fragment::from_value(document, language, name, state);
    fragment.make_names_unique(document)?;
    place.put(&mut draft, fragment)?;
    Ok(draft.finish())
}

pub(super) fn plan_paste(document: &Document, place: Place, text: &str) -> Result<Patch, EditError> {
    let mut fragment = Fragment::from_text(text, document)?;
    fragment.make_names_unique(document)?;
    let mut draft = Draft::new(document);
    let place = MarkedPlace::new(&mut draft, place)?;
    fragment.fit_language(place.language(&draft)?)?;
    place.put(&mut draft, fragment)?;
    Ok(draft.finish())
}

pub(super) fn plan_duplicate(document: &Document, states: &[StateId]) -> Result<Patch, EditError> {
    let selected = in_one_scope(document, states)?;
    let mut fragment = Fragment::of(document, states)?;
    fragment.make_names_unique(document)?;
    let leads_out = |state: &&crate::State<'_>| {
        state.state_type().is_none_or(StateType::has_next)
            && match links::goal_of(document, state.id(), TransitionKind::Next) {
                Some(Goal::State(name)) => selected.iter().all(|other| other.name() != name),
                _ => true,
            }
    };
    let mut exits = selected.iter().filter(leads_out);
    let scope = selected.first().ok_or(EditError::NothingSelected)?.scope().id();
    let place = match (exits.next(), exits.next()) {
        (Some(exit), None) => Place::On { from: exit.id(), way: TransitionKind::Next },
        _ => Place::Loose(scope),
    };
    let mut draft = Draft::new(document);
    MarkedPlace::new(&mut draft, place)?.put(&mut draft, fragment)?;
    Ok(draft.finish())
}

pub(super) fn plan_move(document: &Document, states: &[StateId], place: Place) -> Result<Patch, EditError> {
    let selected = in_one_scope(document, states)?;
    let is_moved = |id: StateId| selected.iter().any(|state| state.id() == id);
    let inner = match place {
        Place::On { from, .. } => {
            if is_moved(from) {
                return Err(EditError::PlaceIsMoved);
            }
            document.state(from).and_then(|state| state.scope().owner())
        }
        Place::Before(state) | Place::InPlaceOf(state) => {
            if is_moved(state) {
                return Err(EditError::PlaceIsMoved);
            }
            document.state(state).and_then(|state| state.scope().owner())
        }
        Place::NewBranch(state) => document.state(state),
        Place::Start(scope) | Place::Loose(scope) => document.scope(scope).and_then(|scope| scope.owner()),
    };
    let mut owners = std::iter::successors(inner, |owner| owner.scope().owner());
    if let Some(owner) = owners.find(|owner| is_moved(owner.id())) {
        return Err(EditError::IntoItself(owner.shared_name()));
    }
    // A rule or catcher that only leads to what is moved would be gone with it.
    if let Place::On {
        from,
        way: way @ (TransitionKind::Choice(_) | TransitionKind::Catch(_) | TransitionKind::Default),
    } = place
        && let Some(Goal::State(target)) = links::goal_of(document, from, way)
        && selected.iter().any(|state| state.name() == target)
        && remove::goal_behind(document, &selected, &target) == Goal::End
    {
        return Err(EditError::PlaceIsMoved);
    }
    let mut fragment = Fragment::of(document, states)?;
    let mut draft = Draft::new(document);
    let place = MarkedPlace::new(&mut draft, place)?;
    fragment.fit_language(place.language(&draft)?)?;
    remove::remove_from(&mut draft, states, true)?;
    place.put(&mut draft, fragment)?;
    Ok(draft.finish())
}

/// A place that stays known while the text changes.
struct MarkedPlace {
    place: Place,
    mark: Mark,
}

impl MarkedPlace {
    fn new(draft: &mut Draft, place: Place) -> Result<MarkedPlace, EditError> {
        let document = draft.document();
        let is_there = match place {
            Place::Start(scope) | Place::Loose(scope) => document.scope(scope).is_some(),
            Place::On { from: state, .. }
            | Place::Before(state)
            | Place::InPlaceOf(state)
            | Place::NewBranch(state) => document.state(state).is_some_and(|state| state.node().is_some()),
        };
        if !is_there {
            return Err(EditError::Gone);
        }
        let mark = match place {
            Place::Start(scope) | Place::Loose(scope) => draft.mark_scope(scope),
            Place::On { from: state, .. }
            | Place::Before(state)
            | Place::InPlaceOf(state)
            | Place::NewBranch(state) => draft.mark_state(state),
        };
        Ok(MarkedPlace { place, mark })
    }

    /// The language of the states that go there.
    fn language(&self, draft: &Draft) -> Result<QueryLanguage, EditError> {
        Ok(match self.place {
            Place::Start(_) | Place::Loose(_) => self.scope(draft)?.language(),
            _ => draft.state(self.mark).ok_or(EditError::Gone)?.scope().language(),
        })
    }

    fn scope<'d>(&self, draft: &'d Draft) -> Result<Scope<'d>, EditError> {
        let document = draft.document();
        match self.place {
            Place::Start(_) | Place::Loose(_) => draft.scope(self.mark).and_then(|id| document.scope(id)),
            _ => draft.state(self.mark).map(|state| state.scope()),
        }
        .ok_or(EditError::Gone)
    }

    /// Puts states there and connects them.
    fn put(&self, draft: &mut Draft, mut fragment: Fragment) -> Result<(), EditError> {
        let entry = fragment.entry();
        if let Place::NewBranch(_) = self.place {
            fragment.lead_on_to(&Goal::End)?;
            let replacement = self.new_branch(draft, &fragment, &entry)?;
            draft.apply(vec![replacement]);
            return Ok(());
        }
        let scope = self.scope(draft)?;
        if scope.field("States").is_none() {
            let empty = Value::from_members::<&str>([]);
            let insert =
                insert_member(draft.tree(), &draft.style, scope.node(), Position::Last, "States", &empty);
            draft.apply(vec![insert]);
        }
        let style = draft.style.clone();
        let scope = self.scope(draft)?;
        let tree = draft.tree();
        let place_state = draft.state(self.mark);
        let (incoming, goal, position) = match (self.place, place_state) {
            (Place::Start(_), _) => {
                let goal = scope.start_at().filter(|_| scope.states().next().is_some());
                let goal = goal.map_or(Goal::End, |name| Goal::State(name.into_owned()));
                (vec![Incoming::Start], goal, Position::First)
            }
            (Place::On { way, .. }, Some(from)) => {
                let goal = links::goal_of(draft.document(), from.id(), way).unwrap_or(Goal::End);
                (vec![Incoming::Way(from.id(), way)], goal, Position::After(from.member()))
            }
            (Place::Before(_) | Place::InPlaceOf(_), Some(state)) => {
                let incoming = ways(scope)
                    .into_iter()
                    .filter(|(_, target)| *target == state.id())
                    .map(|(way, _)| way)
                    .collect();
                let sibling = scope.states().take_while(|other| other.id() != state.id()).last();
                let position = sibling.map_or(Position::First, |sibling| Position::After(sibling.member()));
                (incoming, Goal::State(state.name().to_owned()), position)
            }
            // The first state of a scope is its start.
            (Place::Loose(_), _) if scope.states().next().is_none() => {
                (vec![Incoming::Start], Goal::End, Position::Last)
            }
            (Place::Loose(_), _) => (Vec::new(), Goal::End, Position::Last),
            _ => return Err(EditError::Gone),
        };
        let leads_on = fragment.lead_on_to(&goal)?;
        if let (Place::InPlaceOf(_), Some(state)) = (self.place, place_state)
            && !leads_on
            && let Goal::State(_) = links::main_way(state)
        {
            // What followed would be cut off.
            let last = fragment.states().last().ok_or(EditError::NoStates)?;
            let state_type = last.state_type().unwrap_or(StateType::Succeed);
            return Err(EditError::NoNext { state: last.shared_name(), state_type });
        }
        if !leads_on
            && let Goal::State(name) = &goal
            && let Some(target) = scope.state_named(name)
            && !ways(scope).iter().any(|(way, to)| *to == target.id() && !incoming.contains(way))
            && !matches!(self.place, Place::Before(_) | Place::InPlaceOf(_))
        {
            // What followed would be cut off.
            let last = fragment.states().last().ok_or(EditError::NoStates)?;
            let state_type = last.state_type().unwrap_or(StateType::Succeed);
            return Err(EditError::NoNext { state: last.shared_name(), state_type });
        }
        let goals: Vec<(Incoming, Goal)> =
            incoming.into_iter().map(|incoming| (incoming, Goal::State(entry.clone()))).collect();
        let mut replacements = redirect_all(scope, &style, &goals)?;
        let texts = fragment.member_texts();
        let texts: Vec<&text::Text<'_>> = texts.iter().map(|text| &**text).collect();
        let states = scope.field("States").filter(|states| tree.kind(*states) == NodeKind::Object);
        replacements.push(insert(tree, &style, states.ok_or(EditError::BrokenText)?, position, &texts));
        draft.apply(replacements);
        if let Place::InPlaceOf(_) = self.place {
            let replaced = draft.state(self.mark).ok_or(EditError::Gone)?.id();
            remove::remove_from(draft, &[replaced], true)?;
        }
        Ok(())
    }

    fn new_branch(&self, draft: &Draft, fragment: &Fragment, entry: &str) -> Result<Replacement, EditError> {
        let state = draft.state(self.mark).ok_or(EditError::Gone)?;
        let node = state.node().ok_or(EditError::BrokenText)?;
        if state.state_type() != Some(StateType::Parallel) {
            return Err(EditError::NoContainer(state.shared_name()));
        }
        let style = &draft.style;
        let tree = draft.tree();
        let branch = |style: &text::Style, indent: &str| branch_text(style, fragment, entry, indent);
        match state.field("Branches") {
            Some(list) if tree.kind(list) == NodeKind::Array => {
                Ok(insert(tree, style, list, Position::Last, &[&branch]))
            }
            Some(_) => Err(EditError::BrokenText),
            None => {
                let position = links::field_position(state, "Branches");
                let member = |style: &text::Style, indent: &str| {
                    let list = style.render(&Value::array(vec![Value::from(0)]), indent);
                    let inner = format!("{indent}{}", style.unit());
                    style.member("Branches", &list.replacen('0', &branch(style, &inner), 1))
                };
                Ok(insert(tree, style, node, position, &[&member]))
            }
        }
    }
}

/// The text of a scope that holds a fragment, for an indentation.
pub(super) fn branch_text(style: &text::Style, fragment: &Fragment, entry: &str, indent: &str) -> String {
    let scope = Value::from_members([
        ("StartAt", Value::from(entry)),
        ("States", Value::from_members([("", Value::Null)])),
    ]);
    let level = format!("{indent}{}{}", style.unit(), style.unit());
    let texts = fragment.member_texts();
    let members: Vec<String> = texts.iter().map(|text| text(style, &level)).collect();
    let separator = style.between(&level);
    style.render(&scope, indent).replacen(
        &style.member("", "null"),
        &members.join(&format!(",{separator}")),
        1,
    )
}
