use std::collections::BTreeSet;

use json::{NodeKind, Str, Value};

use super::draft::Draft;
use super::exits::{Exits, clipped};
use super::fragment::{Fragment, entry_of, in_one_scope};
use super::links::{Goal, Incoming, redirect_all, ways};
use super::names::{check_name, unique_name};
use super::text::{indent_at, remove_children};
use super::{Edit, EditError, ObjectRef, Place};
use crate::{Document, Patch, QueryLanguage, Replacement, ScopeId, State, StateId, StateType};

/// The member that links an execution to the one that started it, in the console and in traces
/// (developer guide, "Start a new AWS Step Functions state machine from a running execution").
const STARTED_BY: &str = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID";

/// The member of the nested workflow's input that holds what the extracted states got.
const INPUT: &str = "Input";

/// The member of the nested workflow's input that holds the variables that the extracted states read.
const VARIABLES: &str = "Variables";

/// The member of the nested workflow's input that names the state to start with, where there are several.
const ENTRY: &str = "Entry";

/// States as a workflow of their own, and what takes their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extraction {
    /// The definition of the nested workflow. Its first state takes the data out of its input, so that
    /// all others get what they got before.
    pub definition: String,
    /// Puts a Task in the place of the states, which starts the nested workflow and waits for it; one for each state
    /// that ways from outside lead to.
    pub patch: Patch,
    /// The name of the Task, or of the first one.
    pub task: Str,
    /// How many states ways from outside lead to. With several, each Task says which one the nested workflow starts
    /// with.
    pub entries: usize,
    /// To how many places the states lead on. With several, a Choice state behind the Task goes on with the
    /// one that the nested workflow's output names.
    pub exits: usize,
    /// What differs from before, a sentence or two each.
    pub notes: Vec<String>,
}

impl Document {
    /// Plans to make states a workflow of their own, under a name. They may have several entries, and may lead
    /// on to several places, by catchers and rules too.
    ///
    /// # Errors
    ///
    /// The reason why it can't be done.
    pub fn plan_extraction(&self, states: &[StateId], name: &str) -> Result<Extraction, EditError> {
        check_name(name)?;
        let selected = in_one_scope(self, states)?;
        let scope = selected.first().ok_or(EditError::NothingSelected)?.scope();
        let entry = entry_of(scope, &selected).ok_or(EditError::NothingSelected)?;
        let entries = entries(&selected, entry);
        let exits = Exits::of(&selected);
        let variables = passed_variables(self, &selected)?;
        let mut fragment = Fragment::of(self, states)?;
        exits.close(&mut fragment, scope.language())?;
        let names: Vec<&str> = entries.iter().map(|entry| entry.state.name()).collect();
        let definition = with_input(&fragment.to_text(self), scope.language(), &variables, &names)?;
        let stand_in = StandIn::new(self, &selected, &names, &exits, &variables, name);
        let patch = replace(self, &selected, &entries, &stand_in)?;
        Ok(Extraction {
            definition,
            patch: self.refuse_if_broken(patch)?,
            task: stand_in.tasks.first().map(|(task, _)| task.as_str().into()).unwrap_or_default(),
            entries: entries.len(),
            exits: exits.count(),
            notes: notes(self, &selected, &variables),
        })
    }
}

/// One of the states that are extracted, and the ways from outside that lead to it.
struct Entry<'d> {
    state: State<'d>,
    incoming: Vec<Incoming>,
}

/// The entries of states, that which is theirs first. It is there even if no way leads to it.
fn entries<'d>(selected: &[State<'d>], first: State<'d>) -> Vec<Entry<'d>> {
    let mut entries = vec![Entry { state: first, incoming: Vec::new() }];
    for (way, target) in ways(first.scope()) {
        let inside = |id: StateId| selected.iter().find(|state| state.id() == id);
        let Some(target) = inside(target) else { continue };
        if matches!(way, Incoming::Way(from, _) if inside(from).is_some()) {
            continue;
        }
        match entries.iter_mut().find(|entry| entry.state.id() == target.id()) {
            Some(entry) => entry.incoming.push(way),
            None => entries.push(Entry { state: *target, incoming: vec![way] }),
        }
    }
    entries
}

/// The states that take the place of those that are extracted.
struct StandIn {
    /// Names and states, one for each entry.
    tasks: Vec<(String, Value)>,
    /// What follows the Tasks.
    others: Vec<(String, Value)>,
}

