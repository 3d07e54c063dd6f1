//! Putting things from the palette into a workflow.

use asl::edit::{Edit, EditError, Place, unique_name};
use asl::{Document, Patch, QueryLanguage, ScopeId, StateType};
use json::{Str, Value};

use crate::blocks::Block;
use crate::integration::{Integration, Pattern};
use crate::shapes::Shapes;
use crate::template::{choice_with_end, flow_state, sdk_template, template};

/// Something that can be put into a workflow, for both query languages.
#[derive(Clone, Debug, PartialEq)]
pub struct Insertable {
    pub title: String,
    /// The name of an icon.
    pub icon: String,
    json_path: Content,
    jsonata: Content,
}

#[derive(Clone, Debug, PartialEq)]
enum Content {
    State(Value),
    /// A Choice needs something to lead to.
    Choice(Value),
    Definition(String),
}

/// A planned insertion.
#[derive(Clone, Debug, PartialEq)]
pub struct Insertion {
    pub patch: Patch,
    /// The name of the first state that is inserted.
    pub name: Str,
}

impl Insertable {
    /// A state of a type.
    pub fn flow(state_type: StateType) -> Insertable {
        Insertable::of(state_type.name(), type_icon(state_type), |language| {
            let state = flow_state(state_type, language);
            if state_type == StateType::Choice { Content::Choice(state) } else { Content::State(state) }
        })
    }

    /// A call of an optimized integration.
    pub fn integration(integration: &Integration, pattern: Pattern) -> Insertable {
        Insertable::of(integration.title, crate::icon(integration.service), |language| {
            Content::State(template(integration, pattern, language))
        })
    }

    /// A call of any action of any service. With shapes it has the parameters that are required.
    pub fn action(service: &str, action: &str, shapes: Option<&Shapes>) -> Insertable {
        Insertable::of(&crate::api_name(action), crate::icon(service), |language| {
            Content::State(sdk_template(service, action, shapes, language))
        })
    }

    pub fn block(block: &Block) -> Insertable {
        Insertable::of(&block.title, &block.icon, |language| Content::Definition(block.definition(language)))
    }

    /// States that somebody has saved, as [`Document::copy`] gives them.
    pub fn saved(title: &str, text: &str) -> Insertable {
        Insertable::of(title, "stack", |_| Content::Definition(text.to_owned()))
    }

    fn of(title: &str, icon: &str, content: impl Fn(QueryLanguage) -> Content) -> Insertable {
        Insertable {
            title: title.to_owned(),
            icon: icon.to_owned(),
            json_path: content(QueryLanguage::JsonPath),
            jsonata: content(QueryLanguage::Jsonata),
        }
    }

    /// Whether there is no place that it can't go to, as long as the text is not broken.
    pub fn goes_anywhere(&self) -> bool {
        let leads_on = |content: &Content| match content {
            Content::State(state) => {
                let state_type = state.get("Type").and_then(Value::as_str).and_then(StateType::from_name);
                state_type.is_some_and(StateType::has_next)
            }
            Content::Choice(_) | Content::Definition(_) => false,
        };
        leads_on(&self.json_path) && leads_on(&self.jsonata)
    }

    /// What it comes to at a place. An empty text becomes a workflow that starts with it.
    ///
    /// # Errors
    ///
    /// The reason why it can't go there.
    pub fn plan(&self, document: &Document, place: Place) -> Result<Insertion, EditError> {
        if document.text().trim().is_empty() {
            let empty = Document::parse(NEW_WORKFLOW);
            let Insertion { patch, name } = self.plan(&empty, Place::Start(ScopeId(0)))?;
            let patch = Patch::between(document.text(), &patch.apply_to(NEW_WORKFLOW).0);
            return Ok(Insertion { patch, name });
        }
        let language = language_at(document, place).ok_or(EditError::Gone)?;
        let content = match language {
            QueryLanguage::JsonPath => &self.json_path,
            QueryLanguage::Jsonata => &self.jsonata,
        };
        let (state, text) = match content {
            Content::State(state) => (Some(state), None),
            Content::Choice(state) => (Some(state), Some(choice_with_end(language))),
            Content::Definition(text) => (None, Some(text.clone())),
        };
        let patch = match state {
            Some(state) => {
                let name = unique_name(&self.title, |name| document.state_named(name).is_some());
                let edit = Edit::InsertState { place, name: name.as_str().into(), state: state.clone() };
                let planned = document.plan(&edit);
                match text {
                    Some(text) if planned.is_err() || leaves_open(document, &planned) => {
                        document.plan(&Edit::Paste { place, text })?
                    }
                    _ => planned?,
                }
            }
            None => document.plan(&Edit::Paste { place, text: text.unwrap_or_default() })?,
        };
        let after = Document::parse(&patch.apply_to(document.text()).0);
        let mut new = after.states().filter(|state| document.state_named(state.name()).is_none());
        let name = new.next().map_or(Str::from(""), |state| state.shared_name());
        Ok(Insertion { patch, name })
    }
}

