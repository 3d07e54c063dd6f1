//! States on their way from one place to another.

use std::collections::HashSet;

use json::{NodeId, NodeKind, Value};

use super::EditError;
use super::draft::Draft;
use super::links::{Goal, Incoming, redirect, ways};
use super::names::unique_name;
use super::rename;
use super::text::{Style, Text, reindented, remove_children};
use crate::fields::FieldLanguage;
use crate::typed::Typed;
use crate::{Document, QueryLanguage, Scope, State, StateId, StateType, Target, TransitionKind};

/// States that belong together, as a definition of their own.
pub(super) struct Fragment {
    document: Document,
    /// Whether the text was laid out by the document that it goes into.
    is_native: bool,
}

impl Fragment {
    /// A copy of states of one scope.
    pub fn of(document: &Document, states: &[StateId]) -> Result<Fragment, EditError> {
        let selected = in_one_scope(document, states)?;
        let scope = selected.first().ok_or(EditError::NothingSelected)?.scope();
        let entry = entry_of(scope, &selected).ok_or(EditError::NothingSelected)?;
        let style = Style::of(document.tree());
        let tree = document.tree();
        let members = selected.iter().map(|state| (state.name(), state.node()));
        let text = fragment_text(&style, scope.language(), entry.name(), members, |node, indent| {
            reindented(tree, node, indent, &style)
        });
        Ok(Fragment { document: Document::parse(&text), is_native: true })
    }

    /// A single state that isn't in any text yet, laid out as the document is.
    pub fn from_value(document: &Document, language: QueryLanguage, name: &str, state: &Value) -> Fragment {
        let style = Style::of(document.tree());
        let scope = Value::from_members([
            ("QueryLanguage", Value::from(language.name())),
            ("StartAt", Value::from(name)),
            ("States", Value::from_members([(name, state.clone())])),
        ]);
        Fragment { document: Document::parse(&style.render(&scope, "")), is_native: true }
    }

    /// The states of a text: a definition, an object of states, or a single state.
    pub fn from_text(text: &str, into: &Document) -> Result<Fragment, EditError> {
        let document = Document::parse(text);
        let tree = document.tree();
        if !tree.problems().is_empty()
            && let Some(mended) = tree.mended()
            && json::parse(&mended).is_ok()
        {
            return Fragment::from_text(&mended, into);
        }
        let document = match document.machine() {
            Some(machine) if tree.problems().is_empty() => {
                let root = machine.node();
                let is_object = |node: NodeId| tree.kind(node) == NodeKind::Object;
                let is_state = |node: NodeId| is_object(node) && tree.get(node, "Type").is_some();
                if tree.get(root, "States").is_some_and(is_object) {
                    document
                } else if is_state(root) {
                    let state_type = tree.get(root, "Type").and_then(|name| tree.as_str(name));
                    let name = state_type.filter(|name| !name.is_empty()).unwrap_or("State".into());
                    Document::parse(&format!("{{\"States\": {{{}: {text}}}}}", super::quoted(&name)))
                } else if tree.members(root).next().is_some()
                    && tree.members(root).all(|member| member.value.is_some_and(is_state))
                {
                    Document::parse(&format!("{{\"States\": {text}}}"))
                } else {
                    return Err(EditError::NoStates);
                }
            }
            // The members of an object of states, as they are copied by hand.
            _ => {
                let braced = Document::parse(&format!("{{{}}}", text.trim().trim_end_matches(',')));
                if !braced.tree().problems().is_empty() {
                    return Err(EditError::NoStates);
                }
                return Fragment::from_text(braced.text(), into);
            }
        };
        if document.machine().is_none_or(|machine| machine.states().next().is_none()) {
            return Err(EditError::NoStates);
        }
        Ok(Fragment { is_native: Style::of(document.tree()).is_like(&Style::of(into.tree())), document })
    }

    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Goes on with another version of the states.
    pub fn set_document(&mut self, document: Document) {
        self.document = document;
    }

    pub fn to_text(&self, document: &Document) -> String {
        let newline = document.text().ends_with('\n');
        format!("{}{}", self.document.text(), if newline { "\n" } else { "" })
    }

