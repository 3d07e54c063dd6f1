//! Changes of many states at once that a person looks at before they are made.

use std::collections::HashMap;

use asl::edit::Extraction;
use asl::{Document, QueryLanguage, StateId, Suppression};
use convert::{Conversion, Proof, ProofCase, ProofOptions, What};
use engine::{Budget, ExecutionType, MockHost, Options, Unmocked};
use json::{Map, Str, Value};
use leptos::prelude::*;

use crate::state::drafts::Draft;
use crate::state::studio::{Studio, fresh_draft};
use crate::state::workspace::{Listed, Shared, Workspace};

/// Where suppressions are kept among the settings.
const SUPPRESSED: &str = "suppressed";

/// How often the selection is widened by what it leads to.
const MOST_ROUNDS: usize = 20;

/// Steps of a run for a proof: the page waits for it.
const PROOF: ProofOptions = ProofOptions { budget: Budget { steps: 40_000 } };

impl Studio {
    /// The selected states with everything inside of them.
    pub fn selected_with_inner(self) -> Vec<StateId> {
        let selected = self.selected_states();
        self.workspace.document.with_untracked(|document| {
            let is_inside = |state: asl::State<'_>| {
                std::iter::successors(Some(state), |state| state.scope().owner())
                    .any(|state| selected.contains(&state.id()))
            };
            document.states().filter(|state| is_inside(*state)).map(|state| state.id()).collect()
        })
    }

    /// What the conversion to the language that is asked for comes to.
    pub fn plan_conversion(self, what: &What) -> Conversion {
        let to = self.shell.convert_to.get_untracked();
        self.workspace.document.with_untracked(|document| convert::convert_to(document, what, to))
    }

    /// Runs the definition before and after a conversion on the input and the answers that are given.
    ///
    /// # Errors
    ///
    /// Why there is nothing to run it on.
    pub fn prove_conversion(self, conversion: &Conversion) -> Result<Proof, String> {
        let case = self.proof_case()?;
        Ok(self.prove(conversion, |_, _| vec![case]))
    }

    /// The same on made-up data.
    pub fn prove_on_samples(self, conversion: &Conversion) -> Proof {
        // Samples are made for paths.
        let to_jsonpath = self.shell.convert_to.get_untracked() == QueryLanguage::JsonPath;
        self.prove(conversion, |before, after| convert::samples(if to_jsonpath { after } else { before }))
    }

    fn prove(
        self,
        conversion: &Conversion,
        cases: impl FnOnce(&Document, &Document) -> Vec<ProofCase>,
    ) -> Proof {
        let before = self.workspace.document.get_untracked();
        let after = Document::parse(&conversion.patch.apply_to(before.text()).0);
        convert::prove(&before, &after, &cases(&before, &after), PROOF)
    }

    fn proof_case(self) -> Result<ProofCase, String> {
        let workspace = self.workspace;
        let input = json::parse_keeping_text(&workspace.input.get_untracked())
            .map_err(|error| format!("The input is not JSON: {error}."))?;
        let answers = json::parse(&workspace.answers.get_untracked())
            .map_err(|error| format!("The task answers are not JSON: {error}."))?;
        let mut host = MockHost::from_json(&answers)
            .map_err(|error| format!("The task answers can't be used: {error}"))?;
        host.unmocked = Unmocked::Succeed;
        let s3 = workspace.s3()?;
        let execution_type = match workspace.is_express.get_untracked() {
            true => ExecutionType::Express,
            false => ExecutionType::Standard,
        };
        let options = Options { execution_type, s3, ..Options::default() };
        Ok(ProofCase { name: "The current input and task answers".to_owned(), input, host, options })
    }

    /// Converts, as one step.
    pub fn apply_conversion(self, conversion: Conversion) {
        let count = conversion.converted.len();
        let states = if count == 1 { "1 state".to_owned() } else { format!("{count} states") };
        let to = self.shell.convert_to.get_untracked().name();
        self.apply_patch(conversion.patch, format!("Converted {states} to {to}"));
        self.shell.say(format!("Converted {states} to {to}. Undo takes it back."));
    }

    /// What making the selected states a workflow of their own comes to, or why it can't be done.
    pub fn plan_extraction(self, name: &str) -> Result<Extraction, String> {
        let states = self.selected_states();
        let document = self.workspace.document.get_untracked();
        document.plan_extraction(&states, name).map_err(|error| error.to_string())
    }

    /// The keys of the selected states and of those that they lead to beside their common way out, if these can be
    /// extracted together and have one way in and one way out then.
    pub fn extraction_with_targets(self, name: &str) -> Option<Vec<Str>> {
        let document = self.workspace.document.get_untracked();
        let mut states = self.selected_states();
        for _ in 0..MOST_ROUNDS {
            match document.plan_extraction(&states, name) {
                Ok(extraction) if extraction.exits < 2 && extraction.entries < 2 => {
                    let keys = states.iter().filter_map(|state| document.state(*state));
                    return Some(keys.map(|state| Str::from(state.pointer())).collect());
                }
                Ok(_) => {}
                Err(_) => return None,
            }
            let known = states.len();
            let selected: Vec<asl::State<'_>> =
                states.iter().filter_map(|state| document.state(*state)).collect();
            let targets = selected.iter().flat_map(|state| state.transitions());
            let mut more = Vec::new();
            for transition in targets {
                if let asl::Target::State(target) = transition.target
                    && !states.contains(&target)
                    && !more.contains(&target)
                {
                    more.push(target);
                }
            }
            states.extend(more);
            if states.len() == known {
                return None;
            }
        }
        None
    }

    /// Extracts, as one step; the nested workflow is kept as a draft of its own.
    pub fn apply_extraction(self, extraction: Extraction, name: &str) {
        let draft =
            Draft { name: format!("{name}.asl.json"), definition: extraction.definition, ..fresh_draft() };
        if let Err(error) = draft.save_aside() {
            self.shell.fail(error.message());
            return;
        }
        self.apply_patch(extraction.patch, format!("Extracted {name} into a nested workflow"));
        self.select_named(&extraction.task);
        let text = format!("{name} is a workflow of its own now. It is among the recent workflows.");
        self.shell.offer(text, "Open it", move || {
            if let Some(draft) = Draft::load(&draft.id) {
                self.workspace.open(draft);
            }
        });
    }

    /// Why there is nothing to convert; none if there is.
    pub fn obstacle_of_conversion(self, to: QueryLanguage) -> Option<&'static str> {
        self.workspace.document.with(|document| {
            if !document.tree().problems().is_empty() {
                return Some("The definition is not JSON yet");
            }
            let is_left = document.states().any(|state| state.language() != to);
            (!is_left).then_some(match to {
                QueryLanguage::Jsonata => "All states are in JSONata",
                QueryLanguage::JsonPath => "All states are in JSONPath",
            })
        })
    }

    /// Hides what a rule says: about one state, or everywhere.
    pub fn suppress(self, problem: &Listed, everywhere: bool) {
        let state = if everywhere { None } else { problem.state_name.clone().map(Str::from) };
        let suppression = Suppression { code: problem.code.into(), state };
        self.workspace.update_suppressed(|list| {
            if everywhere {
                list.retain(|other| *other.code != *suppression.code);
            }
            if !list.contains(&suppression) {
                list.push(suppression.clone());
            }
        });
        let title = asl::rules::rule_of(problem.code).map_or(problem.code, |rule| rule.title);
        let place = match &suppression.state {
            Some(name) => format!("for {name}"),
            None => "in this workflow".to_owned(),
        };
        let workspace = self.workspace;
        self.shell.offer(format!("Hidden {place}: {title}."), "Show again", move || {
            workspace.show_again(&suppression);
        });
    }
}

