//! The ways out of states that become a workflow of their own.
//!
//! An execution has one way out: its output. Where states lead on to several places, or by a rule or a
//! catcher, the nested workflow gets a state for each place, which says in the output where to go on and
//! wraps the data; a Choice state behind the Task reads that and takes the data out again. So the states
//! outside get the data that they got before, from catchers too, to the names of the errors.

use json::Value;

use super::draft::Draft;
use super::fragment::Fragment;
use super::links::{Goal, redirect};
use super::names::unique_name;
use super::{Edit, EditError, Place};
use crate::fields::MAX_NAME_LEN;
use crate::{Document, QueryLanguage, ScopeId, State, StateId, StateType, Target, TransitionKind};

/// The member of the nested workflow's output that says where to go on.
const EXIT: &str = "Exit";

/// The member of the nested workflow's output that holds the data for the state there.
const DATA: &str = "Data";

/// Where states lead on to, and how.
pub(super) struct Exits {
    /// Every place once; the one that a `Next` leads to comes first.
    goals: Vec<Goal>,
    /// Whether `Next` and `End` are all that leads out, which can be an `End` of the nested workflow.
    by_next_alone: bool,
}

impl Exits {
    pub fn of(selected: &[State<'_>]) -> Exits {
        let mut ways: Vec<(TransitionKind, Goal)> = selected
            .iter()
            .filter(|state| state.state_type() != Some(StateType::Fail))
            .flat_map(|state| state.transitions())
            .filter_map(|transition| {
                let goal = match &transition.target {
                    Target::State(target) if selected.iter().any(|state| state.id() == *target) => {
                        return None;
                    }
                    target => goal_of(selected, target)?,
                };
                Some((transition.kind, goal))
            })
            .collect();
        ways.sort_by_key(|(kind, goal)| match kind {
            TransitionKind::Next => usize::from(*goal == Goal::End),
            TransitionKind::Default | TransitionKind::Choice(_) => 2,
            TransitionKind::Catch(_) => 3,
        });
        let mut goals: Vec<Goal> = Vec::new();
        for (_, goal) in &ways {
            if !goals.contains(goal) {
                goals.push(goal.clone());
            }
        }
        Exits { goals, by_next_alone: ways.iter().all(|(kind, _)| *kind == TransitionKind::Next) }
    }

    pub fn count(&self) -> usize {
        self.goals.len()
    }

    /// Where to go on if there is one place at most.
    pub fn only(&self) -> Option<Goal> {
        match self.goals.as_slice() {
            [] => Some(Goal::End),
            [goal] => Some(goal.clone()),
            _ => None,
        }
    }

    /// Ends the fragment where its states lead out.
    pub fn close(&self, fragment: &mut Fragment, language: QueryLanguage) -> Result<(), EditError> {
        if self.by_next_alone && self.goals.len() < 2 {
            return fragment.lead_on_to(&Goal::End).map(drop);
        }
        let mut document = fragment.document().clone();
        if self.goals.contains(&Goal::End) {
            end_with_pass(&mut document)?;
        }
        let mut taken: Vec<String> = document.states().map(|state| state.name().to_owned()).collect();
        let mut names = Vec::new();
        for goal in &self.goals {
            let wanted = clipped(&match goal {
                Goal::State(name) => format!("Go on with {name}"),
                Goal::End => "End here".to_owned(),
            });
            let name = unique_name(&wanted, |name| taken.iter().any(|taken| taken == name));
            taken.push(name.clone());
            names.push(name);
        }
        let mut draft = Draft::new(&document);
        let mut replacements = Vec::new();
        for state in document.machine().into_iter().flat_map(|machine| machine.states()) {
            if state.state_type() == Some(StateType::Fail) {
                continue;
            }
            let ways = state.transitions().into_iter().filter_map(|transition| {
                let goal = goal_of(&[], &transition.target)?;
                let position = self.goals.iter().position(|other| *other == goal)?;
                Some((transition.kind, Goal::State(names.get(position)?.clone())))
            });
            replacements.extend(redirect(state, &draft.style, &ways.collect::<Vec<_>>())?);
        }
        draft.apply(replacements);
        let mut document = draft.document().clone();
        for (goal, name) in self.goals.iter().zip(names) {
            let state = self.exit_state(goal, language);
            let edit = Edit::InsertState { place: Place::Loose(ScopeId(0)), name: name.into(), state };
            let patch = document.plan(&edit)?;
            document.apply(&patch);
        }
        fragment.set_document(document);
        Ok(())
    }

    /// The state of the nested workflow that leads out to a place.
    fn exit_state(&self, goal: &Goal, language: QueryLanguage) -> Value {
        let mut members = vec![("Type", Value::from(StateType::Pass.name()))];
        if self.goals.len() > 1 {
            let label = Value::from(self.label(goal));
            members.push(match language {
                QueryLanguage::JsonPath => {
                    let data = (format!("{DATA}.$"), Value::from("$"));
                    ("Parameters", Value::from_members([(EXIT.to_owned(), label), data]))
                }
                QueryLanguage::Jsonata => {
                    let data = (DATA, Value::from("{% $states.input %}"));
                    ("Output", Value::from_members([(EXIT, label), data]))
                }
            });
        }
        Value::from_members(members)
    }

    /// The Choice state behind the Task, which goes on with what the nested workflow names. `end` is the
    /// state that a way to the end of the scope leads to.
    pub fn choice(&self, language: QueryLanguage, end: &str) -> Value {
        let target = |goal: &Goal| match goal {
            Goal::State(name) => Value::from(name.as_str()),
            Goal::End => Value::from(end),
        };
        let unwrapped = match language {
            QueryLanguage::JsonPath => ("OutputPath", Value::from(format!("$.{DATA}"))),
            QueryLanguage::Jsonata => ("Output", Value::from(format!("{{% $states.input.{DATA} %}}"))),
        };
        let rules = self.goals.iter().skip(1).map(|goal| {
            let name = self.label(goal);
            let next = ("Next", target(goal));
            Value::from_members(match language {
                QueryLanguage::JsonPath => vec![
                    ("Variable", Value::from(format!("$.{EXIT}"))),
                    ("StringEquals", Value::from(name)),
                    next,
                ],
                QueryLanguage::Jsonata => {
                    let name = super::quoted(&name);
                    let condition = format!("{{% $states.input.{EXIT} = {name} %}}");
                    // A rule that matches brings its own output.
                    vec![("Condition", Value::from(condition)), unwrapped.clone(), next]
                }
            })
        });
        let rules = Value::array(rules.collect());
        let default = self.goals.first().map_or(Value::from(end), target);
        let head =
            [("Type", Value::from(StateType::Choice.name())), ("Choices", rules), ("Default", default)];
        Value::from_members(head.into_iter().chain([unwrapped]))
    }

    /// How the nested workflow's output names a place.
    fn label(&self, goal: &Goal) -> String {
        let is_state =
            |name: &str| self.goals.iter().any(|goal| matches!(goal, Goal::State(other) if other == name));
        match goal {
            Goal::State(name) => name.clone(),
            Goal::End => unique_name("End", is_state),
        }
    }

    pub fn has_end(&self) -> bool {
        self.goals.contains(&Goal::End)
    }
}

/// The place outside that a way leads to; none if it is one of the states.
fn goal_of(selected: &[State<'_>], target: &Target<'_>) -> Option<Goal> {
    Some(match target {
        Target::End => Goal::End,
        Target::Missing(name) => Goal::State(name.clone().into_owned()),
        Target::State(target) => {
            let document = selected.first()?.document();
            Goal::State(document.state(*target)?.name().to_owned())
        }
    })
}

/// Makes the Succeed states of the outermost scope Pass states: an execution would end there without saying
/// where to go on.
fn end_with_pass(document: &mut Document) -> Result<(), EditError> {
    let succeeds: Vec<StateId> = document
        .machine()
        .into_iter()
        .flat_map(|machine| machine.states())
        .filter(|state| state.state_type() == Some(StateType::Succeed))
        .map(|state| state.id())
        .collect();
    for state in succeeds {
        let patch = document.plan(&Edit::ChangeType { state, to: StateType::Pass })?;
        document.apply(&patch);
    }
    Ok(())
}

/// A text cut to the length that a state's name may have.
pub(super) fn clipped(name: &str) -> String {
    let mut name = name.to_owned();
    while name.encode_utf16().count() > MAX_NAME_LEN {
        name.pop();
    }
    name.trim_end().to_owned()
}