    /// The states themselves, without those inside of them.
    pub fn states(&self) -> impl Iterator<Item = State<'_>> {
        self.document.machine().into_iter().flat_map(|machine| machine.states())
    }

    /// The name of the state that ways into the fragment lead to.
    pub fn entry(&self) -> String {
        let start = self.document.machine().and_then(|machine| machine.start());
        start.or_else(|| self.states().next()).map_or(String::new(), |state| state.name().to_owned())
    }

    /// Gives the states names that the document doesn't have.
    pub fn make_names_unique(&mut self, document: &Document) -> Result<(), EditError> {
        for id in (0..self.document.state_count() as u32).map(StateId) {
            let Some(name) = self.document.state(id).map(|state| state.shared_name()) else { continue };
            if document.state_named(&name).is_none() {
                continue;
            }
            let unique = unique_name(&name, |candidate| {
                document.state_named(candidate).is_some() || self.document.state_named(candidate).is_some()
            });
            let patch = rename::plan(&self.document, id, &unique.into())?;
            self.document.apply(&patch);
        }
        self.drop_labels(document);
        Ok(())
    }

    /// Labels of Map states are unique, and a copy works without one.
    fn drop_labels(&mut self, document: &Document) {
        let label = |state: State<'_>| state.string("Label").map(|label| label.into_owned());
        let taken: HashSet<String> = document.states().filter_map(label).collect();
        let tree = self.document.tree();
        let members = self
            .document
            .states()
            .filter(|state| label(*state).is_some_and(|label| taken.contains(&label)))
            .filter_map(|state| Some((state.node()?, tree.parent(state.field("Label")?)?)));
        let replacements =
            members.flat_map(|(object, member)| remove_children(tree, object, &[member])).collect();
        let mut draft = Draft::new(&self.document);
        draft.apply(replacements);
        self.document = draft.document().clone();
    }

    /// Makes the states mean the same in a scope of another language.
    pub fn fit_language(&mut self, language: QueryLanguage) -> Result<(), EditError> {
        let own = self.document.machine().map_or(language, |machine| machine.language());
        if own == language {
            return Ok(());
        }
        if language == QueryLanguage::Jsonata {
            let typed = Typed::new(&self.document);
            let json_path = FieldLanguage::Only(QueryLanguage::JsonPath);
            let uses_json_path = typed.members.iter().any(|member| {
                let object = typed.objects.get(member.object);
                object.is_some_and(|object| object.language == QueryLanguage::JsonPath)
                    && member.field.is_some_and(|field| field.language == json_path)
            });
            return if uses_json_path { Err(EditError::OtherLanguage(own)) } else { Ok(()) };
        }
        let mut draft = Draft::new(&self.document);
        for id in (0..self.document.state_count() as u32).map(StateId) {
            let Some(state) =
                draft.document().state(id).filter(|state| state.field("QueryLanguage").is_none())
            else {
                continue;
            };
            let (Some(node), position) = (state.node(), super::links::field_position(state, "QueryLanguage"))
            else {
                continue;
            };
            let value = Value::from(own.name());
            let insert = super::text::insert_member(
                draft.tree(),
                &draft.style,
                node,
                position,
                "QueryLanguage",
                &value,
            );
            draft.apply(vec![insert]);
        }
        self.document = draft.document().clone();
        Ok(())
    }

    /// Leads all ways out of the fragment to a goal; answers whether there are any.
    pub fn lead_on_to(&mut self, goal: &Goal) -> Result<bool, EditError> {
        let mut draft = Draft::new(&self.document);
        let mut any = false;
        let mut replacements = Vec::new();
        for state in self.states() {
            let ends = |target: &Target<'_>| !matches!(target, Target::State(_));
            let mut goals: Vec<(TransitionKind, Goal)> = state
                .transitions()
                .iter()
                .filter(|transition| transition.node.is_some() && ends(&transition.target))
                .map(|transition| (transition.kind, goal.clone()))
                .collect();
            let has_next = state.state_type().is_none_or(|state_type| state_type.has_next());
            let way = |kind| state.transitions().iter().any(|transition| transition.kind == kind);
            if has_next && !way(TransitionKind::Next) {
                goals.push((TransitionKind::Next, goal.clone()));
            }
            if state.state_type() == Some(StateType::Choice) {
                let rules =
                    state.field("Choices").map_or(0, |rules| self.document.tree().items(rules).count());
                let unled = (0..rules).map(TransitionKind::Choice).filter(|rule| !way(*rule));
                goals.extend(unled.map(|rule| (rule, goal.clone())));
                let has_default = way(TransitionKind::Default);
                if *goal == Goal::End && rules == 0 && !has_default {
                    return Err(EditError::NeedsTarget(StateType::Choice));
                }
                // A single Choice that is put on a way goes on along it if no rule matches.
                if *goal != Goal::End && !has_default && goals.is_empty() && self.states().count() == 1 {
                    goals.push((TransitionKind::Default, goal.clone()));
                }
            }
            any |= !goals.is_empty();
            replacements.extend(redirect(state, &draft.style, &goals)?);
        }
        draft.apply(replacements);
        self.document = draft.document().clone();
        Ok(any)
    }

    /// The members `"name": state` for an object of states of this indentation.
    pub fn member_texts(&self) -> Vec<Box<Text<'_>>> {
        let tree = self.document.tree();
        self.states()
            .filter_map(|state| Some((state.name(), state.node()?)))
            .map(|(name, node)| {
                let text = move |style: &Style, indent: &str| {
                    let value = if self.is_native && !style.is_inline() {
                        reindented(tree, node, indent, style)
                    } else {
                        style.render(&tree.value(node), indent)
                    };
                    style.member(name, &value)
                };
                Box::new(text) as Box<Text<'_>>
            })
            .collect()
    }
}