impl Workspace {
    /// What is hidden of this workflow.
    pub fn suppressed(self) -> Vec<Suppression> {
        self.settings.with(suppressed_in)
    }

    pub(super) fn has_suppressed(self) -> bool {
        self.settings.with_untracked(|settings| settings.get(SUPPRESSED).is_some())
    }

    /// Shows what was hidden.
    pub fn show_again(self, suppression: &Suppression) {
        self.update_suppressed(|list| list.retain(|other| other != suppression));
    }

    /// What is hidden of a state stays hidden under its new name.
    pub(super) fn follow_suppressed(self, renamed: &HashMap<Str, Str>) {
        let is_renamed = |suppression: &Suppression| {
            suppression.state.as_ref().is_some_and(|name| renamed.contains_key(name))
        };
        if !self.settings.with_untracked(suppressed_in).iter().any(is_renamed) {
            return;
        }
        self.update_suppressed(|list| {
            for suppression in list {
                if let Some(new) = suppression.state.as_ref().and_then(|name| renamed.get(name)) {
                    suppression.state = Some(new.clone());
                }
            }
        });
    }

    pub fn update_suppressed(self, change: impl FnOnce(&mut Vec<Suppression>)) {
        self.settings.update(|settings| {
            let mut list = suppressed_in(settings);
            change(&mut list);
            if list.is_empty() {
                settings.remove(SUPPRESSED);
                return;
            }
            let items = list.into_iter().map(|suppression| {
                let mut members = Map::new();
                members.insert("code", Value::String(suppression.code));
                if let Some(state) = suppression.state {
                    members.insert("state", Value::String(state));
                }
                Value::object(members)
            });
            settings.insert(SUPPRESSED, Value::array(items.collect()));
        });
    }
}

/// The suppressions among settings.
pub(super) fn suppressed_in(settings: &Map) -> Vec<Suppression> {
    let items = settings.get(SUPPRESSED).and_then(Value::as_array).unwrap_or_default();
    let text = |item: &Value, name: &str| item.get(name).and_then(Value::as_str).map(Str::from);
    items
        .iter()
        .filter_map(|item| Some(Suppression { code: text(item, "code")?, state: text(item, "state") }))
        .collect()
}

/// A conversion that views share.
pub type SharedConversion = Shared<Conversion>;
