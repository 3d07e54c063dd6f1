use std::collections::BTreeSet;

use json::{NodeKind, Str, Value};

use super::draft::Draft;
use super::exits::{Exits, clipped};
use super::fragment::{Fragment, entry_of, in_one_scope};
use super::links::{Goal, Incoming, redirect_all};
use super::names::{check_name, unique_name};
use super::text::{indent_at, remove_children};
use super::wrap::entries;
use super::{Edit, EditError, Place};
use crate::{Document, Patch, QueryLanguage, Replacement, ScopeId, State, StateId, StateType};

/// The member that links an execution to the one that started it, in the console and in traces
/// (developer guide, "Start a new AWS Step Functions state machine from a running execution").
const STARTED_BY: &str = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID";

/// The member of the nested workflow's input that holds what the extracted states got.
const INPUT: &str = "Input";

/// The member of the nested workflow's input that holds the variables that the extracted states read.
const VARIABLES: &str = "Variables";

/// States as a workflow of their own, and what takes their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extraction {
    /// The definition of the nested workflow. Its first state takes the data out of its input, so that
    /// all others get what they got before.
    pub definition: String,
    /// Puts a Task in the place of the states, which starts the nested workflow and waits for it.
    pub patch: Patch,
    /// The name of the Task.
    pub task: Str,
    /// To how many places the states lead on. With several, a Choice state behind the Task goes on with the
    /// one that the nested workflow's output names.
    pub exits: usize,
    /// What differs from before, a sentence or two each.
    pub notes: Vec<String>,
}

impl Document {
    /// Plans to make states a workflow of their own, under a name. They must have one entry; they may lead on to
    /// several places, by catchers and rules too.
    ///
    /// # Errors
    ///
    /// The reason why it can't be done.
    pub fn plan_extraction(&self, states: &[StateId], name: &str) -> Result<Extraction, EditError> {
        check_name(name)?;
        let selected = in_one_scope(self, states)?;
        let scope = selected.first().ok_or(EditError::NothingSelected)?.scope();
        let entry = entry_of(scope, &selected).ok_or(EditError::NothingSelected)?;
        let incoming = entries(&selected, entry)?;
        let exits = Exits::of(&selected);
        let variables = passed_variables(self, &selected)?;
        let mut fragment = Fragment::of(self, states)?;
        exits.close(&mut fragment, scope.language())?;
        let definition = with_input(&fragment.to_text(self), scope.language(), &variables)?;
        let stand_in = StandIn::new(self, &selected, &exits, &variables, name);
        let patch = replace(self, &selected, entry, &incoming, &stand_in)?;
        Ok(Extraction {
            definition,
            patch: self.refuse_if_broken(patch)?,
            task: stand_in.task.into(),
            exits: exits.count(),
            notes: notes(self, &selected, &variables),
        })
    }
}

/// The states that take the place of those that are extracted.
struct StandIn {
    task: String,
    /// Names and states, the Task first.
    states: Vec<(String, Value)>,
}