/// The text of a scope that holds the given states.
fn fragment_text<'a>(
    style: &Style,
    language: QueryLanguage,
    start: &str,
    members: impl Iterator<Item = (&'a str, Option<NodeId>)>,
    text_of: impl Fn(NodeId, &str) -> String,
) -> String {
    let mut scope = vec![("StartAt", Value::from(start)), ("States", Value::from_members::<&str>([]))];
    if language == QueryLanguage::Jsonata {
        scope.insert(0, ("QueryLanguage", Value::from(language.name())));
    }
    let empty = Document::parse(&style.render(&Value::from_members(scope), ""));
    let tree = empty.tree();
    let Some(states) = empty.machine().and_then(|machine| machine.field("States")) else {
        return String::new();
    };
    let texts: Vec<Box<Text<'_>>> = members
        .filter_map(|(name, node)| Some((name, node?)))
        .map(|(name, node)| {
            let text_of = &text_of;
            Box::new(move |style: &Style, indent: &str| style.member(name, &text_of(node, indent)))
                as Box<Text<'_>>
        })
        .collect();
    let texts: Vec<&Text<'_>> = texts.iter().map(|text| &**text).collect();
    let insert = super::text::insert(tree, style, states, super::text::Position::Last, &texts);
    crate::Patch::new(vec![insert]).apply_to(empty.text()).0
}

/// The states in the order of the text, if they are all of one scope.
pub(super) fn in_one_scope<'d>(
    document: &'d Document,
    states: &[StateId],
) -> Result<Vec<State<'d>>, EditError> {
    let mut ids: Vec<StateId> = states.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let selected: Option<Vec<State<'d>>> = ids.into_iter().map(|id| document.state(id)).collect();
    let selected = selected.ok_or(EditError::Gone)?;
    let first = selected.first().ok_or(EditError::NothingSelected)?;
    if selected.iter().any(|state| state.scope().id() != first.scope().id()) {
        return Err(EditError::SeveralScopes);
    }
    if selected.iter().any(|state| state.node().is_none()) {
        return Err(EditError::BrokenText);
    }
    Ok(selected)
}

/// The selected state that the scope starts with or that a way from outside leads to, or else the first.
pub(super) fn entry_of<'d>(scope: Scope<'d>, selected: &[State<'d>]) -> Option<State<'d>> {
    let is_selected = |id: StateId| selected.iter().any(|state| state.id() == id);
    let from_outside = ways(scope).into_iter().find(|(incoming, to)| {
        is_selected(*to)
            && match incoming {
                Incoming::Start => true,
                Incoming::Way(from, _) => !is_selected(*from),
            }
    });
    let entry = from_outside.and_then(|(_, to)| selected.iter().find(|state| state.id() == to));
    entry.or(selected.first()).copied()
}