impl StandIn {
    fn new(
        document: &Document,
        selected: &[State<'_>],
        entries: &[&str],
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
        let mut names: Vec<String> = Vec::new();
        for (position, entry) in entries.iter().enumerate() {
            let wanted =
                if position == 0 { name.to_owned() } else { clipped(&format!("{name} from {entry}")) };
            let is_taken = |name: &str| is_taken(name) || names.iter().any(|other| other == name);
            names.push(unique_name(&wanted, is_taken));
        }
        let is_taken = |name: &str| is_taken(name) || names.iter().any(|other| other == name);
        let with_flow = |state: Value, goal: &Goal| {
            let flow = match goal {
                Goal::State(next) => ("Next", Value::from(next.as_str())),
                Goal::End => ("End", Value::from(true)),
            };
            let members = state.as_object().into_iter().flat_map(json::Map::iter);
            let members = members.map(|(name, value)| (name.clone(), value.clone()));
            Value::from_members(members.chain([(flow.0.into(), flow.1)]))
        };
        let tasks = |goal: &Goal| {
            let task = |(name_of_task, entry): (&String, &&str)| {
                let entry = (entries.len() > 1).then_some(*entry);
                (name_of_task.clone(), with_flow(task_state(name, language, variables, entry), goal))
            };
            names.iter().zip(entries).map(task).collect()
        };
        if let Some(goal) = exits.only() {
            return StandIn { tasks: tasks(&goal), others: Vec::new() };
        }
        let task = names.first().map_or(name, String::as_str);
        let choice = unique_name(&clipped(&format!("After {task}")), is_taken);
        let end = unique_name("Done", |name| is_taken(name) || name == choice);
        let tasks = tasks(&Goal::State(choice.clone()));
        let mut others = vec![(choice, exits.choice(language, &end))];
        if exits.has_end() {
            others.push((end, Value::from_members([("Type", Value::from(StateType::Succeed.name()))])));
        }
        StandIn { tasks, others }
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

/// The nested workflow's definition with a state in front that takes the data, and the variables, out of the input,
/// and one that goes to the entry that the input names, if there are several.
fn with_input(
    definition: &str,
    language: QueryLanguage,
    variables: &BTreeSet<Str>,
    entries: &[&str],
) -> Result<String, EditError> {
    let chosen;
    let (definition, has_choice) = match entries {
        [_, others @ ..] if !others.is_empty() => {
            chosen = with_entry_choice(definition, others, language)?;
            (chosen.as_str(), true)
        }
        _ => (definition, false),
    };
    if has_choice && variables.is_empty() {
        return Ok(definition.to_owned());
    }
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
    if !has_choice {
        state.push(taken_input(language));
    }
    let state = Value::from_members(state);
    let edit = Edit::InsertState { place: Place::Start(ScopeId(0)), name: name.into(), state };
    Ok(document.plan(&edit)?.apply_to(definition).0)
}

/// The member that makes the data that the states got out of the nested workflow's input.
fn taken_input(language: QueryLanguage) -> (&'static str, Value) {
    match language {
        QueryLanguage::JsonPath => ("OutputPath", Value::from(format!("$.{INPUT}"))),
        QueryLanguage::Jsonata => ("Output", Value::from(format!("{{% $states.input.{INPUT} %}}"))),
    }
}

/// The definition with a Choice state in front that goes to the entry that the input names: where it started before, or
/// one of the others.
fn with_entry_choice(
    definition: &str,
    others: &[&str],
    language: QueryLanguage,
) -> Result<String, EditError> {
    let rules = others.iter().map(|entry| {
        Value::from_members(match language {
            QueryLanguage::JsonPath => {
                vec![("Variable", Value::from(format!("$.{ENTRY}"))), ("StringEquals", Value::from(*entry))]
            }
            QueryLanguage::Jsonata => {
                let condition = format!("{{% $states.input.{ENTRY} = {} %}}", super::quoted(entry));
                // A rule that matches brings its own output.
                vec![("Condition", Value::from(condition)), taken_input(language)]
            }
        })
    });
    let state = Value::from_members([
        ("Type", Value::from(StateType::Choice.name())),
        ("Choices", Value::array(rules.collect())),
        taken_input(language),
    ]);
    let mut document = Document::parse(definition);
    let name = unique_name("Go to the entry", |name| document.state_named(name).is_some());
    let start = document.machine().and_then(|machine| machine.start()).map(|start| start.name().to_owned());
    let edit = Edit::InsertState { place: Place::Start(ScopeId(0)), name: name.as_str().into(), state };
    let patch = document.plan(&edit)?;
    document.apply(&patch);
    // All of it leads to what it was put in front of.
    let choice = document.state_named(&name).ok_or(EditError::Gone)?.id();
    let rules = others.iter().enumerate();
    let rules = rules.map(|(rule, entry)| (format!("/Choices/{rule}/Next"), Some(Value::from(*entry))));
    let default = start.map(|start| ("/Default".to_owned(), Some(Value::from(start))));
    let fields = rules.chain(default).collect();
    let patch = document.plan(&Edit::SetFields { of: ObjectRef::State(choice), fields })?;
    document.apply(&patch);
    Ok(document.text().to_owned())
}

/// The Task without its `Next` or `End`; it says which entry is meant, if there are several.
fn task_state(name: &str, language: QueryLanguage, variables: &BTreeSet<Str>, entry: Option<&str>) -> Value {
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
    input.extend(entry.map(|entry| (ENTRY.to_owned(), Value::from(entry))));
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
    entries: &[Entry<'_>],
    stand_in: &StandIn,
) -> Result<Patch, EditError> {
    let scope = selected.first().ok_or(EditError::NothingSelected)?.scope();
    let mut draft = Draft::new(document);
    let tree = document.tree();
    let style = draft.style.clone();
    let (mut goals, mut placed) = (Vec::new(), Vec::new());
    for (position, (entry, task)) in entries.iter().zip(&stand_in.tasks).enumerate() {
        let member = entry.state.member();
        let indent = indent_at(tree.text(), tree.span(member).start);
        // What follows the Tasks stands behind the first one.
        let others = if position == 0 { stand_in.others.as_slice() } else { &[] };
        let states = std::iter::once(task).chain(others);
        let texts = states.map(|(name, state)| style.member(name, &style.render(state, indent)));
        let text = texts.collect::<Vec<_>>().join(&format!(",{}", style.between(indent)));
        goals.extend(entry.incoming.iter().map(|incoming| (*incoming, Goal::State(task.0.clone()))));
        placed.push(Replacement { span: tree.span(member), text });
    }
    let mut replacements = redirect_all(scope, &style, &goals)?;
    replacements.extend(placed);
    let is_entry = |state: &State<'_>| entries.iter().any(|entry| entry.state.id() == state.id());
    let others: Vec<_> =
        selected.iter().filter(|state| !is_entry(state)).map(|state| state.member()).collect();
    if let Some(list) = scope.field("States") {
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