impl StandIn {
    fn new(
        document: &Document,
        selected: &[State<'_>],
        exits: &Exits,
        variables: &BTreeSet<Str>,
        name: &str,
    ) -> StandIn {
        let language = selected.first().map_or_else(QueryLanguage::default, |state| state.scope().language());
        let is_taken = |candidate: &str| {
            document
                .state_named(candidate)
                .is_some_and(|state| selected.iter().all(|other| other.id() != state.id()))
        };
        let task = unique_name(name, is_taken);
        let with_flow = |state: Value, goal: &Goal| {
            let flow = match goal {
                Goal::State(next) => ("Next", Value::from(next.as_str())),
                Goal::End => ("End", Value::from(true)),
            };
            let members = state.as_object().into_iter().flat_map(json::Map::iter);
            let members = members.map(|(name, value)| (name.clone(), value.clone()));
            Value::from_members(members.chain([(flow.0.into(), flow.1)]))
        };
        let state = task_state(name, language, variables);
        if let Some(goal) = exits.only() {
            return StandIn { states: vec![(task.clone(), with_flow(state, &goal))], task };
        }
        let choice = unique_name(&clipped(&format!("After {task}")), |name| is_taken(name) || name == task);
        let mut states = vec![(task.clone(), with_flow(state, &Goal::State(choice.clone())))];
        let end = unique_name("Done", |name| is_taken(name) || name == task || name == choice);
        states.push((choice, exits.choice(language, &end)));
        if exits.has_end() {
            states.push((end, Value::from_members([("Type", Value::from(StateType::Succeed.name()))])));
        }
        StandIn { task, states }
    }
}

/// Whether a state is one of the selected ones or within one.
fn is_inside(selected: &[State<'_>], state: State<'_>) -> bool {
    std::iter::successors(Some(state), |state| state.scope().owner())
        .any(|state| selected.iter().any(|other| other.id() == state.id()))
}

/// A nested execution shares no variables with the one that starts it. Those that the states only read can be passed
/// in; these are the answer.
fn passed_variables(document: &Document, selected: &[State<'_>]) -> Result<BTreeSet<Str>, EditError> {
    let around: Vec<ScopeId> = std::iter::successors(selected.first().map(|state| state.scope()), |scope| {
        scope.owner().map(|owner| owner.scope())
    })
    .map(|scope| scope.id())
    .collect();
    let (mut set_inside, mut set_outside, mut seen) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for assignment in crate::variable_assignments(document) {
        let Some(state) = document.state(assignment.state) else { continue };
        if is_inside(selected, state) {
            set_inside.insert(assignment.name);
            continue;
        }
        if around.contains(&state.scope().id()) {
            seen.insert(assignment.name.clone());
        }
        set_outside.insert(assignment.name);
    }
    let mut passed = BTreeSet::new();
    for (name, variables) in crate::variable_references(document) {
        let Some(state) = document.state_named(&name) else { continue };
        let is_inside = is_inside(selected, state);
        let foreign = if is_inside { &set_outside } else { &set_inside };
        for variable in variables.into_iter().filter(|variable| foreign.contains(variable)) {
            if !is_inside || set_inside.contains(&variable) || !seen.contains(&variable) {
                return Err(EditError::SharesVariable(variable));
            }
            passed.insert(variable);
        }
    }
    Ok(passed)
}

/// The nested workflow's definition with a state in front that takes the data, and the variables, out of the input.
fn with_input(
    definition: &str,
    language: QueryLanguage,
    variables: &BTreeSet<Str>,
) -> Result<String, EditError> {
    let document = Document::parse(definition);
    let name = unique_name("Take the input", |name| document.state_named(name).is_some());
    let mut state = vec![("Type", Value::from(StateType::Pass.name()))];
    if !variables.is_empty() {
        let assign = variables.iter().map(|variable| match language {
            QueryLanguage::JsonPath => {
                (format!("{variable}.$"), Value::from(format!("$.{VARIABLES}.{variable}")))
            }
            QueryLanguage::Jsonata => {
                let value = format!("{{% $states.input.{VARIABLES}.{variable} %}}");
                (variable.to_string(), Value::from(value))
            }
        });
        state.push(("Assign", Value::from_members(assign)));
    }
    state.push(match language {
        QueryLanguage::JsonPath => ("OutputPath", Value::from(format!("$.{INPUT}"))),
        QueryLanguage::Jsonata => ("Output", Value::from(format!("{{% $states.input.{INPUT} %}}"))),
    });
    let state = Value::from_members(state);
    let edit = Edit::InsertState { place: Place::Start(ScopeId(0)), name: name.into(), state };
    Ok(document.plan(&edit)?.apply_to(definition).0)
}

/// The Task without its `Next` or `End`.
fn task_state(name: &str, language: QueryLanguage, variables: &BTreeSet<Str>) -> Value {
    let words = name.split(|character: char| !character.is_ascii_alphanumeric());
    let identifier: String = words
        .flat_map(|word| {
            let mut characters = word.chars();
            let first = characters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(characters)
        })
        .collect();
    let arn = Value::from(format!("${{{identifier}StateMachineArn}}"));
    let mut members = vec![
        ("Type", Value::from(StateType::Task.name())),
        ("Resource", Value::from("arn:aws:states:::states:startExecution.sync:2")),
    ];
    // A value that is worked out: its member and itself.
    let worked_out = |name: &str, path: &str, expression: &str| match language {
        QueryLanguage::JsonPath => (format!("{name}.$"), Value::from(path)),
        QueryLanguage::Jsonata => (name.to_owned(), Value::from(format!("{{% {expression} %}}"))),
    };
    let mut input = vec![worked_out(INPUT, "$", "$states.input")];
    if !variables.is_empty() {
        let values = variables.iter().map(|variable| {
            let read = format!("${variable}");
            worked_out(variable, &read, &read)
        });
        input.push((VARIABLES.to_owned(), Value::from_members(values)));
    }
    input.push(worked_out(STARTED_BY, "$$.Execution.Id", "$states.context.Execution.Id"));
    let parameters = Value::from_members([("StateMachineArn", arn), ("Input", Value::from_members(input))]);
    members.extend(match language {
        QueryLanguage::JsonPath => [("Parameters", parameters), ("OutputPath", Value::from("$.Output"))],
        QueryLanguage::Jsonata => {
            [("Arguments", parameters), ("Output", Value::from("{% $states.result.Output %}"))]
        }
    });
    Value::from_members(members)
}

fn replace(
    document: &Document,
    selected: &[State<'_>],
    entry: State<'_>,
    incoming: &[Incoming],
    stand_in: &StandIn,
) -> Result<Patch, EditError> {
    let mut draft = Draft::new(document);
    let tree = document.tree();
    let style = draft.style.clone();
    let member = entry.member();
    let indent = indent_at(tree.text(), tree.span(member).start);
    let texts = stand_in.states.iter().map(|(name, state)| style.member(name, &style.render(state, indent)));
    let text = texts.collect::<Vec<_>>().join(&format!(",{}", style.between(indent)));
    let name = &stand_in.task;
    let goals: Vec<(Incoming, Goal)> =
        incoming.iter().map(|incoming| (*incoming, Goal::State(name.clone()))).collect();
    let mut replacements = redirect_all(entry.scope(), &style, &goals)?;
    replacements.push(Replacement { span: tree.span(member), text });
    let others: Vec<_> =
        selected.iter().map(|state| state.member()).filter(|other| *other != member).collect();
    if let Some(list) = entry.scope().field("States") {
        replacements.extend(remove_children(tree, list, &others));
    }
    draft.apply(replacements);
    Ok(draft.finish())
}

/// What the states can tell from within an execution of their own.
fn notes(document: &Document, selected: &[State<'_>], variables: &BTreeSet<Str>) -> Vec<String> {
    let tree = document.tree();
    let sources: Vec<&str> =
        selected.iter().filter_map(|state| state.node()).map(|node| tree.source(node)).collect();
    let reads = |member: &str| {
        sources.iter().any(|source| {
            source.contains(&format!("$$.{member}")) || source.contains(&format!("$states.context.{member}"))
        })
    };
    let mut notes = vec![
        "An error in the nested workflow reaches this one as States.TaskFailed, with the nested execution as its cause."
            .to_owned(),
        "Only Standard workflows can wait for a nested one. Its role needs states:StartExecution, states:DescribeExecution and states:StopExecution, and the events of the rule StepFunctionsGetEventsForStepFunctionsExecutionRule.".to_owned(),
    ];
    if !variables.is_empty() {
        notes.push("The variables that the states read are passed in with the data, so each has to have a value by then.".to_owned());
    }
    if reads("Execution") || reads("StateMachine") {
        notes.push("The states read the context object: Execution and StateMachine are those of the nested workflow now, and Execution.Input has the data in its member Input.".to_owned());
    }
    let is_in_map =
        std::iter::successors(selected.first().and_then(|state| state.scope().owner()), |state| {
            state.scope().owner()
        })
        .any(|owner| owner.state_type() == Some(StateType::Map));
    if is_in_map && reads("Map") {
        notes.push("The states read Map.Item of the context object, which a nested execution doesn't have. Pass the item in the data.".to_owned());
    }
    let has_label = document.states().any(|state| {
        is_inside(selected, state)
            && state.field("Label").is_some_and(|node| tree.kind(node) == NodeKind::String)
    });
    if has_label {
        notes.push("The label of a distributed Map is part of the names of its child executions, which now belong to the nested workflow.".to_owned());
    }
    notes
}