/// What a workflow starts as whose first state is put on an empty canvas.
const NEW_WORKFLOW: &str =
    "{\n  \"QueryLanguage\": \"JSONata\",\n  \"StartAt\": \"\",\n  \"States\": {}\n}\n";

/// Whether a way leads to a name that nothing has: a Choice that nothing follows.
fn leaves_open(document: &Document, planned: &Result<Patch, EditError>) -> bool {
    let Ok(patch) = planned else { return false };
    let missing = |document: &Document| {
        let transitions = document.states().flat_map(|state| state.transitions());
        transitions.filter(|transition| matches!(transition.target, asl::Target::Missing(_))).count()
    };
    missing(&Document::parse(&patch.apply_to(document.text()).0)) > missing(document)
}

/// The query language of states at a place.
fn language_at(document: &Document, place: Place) -> Option<QueryLanguage> {
    match place {
        Place::Start(scope) | Place::Loose(scope) => Some(document.scope(scope)?.language()),
        Place::On { from: state, .. } | Place::Before(state) | Place::InPlaceOf(state) => {
            Some(document.state(state)?.scope().language())
        }
        Place::NewBranch(state) => {
            let state = document.state(state)?;
            Some(state.scopes().next().map_or(state.scope().language(), |branch| branch.language()))
        }
    }
}

fn type_icon(state_type: StateType) -> &'static str {
    match state_type {
        StateType::Pass => "pass",
        StateType::Task => "task",
        StateType::Choice => "choice",
        StateType::Wait => "wait",
        StateType::Succeed => "succeed",
        StateType::Fail => "fail",
        StateType::Parallel => "parallel",
        StateType::Map => "map",
    }
}

#[cfg(test)]
mod tests {
    use asl::edit::Place;
    use asl::{Document, ScopeId, StateType, TransitionKind};

    use super::Insertable;

    const CHAIN: &str = r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
      "A": {"Type": "Pass", "Next": "Pass"}, "Pass": {"Type": "Pass", "End": true}}}"#;

    fn inserted(text: &str, thing: &Insertable, place: Place) -> (Document, String) {
        let document = Document::parse(text);
        let insertion = thing.plan(&document, place).unwrap();
        (Document::parse(&insertion.patch.apply_to(text).0), insertion.name.to_string())
    }

    #[test]
    fn every_state_makes_a_workflow_of_nothing() {
        for state_type in StateType::ALL {
            let thing = Insertable::flow(state_type);
            for text in ["", " \n", "{}", r#"{"StartAt": "", "States": {}}"#] {
                let (document, name) = inserted(text, &thing, Place::Start(ScopeId(0)));
                assert_eq!(document.problems(), [], "{}", document.text());
                assert_eq!(document.machine().unwrap().start().unwrap().name(), name);
            }
        }
    }

    #[test]
    fn what_ends_does_not_go_anywhere() {
        let anywhere = StateType::ALL.into_iter().filter(|kind| Insertable::flow(*kind).goes_anywhere());
        let anywhere: Vec<&str> = anywhere.map(StateType::name).collect();
        assert_eq!(anywhere, ["Pass", "Task", "Wait", "Parallel", "Map"]);
        assert!(!Insertable::saved("x", "{}").goes_anywhere());
    }

    #[test]
    fn names_become_unique_and_are_told() {
        let document = Document::parse(CHAIN);
        let at = |name: &str| Place::On {
            from: document.state_named(name).unwrap().id(),
            way: TransitionKind::Next,
        };
        let (after, name) = inserted(CHAIN, &Insertable::flow(StateType::Pass), at("A"));
        assert_eq!(name, "Pass 2");
        assert_eq!(after.problems(), [], "{}", after.text());
        let (after, name) = inserted(CHAIN, &Insertable::flow(StateType::Parallel), at("Pass"));
        assert_eq!(name, "Parallel");
        assert_eq!(after.problems(), [], "{}", after.text());
    }

    #[test]
    fn a_choice_always_leads_somewhere() {
        let document = Document::parse(CHAIN);
        let choice = Insertable::flow(StateType::Choice);
        let end = document.state_named("Pass").unwrap().id();
        let scope = ScopeId(0);
        let places = [
            Place::On { from: end, way: TransitionKind::Next },
            Place::Before(end),
            Place::InPlaceOf(end),
            Place::Start(scope),
            Place::Loose(scope),
        ];
        for place in places {
            let (after, name) = inserted(CHAIN, &choice, place);
            assert_eq!(name, "Choice", "{place:?}");
            let problems: Vec<_> = after.problems().into_iter().map(|problem| problem.code).collect();
            let is_loose = matches!(place, Place::Loose(_));
            assert!(
                problems.iter().all(|code| is_loose && *code == "unreachable-state"),
                "{place:?}: {problems:?}"
            );
        }
    }
}
